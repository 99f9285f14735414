/**
 * Lists: several payments of one partner's call under one page. Where the bank takes them as one (bulk-payments), the list
 * has the attempt and its items follow it; else each item is a submission of its own, the payer goes from one to the
 * next, and the list follows its items.
 */
import type { BankConnector, PsuContext } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { waitsForPayer } from '../agreed.ts'
import type { AttemptState } from '../attempt-store.ts'
import { blockListByLimits } from '../partner-calls/limits.ts'
import { todayInRomania } from '../partner-calls/request.ts'
import { asOfToday, listWay } from '../payer/availability.ts'
import { type LettingGo, letGo } from '../payer/let-go.ts'
import { bulkOrderOf, type CompleteTerms, type Item } from '../payer/order.ts'
import { reload, submitOrder, submitPayment } from '../payer/submit.ts'
import { openOrder, openSession } from '../session.ts'
import type { Reason } from '../settling/reasons.ts'
import { FINISHED, type PaymentStatus } from '../state.ts'
import type { PaymentRow } from '../store.ts'
import { hashesOf, openTerms, type StoredTerms, sealTerms } from '../terms.ts'
import { followItems } from './follow.ts'
import { chooseForList, type ItemRow, leaveEntered, loadItemRows, loadItems, numberItems } from './store.ts'

/** More lost races than these do not happen by chance. */
const MAX_RACES = 4

/** How one payment of a list stands. */
export type ListItemProgress = {
  readonly no: number
  readonly payment_id: number
  readonly status: PaymentStatus
  readonly reason: Reason | null
  readonly amount_minor: number
}
export type ListItemState = ListItemProgress & {
  readonly creditor_name: string
  readonly creditor_iban: string
  readonly details: string
}

export type ListProgress<Item = ListItemProgress> = {
  readonly way?: 'together' | 'one_by_one'
  readonly items: readonly Item[]
  /** The item that is at the bank, waiting for the payer or for the bank's first word. */
  readonly current?: {
    readonly no: number
    readonly attempt_state: AttemptState
    readonly redirect_url?: string
    readonly psu_message?: string
    readonly returned_at: Date | null
  }
  /** The item that is to be sent next; absent while one is at the bank. */
  readonly next_no?: number
  /** Why the last try of that item came back, when it did. */
  readonly refusal?: string
}
export type ListState = ListProgress<ListItemState>

/** How a list and each of its payments stand, and what they are. */
export async function readList(context: Context, list: PaymentRow): Promise<ListState> {
  const rows = await loadItemRows(context, list, { terms: true })
  return stateOf(context, list, rows, (row) => {
    const { creditor_name = '', creditor_iban = '', details = '' } = openTerms(context, row)
    return { ...progressOf(row), creditor_name, creditor_iban, details }
  })
}

/** The same without what they are: nothing of the items is opened, for whoever asks every few seconds. */
export async function readListProgress(context: Context, list: PaymentRow): Promise<ListProgress> {
  return stateOf(context, list, await loadItemRows(context, list, { terms: false }), progressOf)
}

function stateOf<Item>(
  context: Context,
  list: PaymentRow,
  rows: readonly ItemRow[],
  itemOf: (row: ItemRow) => Item,
): ListProgress<Item> {
  const current = rows.find(isAtBank(context))
  const next = current === undefined ? rows.find(({ status }) => status === 'INIT') : undefined
  const session = current === undefined ? undefined : openSession(context, current)
  return {
    ...(list.list_way !== null && { way: list.list_way }),
    items: rows.map(itemOf),
    ...(current !== undefined && {
      current: {
        no: current.item_no as number,
        attempt_state: current.attempt_state as AttemptState,
        returned_at: current.returned_at,
        ...(session?.redirect_url !== undefined && { redirect_url: session.redirect_url }),
        ...(session?.psu_message !== undefined && { psu_message: session.psu_message }),
      },
    }),
    ...(next !== undefined && { next_no: next.item_no as number }),
    ...(next?.refusal != null && { refusal: next.refusal }),
  }
}

// Of an item that goes with its list there is no attempt of its own.
const isAtBank =
  (context: Context) =>
  (row: ItemRow | PaymentRow): boolean => {
    const bank = row.bank_id === null ? undefined : context.banks.get(row.bank_id)?.profile
    if (row.attempt_state === null || row.attempt_state === 'closed') return false
    // An OAuth bank tells what became of the payment only with the token that the payer brings back.
    const is_unasked = row.status === 'ACTC' && bank?.access.kind === 'authorization_code'
    return waitsForPayer(row.status, bank) || (is_unasked && openSession(context, row)?.authorised !== true)
  }

