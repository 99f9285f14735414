/** A list and its items keep each other's pace: jobs that the status changes themselves leave behind, so that none is lost. */
import type { TransferReport } from '../../../infra/banks/connector.ts'
import { countPaymentStatus } from '../../../infra/metrics.ts'
import type { Context } from '../../context.ts'
import { recorded } from '../../exchanges/record.ts'
import { advance, tasksAfter } from '../advance.ts'
import { endToEndId } from '../payer/order.ts'
import { openSession } from '../session.ts'
import { type Reason, reasonCode } from '../settling/reasons.ts'
import { approvedBy, eventOfBankStatus, FINISHED, nextStatus, type PaymentEvent, type PaymentStatus } from '../state.ts'
import { changeStatus, loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { listStatus } from './status.ts'
import { loadItemStatuses, loadItems, moveItems } from './store.ts'

const AT_ONCE = 8
const MAX_RACES = 5

/** Items whose list went one by one have moved: so does the list. Does nothing for a list that was sent as one. */
export async function followItems(context: Context, key: PaymentKey): Promise<void> {
  for (let race = 0; race < MAX_RACES; race += 1) if (await followOnce(context, key)) return
  throw new Error(`list ${key.payment_id}: ${MAX_RACES} lost races in a row`)
}

async function followOnce(context: Context, key: PaymentKey): Promise<boolean> {
  const list = await loadPayment(context, key)
  if (list === undefined || list.list_way === 'together') return true
  const items = await loadItemStatuses(context, list)
  const to = listStatus(items.map(({ status }) => status))
  if (to === list.status) return true
  return changeStatus(context, {
    partner_id: list.partner_id,
    payment_id: list.payment_id,
    at: context.clock.now(),
    from: list.status,
    to,
    reason: reasonOf(items, to),
    finished: FINISHED.has(to),
    // Its items are counted, not the list.
    approved: 0,
    cause: 'list',
    // What came from the items is not handed back to them.
    tasks: tasksAfter(context, list, { from: list.status, to }, 'list').filter((task) => task !== 'spread_list'),
  })
}

function reasonOf(items: readonly Pick<PaymentRow, 'status' | 'reason'>[], to: PaymentStatus): Reason | null {
  return items.find(({ status, reason }) => status === to && reason !== null)?.reason ?? null
}

const EVENTS: Readonly<Partial<Record<PaymentStatus, PaymentEvent>>> = {
  PDNG: 'bank_pending',
  ACCP: 'bank_accepted',
  ACSP: 'bank_executing',
  ACSC: 'bank_settled',
  RJCT: 'bank_rejected',
  CANC: 'bank_cancelled',
  ABND: 'payer_abandons',
  BLOCKED: 'limit_blocks',
}

/**
 * A list that went as one has moved, or is at its end: its items follow. Of one that is partly done the bank tells how
 * each transfer stands.
 * @throws Error where the bank has not told of every transfer yet: the queue asks again
 */
export async function spreadList(context: Context, key: PaymentKey): Promise<void> {
  const list = await loadPayment(context, key)
  // One that went item by item follows them, not they it.
  if (list === undefined || list.list_way === 'one_by_one') return
  if (list.status === 'PART') return spreadParts(context, list, await loadItems(context, list))
  const event = EVENTS[list.status]
  if (event === undefined) return
  for (let race = 0; race < MAX_RACES; race += 1) if (await spreadOnce(context, list, event)) return
  throw new Error(`list ${list.payment_id}: its items were moved elsewhere ${MAX_RACES} times in a row`)
}

/** @returns whether no item was left that the event moves */
async function spreadOnce(context: Context, list: PaymentRow, event: PaymentEvent): Promise<boolean> {
  const items = await loadItemStatuses(context, list)
  const behind = new Set(items.map(({ status }) => status).filter((from) => nextStatus(from, event) !== undefined))
  for (const from of behind) {
    const to = nextStatus(from, event) as PaymentStatus
    const at = context.clock.now()
    // Of what a limit stops no bank has said anything.
    const bank_status = event === 'limit_blocks' ? undefined : list.status
    const change = {
      at,
      from,
      to,
      reason: list.reason,
      finished: FINISHED.has(to),
      bank_status,
      approved: approvedBy(from, to),
    }
    countPaymentStatus(to, await moveItems(context, list, change))
  }
  return behind.size === 0
}

async function spreadParts(context: Context, list: PaymentRow, items: readonly PaymentRow[]): Promise<void> {
  const bank = list.bank_id === null ? undefined : context.banks.get(list.bank_id)
  const session = openSession(context, list)
  if (bank === undefined || session?.bank === undefined)
    throw new Error(`list ${list.payment_id}: its bank is not there`)
  const { bank: bank_session } = session
  const answer = await recorded(context, list, bank.profile, 'transfers', () => bank.transfers(bank_session))
  if (answer.kind !== 'ok')
    throw new Error(`list ${list.payment_id}: the bank tells no single transfers (${answer.kind})`)
  const told = new Map(answer.value.transfers.map((transfer) => [transfer.end_to_end_id, transfer]))
  let untold = 0
  await each(items, async (item) => {
    const transfer = told.get(endToEndId({ ...item, attempt_no: list.attempt_no }))
    const event = transfer === undefined ? undefined : eventOfBankStatus(transfer.status)
    if (transfer === undefined || event === undefined) untold += 1
    else await move(context, item, event, { ...reasonOfTransfer(event, transfer), bank_status: transfer.status })
    const is_final = event === 'bank_settled' || event === 'bank_rejected' || event === 'bank_cancelled'
    if (event !== undefined && !is_final) untold += 1
  })
  if (untold > 0) throw new Error(`list ${list.payment_id}: the end of ${untold} transfers is not known yet`)
}

function reasonOfTransfer(event: PaymentEvent, transfer: TransferReport): { readonly reason?: Reason } {
  if (event !== 'bank_rejected') return {}
  return { reason: reasonCode(`${transfer.reason_code ?? ''} ${transfer.reason ?? ''}`) }
}

async function move(
  context: Context,
  item: PaymentRow,
  event: PaymentEvent,
  { bank_status, ...reason }: { readonly bank_status?: string; readonly reason?: Reason },
): Promise<void> {
  if (FINISHED.has(item.status) && item.status !== 'ABND') return
  await advance(context, item, {
    event,
    cause: 'list',
    ...reason,
    ...(bank_status !== undefined && { detail: { bank_status } }),
  })
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}
