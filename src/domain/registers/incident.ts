/** Incidents: written down when somebody becomes aware, judged, reported where they are major, closed. */
import { type Act, type Acting, inAct, type Told } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { type IncidentFacts, type Judgement, judge } from './classification.ts'
import { type Deadline, nextOfIncident } from './deadlines.ts'
import {
  findIncident,
  type IncidentRow,
  insertIncident,
  listIncidentRows,
  nextIncidentId,
  submittedStages,
  updateIncident,
} from './store.ts'

type Reading = Pick<Context, 'db' | 'keys'>
type Changing = Reading & Pick<Context, 'clock'> & Acting

export type Incident = Omit<IncidentRow, 'facts_enc'> & {
  readonly facts: IncidentFacts
  /** What the facts come to as they are now, whatever was judged. */
  readonly judgement: Judgement
  readonly next: Deadline | undefined
}

const LISTED = 100

/** @returns its number @throws PunteError FIELD_INVALID */
export async function openIncident(
  context: Changing,
  input: { readonly aware_at: Date; readonly facts: IncidentFacts; readonly by: string },
): Promise<{ readonly incident_id: number }> {
  const opened_at = context.clock.now()
  checkAware(input.aware_at, opened_at)
  return inAct(context, async (db, record) => {
    const incident_id = await nextIncidentId(db)
    const facts_enc = seal(context, incident_id, input.facts)
    await insertIncident(db, { incident_id, aware_at: input.aware_at, facts_enc, opened_by: input.by, opened_at })
    await record({ act: 'incident.open', subject: subjectOf(incident_id), after: { aware_at: input.aware_at } })
    return { incident_id }
  })
}

type Seen = { readonly incident_id: number; readonly version_no: number }

/** @throws PunteError INCIDENT_UNKNOWN, INCIDENT_STATE, REPORT_CHANGED, FIELD_INVALID */
export function saveIncident(
  context: Changing,
  input: Seen & { readonly aware_at: Date; readonly facts: IncidentFacts },
): Promise<void> {
  checkAware(input.aware_at, context.clock.now())
  return change(context, input, 'incident.save', (row) => {
    const told = changedFacts(open(context, row), input.facts)
    const facts_enc = seal(context, row.incident_id, input.facts)
    return { row: { ...row, facts_enc, aware_at: input.aware_at }, after: { changed: told } }
  })
}

/**
 * Says whether it is a major one, by its facts, from now on; again when they have changed. What is major already keeps the
 * moment of its first judgement, from which its deadlines run.
 * @throws PunteError INCIDENT_UNKNOWN, INCIDENT_STATE, REPORT_CHANGED
 */
export function judgeIncident(context: Changing, input: Seen): Promise<void> {
  return change(context, input, 'incident.judge', (row) => {
    const { is_major, met } = judge(open(context, row))
    const classified_at = is_major && row.is_major === true ? row.classified_at : context.clock.now()
    return {
      row: { ...row, is_major, classified_at },
      before: { is_major: row.is_major },
      after: { is_major, met },
    }
  })
}

/** @throws PunteError INCIDENT_UNKNOWN, REPORT_CHANGED; INCIDENT_STATE while it is not judged, or a report is still due */
export async function closeIncident(context: Changing, input: Seen): Promise<void> {
  const { next } = await showIncident(context, input.incident_id)
  if (next !== undefined)
    throw new PunteError('INCIDENT_STATE', { text: `It cannot be closed: ${next.stage} is still due.` })
  await change(context, input, 'incident.close', (row) => ({
    row: { ...row, state: 'closed' },
    after: { state: 'closed' },
  }))
}

type Changed = {
  readonly row: IncidentRow
  readonly before?: Told
  readonly after: Told
}

function change(context: Changing, seen: Seen, act: Act['act'], work: (row: IncidentRow) => Changed): Promise<void> {
  return inAct(context, async (db, record) => {
    const row = await findIncident(db, seen.incident_id)
    if (row === undefined) throw new PunteError('INCIDENT_UNKNOWN')
    if (row.state === 'closed') throw new PunteError('INCIDENT_STATE')
    const { row: changed, before, after } = work(row)
    const { version_no } = seen
    if (!(await updateIncident(db, { ...changed, version_no, updated_at: context.clock.now() })))
      throw new PunteError('REPORT_CHANGED')
    await record({ act, subject: subjectOf(seen.incident_id), ...(before !== undefined && { before }), after })
  })
}

/** @throws PunteError INCIDENT_UNKNOWN */
export async function showIncident(context: Reading, incident_id: number): Promise<Incident> {
  const row = await findIncident(context.db, incident_id)
  if (row === undefined) throw new PunteError('INCIDENT_UNKNOWN')
  return (await shown(context, [row]))[0] as Incident
}

/** Newest first, a page of 100. */
export async function listIncidents(
  context: Reading,
  wanted: { readonly state?: IncidentRow['state'] | undefined; readonly before?: number | undefined },
): Promise<{ readonly incidents: readonly Incident[]; readonly next: number | undefined }> {
  const rows = await listIncidentRows(context.db, wanted, LISTED + 1)
  const page = rows.slice(0, LISTED)
  return {
    incidents: await shown(context, page),
    next: rows.length > LISTED ? page.at(-1)?.incident_id : undefined,
  }
}

async function shown(context: Reading, rows: readonly IncidentRow[]): Promise<Incident[]> {
  const stages = await submittedStages(
    context.db,
    rows.map(({ incident_id }) => String(incident_id)),
  )
  return rows.map(({ facts_enc, ...row }) => {
    const facts = open(context, { ...row, facts_enc })
    const of_incident = stages.filter(({ subject }) => subject === String(row.incident_id))
    const next = row.state === 'closed' ? undefined : nextOfIncident(row, of_incident)
    return { ...row, facts, judgement: judge(facts), next }
  })
}

function checkAware(aware_at: Date, now: Date): void {
  if (Number.isNaN(aware_at.getTime()) || aware_at > now)
    throw new PunteError('FIELD_INVALID', { field: 'aware_at', text: 'Nobody is aware of what is yet to come.' })
}

/** Which facts differ; not what they say, which may be personal. */
function changedFacts(before: IncidentFacts, after: IncidentFacts): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof IncidentFacts)[]
  return names.filter((name) => before[name] !== after[name])
}

const subjectOf = (incident_id: number) => ({ kind: 'incident' as const, id: String(incident_id) })
const place = (incident_id: number) => `incidents.facts:${incident_id}`
const seal = ({ keys }: Reading, incident_id: number, facts: IncidentFacts) =>
  keys.seal(JSON.stringify(facts), place(incident_id))
const open = ({ keys }: Reading, { incident_id, facts_enc }: Pick<IncidentRow, 'incident_id' | 'facts_enc'>) =>
  JSON.parse(keys.open(facts_enc, place(incident_id))) as IncidentFacts
