/**
 * Once a year what is known of a partner is looked at again: reminders before (`remindOfReviews`, a job), the review itself
 * (`completeReview`).
 */
import { type Acting, inAct } from '../../audit/record.ts'
import type { Context } from '../../context.ts'
import { CaseFaultsError } from '../../errors.ts'
import { isOneAddress, operatorOf } from '../../events/payer-mail.ts'
import type { CaseContext, CaseLine } from '../case.ts'
import {
  checkText,
  contentOf,
  heldCase,
  requireState,
  toldOf,
  writeEvent,
  writeVersion,
  yearsAfter,
} from '../change.ts'
import { lookAtCase } from '../look.ts'
import { reviewMail, staffReviewMail } from '../mail-text.ts'
import { type Seen, standSuspended } from '../move.ts'
import { lineOf } from '../show.ts'
import { selectCases, updateCase } from '../store.ts'
import { dueReminders, type Reminder, suspendedForReview } from './store.ts'

const REVIEW_YEARS = 1
/** Days before the review at which a mail goes out; 0: it is overdue. */
const REMINDED = [60, 30, 7, 0] as const
const DAY_MS = 24 * 60 * 60_000
const BATCH = 200

/** Reviews that are overdue or due within 60 days, the most urgent first. */
export async function reviewsDue(context: CaseContext): Promise<CaseLine[]> {
  const review_before = new Date(context.clock.now().getTime() + REMINDED[0] * DAY_MS)
  const any = { state: null, kind: null, risk: null, subject_hash: null, before_case_id: null } as const
  const rows = await selectCases(context.db, { ...any, review_before, order: 'review' }, BATCH)
  return rows.map((row) => lineOf(context, row))
}

/**
 * Confirms that what the version says has been checked and is so: a version of its own; the next review is a year ahead. A
 * partner that was suspended because its review was overdue stays so: staff resume it.
 * @throws CaseFaultsError where something lacks or has expired; PunteError CASE_UNKNOWN, CASE_CHANGED, CASE_STATE,
 *   FIELD_REQUIRED, FIELD_INVALID
 */
export async function completeReview(
  context: CaseContext,
  input: Seen & { readonly text: string },
): Promise<{ readonly version: number; readonly next_review_at: Date }> {
  const text = checkText('text', input.text)
  const now = context.clock.now()
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, input)
    requireState(row, ['approved'])
    const { approval_faults, data, assessment } = await lookAtCase(context, db, row)
    if (approval_faults.length > 0) throw new CaseFaultsError(approval_faults)
    const { case_id, kind } = row
    const version = row.version + 1
    const next_review_at = yearsAfter(now, REVIEW_YEARS)
    const changes = { next_review_at, reminded_days: null }
    await writeVersion(context, db, { case_id, kind, version }, { data, assessment, cause: 'review' }, changes)
    await writeEvent(context, db, { case_id, type: 'review-done', to_state: row.state, text })
    const before = { next_review_at: row.next_review_at }
    await record(toldOf(case_id, 'case.review-done', before, { version, next_review_at }))
    return { version, next_review_at }
  })
}

export type ReviewContext = Pick<Context, 'db' | 'keys' | 'clock' | 'settings' | 'mail' | 'log'> & Acting

/**
 * Mails the contact of each partner at 60, 30 and 7 days and when it is overdue, once each, and suspends overdue partners
 * where the settings say so. Missed days are made up for by the one that counts now, not by all of them.
 * @returns how many partners were mailed
 */
export async function remindOfReviews(context: ReviewContext): Promise<number> {
  const now = context.clock.now()
  const due = await dueReminders(context.db, { at: now, steps: REMINDED, limit: BATCH })
  const told: (Reminder & { readonly days: number })[] = []
  let mailed = 0
  for (const reminder of due) {
    const days = daysOf(reminder.next_review_at, now)
    if (reminder.reminded_days !== null && reminder.reminded_days <= days) continue
    // First the mark: of two workers one goes on. A mail that fails then is not sent again; staff see what is due.
    if (!(await mark(context, reminder, days))) continue
    told.push({ ...reminder, days })
    if (await mailPartner(context, reminder, days)) mailed += 1
  }
  if (told.length > 0) await mailStaff(context, told)
  return mailed
}

/** The step that counts now: the smallest that is not ahead. */
function daysOf(next_review_at: Date, now: Date): number {
  const left = (next_review_at.getTime() - now.getTime()) / DAY_MS
  return REMINDED.findLast((days) => left <= days) ?? REMINDED[0]
}

function mark(context: ReviewContext, seen: Reminder, days: number): Promise<boolean> {
  const suspends = days === 0 && context.settings.PUNTE_REVIEW_SUSPENDS
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, { case_id: seen.case_id })
    const is_same = row.state === 'approved' && row.next_review_at?.getTime() === seen.next_review_at.getTime()
    if (!is_same || (row.reminded_days !== null && row.reminded_days <= days)) return false
    await updateCase(db, row.case_id, { reminded_days: days })
    await writeEvent(context, db, { case_id: row.case_id, type: 'remind', to_state: row.state, text: String(days) })
    const suspended = suspends && row.client_id !== null && (await suspendedForReview(db, row.client_id))
    if (suspended) await standSuspended(context, db, row, 'Verificarea anuală a depășit termenul.')
    await record(toldOf(row.case_id, 'case.remind', undefined, { days, suspended }))
    return true
  })
}

async function mailPartner(context: ReviewContext, reminder: Reminder, days: number): Promise<boolean> {
  const { case_id, next_review_at, partner_name } = reminder
  const { data } = await contentOf(context, context.db, reminder)
  const to = data.contact?.email
  if (!isOneAddress(to)) return false
  const suspends = context.settings.PUNTE_REVIEW_SUSPENDS
  const operator = operatorOf(context)
  const mail = reviewMail({ name: partner_name, days, next_review_at, suspends, operator })
  const message_id = `review-${case_id}-${next_review_at.getTime()}-${days}@punte`
  return send(context, { ...mail, to, message_id }, case_id)
}

async function mailStaff(
  context: ReviewContext,
  told: readonly (Reminder & { readonly days: number })[],
): Promise<void> {
  const to = context.settings.PUNTE_COMPLIANCE_MAIL
  if (!isOneAddress(to)) return
  await send(context, { ...staffReviewMail(told, { operator: operatorOf(context) }), to })
}

async function send(
  context: ReviewContext,
  mail: Parameters<Context['mail']['send']>[0],
  case_id?: number,
): Promise<boolean> {
  try {
    await context.mail.send(mail)
    return true
  } catch (error) {
    context.log.warn(
      { case_id, reason: error instanceof Error ? error.message : 'unknown' },
      'a mail about a review was not sent',
    )
    return false
  }
}
