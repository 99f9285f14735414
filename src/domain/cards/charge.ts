/**
 * PAY, AUTHORIZE and VERIFY: the initial transactions of an order. Decided from one look at the database, written onto what
 * that look saw, then sent, then recorded. When what was seen has changed meanwhile, everything is decided again.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcquirerCard, AcquirerConnector, CardMessage } from '../../infra/acquirers/connector.ts'
import type { Agreement, AgreementOpening } from '../agreements/agreement.ts'
import { checkSeriesPayment, openingOf } from '../agreements/rules.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { AcquirerLinkProfile, Source } from '../merchants/merchant.ts'
import { sealForMerchant } from '../vault/data-keys.ts'
import { readAmount } from './amount.ts'
import { claimAgain, claimNewOrder, type Submission } from './claim-store.ts'
import { cardOf, type Funds } from './funds.ts'
import { chooseLink } from './link.ts'
import type { ChargeRequest, Order, TransactionView } from './model.ts'
import { detailsAbout, findStored, viewTransaction } from './retrieve.ts'
import { type Ended, linkOf, type Sent, send, sweepAt, transactionOf } from './send.ts'
import { TYPE_OF } from './state.ts'
import { type ChargeContext, loadChargeContext, loadOrder, loadTransaction } from './store.ts'
import { decideStoredCredential, type StoredCredentialDecision } from './stored-credentials.ts'

const TRIES = 8
const LOOK_AGAIN_MS = 25
/** Every try writes its order twice. After a hundred of them there is still room for what follows a payment. */
const MOST_VERSIONS = 200

/**
 * @returns the transaction with its result; a decline is one, an acquirer's silence is UNKNOWN. The identical request again
 *   returns the stored one.
 * @throws PunteError where the request cannot be carried out; nothing is written then
 */
export async function charge(context: Context, request: ChargeRequest): Promise<TransactionView> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const key = {
      partner_id: request.merchant.partner_id,
      order_id: request.order_id,
      transaction_id: request.transaction_id,
    }
    const seen = await loadChargeContext(context, key, { token: request.token, agreement_id: request.agreement.id })
    if (seen.transaction_exists) {
      const stored = await findStored(context, request)
      if (stored !== undefined) return stored
      continue
    }
    const order = seen.order_version_no === undefined ? undefined : await loadOrder(context, key)
    if (order?.version_no === seen.order_version_no) {
      const plan = await decide(context, request, seen, order)
      if (await claim(context, plan)) return carryOut(context, request, plan)
    }
    await sleep(LOOK_AGAIN_MS)
  }
  throw new PunteError('SERVER_BUSY', { retry_after_s: 5 })
}

type Plan = {
  readonly submission: Submission
  readonly counts: boolean
  readonly order: Order | undefined
  readonly connector: AcquirerConnector
  readonly message: CardMessage
  readonly sent: Sent
  readonly agreement_type: NonNullable<StoredCredentialDecision['agreement_type']> | undefined
}

/** @param existing the order, where there is one, in the version that was seen */
async function decide(
  context: Context,
  request: ChargeRequest,
  seen: ChargeContext,
  existing: Order | undefined,
): Promise<Plan> {
  const { merchant, operation } = request
  requireOperation(request)
  const { link, source, connector } = chooseLink(context, merchant, request.currency, request.source)
  const amount_minor = readAmount(request.amount ?? '0', request.currency, 'order.amount', operation === 'VERIFY')
  const funds = await cardOf(context, request, seen.token)
  const credential = decideCredential(request, seen, funds, source)
  const now = context.clock.now()
  const opening = checkAgreement(request, seen, credential, amount_minor, now)
  if (existing !== undefined) await requireChargeable(context, request, existing, funds)
  const trace_id = await traceOf(context, request, seen, funds, credential)
  const { agreement_type } = credential
  const submission = await submissionOf(context, request, {
    link,
    source,
    connector,
    amount_minor,
    funds,
    credential,
    opening,
    agreement: seen.agreement,
    now,
  })
  const initiation: CardMessage['initiation'] = {
    source,
    initiated_by: credential.initiated_by,
    stored_on_file: credential.stored_on_file,
    ...(agreement_type !== undefined && { agreement_type }),
    ...(credential.role === 'industry_practice' &&
      request.industry_practice !== undefined && { industry_practice: request.industry_practice }),
    ...(trace_id !== undefined && { trace_id }),
  }
  return {
    submission,
    counts: counts(request, credential),
    order: existing,
    connector,
    message: messageOf(request, submission, link, funds.card, initiation),
    sent: {
      ...submission,
      order: { status: 'INITIATED', amount_minor, authorized_minor: 0, captured_minor: 0, refunded_minor: 0 },
      token: funds.token?.token ?? null,
      series: opening !== null ? 'opens' : counts(request, credential) ? 'counts' : 'none',
    },
    agreement_type,
  }
}

