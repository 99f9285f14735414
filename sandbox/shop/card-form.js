// The card form works without this; with it digits are grouped, faults are told on leaving a field, and it is sent once.
const texts = (form) => JSON.parse(form.dataset.faults)

const luhn = (digits) => {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const value = Number(digits[digits.length - 1 - place]) * (place % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

const rules = {
  number: (text) => {
    const digits = text.replace(/[\s-]/g, '')
    return /^\d{12,19}$/.test(digits) && luhn(digits) ? undefined : 'number'
  },
  name: (text) => (/\d{6}/.test(text) ? 'name' : undefined),
  expiry: (text) => {
    const [, month, year] = /^(\d{1,2})\s*\/?\s*(?:20)?(\d{2})$/.exec(text) ?? []
    if (month === undefined || Number(month) < 1 || Number(month) > 12) return 'expiry'
    return Date.now() > Date.UTC(2000 + Number(year), Number(month), 1, 12) ? 'expired' : undefined
  },
  code: (text, form) => {
    const four = /^\s*3[47]/.test(form.elements.number.value)
    return (four ? /^\d{4}$/ : /^\d{3}$/).test(text) ? undefined : 'code'
  },
}

const faultOf = (input, form) => {
  if (input.type === 'checkbox') return input.required && !input.checked ? 'consent' : undefined
  const text = input.value.trim()
  return text === '' ? 'required' : rules[input.name]?.(text, form)
}

const show = (input, form) => {
  const name = faultOf(input, form)
  const place = document.getElementById(`${input.id}-fault`)
  place.textContent = name === undefined ? '' : texts(form)[name]
  if (name === undefined) input.removeAttribute('aria-invalid')
  else input.setAttribute('aria-invalid', 'true')
  return name
}

// Sets the text without losing the caret, which stays behind the same digit.
const regroup = (input, group) => {
  const before = input.value.slice(0, input.selectionStart ?? input.value.length).replace(/\D/g, '').length
  const text = group(input.value.replace(/\D/g, ''))
  if (text === input.value) return
  input.value = text
  let at = 0
  for (let digits = 0; at < text.length && digits < before; at += 1) if (/\d/.test(text[at])) digits += 1
  input.setSelectionRange(at, at)
}

const groupNumber = (digits) =>
  /^3[47]/.test(digits)
    ? digits.replace(/^(\d{4})(\d{1,6})?(\d{1,5})?.*$/, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join(' '))
    : digits.slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ')
const groupExpiry = (digits) => (digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2, 4)}` : digits)

for (const form of document.querySelectorAll('form.card-form')) {
  const { number, expiry } = form.elements
  number.addEventListener('input', () => regroup(number, groupNumber))
  // A four-digit year, as some browsers fill it in, is cut by the server, not here.
  expiry.addEventListener('input', () => {
    if (!/\/\d{3,4}$/.test(expiry.value)) regroup(expiry, groupExpiry)
  })
  const inputs = [...form.elements].filter((input) => input.name in rules || input.name === 'consent')
  for (const input of inputs) {
    // A field that was only passed through is not yet wrong.
    input.addEventListener('blur', () => input.value.trim() === '' || input.type === 'checkbox' || show(input, form))
    input.addEventListener('input', () => input.hasAttribute('aria-invalid') && show(input, form))
  }
  form.addEventListener('submit', (event) => {
    const wrong = inputs.filter((input) => show(input, form) !== undefined)
    if (wrong.length > 0) {
      event.preventDefault()
      wrong[0].focus()
    }
  })
}

// One click is enough, on any form of the page.
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    const button = event.submitter ?? form.querySelector('button')
    if (button === null) return
    setTimeout(() => {
      button.disabled = true
      if (form.dataset.sending !== undefined) button.textContent = form.dataset.sending
    })
  })
}
// Back by the browser's own button: the form can be sent again.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})
document.querySelector('[data-focus]')?.focus()
