/** A list of payments as numbers: what is done, what is left, what comes next. Pure. */
import type { ListItem, PaymentList } from '../../../src/http/checkout/contract.ts'

const DONE: ReadonlySet<ListItem['state']> = new Set(['paid', 'authorised', 'scheduled'])

/** Paid, or authorised by the payer so that the bank pays it. */
export function isDone(item: Pick<ListItem, 'state'>): boolean {
  return DONE.has(item.state)
}

/** Tried, and came to nothing. */
export function hasFailed(item: Pick<ListItem, 'state'>): boolean {
  return !isDone(item) && item.state !== 'waiting' && item.state !== 'authorising'
}

export type ListSums = {
  readonly done: readonly ListItem[]
  readonly left: readonly ListItem[]
  readonly failed: number
  readonly doneMinor: number
  readonly leftMinor: number
  /** Everything that is done has also left the account. */
  readonly allPaid: boolean
}

export function sumsOf(list: PaymentList): ListSums {
  const done = list.items.filter(isDone)
  const left = list.items.filter((item) => !isDone(item))
  const sum = (items: readonly ListItem[]) => items.reduce((total, { amountMinor }) => total + amountMinor, 0)
  return {
    done,
    left,
    failed: left.filter(hasFailed).length,
    doneMinor: sum(done),
    leftMinor: sum(left),
    allPaid: done.every(({ state }) => state === 'paid'),
  }
}

/** The payment of the list whose turn it is. */
export function turnOf(list: PaymentList): ListItem | undefined {
  return list.items.find(({ no }) => no === list.nextNo)
}
