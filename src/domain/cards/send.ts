/**
 * From a written submission to a written outcome: asks the acquirer once, and records what it said. What it did not say is
 * recorded as unknown and settled by reconcile.ts. A submission that never left is a failure: nothing can have happened.
 */
import type { AcquirerAnswer, AcquirerConnector, AcquirerResult } from '../../infra/acquirers/connector.ts'
import { countCardOutcome } from '../../infra/metrics.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { AcquirerLinkProfile, Merchant } from '../merchants/merchant.ts'
import type { Submission } from './claim-store.ts'
import type { Order, Transaction, TransactionType } from './model.ts'
import { type Outcome, recordOutcome, recordUnknown } from './record-store.ts'
import { afterFailure, afterSuccess, isInitial, type Standing } from './state.ts'
import type { TransactionKey } from './store.ts'

/** The sweep that takes up a submission whose process died waits this much longer than the acquirer may take. */
const GRACE_MS = 5_000
/** From an answer that did not come to the first question. */
const FIRST_ASK_MS = 500

/** @throws PunteError INTERNAL where the installation lacks the acquirer that a merchant's link names */
export function connectorOf(context: Context, link: AcquirerLinkProfile): AcquirerConnector {
  const connector = context.acquirers.get(link.acquirer_id)
  if (connector === undefined)
    throw new PunteError('INTERNAL', { detail: `no profile of acquirer ${link.acquirer_id}` })
  return connector
}

export function sweepAt(now: Date, connector: AcquirerConnector): Date {
  return new Date(now.getTime() + connector.timeout_ms + GRACE_MS)
}

/** The acquirer's merchant, as its messages name it. */
export const linkOf = ({ acquirer_merchant_id, terminal_id }: AcquirerLinkProfile) => ({
  acquirer_merchant_id,
  terminal_id,
})

/** What recording needs to know of a submission, from memory or, after a crash, from the tables. */
export type Sent = TransactionKey & {
  readonly type: TransactionType
  readonly amount_minor: number
  /** The order as the submission found it; of an initial transaction: as it was submitted, without totals. */
  readonly order: Standing
  readonly token: string | null
  readonly target_transaction_id: string | null
  /** `opens`: success opens the series or changes its card. `counts`: failure gives a counted payment back. */
  readonly series: 'none' | 'opens' | 'counts'
}

/** How a transaction stands after it was sent, as it was written; undefined where another had written it before. */
export type Ended = {
  readonly transaction: Pick<
    Transaction,
    | 'state'
    | 'result'
    | 'gateway_code'
    | 'acquirer_code'
    | 'acquirer_message'
    | 'authorization_code'
    | 'stan'
    | 'receipt'
    | 'acquirer_transaction_id'
    | 'trace_id'
    | 'csc_result'
    | 'avs_result'
    | 'recorded_at'
  > &
    Partial<
      Pick<
        Transaction,
        'order_status' | 'order_amount_minor' | 'authorized_minor' | 'captured_minor' | 'refunded_minor'
      >
    >
  readonly order: Partial<Standing> & Pick<Order, 'updated_at'>
}

/** Asks and records. Ends when the outcome, or that there is none yet, is in the database. */
export async function send(
  context: Context,
  sent: Sent,
  ask: () => Promise<AcquirerAnswer>,
): Promise<Ended | undefined> {
  const answer = await ask()
  if (answer.kind !== 'unknown')
    return record(context, sent, answer.kind === 'answered' ? answer : NEVER_SENT, 'acquirer')
  const at = context.clock.now()
  const ask_at = new Date(at.getTime() + FIRST_ASK_MS)
  const { partner_id } = sent
  context.log.warn({ partner_id, reason: answer.reason }, 'an acquirer did not answer a card transaction')
  if (!(await recordUnknown(context, sent, { at, ask_at, reason: answer.reason }))) return undefined
  countCardOutcome(sent.type, 'UNKNOWN', UNKNOWN.gateway_code)
  const nothing_said = { ...saidBy(UNKNOWN), acquirer_code: null }
  const transaction = { ...nothing_said, state: 'unknown', result: 'UNKNOWN', recorded_at: null } as const
  return { transaction, order: { updated_at: at } }
}

