/** What staff do with alerts: take one, say something about it, close it. */
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import {
  type AlertKey,
  type AlertRow,
  findAlert,
  insertComment,
  loadComments,
  markClosed,
  markTaken,
} from './alert-store.ts'

type Alerting = Pick<Context, 'db' | 'clock' | 'keys'>

const MAX_COMMENT = 2000

export type Comment = { readonly by: string; readonly at: Date; readonly text: string }

/** @throws PunteError ALERT_UNKNOWN */
export async function showAlert(
  context: Alerting,
  alert_id: number,
): Promise<{ readonly alert: AlertRow; readonly comments: readonly Comment[] }> {
  const alert = await known(context, alert_id)
  const rows = await loadComments(context, alert)
  const comments = rows.map(({ by, at, text_enc }) => ({ by, at, text: context.keys.open(text_enc, place(alert)) }))
  return { alert, comments }
}

/** @throws PunteError ALERT_UNKNOWN, ALERT_CLOSED, ALERT_TAKEN */
export async function takeAlert(context: Alerting & Acting, alert_id: number, by: string): Promise<void> {
  const alert = await known(context, alert_id)
  const taken = await inAct(context, async (db, record) => {
    if (!(await markTaken({ db }, alert, by, context.clock.now()))) return false
    await record({ act: 'alert.take', subject: subjectOf(alert), after: { by } })
    return true
  })
  if (taken) return
  const now = await known(context, alert_id)
  throw new PunteError(now.state === 'closed' ? 'ALERT_CLOSED' : 'ALERT_TAKEN', {
    text: now.state === 'closed' ? `Alert ${alert_id} is closed.` : `Alert ${alert_id} is taken by ${now.taken_by}.`,
  })
}

/** @throws PunteError ALERT_UNKNOWN, FIELD_INVALID */
export async function commentAlert(
  context: Alerting & Acting,
  alert_id: number,
  by: string,
  text: string,
): Promise<void> {
  const alert = await known(context, alert_id)
  const comment = { by, at: context.clock.now(), text_enc: sealed(context, alert, text) }
  await inAct(context, async (db, record) => {
    await insertComment({ db }, alert, comment)
    await record({ act: 'alert.comment', subject: subjectOf(alert), after: { by } })
  })
}

/**
 * @param text what was found; an alert is not closed without a word
 * @throws PunteError ALERT_UNKNOWN, ALERT_CLOSED, FIELD_INVALID
 */
export async function closeAlert(
  context: Alerting & Acting,
  alert_id: number,
  by: string,
  text: string,
): Promise<void> {
  const alert = await known(context, alert_id)
  const comment = { by, at: context.clock.now(), text_enc: sealed(context, alert, text) }
  await inAct(context, async (db, record) => {
    if (!(await markClosed({ db }, alert, comment))) {
      throw new PunteError('ALERT_CLOSED', { text: `Alert ${alert_id} is closed already.` })
    }
    await record({ act: 'alert.close', subject: subjectOf(alert), after: { by } })
  })
}

const subjectOf = ({ alert_id }: AlertKey) => ({ kind: 'alert' as const, id: String(alert_id) })
const place = ({ partner_id, alert_id }: AlertKey) => `alert_comments.text:${partner_id}:${alert_id}`

function sealed(context: Alerting, alert: AlertKey, text: string): Buffer {
  const words = text.normalize('NFC').trim()
  if (words === '' || [...words].length > MAX_COMMENT) {
    throw new PunteError('FIELD_INVALID', { field: 'comment', text: `A comment has 1 to ${MAX_COMMENT} characters.` })
  }
  return context.keys.seal(words, place(alert))
}

async function known(context: Alerting, alert_id: number): Promise<AlertRow> {
  const alert = await findAlert(context, alert_id)
  if (alert === undefined) throw new PunteError('ALERT_UNKNOWN')
  return alert
}
