/**
 * All SQL of the card rail's payments. A submission is written before the acquirer is asked (claim…), its outcome after
 * (recordOutcome), each in one statement with everything that follows from it; both only onto what the decision was made
 * from. What must not happen (totals over or under, a series past its count) the table's constraints refuse besides.
 */
import { isUniqueViolation } from '../../infra/database/database.ts'
import type { Agreement, AgreementOpening } from '../agreements/agreement.ts'
import { AGREEMENT_COLUMNS } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import type { CardToken } from '../vault/token.ts'
import type { Order, Transaction } from './model.ts'

type Db = Pick<Context, 'db'>
export type OrderKey = { readonly partner_id: number; readonly order_id: string }
export type TransactionKey = OrderKey & { readonly transaction_id: string }

const ORDER_COLUMNS = `partner_id, order_id, version_no, status, currency, amount_minor, authorized_minor, captured_minor,
  refunded_minor, live_transaction_id, initial_transaction_id, agreement_id, created_at, updated_at`
const TRANSACTION_COLUMNS = `partner_id, order_id, transaction_id, type, request_hash, state, result, gateway_code, amount_minor, currency,
  source, target_transaction_id, voided_by, api_version, reference, link_no, acquirer_code, acquirer_message, authorization_code, stan,
  receipt, acquirer_transaction_id, trace_id, csc_result, avs_result, funds_type, token, number_hash, masked_number, brand, scheme,
  expiry_month, expiry_year, stored_on_file, agreement_id, agreement_opening, details_enc, order_status, order_amount_minor,
  authorized_minor, captured_minor, refunded_minor, asked_no, submitted_at, recorded_at`

/** A transaction with what only the domain reads. */
export type StoredTransaction = Transaction & {
  readonly number_hash: Buffer | null
  readonly agreement_opening: AgreementOpening | null
}

/** What a charge is decided from. */
export type ChargeContext = {
  readonly order_version_no: number | undefined
  readonly transaction_exists: boolean
  readonly token: CardToken | undefined
  readonly agreement: Agreement | undefined
}

const CHARGE_CONTEXT = `select o.version_no as order_version_no, x.transaction_id is not null as transaction_exists,
    t.token as t_token, t.number_hash as t_number_hash, t.number_enc, t.masked_number as t_masked_number, t.brand, t.scheme,
    t.expiry_month as t_expiry_month, t.expiry_year as t_expiry_year, t.name_enc, t.status as t_status, t.scheme_token_state, t.scheme_token_enc,
    t.created_at as t_created_at, t.updated_at as t_updated_at, t.updated_by, t.last_used_at,
    ${AGREEMENT_COLUMNS}
  from (select $1::integer as partner_id) p
    left join card_orders o on o.partner_id = $1 and o.order_id = $2
    left join card_transactions x on x.partner_id = $1 and x.order_id = $2 and x.transaction_id = $3
    left join card_tokens t on t.partner_id = $1 and t.token = $4
    left join agreements a on a.partner_id = $1 and a.agreement_id = $5`

/** One round trip for all that a PAY, AUTHORIZE or VERIFY is decided from. */
export async function loadChargeContext(
  context: Db,
  key: TransactionKey,
  also: { readonly token: string | undefined; readonly agreement_id: string | undefined },
): Promise<ChargeContext> {
  const { rows } = await context.db.query<Record<string, never>>({
    name: 'card_charge_context',
    text: CHARGE_CONTEXT,
    values: [key.partner_id, key.order_id, key.transaction_id, also.token ?? null, also.agreement_id ?? null],
  })
  const row = rows[0] as Record<string, unknown>
  return {
    order_version_no: (row.order_version_no as number | null) ?? undefined,
    transaction_exists: row.transaction_exists as boolean,
    token: row.t_token === null ? undefined : tokenOf(key.partner_id, row),
    agreement: row.agreement_id === null ? undefined : (row as unknown as Agreement),
  }
}

function tokenOf(partner_id: number, row: Record<string, unknown>): CardToken {
  const {
    t_token,
    t_number_hash,
    t_masked_number,
    t_expiry_month,
    t_expiry_year,
    t_status,
    t_created_at,
    t_updated_at,
  } = row
  return {
    partner_id,
    token: t_token,
    number_hash: t_number_hash,
    number_enc: row.number_enc,
    masked_number: t_masked_number,
    brand: row.brand,
    scheme: row.scheme,
    expiry_month: t_expiry_month,
    expiry_year: t_expiry_year,
    name_enc: row.name_enc,
    status: t_status,
    scheme_token_state: row.scheme_token_state,
    scheme_token_enc: row.scheme_token_enc,
    created_at: t_created_at,
    updated_at: t_updated_at,
    updated_by: row.updated_by,
    last_used_at: row.last_used_at,
  } as CardToken
}