/** A VERIFY by the merchant looks at the card and takes nothing, so that no count is used up by it. */
const counts = (request: ChargeRequest, { role }: StoredCredentialDecision): boolean =>
  role === 'continues' && request.operation !== 'VERIFY'

function requireOperation({ merchant, operation }: ChargeRequest): void {
  if (merchant.operations.includes(operation)) return
  const name = { PAY: 'Payment', AUTHORIZE: 'Authorization', VERIFY: 'Verification' }[operation]
  throw new PunteError('OPERATION_NOT_PERMITTED', {
    field: 'apiOperation',
    text: `Value '${operation}' is invalid. ${name} request not permitted for this merchant.`,
  })
}

function decideCredential(
  request: ChargeRequest,
  seen: ChargeContext,
  funds: Funds,
  source: Source,
): StoredCredentialDecision {
  const { id, type, ...other } = request.agreement
  const known = seen.agreement
  return decideStoredCredential({
    operation: request.operation,
    source,
    ...(request.stored_on_file !== undefined && { stored_on_file: request.stored_on_file }),
    credential: funds.token !== undefined ? 'gateway_token' : funds.card.kind,
    tokenization: request.merchant.tokenization,
    agreement: {
      ...(id !== undefined && { id }),
      ...(type !== undefined && { type }),
      other_terms: Object.values(other).some((value) => value !== undefined),
      ...(known !== undefined && { known }),
    },
    same_card: known?.number_hash?.equals(funds.number_hash) === true,
    same_expiry: known?.expiry_month === funds.expiry_month && known.expiry_year === funds.expiry_year,
    security_code_given: request.card.security_code !== undefined,
    from_session: request.from_session,
    ...(request.industry_practice !== undefined && { industry_practice: request.industry_practice }),
    reference_given: request.reference_order_id !== undefined || request.trace_id !== undefined,
  })
}

const BUCHAREST_DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' })

/** What the transaction opens or changes when it succeeds; null: nothing. @throws PunteError AGREEMENT_TERMS and others */
function checkAgreement(
  request: ChargeRequest,
  { agreement }: ChargeContext,
  { role, agreement_type }: StoredCredentialDecision,
  amount_minor: number,
  now: Date,
): AgreementOpening | null {
  const { currency, operation } = request
  const today = BUCHAREST_DAY.format(now)
  if (role === 'opens')
    return openingOf(
      { ...request.agreement, ...(agreement_type !== undefined && { type: agreement_type }) },
      { currency, amount_minor, operation, today },
    )
  if (role === 'changes_card' && agreement !== undefined) return { type: agreement.type, currency: agreement.currency }
  if (role === 'continues' && agreement !== undefined && operation !== 'VERIFY')
    checkSeriesPayment(agreement, { amount_minor, currency, today })
  return null
}

/**
 * Whether the order takes another initial transaction: none has succeeded, or only a VERIFY of the same card.
 * @throws PunteError ORDER_NOT_NEW; SERVER_BUSY while a transaction of it is at the acquirer
 */
async function requireChargeable(context: Context, request: ChargeRequest, order: Order, funds: Funds): Promise<void> {
  if (order.live_transaction_id !== null) throw new PunteError('SERVER_BUSY', { retry_after_s: 5 })
  if (order.version_no >= MOST_VERSIONS)
    throw new PunteError('ORDER_NOT_NEW', { field: 'order.id', text: 'The order was tried too often; use a new one.' })
  if (order.status === 'FAILED') return
  if (order.status === 'VERIFIED' && request.operation !== 'VERIFY') {
    const verified = await loadTransaction(context, { ...order, transaction_id: order.initial_transaction_id })
    if (verified?.number_hash?.equals(funds.number_hash) === true) return
    throw new PunteError('ORDER_NOT_NEW', {
      field: 'sourceOfFunds.provided.card.number',
      text: 'The order is verified with another card.',
    })
  }
  throw new PunteError('ORDER_NOT_NEW', { field: 'order.id' })
}

/** The scheme's id of the transaction that this one follows from. */
async function traceOf(
  context: Context,
  request: ChargeRequest,
  seen: ChargeContext,
  funds: Funds,
  { role, initiated_by }: StoredCredentialDecision,
): Promise<string | undefined> {
  if (role === 'continues') return seen.agreement?.trace_id ?? undefined
  if (initiated_by === 'cardholder') return undefined
  const { reference_order_id, merchant } = request
  if (reference_order_id === undefined) return request.trace_id
  const referred = await loadOrder(context, { partner_id: merchant.partner_id, order_id: reference_order_id })
  const initial =
    referred && (await loadTransaction(context, { ...referred, transaction_id: referred.initial_transaction_id }))
  if (initial?.result !== 'SUCCESS')
    throw new PunteError('FIELD_INVALID', {
      field: 'referenceOrderId',
      text: 'The merchant has no successful order of this id.',
    })
  if (initial.number_hash?.equals(funds.number_hash) !== true)
    throw new PunteError('FIELD_INVALID', {
      field: 'referenceOrderId',
      text: 'The order of this id was paid with another card.',
    })
  return request.trace_id ?? initial.trace_id ?? undefined
}

