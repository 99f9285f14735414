/** All SQL about acts that two people do together. */
import type { Queries } from '../audit/store.ts'
import type { StaffAct } from './roles.ts'

export type ApprovalRow = {
  approval_id: number
  act: StaffAct
  subject_kind: string
  subject_id: string
  input: Record<string, unknown>
  state: 'proposed' | 'approved' | 'refused' | 'withdrawn' | 'executed'
  proposed_by: number
  proposed_at: Date
  expires_at: Date
  decided_by: number | null
  decided_at: Date | null
  executed_at: Date | null
}

const COLUMNS = `approval_id, act, subject_kind, subject_id, input, state, proposed_by, proposed_at, expires_at, decided_by,
  decided_at, executed_at`

export async function insertApproval(
  db: Queries,
  row: Pick<
    ApprovalRow,
    'act' | 'subject_kind' | 'subject_id' | 'input' | 'proposed_by' | 'proposed_at' | 'expires_at'
  >,
): Promise<number> {
  const { rows } = await db.query<{ approval_id: number }>({
    text: `insert into approvals (act, subject_kind, subject_id, input, proposed_by, proposed_at, expires_at)
      values ($1, $2, $3, $4::jsonb, $5, $6, $7) returning approval_id`,
    values: [
      row.act,
      row.subject_kind,
      row.subject_id,
      JSON.stringify(row.input),
      row.proposed_by,
      row.proposed_at,
      row.expires_at,
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

/** What waits for a decision or for being done, the oldest first. */
export async function waitingApprovals(db: Queries, at: Date, limit: number): Promise<ApprovalRow[]> {
  const { rows } = await db.query<ApprovalRow>({
    text: `select ${COLUMNS} from approvals where state in ('proposed', 'approved') and expires_at > $1
      order by proposed_at limit $2`,
    values: [at, limit],
  })
  return rows
}
