/** All SQL of sessions. */
import type { Context } from '../context.ts'

type Databased = Pick<Context, 'db'>
export type SessionKey = { readonly partner_id: number; readonly session_id: string }

export type SessionRow = SessionKey & {
  readonly version: string
  readonly fields_enc: Buffer
  readonly security_code_given: boolean
  readonly authentication_limit: number
}

const COLUMNS = 'partner_id, session_id, version, fields_enc, security_code_given, authentication_limit'

export async function insertSession(
  { db }: Databased,
  s: SessionRow & { readonly at: Date; readonly expires_at: Date },
): Promise<void> {
  await db.query({
    name: 'card_session_insert',
    text: `insert into card_sessions (${COLUMNS}, created_at, updated_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
    values: [
      s.partner_id,
      s.session_id,
      s.version,
      s.fields_enc,
      s.security_code_given,
      s.authentication_limit,
      s.at,
      s.expires_at,
    ],
  })
}

/** One that has not expired. */
export async function loadSession({ db }: Databased, key: SessionKey, now: Date): Promise<SessionRow | undefined> {
  const { rows } = await db.query<SessionRow>({
    name: 'card_session_load',
    text: `select ${COLUMNS} from card_sessions where partner_id = $1 and session_id = $2 and expires_at > $3`,
    values: [key.partner_id, key.session_id, now],
  })
  return rows[0]
}

type SessionUpdate = SessionKey &
  Pick<SessionRow, 'version' | 'fields_enc' | 'security_code_given'> & {
    readonly seen_version: string
    readonly at: Date
    readonly expires_at: Date
  }

/** False: it has another version than the one seen, or is gone. */
export async function replaceSession({ db }: Databased, s: SessionUpdate): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'card_session_update',
    text: `update card_sessions
      set version = $4, fields_enc = $5, security_code_given = $6, updated_at = $7, expires_at = $8
      where partner_id = $1 and session_id = $2 and version = $3 and expires_at > $7`,
    values: [
      s.partner_id,
      s.session_id,
      s.seen_version,
      s.version,
      s.fields_enc,
      s.security_code_given,
      s.at,
      s.expires_at,
    ],
  })
  return rowCount === 1
}

/** From now on the session has no code; unless it was updated since it was seen. */
export async function recordCodeForgotten(
  { db }: Databased,
  s: SessionKey & Pick<SessionRow, 'version'>,
): Promise<void> {
  await db.query({
    name: 'card_session_code_forgotten',
    text: `update card_sessions set security_code_given = false
      where partner_id = $1 and session_id = $2 and version = $3`,
    values: [s.partner_id, s.session_id, s.version],
  })
}

/** Counts one use of the id as password; false: there is no such session, or it has none left. */
export async function countAuthentication({ db }: Databased, key: SessionKey, now: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'card_session_authentication',
    text: `update card_sessions set authentications = authentications + 1
      where partner_id = $1 and session_id = $2 and expires_at > $3 and authentications < authentication_limit`,
    values: [key.partner_id, key.session_id, now],
  })
  return rowCount === 1
}

export async function expiredSessions({ db }: Databased, now: Date, limit: number): Promise<SessionKey[]> {
  const { rows } = await db.query<SessionKey>({
    name: 'card_sessions_expired',
    text: 'select partner_id, session_id from card_sessions where expires_at <= $1 order by expires_at limit $2',
    values: [now, limit],
  })
  return rows
}

/** Of one partner, so that no statement touches two. Those updated meanwhile stay. */
export async function deleteExpired(
  { db }: Databased,
  partner_id: number,
  session_ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'card_sessions_delete',
    text: 'delete from card_sessions where partner_id = $1 and session_id = any($2) and expires_at <= $3',
    values: [partner_id, session_ids, now],
  })
  return rowCount ?? 0
}
