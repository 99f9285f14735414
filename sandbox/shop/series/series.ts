/** How a series stands, and what is charged for it: opened by its payer, continued by the shop, moved to another card. */
import { randomInt } from 'node:crypto'
import { amountText } from '../../process/markup.ts'
import { type Charge, isOpen, type KeptCard, type Series } from '../cards/book.ts'
import type { Desk } from '../cards/desk.ts'
import { dueAt, type Plan, planById } from './plans.ts'

export type SeriesView = {
  readonly series: Series
  readonly plan: Plan
  /** `opening`: its first payment has not succeeded yet. */
  readonly phase: 'opening' | 'active' | 'finished' | 'ended'
  /** Every try, oldest first; card changes are not payments. */
  readonly payments: readonly Charge[]
  readonly taken: number
  readonly remaining: number | undefined
  /** The next ones, soonest first; empty where payments come when needed. */
  readonly next_at: readonly string[]
  readonly card: KeptCard | undefined
  readonly last: Charge | undefined
}

const NEXT_SHOWN = 3
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const SERIES_ID = /^AB-[0-9A-HJKMNP-TV-Z]{10}$/

export function newSeriesId(): string {
  return `AB-${Array.from({ length: 10 }, () => LETTERS[randomInt(32)]).join('')}`
}

export const isSeriesId = (text: string): boolean => SERIES_ID.test(text)

export function viewOf({ book }: Desk, series: Series): SeriesView {
  const plan = planById(series.plan_id)
  if (plan === undefined) throw new Error('a series of a plan that is no longer known')
  const charges = book.chargesFor(series.series_id)
  const payments = charges.filter(({ purpose }) => purpose.kind !== 'card_change')
  const paid = payments.filter(({ state }) => state === 'paid')
  const taken = paid.length
  const remaining = plan.payments === undefined ? undefined : Math.max(0, plan.payments - taken)
  const phase =
    series.ended_at !== undefined && remaining !== 0
      ? 'ended'
      : taken === 0
        ? 'opening'
        : remaining === 0
          ? 'finished'
          : 'active'
  const first_at = paid[0]?.settled_at
  const shown = phase === 'active' ? Math.min(NEXT_SHOWN, remaining ?? 0) : 0
  const { every } = plan
  const next_at =
    every === undefined || first_at === undefined
      ? []
      : Array.from({ length: shown }, (_, place) => dueAt(first_at, every, taken + place))
  // The card that the payer gave last counts, even where it could not be kept: the former one is no longer of the series.
  const given = charges.findLast(({ purpose, state }) => purpose.kind !== 'merchant' && state === 'paid')
  const card = typeof given?.kept === 'string' ? book.card(given.kept) : undefined
  return { series, plan, phase, payments, taken, remaining, next_at, card, last: charges.at(-1) }
}

/** The series after following its last charge; one whose payments are all taken is closed and its card let go. */
export async function refreshed(desk: Desk, series: Series): Promise<SeriesView> {
  await desk.charges.followLast(series.series_id)
  const view = viewOf(desk, desk.book.series(series.series_id) ?? series)
  if (view.phase !== 'finished' || view.series.ended_at !== undefined) return view
  await end(desk, view.series)
  return viewOf(desk, desk.book.series(series.series_id) ?? series)
}

/** The payer's own first payment, with the agreement's terms. */
export function payOpening(desk: Desk, series: Series, session_id: string): Promise<Charge> {
  const { plan } = viewOf(desk, series)
  const order_id = `${series.series_id}-1`
  return desk.charges.charge({
    order_id,
    purpose: { kind: 'opening', id: series.series_id },
    amount_minor: plan.amount_minor,
    keep: { session_id, customer_id: series.customer_id },
    request: {
      apiOperation: 'PAY',
      agreement: { id: series.series_id, ...plan.agreement },
      order: { amount: amountText(plan.amount_minor), currency: 'RON', reference: order_id },
      session: { id: session_id },
      sourceOfFunds: { type: 'CARD', provided: { card: { storedOnFile: 'TO_BE_STORED' } } },
      transaction: { source: 'INTERNET' },
    },
  })
}

/**
 * The shop's own payment, number `place` of the series (2 is the first of them): each is one order, so that a second click
 * on the same number finds it paid. @returns undefined where this is not the next payment or cannot be taken now
 */
export async function payByMerchant(desk: Desk, series: Series, place: number): Promise<Charge | undefined> {
  const { phase, taken, card, last, plan } = viewOf(desk, series)
  if (phase !== 'active' || card === undefined || place !== taken + 1) return undefined
  if (last !== undefined && isOpen(last)) return undefined
  const order_id = `${series.series_id}-${place}`
  return desk.charges.charge({
    order_id,
    purpose: { kind: 'merchant', id: series.series_id },
    amount_minor: plan.amount_minor,
    request: {
      apiOperation: 'PAY',
      agreement: { id: series.series_id, type: plan.agreement.type },
      order: { amount: amountText(plan.amount_minor), currency: 'RON', reference: order_id },
      referenceOrderId: `${series.series_id}-1`,
      sourceOfFunds: { type: 'CARD', token: card.token, provided: { card: { storedOnFile: 'STORED' } } },
      transaction: { source: 'MERCHANT' },
    },
  })
}

/** Another card for the series: nothing is charged, but the payer must be there. */
export async function changeCard(desk: Desk, series: Series, session_id: string): Promise<Charge> {
  const { plan } = viewOf(desk, series)
  const changes = desk.book.chargesFor(series.series_id).filter(({ purpose }) => purpose.kind === 'card_change')
  const done = changes.filter(({ state }) => state === 'paid').length
  const { type, amountVariability } = plan.agreement
  const charge = await desk.charges.charge({
    order_id: `${series.series_id}-C${done + 1}`,
    purpose: { kind: 'card_change', id: series.series_id },
    amount_minor: 0,
    keep: { session_id, customer_id: series.customer_id },
    request: {
      apiOperation: 'VERIFY',
      agreement: { id: series.series_id, type, ...(amountVariability !== undefined && { amountVariability }) },
      order: { amount: '0.00', currency: 'RON' },
      session: { id: session_id },
      sourceOfFunds: { type: 'CARD', provided: { card: { storedOnFile: 'TO_BE_STORED' } } },
      transaction: { source: 'INTERNET' },
    },
  })
  await desk.keeping.tidy(series.customer_id).catch(() => {})
  return charge
}

/** From now on the shop charges nothing under this agreement. */
export async function end(desk: Desk, series: Series): Promise<void> {
  if (series.ended_at !== undefined) return
  await desk.book.putSeries({ ...series, ended_at: new Date().toISOString() })
  // A token that could not be deleted now is deleted with the next card that is tidied away.
  await desk.keeping.tidy(series.customer_id).catch(() => {})
}
