/** SQL of alerts. */
import type { Queries } from '../audit/store.ts'

/** The pool, or the connection of a transaction. */
type Databased = { readonly db: Queries }

export type AlertState = 'open' | 'taken' | 'closed'

export type AlertRow = {
  readonly partner_id: number
  readonly client_id: string
  readonly alert_id: number
  readonly indicator: string
  /** `yyyy-mm-dd` */
  readonly day: string
  readonly outcome: 'warn' | 'block'
  readonly measured: number
  readonly level: number
  /** The first payment it was raised for, of as many as `times` says. */
  readonly payment_id: number
  readonly times: number
  readonly state: AlertState
  readonly taken_by: string | null
  readonly closed_by: string | null
  readonly raised_at: Date
  readonly last_at: Date
}

const COLUMNS = `a.partner_id, p.client_id, a.alert_id, a.indicator, a.day::text as day, a.outcome, a.measured, a.level,
  a.payment_id, a.times, a.state, a.taken_by, a.closed_by, a.raised_at, a.last_at`

/** Newest first. @param states which ones */
export async function listAlerts(
  context: Databased,
  states: readonly AlertState[],
  partner_id: number | undefined,
  limit: number,
): Promise<AlertRow[]> {
  const { rows } = await context.db.query<AlertRow>({
    text: `select ${COLUMNS} from alerts a join partners p on p.partner_id = a.partner_id
      where a.state = any($1::text[]) and ($2::integer is null or a.partner_id = $2)
      order by a.raised_at desc, a.alert_id desc limit $3`,
    values: [states, partner_id ?? null, limit],
  })
  return rows
}

export type AlertFilters = {
  readonly states: readonly AlertState[]
  readonly outcome?: 'warn' | 'block'
  readonly indicator?: string
  readonly client_id?: string
  readonly taken_by?: string
  /** Only older ones: the number of the last that was shown. */
  readonly before?: number
}

/** Newest first: alerts are numbered as they are raised. */
export async function searchAlerts(context: Databased, wanted: AlertFilters, limit: number): Promise<AlertRow[]> {
  const { rows } = await context.db.query<AlertRow>({
    text: `select ${COLUMNS} from alerts a join partners p on p.partner_id = a.partner_id
      where a.state = any($1::text[]) and ($2::text is null or a.outcome = $2)
        and ($3::text is null or a.indicator = $3) and ($4::text is null or p.client_id = $4)
        and ($5::text is null or a.taken_by = $5) and ($6::bigint is null or a.alert_id < $6)
      order by a.alert_id desc limit $7`,
    values: [
      wanted.states,
      wanted.outcome ?? null,
      wanted.indicator ?? null,
      wanted.client_id ?? null,
      wanted.taken_by ?? null,
      wanted.before ?? null,
      limit,
    ],
  })
  return rows
}

/** How many are open, how many taken, and by whom. */
export async function countAlerts(
  context: Databased,
  by: string,
): Promise<{ readonly open: number; readonly taken: number; readonly mine: number }> {
  const { rows } = await context.db.query<{ open: number; taken: number; mine: number }>({
    name: 'alerts_count',
    text: `select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'taken') as taken,
        count(*) filter (where state = 'taken' and taken_by = $1) as mine from alerts where state <> 'closed'`,
    values: [by],
  })
  return rows[0] ?? { open: 0, taken: 0, mine: 0 }
}

/** An alert by its number, which is one for the whole installation. */
export async function findAlert(context: Databased, alert_id: number): Promise<AlertRow | undefined> {
  const { rows } = await context.db.query<AlertRow>({
    text: `select ${COLUMNS} from alerts a join partners p on p.partner_id = a.partner_id where a.alert_id = $1`,
    values: [alert_id],
  })
  return rows[0]
}

export type AlertKey = { readonly partner_id: number; readonly alert_id: number }

/** @returns false when it is taken already, or closed */
export async function markTaken(context: Databased, key: AlertKey, by: string, at: Date): Promise<boolean> {
  const { rowCount } = await context.db.query({
    text: `update alerts set state = 'taken', taken_by = $3, taken_at = $4
      where partner_id = $1 and alert_id = $2 and state = 'open'`,
    values: [key.partner_id, key.alert_id, by, at],
  })
  return rowCount === 1
}

/** Closes it with its last words. @returns false when it is closed already */
export async function markClosed(
  context: Databased,
  key: AlertKey,
  comment: { readonly by: string; readonly at: Date; readonly text_enc: Buffer },
): Promise<boolean> {
  const { rowCount } = await context.db.query({
    text: `with closed as (
        update alerts set state = 'closed', closed_by = $3, closed_at = $4
        where partner_id = $1 and alert_id = $2 and state <> 'closed' returning alert_id)
      insert into alert_comments (partner_id, alert_id, comment_no, by, at, text_enc)
        select $1, $2, coalesce((select max(comment_no) from alert_comments where partner_id = $1 and alert_id = $2), 0) + 1,
          $3, $4, $5 from closed`,
    values: [key.partner_id, key.alert_id, comment.by, comment.at, comment.text_enc],
  })
  return rowCount === 1
}

/** Two at the same moment meet at the primary key: the second is told by an error of the database, and says it again. */
export async function insertComment(
  context: Databased,
  key: AlertKey,
  comment: { readonly by: string; readonly at: Date; readonly text_enc: Buffer },
): Promise<void> {
  await context.db.query({
    text: `insert into alert_comments (partner_id, alert_id, comment_no, by, at, text_enc)
      select $1, $2, coalesce(max(comment_no), 0) + 1, $3, $4, $5 from alert_comments where partner_id = $1 and alert_id = $2`,
    values: [key.partner_id, key.alert_id, comment.by, comment.at, comment.text_enc],
  })
}

export type CommentRow = {
  readonly comment_no: number
  readonly by: string
  readonly at: Date
  readonly text_enc: Buffer
}

export async function loadComments(context: Databased, key: AlertKey): Promise<CommentRow[]> {
  const { rows } = await context.db.query<CommentRow>({
    text: `select comment_no, by, at, text_enc from alert_comments where partner_id = $1 and alert_id = $2
      order by comment_no limit 1000`,
    values: [key.partner_id, key.alert_id],
  })
  return rows
}

/** How many alerts are not closed, by indicator. */
export async function countOpenAlerts(context: Databased): Promise<{ indicator: string; count: number }[]> {
  const { rows } = await context.db.query<{ indicator: string; count: number }>({
    name: 'alerts_open',
    text: `select indicator, count(*) as count from alerts where state <> 'closed' group by indicator`,
    values: [],
  })
  return rows
}
