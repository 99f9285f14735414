/** Payments found, as staff read them in a list: people masked. */
import type { Context } from '../context.ts'
import { initialsOf, maskIban } from '../explain/mask.ts'
import { openTerms, type StoredTerms } from '../initiation/terms.ts'
import {
  type Found,
  NOTHING,
  type PaymentFilter,
  type PaymentQuery,
  type Place,
  pageOf,
  readLimit,
  readPaymentFilter,
  readPlace,
} from './filter.ts'
import { type FoundPayment, findPaymentRows } from './payment-store.ts'

type Searching = Pick<Context, 'db' | 'keys' | 'partners'>

/** Somebody waits for the answer. */
const TIMEOUT_MS = 6_000

export type PaymentLine = Omit<FoundPayment, 'partner_id' | 'terms_enc' | 'place' | 'attempt_no'> & {
  readonly client_id: string
  readonly partner_name: string
  /** `RO49…0000`; initials of a name. Null: not known, or not any more to this installation. */
  readonly debtor_iban: string | null
  readonly creditor_iban: string | null
  readonly creditor_name: string | null
}

type Asked = PaymentQuery & { readonly after?: string; readonly limit?: string }

/**
 * @param partner_id only of this partner
 * @throws PunteError FIELD_INVALID, SEARCH_TOO_WIDE
 */
export async function searchPayments(
  context: Searching,
  query: Asked,
  partner_id?: number,
): Promise<Found<PaymentLine>> {
  const filter = readPaymentFilter(context, query, partner_id)
  const limit = readLimit(query.limit)
  const after = readPlace(query.after, /^[1-9]\d{0,15}$/)
  if (filter === NOTHING) return { rows: [] }
  const rows = await findPaymentRows(context, { filter, after, limit: limit + 1 }, TIMEOUT_MS)
  const { shown, ...more } = pageOf(rows, limit, ({ payment_id }) => String(payment_id))
  return { rows: shown.map((row) => paymentLine(context, row)), ...more }
}

/** Rows a statement of an export reads: some hundredths of a second, so that no snapshot outlives its page. */
const BATCH = 1_000
const BATCH_TIMEOUT_MS = 15_000

/**
 * All payments of a filter, a batch at a time; each is read when the one before has been taken. Newest first; by status
 * those of one partner after those of another, or each batch would begin with the newest of every partner.
 */
export async function* allPayments(context: Searching, filter: PaymentFilter): AsyncGenerator<readonly PaymentLine[]> {
  const by_partner = !filter.of_partners && filter.statuses !== undefined && filter.payment_id === undefined
  if (!by_partner || Object.keys(filter.keys).length > 0) return yield* batchesOf(context, filter)
  for (const partner_id of filter.partner_ids)
    yield* batchesOf(context, { ...filter, partner_ids: [partner_id], of_partners: true })
}

async function* batchesOf(context: Searching, filter: PaymentFilter): AsyncGenerator<readonly PaymentLine[]> {
  let after: Place | undefined
  for (;;) {
    const rows = await findPaymentRows(context, { filter, after, limit: BATCH }, BATCH_TIMEOUT_MS)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map((row) => paymentLine(context, row))
    if (rows.length < BATCH) return
    after = { at: last.place, id: String(last.payment_id) }
  }
}

export function paymentLine(
  context: Pick<Context, 'keys' | 'partners'>,
  { partner_id, terms_enc, place: _, attempt_no: __, ...row }: FoundPayment,
): PaymentLine {
  const partner = context.partners.byId(partner_id)
  const terms = readTerms(context, { partner_id, payment_id: row.payment_id, terms_enc })
  return {
    ...row,
    client_id: partner?.client_id ?? String(partner_id),
    partner_name: partner?.name ?? '',
    debtor_iban: masked(terms.debtor_iban, maskIban),
    creditor_iban: masked(terms.creditor_iban, maskIban),
    creditor_name: masked(terms.creditor_name, initialsOf),
  }
}

export const masked = (value: string | undefined, mask: (text: string) => string): string | null =>
  value === undefined ? null : mask(value)

/** One that cannot be opened (its key is gone) must not hide the others. */
function readTerms(context: Pick<Context, 'keys'>, row: Parameters<typeof openTerms>[1]): StoredTerms {
  try {
    return openTerms(context, row)
  } catch {
    return {}
  }
}
