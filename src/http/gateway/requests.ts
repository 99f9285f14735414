/** Checked fields of the wire as the domain's requests. One type a boundary: nothing stands between the two. */
import type {
  AgreementTerms,
  AgreementType,
  ChargeRequest,
  FollowOnOperation,
  FollowOnRequest,
  IndustryPractice,
  InitialOperation,
  ProvidedCard,
  StoredOnFile,
} from '../../domain/cards/model.ts'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Merchant, Source } from '../../domain/merchants/merchant.ts'
import { type GatewayOperation, isList, type Nested, type NestedValue } from './grammar.ts'
import { detailsOf } from './mask.ts'
import { groupAt, integerAt, present, textAt, without } from './nested.ts'
import { keptSafely, refuseNumberInIds } from './strays.ts'

/** What every transaction request names. */
export type Transacting = {
  readonly merchant: Merchant
  readonly order_id: string
  readonly transaction_id: string
  readonly api_version: number
  readonly request_hash: Buffer
}

export function chargeRequest(
  operation: InitialOperation,
  about: Transacting,
  fields: Nested,
  from_session: boolean,
): ChargeRequest {
  refuseNumberInIds(fields)
  const order = groupAt(fields, 'order')
  const funds = groupAt(fields, 'sourceOfFunds')
  const transaction = groupAt(fields, 'transaction')
  const address = groupAt(groupAt(fields, 'billing'), 'address')
  const card = groupAt(groupAt(funds, 'provided'), 'card')
  return present<ChargeRequest>({
    ...about,
    operation,
    details: keptDetails(fields, 'charge'),
    amount: textAt(order, 'amount') ?? textAt(order, 'netAmount'),
    currency: textAt(order, 'currency') ?? '',
    funds_type: textAt(funds, 'type') as 'CARD' | 'SCHEME_TOKEN' | undefined,
    token: textAt(funds, 'token'),
    card: providedCard(card),
    from_session,
    stored_on_file: textAt(card, 'storedOnFile') as StoredOnFile | undefined,
    source: textAt(transaction, 'source') as Source | undefined,
    agreement: agreementTerms(groupAt(fields, 'agreement')),
    industry_practice: textAt(order, 'industryPracticePaymentReason') as IndustryPractice | undefined,
    reference_order_id: textAt(fields, 'referenceOrderId'),
    trace_id: textAt(groupAt(transaction, 'acquirer'), 'traceId'),
    street: textAt(address, 'street'),
    postcode_zip: textAt(address, 'postcodeZip'),
  })
}

export function followOnRequest(operation: FollowOnOperation, about: Transacting, fields: Nested): FollowOnRequest {
  const order = groupAt(fields, 'order')
  const transaction = groupAt(fields, 'transaction')
  for (const name of ['amount', 'currency'] as const) refuseTwoTexts(order, transaction, name)
  return present<FollowOnRequest>({
    ...about,
    operation,
    details: keptDetails(fields, 'follow_on'),
    // An update of an authorisation names its amount either way.
    amount: textAt(transaction, 'amount') ?? textAt(order, 'amount'),
    currency: textAt(transaction, 'currency') ?? textAt(order, 'currency'),
    target_transaction_id: textAt(transaction, 'targetTransactionId'),
  })
}

/** Of two amounts that are not one, neither is taken. @throws PunteError FIELD_INVALID */
function refuseTwoTexts(order: Nested | undefined, transaction: Nested | undefined, name: 'amount' | 'currency'): void {
  const [one, other] = [textAt(order, name), textAt(transaction, name)]
  if (one === undefined || other === undefined || one === other) return
  if (name === 'amount' && Number(one) === Number(other)) return
  throw new PunteError('FIELD_INVALID', {
    field: `transaction.${name}`,
    text: `order.${name} and transaction.${name} are not the same.`,
  })
}

/** `sourceOfFunds.provided.card`. */
export function providedCard(card: Nested | undefined): ProvidedCard {
  const expiry = groupAt(card, 'expiry')
  return present<ProvidedCard>({
    number: textAt(card, 'number'),
    expiry_month: integerAt(expiry, 'month'),
    expiry_year: integerAt(expiry, 'year'),
    security_code: textAt(card, 'securityCode'),
    name_on_card: textAt(card, 'nameOnCard'),
  })
}

function agreementTerms(agreement: Nested | undefined): AgreementTerms {
  if (agreement === undefined) return {}
  return present<AgreementTerms>({
    id: textAt(agreement, 'id'),
    type: textAt(agreement, 'type') as AgreementType | undefined,
    amount_variability: textAt(agreement, 'amountVariability') as 'FIXED' | 'VARIABLE' | undefined,
    start_date: textAt(agreement, 'startDate'),
    expiry_date: textAt(agreement, 'expiryDate'),
    number_of_payments: integerAt(agreement, 'numberOfPayments'),
    minimum_days_between_payments: integerAt(agreement, 'minimumDaysBetweenPayments'),
    payment_frequency: textAt(agreement, 'paymentFrequency'),
    minimum_amount: textAt(agreement, 'minimumAmountPerPayment'),
    maximum_amount: textAt(agreement, 'maximumAmountPerPayment'),
  })
}

// The correlation id is of the call, not of the transaction: echoed, never kept.
function keptDetails(fields: Nested, kind: 'charge' | 'follow_on'): Nested {
  const details = without(detailsOf(fields), ['correlationId', 'responseControls', 'session', 'apiOperation'])
  return keptSafely(details, fields, kind)
}

/** Of one call alone, or nobody's business: the same request may come again with another one of these. */
const UNHASHED: ReadonlySet<string> = new Set(['correlationId', 'responseControls', 'apiOperation'])

/**
 * What makes two requests the same: operation and fields as sent, in whatever order and on either protocol, without the
 * security code (which may not be kept in any form) and the ids that name the transaction.
 */
export function requestHash(context: Pick<Context, 'keys'>, operation: GatewayOperation, fields: Nested): Buffer {
  let told: string = operation
  for (const name of Object.keys(fields).sort()) {
    if (UNHASHED.has(name)) continue
    const id = name === 'order' || name === 'transaction' ? 'id' : undefined
    const value = canonical(fields[name] as NestedValue, id)
    if (value !== '') told += `\n${name}:${value}`
  }
  return context.keys.hash('card-request', told)
}

/** JSON numbers lose their last zeros on the way (10.50 is 10.5), text does not: the amounts of a request are told alike. */
const plainAmount = (amount: string): string =>
  amount
    .replace(/^0+(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'netAmount'])

/** Names in order, nothing of what says nothing. Names need no quotes: they are of the table, or letters and digits. */
function canonical(value: NestedValue, unsaid?: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map((one) => canonical(one)).join(',')}]`
  let told = ''
  for (const name of Object.keys(value).sort()) {
    if (name === 'securityCode' || name === unsaid) continue
    const told_value = value[name] as NestedValue
    const member = canonical(AMOUNTS.has(name) && typeof told_value === 'string' ? plainAmount(told_value) : told_value)
    if (member !== '') told += `${told === '' ? '' : ','}${name}:${member}`
  }
  return told === '' ? '' : `{${told}}`
}
