/** What a payer types of a card, read and judged. Nothing of it goes anywhere but into a session of the card API. */
import type { TypedCard } from '../card-api.ts'
import type { CardWords } from './words.ts'

export type CardField = 'number' | 'name' | 'expiry' | 'code'
export type CardFaults = Partial<Record<CardField | 'consent', string>>

/** What a refused form shows again: never the number or the code. */
export type CardFormValues = { readonly name: string; readonly expiry: string; readonly save: boolean }

export const EMPTY_FORM: CardFormValues = { name: '', expiry: '', save: false }

/** Faults in the payer's words; `card` is whole where there are none. */
export function readCardForm(
  form: URLSearchParams,
  words: CardWords,
  now: Date,
): { card: TypedCard; values: CardFormValues; faults: CardFaults } {
  const text = (name: string): string => (form.get(name) ?? '').trim()
  const number = text('number').replace(/[\s-]/g, '')
  const code = text('code')
  const name = text('name')
  const [, month = '', year = ''] = /^(\d{1,2})\s*\/?\s*(?:20)?(\d{2})$/.exec(text('expiry')) ?? []
  const faults: CardFaults = {}
  if (number === '') faults.number = words.faults.required
  else if (!isCardNumber(number)) faults.number = words.faults.number
  if (name === '') faults.name = words.faults.required
  else if (name.length > 100 || /\d{6}/.test(name)) faults.name = words.faults.name
  if (text('expiry') === '') faults.expiry = words.faults.required
  else if (Number(month) < 1 || Number(month) > 12) faults.expiry = words.faults.expiry
  else if (isPast(Number(month), Number(year), now)) faults.expiry = words.faults.expired
  if (code === '') faults.code = words.faults.required
  else if (!/^\d{3,4}$/.test(code) || (code.length === 4) !== isFourDigitCode(number)) faults.code = words.faults.code
  return {
    card: {
      number,
      expiry_month: month.padStart(2, '0'),
      expiry_year: year,
      security_code: code,
      name_on_card: name,
    },
    values: {
      name: faults.name === undefined ? name : '',
      expiry: faults.expiry === undefined ? text('expiry') : '',
      save: form.get('save') === 'yes',
    },
    faults,
  }
}

/** The fault that the card API found in the session's field, on the field that the payer sees. */
export function faultOfField(field: string | undefined, words: CardWords): CardFaults | undefined {
  const name = /^sourceOfFunds\.provided\.card\.(\w+)/.exec(field ?? '')?.[1]
  if (name === 'number') return { number: words.faults.number }
  if (name === 'expiry') return { expiry: words.faults.expiry }
  if (name === 'securityCode') return { code: words.faults.code }
  if (name === 'nameOnCard') return { name: words.faults.name }
  return undefined
}

/** 12 to 19 digits whose check digit is right (ISO/IEC 7812-1, Luhn). */
export function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits) || /^0+$/.test(digits)) return false
  let sum = 0
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

// American Express alone prints four.
const isFourDigitCode = (number: string): boolean => /^3[47]/.test(number)

// Good to the last day of its month, wherever on earth that day ends last.
function isPast(month: number, year: number, now: Date): boolean {
  return now.getTime() > Date.UTC(2000 + year, month, 1, 12)
}