const NEVER_SENT: AcquirerResult = { approved: false, gateway_code: 'ACQUIRER_SYSTEM_ERROR', acquirer_code: 'NOT_SENT' }
const UNKNOWN: AcquirerResult = { approved: false, gateway_code: 'TIMED_OUT', acquirer_code: '' }
/** Reversed, so that it has no effect whatever became of it. */
export const REVERSED: AcquirerResult = { approved: false, gateway_code: 'TIMED_OUT', acquirer_code: 'REVERSED' }

/** Writes an outcome, once; undefined: it had been written before. */
export async function record(
  context: Context,
  sent: Sent,
  result: AcquirerResult,
  cause: Outcome['cause'],
): Promise<Ended | undefined> {
  const success = result.approved
  const after = success ? afterSuccess(sent.order, sent.type, sent.amount_minor) : afterFailure(sent.order, sent.type)
  const at = context.clock.now()
  const said = saidBy(result)
  const ending = success ? 'SUCCESS' : 'FAILURE'
  const recorded = await recordOutcome(context, {
    partner_id: sent.partner_id,
    order_id: sent.order_id,
    transaction_id: sent.transaction_id,
    at,
    cause,
    event: `transaction.${success ? 'succeeded' : 'failed'}`,
    result: ending,
    ...said,
    after,
    token: isInitial(sent.type) ? sent.token : null,
    account_closed: result.account_closed === true,
    account: result.account,
    voids: success && sent.type.startsWith('VOID_') ? sent.target_transaction_id : null,
    agreement: seriesChange(sent.series, success),
  })
  if (!recorded) return undefined
  countCardOutcome(sent.type, ending, result.gateway_code)
  const { status, amount_minor, ...totals } = after
  return {
    transaction: {
      ...said,
      state: 'done',
      result: ending,
      recorded_at: at,
      order_status: status,
      order_amount_minor: amount_minor,
      ...totals,
    },
    order: { ...after, updated_at: at },
  }
}

const MESSAGE_LENGTH = 100

/** An acquirer that repeats a card number in its words must not make us keep it. */
function withoutNumbers(message: string): string {
  return message.slice(0, MESSAGE_LENGTH).replace(/\d(?:[ -]?\d){8,}/g, (digits) => 'x'.repeat(digits.length))
}

/** What no table holds, NUL and half a surrogate pair, would keep the outcome from ever being written. */
function writable(text: string | undefined): string | null {
  return text === undefined ? null : text.toWellFormed().replaceAll('\0', '')
}

function saidBy(result: AcquirerResult) {
  const { acquirer_message } = result
  return {
    gateway_code: result.gateway_code,
    acquirer_code: result.acquirer_code,
    acquirer_message: writable(acquirer_message === undefined ? undefined : withoutNumbers(acquirer_message)),
    authorization_code: writable(result.authorization_code),
    stan: writable(result.stan),
    receipt: writable(result.receipt),
    acquirer_transaction_id: writable(result.acquirer_transaction_id),
    trace_id: writable(result.trace_id),
    csc_result: writable(result.csc_result),
    avs_result: writable(result.avs_result),
  }
}

function seriesChange(series: Sent['series'], success: boolean): Outcome['agreement'] {
  if (series === 'opens' && success) return 'opens'
  return series === 'counts' && !success ? 'gives_back' : 'none'
}

/** A submission as a transaction: as it was written, and then as it ended. */
export function transactionOf(submission: Submission, ended: Ended): Transaction {
  const { card, at, ask_at: _, ...written } = submission
  return {
    ...written,
    funds_type: card?.funds_type ?? null,
    token: card?.token ?? null,
    masked_number: card?.masked_number ?? null,
    brand: card?.brand ?? null,
    scheme: card?.scheme ?? null,
    expiry_month: card?.expiry_month ?? null,
    expiry_year: card?.expiry_year ?? null,
    stored_on_file: card?.stored_on_file ?? null,
    agreement_id: card?.agreement_id ?? null,
    voided_by: null,
    order_status: null,
    authorized_minor: 0,
    captured_minor: 0,
    refunded_minor: 0,
    asked_no: 0,
    submitted_at: at,
    ...ended.transaction,
  }
}

/** The link a transaction was made under. */
export function linkNumbered(merchant: Merchant, link_no: number): AcquirerLinkProfile {
  const link = merchant.links.find((one) => one.link_no === link_no)
  if (link === undefined)
    throw new PunteError('INTERNAL', { detail: `merchant ${merchant.merchant_id} has no link ${link_no} any more` })
  return link
}
