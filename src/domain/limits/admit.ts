/** Holds payments against the limits of their partner, before anything of them goes to a bank. */
import { countBreach } from '../../infra/metrics.ts'
import type { Context } from '../context.ts'
import { factsOf } from './indicators.ts'
import { type Admission, admitPayments, type Breach, raiseBlock } from './store.ts'

type Limiting = Pick<Context, 'db' | 'clock' | 'log'>

/**
 * Counts payments, all or none. A database that does not answer is an error, as it is to the submission that would
 * follow: nothing goes to a bank unlooked at.
 * @returns why they are blocked; undefined when they may go
 */
export async function admit(context: Limiting, input: Omit<Admission, 'at'>): Promise<string | undefined> {
  const breaches = await admitPayments(context, { ...input, at: context.clock.now() })
  const payment_id = input.payments[0]?.payment_id
  for (const breach of breaches) tell(context, breach, { partner_id: input.partner_id, payment_id })
  const blocking = breaches.find(({ outcome }) => outcome === 'block')
  return blocking === undefined ? undefined : factsOf(blocking.indicator).reason
}

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
): Promise<string | undefined> {
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
