/** SQL of what partners' people tell of their partner. */
import type { Queries } from '../audit/store.ts'

export type NoticeKind = 'address' | 'representative' | 'owners' | 'contacts' | 'activity' | 'other'

export type NoticeRow = {
  readonly partner_id: number
  readonly notice_no: number
  readonly kind: NoticeKind
  readonly text_enc: Buffer
  readonly told_by: string
  readonly told_at: Date
  readonly done_by: string | null
  readonly done_at: Date | null
}

/** @returns its number @throws unique violation of two at once: the transaction is repeated */
export async function insertNotice(
  db: Queries,
  notice: {
    readonly partner_id: number
    readonly notice_no: number
    readonly kind: NoticeKind
    readonly text_enc: Buffer
    readonly told_by: number
    readonly told_at: Date
  },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `insert into partner_notices (partner_id, notice_no, kind, text_enc, told_by, told_at)
      values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    values: [notice.partner_id, notice.notice_no, notice.kind, notice.text_enc, notice.told_by, notice.told_at],
  })
  return rowCount === 1
}

export async function countNotices(
  db: Queries,
  partner_id: number,
  since: Date,
): Promise<{ readonly last_no: number; readonly recent: number }> {
  const { rows } = await db.query<{ last_no: number; recent: number }>({
    text: `select coalesce(max(notice_no), 0) as last_no, count(*) filter (where told_at > $2)::integer as recent
      from partner_notices where partner_id = $1`,
    values: [partner_id, since],
  })
  return rows[0] ?? { last_no: 0, recent: 0 }
}

const SELECT = `select n.partner_id, n.notice_no, n.kind, n.text_enc, t.user_name as told_by, n.told_at, d.user_name as done_by,
    n.done_at
  from partner_notices n join staff t on t.staff_id = n.told_by left join staff d on d.staff_id = n.done_by`

/** Of one partner, the newest first. */
export async function noticesOf(db: Queries, partner_id: number, limit: number): Promise<NoticeRow[]> {
  const { rows } = await db.query<NoticeRow>({
    text: `${SELECT} where n.partner_id = $1 order by n.notice_no desc limit $2`,
    values: [partner_id, limit],
  })
  return rows
}

/** Of all partners, what nobody has taken over yet, the oldest first. */
export async function openNotices(db: Queries, limit: number): Promise<NoticeRow[]> {
  const { rows } = await db.query<NoticeRow>({
    text: `${SELECT} where n.done_at is null order by n.told_at limit $1`,
    values: [limit],
  })
  return rows
}

/** @returns false: there is none such, or it is closed */
export async function markDone(
  db: Queries,
  input: { readonly partner_id: number; readonly notice_no: number; readonly done_by: number; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update partner_notices set done_by = $3, done_at = $4
      where partner_id = $1 and notice_no = $2 and done_at is null`,
    values: [input.partner_id, input.notice_no, input.done_by, input.at],
  })
  return rowCount === 1
}