function progressOf(row: ItemRow): ListItemProgress {
  return {
    no: row.item_no as number,
    payment_id: row.payment_id,
    status: row.status,
    reason: row.reason,
    amount_minor: row.amount_minor ?? 0,
  }
}

export type ListSubmission = {
  readonly payment: PaymentRow
  readonly bank: BankConnector
  readonly debtor: { readonly debtor_iban: string; readonly email: string; readonly psu_intermediar_id?: string }
  readonly psu: PsuContext
}

/**
 * The payer presses "Plătește" on a list: all of it goes to the bank, or the first payment of it.
 * @returns the list afterwards
 * @throws PunteError PAYMENT_IN_PROGRESS, PAYMENT_CLOSED when nothing of it is left, BANK_NOT_OFFERED, RATE_LIMITED
 */
export async function submitList(context: Context, input: ListSubmission): Promise<PaymentRow> {
  // Who was sent to let us in somewhere and is here again has chosen anew.
  await leaveEntered(context, input.payment, context.clock.now())
  return unlessMoved(context, await reload(context, input.payment), async (list, rows) => {
    const { bank, debtor, psu } = input
    const terms: StoredTerms = {
      ...openTerms(context, list),
      debtor_iban: debtor.debtor_iban,
      email: debtor.email,
      debtor_bank: bank.profile.id,
      language: psu.language === 'en' ? 'en' : 'ro',
    }
    const blocked = await blockListByLimits(context, list, rows, terms)
    if (blocked !== undefined) return blocked
    const is_begun = rows.some(({ status }) => status !== 'INIT')
    const way = listWay(bank.profile, { count: rows.length, is_begun })
    const chosen = { ...list, ...(await choose(context, list, bank, terms, way)), list_way: way }
    if (way === 'together') return submitTogether(context, chosen, rows, { bank, terms, psu })
    await submitItem(context, chosen, rows, { bank, terms, psu })
    return reload(context, list)
  })
}

/**
 * The payer asks for the next payment of a list that goes one by one: it is sent to the bank of the ones before.
 * @param input.no the one that the payer was shown; where another's turn has come meanwhile nothing is sent
 * @throws PunteError PAYMENT_CLOSED when none is left, PAYMENT_IN_PROGRESS while one is at the bank, or `no` has been
 */
export async function submitNext(
  context: Context,
  input: { readonly payment: PaymentRow; readonly psu: PsuContext; readonly no?: number },
): Promise<void> {
  await unlessMoved(context, input.payment, async (list, rows) => {
    const next = rows.find(({ status }) => status === 'INIT')
    if (next !== undefined && next.item_no !== (input.no ?? next.item_no)) throw new PunteError('PAYMENT_IN_PROGRESS')
    const bank = list.bank_id === null ? undefined : context.banks.get(list.bank_id)
    if (list.list_way !== 'one_by_one' || bank === undefined) throw new PunteError('PAYMENT_NOT_INITIATED')
    const psu = { ...keptPsu(context, rows, bank.profile.id), ...input.psu }
    await submitItem(context, list, rows, { bank, terms: openTerms(context, list), psu })
  })
}

/** What the payer said with an earlier payment at this bank holds for the next: his name there, the language. */
function keptPsu(
  context: Context,
  rows: readonly PaymentRow[],
  bank_id: string,
): Pick<PsuContext, 'psu_id' | 'language'> {
  const sent = rows.findLast((row) => row.order_enc !== null && row.bank_id === bank_id)
  const { psu_id, language } = (sent === undefined ? undefined : openOrder(context, sent)?.psu) ?? {}
  return { ...(psu_id !== undefined && { psu_id }), ...(language !== undefined && { language }) }
}

type Sending = { readonly bank: BankConnector; readonly terms: StoredTerms; readonly psu: PsuContext }

/**
 * Everything that goes to a bank of a list moves the list's row on from what was read. Where something else moved it
 * first (an item's end, another tab), what there is now decides whether to try again.
 */
