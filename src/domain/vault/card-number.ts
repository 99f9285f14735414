/** Reads and describes a card number; pure. */
import cardValidator from 'card-validator'
import type { Keys } from '../../infra/keys/keys.ts'

export type CardDescription = {
  /** First six, `x`, last four; of numbers under 14 digits fewer at the end, since four at least stay hidden. */
  readonly masked_number: string
  /** MASTERCARD, VISA, … (`sourceOfFunds.provided.card.brand`); UNKNOWN where no known range holds it. */
  readonly brand: string
  readonly scheme: string
}

const SHORTEST = 9
const LONGEST = 19
const SHOWN_FIRST = 6
const SHOWN_LAST = 4
const HIDDEN_AT_LEAST = 4

type Range = Omit<CardDescription, 'masked_number'>

/** What card-validator calls a kind of card, in the words of the card API. Others are known cards of a local brand. */
const RANGES: Readonly<Record<string, Range>> = {
  visa: { brand: 'VISA', scheme: 'VISA' },
  mastercard: { brand: 'MASTERCARD', scheme: 'MASTERCARD' },
  maestro: { brand: 'MAESTRO', scheme: 'MASTERCARD' },
  'american-express': { brand: 'AMEX', scheme: 'AMEX' },
  'diners-club': { brand: 'DINERS_CLUB', scheme: 'DINERS_CLUB' },
  discover: { brand: 'DISCOVER', scheme: 'DISCOVER' },
  jcb: { brand: 'JCB', scheme: 'JCB' },
  unionpay: { brand: 'CHINA_UNIONPAY', scheme: 'CHINA_UNIONPAY' },
}
const LOCAL: Range = { brand: 'LOCAL_BRAND_ONLY', scheme: 'OTHER' }
const UNKNOWN: Range = { brand: 'UNKNOWN', scheme: 'UNKNOWN' }
/** Air travel cards, which the library does not know: 15 digits beginning with 1. */
const UATP: Range = { brand: 'UATP', scheme: 'UATP' }

/**
 * Describes a card number, or a scheme token, which obeys the same rules (ISO/IEC 7812): 9 to 19 digits that pass Luhn.
 *
 * @returns undefined: not a card number
 */
export function readCardNumber(digits: string): CardDescription | undefined {
  if (!isNumberShaped(digits) || luhnSum(digits) % 10 !== 0) return undefined
  return { masked_number: maskNumber(digits), ...rangeOf(digits) }
}

/** Whether somebody could hold a card of this number: Luhn, a range in use, and a length that range has. */
export function isLiveCardNumber(text: string): boolean {
  if (!isNumberShaped(text) || luhnSum(text) % 10 !== 0) return false
  return isUatp(text) || cardValidator.number(text, { skipLuhnValidation: true }).isValid
}

/** Brands that are of one kind. Of the others the number does not tell. */
const FUNDING: ReadonlyMap<string, 'CHARGE' | 'DEBIT'> = new Map([
  ['MAESTRO', 'DEBIT'],
  ['UATP', 'CHARGE'],
])

/** How a card is paid for, as far as its brand says. */
export function fundingMethodOf(brand: string | null): 'CHARGE' | 'DEBIT' | 'UNKNOWN' {
  return FUNDING.get(brand ?? '') ?? 'UNKNOWN'
}

/** Keyed hash of the whole number, 32 bytes: equal numbers of one merchant are found by it, those of two are not. */
export function numberHash(keys: Pick<Keys, 'hash'>, partner_id: number, number: string): Buffer {
  return keys.hash('card-number', `${partner_id}:${number}`)
}

/** The digit that makes `digits` pass Luhn when it is put behind them. */
export function luhnDigit(digits: string): string {
  return String((10 - (luhnSum(`${digits}0`) % 10)) % 10)
}

const isNumberShaped = (text: string): boolean =>
  text.length >= SHORTEST && text.length <= LONGEST && /^[0-9]+$/.test(text)

const isUatp = (digits: string): boolean => digits.length === 15 && digits.startsWith('1') && !/^1800/.test(digits)

/** 6.4 as `masked_number` says; the one rule of everything that shows a number. */
export function maskNumber(digits: string): string {
  const last = Math.max(0, Math.min(SHOWN_LAST, digits.length - SHOWN_FIRST - HIDDEN_AT_LEAST))
  const hidden = Math.max(0, digits.length - SHOWN_FIRST - last)
  return digits.slice(0, SHOWN_FIRST) + 'x'.repeat(hidden) + digits.slice(digits.length - last)
}

function rangeOf(digits: string): Range {
  const kind = cardValidator.number(digits, { skipLuhnValidation: true }).card?.type
  if (kind === undefined) return isUatp(digits) ? UATP : UNKNOWN
  return RANGES[kind] ?? LOCAL
}

// ISO/IEC 7812-1, annex B: from the right, every second digit doubled, the digits of the doubled ones added.
function luhnSum(digits: string): number {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum
}
