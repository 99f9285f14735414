/** SQL of the audit log. Rows are only ever added; number, time and hashes are made by the table itself. */
import type { Database } from '../../infra/database/database.ts'
import type { ChainRow } from './chain.ts'

/** What a statement needs: the pool, or one connection inside a transaction. */
export type Queries = Pick<Database, 'query'>

export type NewRow = Omit<ChainRow, 'number' | 'at' | 'previous_hash' | 'hash'>

export async function appendRow(db: Queries, row: NewRow): Promise<void> {
  await db.query({
    name: 'audit-append',
    text: `insert into audit_log (actor_kind, actor, origin, act, subject_kind, subject_id, outcome, before, after)
      values ($1, $2, $3, $4, $5, $6, $7, $8::json, $9::json)`,
    values: [
      row.actor_kind,
      row.actor,
      row.origin,
      row.act,
      row.subject_kind,
      row.subject_id,
      row.outcome,
      row.before,
      row.after,
    ],
  })
}

const COLUMNS = `number, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor_kind, actor, origin, act,
  subject_kind, subject_id, outcome, before::text as before, after::text as after,
  encode(previous_hash, 'hex') as previous_hash, encode(hash, 'hex') as hash`

/** In the order of their numbers, from the first one after `after`. */
export async function rowsAfter(db: Queries, after: number, limit: number): Promise<ChainRow[]> {
  const { rows } = await db.query<ChainRow>({
    name: 'audit-after',
    text: `select ${COLUMNS} from audit_log where number > $1 order by number limit $2`,
    values: [after, limit],
  })
  return rows
}

export async function lastRow(db: Queries): Promise<ChainRow | undefined> {
  const { rows } = await db.query<ChainRow>({
    text: `select ${COLUMNS} from audit_log order by number desc limit 1`,
    values: [],
  })
  return rows[0]
}

export type Selection = {
  readonly since?: Date
  readonly until?: Date
  readonly subject_kind?: string
  readonly subject_id?: string
  readonly actor?: string
  readonly act?: string
}

/** The newest ones that fit, oldest first. */
export async function selectRows(db: Queries, wanted: Selection, limit: number): Promise<ChainRow[]> {
  const { rows } = await db.query<ChainRow>({
    text: `select ${COLUMNS} from audit_log
      where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2)
        and ($3::text is null or subject_kind = $3) and ($4::text is null or subject_id = $4)
        and ($5::text is null or actor = $5) and ($6::text is null or act = $6)
      order by number desc limit $7`,
    values: [
      wanted.since ?? null,
      wanted.until ?? null,
      wanted.subject_kind ?? null,
      wanted.subject_id ?? null,
      wanted.actor ?? null,
      wanted.act ?? null,
      limit,
    ],
  })
  return rows.reverse()
}

/** What the office looks for. `act`: one act, or with a dot at its end all of a kind (`staff.`). */
export type AuditFilter = Selection & { readonly outcome?: ChainRow['outcome'] }

/**
 * The newest ones that fit, newest first, below a number: a page costs the same wherever it is. Times follow numbers but for
 * the steps of a clock that is put right, so a period is a range of numbers, an hour wider.
 */
export async function pageOfRows(
  db: Queries,
  wanted: AuditFilter,
  before: number | undefined,
  limit: number,
): Promise<ChainRow[]> {
  const { rows } = await db.query<ChainRow>({
    text: `select ${COLUMNS} from audit_log
      where ($1::timestamptz is null or at >= $1 and number >= coalesce((select number from audit_log
          where at >= $1::timestamptz - interval '1 hour' order by at limit 1), 0))
        and ($2::timestamptz is null or at < $2 and number <= coalesce((select number from audit_log
          where at < $2::timestamptz + interval '1 hour' order by at desc limit 1), 0))
        and ($3::text is null or subject_kind = $3) and ($4::text is null or subject_id = $4)
        and ($5::text is null or actor = $5)
        and ($6::text is null or act = $6 or (right($6, 1) = '.' and starts_with(act, $6)))
        and ($7::text is null or outcome = $7) and ($8::bigint is null or number < $8)
      order by number desc limit $9`,
    values: [
      wanted.since ?? null,
      wanted.until ?? null,
      wanted.subject_kind ?? null,
      wanted.subject_id ?? null,
      wanted.actor ?? null,
      wanted.act ?? null,
      wanted.outcome ?? null,
      before ?? null,
      limit,
    ],
  })
  return rows
}
