// Adds up what is ticked, and ticks a whole list; the pages work without it.

const lei = (bani) => `${(bani / 100).toLocaleString('ro-RO', { minimumFractionDigits: 2 })} lei`
const ticked = (boxes) => [...boxes].filter((box) => box.checked)
const sum = (boxes) => ticked(boxes).reduce((all, box) => all + Number(box.dataset.amount), 0)

const many = document.querySelector('#many')
if (many) {
  const boxes = document.querySelectorAll('input[name="invoice"]')
  const chosen = many.querySelector('[data-chosen]')
  const hint = chosen.textContent
  const button = many.querySelector('button')
  const all = document.createElement('button')
  all.type = 'button'
  all.textContent = 'Alege toate'
  button.before(all)
  const tell = () => {
    const count = ticked(boxes).length
    const word =
      count === 1 ? 'factură' : count % 100 >= 20 || (count > 0 && count % 100 === 0) ? 'de facturi' : 'facturi'
    chosen.textContent = count === 0 ? hint : `${count} ${word}, ${lei(sum(boxes))}`
    button.disabled = count === 0
    all.textContent = count === boxes.length ? 'Nu alege niciuna' : 'Alege toate'
  }
  all.addEventListener('click', () => {
    const on = ticked(boxes).length < boxes.length
    for (const box of boxes) box.checked = on
    tell()
  })
  for (const box of boxes) box.addEventListener('change', tell)
  tell()
}

const draft = document.querySelector('form.draft')
if (draft) {
  const boxes = draft.querySelectorAll('input[name="repeat"]')
  const total = draft.querySelector('[data-total]')
  const tell = () => {
    total.textContent = lei(Number(draft.dataset.sum) + sum(boxes))
  }
  for (const box of boxes) box.addEventListener('change', tell)
  tell()
}
