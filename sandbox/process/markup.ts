/** HTML made of templates that escape by themselves, and how amounts and times are written for people in Romania. */

const MARKUP = Symbol('markup')
/** Text that is HTML already. */
export type Markup = { readonly [MARKUP]: true; toString(): string }
type Piece = Markup | string | number | undefined | false | readonly Piece[]

/** A template whose values are escaped unless they are markup themselves; lists are joined, `undefined` and `false` are left out. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return raw(
    strings.reduce((text, string, index) => text + string + (index < pieces.length ? render(pieces[index]) : ''), ''),
  )
}

/** Trusted text as markup: drawings and styles of our own. */
export function raw(text: string): Markup {
  return { [MARKUP]: true, toString: () => text }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function render(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (Array.isArray(piece)) return piece.map(render).join('')
  if (typeof piece === 'object' && MARKUP in piece) return piece.toString()
  return escapeHtml(String(piece))
}

/** Bani as `1.234,50 lei`. */
export function lei(amount_minor: number): string {
  const whole = String(Math.trunc(amount_minor / 100)).replace(/\B(?=(\d{3})+$)/g, '.')
  return `${whole},${String(amount_minor % 100).padStart(2, '0')} lei`
}

/** Bani as the partner API takes them: `1234.50`. */
export function amountText(amount_minor: number): string {
  return `${Math.trunc(amount_minor / 100)}.${String(amount_minor % 100).padStart(2, '0')}`
}

/** Lei as programs write them (`149`, `"149.50"`) in bani; undefined when they are not a positive amount of at most nine digits. */
export function parseLei(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,9}(\.\d{1,2})?$/.test(text)) return undefined
  const [whole = '', bani = ''] = text.split('.')
  const amount_minor = Number(whole) * 100 + Number(bani.padEnd(2, '0'))
  return amount_minor > 0 ? amount_minor : undefined
}

const TIME = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const SHORT_DAY = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const DAY = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

/** A moment in Bucharest time, UTC in the tooltip. */
export function moment(iso: string): Markup {
  return markup`<time datetime="${iso}" title="${iso}">${TIME.format(new Date(iso))}</time>`
}

export function day(iso: string): string {
  return DAY.format(new Date(iso))
}

export function shortDay(iso: string): string {
  return SHORT_DAY.format(new Date(iso))
}

/** An IBAN in groups of four. */
export function ibanGroups(iban: string): string {
  return iban.replace(/\s+/g, '').replace(/(.{4})(?=.)/g, '$1 ')
}

/** Whether an IBAN has the shape of its country's and its check digits are right (ISO 13616, mod 97). */
export function isRomanianIban(iban: string): boolean {
  const text = iban.replace(/\s+/g, '').toUpperCase()
  if (!/^RO\d{2}[A-Z]{4}[A-Z0-9]{16}$/.test(text)) return false
  return ibanRemainder(text) === 1
}

/** The Romanian IBAN of a bank code and an account of 16 places, check digits computed. */
export function romanianIban(bank_code: string, account: string): string {
  const check = 98 - ibanRemainder(`RO00${bank_code}${account}`)
  return `RO${String(check).padStart(2, '0')}${bank_code}${account}`
}

function ibanRemainder(iban: string): number {
  const digits = (iban.slice(4) + iban.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return Number(BigInt(digits) % 97n)
}
