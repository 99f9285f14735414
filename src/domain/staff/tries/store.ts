/** SQL of the passwords that are tried. */
import type { Queries } from '../../audit/store.ts'
import type { Counted } from './waits.ts'

/** Tries for one account come one after the other: nothing is counted twice, and no more are compared than may be. */
export async function lockForTry(db: Queries, staff_id: number): Promise<void> {
  await db.query({ text: 'select from staff where staff_id = $1 for update', values: [staff_id] })
}

/** Of the sources that are named: those that have wrong tries. */
export async function countedOf(
  db: Queries,
  staff_id: number,
  sources: readonly string[],
): Promise<ReadonlyMap<string, Counted>> {
  const { rows } = await db.query<Counted & { source: string }>({
    text: 'select source, failures, counted_at from staff_tries where staff_id = $1 and source = any($2)',
    values: [staff_id, sources],
  })
  return new Map(rows.map(({ source, ...counted }) => [source, counted]))
}

export async function putCounted(db: Queries, staff_id: number, source: string, counted: Counted): Promise<void> {
  await db.query({
    text: `insert into staff_tries (staff_id, source, failures, counted_at) values ($1, $2, $3, $4)
      on conflict (staff_id, source) do update set failures = excluded.failures, counted_at = excluded.counted_at`,
    values: [staff_id, source, counted.failures, counted.counted_at],
  })
}

/** One try was good after all. */
export async function uncount(db: Queries, staff_id: number, source: string): Promise<void> {
  await db.query({
    text: 'update staff_tries set failures = greatest(0, failures - 1) where staff_id = $1 and source = $2',
    values: [staff_id, source],
  })
}

/** @param source absent: of all of them */
export async function forgetTries(db: Queries, staff_id: number, source?: string): Promise<void> {
  await db.query({
    text: 'delete from staff_tries where staff_id = $1 and ($2::text is null or source = $2)',
    values: [staff_id, source ?? null],
  })
}

/** Of any account: what time has forgotten. */
export async function forgetTriesBefore(db: Queries, before: Date): Promise<void> {
  await db.query({ text: 'delete from staff_tries where counted_at < $1', values: [before] })
}