async function unlessMoved<T>(
  context: Context,
  list: PaymentRow,
  work: (list: PaymentRow, rows: readonly PaymentRow[]) => Promise<T>,
): Promise<T> {
  let seen = list
  for (let race = 1; ; race += 1) {
    const rows = await loadItems(context, seen)
    const is_with_bank = seen.attempt_state !== null && seen.attempt_state !== 'closed'
    if (is_with_bank || rows.some(isAtBank(context))) throw new PunteError('PAYMENT_IN_PROGRESS')
    try {
      return await work(seen, rows)
    } catch (error) {
      const is_moved = error instanceof PunteError && error.code === 'PAYMENT_IN_PROGRESS'
      if (!is_moved || race === MAX_RACES) throw error
    }
    seen = await reload(context, list)
  }
}

async function submitTogether(
  context: Context,
  list: PaymentRow,
  rows: readonly PaymentRow[],
  { bank, terms, psu }: Sending,
): Promise<PaymentRow> {
  const items: Item[] = rows.map((row) => ({
    payment_id: row.payment_id,
    amount_minor: row.amount_minor ?? 0,
    terms: openTerms(context, row) as CompleteTerms,
  }))
  // Before the list's attempt is written: whatever the bank makes of it, it is found again by these numbers.
  await numberItems(context, { ...list, attempt_no: list.attempt_no + 1, bank_id: bank.profile.id })
  const order = {
    execution_date: asOfToday(list, todayInRomania(context.clock.now())).execution_date,
    debtor_iban: terms.debtor_iban as string,
    batch_booking: terms.batch_booking === true,
  }
  return submitOrder(context, {
    payment: list,
    bank,
    terms,
    amount_minor: list.amount_minor ?? 0,
    psu,
    list: { kind: 'list', event_no: list.event_no },
    orderOf: (attempt) => bulkOrderOf(attempt, order, items),
  })
}

async function submitItem(
  context: Context,
  list: PaymentRow,
  rows: readonly PaymentRow[],
  { bank, terms, psu }: Sending,
): Promise<void> {
  const item = rows.find(({ status }) => status === 'INIT')
  if (item === undefined) throw new PunteError('PAYMENT_CLOSED')
  const { debtor_iban, email, debtor_bank } = terms
  await submitPayment(context, {
    payment: item,
    bank,
    terms: { ...openTerms(context, item), debtor_iban, email, debtor_bank } as CompleteTerms,
    amount_minor: item.amount_minor ?? 0,
    psu,
    list: { kind: 'item', list_payment_id: list.payment_id, event_no: list.event_no },
  })
}

async function choose(
  context: Context,
  list: PaymentRow,
  bank: BankConnector,
  terms: StoredTerms,
  way: 'together' | 'one_by_one',
): Promise<{ readonly event_no: number; readonly attempt_no: number }> {
  const { debtor_iban_hash, email_hash } = hashesOf(context.keys, terms)
  const open_ms = context.settings.PUNTE_ABANDON_AFTER_MINUTES * 60_000
  const chosen = await chooseForList(context, {
    partner_id: list.partner_id,
    payment_id: list.payment_id,
    at: context.clock.now(),
    way,
    bank_id: bank.profile.id,
    terms_enc: sealTerms(context.keys, list, terms),
    debtor_iban_hash,
    email_hash,
    open_until: new Date(context.clock.now().getTime() + open_ms),
    seen_event_no: list.event_no,
  })
  if (chosen === undefined) throw new PunteError('PAYMENT_IN_PROGRESS')
  return chosen
}

// At most banks ACTC is said of what the payer has authorised.
function isAgreed(context: Context, { status, bank_id }: PaymentRow): boolean {
  if (status !== 'ACTC') return false
  const bank = bank_id === null ? undefined : context.banks.get(bank_id)
  return bank?.profile.statuses?.unauthorised?.includes('ACTC') !== true
}

/** Lets go of what no bank has been authorised for yet; what is under way or paid stays. */
export async function stopItems(context: Context, list: PaymentRow, how: LettingGo): Promise<void> {
  const rows = await loadItems(context, list)
  for (const row of rows) {
    // An item whose submission has an unknown fate must be told of by the bank first; the next sweep comes again.
    const is_unknown = row.attempt_state === 'sending' || row.attempt_state === 'unknown'
    if (FINISHED.has(row.status) || is_unknown || isAgreed(context, row)) continue
    // What a bank has is not cancelled by our word alone: it is abandoned here, and the bank is asked to drop it.
    const at_bank = how.event === 'partner_cancels' && row.status !== 'INIT'
    await letGo(context, row, at_bank ? { ...how, event: 'payer_abandons' } : how)
  }
  await followItems(context, list)
}
