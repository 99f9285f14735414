/**
 * What a partner's people tell of it: that it has moved, has another representative. They change nothing of what is known of
 * the partner: compliance takes it over into its case, as a notified change, and closes the notice.
 */
import type { Keys } from '../../infra/keys/keys.ts'
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import {
  countNotices,
  insertNotice,
  markDone,
  type NoticeKind,
  type NoticeRow,
  noticesOf,
  openNotices,
} from './notice-store.ts'

export const NOTICE_KINDS = ['address', 'representative', 'owners', 'contacts', 'activity', 'other'] as const

const MAX_TEXT = 4_000
const MOST_A_DAY = 20
const LISTED = 100
const DAY_MS = 86_400_000

type NoticeContext = Acting & Pick<Context, 'keys' | 'clock'>
export type Notice = Omit<NoticeRow, 'text_enc'> & { readonly text: string }

export const noticePlace = (partner_id: number | string, notice_no: number | string): string =>
  `partner_notices.text:${partner_id}:${notice_no}`

/** @throws PunteError FIELD_INVALID, RATE_LIMITED */
export async function tellNotice(
  context: NoticeContext,
  by: { readonly partner_id: number; readonly staff_id: number },
  input: { readonly kind: NoticeKind; readonly text: string },
): Promise<{ readonly notice_no: number }> {
  const text = input.text.trim()
  if (text === '' || [...text].length > MAX_TEXT) throw invalid('text', `must be 1 to ${MAX_TEXT} characters`)
  const { partner_id, staff_id: told_by } = by
  const told_at = context.clock.now()
  return inAct(context, async (db, record) => {
    const { last_no, recent } = await countNotices(db, partner_id, new Date(told_at.getTime() - DAY_MS))
    if (recent >= MOST_A_DAY) throw new PunteError('RATE_LIMITED', { retry_after_s: 3_600 })
    const notice_no = last_no + 1
    const text_enc = context.keys.seal(text, noticePlace(partner_id, notice_no))
    const row = { partner_id, notice_no, kind: input.kind, text_enc, told_by, told_at }
    // Two at the same moment: the second is told to try again rather than given another's number.
    if (!(await insertNotice(db, row))) throw new PunteError('OVERLOADED', { retry_after_s: 1 })
    const subject = { kind: 'partner-notice', id: `${partner_id}/${notice_no}` } as const
    await record({ act: 'partner-notice.tell', subject, after: { kind: input.kind } })
    return { notice_no }
  })
}

export async function ownNotices(context: Pick<Context, 'db' | 'keys'>, partner_id: number): Promise<Notice[]> {
  return (await noticesOf(context.db, partner_id, LISTED)).map((row) => opened(context.keys, row))
}

export async function waitingNotices(context: Pick<Context, 'db' | 'keys'>): Promise<Notice[]> {
  return (await openNotices(context.db, LISTED)).map((row) => opened(context.keys, row))
}

/** By compliance, when it is taken over. @throws PunteError RECORD_UNKNOWN */
export async function closeNotice(
  context: Acting & Pick<Context, 'clock'>,
  input: { readonly partner_id: number; readonly notice_no: number; readonly done_by: number },
): Promise<void> {
  await inAct(context, async (db, record) => {
    if (!(await markDone(db, { ...input, at: context.clock.now() }))) throw new PunteError('RECORD_UNKNOWN')
    await record({
      act: 'partner-notice.close',
      subject: { kind: 'partner-notice', id: `${input.partner_id}/${input.notice_no}` },
    })
  })
}

function opened(keys: Pick<Keys, 'open'>, { text_enc, ...row }: NoticeRow): Notice {
  return { ...row, text: keys.open(text_enc, noticePlace(row.partner_id, row.notice_no)) }
}
