/**
 * What becomes of an order of cards, found out rather than written down: everything that domain/cards/state.ts allows with
 * an order of three is walked through, and each change of status seen on the way is an arrow.
 */
import type { FollowOnOperation, InitialOperation, Order, Transaction } from '../src/domain/cards/model.ts'
import { afterFailure, afterSuccess, planFollowOn, type Standing, TYPE_OF } from '../src/domain/cards/state.ts'
import { PunteError } from '../src/domain/errors.ts'

const FOLLOW_ON = ['CAPTURE', 'REFUND', 'VOID', 'UPDATE_AUTHORIZATION'] as const satisfies readonly FollowOnOperation[]
/** Three, so that a part can be captured, and a part of that refunded. */
const AMOUNT = 3
const PARTS = [1, 2, AMOUNT] as const

export type Arrow = { readonly from: string; readonly to: string; readonly by: string }
type Made = Pick<Transaction, 'transaction_id' | 'type' | 'amount_minor' | 'result' | 'voided_by'>
/** `made`: what can still be acted upon. */
type Place = { readonly standing: Standing; readonly made: readonly Made[] }

/** Each once, in the order in which they are found. */
export function cardArrows(): Arrow[] {
  const arrows = new Map<string, Arrow>()
  const found = (from: string, to: string, by: string) => arrows.set(`${from} ${to} ${by}`, { from, to, by })
  const nothing = { authorized_minor: 0, captured_minor: 0, refunded_minor: 0 }
  const fresh: Standing = { status: 'INITIATED', amount_minor: AMOUNT, ...nothing }
  const waiting: Place[] = []
  for (const [operation, type] of Object.entries(TYPE_OF) as [InitialOperation, Transaction['type']][]) {
    const standing = afterSuccess(fresh, type, AMOUNT)
    found('INITIATED', standing.status, operation)
    found('INITIATED', afterFailure(fresh, type).status, 'failure')
    waiting.push({ standing, made: [madeOf('1', type, AMOUNT)] })
  }
  const seen = new Set<string>()
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
    if (seen.has(nameOf(place)) || !seen.add(nameOf(place))) continue
    for (const { operation, next } of stepsFrom(place)) {
      if (next.standing.status !== place.standing.status) found(place.standing.status, next.standing.status, operation)
      waiting.push(next)
    }
  }
  return [...arrows.values()]
}

function* stepsFrom({ standing, made }: Place): Iterable<{ operation: FollowOnOperation; next: Place }> {
  const order = { ...standing, currency: 'JPY', initial_transaction_id: '1' } as Order
  for (const operation of FOLLOW_ON)
    for (const asked of operation === 'VOID' ? made.map(targeted) : PARTS.map((amount_minor) => ({ amount_minor }))) {
      const plan = planned(operation, order, made as readonly Transaction[], asked)
      if (plan === undefined) continue
      const after = afterSuccess(standing, plan.type, plan.amount_minor)
      const left = operation === 'VOID' ? made.filter((one) => one.transaction_id !== plan.target.transaction_id) : made
      const id = String(Math.max(0, ...made.map(({ transaction_id }) => Number(transaction_id))) + 1)
      const acted_upon = plan.type === 'CAPTURE' || plan.type === 'REFUND'
      const next = acted_upon ? [...left, madeOf(id, plan.type, plan.amount_minor)] : left
      yield { operation, next: { standing: after, made: next } }
    }
}

const targeted = ({ transaction_id }: Made) => ({ target_transaction_id: transaction_id })

function madeOf(transaction_id: string, type: Transaction['type'], amount_minor: number): Made {
  return { transaction_id, type, amount_minor, result: 'SUCCESS', voided_by: null }
}

/** Two places of one name go on alike. */
const nameOf = ({ standing, made }: Place): string =>
  JSON.stringify([standing, made.map(({ type, amount_minor }) => `${type} ${amount_minor}`).sort()])

function planned(...given: Parameters<typeof planFollowOn>): ReturnType<typeof planFollowOn> | undefined {
  try {
    return planFollowOn(...given)
  } catch (error) {
    if (error instanceof PunteError) return undefined
    throw error
  }
}