type Parts = {
  readonly link: AcquirerLinkProfile
  readonly source: Source
  readonly connector: AcquirerConnector
  readonly amount_minor: number
  readonly funds: Funds
  readonly credential: StoredCredentialDecision
  readonly opening: AgreementOpening | null
  readonly agreement: Agreement | undefined
  readonly now: Date
}

async function submissionOf(context: Context, request: ChargeRequest, parts: Parts): Promise<Submission> {
  const { funds, credential, amount_minor, now } = parts
  const { merchant, order_id, transaction_id, details } = request
  const empty = Object.keys(details).length === 0
  const about = detailsAbout(order_id, transaction_id)
  return {
    partner_id: merchant.partner_id,
    order_id,
    transaction_id,
    at: now,
    type: TYPE_OF[request.operation],
    request_hash: request.request_hash,
    amount_minor,
    currency: request.currency,
    source: parts.source,
    target_transaction_id: null,
    api_version: request.api_version,
    reference: randomUUID(),
    link_no: parts.link.link_no,
    details_enc: empty ? null : await sealForMerchant(context, merchant.partner_id, JSON.stringify(details), about),
    order_amount_minor: amount_minor,
    ask_at: sweepAt(now, parts.connector),
    card: {
      funds_type: funds.card.kind === 'scheme_token' ? 'SCHEME_TOKEN' : 'CARD',
      token: funds.token?.token ?? null,
      number_hash: funds.number_hash,
      masked_number: funds.masked_number,
      brand: funds.brand,
      scheme: funds.scheme,
      expiry_month: funds.expiry_month,
      expiry_year: funds.expiry_year,
      stored_on_file: credential.stored_on_file,
      agreement_id: ['single', 'industry_practice'].includes(credential.role) ? null : (request.agreement.id ?? null),
      agreement_opening: parts.opening,
      seen_agreement_version_no: parts.opening === null ? null : (parts.agreement?.version_no ?? 0),
    },
  }
}

function messageOf(
  request: ChargeRequest,
  submission: Submission,
  link: AcquirerLinkProfile,
  card: AcquirerCard,
  initiation: CardMessage['initiation'],
): CardMessage {
  const { street, postcode_zip } = request
  const address = { ...(street !== undefined && { street }), ...(postcode_zip !== undefined && { postcode_zip }) }
  return {
    reference: submission.reference,
    link: linkOf(link),
    amount_minor: submission.amount_minor,
    currency: submission.currency,
    card,
    initiation,
    ...(Object.keys(address).length > 0 && { address }),
  }
}

function claim(context: Context, { submission, order, counts }: Plan): Promise<boolean> {
  return order === undefined
    ? claimNewOrder(context, submission, counts)
    : claimAgain(context, submission, order.version_no, counts)
}

async function carryOut(context: Context, request: ChargeRequest, plan: Plan): Promise<TransactionView> {
  const { connector, message } = plan
  const ask = { PAY: connector.pay, AUTHORIZE: connector.authorize, VERIFY: connector.verify }[request.operation]
  const ended = await send(context, plan.sent, () => ask(message))
  if (ended !== undefined) return viewOf(request, plan, ended)
  // A sweep was faster (this process had stood still): what it wrote is what happened.
  const stored = await viewTransaction(context, request)
  if (stored === undefined) throw new PunteError('INTERNAL', { detail: 'a submitted card transaction is gone' })
  return stored
}

/** The answer from what was just written, without reading it back. */
function viewOf(request: ChargeRequest, { submission, order, agreement_type }: Plan, ended: Ended): TransactionView {
  const transaction = transactionOf(submission, ended)
  const view_order: Order = {
    partner_id: submission.partner_id,
    order_id: submission.order_id,
    version_no: (order?.version_no ?? 0) + 2,
    status: 'INITIATED',
    currency: submission.currency,
    amount_minor: submission.amount_minor,
    authorized_minor: 0,
    captured_minor: 0,
    refunded_minor: 0,
    live_transaction_id: transaction.state === 'done' ? null : submission.transaction_id,
    initial_transaction_id: submission.transaction_id,
    agreement_id: transaction.agreement_id,
    created_at: order?.created_at ?? submission.at,
    ...ended.order,
  }
  const { merchant, details } = request
  return {
    merchant,
    order: view_order,
    transaction,
    details,
    initial: { transaction, details },
    ...(agreement_type !== undefined && { agreement_type }),
  }
}
