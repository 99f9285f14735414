/** Makes and judges token values. Pure but for chance. */
import { randomInt } from 'node:crypto'
import { isLiveCardNumber, luhnDigit, readCardNumber } from './card-number.ts'

const TRIES = 100
const RANDOM_DIGITS = 16
const PRESERVED_DIGITS_LEAST = 16

/** RANDOM_WITH_LUHN: 16 digits beginning with 9 that pass Luhn and that no card can have (9792… is one's range). */
export function randomToken(): string {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const digits = `9${randomDigits(RANDOM_DIGITS - 2)}`
    const token = digits + luhnDigit(digits)
    if (!isLiveCardNumber(token)) return token
  }
  throw new Error('no token was found outside the ranges of cards')
}

/**
 * PRESERVE_6_4: what the mask shows of the number stays, the rest is chance; as long as the number, 16 digits at least, so
 * that a short number leaves room for many tokens. Fails Luhn, so that nothing takes it for a card.
 *
 * @param number a card number
 */
export function preservingToken(number: string): string {
  const masked = readCardNumber(number)?.masked_number
  if (masked === undefined) throw new TypeError('not a card number')
  const [first = '', last = ''] = masked.split(/x+/)
  const length = Math.max(PRESERVED_DIGITS_LEAST, number.length)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const token = first + randomDigits(length - first.length - last.length) + last
    if (readCardNumber(token) === undefined) return token
  }
  throw new Error('no token was found that fails Luhn')
}

/** Whether a merchant's own token value is one: letters and digits, neither a card's number nor made of this one. */
export function isUsableToken(token: string, number: string): boolean {
  return /^[0-9A-Za-z]{1,40}$/.test(token) && !token.includes(number) && !holdsCardNumber(token)
}

// Also between letters. Within longer runs of digits every other number would hold one by chance.
const holdsCardNumber = (token: string): boolean => (token.match(/[0-9]+/g) ?? []).some(isLiveCardNumber)

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('')
}
