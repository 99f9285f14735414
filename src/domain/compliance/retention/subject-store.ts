/** SQL of what is held of one person. */
import type { Queries } from '../../audit/store.ts'
import type { CaseKind } from '../case.ts'
import type { CaseState } from '../state.ts'

export type SubjectCase = {
  case_id: number
  kind: CaseKind
  state: CaseState
  created_at: Date
  ended_at: Date | null
  keep_until: Date | null
}

export async function casesOf(db: Queries, hash: Buffer, limit: number): Promise<SubjectCase[]> {
  const { rows } = await db.query<SubjectCase>({
    text: `select case_id, kind, state, created_at, ended_at, keep_until
      from cases where subject_hashes @> array[$1::bytea] order by case_id limit $2`,
    values: [hash, limit],
  })
  return rows
}

export type SubjectVersion = { case_id: number; version: number; content_enc: Buffer; saved_at: Date }

/** Oldest first. */
export async function versionsOf(
  db: Queries,
  case_id: number,
  after: number,
  limit: number,
): Promise<SubjectVersion[]> {
  const { rows } = await db.query<SubjectVersion>({
    text: `select case_id, version, content_enc, saved_at from case_versions
      where case_id = $1 and version > $2 order by version limit $3`,
    values: [case_id, after, limit],
  })
  return rows
}

export type SubjectAccount = { user_name: string; person_enc: Buffer; role: string; created_at: Date }

/** Everybody who signs in: few enough to open one by one, since they have no hash to be found by. */
export async function accountsOf(db: Queries, limit: number): Promise<SubjectAccount[]> {
  const { rows } = await db.query<SubjectAccount>({
    text: 'select user_name, person_enc, role, created_at from staff order by staff_id limit $1',
    values: [limit],
  })
  return rows
}

export type SubjectPayment = {
  partner_id: number
  payment_id: number
  client_id: string
  partner_name: string
  kind: string
  status: string
  amount_minor: number | null
  bank_id: string | null
  agreement_id: string | null
  terms_enc: Buffer | null
  created_at: Date
  finished_at: Date | null
}

const BY = { debtor: 'debtor_iban_hash', creditor: 'creditor_iban_hash', email: 'email_hash' } as const

/** Newest first. */
export async function paymentsOf(
  db: Queries,
  by: keyof typeof BY,
  hash: Buffer,
  limit: number,
): Promise<SubjectPayment[]> {
  const { rows } = await db.query<SubjectPayment>({
    text: `select p.partner_id, p.payment_id, r.client_id, r.name as partner_name, p.kind, p.status, p.amount_minor, p.bank_id,
        p.agreement_id, p.terms_enc, p.created_at, p.finished_at
      from payments p join partners r on r.partner_id = p.partner_id
      where p.${BY[by]} = $1 order by p.created_at desc, p.payment_id desc limit $2`,
    values: [hash, limit],
  })
  return rows
}

export type SubjectAgreement = {
  client_id: string
  agreement_id: string
  type: string
  status: string | null
  start_date: string | null
  expiry_date: string | null
  fixed_amount_minor: number | null
  payment_frequency: string | null
  created_at: Date
}

/** Those under which one of these payments is. */
export async function agreementsOf(
  db: Queries,
  of: readonly { readonly partner_id: number; readonly agreement_id: string }[],
): Promise<SubjectAgreement[]> {
  const { rows } = await db.query<SubjectAgreement>({
    text: `select r.client_id, a.agreement_id, a.type, a.status, a.start_date::text, a.expiry_date::text, a.fixed_amount_minor,
        a.payment_frequency, a.created_at
      from (select distinct * from unnest($1::integer[], $2::text[]) as u (partner_id, agreement_id)) w
      join agreements a on a.partner_id = w.partner_id and a.agreement_id = w.agreement_id
      join partners r on r.partner_id = a.partner_id`,
    values: [of.map(({ partner_id }) => partner_id), of.map(({ agreement_id }) => agreement_id)],
  })
  return rows
}
