/** SQL of retention: what is due, its erasure in batches, certificates. Names of tables come from tables.ts alone. */
import type { Queries } from '../../audit/store.ts'
import type { CaseState } from '../state.ts'
import type { ERASED_OF_CASE, ERASED_OF_PARTNER, ERASED_OF_STAFF } from './tables.ts'

type Table = (typeof ERASED_OF_PARTNER)[number] | (typeof ERASED_OF_CASE)[number] | (typeof ERASED_OF_STAFF)[number]

export type DueRow = {
  case_id: number
  state: CaseState
  partner_id: number | null
  client_id: string | null
  approved_at: Date | null
}

/** Cases whose time has come, those begun before first. */
export async function dueCases(db: Queries, at: Date, limit: number): Promise<DueRow[]> {
  const { rows } = await db.query<DueRow>({
    text: `select c.case_id, c.state, c.partner_id, p.client_id, c.approved_at
      from cases c left join partners p on p.partner_id = c.partner_id
      where c.state in ('refused', 'withdrawn', 'relationship_ended') and c.keep_until <= $1
      order by c.keep_until, c.case_id limit $2`,
    values: [at, limit],
  })
  return rows
}

/**
 * What is held of the case, on the certificate; once. Looks again under the lock of the case, by the database's own time as
 * well: what was kept longer meanwhile, or is due only by a clock that runs ahead, is not begun.
 * @returns whether its erasure has begun, now or before
 */
export async function beginErasure(db: Queries, case_id: number, at: Date): Promise<boolean> {
  await db.query({
    text: `insert into erasures (case_id, partner_id, ended_at, keep_until, started_at, last_version_hash, version_count,
        document_count)
      select c.case_id, c.partner_id, c.ended_at, c.keep_until, $2, v.content_hash, c.version,
        (select count(*) from case_documents d where d.case_id = $1)
      from (select * from cases where case_id = $1 and state in ('refused', 'withdrawn', 'relationship_ended')
        and keep_until <= least($2::timestamptz, now()) for update) c
      join case_versions v on v.case_id = c.case_id and v.version = c.version
      on conflict (case_id) do nothing`,
    values: [case_id, at],
  })
  return hasErasureBegun(db, case_id)
}

/** From then on nobody can have the case kept longer: a part of it may be gone. */
export async function hasErasureBegun(db: Queries, case_id: number): Promise<boolean> {
  const { rows } = await db.query<{ has_begun: boolean }>({
    text: 'select exists (select from erasures where case_id = $1) as has_begun',
    values: [case_id],
  })
  return rows[0]?.has_begun === true
}

/**
 * One batch, with its count on the certificate in the same statement.
 * @returns how many rows there were to erase; where another process erases at the same time, that one may have had them
 */
export async function eraseBatch(
  db: Queries,
  of: { readonly table: Table; readonly key: 'partner_id' | 'case_id' | 'staff'; readonly id: number },
  case_id: number,
  limit: number,
): Promise<number> {
  const where = of.key === 'staff' ? 'staff_id in (select staff_id from staff where partner_id = $1)' : `${of.key} = $1`
  const { rows } = await db.query<{ found: number }>({
    text: `with found as materialized (select ctid as place from ${of.table} where ${where} limit $3),
      gone as (
        delete from ${of.table} where ctid = any(array(select place from found)) and ${where} returning 1),
      counted as (select count(*)::integer as count from gone),
      told as (
        update erasures e
        set rows_erased = rows_erased || jsonb_build_object($4::text, coalesce((rows_erased->>$4)::bigint, 0) + c.count)
        from counted c where e.case_id = $2 and c.count > 0)
      select (select count(*)::integer from found) as found from counted`,
    values: [of.id, case_id, limit, of.table],
  })
  return rows[0]?.found ?? 0
}

export async function peopleOf(db: Queries, partner_id: number): Promise<{ staff_id: number; user_name: string }[]> {
  const { rows } = await db.query<{ staff_id: number; user_name: string }>({
    text: 'select staff_id, user_name from staff where partner_id = $1 order by staff_id',
    values: [partner_id],
  })
  return rows
}

/** Without name, address, password and second factor; it signs in no more. */
export async function blankPerson(
  db: Queries,
  row: { readonly staff_id: number; readonly user_name: string; readonly person_enc: Buffer },
): Promise<void> {
  await db.query({
    text: `update staff set user_name = $2, person_enc = $3, status = 'suspended', password_hash = 'erased',
        totp_step = null, totp_enc = null where staff_id = $1`,
    values: [row.staff_id, row.user_name, row.person_enc],
  })
}

export async function blankPartner(db: Queries, partner_id: number): Promise<void> {
  await db.query({
    text: `update partners set name = 'erased', status = 'suspended', redirect_urls = '{https://erased.invalid/}', logo = null,
        colour = '#0b5cad', webhook_url = null, webhook_secret_enc = null, updated_at = now() where partner_id = $1`,
    values: [partner_id],
  })
}

/**
 * What was proposed about it, and about the payments and orders of its partner, stays as an act of two people, without what
 * was to be done and why. Before payments and merchants are gone: by them it is found.
 */
export async function blankApprovals(
  db: Queries,
  of: { readonly case_id: number; readonly partner_id: number | null; readonly client_id: string | null },
): Promise<void> {
  await db.query({
    text: `update approvals set input = '{}', seen = null, reason_enc = null
      where (subject_kind = 'case' and subject_id = $1::text) or (subject_kind = 'partner' and subject_id = $3)
        or (subject_kind = 'payment' and exists (select from payments p where p.partner_id = $2
          and p.payment_id = case when subject_id ~ '^\\d{1,18}$' then subject_id::bigint end))
        or (subject_kind = 'order' and split_part(subject_id, '/', 1) in (
          select merchant_id from merchants where partner_id = $2))`,
    values: [String(of.case_id), of.partner_id, of.client_id],
  })
}

export async function blankCase(db: Queries, case_id: number, at: Date): Promise<void> {
  await db.query({
    text: `update cases set state = 'erased', summary_enc = null, registration_hash = null, subject_hashes = '{}', risk = null,
        reviewed_by = null, updated_at = $2 where case_id = $1`,
    values: [case_id, at],
  })
}

export async function finishErasure(db: Queries, case_id: number, at: Date): Promise<ErasureRow> {
  const { rows } = await db.query<ErasureRow>({
    text: `update erasures e set finished_at = $2 where case_id = $1 returning ${COLUMNS}`,
    values: [case_id, at],
  })
  return rows[0] as ErasureRow
}

export type ErasureRow = {
  erasure_id: number
  case_id: number
  client_id: string | null
  ended_at: Date
  keep_until: Date
  started_at: Date
  finished_at: Date | null
  last_version_hash: Buffer
  version_count: number
  document_count: number
  rows_erased: Record<string, number>
}

const COLUMNS = `e.erasure_id, e.case_id, (select p.client_id from partners p where p.partner_id = e.partner_id) as client_id,
  e.ended_at, e.keep_until, e.started_at, e.finished_at, e.last_version_hash, e.version_count, e.document_count, e.rows_erased`

/** Newest first. */
export async function selectErasures(
  db: Queries,
  { before_erasure_id, limit }: { readonly before_erasure_id: number | null; readonly limit: number },
): Promise<ErasureRow[]> {
  const { rows } = await db.query<ErasureRow>({
    text: `select ${COLUMNS} from erasures e where $1::integer is null or e.erasure_id < $1
      order by e.erasure_id desc limit $2`,
    values: [before_erasure_id, limit],
  })
  return rows
}
