/** Erasure of what need not be kept any more, with a certificate that says what was erased and nothing of what it said. */
import { inAct } from '../../audit/record.ts'
import type { Context } from '../../context.ts'
import { sealPerson } from '../../staff/person.ts'
import type { CaseContext } from '../case.ts'
import { toldOf, writeEvent } from '../change.ts'
import { lockCase } from '../store.ts'
import {
  beginErasure,
  blankApprovals,
  blankCase,
  blankPartner,
  blankPerson,
  type DueRow,
  dueCases,
  type ErasureRow,
  eraseBatch,
  finishErasure,
  peopleOf,
  selectErasures,
} from './store.ts'
import { ERASED_OF_CASE, ERASED_OF_PARTNER, ERASED_OF_STAFF } from './tables.ts'

const CASES_AT_ONCE = 20
/** Rows of one statement: well within its time. */
const BATCH = 2_000
const LISTED = 50

export type Erasure = Omit<ErasureRow, 'last_version_hash'> & {
  /** Hex: keyed hash of the last version, by which a copy of it could be recognised. */
  readonly last_version_hash: string
}

export type EraseContext = Pick<Context, 'db' | 'keys' | 'clock' | 'log'> & Pick<CaseContext, 'settings' | 'actor'>

/**
 * Erases every case whose time has come, with the history of its partner on both rails. In batches, so that one that breaks
 * off goes on the next time; the database refuses what is not due yet, by its own clock.
 * @returns how many cases
 */
export async function eraseDue(context: EraseContext): Promise<number> {
  let erased = 0
  for (const due of await dueCases(context.db, context.clock.now(), CASES_AT_ONCE)) {
    try {
      if (await eraseCase(context, due)) erased += 1
    } catch (error) {
      // The others' time has come as well.
      context.log.error({ err: error, case_id: due.case_id }, 'a case could not be erased; it is tried again')
    }
  }
  return erased
}

/** @returns false: it is not due any more, or not yet by the database's time */
async function eraseCase(context: EraseContext, due: DueRow): Promise<boolean> {
  const { db } = context
  const { case_id, partner_id } = due
  if (!(await beginErasure(db, case_id, context.clock.now()))) return false
  // A case that came to nothing leaves the partner it was of alone.
  const partner = due.approved_at === null ? null : partner_id
  await blankApprovals(db, { case_id, partner_id: partner, client_id: partner === null ? null : due.client_id })
  if (partner !== null) {
    for (const table of ERASED_OF_PARTNER) await eraseAll(context, { table, key: 'partner_id', id: partner }, case_id)
    for (const table of ERASED_OF_STAFF) await eraseAll(context, { table, key: 'staff', id: partner }, case_id)
  }
  for (const table of ERASED_OF_CASE)
    if (table !== 'case_events') await eraseAll(context, { table, key: 'case_id', id: case_id }, case_id)
  await finish(context, due, partner)
  context.log.info({ case_id }, 'a case and what belongs to it are erased')
  return true
}

async function eraseAll(context: EraseContext, of: Parameters<typeof eraseBatch>[1], case_id: number): Promise<void> {
  for (;;) if ((await eraseBatch(context.db, of, case_id, BATCH)) < BATCH) return
}

function finish(context: EraseContext, due: DueRow, partner: number | null): Promise<void> {
  const { case_id } = due
  const now = context.clock.now()
  return inAct(context, async (db, record) => {
    const row = await lockCase(db, case_id)
    if (row === undefined || row.state === 'erased') return
    // Under the lock all of it once more: somebody may have added a paper while the rest was erased.
    for (const table of ERASED_OF_CASE)
      await eraseBatch(db, { table, key: 'case_id', id: case_id }, case_id, Number.MAX_SAFE_INTEGER)
    if (partner !== null) {
      for (const { staff_id, user_name } of await peopleOf(db, partner)) {
        const blank = { user_name: `erased-${staff_id}${user_name.slice(user_name.indexOf('@'))}`, name: '', email: '' }
        await blankPerson(db, { staff_id, user_name: blank.user_name, person_enc: sealPerson(context.keys, blank) })
      }
      await blankPartner(db, partner)
    }
    await blankCase(db, case_id, now)
    await writeEvent(context, db, { case_id, type: 'erase', to_state: 'erased' })
    const { rows_erased, erasure_id, last_version_hash } = await finishErasure(db, case_id, now)
    // The hash under a name that the log shows.
    const last_version = last_version_hash.toString('hex')
    await record(toldOf(case_id, 'case.erase', { state: due.state }, { erasure_id, last_version, rows: rows_erased }))
  })
}

/** Newest first, a page at a time: those before one, where it is named. */
export async function listErasures(
  context: Pick<CaseContext, 'db'>,
  { before_erasure_id = null }: { readonly before_erasure_id?: number | null } = {},
): Promise<{ readonly erasures: readonly Erasure[]; readonly has_more: boolean }> {
  const rows = await selectErasures(context.db, { before_erasure_id, limit: LISTED + 1 })
  const shown = rows.slice(0, LISTED)
  return {
    erasures: shown.map(({ last_version_hash, ...row }) => ({
      ...row,
      last_version_hash: last_version_hash.toString('hex'),
    })),
    has_more: rows.length > LISTED,
  }
}
