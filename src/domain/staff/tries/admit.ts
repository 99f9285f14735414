/** Whether a password that is tried is compared at all. */
import { inAct } from '../../audit/record.ts'
import type { Queries } from '../../audit/store.ts'
import type { StaffContext } from '../sessions.ts'
import { activeStaff, type StaffRow } from '../store.ts'
import { countedOf, forgetTries, forgetTriesBefore, lockForTry, putCounted, uncount } from './store.ts'
import { FORGOTTEN_MS, oneMore, type Source, waitsUntil } from './waits.ts'

/** Whom one try is counted for: the browser of the owner, or the address and all strangers together. */
export const sourcesOf = (from: {
  readonly device_id: string | undefined
  readonly address: string
}): readonly Source[] =>
  from.device_id === undefined ? ['strangers', `address ${from.address}`] : [`device ${from.device_id}`]

/**
 * Counts a try before it is known whether it is good, so that of many at once no more are compared than may be. One that has to
 * wait is not counted: whoever keeps trying makes nobody wait longer.
 * @returns undefined: a source has to wait, or the account is locked or suspended
 */
export function admitTry(
  context: StaffContext,
  staff_id: number,
  sources: readonly Source[],
): Promise<StaffRow | undefined> {
  const now = context.clock.now()
  return inAct(context, async (db) => {
    await lockForTry(db, staff_id)
    const staff = await activeStaff(db, staff_id)
    const counted = await countedOf(db, staff_id, sources)
    if (sources.some((source) => waitsUntil(source, counted.get(source), now) !== undefined)) return undefined
    if (staff === undefined) return undefined
    for (const source of sources) await putCounted(db, staff_id, source, oneMore(source, counted.get(source), now))
    await forgetTriesBefore(db, new Date(now.getTime() - FORGOTTEN_MS))
    return staff
  })
}

/** The password was right: its own source begins anew; what others have tried goes on counting. */
export async function forgiveTry(db: Queries, staff_id: number, sources: readonly Source[]): Promise<void> {
  for (const source of sources)
    await (source === 'strangers' ? uncount(db, staff_id, source) : forgetTries(db, staff_id, source))
}
