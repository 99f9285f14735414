/** A list at Punte: begun once, asked about, its unpaid lines paid again by a new list. */
import { isFinalStatus, type PaymentListRequest, type PaymentReport, PunteApiError } from '@punte/sdk'
import type { Attempt, ReceivedWebhook } from '../../partner/book.ts'
import { callFailure } from '../../partner/partner.ts'
import type { Payments } from '../../partner/payments.ts'
import { HttpError } from '../../process/http.ts'
import { amountText } from '../../process/markup.ts'
import { COMPANY } from '../frame.ts'
import { type LineState, type ListBook, type ListLine, mayStillBePaid, type PaymentList } from './book.ts'
import { listsOf, readDay } from './draft.ts'

export type Lists = {
  readonly book: ListBook
  readonly payments: Payments
  readonly url: () => string
  readonly now: () => Date
  readonly abandoned_wait_ms: number
  /** Invoices whose payment is being started this moment: alone, or in the list of this id. */
  readonly busy: Map<string, string>
  /** When Punte last told how a list's payment stands. */
  readonly reported_at: Map<number, number>
  /** Why an invoice cannot be paid now, in words. */
  readonly whyNotPayable: (invoice_id: string, list_id?: string) => string | undefined
}

export type ListView = {
  readonly list: PaymentList
  readonly attempt: Attempt | undefined
  readonly states: readonly LineState[]
  /** Lines that may be paid again now. */
  readonly repeatable: readonly LineState[]
  /** Unpaid lines that will be repeatable when it is sure that the bank says nothing more. */
  readonly waits_until: Date | undefined
}

export function viewOf(lists: Lists, list: PaymentList): ListView {
  const { book, payments, abandoned_wait_ms } = lists
  const attempt = payments.attemptsOf(list.list_id).at(-1)
  const states = book.statesOf(list)
  const over = attempt !== undefined && isFinalStatus(attempt.status)
  const unpaid = states.filter(
    ({ line, standing }) =>
      over &&
      standing !== undefined &&
      isFinalStatus(standing.status) &&
      standing.status !== 'ACSC' &&
      book.repeatOf(list.list_id, line.no) === undefined,
  )
  const repeatable = unpaid.filter((state) => !mayStillBePaid(state, lists.now(), abandoned_wait_ms))
  const waiting = unpaid.filter((state) => !repeatable.includes(state))
  const last = Math.max(...waiting.map(({ standing }) => Date.parse(standing?.status_at ?? '')))
  return {
    list,
    attempt,
    states,
    repeatable,
    waits_until: waiting.length === 0 ? undefined : new Date(last + abandoned_wait_ms),
  }
}

/**
 * Begins a list, unless it was begun: a list is paid by one payment of Punte, ever. What is left unpaid goes into a new list.
 * @throws HttpError with the reason in words
 */
export async function beginList(lists: Lists, list: PaymentList): Promise<Attempt> {
  const known = lists.payments.attemptsOf(list.list_id).at(-1)
  if (known !== undefined) return known
  const invoices = list.lines.flatMap(({ invoice_id }) => invoice_id ?? [])
  for (const invoice_id of invoices) {
    const reason = lists.whyNotPayable(invoice_id, list.list_id)
    if (reason !== undefined) throw new HttpError(409, reason)
  }
  if (list.execution_date !== undefined && 'fault' in readDay(list.execution_date, lists.now()))
    throw new HttpError(409, 'Data plății a trecut. Fă lista din nou, cu altă dată.')
  for (const invoice_id of invoices) lists.busy.set(invoice_id, list.list_id)
  try {
    return await lists.payments.start(list.list_id, async (client) => {
      const started = await client.startList(listRequest(lists, list))
      await lists.book.assigned(
        list.list_id,
        started.paymentId,
        started.payments.map(({ no, paymentId }) => ({ no, payment_id: paymentId })),
      )
      return started
    })
  } catch (error) {
    throw listFailure(error)
  } finally {
    for (const invoice_id of invoices) lists.busy.delete(invoice_id)
  }
}

function listRequest({ url }: Lists, list: PaymentList): PaymentListRequest {
  return {
    payments: list.lines.map(({ name, iban, amount_minor, details }) => ({
      creditorName: name,
      creditorIban: iban,
      amount: amountText(amount_minor),
      details,
      psuIntermediarId: COMPANY.user_id,
    })),
    redirectURL: `${url()}/plati/${list.list_id}/inapoi`,
    ...(list.debtor_iban !== undefined && { debtorIban: list.debtor_iban }),
    ...(list.execution_date !== undefined && { executionDate: list.execution_date }),
    ...(list.batch_booking === true && { batchBookingPreferred: true }),
  }
}

const MAX_FAULTS_SHOWN = 10

