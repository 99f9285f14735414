/**
 * What an agreement may say when it is opened, what it allows afterwards, and when its next payments are due. Pure.
 * Source: reference "Card gateway" §6 (agreement fields). `minimumDaysBetweenPayments` is kept and told to the schemes, but
 * blocks nothing (§6.4, observed).
 */
import type { AgreementTerms, InitialOperation } from '../cards/model.ts'
import { currencyAmountText, parseCurrencyAmount } from '../currency.ts'
import { PunteError } from '../errors.ts'
import type { Agreement, AgreementOpening } from './agreement.ts'

const MAX_PAYMENTS = 999
const MAX_DAYS_BETWEEN = 9_999
/** A page shows a few. */

/** The transaction that opens the series. */
export type OpeningTransaction = {
  readonly operation: InitialOperation
  readonly currency: string
  readonly amount_minor: number
  /** `yyyy-mm-dd`. */
  readonly today: string
}

/**
 * The terms as they are kept, once checked.
 *
 * @param terms amounts as decimal text in the currency of the opening transaction, dates `yyyy-mm-dd`
 * @throws PunteError AGREEMENT_TYPE_REQUIRED; FIELD_INVALID, `field` the path of the term; AGREEMENT_TERMS, where the opening
 *   payment itself lies outside the amounts agreed
 */
export function openingOf(terms: AgreementTerms, opening: OpeningTransaction): AgreementOpening {
  const { type, amount_variability, start_date, expiry_date, payment_frequency } = terms
  if (type === undefined) throw new PunteError('AGREEMENT_TYPE_REQUIRED', { field: 'agreement.type' })
  checkDates(terms, opening.today)
  const number_of_payments = inRange('agreement.numberOfPayments', terms.number_of_payments, MAX_PAYMENTS)
  const days = inRange('agreement.minimumDaysBetweenPayments', terms.minimum_days_between_payments, MAX_DAYS_BETWEEN)
  const minimum_amount_minor = amountOf(
    'agreement.minimumAmountPerPayment',
    terms.minimum_amount,
    opening.currency,
    true,
  )
  const maximum_amount_minor = amountOf(
    'agreement.maximumAmountPerPayment',
    terms.maximum_amount,
    opening.currency,
    false,
  )
  if (
    minimum_amount_minor !== undefined &&
    maximum_amount_minor !== undefined &&
    minimum_amount_minor > maximum_amount_minor
  )
    invalid('agreement.minimumAmountPerPayment', 'agreement.minimumAmountPerPayment is over the maximum.')
  const is_payment = opening.operation !== 'VERIFY'
  if (is_payment) checkBetween(opening, minimum_amount_minor, maximum_amount_minor)
  return {
    type,
    currency: opening.currency,
    ...(amount_variability !== undefined && { amount_variability }),
    ...(amount_variability === 'FIXED' && is_payment && { fixed_amount_minor: opening.amount_minor }),
    ...(minimum_amount_minor !== undefined && { minimum_amount_minor }),
    ...(maximum_amount_minor !== undefined && { maximum_amount_minor }),
    ...(start_date !== undefined && { start_date }),
    ...(expiry_date !== undefined && { expiry_date }),
    ...(number_of_payments !== undefined && { number_of_payments }),
    ...(days !== undefined && { minimum_days_between_payments: days }),
    ...(payment_frequency !== undefined && { payment_frequency }),
  }
}

/**
 * Whether the series allows its next merchant-initiated payment. A FIXED series opened by a VERIFY has no amount yet: any is
 * allowed, and becomes its own. Of an amount of 0 (a merchant's VERIFY) neither amounts nor number are asked: it takes nothing.
 *
 * @param payment `today`: `yyyy-mm-dd`
 * @throws PunteError AGREEMENT_TERMS, with the field that stands against it
 */
export function checkSeriesPayment(
  agreement: Agreement,
  payment: { readonly amount_minor: number; readonly currency: string; readonly today: string },
): void {
  const { currency, expiry_date, number_of_payments } = agreement
  if (payment.currency !== currency) against('order.currency', `The currency of the agreement is ${currency}.`)
  if (expiry_date !== null && payment.today > expiry_date)
    against('agreement.id', `The agreement expired on ${expiry_date}.`)
  if (payment.amount_minor === 0) return
  if (number_of_payments !== null && agreement.payments_taken >= number_of_payments)
    against('agreement.id', `All ${number_of_payments} payments of the agreement are taken or under way.`)
  checkSeriesAmount(agreement, payment, 'order.amount')
}

/**
 * Whether a payment of the series may be of this amount, now or by an UPDATE_AUTHORIZATION later.
 * @throws PunteError AGREEMENT_TERMS at `field`
 */
export function checkSeriesAmount(
  agreement: Agreement,
  payment: { readonly amount_minor: number; readonly currency: string },
  field: string,
): void {
  const { currency, fixed_amount_minor } = agreement
  if (
    agreement.amount_variability === 'FIXED' &&
    fixed_amount_minor !== null &&
    payment.amount_minor !== fixed_amount_minor
  )
    against(field, `The agreement is for payments of ${currencyAmountText(fixed_amount_minor, currency)} ${currency}.`)
  checkBetween(payment, agreement.minimum_amount_minor, agreement.maximum_amount_minor, field)
}

function checkDates({ start_date, expiry_date }: AgreementTerms, today: string): void {
  if (start_date !== undefined) {
    requireDay('agreement.startDate', start_date)
    if (start_date < today) invalid('agreement.startDate', 'agreement.startDate is past.')
  }
  if (expiry_date !== undefined) {
    requireDay('agreement.expiryDate', expiry_date)
    if (expiry_date < today) invalid('agreement.expiryDate', 'agreement.expiryDate is past.')
    if (start_date !== undefined && expiry_date < start_date)
      invalid('agreement.expiryDate', 'agreement.expiryDate is before agreement.startDate.')
  }
}

/** `2030-02-30` has the form of a date and is none. */
function requireDay(field: string, text: string): void {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    invalid(field, `${field} is no day of the calendar.`)
}

function inRange(field: string, value: number | undefined, most: number): number | undefined {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= most))
    invalid(field, `${field} must be a whole number from 1 to ${most}.`)
  return value
}

function amountOf(field: string, text: string | undefined, currency: string, zero: boolean): number | undefined {
  if (text === undefined) return undefined
  const read = parseCurrencyAmount(text, currency, zero)
  if (!read.ok) return invalid(field, `${field} is not an amount of ${currency}.`)
  return read.amount_minor
}

function checkBetween(
  { amount_minor, currency }: { readonly amount_minor: number; readonly currency: string },
  minimum_minor: number | null | undefined,
  maximum_minor: number | null | undefined,
  field = 'order.amount',
): void {
  if (typeof minimum_minor === 'number' && amount_minor < minimum_minor)
    against(
      field,
      `The agreement is for at least ${currencyAmountText(minimum_minor, currency)} ${currency} a payment.`,
    )
  if (typeof maximum_minor === 'number' && amount_minor > maximum_minor)
    against(field, `The agreement is for at most ${currencyAmountText(maximum_minor, currency)} ${currency} a payment.`)
}

function invalid(field: string, text: string): never {
  throw new PunteError('FIELD_INVALID', { field, text })
}

function against(field: string, text: string): never {
  throw new PunteError('AGREEMENT_TERMS', { field, text })
}
