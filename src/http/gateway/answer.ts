/**
 * Orders and transactions as the card API answers them. What the request told (details) lies underneath, what Punte knows
 * lies on top. Amounts are numbers with all digits of the currency's minor unit; times are ISO 8601 with milliseconds.
 */
import type { Agreement } from '../../domain/agreements/agreement.ts'
import type { Order, OrderView, Transaction, TransactionView } from '../../domain/cards/model.ts'
import type { Merchant } from '../../domain/merchants/merchant.ts'
import { fundingMethodOf } from '../../domain/vault/card-number.ts'
import { FIELDS } from './fields.ts'
import { isList, isNested, type Nested, type NestedValue } from './grammar.ts'
import { amountNumber } from './json.ts'
import { echoed } from './mask.ts'
import { groupAt, mergeFields, present, textAt, without } from './nested.ts'

const APPROVED: ReadonlySet<string> = new Set([
  'APPROVED',
  'APPROVED_AUTO',
  'APPROVED_PENDING_SETTLEMENT',
  'PARTIALLY_APPROVED',
  'SUBMITTED',
])
/** The card is at fault, not the order: another one may do. */
const OTHER_CARD: ReadonlySet<string> = new Set([
  'AUTHENTICATION_FAILED',
  'DECLINED',
  'DECLINED_AVS',
  'DECLINED_AVS_CSC',
  'DECLINED_CSC',
  'DECLINED_INVALID_PIN',
  'DECLINED_PAYMENT_PLAN',
  'DECLINED_PIN_REQUIRED',
  'EXPIRED_CARD',
  'INSUFFICIENT_FUNDS',
  'INVALID_CSC',
  'REFERRED',
])
const ABANDON: ReadonlySet<string> = new Set(['BLOCKED', 'DECLINED_DO_NOT_CONTACT'])

/** `response.gatewayRecommendation`: what to do next. A result that is not known yet has none. */
function recommendation(transaction: Transaction): string | undefined {
  const { gateway_code, result } = transaction
  if (result === 'SUCCESS' || APPROVED.has(gateway_code)) return 'PROCEED'
  if (result === 'PENDING' || result === 'UNKNOWN') return undefined
  if (ABANDON.has(gateway_code)) return 'DO_NOT_PROCEED_ABANDON_ORDER'
  return OTHER_CARD.has(gateway_code) ? 'RESUBMIT_WITH_ALTERNATIVE_PAYMENT_DETAILS' : 'DO_NOT_PROCEED'
}

/** A whole transaction envelope, totals as this transaction left them: the same request again reads the same answer. */
export function transactionAnswer(view: TransactionView, version: number): Nested {
  const { merchant, order, transaction, initial } = view
  const initially = initial.transaction === transaction
  const told = view.details as Nested
  // The payer, the addresses and the like are the order's: later transactions show them, too.
  const under = initially ? told : mergeFields(without(initial.details as Nested, ['transaction', 'risk']), told)
  return mergeFields(echoed(under), {
    ...present<Record<string, NestedValue>>({
      agreement: agreementOf(view),
      authorizationResponse: authorizationResponse(transaction),
      psd2: isExempt(view) ? { exemption: 'RECURRING_PAYMENT' } : undefined,
      sourceOfFunds: sourceOfFunds(initial.transaction),
    }),
    gatewayEntryPoint: 'WEB_SERVICES_API',
    merchant: merchant.merchant_id,
    order: { id: order.order_id, ...orderAsLeft(merchant, order, transaction, version) },
    response: response(transaction),
    result: transaction.result,
    timeOfLastUpdate: timeText(transaction.recorded_at ?? transaction.submitted_at),
    timeOfRecord: timeText(transaction.submitted_at),
    transaction: transactionGroup(merchant, transaction),
    version: String(version),
  })
}

