/** Searches take as long as they may and no longer: what is asked for by hand must not keep the database from payments. */
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { tooWide } from './filter.ts'

const QUERY_CANCELED = '57014'

/**
 * A page is read from an index in the order of the list and ends when it is full. Where the planner thinks that few rows fit
 * it would rather read all that there are and sort them, with all processors.
 */
const IN_ORDER = `set transaction read only; set local enable_sort = off; set local enable_bitmapscan = off;
  set local max_parallel_workers_per_gather = 0`

/** @throws PunteError SEARCH_TOO_WIDE when a statement takes longer than `timeout_ms` */
export async function inTime<T>(
  context: Pick<Context, 'db'>,
  timeout_ms: number,
  work: (db: Queries) => Promise<T>,
): Promise<T> {
  try {
    return await context.db.transaction(async (client) => {
      await client.query(`set local statement_timeout = ${Math.round(timeout_ms)}; ${IN_ORDER}`)
      return work({ query: (statement) => client.query({ ...statement, values: [...statement.values] }) } as Queries)
    })
  } catch (error) {
    if (error instanceof Error && (error as { code?: unknown }).code === QUERY_CANCELED) throw tooWide(error)
    throw error
  }
}