export async function loadOrder(context: Db, key: OrderKey): Promise<Order | undefined> {
  const { rows } = await context.db.query<Order>({
    name: 'card_order',
    text: `select ${ORDER_COLUMNS} from card_orders where partner_id = $1 and order_id = $2`,
    values: [key.partner_id, key.order_id],
  })
  return rows[0]
}

export async function loadTransaction(context: Db, key: TransactionKey): Promise<StoredTransaction | undefined> {
  const { rows } = await context.db.query<StoredTransaction>({
    name: 'card_transaction',
    text: `select ${TRANSACTION_COLUMNS} from card_transactions where partner_id = $1 and order_id = $2 and transaction_id = $3`,
    values: [key.partner_id, key.order_id, key.transaction_id],
  })
  return rows[0]
}

/** More than an order ever needs; further ones are refused before they are written. */
export const MAX_TRANSACTIONS = 500

/** All transactions of an order, as submitted one after the other. */
export async function loadTransactions(context: Db, key: OrderKey): Promise<StoredTransaction[]> {
  const { rows } = await context.db.query<StoredTransaction>({
    name: 'card_transactions_of_order',
    text: `select ${TRANSACTION_COLUMNS} from card_transactions where partner_id = $1 and order_id = $2
      order by submitted_at, transaction_id limit ${MAX_TRANSACTIONS + 1}`,
    values: [key.partner_id, key.order_id],
  })
  return rows
}

/** A submission, as it is written before the acquirer is asked. */
export type Submission = TransactionKey & {
  readonly at: Date
  readonly type: Transaction['type']
  readonly request_hash: Buffer
  readonly amount_minor: number
  readonly currency: string
  readonly source: string
  readonly target_transaction_id: string | null
  readonly api_version: number
  readonly reference: string
  readonly link_no: number
  readonly details_enc: Buffer | null
  readonly order_amount_minor: number
  /** When a sweep takes it up, should this process not live to record the outcome. */
  readonly ask_at: Date
  readonly card: SubmittedCard | null
}

export type SubmittedCard = {
  readonly funds_type: 'CARD' | 'SCHEME_TOKEN'
  readonly token: string | null
  readonly number_hash: Buffer
  readonly masked_number: string
  readonly brand: string
  readonly scheme: string
  readonly expiry_month: number | null
  readonly expiry_year: number | null
  readonly stored_on_file: string
  readonly agreement_id: string | null
  readonly agreement_opening: AgreementOpening | null
}

const INSERT_TRANSACTION = `insert into card_transactions (partner_id, order_id, transaction_id, type, request_hash, state, result, gateway_code,
    amount_minor, currency, source, target_transaction_id, api_version, reference, link_no, details_enc, order_amount_minor, submitted_at,
    next_ask_at, funds_type, token, number_hash, masked_number, brand, scheme, expiry_month, expiry_year, stored_on_file, agreement_id, agreement_opening)
  select $1, $2, $3, $5, $6, 'submitted', 'PENDING', 'PENDING', $7, $8, $9, $10, $11, $12, $13, $14, $15, $4, $16, $17, $18, $19, $20, $21, $22, $23,
    $24, $25, $26, $27 from o`

function submissionValues(s: Submission): unknown[] {
  const { card } = s
  return [
    s.partner_id,
    s.order_id,
    s.transaction_id,
    s.at,
    s.type,
    s.request_hash,
    s.amount_minor,
    s.currency,
    s.source,
    s.target_transaction_id,
    s.api_version,
    s.reference,
    s.link_no,
    s.details_enc,
    s.order_amount_minor,
    s.ask_at,
    card?.funds_type ?? null,
    card?.token ?? null,
    card?.number_hash ?? null,
    card?.masked_number ?? null,
    card?.brand ?? null,
    card?.scheme ?? null,
    card?.expiry_month ?? null,
    card?.expiry_year ?? null,
    card?.stored_on_file ?? null,
    card?.agreement_id ?? null,
    card?.agreement_opening ?? null,
  ]
}