/** The order's own fields without their prefix, its transactions as whole envelopes. */
export function orderAnswer(view: OrderView, version: number): Nested {
  const { merchant, order, transactions } = view
  const initial =
    transactions.find(({ transaction }) => transaction.transaction_id === order.initial_transaction_id) ??
    transactions[0]
  const told = echoed((initial?.initial.details ?? {}) as Nested)
  const under = { ...without(told, ['order', 'transaction']), ...groupAt(told, 'order') }
  return mergeFields(under, {
    ...(initial !== undefined &&
      present<Record<string, NestedValue>>({
        agreement: agreementOf(initial),
        sourceOfFunds: sourceOfFunds(initial.initial.transaction),
      })),
    id: order.order_id,
    merchant: merchant.merchant_id,
    result: orderResult(view),
    ...orderFields(merchant, order, order.status, order.updated_at, order, version),
    transaction: transactions.map(listingOnce).map((one) => transactionAnswer(one, version)),
    version: String(version),
  })
}

/**
 * The lists that an order was made with (items, flights) stand in the order and in its initial transaction: repeated in
 * each of 500 captures they would make an answer of 30 MB, which holds up everybody for seconds.
 */
function listingOnce(view: TransactionView): TransactionView {
  const { transaction, initial } = view
  if (initial.transaction === transaction) return view
  return { ...view, initial: { ...initial, details: withoutLists(initial.details as Nested) } }
}

function withoutLists(fields: Nested): Nested {
  const kept: Record<string, NestedValue> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (isList(value)) continue
    kept[name] = isNested(value) ? withoutLists(value) : value
  }
  return kept
}

function orderResult({ order, transactions }: OrderView): string {
  if (order.status === 'FAILED') return 'FAILURE'
  return order.status === 'INITIATED' ? (transactions.at(-1)?.transaction.result ?? 'PENDING') : 'SUCCESS'
}

function orderAsLeft(merchant: Merchant, order: Order, transaction: Transaction, version: number): Nested {
  const updated_at = transaction.recorded_at ?? transaction.submitted_at
  const { order_amount_minor: amount_minor, authorized_minor, captured_minor, refunded_minor } = transaction
  const totals = { amount_minor, authorized_minor, captured_minor, refunded_minor }
  // After a decline or a VERIFY an order may be tried in another currency: these totals are of this transaction's.
  const then = { ...order, currency: transaction.currency }
  return orderFields(merchant, then, transaction.order_status ?? order.status, updated_at, totals, version)
}

/** The one field of answers that is younger than the oldest version served. */
const DISBURSED_SINCE = FIELDS.find(({ path }) => path === 'order.totalDisbursedAmount')?.since ?? 0

function orderFields(
  merchant: Merchant,
  { currency, created_at }: Order,
  status: string,
  updated_at: Date,
  totals: Pick<Order, 'amount_minor' | 'authorized_minor' | 'captured_minor' | 'refunded_minor'>,
  version: number,
): Nested {
  const amount = amountNumber(totals.amount_minor, currency)
  return {
    amount,
    creationTime: timeText(created_at),
    currency,
    lastUpdatedTime: timeText(updated_at),
    merchantAmount: amount,
    merchantCategoryCode: merchant.category_code,
    merchantCurrency: currency,
    status,
    totalAuthorizedAmount: amountNumber(totals.authorized_minor, currency),
    totalCapturedAmount: amountNumber(totals.captured_minor, currency),
    ...(version >= DISBURSED_SINCE && { totalDisbursedAmount: amountNumber(0, currency) }),
    totalRefundedAmount: amountNumber(totals.refunded_minor, currency),
  }
}

function transactionGroup(merchant: Merchant, transaction: Transaction): Nested {
  const link = merchant.links.find(({ link_no }) => link_no === transaction.link_no)
  return present<Record<string, NestedValue>>({
    acquirer: present<Record<string, NestedValue>>({
      id: link?.acquirer_id,
      merchantId: link?.acquirer_merchant_id,
      transactionId: transaction.acquirer_transaction_id ?? undefined,
    }),
    amount: amountNumber(transaction.amount_minor, transaction.currency),
    authorizationCode: transaction.authorization_code ?? undefined,
    currency: transaction.currency,
    id: transaction.transaction_id,
    receipt: transaction.receipt ?? undefined,
    source: transaction.source,
    stan: transaction.stan ?? undefined,
    targetTransactionId: transaction.target_transaction_id ?? undefined,
    terminal: link?.terminal_id,
    type: transaction.type,
  })
}

