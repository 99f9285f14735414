/**
 * Lists of payments: what is to be paid, which payment of Punte each line became, how each stands. The list's own payment is
 * kept with all others (`partner/book.ts`); what is here survives a kill too.
 */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { isFinalStatus } from '@punte/sdk'
import { laterStanding, type Standing } from '../../partner/standing.ts'
import { openJournal } from '../../process/journal.ts'

export type ListLine = {
  /** From 1, as Punte numbers them. */
  readonly no: number
  readonly name: string
  readonly iban: string
  readonly amount_minor: number
  readonly details: string
  readonly invoice_id?: string
  /** The unpaid line that this one repeats. */
  readonly repeats?: { readonly list_id: string; readonly no: number }
}
export type PaymentList = {
  readonly list_id: string
  readonly title: string
  readonly created_at: string
  readonly lines: readonly ListLine[]
  /** ISO date, later than the day it was made; absent: at once. */
  readonly execution_date?: string
  readonly debtor_iban?: string
  /** One debit for all of them, where the bank does that. */
  readonly batch_booking?: boolean
}
/** A line and, once its list was begun, how it stands. */
export type LineState = { readonly line: ListLine; readonly payment_id?: number; readonly standing?: Standing }

export type ListBook = {
  get(list_id: string): PaymentList | undefined
  /** Newest first. */
  all(): readonly PaymentList[]
  statesOf(list: PaymentList): readonly LineState[]
  /** Lines that pay an invoice, whose lists were begun. */
  linesOfInvoice(invoice_id: string): readonly (LineState & { readonly list_id: string })[]
  /** The list that repeats this line, if one does. */
  repeatOf(list_id: string, no: number): string | undefined
  /** Lists are put down in one step: all of them are there at once, or none. */
  create(lists: readonly Omit<PaymentList, 'list_id' | 'created_at'>[]): Promise<readonly PaymentList[]>
  /** Punte's numbers of the lines. A list that is begun again, its first payment never having been shown, gets new ones. */
  assigned(list_id: string, payment_id: number, items: readonly Item[]): Promise<void>
  /** Whether a payment is a list's own. */
  isList(payment_id: number): boolean
  /** News of a line, from a webhook or a status call; of other payments nothing is kept. */
  told(payment_id: number, news: Standing): Promise<void>
  close(): Promise<void>
}

type Entry =
  | { readonly kind: 'lists'; readonly lists: readonly PaymentList[] }
  | {
      readonly kind: 'items'
      readonly list_id: string
      readonly payment_id: number
      readonly at: string
      readonly items: readonly Item[]
    }
  | { readonly kind: 'told'; readonly payment_id: number; readonly standing: Standing }
type Item = { readonly no: number; readonly payment_id: number }

export const MAX_LIST_LINES = 500
const MAX_LISTS = 2000

export async function openListBook(data_dir: string): Promise<ListBook> {
  const lists = new Map<string, PaymentList>()
  const items = new Map<string, Map<number, number>>()
  const own = new Set<number>()
  const standings = new Map<number, Standing>()
  const repeats = new Map<string, string>()
  const by_invoice = new Map<string, { list_id: string; no: number }[]>()

  const apply = (entry: Entry): void => {
    if (entry.kind === 'lists') entry.lists.forEach(put)
    else if (entry.kind === 'items') {
      own.add(entry.payment_id)
      items.set(entry.list_id, new Map(entry.items.map(({ no, payment_id }) => [no, payment_id])))
      for (const { payment_id } of entry.items)
        standings.set(payment_id, { status: 'INIT', sequence: 0, status_at: entry.at })
    } else standings.set(entry.payment_id, entry.standing)
  }
  const put = (list: PaymentList): void => {
    lists.set(list.list_id, list)
    for (const { no, invoice_id, repeats: before } of list.lines) {
      if (before !== undefined) repeats.set(lineKey(before.list_id, before.no), list.list_id)
      if (invoice_id !== undefined)
        by_invoice.set(invoice_id, [...(by_invoice.get(invoice_id) ?? []), { list_id: list.list_id, no }])
    }
  }
  const journal = await openJournal<Entry>(join(data_dir, 'lists.jsonl'), apply)
  const write = async (entry: Entry): Promise<void> => {
    apply(entry)
    await journal.append(entry)
  }
  const stateOf = (list_id: string, line: ListLine): LineState => {
    const payment_id = items.get(list_id)?.get(line.no)
    const standing = payment_id === undefined ? undefined : standings.get(payment_id)
    return { line, ...(payment_id !== undefined && { payment_id }), ...(standing !== undefined && { standing }) }
  }

  return {
    get: (list_id) => lists.get(list_id),
    all: () => [...lists.values()].reverse(),
    statesOf: (list) => list.lines.map((line) => stateOf(list.list_id, line)),
    linesOfInvoice: (invoice_id) =>
      (by_invoice.get(invoice_id) ?? []).flatMap(({ list_id, no }) => {
        const line = lists.get(list_id)?.lines[no - 1]
        const state = line && stateOf(list_id, line)
        return state?.standing === undefined ? [] : [{ ...state, list_id }]
      }),
    repeatOf: (list_id, no) => repeats.get(lineKey(list_id, no)),
    create: async (given) => {
      if (lists.size + given.length > MAX_LISTS) throw new Error('too many lists are kept')
      const created_at = new Date().toISOString()
      const made = given.map((list) => ({ ...list, list_id: newListId(), created_at }))
      await write({ kind: 'lists', lists: made })
      return made
    },
    assigned: (list_id, payment_id, assigned) =>
      write({ kind: 'items', list_id, payment_id, at: new Date().toISOString(), items: assigned }),
    isList: (payment_id) => own.has(payment_id),
    told: async (payment_id, news) => {
      const known = standings.get(payment_id)
      if (known === undefined) return
      const standing = laterStanding(known, news)
      if (standing !== known) await write({ kind: 'told', payment_id, standing })
    },
    close: journal.close,
  }
}

const lineKey = (list_id: string, no: number): string => `${list_id}/${no}`

function newListId(): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  return `PL-${Array.from({ length: 10 }, () => letters[randomInt(32)]).join('')}`
}

/**
 * Whether money may still leave for this line. ABND is Punte's word, not the bank's: who authorised in the last moment has paid,
 * so such a line is left alone for `abandoned_wait_ms`.
 */
export function mayStillBePaid({ standing }: LineState, now: Date, abandoned_wait_ms: number): boolean {
  if (standing === undefined) return false
  if (standing.status === 'ABND') return now.getTime() - Date.parse(standing.status_at) < abandoned_wait_ms
  return !isFinalStatus(standing.status)
}
