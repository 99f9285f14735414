/**
 * Card data where it does not belong. Merchants put card numbers into order ids, references and names; ids stand unsealed in
 * tables and in answers, and what is kept of a request is echoed for years. What the request itself shows to be its card's
 * number is refused in ids and masked in the rest; numbers that only look like a card's are left alone there, since order
 * numbers do.
 */
import { PunteError } from '../../domain/errors.ts'
import { isLiveCardNumber, maskNumber } from '../../domain/vault/card-number.ts'
import { isList, isNested, type Nested, type NestedValue } from './grammar.ts'
import { groupAt, textAt } from './nested.ts'

/** 13 to 19 digits, as people write them. */
const NUMBER = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g

/** Names that merchants give a security code among the fields of their own choice. */
const CODE_NAME = /^(?:card)?(?:cvv2?|cvc2?|cvn2?|csc|securitycode|verificationcode)$/i

const MAX_KEPT_BYTES = { charge: 64 * 1024, follow_on: 16 * 1024 } as const

/** The text with whatever could be somebody's card number masked. For explanations, where a wrong guess costs nothing. */
export function withoutCardNumbers(text: string): string {
  return text.replace(NUMBER, (written) =>
    isLiveCardNumber(written.replace(/\D/g, '')) ? written.replace(/\d/g, 'x') : written,
  )
}

/** Where a merchant's own names stand that are stored as they are. */
const IDS = [
  ['order', 'id'],
  ['transaction', 'id'],
  ['agreement', 'id'],
] as const

/** @throws PunteError FIELD_INVALID where an id holds the number of the request's own card */
export function refuseNumberInIds(fields: Nested): void {
  const number = numberIn(fields)
  if (number === undefined) return
  for (const [group, leaf] of IDS) {
    if (textAt(groupAt(fields, group), leaf)?.replace(/[ -]/g, '').includes(number) === true)
      throw new PunteError('FIELD_INVALID', { field: `${group}.${leaf}`, text: 'It must not hold a card number.' })
  }
}

/**
 * What is kept of a request, without the number of its card and without what its names say is a security code.
 *
 * @param details as mask.ts picked them from `fields`
 * @throws PunteError BODY_TOO_LARGE: an order has up to 500 transactions, which are answered together
 */
export function keptSafely(details: Nested, fields: Nested, kind: keyof typeof MAX_KEPT_BYTES): Nested {
  const text = JSON.stringify(details)
  if (Buffer.byteLength(text) > MAX_KEPT_BYTES[kind])
    throw new PunteError('BODY_TOO_LARGE', {
      text: `The request tells more than can be kept of a transaction: ${MAX_KEPT_BYTES[kind]} bytes.`,
    })
  const number = numberIn(fields)
  const has_codes = groupAt(groupAt(details, 'order'), 'custom') !== undefined
  // Nearly every request has neither.
  if (!has_codes && (number === undefined || !text.replace(/[ -]/g, '').includes(number))) return details
  return cleaned(details, number) as Nested
}

function numberIn(fields: Nested): string | undefined {
  return textAt(groupAt(groupAt(groupAt(fields, 'sourceOfFunds'), 'provided'), 'card'), 'number')
}

function cleaned(value: NestedValue, number: string | undefined): NestedValue {
  if (typeof value === 'string') return number === undefined ? value : withoutNumber(value, number)
  if (isList(value)) return value.map((one) => cleaned(one, number))
  if (!isNested(value)) return value
  const kept: Record<string, NestedValue> = {}
  for (const [name, member] of Object.entries(value)) if (!CODE_NAME.test(name)) kept[name] = cleaned(member, number)
  return kept
}

function withoutNumber(text: string, number: string): string {
  const spaced = new RegExp([...number].join('[ -]?'), 'g')
  return text.replace(spaced, maskNumber(number))
}
