/** SQL that writes a submission before the acquirer is asked: only onto the order, and in the series, that it was decided from. */
import { isUniqueViolation } from '../../infra/database/database.ts'
import { gatherByKey } from '../../infra/database/gather.ts'
import type { AgreementOpening } from '../agreements/agreement.ts'
import type { Context } from '../context.ts'
import type { Source } from '../merchants/merchant.ts'
import type { StoredOnFile, Transaction } from './model.ts'
import type { TransactionKey } from './store.ts'

type Db = Pick<Context, 'db'>

/** A submission, as it is written before the acquirer is asked. */
export type Submission = TransactionKey & {
  readonly at: Date
  readonly type: Transaction['type']
  readonly request_hash: Buffer
  readonly amount_minor: number
  readonly currency: string
  readonly source: Source
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
  readonly stored_on_file: StoredOnFile
  readonly agreement_id: string | null
  readonly agreement_opening: AgreementOpening | null
  /** Of an opening or card change: the agreement's version it was decided from; 0: there was none. */
  readonly seen_agreement_version_no: number | null
}

/** Submissions as the statements read them: $1 is the partner, $2 a JSON list. */
const SUBMITTED = `s as materialized (select * from json_to_recordset($2) as s(order_id text, transaction_id text, at timestamptz, type text,
    request_hash text, amount_minor bigint, currency text, source text, target_transaction_id text, api_version integer, reference uuid,
    link_no integer, details_enc text, order_amount_minor bigint, ask_at timestamptz, funds_type text, token text, number_hash text,
    masked_number text, brand text, scheme text, expiry_month smallint, expiry_year smallint, stored_on_file text, agreement_id text,
    agreement_opening jsonb, seen_agreement_version_no integer, counts boolean, seen_version_no integer))`
const INSERT_TRANSACTIONS = `insert into card_transactions (partner_id, order_id, transaction_id, submission_no, type, request_hash, state, result, gateway_code,
    amount_minor, currency, source, target_transaction_id, api_version, reference, link_no, details_enc, order_amount_minor, submitted_at,
    next_ask_at, funds_type, token, number_hash, masked_number, brand, scheme, expiry_month, expiry_year, stored_on_file, agreement_id, agreement_opening)
  select $1, s.order_id, s.transaction_id, o.version_no, s.type, decode(s.request_hash, 'hex'), 'submitted', 'PENDING', 'PENDING', s.amount_minor, s.currency,
    s.source, s.target_transaction_id, s.api_version, s.reference, s.link_no, decode(s.details_enc, 'hex'), s.order_amount_minor, s.at, s.ask_at,
    s.funds_type, s.token, decode(s.number_hash, 'hex'), s.masked_number, s.brand, s.scheme, s.expiry_month, s.expiry_year, s.stored_on_file,
    s.agreement_id, s.agreement_opening
  from s join o using (order_id) returning order_id`
/** Counts merchant-initiated payments in their series, while each series still is what the decision was made from. */
const TAKE_FROM_SERIES = `a as (
    update agreements g set payments_taken = g.payments_taken + 1, version_no = g.version_no + 1, updated_at = s.at,
      fixed_amount_minor = coalesce(g.fixed_amount_minor, case when g.amount_variability = 'FIXED' then s.amount_minor end)
    from s where s.counts and g.partner_id = $1 and g.agreement_id = any(array(select agreement_id from s))
      and g.agreement_id = s.agreement_id and g.number_hash = decode(s.number_hash, 'hex')
      and (g.number_of_payments is null or g.payments_taken < g.number_of_payments)
      and (g.amount_variability is distinct from 'FIXED' or g.fixed_amount_minor is null or g.fixed_amount_minor = s.amount_minor)
    returning g.agreement_id)`
const OF_ITS_SERIES = `(not s.counts or exists (select from a where a.agreement_id = s.agreement_id))
              and (s.seen_agreement_version_no is null or s.seen_agreement_version_no = coalesce(
                (select g.version_no from agreements g where g.partner_id = $1 and g.agreement_id = s.agreement_id), 0))`

type ClaimStatement = { readonly name: string; readonly text: string }
type Claim = { readonly submission: Submission; readonly counts: boolean; readonly seen_version_no: number | null }

// In one order everywhere, so that two processes that count payments of the same series do not wait for each other in a circle.
const bySeries = (one: Claim, other: Claim): number => {
  const [a, b] = [one.submission.card?.agreement_id ?? '', other.submission.card?.agreement_id ?? '']
  return a < b ? -1 : a > b ? 1 : 0
}

function claimsJson(claims: readonly Claim[]): string {
  return JSON.stringify(
    claims
      .toSorted(bySeries)
      .map(({ submission: { card, request_hash, details_enc, partner_id: _, ...s }, counts, seen_version_no }) => ({
        ...s,
        ...card,
        request_hash: request_hash.toString('hex'),
        details_enc: details_enc?.toString('hex') ?? null,
        number_hash: card?.number_hash.toString('hex') ?? null,
        counts,
        seen_version_no,
      })),
  )
}

/** Runs one statement for claims of one partner. False for those whose order, transaction or series has changed. */
async function runClaims(
  query: Context['db']['query'],
  statement: ClaimStatement,
  partner_id: number,
  claims: readonly Claim[],
): Promise<boolean[]> {
  try {
    const values = [partner_id, claimsJson(claims)]
    const { rows } = await query<{ order_id: string }>({ ...statement, values })
    const claimed = new Set(rows.map(({ order_id }) => order_id))
    return claims.map(({ submission }) => claimed.has(submission.order_id))
  } catch (error) {
    // What violates a unique key exists by now, and the next look sees it. Of several, each is then tried alone.
    if (claims.length === 1 && isUniqueViolation(error)) return [false]
    throw error
  }
}

