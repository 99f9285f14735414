/** What a person is about to pay, shown before it is: kept in memory for half an hour, never written down. */
import { randomBytes } from 'node:crypto'
import type { RejectedLine } from '../files/lines.ts'
import type { ListLine, PaymentList } from './book.ts'
import { MAX_LIST_LINES } from './book.ts'

export type DraftLine = Omit<ListLine, 'no'> & {
  /** In the file, or in the choice. */
  readonly line: number
  readonly duplicate_of?: number
}
export type Draft = {
  readonly draft_id: string
  readonly made_at: number
  readonly title: string
  readonly lines: readonly DraftLine[]
  readonly rejected: readonly RejectedLine[]
  readonly notes: readonly string[]
  readonly contradictions: readonly string[]
  readonly debtor_iban?: string
  readonly execution_date?: string
  readonly batch_booking?: boolean
  /** Where one goes back to. */
  readonly from: '/' | '/plati' | '/salarii'
}
export type Drafts = {
  get(draft_id: string): Draft | undefined
  add(draft: Omit<Draft, 'draft_id' | 'made_at'>): Draft
  /**
   * The lists that a draft becomes: two clicks make them once. `choice`: what was chosen; `same` is false where the lists were
   * made by another choice, which stands.
   */
  once(
    draft_id: string,
    choice: string,
    make: () => Promise<readonly PaymentList[]>,
  ): Promise<{ readonly lists: readonly PaymentList[]; readonly same: boolean }>
  /** The lists that it has become. */
  madeOf(draft_id: string): Promise<readonly PaymentList[]> | undefined
}

const LIFE_MS = 30 * 60_000
const MAX_DRAFTS = 40

export function createDrafts(now: () => number): Drafts {
  const drafts = new Map<string, { draft: Draft; choice?: string; made?: Promise<readonly PaymentList[]> }>()
  const dropOld = (): void => {
    for (const [id, { draft }] of drafts)
      if (drafts.size >= MAX_DRAFTS || now() - draft.made_at > LIFE_MS) drafts.delete(id)
  }
  return {
    get: (draft_id) => {
      const draft = drafts.get(draft_id)?.draft
      return draft === undefined || now() - draft.made_at > LIFE_MS ? undefined : draft
    },
    add: (given) => {
      dropOld()
      const draft = { ...given, draft_id: randomBytes(12).toString('base64url'), made_at: now() }
      drafts.set(draft.draft_id, { draft })
      return draft
    },
    madeOf: (draft_id) => drafts.get(draft_id)?.made,
    once: async (draft_id, choice, make) => {
      const kept = drafts.get(draft_id)
      if (kept === undefined) return { lists: await make(), same: true }
      if (kept.made === undefined) {
        kept.choice = choice
        kept.made = make()
        kept.made.catch(() => {
          delete kept.made
        })
      }
      return { lists: await kept.made, same: kept.choice === choice }
    },
  }
}

/** What of a draft is paid: every line but the duplicates that were not ticked. */
export function chosenLines(draft: Draft, ticked: ReadonlySet<number>): readonly DraftLine[] {
  return draft.lines.filter(({ line, duplicate_of }) => duplicate_of === undefined || ticked.has(line))
}

/** Lists of at most 500 lines each, numbered anew. */
export function listsOf(
  draft: Pick<Draft, 'title' | 'debtor_iban' | 'batch_booking'>,
  lines: readonly Omit<ListLine, 'no'>[],
  execution_date: string | undefined,
): readonly Omit<PaymentList, 'list_id' | 'created_at'>[] {
  const count = Math.ceil(lines.length / MAX_LIST_LINES)
  return Array.from({ length: count }, (_, index) => ({
    title: count === 1 ? draft.title : `${draft.title} (${index + 1} din ${count})`,
    lines: lines
      .slice(index * MAX_LIST_LINES, (index + 1) * MAX_LIST_LINES)
      .map(({ name, iban, amount_minor, details, invoice_id, repeats }, at) => ({
        no: at + 1,
        name,
        iban,
        amount_minor,
        details,
        ...(invoice_id !== undefined && { invoice_id }),
        ...(repeats !== undefined && { repeats }),
      })),
    ...(execution_date !== undefined && { execution_date }),
    ...(draft.debtor_iban !== undefined && { debtor_iban: draft.debtor_iban }),
    ...(draft.batch_booking === true && { batch_booking: true }),
  }))
}

const ISO_DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Bucharest' })

/** The day in Bucharest, ISO. */
export function dayIn(at: Date): string {
  return ISO_DAY.format(at)
}

const MAX_AHEAD_DAYS = 366
const DAY_MS = 86_400_000

/** A day of a form, today (then undefined: at once) or later; `fault` in words when it is neither. */
export function readDay(text: string, now: Date): { day?: string } | { fault: string } {
  const today = dayIn(now)
  if (text === '' || text === today) return {}
  const real = /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T12:00:00Z`).toJSON()?.slice(0, 10) === text
  if (!real) return { fault: 'Data nu este o zi din calendar.' }
  if (text < today) return { fault: 'Data a trecut; alege ziua de azi sau una de după ea.' }
  return text > dayIn(new Date(now.getTime() + MAX_AHEAD_DAYS * DAY_MS))
    ? { fault: 'Data este prea departe: cel mult un an.' }
    : { day: text }
}
