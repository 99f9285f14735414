/** Reports to the authority: a draft is saved and submitted; what was submitted is corrected by a new version. */
import type { Settings } from '../../config.ts'
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { todayInRomania } from '../initiation/partner-calls/request.ts'
import { readSettled } from '../reports/store.ts'
import {
  type Content,
  checkComplete,
  checkContent,
  type IncidentContent,
  proposedFraud,
  proposedOf,
} from './contents.ts'
import { endedHalfYears, fraudDue, type HalfYear, halfYear, STAGES, type Stage } from './deadlines.ts'
import { showIncident } from './incident.ts'
import {
  findIncident,
  firstCountedDay,
  fraudStates,
  insertDraft,
  markSubmitted,
  type ReportKey,
  type ReportRow,
  reportVersions,
  saveDraft,
} from './store.ts'

export type Reporting = Pick<Context, 'db' | 'keys' | 'clock'> & {
  readonly settings: Pick<Settings, 'PUNTE_FRAUD_REPORT_DAYS'>
}

/** Half-years looked back at: what was never reported of earlier ones is no deadline any more. */
const HALF_YEARS = 8

export type ReportVersion = Omit<ReportRow, 'content_enc' | keyof ReportKey> & { readonly content: Content }

export type Shown = ReportKey & {
  /** The newest first. */
  readonly versions: readonly ReportVersion[]
  /** What a first draft may begin with; absent when there is a version. */
  readonly proposed?: Content
}

/** @throws PunteError REPORT_UNKNOWN */
export async function showReport(context: Reporting, key: ReportKey): Promise<Shown> {
  await requireSubject(context, key)
  const versions = (await reportVersions(context.db, key)).map(({ content_enc, ...row }) => ({
    version_no: row.version_no,
    state: row.state,
    save_no: row.save_no,
    saved_by: row.saved_by,
    saved_at: row.saved_at,
    submitted_by: row.submitted_by,
    submitted_at: row.submitted_at,
    content: JSON.parse(context.keys.open(content_enc, place(key, row.version_no))) as Content,
  }))
  return { ...key, versions, ...(versions.length === 0 && { proposed: await propose(context, key) }) }
}

async function propose(context: Reporting, key: ReportKey): Promise<Content> {
  if (key.register === 'fraud') return proposedFraud(await readSettled(context, requireHalfYear(key.subject)))
  const incident = await showIncident(context, Number(key.subject))
  const stage = key.stage as Stage
  const former = STAGES[STAGES.indexOf(stage) - 1]
  const before = former === undefined ? [] : await contentsOf(context, { ...key, stage: former })
  return proposedOf(stage, { ...incident, met: incident.judgement.met }, before[0])
}

async function contentsOf(context: Reporting, key: ReportKey): Promise<IncidentContent[]> {
  const { versions } = await showReport(context, key)
  return versions.map(({ content }) => content as IncidentContent)
}

export type SeenDraft = { readonly version_no: number; readonly save_no: number }

/**
 * Saves a draft, a new one where there is none.
 * @param seen the draft as it was when one began to write; absent: there was none
 * @throws PunteError REPORT_UNKNOWN, REPORT_CHANGED, FIELD_INVALID
 */
export async function saveReport(
  context: Reporting & Acting,
  key: ReportKey,
  input: { readonly content: unknown; readonly seen?: SeenDraft | undefined; readonly by: string },
): Promise<SeenDraft> {
  await requireSubject(context, key)
  const content = checkContent(key, input.content)
  const saved_at = context.clock.now()
  return inAct(context, async (db, record) => {
    const version_no = input.seen?.version_no ?? ((await reportVersions(db, key))[0]?.version_no ?? 0) + 1
    const content_enc = context.keys.seal(JSON.stringify(content), place(key, version_no))
    const draft = { version_no, content_enc, saved_by: input.by, saved_at }
    const is_saved =
      input.seen === undefined
        ? await insertDraft(db, key, draft)
        : await saveDraft(db, key, { ...draft, save_no: input.seen.save_no })
    if (!is_saved) throw new PunteError('REPORT_CHANGED')
    const save_no = (input.seen?.save_no ?? 0) + 1
    await record({ act: 'register.save', subject: subjectOf(key), after: { version_no, save_no } })
    return { version_no, save_no }
  })
}