/** One statement cannot change a row twice. */
const apart = (claim: Claim, others: readonly Claim[]): boolean =>
  !others.some(
    (other) =>
      other.submission.order_id === claim.submission.order_id ||
      (claim.counts && other.counts && other.submission.card?.agreement_id === claim.submission.card?.agreement_id),
  )

const gatherClaims = (statement: ClaimStatement) =>
  gatherByKey<Claim, boolean>({
    at_once: 1,
    most: 64,
    together: apart,
    run: (db, partner_id, claims) => runClaims(db.query, statement, partner_id, claims),
  })

const CLAIM_NEW = {
  name: 'card_claim_new',
  text: `with ${SUBMITTED}, ${TAKE_FROM_SERIES}, o as (
      insert into card_orders (partner_id, order_id, status, currency, amount_minor, live_transaction_id, initial_transaction_id,
        agreement_id, created_at, updated_at)
      select $1, s.order_id, 'INITIATED', s.currency, s.order_amount_minor, s.transaction_id, s.transaction_id, s.agreement_id, s.at, s.at
      from s where ${OF_ITS_SERIES} returning order_id, version_no)
    ${INSERT_TRANSACTIONS}`,
} as const
const claimNewOrders = gatherClaims(CLAIM_NEW)

/**
 * The first transaction of a new order. False: decide again, for something has changed (the order or the transaction
 * exists by now, the series is not what it was).
 * @param counts a merchant-initiated payment of the series in `card.agreement_id`
 */
export function claimNewOrder({ db }: Db, submission: Submission, counts: boolean): Promise<boolean> {
  const claim = { submission, counts, seen_version_no: null }
  const opens = typeof submission.card?.seen_agreement_version_no === 'number'
  return opens ? claimAlone(db, CLAIM_NEW, claim) : claimNewOrders(db, submission.partner_id, claim)
}

const CLAIM_AGAIN = {
  name: 'card_claim_again',
  text: `with ${SUBMITTED}, ${TAKE_FROM_SERIES}, o as (
      update card_orders o set version_no = o.version_no + 1, status = 'INITIATED', currency = s.currency, amount_minor = s.order_amount_minor,
        live_transaction_id = s.transaction_id, initial_transaction_id = s.transaction_id, agreement_id = s.agreement_id, updated_at = s.at
      from s where ${OF_ITS_SERIES} and o.partner_id = $1 and o.order_id = any(array(select order_id from s))
          and o.order_id = s.order_id and o.version_no = s.seen_version_no
        and o.live_transaction_id is null and o.status in ('FAILED', 'VERIFIED') returning o.order_id, o.version_no)
    ${INSERT_TRANSACTIONS}`,
} as const

/** A further initial transaction of an order that has none that succeeded, or only a VERIFY. False: decide again. */
export function claimAgain(
  { db }: Db,
  submission: Submission,
  seen_version_no: number,
  counts: boolean,
): Promise<boolean> {
  return claimAlone(db, CLAIM_AGAIN, { submission, counts, seen_version_no })
}

/**
 * A claim in a transaction of its own, which ends well only when both the order and the series are as they were seen. For the
 * rare ones, and for those that open a series: another opening may have ended after the statement's snapshot and before its
 * row stood in the unique index. Once the row stands there no other can, and a second look sees all that ended before.
 */
async function claimAlone(db: Context['db'], statement: ClaimStatement, claim: Claim): Promise<boolean> {
  const { partner_id, card } = claim.submission
  try {
    return await db.transaction(async (client) => {
      const query: Context['db']['query'] = ({ text, values }) => client.query(text, [...values])
      const [done] = await runClaims(query, statement, partner_id, [claim])
      if (done !== true) throw new Changed()
      if (typeof card?.seen_agreement_version_no !== 'number') return true
      const { rows } = await client.query<{ version_no: number }>(
        'select version_no from agreements where partner_id = $1 and agreement_id = $2',
        [partner_id, card.agreement_id],
      )
      if ((rows[0]?.version_no ?? 0) !== card.seen_agreement_version_no) throw new Changed()
      return true
    })
  } catch (error) {
    if (error instanceof Changed) return false
    throw error
  }
}

/** Thrown inside a transaction to roll it back; never leaves this file. */
class Changed extends Error {}

const claimFollowOns = gatherClaims({
  name: 'card_claim_follow_on',
  text: `with ${SUBMITTED}, o as (
      update card_orders o set version_no = o.version_no + 1, live_transaction_id = s.transaction_id, updated_at = s.at
      from s where o.partner_id = $1 and o.order_id = any(array(select order_id from s))
        and o.order_id = s.order_id and o.version_no = s.seen_version_no and o.live_transaction_id is null
      returning o.order_id, o.version_no)
    ${INSERT_TRANSACTIONS}`,
})

/** A CAPTURE, REFUND, VOID or UPDATE_AUTHORIZATION on the order as it was seen. False: decide again. */
export function claimFollowOn({ db }: Db, submission: Submission, seen_version_no: number): Promise<boolean> {
  return claimFollowOns(db, submission.partner_id, { submission, counts: false, seen_version_no })
}
