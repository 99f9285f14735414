/** SQL of registers. Small tables of the installation. */
import type { Queries } from '../audit/store.ts'
import type { Submitted } from './deadlines.ts'

export type IncidentRow = {
  readonly incident_id: number
  readonly version_no: number
  readonly aware_at: Date
  readonly classified_at: Date | null
  readonly is_major: boolean | null
  readonly state: 'open' | 'closed'
  readonly facts_enc: Buffer
  readonly opened_by: string
  readonly opened_at: Date
  readonly updated_at: Date
}

const INCIDENT = `incident_id, version_no, aware_at, classified_at, is_major, state, facts_enc, opened_by, opened_at, updated_at`

/** Taken before the facts are sealed under it. */
export async function nextIncidentId(db: Queries): Promise<number> {
  const { rows } = await db.query<{ id: number }>({
    text: `select nextval(pg_get_serial_sequence('incidents', 'incident_id')) as id`,
    values: [],
  })
  return (rows[0] as { id: number }).id
}

export async function insertIncident(
  db: Queries,
  row: Pick<IncidentRow, 'incident_id' | 'aware_at' | 'facts_enc' | 'opened_by' | 'opened_at'>,
): Promise<void> {
  await db.query({
    text: `insert into incidents (incident_id, aware_at, facts_enc, opened_by, opened_at, updated_at)
      values ($1, $2, $3, $4, $5, $5)`,
    values: [row.incident_id, row.aware_at, row.facts_enc, row.opened_by, row.opened_at],
  })
}

export async function findIncident(db: Queries, incident_id: number): Promise<IncidentRow | undefined> {
  const { rows } = await db.query<IncidentRow>({
    text: `select ${INCIDENT} from incidents where incident_id = $1`,
    values: [incident_id],
  })
  return rows[0]
}

/** Newest first. @param before only those numbered below */
export async function listIncidentRows(
  db: Queries,
  wanted: { readonly state?: IncidentRow['state'] | undefined; readonly before?: number | undefined },
  limit: number,
): Promise<IncidentRow[]> {
  const { rows } = await db.query<IncidentRow>({
    text: `select ${INCIDENT} from incidents
      where ($1::text is null or state = $1) and ($2::integer is null or incident_id < $2)
      order by incident_id desc limit $3`,
    values: [wanted.state ?? null, wanted.before ?? null, limit],
  })
  return rows
}

export type IncidentChange = Pick<
  IncidentRow,
  'incident_id' | 'version_no' | 'aware_at' | 'classified_at' | 'is_major' | 'state' | 'facts_enc' | 'updated_at'
>

/** Onto the version that was seen. @returns false: it has changed since */
export async function updateIncident(db: Queries, change: IncidentChange): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update incidents set version_no = version_no + 1, aware_at = $3, classified_at = $4, is_major = $5, state = $6,
        facts_enc = $7, updated_at = $8 where incident_id = $1 and version_no = $2`,
    values: [
      change.incident_id,
      change.version_no,
      change.aware_at,
      change.classified_at,
      change.is_major,
      change.state,
      change.facts_enc,
      change.updated_at,
    ],
  })
  return rowCount === 1
}

// ---- Reports

export type ReportKey = {
  readonly register: 'fraud' | 'incident'
  readonly subject: string
  readonly stage: 'half-year' | 'initial' | 'intermediate' | 'final'
}

export type ReportRow = ReportKey & {
  readonly version_no: number
  readonly state: 'draft' | 'submitted' | 'corrected'
  readonly save_no: number
  readonly content_enc: Buffer
  readonly saved_by: string
  readonly saved_at: Date
  readonly submitted_by: string | null
  readonly submitted_at: Date | null
}

const REPORT = `register, subject, stage, version_no, state, save_no, content_enc, saved_by, saved_at, submitted_by, submitted_at`
const OF_REPORT = 'register = $1 and subject = $2 and stage = $3'
const keyOf = ({ register, subject, stage }: ReportKey) => [register, subject, stage]

/** All versions of a report, the newest first. */
export async function reportVersions(db: Queries, key: ReportKey): Promise<ReportRow[]> {
  const { rows } = await db.query<ReportRow>({
    text: `select ${REPORT} from register_reports where ${OF_REPORT} order by version_no desc limit 1000`,
    values: keyOf(key),
  })
  return rows
}

/** A new draft. @returns false: there is one */
export async function insertDraft(
  db: Queries,
  key: ReportKey,
  draft: Pick<ReportRow, 'version_no' | 'content_enc' | 'saved_by' | 'saved_at'>,
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `insert into register_reports (register, subject, stage, version_no, state, content_enc, saved_by, saved_at)
      values ($1, $2, $3, $4, 'draft', $5, $6, $7) on conflict do nothing`,
    values: [...keyOf(key), draft.version_no, draft.content_enc, draft.saved_by, draft.saved_at],
  })
  return rowCount === 1
}

/** Onto the save that was seen. @returns false: it was saved since, or submitted */
export async function saveDraft(
  db: Queries,
  key: ReportKey,
  draft: Pick<ReportRow, 'version_no' | 'save_no' | 'content_enc' | 'saved_by' | 'saved_at'>,
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update register_reports set content_enc = $6, saved_by = $7, saved_at = $8, save_no = save_no + 1
      where ${OF_REPORT} and version_no = $4 and save_no = $5 and state = 'draft'`,
    values: [...keyOf(key), draft.version_no, draft.save_no, draft.content_enc, draft.saved_by, draft.saved_at],
  })
  return rowCount === 1
}