/**
 * Records that the draft, as it was seen, was submitted to the authority.
 * @throws PunteError REPORT_UNKNOWN, REPORT_CHANGED; FIELD_REQUIRED, FIELD_INVALID where it is not complete; REPORT_STATE
 *   where the stage before is not submitted, or the incident is no major one
 */
export async function submitReport(
  context: Reporting & Acting,
  key: ReportKey,
  seen: SeenDraft & { readonly by: string },
): Promise<void> {
  const { versions } = await showReport(context, key)
  const draft = versions.find(({ state }) => state === 'draft')
  if (draft === undefined || draft.version_no !== seen.version_no || draft.save_no !== seen.save_no)
    throw new PunteError('REPORT_CHANGED')
  checkComplete(key, draft.content)
  await requireTurn(context, key)
  const at = context.clock.now()
  await inAct(context, async (db, record) => {
    if (!(await markSubmitted(db, key, { ...seen, at }))) throw new PunteError('REPORT_CHANGED')
    const is_correction = versions.some(({ state }) => state === 'submitted')
    await record({
      act: is_correction ? 'register.correct' : 'register.submit',
      subject: subjectOf(key),
      after: { version_no: seen.version_no },
    })
  })
}

async function requireTurn(context: Reporting, { register, subject, stage }: ReportKey): Promise<void> {
  if (register === 'fraud') {
    if (requireHalfYear(subject).to < todayInRomania(context.clock.now())) return
    throw new PunteError('REPORT_STATE', { text: 'The half-year has not ended.' })
  }
  const incident = await findIncident(context.db, Number(subject))
  if (incident?.is_major !== true)
    throw new PunteError('REPORT_STATE', { text: 'Only a major incident is reported: judge it first.' })
  const former = STAGES[STAGES.indexOf(stage as Stage) - 1]
  if (former === undefined) return
  const versions = await reportVersions(context.db, { register, subject, stage: former })
  if (!versions.some(({ state }) => state === 'submitted'))
    throw new PunteError('REPORT_STATE', { text: `The ${former} report comes first.` })
}

/** @throws PunteError REPORT_UNKNOWN */
async function requireSubject(context: Reporting, { register, subject, stage }: ReportKey): Promise<void> {
  const is_stage = register === 'fraud' ? stage === 'half-year' : stage !== 'half-year'
  if (!is_stage) throw new PunteError('REPORT_UNKNOWN')
  if (register === 'fraud') return void requireHalfYear(subject)
  const is_number = /^[1-9][0-9]{0,8}$/.test(subject)
  if (!is_number || (await findIncident(context.db, Number(subject))) === undefined)
    throw new PunteError('REPORT_UNKNOWN')
}

function requireHalfYear(subject: string): HalfYear {
  const half = halfYear(subject)
  if (half === undefined) throw new PunteError('REPORT_UNKNOWN')
  return half
}

export type FraudPeriod = HalfYear & {
  readonly due_at: Date
  readonly has_ended: boolean
  readonly is_submitted: boolean
  readonly has_draft: boolean
  readonly submitted_at: Date | null
}

/** Half-years since the first payment, the newest first, the one that runs among them. */
export async function fraudPeriods(context: Reporting): Promise<FraudPeriod[]> {
  const today = todayInRomania(context.clock.now())
  const [first_day, states] = await Promise.all([firstCountedDay(context.db), fraudStates(context.db)])
  const running = halfYear(`${today.slice(0, 4)}-H${Number(today.slice(5, 7)) <= 6 ? 1 : 2}`) as HalfYear
  const halves = [...endedHalfYears(first_day ?? today, today, HALF_YEARS), running]
  return halves.reverse().map((half) => {
    const { is_submitted, has_draft, submitted_at } = states.find(({ subject }) => subject === half.subject) ?? {
      is_submitted: false,
      has_draft: false,
      submitted_at: null,
    }
    const due_at = fraudDue(half, context.settings.PUNTE_FRAUD_REPORT_DAYS)
    return { ...half, due_at, has_ended: half.to < today, is_submitted, has_draft, submitted_at }
  })
}

const subjectOf = ({ register, subject, stage }: ReportKey) => ({
  kind: `${register}-report` as const,
  id: `${subject}:${stage}`,
})
const place = ({ register, subject, stage }: ReportKey, version_no: number) =>
  `register_reports.content:${register}:${subject}:${stage}:${version_no}`
