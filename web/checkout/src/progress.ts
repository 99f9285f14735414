/** What the server tells of a list the page already has, put together with what it has. Pure. */
import type { ListItem, PaymentProgress, PaymentView } from '../../../src/http/checkout/contract.ts'

/**
 * The view after an answer.
 * @throws TypeError where the answer is about another list than the one the page has
 */
export function viewAfter(known: PaymentView | undefined, answer: PaymentView | PaymentProgress): PaymentView {
  if (!isProgress(answer)) return answer
  if (known?.list === undefined) throw new TypeError('progress of a list that is not there')
  const { states, ...list } = answer.list
  const standing = states.flatMap(({ count, ...one }) => Array.from({ length: count }, () => one))
  if (standing.length !== known.list.items.length) throw new TypeError('progress of another list')
  const items = known.list.items.map(({ state: _state, reason: _reason, ...item }, index): ListItem => {
    return { ...item, ...(standing[index] as Pick<ListItem, 'state' | 'reason'>) }
  })
  const { partner, operator, banks } = known
  return { partner, operator, banks, ...answer, list: { ...list, items } }
}

function isProgress(answer: PaymentView | PaymentProgress): answer is PaymentProgress {
  return answer.list !== undefined && 'states' in answer.list
}
