/** SQL of cases, their versions and events. */
import type { Queries } from '../audit/store.ts'
import type { CaseKind, CaseWay, Risk, VersionCause } from './case.ts'
import type { CaseEventType, CaseState } from './state.ts'

export type CaseRow = {
  case_id: number
  kind: CaseKind
  state: CaseState
  way: CaseWay
  version: number
  event_no: number
  introduced_by: number | null
  partner_id: number | null
  summary_enc: Buffer | null
  risk: Risk | null
  created_at: Date
  updated_at: Date
  submitted_at: Date | null
  reviewed_by: string | null
  approved_at: Date | null
  next_review_at: Date | null
  reminded_days: number | null
  ended_at: Date | null
  keep_until: Date | null
  /** Of the partner it led to, and of the one that told of it. */
  client_id: string | null
  introduced_by_client_id: string | null
}

const COLUMNS = `c.case_id, c.kind, c.state, c.way, c.version, c.event_no, c.introduced_by, c.partner_id, c.summary_enc, c.risk,
  c.created_at, c.updated_at, c.submitted_at, c.reviewed_by, c.approved_at, c.next_review_at, c.reminded_days, c.ended_at,
  c.keep_until, (select p.client_id from partners p where p.partner_id = c.partner_id) as client_id,
  (select p.client_id from partners p where p.partner_id = c.introduced_by) as introduced_by_client_id`

export type NewCase = {
  readonly kind: CaseKind
  readonly way: CaseWay
  readonly introduced_by: number | null
  readonly partner_id: number | null
  readonly registration_hash: Buffer | null
  readonly at: Date
}

/** @returns undefined: the partner has a case already, or has told of the same merchant before */
export async function insertCase(db: Queries, row: NewCase): Promise<number | undefined> {
  const { rows } = await db.query<{ case_id: number }>({
    text: `insert into cases (kind, way, introduced_by, partner_id, registration_hash, version, created_at, updated_at)
      values ($1, $2, $3, $4, $5, 1, $6, $6) on conflict do nothing returning case_id`,
    values: [row.kind, row.way, row.introduced_by, row.partner_id, row.registration_hash, row.at],
  })
  return rows[0]?.case_id
}

export async function findCase(db: Queries, case_id: number): Promise<CaseRow | undefined> {
  const { rows } = await db.query<CaseRow>({
    text: `select ${COLUMNS} from cases c where c.case_id = $1`,
    values: [case_id],
  })
  return rows[0]
}

/** Held until the transaction ends: of two who change it at once the second sees what the first did. */
export async function lockCase(db: Queries, case_id: number): Promise<CaseRow | undefined> {
  const { rows } = await db.query<CaseRow>({
    text: `select ${COLUMNS} from cases c where c.case_id = $1 for update`,
    values: [case_id],
  })
  return rows[0]
}

/** The case that a partner told of before. */
export async function findActivation(db: Queries, introduced_by: number, hash: Buffer): Promise<number | undefined> {
  const { rows } = await db.query<{ case_id: number }>({
    text: `select case_id from cases where introduced_by = $1 and registration_hash = $2 and way = 'activation'
      and state not in ('refused', 'withdrawn', 'relationship_ended', 'erased')`,
    values: [introduced_by, hash],
  })
  return rows[0]?.case_id
}

const CHANGEABLE = [
  'state',
  'version',
  'partner_id',
  'summary_enc',
  'registration_hash',
  'risk',
  'updated_at',
  'submitted_at',
  'reviewed_by',
  'approved_at',
  'next_review_at',
  'reminded_days',
  'ended_at',
  'keep_until',
] as const
export type CaseChanges = Partial<Pick<CaseRow, Exclude<(typeof CHANGEABLE)[number], 'registration_hash'>>> & {
  readonly registration_hash?: Buffer | null
}

export async function updateCase(db: Queries, case_id: number, changes: CaseChanges): Promise<void> {
  const columns = CHANGEABLE.filter((column) => changes[column] !== undefined)
  await db.query({
    text: `update cases set ${columns.map((column, at) => `${column} = $${at + 2}`).join(', ')} where case_id = $1`,
    values: [case_id, ...columns.map((column) => changes[column])],
  })
}

/** Whom an older version has named is found as well. */
export async function addSubjectHashes(db: Queries, case_id: number, hashes: readonly Buffer[]): Promise<void> {
  await db.query({
    text: `update cases set subject_hashes = (
        select coalesce(array_agg(distinct hash), '{}') from unnest(subject_hashes || $2::bytea[]) as u (hash))
      where case_id = $1 and not subject_hashes @> $2::bytea[]`,
    values: [case_id, hashes],
  })
}

export type CaseSelection = {
  readonly state: CaseState | null
  readonly kind: CaseKind | null
  readonly risk: Risk | null
  /** Reviews due before this moment. */
  readonly review_before: Date | null
  readonly subject_hash: Buffer | null
  readonly before_case_id: number | null
  readonly order: 'newest' | 'review'
}

