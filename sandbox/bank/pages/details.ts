/** What the payer agrees to, in Romanian (RTS 2018/389 art. 5: the amount and the payee are shown). HTML. */
import { firstTransfer, type Order, type Schedule, totalOf } from '../book/order.ts'
import type { Frequency } from '../config.ts'
import { escapeHtml, ibanText, moneyText } from './layout.ts'

const SHOWN_TRANSFERS = 5

const long_date = new Intl.DateTimeFormat('ro-RO', { dateStyle: 'long', timeZone: 'UTC' })

/** `2030-01-31` as `31 ianuarie 2030`. */
const dayText = (day: string): string => long_date.format(new Date(`${day}T00:00:00Z`))

/** `o plată`, `3 plăți`, `20 de plăți`. */
export function paymentsText(count: number): string {
  if (count === 1) return 'o plată'
  const rest = count % 100
  return `${count} ${count >= 20 && (rest === 0 || rest >= 20) ? 'de ' : ''}plăți`
}

const FREQUENCY_TEXTS: Readonly<Record<Frequency, string>> = {
  Daily: 'în fiecare zi',
  Weekly: 'în fiecare săptămână',
  EveryTwoWeeks: 'la două săptămâni',
  Monthly: 'în fiecare lună',
  EveryTwoMonths: 'la două luni',
  Quarterly: 'la trei luni',
  SemiAnnual: 'la șase luni',
  Annual: 'în fiecare an',
}

/** `în fiecare lună, pe data de 5, din 5 ianuarie 2030 până la 5 iunie 2030` */
export function scheduleText({ start_date, end_date, frequency, day_of_execution }: Schedule): string {
  const day =
    day_of_execution === undefined
      ? ''
      : day_of_execution === 31
        ? ', în ultima zi a lunii'
        : `, pe data de ${day_of_execution}`
  const end = end_date === undefined ? ', până o oprești' : ` până la ${dayText(end_date)}`
  return `${FREQUENCY_TEXTS[frequency]}${day}, din ${dayText(start_date)}${end}`
}

/** One line over the login form: what this is about, before anything private is shown. */
export function orderIntro(order: Order): string {
  const { creditor_name } = firstTransfer(order)
  const what = {
    payments: `Plată către ${creditor_name}`,
    'bulk-payments': `Listă: ${paymentsText(order.transfers.length)}`,
    'periodic-payments': `Plată recurentă către ${creditor_name}`,
  }[order.service]
  return `<p class="quiet">${escapeHtml(what)}</p><p class="amount">${moneyText(totalOf(order))}</p>`
}

export function orderDetails(order: Order): string {
  const date = order.execution_date === undefined ? [] : [['Se execută pe', dayText(order.execution_date)] as const]
  const debtor = ['Din contul', ibanText(order.debtor_iban)] as const
  if (order.service === 'bulk-payments') {
    const count = ['Listă', paymentsText(order.transfers.length)] as const
    const booking = order.batch_booking === true ? [['În extras', 'o singură sumă'] as const] : []
    return `${amount(order)}${rows([count, debtor, ...date, ...booking])}${transferList(order)}`
  }
  const transfer = firstTransfer(order)
  const schedule = order.schedule === undefined ? [] : [['Când', scheduleText(order.schedule)] as const]
  return `${amount(order)}${rows([
    ['Către', transfer.creditor_name],
    ['IBAN beneficiar', ibanText(transfer.creditor_iban)],
    debtor,
    ...(transfer.remittance === undefined ? [] : [['Detalii', transfer.remittance] as const]),
    ...schedule,
    ...date,
  ])}`
}

const amount = (order: Order): string => `<p class="amount">${moneyText(totalOf(order))}</p>`

function rows(pairs: readonly (readonly [string, string])[]): string {
  const list = pairs.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`)
  return `<dl>${list.join('')}</dl>`
}

/** The first lines at once, the others on demand. */
function transferList({ transfers }: Order): string {
  const lines = transfers.map(
    ({ creditor_name, creditor_iban, amount_minor }) =>
      `<div><dt>${escapeHtml(creditor_name)} · ${ibanText(creditor_iban)}</dt><dd>${moneyText(amount_minor)}</dd></div>`,
  )
  const more = lines.splice(SHOWN_TRANSFERS)
  const rest =
    more.length === 0 ? '' : `<details><summary>încă ${more.length}</summary><dl>${more.join('')}</dl></details>`
  return `<dl>${lines.join('')}</dl>${rest}`
}
