/** Holds payments against the limits of their partner, before anything of them goes to a bank. */
import { countBreach } from '../../infra/metrics.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { createTurns, type Turns } from '../merchants/turns.ts'
import { factsOf, type LimitReason } from './indicators.ts'
import { ADMISSIONS_TOGETHER, type Admission, admitPayments, type Breach, raiseBlock } from './store.ts'

type Limiting = Pick<Context, 'db' | 'clock' | 'log'>

/** In one statement and waiting for the next; its statements, one at a time, keep no connections from other partners. */
const AT_ONCE = 2 * ADMISSIONS_TOGETHER
const WAITING = 500
const WAITING_TIMEOUT_MS = 5_000
const queues = new Map<number, Turns>()

/**
 * Counts payments, all or none. A database that does not answer is an error, as it is to the submission that would
 * follow: nothing goes to a bank unlooked at.
 * @returns why they are blocked; undefined when they may go
 * @throws PunteError OVERLOADED when too many of the partner's wait
 */
export async function admit(context: Limiting, input: Omit<Admission, 'at'>): Promise<LimitReason | undefined> {
  const breaches = await inTurn(input.partner_id, () => admitPayments(context, { ...input, at: context.clock.now() }))
  const payment_id = input.payments[0]?.payment_id
  for (const breach of breaches) tell(context, breach, { partner_id: input.partner_id, payment_id })
  const blocking = breaches.find(({ outcome }) => outcome === 'block')
  return blocking === undefined ? undefined : factsOf(blocking.indicator).reason
}

async function inTurn<T>(partner_id: number, work: () => Promise<T>): Promise<T> {
  const turns = queues.get(partner_id) ?? createTurns({ at_once: AT_ONCE, waiting: WAITING, order: 'first' })
  queues.set(partner_id, turns)
  try {
    return await turns.take(WAITING_TIMEOUT_MS, work, overloaded)
  } finally {
    if (turns.isIdle()) queues.delete(partner_id)
  }
}

const overloaded = () =>
  new PunteError('OVERLOADED', { retry_after_s: 1, detail: 'too many payments of the partner wait' })

/**
 * The one limit that may be known before the payer is there: the amount that the partner itself has fixed.
 * @returns why the payment is blocked; undefined when it may go on
 */
export async function admitAmount(
  context: Limiting,
  input: {
    readonly partner: { readonly partner_id: number; readonly max_amount_minor?: number }
    readonly payment_id: number
    /** Of a list, its largest. */
    readonly amount_minor: number
  },
): Promise<LimitReason | undefined> {
  const { partner, payment_id, amount_minor } = input
  const level = partner.max_amount_minor
  if (level === undefined || amount_minor <= level) return undefined
  const key = { partner_id: partner.partner_id, payment_id }
  const breach = { indicator: 'max_amount', measured: amount_minor, level } as const
  const is_first = await raiseBlock(context, { ...key, ...breach, at: context.clock.now() })
  tell(context, { ...breach, outcome: 'block', is_first }, key)
  return factsOf('max_amount').reason
}

function tell(
  context: Limiting,
  { indicator, outcome, measured, level, is_first }: Breach,
  key: { readonly partner_id: number; readonly payment_id: number | undefined },
): void {
  countBreach(indicator, outcome)
  const facts = { ...key, indicator, measured, level }
  if (outcome === 'block') context.log.warn(facts, 'a limit of the partner blocks a payment')
  else if (is_first) context.log.warn(facts, 'a partner has passed a level of warning')
}
