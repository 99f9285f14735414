/** All SQL about sessions of staff. Of a token only its hash is stored. */
import type { Queries } from '../audit/store.ts'
import type { AnyRole } from './roles.ts'

export type Stage = 'second_factor' | 'password' | 'enrolment' | 'open'

export type SessionRow = {
  session_id: string
  staff_id: number
  stage: Stage
  address: string
  tries: number
  created_at: Date
  seen_at: Date
  ends_at: Date
  ended_at: Date | null
  end_reason: string | null
}

const COLUMNS = 'session_id, staff_id, stage, address, tries, created_at, seen_at, ends_at, ended_at, end_reason'

export async function insertSession(
  db: Queries,
  session: { token_hash: Buffer; staff_id: number; stage: Stage; address: string; at: Date; ends_at: Date },
): Promise<void> {
  await db.query({
    text: `insert into staff_sessions (token_hash, staff_id, stage, address, created_at, seen_at, ends_at)
      values ($1, $2, $3, $4, $5, $5, $6)`,
    values: [session.token_hash, session.staff_id, session.stage, session.address, session.at, session.ends_at],
  })
}

export type Found = SessionRow & { user_name: string; partner_id: number | null; role: AnyRole; password_at: Date }

/**
 * The session of a token that still lives, of an owner of that realm who is not suspended. Being asked for keeps it alive, unless
 * it is told not to. A locked
 * account keeps its sessions: whoever knows a user name could throw people out otherwise.
 */
export async function touchSession(
  db: Queries,
  input: { token_hash: Buffer; at: Date; idle_since: Date; is_of_partner: boolean; keeps_alive: boolean },
): Promise<Found | undefined> {
  const { rows } = await db.query<Found>({
    name: 'staff-session-touch',
    text: `update staff_sessions s set seen_at = case when $5 then greatest(s.seen_at, $2) else s.seen_at end
      from staff p
      where s.token_hash = $1 and s.ended_at is null and s.ends_at > $2 and s.seen_at > $3
        and p.staff_id = s.staff_id and p.status = 'active' and (p.partner_id is not null) = $4
      returning s.session_id, s.staff_id, s.stage, s.address, s.tries, s.created_at, s.seen_at, s.ends_at, s.ended_at,
        s.end_reason, p.user_name, p.partner_id, p.role, p.password_at`,
    values: [input.token_hash, input.at, input.idle_since, input.is_of_partner, input.keeps_alive],
  })
  return rows[0]
}

/** The next stage under a new token; the former is worth nothing from then on. @returns false: it was used meanwhile */
export async function moveSession(
  db: Queries,
  input: { former_hash: Buffer; token_hash: Buffer; stage: Stage; at: Date; ends_at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update staff_sessions set token_hash = $2, stage = $3, seen_at = $4, ends_at = $5
      where token_hash = $1 and ended_at is null`,
    values: [input.former_hash, input.token_hash, input.stage, input.at, input.ends_at],
  })
  return rowCount === 1
}

/** Takes one of the wrong passwords that a session may show, before it is compared. @returns undefined: none is left */
export async function takeSessionTry(db: Queries, session_id: string, most: number): Promise<number | undefined> {
  const { rows } = await db.query<{ tries: number }>({
    text: `update staff_sessions set tries = tries + 1
      where session_id = $1 and ended_at is null and tries < $2 returning tries`,
    values: [session_id, most],
  })
  return rows[0]?.tries
}

export async function giveSessionTries(db: Queries, session_id: string): Promise<void> {
  await db.query({ text: 'update staff_sessions set tries = 0 where session_id = $1', values: [session_id] })
}

/** The newest first, ended ones included. */
export async function sessionsOf(db: Queries, staff_id: number, limit: number): Promise<SessionRow[]> {
  const { rows } = await db.query<SessionRow>({
    text: `select ${COLUMNS} from staff_sessions where staff_id = $1 order by created_at desc limit $2`,
    values: [staff_id, limit],
  })
  return rows
}

export type LivingSession = Omit<SessionRow, 'staff_id' | 'tries' | 'ended_at' | 'end_reason'>

/** Those that live, steps of a sign-in among them, the latest used first. */
export async function livingSessions(
  db: Queries,
  input: { staff_id: number; at: Date; idle_since: Date; limit: number },
): Promise<LivingSession[]> {
  const { rows } = await db.query<LivingSession>({
    text: `select session_id, stage, address, created_at, seen_at, ends_at from staff_sessions
      where staff_id = $1 and ended_at is null and ends_at > $2 and seen_at > $3
      order by seen_at desc, session_id limit $4`,
    values: [input.staff_id, input.at, input.idle_since, input.limit],
  })
  return rows
}

/** @param only its own sessions are ended: one of them, all, or all but one @returns how many lived */
export async function endSessions(
  db: Queries,
  input: { staff_id: number; at: Date; reason: string; only?: string; but_not?: string },
): Promise<number> {
  const { rowCount } = await db.query({
    text: `update staff_sessions set ended_at = $2, end_reason = $3
      where staff_id = $1 and ended_at is null and ($4::uuid is null or session_id = $4)
        and ($5::uuid is null or session_id <> $5)`,
    values: [input.staff_id, input.at, input.reason, input.only ?? null, input.but_not ?? null],
  })
  return rowCount ?? 0
}
