/** Compares an order's transactions with their chains in the acquirer's book. Pure. */
import { currencyAmountText } from '../currency.ts'
import type { CardMoney, Chain, Total } from './acquirer-book.ts'
import { type Disagreement, type DisagreementKind, isWithin, type Period } from './book.ts'

/** An initial transaction (PAYMENT, AUTHORIZATION, VERIFICATION) with its order as it is now. */
export type InitialFacts = {
  readonly partner_id: number
  readonly merchant_id: string
  readonly order_id: string
  readonly transaction_id: string
  readonly type: string
  readonly result: string
  readonly reference: string
  readonly source: string
  readonly agreement_id: string | null
  readonly acquirer_id: string
  readonly acquirer_merchant_id: string
  /** The order's: */
  readonly currency: string
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly initial_transaction_id: string
  readonly created_at: Date
  readonly updated_at: Date
  readonly live_transaction_id: string | null
  /** Of the one under way. */
  readonly live_state: string | null
  readonly live_submitted_at: Date | null
}

export const NO_MONEY: CardMoney = { authorized_minor: 0, captured_minor: 0, refunded_minor: 0 }

export const isCharged = ({ result, type }: InitialFacts): boolean => result === 'SUCCESS' && type !== 'VERIFICATION'

/** Created before the end of the period, and changed after its beginning. */
export const isOrderWithin = ({ created_at, updated_at }: InitialFacts, { from_ms, to_ms }: Period): boolean =>
  created_at.getTime() < to_ms && (from_ms === undefined || updated_at.getTime() >= from_ms)

export const moneyText = (money: CardMoney, currency: string): string => {
  const amount = (minor: number) => currencyAmountText(minor, currency)
  const { authorized_minor, captured_minor, refunded_minor } = money
  return `authorized ${amount(authorized_minor)}, captured ${amount(captured_minor)}, refunded ${amount(refunded_minor)} ${currency}`
}

export const isSameMoney = (one: CardMoney, other: CardMoney): boolean =>
  one.authorized_minor === other.authorized_minor &&
  one.captured_minor === other.captured_minor &&
  one.refunded_minor === other.refunded_minor

/** The transaction under way, where it was sent before the end of the period; it is told at its order's initial one. */
export function compareUnsettled(row: InitialFacts, period: Period): Disagreement[] {
  const { live_transaction_id, live_state, live_submitted_at, initial_transaction_id, transaction_id } = row
  if (live_transaction_id === null || transaction_id !== initial_transaction_id) return []
  if (live_submitted_at !== null && !isWithin(live_submitted_at.getTime(), { to_ms: period.to_ms })) return []
  const punte = `${live_state ?? 'no such transaction'} since ${live_submitted_at?.toISOString() ?? 'never'}`
  return [aboutOrder(row, 'transaction_unsettled', { punte }, live_transaction_id)]
}

/**
 * A charged transaction's chain is what the order says; of every other nothing stands.
 * @param charged_before another transaction of the order that is charged as well
 */
export function compareInitial(
  row: InitialFacts,
  chain: Chain | undefined,
  charged_before: string | undefined,
): Disagreement[] {
  const acquirer = `acquirer ${row.acquirer_id}`
  const has = chain ?? NO_MONEY
  if (isCharged(row)) {
    if (charged_before !== undefined)
      return [aboutOrder(row, 'order_charged_twice', { punte: `transaction ${charged_before} is charged as well` })]
    if (isSameMoney(row, has) && (chain === undefined || chain.currency === row.currency)) return []
    const says = chain === undefined ? 'nothing' : moneyText(chain, chain.currency)
    return [aboutOrder(row, 'order_differs', { punte: moneyText(row, row.currency), [acquirer]: says })]
  }
  if (chain === undefined || isSameMoney(chain, NO_MONEY)) return []
  const says = { punte: row.result, [acquirer]: moneyText(chain, chain.currency) }
  return [aboutOrder(row, 'failure_stands_at_acquirer', says)]
}

function aboutOrder(
  { merchant_id, order_id, transaction_id }: InitialFacts,
  kind: DisagreementKind,
  says: Readonly<Record<string, string>>,
  about_transaction = transaction_id,
): Disagreement {
  return { kind, about: `order ${merchant_id}/${order_id} ${about_transaction}`, says }
}

/** A chain with money that no transaction of ours has the reference of. */
export const compareStranger = (chain: Chain, acquirer_id: string): Disagreement[] =>
  isSameMoney(chain, NO_MONEY)
    ? []
    : [
        {
          kind: 'unknown_at_acquirer',
          about: `reference ${chain.reference}`,
          says: {
            punte: 'no such transaction',
            [`acquirer ${acquirer_id}`]: `${chain.merchant_id} ${moneyText(chain, chain.currency)}`,
          },
        },
      ]

export function compareTotals(acquirer_id: string, ours: Total, theirs: Total): Disagreement[] {
  if (isSameMoney(ours, theirs)) return []
  const says = {
    punte: moneyText(ours, ours.currency),
    [`acquirer ${acquirer_id}`]: moneyText(theirs, theirs.currency),
  }
  return [{ kind: 'acquirer_totals_differ', about: `merchant ${ours.merchant_id} ${ours.currency}`, says }]
}

export type AgreementFacts = {
  readonly partner_id: number
  readonly merchant_id: string
  readonly agreement_id: string
  readonly payments_taken: number
  readonly updated_at: Date
}

/** Whether a transaction is one of its agreement's merchant-initiated payments, under way or made. */
export const isTaken = ({ source, agreement_id, type, result }: InitialFacts): boolean =>
  source === 'MERCHANT' && agreement_id !== null && type !== 'VERIFICATION' && result !== 'FAILURE'

export function compareAgreement(agreement: AgreementFacts, counted: number): Disagreement[] {
  const { merchant_id, agreement_id, payments_taken } = agreement
  if (payments_taken === counted) return []
  const says = { agreement: `${payments_taken} payments taken`, transactions: `${counted} made or under way` }
  return [{ kind: 'agreement_miscounted', about: `agreement ${merchant_id}/${agreement_id}`, says }]
}