/** Punte's refusal of a list, every line at fault named by its number. */
function listFailure(error: unknown): HttpError {
  const failure = callFailure(error)
  if (!(error instanceof PunteApiError) || error.faults.length === 0) return failure
  const named = error.faults.slice(0, MAX_FAULTS_SHOWN).map(({ field, code }) => {
    const place = /^payments\[(\d+)\]\.?(.*)$/.exec(field)
    return place === null ? `${field}: ${code}` : `linia ${Number(place[1]) + 1}, ${place[2] ?? ''}: ${code}`
  })
  const more = error.faults.length - named.length
  return new HttpError(failure.status, `Punte: ${named.join('; ')}${more > 0 ? ` și încă ${more}` : ''}`)
}

/** What a status call told of the lines. */
export async function takeReport(
  { book, reported_at, now }: Pick<Lists, 'book' | 'reported_at' | 'now'>,
  report: PaymentReport,
): Promise<void> {
  if (report.payments === undefined) return
  const at = now()
  for (const { paymentId, status, reason } of report.payments)
    await book.told(paymentId, {
      status,
      ...(reason !== undefined && { reason }),
      sequence: 0,
      status_at: at.toISOString(),
    })
  // Of two answers at once the earlier one may be written down last.
  reported_at.set(report.paymentId, Math.max(at.getTime(), reported_at.get(report.paymentId) ?? 0))
}

/** A webhook of a line or of the list itself; the end of a list says nothing of its lines, so they are asked for. */
export async function takeWebhook(lists: Lists, webhook: ReceivedWebhook): Promise<void> {
  const { payment_id, status, reason, sequence, status_at } = webhook
  await lists.book.told(payment_id, { status, ...(reason !== undefined && { reason }), sequence, status_at })
  if (isFinalStatus(status) && lists.book.isList(payment_id)) void lists.payments.ask(payment_id, true)
}

/** How a list stands, after asking where something may still change. */
export async function freshList(lists: Lists, list: PaymentList): Promise<ListView> {
  const attempt = lists.payments.attemptsOf(list.list_id).at(-1)
  if (attempt !== undefined) {
    const open = lists.book.statesOf(list).some((state) => mayStillBePaid(state, lists.now(), lists.abandoned_wait_ms))
    await lists.payments.ask(attempt.payment_id, open && isFinalStatus(attempt.status))
  }
  return viewOf(lists, list)
}

/**
 * A new list of the lines that are unpaid for sure: the old list is over, Punte has just said so of each, and none of them is
 * in another list already. @throws HttpError 409, 503
 */
export async function repeatUnpaid(lists: Lists, list: PaymentList): Promise<PaymentList> {
  const attempt = lists.payments.attemptsOf(list.list_id).at(-1)
  if (attempt === undefined) throw new HttpError(409, 'Lista nu a fost pornită încă.')
  const asked_at = lists.now().getTime()
  await lists.payments.ask(attempt.payment_id, true)
  if ((lists.reported_at.get(attempt.payment_id) ?? 0) < asked_at)
    throw new HttpError(503, 'Nu am putut afla de la Punte cum stau plățile. Încearcă din nou peste puțin timp.')
  // From here to the new list's entry nothing waits, so that two clicks cannot both pass.
  const { repeatable } = viewOf(lists, list)
  if (repeatable.length === 0) throw new HttpError(409, 'Nu este nimic de plătit din nou acum.')
  const lines = repeatable.map(({ line }) => ({ ...line, repeats: { list_id: list.list_id, no: line.no } }))
  const title = `${list.title.replace(/, din nou$/, '')}, din nou`
  const [made] = await lists.book.create(listsOf({ ...list, title }, lines, undefined))
  if (made === undefined) throw new HttpError(500, 'Lista nu a putut fi făcută.')
  return made
}

const REMEMBERED_MS = 31 * 86_400_000

/**
 * Lines that look like what was paid, or may be, by a list of the last month: the same file brought twice is salaries paid
 * twice. Told only: rent is the same every month too.
 */
export function resembling(
  { book, now, abandoned_wait_ms }: Lists,
  lines: readonly Pick<ListLine, 'iban' | 'amount_minor' | 'details'>[],
): { readonly count: number; readonly lists: readonly PaymentList[] } {
  const key = ({ iban, amount_minor, details }: Pick<ListLine, 'iban' | 'amount_minor' | 'details'>): string =>
    JSON.stringify([iban, amount_minor, details.toLowerCase()])
  const seen = new Map<string, PaymentList>()
  for (const list of book.all()) {
    if (now().getTime() - Date.parse(list.created_at) > REMEMBERED_MS) break
    for (const state of book.statesOf(list))
      if (state.standing?.status === 'ACSC' || mayStillBePaid(state, now(), abandoned_wait_ms))
        seen.set(key(state.line), list)
  }
  const found = lines.flatMap((line) => seen.get(key(line)) ?? [])
  return { count: found.length, lists: [...new Set(found)] }
}
