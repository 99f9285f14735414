/** SQL that reads agreements. They are written by the statements of their payments: domain/cards/store.ts. */
import type { Context } from '../context.ts'
import type { Agreement } from './agreement.ts'

const NAMES = `partner_id, agreement_id, rail, type, version_no, currency, amount_variability, fixed_amount_minor,
  minimum_amount_minor, maximum_amount_minor, number_of_payments, minimum_days_between_payments, payment_frequency, payments_taken, status, payment_id, day_of_execution, number_hash,
  masked_number, expiry_month, expiry_year, token, established_order_id, established_transaction_id, trace_id, created_at, updated_at`

/** Columns of an Agreement, of the table or subquery called `a`. A date has no time zone; the driver would give it one. */
export const AGREEMENT_COLUMNS = `${NAMES.replaceAll(/\w+/g, 'a.$&')}, a.start_date::text as start_date, a.expiry_date::text as expiry_date`

export async function loadAgreement(
  context: Pick<Context, 'db'>,
  key: { readonly partner_id: number; readonly agreement_id: string },
): Promise<Agreement | undefined> {
  const { rows } = await context.db.query<Agreement>({
    name: 'agreement_load',
    text: `select ${AGREEMENT_COLUMNS} from agreements a where a.partner_id = $1 and a.agreement_id = $2`,
    values: [key.partner_id, key.agreement_id],
  })
  return rows[0]
}
