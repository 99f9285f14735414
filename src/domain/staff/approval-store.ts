/** All SQL about acts that two people do together. */
import type { Subject } from '../audit/acts.ts'
import type { Queries } from '../audit/store.ts'
import type { TwoPersonAct } from './roles.ts'

export type ApprovalRow = {
  approval_id: number
  act: TwoPersonAct
  subject_kind: Subject['kind']
  subject_id: string
  input: Record<string, unknown>
  /** What of the subject the act depends on, as it was when proposed. */
  seen: Record<string, unknown> | null
  reason_enc: Buffer | null
  state: 'proposed' | 'approved' | 'refused' | 'withdrawn' | 'executed'
  proposed_by: number
  proposed_at: Date
  expires_at: Date
  decided_by: number | null
  decided_at: Date | null
  executed_at: Date | null
}

const COLUMNS = `approval_id, act, subject_kind, subject_id, input, seen, reason_enc, state, proposed_by, proposed_at, expires_at,
  decided_by, decided_at, executed_at`
/** With the user names of both. */
const NAMED = `select ${COLUMNS}, (select s.user_name from staff s where s.staff_id = a.proposed_by) as proposed_by_name,
  (select s.user_name from staff s where s.staff_id = a.decided_by) as decided_by_name from approvals a`

export type NamedApproval = ApprovalRow & {
  readonly proposed_by_name: string
  readonly decided_by_name: string | null
}

export async function insertApproval(
  db: Queries,
  row: Pick<
    ApprovalRow,
    | 'act'
    | 'subject_kind'
    | 'subject_id'
    | 'input'
    | 'seen'
    | 'reason_enc'
    | 'proposed_by'
    | 'proposed_at'
    | 'expires_at'
  >,
): Promise<number> {
  const { rows } = await db.query<{ approval_id: number }>({
    text: `insert into approvals (act, subject_kind, subject_id, input, proposed_by, proposed_at, expires_at, seen, reason_enc)
      values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8::jsonb, $9) returning approval_id`,
    values: [
      row.act,
      row.subject_kind,
      row.subject_id,
      JSON.stringify(row.input),
      row.proposed_by,
      row.proposed_at,
      row.expires_at,
      row.seen === null ? null : JSON.stringify(row.seen),
      row.reason_enc,
    ],
  })
  return (rows[0] as { approval_id: number }).approval_id
}

/** Held until the transaction ends: of two who decide or execute at once the second sees what the first did. */
export async function lockApproval(db: Queries, approval_id: number): Promise<ApprovalRow | undefined> {
  const { rows } = await db.query<ApprovalRow>({
    text: `select ${COLUMNS} from approvals where approval_id = $1 for update`,
    values: [approval_id],
  })
  return rows[0]
}

export async function markDecided(
  db: Queries,
  input: { approval_id: number; state: 'approved' | 'refused' | 'withdrawn'; by: number; at: Date },
): Promise<void> {
  await db.query({
    text: 'update approvals set state = $2, decided_by = $3, decided_at = $4 where approval_id = $1',
    values: [input.approval_id, input.state, input.by, input.at],
  })
}

export async function markExecuted(db: Queries, approval_id: number, at: Date): Promise<void> {
  await db.query({
    text: `update approvals set state = 'executed', executed_at = $2 where approval_id = $1`,
    values: [approval_id, at],
  })
}

/** What waits for a decision, the oldest first, newer than a number; of one subject where it is named. */
export async function waitingApprovals(
  db: Queries,
  at: Date,
  input: { readonly after: number; readonly limit: number; readonly subject?: Subject },
): Promise<NamedApproval[]> {
  const { kind = null, id = null } = input.subject ?? {}
  const { rows } = await db.query<NamedApproval>({
    text: `${NAMED} where state = 'proposed' and expires_at > $1 and approval_id > $2
      and ($4::text is null or (subject_kind = $4 and subject_id = $5)) order by approval_id limit $3`,
    values: [at, input.after, input.limit, kind, id],
  })
  return rows
}

/** What is decided or has expired, the newest first, older than a number. */
export async function pastApprovals(
  db: Queries,
  at: Date,
  input: { readonly before: number; readonly limit: number },
): Promise<NamedApproval[]> {
  const { rows } = await db.query<NamedApproval>({
    text: `${NAMED} where approval_id < $2 and (state <> 'proposed' or expires_at <= $1)
      order by approval_id desc limit $3`,
    values: [at, input.before, input.limit],
  })
  return rows
}

export async function findApproval(db: Queries, approval_id: number): Promise<NamedApproval | undefined> {
  const { rows } = await db.query<NamedApproval>({
    text: `${NAMED} where approval_id = $1`,
    values: [approval_id],
  })
  return rows[0]
}

/** Of what waits: how many of each act, and how many of them somebody has proposed himself. */
export async function countWaiting(
  db: Queries,
  at: Date,
  staff_id: number,
): Promise<{ act: TwoPersonAct; count: number; own: number }[]> {
  const { rows } = await db.query<{ act: TwoPersonAct; count: number; own: number }>({
    name: 'approvals_count',
    text: `select act, count(*) as count, count(*) filter (where proposed_by = $2) as own from approvals
      where state = 'proposed' and expires_at > $1 group by act`,
    values: [at, staff_id],
  })
  return rows
}

/** Acts of one on the account of another that give it to whoever he likes. */
const HANDS_ON = [
  ...['staff.add', 'staff.role', 'staff.resume', 'staff.reset-password', 'staff.reset-totp'],
  ...['partner-user.invite', 'partner-user.invite-again'],
]

/**
 * Whether one of the two, or somebody third, has lately had in his hands the account of the other, or those of both: by the
 * audit log, through however many accounts, and by its clock. What the command line does ties nobody: who holds the machine
 * holds the installation.
 */
export async function areTied(db: Queries, both: readonly [number, number], hours: number): Promise<boolean> {
  const { rows } = await db.query<{ tied: boolean }>({
    text: `with recursive hands as (
        select staff_id, user_name from staff where staff_id = any($1)
        union
        select h.staff_id, l.actor from hands h join audit_log l on l.subject_id = h.user_name
          where l.subject_kind in ('staff', 'partner-user') and l.actor_kind in ('staff', 'partner')
            and l.act = any($2) and l.outcome = 'done' and l.at > now() - $3 * interval '1 hour')
      select exists (select 1 from hands a join hands b using (user_name) where a.staff_id < b.staff_id) as tied`,
    values: [both, HANDS_ON, hours],
  })
  return rows[0]?.tied === true
}
