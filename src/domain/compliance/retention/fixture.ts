/** For tests: a world of cases whose partners have lived: payments, people, a clock that is set. */
import { randomBytes } from 'node:crypto'
import type { Context } from '../../context.ts'
import { hashesOf } from '../../initiation/terms.ts'
import { complianceWorld } from '../fixture.ts'

const TERMS = {
  ...{ creditor_name: 'Florăria Ana', creditor_iban: 'RO49AAAA1B31007593840000', details: 'Buchet' },
  ...{ debtor_iban: 'RO98BTRL0000999900000001', email: 'ion@example.ro' },
}

export async function retentionWorld() {
  const world = await complianceWorld()
  const { context } = world
  const on = (date: string) => {
    world.now = new Date(`${date}T09:00:00Z`)
  }
  const sql = <R extends object>(text: string, values: readonly unknown[] = []) => context.db.query<R>({ text, values })
  const countOf = async (table: string, where: string, value: unknown) =>
    (await sql<{ n: number }>(`select count(*)::integer as n from ${table} where ${where}`, [value])).rows[0]?.n
  return { world, on, TERMS, sql, countOf, ...livesOf(context) }
}

/** What a partner leaves behind. */
export function livesOf(context: Pick<Context, 'db' | 'keys'>) {
  const sql = <R extends object>(text: string, values: readonly unknown[] = []) => context.db.query<R>({ text, values })

  /** A payment with an event and an attempt, and one person of the partner. */
  async function lived(partner_id: number): Promise<number> {
    const { rows } = await sql<{ payment_id: number }>(
      `insert into payments (partner_id, certificate_thumbprint, refresh_hash) values ($1, 'thumb', $2) returning payment_id`,
      [partner_id, randomBytes(32)],
    )
    const payment_id = rows[0]?.payment_id ?? 0
    const hashes = hashesOf(context.keys, TERMS)
    const terms = context.keys.seal(JSON.stringify(TERMS), `payments.terms:${partner_id}:${payment_id}`)
    await sql(
      `update payments set terms_enc = $3, debtor_iban_hash = $4, creditor_iban_hash = $5, email_hash = $6, amount_minor = 1000
        where partner_id = $1 and payment_id = $2`,
      [partner_id, payment_id, terms, hashes.debtor_iban_hash, hashes.creditor_iban_hash, hashes.email_hash],
    )
    await sql(
      `insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
        values ($1, $2, 1, 'payment.reserved', 'INIT', 'partner', now())`,
      [partner_id, payment_id],
    )
    return payment_id
  }

  async function person(partner_id: number, client_id: string): Promise<number> {
    const user_name = `ana@${client_id}`
    const { rows } = await sql<{ staff_id: number }>(
      `insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, created_at, partner_id)
        values ($1, $2, 'partner_admin', 'hash', now(), false, now(), $3) returning staff_id`,
      [
        user_name,
        context.keys.seal('{"name":"Ana","email":"ana@florarie.example"}', `staff.person:${user_name}`),
        partner_id,
      ],
    )
    const staff_id = rows[0]?.staff_id ?? 0
    await sql(
      `insert into staff_passwords (staff_id, password_no, password_hash, set_at) values ($1, 1, 'hash', now())`,
      [staff_id],
    )
    return staff_id
  }

  return { lived, person }
}