function response(transaction: Transaction): Nested {
  const { csc_result, avs_result } = transaction
  return present<Record<string, NestedValue>>({
    // Empty while the acquirer has not answered.
    acquirerCode: transaction.acquirer_code || undefined,
    acquirerMessage: transaction.acquirer_message ?? undefined,
    cardSecurityCode: csc_result === null ? undefined : { gatewayCode: csc_result },
    cardholderVerification: avs_result === null ? undefined : { avs: { gatewayCode: avs_result } },
    gatewayCode: transaction.gateway_code,
    gatewayRecommendation: recommendation(transaction),
  })
}

/** As acquirers' response codes are. REVERSED and NOT_SENT stand there for want of an answer and are our words. */
const RESPONSE_CODE = /^[0-9A-Z]{2,3}$/

function authorizationResponse(transaction: Transaction): Nested | undefined {
  const { acquirer_code } = transaction
  if (acquirer_code === null || !RESPONSE_CODE.test(acquirer_code)) return undefined
  return present<Record<string, NestedValue>>({
    responseCode: acquirer_code,
    stan: transaction.stan ?? undefined,
    transactionIdentifier: transaction.trace_id ?? undefined,
  })
}

/** Of the initial transaction: what was paid with. */
function sourceOfFunds(initial: Transaction): Nested | undefined {
  if (initial.masked_number === null) return undefined
  return present<Record<string, NestedValue>>({
    provided: {
      card: present<Record<string, NestedValue>>({
        brand: initial.brand ?? undefined,
        expiry:
          initial.expiry_month === null || initial.expiry_year === null
            ? undefined
            : { month: String(initial.expiry_month), year: twoDigits(initial.expiry_year) },
        fundingMethod: fundingMethodOf(initial.brand),
        number: initial.masked_number,
        scheme: initial.scheme ?? undefined,
        storedOnFile: initial.stored_on_file ?? undefined,
      }),
    },
    token: initial.token ?? undefined,
    // Of what stands in `number`: behind a gateway token that is the card, whatever the payment went out under.
    type: initial.token === null ? (initial.funds_type ?? 'CARD') : 'CARD',
  })
}

function agreementOf(view: TransactionView): Nested | undefined {
  const { agreement_id } = view.initial.transaction
  if (agreement_id === null) return undefined
  return present<Record<string, NestedValue>>({ id: agreement_id, type: agreementType(view) })
}

// As the request told it: an order may have been tried under another agreement since, and the answer stays as it was.
function agreementType({ initial, agreement_type }: TransactionView): string | undefined {
  return textAt(groupAt(initial.details as Nested, 'agreement'), 'type') ?? agreement_type
}

// The exemption of article 14 of the technical standards on authentication, claimed for what the payer set up before.
function isExempt(view: TransactionView): boolean {
  const { source, result, type } = view.transaction
  return (
    source === 'MERCHANT' &&
    result === 'SUCCESS' &&
    agreementType(view) === 'RECURRING' &&
    (type === 'PAYMENT' || type === 'AUTHORIZATION')
  )
}

/** `GET …/agreement/{id}`. No regulator or acquirer registers agreements here, which is what the status says. */
export function agreementAnswer(merchant: Merchant, agreement: Agreement): Nested {
  const { currency } = agreement
  const amount = (minor: number | null) => (minor === null ? undefined : amountNumber(minor, currency))
  return {
    agreement: present<Record<string, NestedValue>>({
      amountVariability: agreement.amount_variability ?? undefined,
      expiryDate: agreement.expiry_date ?? undefined,
      id: agreement.agreement_id,
      maximumAmountPerPayment: amount(agreement.maximum_amount_minor),
      minimumAmountPerPayment: amount(agreement.minimum_amount_minor),
      minimumDaysBetweenPayments: agreement.minimum_days_between_payments ?? undefined,
      numberOfPayments: agreement.number_of_payments ?? undefined,
      paymentFrequency: agreement.payment_frequency ?? undefined,
      startDate: agreement.start_date ?? undefined,
      status: 'UNKNOWN_IN_VERSION',
      type: agreement.type,
    }),
    merchant: merchant.merchant_id,
    result: 'SUCCESS',
  }
}

export function timeText(time: Date): string {
  return time.toISOString()
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
