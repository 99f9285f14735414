/**
 * SQL that reads the card rail's payments. A submission is written before the acquirer is asked (claim-store.ts), its outcome
 * after (record-store.ts), each with everything that follows from it, and only onto what the decision was made from. What
 * must not happen (totals over or under, a status that belies them, a series past its count) the tables refuse besides.
 */
import { gatherByKey } from '../../infra/database/gather.ts'
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
  authorized_minor, captured_minor, refunded_minor, asked_no, reversal_sent_at, submitted_at, recorded_at`

/** A transaction with what only the domain reads. */
export type StoredTransaction = Transaction & {
  readonly number_hash: Buffer | null
  readonly agreement_opening: AgreementOpening | null
  readonly reversal_sent_at: Date | null
}

/** What a charge is decided from. */
export type ChargeContext = {
  readonly order_version_no: number | undefined
  readonly transaction_exists: boolean
  readonly token: CardToken | undefined
  readonly agreement: Agreement | undefined
}

type ChargeQuestion = Omit<TransactionKey, 'partner_id'> & {
  readonly token: string | undefined
  readonly agreement_id: string | undefined
}

// Here and below `= any(array(…))` keeps every plan at the rows asked for: on its own a join may be planned as a walk through all
// of the partner's rows while these are few, and the prepared statement keeps that plan when they are many.
const CHARGE_CONTEXT = `with q as materialized (
    select * from json_to_recordset($2) as q(n integer, order_id text, transaction_id text, token text, agreement_id text))
  select q.n, o.version_no as order_version_no, x.transaction_id is not null as transaction_exists,
    t.token as t_token, t.number_hash as t_number_hash, t.number_enc, t.masked_number as t_masked_number, t.brand, t.scheme,
    t.expiry_month as t_expiry_month, t.expiry_year as t_expiry_year, t.name_enc, t.status as t_status, t.scheme_token_state, t.scheme_token_enc,
    t.created_at as t_created_at, t.updated_at as t_updated_at, t.updated_by, t.last_used_at,
    ${AGREEMENT_COLUMNS}
  from q
    left join card_orders o on o.partner_id = $1 and o.order_id = any(array(select order_id from q)) and o.order_id = q.order_id
    left join card_transactions x on x.partner_id = $1 and x.order_id = any(array(select order_id from q))
      and x.order_id = q.order_id and x.transaction_id = q.transaction_id
    left join card_tokens t on t.partner_id = $1 and t.token = any(array(select token from q)) and t.token = q.token
    left join agreements a on a.partner_id = $1 and a.agreement_id = any(array(select agreement_id from q)) and a.agreement_id = q.agreement_id`

const askContexts = gatherByKey<ChargeQuestion, ChargeContext>({
  at_once: 2,
  most: 64,
  run: async (db, partner_id, questions) => {
    const { rows } = await db.query<Record<string, unknown>>({
      name: 'card_charge_context',
      text: CHARGE_CONTEXT,
      values: [partner_id, JSON.stringify(questions.map((question, n) => ({ n, ...question })))],
    })
    const answers: ChargeContext[] = []
    for (const row of rows) {
      answers[row.n as number] = {
        order_version_no: (row.order_version_no as number | null) ?? undefined,
        transaction_exists: row.transaction_exists as boolean,
        token: row.t_token === null ? undefined : tokenOf(partner_id, row),
        agreement: row.agreement_id === null ? undefined : (row as unknown as Agreement),
      }
    }
    return answers
  },
})

/** One round trip for all that a PAY, AUTHORIZE or VERIFY is decided from, shared by those that come together. */
export function loadChargeContext(
  { db }: Db,
  { partner_id, order_id, transaction_id }: TransactionKey,
  also: { readonly token: string | undefined; readonly agreement_id: string | undefined },
): Promise<ChargeContext> {
  return askContexts(db, partner_id, { order_id, transaction_id, ...also })
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

export type WholeOrder = { readonly order: Order; readonly transactions: readonly StoredTransaction[] }

const ORDER_PREFIX = 'o_'
// What requests told is large and not always wanted; of the initial transaction it is in every answer.
const DETAILS_WANTED =
  'case when $3 or x.transaction_id = o.initial_transaction_id then x.details_enc end as details_enc'
const WHOLE_ORDER = `select ${TRANSACTION_COLUMNS.replaceAll(/\w+/g, 'x.$&').replace('x.details_enc', DETAILS_WANTED)}, ${ORDER_COLUMNS.replaceAll(/\w+/g, `o.$& as ${ORDER_PREFIX}$&`)}
  from card_orders o join card_transactions x on x.partner_id = o.partner_id and x.order_id = o.order_id
  where o.partner_id = $1 and o.order_id = $2 and x.partner_id = $1 and x.order_id = $2
  order by x.submission_no limit ${MAX_TRANSACTIONS + 1}`

/**
 * An order with all of its transactions, as submitted one after the other; both as they were at one moment.
 * @param all_details else those of the initial transaction only
 */
export async function loadWholeOrder(context: Db, key: OrderKey, all_details = false): Promise<WholeOrder | undefined> {
  const { rows } = await context.db.query<Record<string, unknown>>({
    name: 'card_order_whole',
    text: WHOLE_ORDER,
    values: [key.partner_id, key.order_id, all_details],
  })
  let order: Order | undefined
  const transactions = rows.map((row) => {
    const parts: { order: Record<string, unknown>; transaction: Record<string, unknown> } = {
      order: {},
      transaction: {},
    }
    for (const [name, value] of Object.entries(row)) {
      if (name.startsWith(ORDER_PREFIX)) parts.order[name.slice(ORDER_PREFIX.length)] = value
      else parts.transaction[name] = value
    }
    order ??= parts.order as unknown as Order
    return parts.transaction as unknown as StoredTransaction
  })
  return order === undefined ? undefined : { order, transactions }
}
