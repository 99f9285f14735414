/** Where a payment stands for who looks at its page: which step, and at the end how it came out. */
import type { ListItemProgress, ListProgress } from '../../domain/initiation/lists/list.ts'
import type { AttemptSession } from '../../domain/initiation/session.ts'
import { FINISHED, type PaymentStatus } from '../../domain/initiation/state.ts'
import type { PaymentRow } from '../../domain/initiation/store.ts'
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { ListItem, Outcome, PaymentView } from './contract.ts'

/** After a good return the bank may take a moment to tell; then the way back to the bank is offered again. */
const WAIT_AFTER_RETURN_MS = 30_000

export type Step = {
  readonly step: PaymentView['step']
  readonly redirect_url?: string
  readonly psu_message?: string
  readonly entering?: true
}

/** An attempt at a bank, of a payment or of the item of a list whose turn it is. */
type Attempt = Pick<PaymentRow, 'returned_at'> & {
  readonly attempt_state: PaymentRow['attempt_state']
  readonly redirect_url?: string
  readonly psu_message?: string
}

/** One payment, a recurring one, or a list that a bank takes as one. */
export function stepOf(
  payment: PaymentRow,
  session: AttemptSession | undefined,
  profile: BankProfile | undefined,
  now: Date,
): Step {
  const attempt: Attempt = {
    attempt_state: payment.attempt_state,
    returned_at: payment.returned_at,
    ...(session?.redirect_url !== undefined && { redirect_url: session.redirect_url }),
    ...(session?.psu_message !== undefined && { psu_message: session.psu_message }),
  }
  if (FINISHED.has(payment.status)) return { step: 'outcome' }
  if (payment.status === 'INIT') {
    const live = payment.attempt_state !== null && payment.attempt_state !== 'closed'
    return live ? stepOfAttempt(attempt, now) : { step: 'form' }
  }
  if (payment.status !== 'RCVD' && payment.status !== 'ACTC') return { step: 'outcome' }
  return isAuthorisedOrder(payment, profile) ? { step: 'outcome' } : stepOfAttempt(attempt, now)
}

/** A list whose payments are authorised one by one. */
export function stepOfList(payment: PaymentRow, list: ListProgress, now: Date): Step {
  if (FINISHED.has(payment.status)) return { step: 'outcome' }
  const { current } = list
  const live = current !== undefined && current.attempt_state !== null && current.attempt_state !== 'closed'
  if (live) return stepOfAttempt(current, now)
  // While nothing is at any bank the payer may still choose another one.
  if (list.items.every(({ status }) => status === 'INIT')) return { step: 'form' }
  return { step: list.next_no === undefined ? 'outcome' : 'next' }
}

function stepOfAttempt(attempt: Attempt, now: Date): Step {
  const { attempt_state, redirect_url, psu_message, returned_at } = attempt
  if (attempt_state === 'sending' || attempt_state === 'unknown') return { step: 'sending' }
  const entering = attempt_state === 'entering'
  const awaited = returned_at !== null && now.getTime() - returned_at.getTime() <= WAIT_AFTER_RETURN_MS
  if (redirect_url !== undefined && !awaited) {
    return { step: 'authorise', redirect_url, ...(entering && { entering: true }) }
  }
  // Let in: what follows is that the payment is sent there.
  if (entering) return { step: 'sending' }
  return { step: 'waiting', ...(psu_message !== undefined && { psu_message }) }
}

/** An order for later rests as ACTC at most banks once it is authorised; at some ACTC still waits for the payer. */
export function isAuthorisedOrder(payment: PaymentRow, profile: BankProfile | undefined): boolean {
  if (payment.status !== 'ACTC' || (payment.kind !== 'recurring' && payment.execution_date === null)) return false
  return profile !== undefined && !(profile.statuses?.unauthorised ?? []).includes('ACTC')
}

const OUTCOMES: Readonly<Partial<Record<PaymentStatus, Outcome['kind']>>> = {
  ACSC: 'paid',
  RJCT: 'rejected',
  CANC: 'cancelled',
  ABND: 'abandoned',
  BLOCKED: 'blocked',
  PART: 'partly',
}

/** Which limit stops a payment is no news for whoever tries how far it reaches. */
export const toldReason = ({ status, reason }: Pick<PaymentRow, 'status' | 'reason'>): { readonly reason?: string } =>
  reason === null || status === 'BLOCKED' ? {} : { reason }

/** @param today `yyyy-mm-dd` where the banks are */
export function outcomeOf(payment: PaymentRow, today: string): Outcome {
  const reason = toldReason(payment)
  // A series that ran to its end is no payment that was made now.
  if (payment.kind === 'recurring' && payment.status === 'ACSC') return { kind: 'scheduled', reason: 'ENDED' }
  const known = OUTCOMES[payment.status]
  if (known !== undefined) return { kind: known, ...reason }
  return { kind: isForLater(payment, today) ? 'scheduled' : 'authorised', ...reason }
}

const isForLater = ({ kind, execution_date }: PaymentRow, today: string): boolean =>
  kind === 'recurring' || (execution_date !== null && execution_date > today)

/**
 * How one payment of a list stands.
 * @param is_agreed the list went as one, for a day to come, and the payer has authorised it (isAuthorisedOrder)
 */
export function itemStateOf(
  payment: PaymentRow,
  list: ListProgress,
  { no, status: own }: ListItemProgress,
  { today, is_agreed }: { readonly today: string; readonly is_agreed: boolean },
): ListItem['state'] {
  const together = list.way === 'together'
  // Items that went as one are told of the list's status a little after it.
  const status = together && own === 'INIT' ? payment.status : own
  const known = status === 'PART' ? undefined : OUTCOMES[status]
  if (known !== undefined) return known
  if (together && is_agreed) return 'scheduled'
  // What is at a bank and is no more the payer's turn there was authorised, also where the bank says ACTC of it.
  const is_authorised = status === 'ACTC' && !together && list.current?.no !== no
  if (is_authorised || (status !== 'INIT' && status !== 'RCVD' && status !== 'ACTC')) {
    return isForLater(payment, today) ? 'scheduled' : 'authorised'
  }
  if (FINISHED.has(payment.status)) return payment.status === 'BLOCKED' ? 'blocked' : 'abandoned'
  if (!together) return list.current?.no === no ? 'authorising' : 'waiting'
  return payment.attempt_state === null || payment.attempt_state === 'closed' ? 'waiting' : 'authorising'
}

const GOOD: ReadonlySet<ListItem['state']> = new Set(['paid', 'authorised', 'scheduled'])

/** How a list came out, by how its payments did: its own status follows theirs a little later. */
export function outcomeOfList(payment: PaymentRow, items: readonly Pick<ListItem, 'state'>[], today: string): Outcome {
  const reason = toldReason(payment)
  const has = (kind: Outcome['kind']) => items.some(({ state }) => state === kind)
  const good = items.filter(({ state }) => GOOD.has(state)).length
  if (good === 0) {
    if (FINISHED.has(payment.status)) return outcomeOf(payment, today)
    return { kind: (['rejected', 'cancelled', 'blocked'] as const).find(has) ?? 'abandoned', ...reason }
  }
  if (good < items.length || payment.status === 'PART') return { kind: 'partly', ...reason }
  if (has('scheduled')) return { kind: 'scheduled' }
  return { kind: has('authorised') ? 'authorised' : 'paid' }
}