export async function selectCases(db: Queries, wanted: CaseSelection, limit: number): Promise<CaseRow[]> {
  const { rows } = await db.query<CaseRow>({
    text: `select ${COLUMNS} from cases c
      where ($1::text is null or c.state = $1) and ($2::text is null or c.kind = $2) and ($3::text is null or c.risk = $3)
        and ($4::timestamptz is null or (c.state = 'approved' and c.next_review_at < $4))
        and ($5::bytea is null or c.subject_hashes @> array[$5]) and ($6::integer is null or c.case_id < $6)
      order by ${wanted.order === 'review' ? 'c.next_review_at, c.case_id' : 'c.case_id desc'} limit $7`,
    values: [
      wanted.state,
      wanted.kind,
      wanted.risk,
      wanted.review_before,
      wanted.subject_hash,
      wanted.before_case_id,
      limit,
    ],
  })
  return rows
}

/**
 * What is only kept, by when it is erased, behind a case of the list.
 * @param after_case_id null: from the beginning
 */
export async function selectKept(db: Queries, after_case_id: number | null, limit: number): Promise<CaseRow[]> {
  const { rows } = await db.query<CaseRow>({
    text: `select ${COLUMNS} from cases c
      where c.state in ('relationship_ended', 'refused', 'withdrawn')
        and ($1::integer is null
          or (c.keep_until, c.case_id) > (select a.keep_until, a.case_id from cases a where a.case_id = $1))
      order by c.keep_until, c.case_id limit $2`,
    values: [after_case_id, limit],
  })
  return rows
}

/** @returns undefined: no such partner */
export async function partnerOfClientId(db: Queries, client_id: string): Promise<number | undefined> {
  const { rows } = await db.query<{ partner_id: number }>({
    text: 'select partner_id from partners where client_id = $1',
    values: [client_id],
  })
  return rows[0]?.partner_id
}

/** Whether the relationship with a partner has ended: then it works no more. */
export async function hasEnded(db: Queries, partner_id: number): Promise<boolean> {
  const { rows } = await db.query<{ has_ended: boolean }>({
    text: `select exists (select from cases where partner_id = $1 and approved_at is not null
      and state in ('relationship_ended', 'erased')) as has_ended`,
    values: [partner_id],
  })
  return rows[0]?.has_ended === true
}

// ---- Versions

export type VersionRow = {
  case_id: number
  version: number
  content_enc: Buffer
  content_hash: Buffer
  cause: VersionCause
  saved_at: Date
  by_kind: 'staff' | 'partner' | 'system' | 'command'
  by_name: string
}

export async function insertVersion(db: Queries, row: VersionRow): Promise<void> {
  await db.query({
    text: `insert into case_versions (case_id, version, content_enc, content_hash, cause, saved_at, by_kind, by_name)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      ...[row.case_id, row.version, row.content_enc, row.content_hash],
      ...[row.cause, row.saved_at, row.by_kind, row.by_name],
    ],
  })
}

export async function findVersion(db: Queries, case_id: number, version: number): Promise<VersionRow | undefined> {
  const { rows } = await db.query<VersionRow>({
    text: `select case_id, version, content_enc, content_hash, cause, saved_at, by_kind, by_name
      from case_versions where case_id = $1 and version = $2`,
    values: [case_id, version],
  })
  return rows[0]
}

/** Newest first, without their content. */
export async function selectVersions(
  db: Queries,
  case_id: number,
  limit: number,
): Promise<Omit<VersionRow, 'content_enc' | 'content_hash'>[]> {
  const { rows } = await db.query<Omit<VersionRow, 'content_enc' | 'content_hash'>>({
    text: `select case_id, version, cause, saved_at, by_kind, by_name
      from case_versions where case_id = $1 order by version desc limit $2`,
    values: [case_id, limit],
  })
  return rows
}

// ---- Events

export type EventRow = {
  case_id: number
  event_no: number
  type: CaseEventType
  to_state: CaseState
  text_enc: Buffer | null
  at: Date
  by_kind: 'staff' | 'partner' | 'system' | 'command'
  by_name: string
}

/** The number of the next event of a case; taken under its lock. */
export async function takeEventNo(db: Queries, case_id: number): Promise<number> {
  const { rows } = await db.query<{ event_no: number }>({
    text: 'update cases set event_no = event_no + 1 where case_id = $1 returning event_no',
    values: [case_id],
  })
  return (rows[0] as { event_no: number }).event_no
}

export async function insertEvent(db: Queries, row: EventRow): Promise<void> {
  await db.query({
    text: `insert into case_events (case_id, event_no, type, to_state, text_enc, at, by_kind, by_name)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [row.case_id, row.event_no, row.type, row.to_state, row.text_enc, row.at, row.by_kind, row.by_name],
  })
}

/** Oldest first; of very many the newest. */
export async function selectEvents(db: Queries, case_id: number, limit: number): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>({
    text: `select case_id, event_no, type, to_state, text_enc, at, by_kind, by_name
      from case_events where case_id = $1 order by event_no desc limit $2`,
    values: [case_id, limit],
  })
  return rows.reverse()
}
