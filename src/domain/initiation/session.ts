/** What an attempt must remember about the bank and the order, sealed: the connector's session and our order. */
import type { AccessSession, BankOrder, BankSession, PsuContext } from '../../infra/banks/connector.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import { openOnce } from '../../infra/keys/open-once.ts'
import type { PaymentKey, PaymentRow } from './store.ts'

type AttemptKey = PaymentKey & { readonly attempt_no: number }
type Sealing = { readonly keys: Keys }

/** The bank's side of an attempt: the connector's session, and what the payer must do next. */
export type AttemptSession = {
  /** Absent while the payer is letting us in, before anything is initiated. */
  readonly bank?: BankSession
  /** The payer's leave to use the bank's interface, where the bank wants it first. */
  readonly access?: AccessSession
  readonly redirect_url?: string
  readonly psu_message?: string
  /** An authorisation code is being exchanged until then (ms since 1970): no other return may spend it too. */
  readonly exchanging_until?: number
  /** The code was exchanged; there is nothing more to take from a return. */
  readonly authorised?: true
}

/** Our side: what was sent, so that it can be sent again word for word. */
export type AttemptOrder = { readonly order: BankOrder; readonly psu: PsuContext }

const place = (kind: 'session' | 'order', key: AttemptKey) =>
  `payment_attempts.${kind}:${key.partner_id}:${key.payment_id}:${key.attempt_no}`

export const sealSession = (context: Sealing, key: AttemptKey, session: AttemptSession): Buffer =>
  context.keys.seal(JSON.stringify(session), place('session', key))

export const sealOrder = (context: Sealing, key: AttemptKey, order: AttemptOrder): Buffer =>
  context.keys.seal(JSON.stringify(order), place('order', key))

export function openSession(
  context: Sealing,
  row: Pick<PaymentRow, 'session_enc'> & AttemptKey,
): AttemptSession | undefined {
  if (row.session_enc === null) return undefined
  return openedSession(context.keys, row.session_enc, place('session', row))
}

const openedSession = openOnce<AttemptSession>()

export function openOrder(context: Sealing, row: Pick<PaymentRow, 'order_enc'> & AttemptKey): AttemptOrder | undefined {
  if (row.order_enc === null) return undefined
  const { order, psu } = JSON.parse(context.keys.open(row.order_enc, place('order', row))) as AttemptOrder
  // Orders of before there were several services do not name theirs.
  return { order: { ...order, service: order.service ?? 'payments' } as BankOrder, psu }
}
