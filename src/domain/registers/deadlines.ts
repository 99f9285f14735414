/**
 * Registers that the authority asks for: incidents (incident.ts, classification.ts) and the half-yearly figures of fraud
 * (fraud.ts); both end in reports (report.ts) that are drafted, submitted and corrected. deadlines.ts (this file) says until
 * when, purely; reminders.ts tells compliance by mail. SQL: store.ts. Nothing is sent to the authority from here: staff do
 * that, and record it.
 *
 * Incidents: Regulation (EU) 2022/2554 (DORA), Article 19(4), which also holds for operational or security payment-related
 * incidents of payment institutions (Article 23), with the time limits of Delegated Regulation (EU) 2025/301, Article 5:
 *   initial       within 4 hours of being classified as major, and within 24 hours of becoming aware; what is classified only
 *                 later than 24 hours after becoming aware: within 4 hours of that
 *   intermediate  within 72 hours of the initial notification
 *   final         within a month of the intermediate report, the last one where there were several
 * An extension for weekends and holidays is not counted on.
 *
 * Fraud: guidelines EBA/GL/2018/05 as amended by EBA/GL/2020/01: every six months. The day is the authority's to say:
 * PUNTE_FRAUD_REPORT_DAYS after the half-year.
 */
export const STAGES = ['initial', 'intermediate', 'final'] as const
export type Stage = (typeof STAGES)[number]

const HOUR_MS = 60 * 60_000
const TO_CLASSIFICATION_MS = 4 * HOUR_MS
const TO_AWARENESS_MS = 24 * HOUR_MS
const INTERMEDIATE_MS = 72 * HOUR_MS

export type Deadline = {
  readonly register: 'incident' | 'fraud'
  /** The incident's number, or the half-year. */
  readonly subject: string
  readonly stage: Stage | 'half-year' | 'classification'
  readonly due_at: Date
}

type Judged = {
  readonly aware_at: Date
  readonly classified_at: Date | null
  readonly is_major: boolean | null
}

/** When a report of a stage stood for the first time, and for the last. */
export type Submitted = { readonly stage: Stage; readonly first_at: Date; readonly last_at: Date }

/**
 * What is due next of an incident: judging it, or the next report. Stages follow each other, so it is one at the most.
 * @returns undefined: nothing any more, or it is no major one
 */
export function nextOfIncident(
  incident: Judged & { readonly incident_id: number },
  submitted: readonly Submitted[],
): Deadline | undefined {
  const of_incident = { register: 'incident', subject: String(incident.incident_id) } as const
  if (incident.classified_at === null) {
    // Whether it is major must be known before the notification of one that is would be late.
    return { ...of_incident, stage: 'classification', due_at: later(incident.aware_at, TO_AWARENESS_MS) }
  }
  if (incident.is_major !== true) return undefined
  const find = (stage: Stage) => submitted.find((one) => one.stage === stage)
  const [initial, intermediate, final] = STAGES.map(find)
  if (initial === undefined)
    return { ...of_incident, stage: 'initial', due_at: initialDue(incident.aware_at, incident.classified_at) }
  if (intermediate === undefined)
    return { ...of_incident, stage: 'intermediate', due_at: later(initial.first_at, INTERMEDIATE_MS) }
  if (final === undefined) return { ...of_incident, stage: 'final', due_at: monthAfter(intermediate.last_at) }
  return undefined
}

export function initialDue(aware_at: Date, classified_at: Date): Date {
  const by_awareness = later(aware_at, TO_AWARENESS_MS)
  const by_classification = later(classified_at, TO_CLASSIFICATION_MS)
  if (classified_at > by_awareness) return by_classification
  return new Date(Math.min(by_classification.getTime(), by_awareness.getTime()))
}

const later = (at: Date, by_ms: number): Date => new Date(at.getTime() + by_ms)

/** The same day of the next month, or that month's last. */
export function monthAfter(at: Date): Date {
  const next = new Date(at)
  next.setUTCMonth(at.getUTCMonth() + 1)
  // 31 January and a month is 28 February, not 3 March.
  if (next.getUTCDate() !== at.getUTCDate()) next.setUTCDate(0)
  return next
}

// ---- Half-years

/** `2030-H1` and its days, both in it. */
export type HalfYear = { readonly subject: string; readonly from: string; readonly to: string }

export function halfYearOf(day: string): HalfYear {
  const year = day.slice(0, 4)
  return Number(day.slice(5, 7)) <= 6
    ? { subject: `${year}-H1`, from: `${year}-01-01`, to: `${year}-06-30` }
    : { subject: `${year}-H2`, from: `${year}-07-01`, to: `${year}-12-31` }
}

/** @returns undefined: that is none */
export function halfYear(subject: string): HalfYear | undefined {
  const found = /^(20\d\d)-H([12])$/.exec(subject)
  return found === null ? undefined : halfYearOf(`${found[1]}-${found[2] === '1' ? '01' : '07'}-01`)
}

/** Those that have ended, from that of the first day on, the oldest first; at most the last `most`. */
export function endedHalfYears(first_day: string, today: string, most: number): HalfYear[] {
  const ended: HalfYear[] = []
  for (let half = halfYearOf(first_day); half.to < today; half = halfYearOf(dayAfter(half.to))) ended.push(half)
  return ended.slice(-most)
}

/** The end of the last day, in Romania or a little before. */
export function fraudDue({ to }: HalfYear, days: number): Date {
  return new Date(Date.parse(`${to}T20:59:59Z`) + days * 24 * HOUR_MS)
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + 24 * HOUR_MS).toISOString().slice(0, 10)

// ---- Reminders

/** How long before the moment compliance is reminded, the earliest first. */
const REMINDERS_H: Readonly<Record<Deadline['stage'], readonly number[]>> = {
  classification: [24, 4, 1],
  initial: [24, 2],
  intermediate: [24, 4],
  final: [7 * 24, 24],
  'half-year': [30 * 24, 7 * 24, 24],
}

/** The reminder that is due now: the last one whose time has come; `overdue` when the moment has passed. */
export function reminderStep({ stage, due_at }: Deadline, now: Date): string | undefined {
  const left_h = (due_at.getTime() - now.getTime()) / HOUR_MS
  if (left_h <= 0) return 'overdue'
  const step = REMINDERS_H[stage].findLast((hours) => left_h <= hours)
  return step === undefined ? undefined : `${step}h`
}