/** The draft stands from now on, and what stood before is corrected. @returns false: it has changed since */
export async function markSubmitted(
  db: Queries,
  key: ReportKey,
  draft: { readonly version_no: number; readonly save_no: number; readonly by: string; readonly at: Date },
): Promise<boolean> {
  await db.query({
    text: `update register_reports set state = 'corrected' where ${OF_REPORT} and state = 'submitted' and version_no < $4`,
    values: [...keyOf(key), draft.version_no],
  })
  const { rowCount } = await db.query({
    text: `update register_reports set state = 'submitted', submitted_by = $6, submitted_at = $7
      where ${OF_REPORT} and version_no = $4 and save_no = $5 and state = 'draft'`,
    values: [...keyOf(key), draft.version_no, draft.save_no, draft.by, draft.at],
  })
  return rowCount === 1
}

type StageTimes = Submitted & { readonly subject: string }

/** When the stages of incidents stood. */
export async function submittedStages(db: Queries, subjects: readonly string[]): Promise<StageTimes[]> {
  const { rows } = await db.query<StageTimes>({
    text: `select subject, stage, min(submitted_at) as first_at, max(submitted_at) as last_at from register_reports
      where register = 'incident' and subject = any($1::text[]) and submitted_at is not null group by subject, stage`,
    values: [subjects],
  })
  return rows
}

/** The state of each report of half-years: the draft's before that of what stands. */
export async function fraudStates(db: Queries): Promise<
  {
    readonly subject: string
    readonly is_submitted: boolean
    readonly has_draft: boolean
    readonly submitted_at: Date | null
  }[]
> {
  const { rows } = await db.query<{
    subject: string
    is_submitted: boolean
    has_draft: boolean
    submitted_at: Date | null
  }>({
    text: `select subject, bool_or(state = 'submitted') as is_submitted, bool_or(state = 'draft') as has_draft,
        max(submitted_at) as submitted_at
      from register_reports where register = 'fraud' group by subject order by subject desc limit 200`,
    values: [],
  })
  return rows
}

/** The first day on which anything was begun, `yyyy-mm-dd`. */
export async function firstCountedDay(db: Queries): Promise<string | undefined> {
  const { rows } = await db.query<{ day: string | null }>({
    text: 'select min(day)::text as day from report_days',
    values: [],
  })
  return rows[0]?.day ?? undefined
}

// ---- Reminders

type Reminder = {
  readonly register: string
  readonly subject: string
  readonly stage: string
  readonly due_at: Date
  readonly step: string
}

const REMINDER_VALUES = (r: Reminder) => [r.register, r.subject, r.stage, r.due_at, r.step]

export async function isReminded(db: Queries, reminder: Reminder): Promise<boolean> {
  const { rows } = await db.query({
    text: `select 1 from register_reminders where register = $1 and subject = $2 and stage = $3 and due_at = $4 and step = $5`,
    values: REMINDER_VALUES(reminder),
  })
  return rows.length > 0
}

export async function insertReminder(db: Queries, reminder: Reminder, at: Date): Promise<void> {
  await db.query({
    text: `insert into register_reminders (register, subject, stage, due_at, step, sent_at)
      values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    values: [...REMINDER_VALUES(reminder), at],
  })
}
