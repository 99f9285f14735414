/**
 * The log of a partner's calls, for its own people: when, which call, what it was answered, the trace id. No bodies. It is
 * written beside the calls, a second's worth at a time: no call waits for it, and what is lost with a process is not missed.
 */
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { inTime } from '../search/bounded-store.ts'
import { eraseCalls, insertCalls, type PartnerCall, type StoredCall, selectCalls } from './call-store.ts'
import type { Page } from './payments.ts'

type Noting = Pick<Context, 'db' | 'log'>

const EVERY_MS = 1_000
const MOST_TOGETHER = 2_000
/** More while the database does not answer: the rest is not noted. */
const MOST_WAITING = 20_000
const KEPT_DAYS = 14
const DAY_MS = 86_400_000
const ERASED_TOGETHER = 5_000
const PAGE = 100
/** Two weeks of calls are many millions, and what is looked for may not be among them. */
const TIMEOUT_MS = 6_000
const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_(\d{1,16})$/

type Notes = { waiting: PartnerCall[]; lost: number; timer: NodeJS.Timeout | undefined; written: Promise<void> }
const notes_of_database = new WeakMap<Context['db'], Notes>()

/** Returns at once. */
export function noteCall(context: Noting, call: PartnerCall): void {
  const notes = notesOf(context)
  if (notes.waiting.length >= MOST_WAITING) {
    notes.lost += 1
    return
  }
  notes.waiting.push(call)
  notes.timer ??= setTimeout(() => void write(context, notes), EVERY_MS)
}

/** Writes what waits: when the surface closes, and in tests. */
export function callsWritten(context: Noting): Promise<void> {
  const notes = notes_of_database.get(context.db)
  return notes === undefined ? Promise.resolve() : write(context, notes)
}

function notesOf({ db }: Noting): Notes {
  let notes = notes_of_database.get(db)
  if (notes === undefined) {
    notes = { waiting: [], lost: 0, timer: undefined, written: Promise.resolve() }
    notes_of_database.set(db, notes)
  }
  return notes
}

function write(context: Noting, notes: Notes): Promise<void> {
  clearTimeout(notes.timer)
  notes.timer = undefined
  // One after the other: a database that is slow is not asked more.
  notes.written = notes.written.then(async () => {
    while (notes.waiting.length > 0) {
      const together = notes.waiting.splice(0, MOST_TOGETHER)
      await insertCalls(context, together).catch((err: unknown) => {
        context.log.warn({ err, calls: together.length }, 'calls of partners are not noted in their log')
      })
    }
    if (notes.lost > 0) context.log.warn({ calls: notes.lost }, 'too many calls of partners waited for their log')
    notes.lost = 0
  })
  return notes.written
}

/** The newest first. @throws PunteError FIELD_INVALID of `after`, SEARCH_TOO_WIDE */
export async function listOwnCalls(
  context: Pick<Context, 'db'>,
  partner_id: number,
  { after, outcome, ...wanted }: Wanted,
): Promise<Page<StoredCall>> {
  const [, at, number] = after === undefined ? [] : (PLACE.exec(after) ?? [])
  if (after !== undefined && (at === undefined || Number.isNaN(Date.parse(at))))
    throw new PunteError('FIELD_INVALID', { field: 'after' })
  const before = at === undefined ? {} : { before: { at: new Date(at), call_id: Number(number) } }
  const filter = { ...wanted, ...before, only_failed: outcome === 'failed' }
  const found = await inTime(context, TIMEOUT_MS, (db) => selectCalls({ db }, partner_id, filter, PAGE + 1))
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  return { rows, next: found.length > PAGE && last !== undefined ? `${last.at.toISOString()}_${last.call_id}` : null }
}

type Wanted = {
  readonly outcome?: 'failed'
  /** Part of the path's template. */
  readonly route?: string
  readonly error_code?: string
  readonly trace_id?: string
  readonly after?: string
}

/** @returns how many were erased */
export async function eraseOldCalls(context: Pick<Context, 'db' | 'clock' | 'partners'>): Promise<number> {
  const before = new Date(context.clock.now().getTime() - KEPT_DAYS * DAY_MS)
  let erased = 0
  for (const { partner_id } of context.partners.all()) {
    for (;;) {
      const count = await eraseCalls(context, partner_id, before, ERASED_TOGETHER)
      erased += count
      if (count < ERASED_TOGETHER) break
    }
  }
  return erased
}

/** For the worker: the task and when it runs. */
export function callTasks(context: Pick<Context, 'db' | 'clock' | 'partners'>): {
  tasks: Record<string, () => Promise<void>>
  crontab: string
} {
  return {
    tasks: {
      async erase_partner_calls() {
        await eraseOldCalls(context)
      },
    },
    crontab: '17 2 * * * erase_partner_calls ?max=2',
  }
}