/** Counts a merchant-initiated payment in its series, while the series still is what the decision was made from. */
const TAKE_FROM_SERIES = `update agreements set payments_taken = payments_taken + 1, version_no = version_no + 1, updated_at = $4,
    fixed_amount_minor = coalesce(fixed_amount_minor, case when amount_variability = 'FIXED' then $7::bigint end)
  where partner_id = $1 and agreement_id = $26 and number_hash = $19
    and (number_of_payments is null or payments_taken < number_of_payments)
    and (amount_variability is distinct from 'FIXED' or fixed_amount_minor is null or fixed_amount_minor = $7)
  returning agreement_id`

const NEW_ORDER = `insert into card_orders (partner_id, order_id, status, currency, amount_minor, live_transaction_id, initial_transaction_id,
    agreement_id, created_at, updated_at)
  select $1, $2, 'INITIATED', $8, $15, $3, $3, $26, $4, $4`

/**
 * The first transaction of a new order. False: decide again, for something has changed (the order or the transaction
 * exists by now, the series is not what it was).
 * @param counts a merchant-initiated payment of the series in `card.agreement_id`
 */
export async function claimNewOrder(context: Db, s: Submission, counts: boolean): Promise<boolean> {
  const plain = { name: 'card_claim_new', text: `with o as (${NEW_ORDER} returning 1) ${INSERT_TRANSACTION}` }
  const series = {
    name: 'card_claim_new_in_series',
    text: `with a as (${TAKE_FROM_SERIES}), o as (${NEW_ORDER} from a returning 1) ${INSERT_TRANSACTION}`,
  }
  return claimed(() => context.db.query({ ...(counts ? series : plain), values: submissionValues(s) }))
}

/**
 * A further initial transaction of an order that has none that succeeded, or only a VERIFY. Two statements, since the
 * series is counted too and neither may be written without the other; it is rare.
 */
export async function claimAgain(
  context: Db,
  s: Submission,
  seen_version_no: number,
  counts: boolean,
): Promise<boolean> {
  return claimed(() =>
    context.db.transaction(async (client) => {
      const made = await client.query(
        `with o as (update card_orders set version_no = version_no + 1, status = 'INITIATED', currency = $8, amount_minor = $15,
            live_transaction_id = $3, initial_transaction_id = $3, agreement_id = $26, updated_at = $4
            where partner_id = $1 and order_id = $2 and version_no = $28 and live_transaction_id is null and status in ('FAILED', 'VERIFIED')
            returning 1) ${INSERT_TRANSACTION}`,
        [...submissionValues(s), seen_version_no],
      )
      if (made.rowCount !== 1 || !counts) return made
      const series = await client.query(
        `update agreements set payments_taken = payments_taken + 1, version_no = version_no + 1, updated_at = $4,
            fixed_amount_minor = coalesce(fixed_amount_minor, case when amount_variability = 'FIXED' then $5::bigint end)
          where partner_id = $1 and agreement_id = $2 and number_hash = $3
            and (number_of_payments is null or payments_taken < number_of_payments)
            and (amount_variability is distinct from 'FIXED' or fixed_amount_minor is null or fixed_amount_minor = $5)`,
        [s.partner_id, s.card?.agreement_id, s.card?.number_hash, s.at, s.amount_minor],
      )
      if (series.rowCount !== 1) throw new SeriesChanged()
      return series
    }),
  )
}

/** Thrown inside a transaction to roll it back; never leaves this file. */
class SeriesChanged extends Error {}

/** A CAPTURE, REFUND, VOID or UPDATE_AUTHORIZATION on the order as it was seen. False: decide again. */
export async function claimFollowOn(context: Db, s: Submission, seen_version_no: number): Promise<boolean> {
  return claimed(() =>
    context.db.query({
      name: 'card_claim_follow_on',
      text: `with o as (update card_orders set version_no = version_no + 1, live_transaction_id = $3, updated_at = $4
          where partner_id = $1 and order_id = $2 and version_no = $28 and live_transaction_id is null returning 1)
        ${INSERT_TRANSACTION}`,
      values: [...submissionValues(s), seen_version_no],
    }),
  )
}

// Whatever violates a unique key exists by now: the statement is rolled back whole, and the next look sees it.
async function claimed(run: () => Promise<{ readonly rowCount: number | null }>): Promise<boolean> {
  try {
    return (await run()).rowCount === 1
  } catch (error) {
    if (isUniqueViolation(error) || error instanceof SeriesChanged) return false
    throw error
  }
}
