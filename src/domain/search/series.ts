/** Agreements of both rails with what was paid under them, and tokens: a card is its brand and, to whom it is shown, four digits. */
import type { Agreement } from '../agreements/agreement.ts'
import { loadAgreement } from '../agreements/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { type Found, listOf, NOTHING, type Place, pageOf, partnersOf, readLimit, readPlace } from './filter.ts'
import { lastFour, tokenEnd } from './orders.ts'
import { findPaymentRows } from './payment-store.ts'
import { type PaymentLine, paymentLine } from './payments.ts'
import {
  type FoundAgreement,
  type FoundToken,
  findAgreementRows,
  findTokenRows,
  ownPlace,
  type SeriesTransaction,
  seriesTransactions,
} from './series-store.ts'

type Searching = Pick<Context, 'db' | 'keys' | 'partners' | 'merchants'>
type Paged = { readonly after?: string; readonly limit?: string }

const TIMEOUT_MS = 6_000
/** Newest of a series that a page shows. */
const SERIES_SHOWN = 200

const AGREEMENT_STATUSES = ['PENDING', 'ACTIVE', 'CANCELLED', 'ENDED', 'REFUSED'] as const

export type AgreementQuery = {
  readonly partner?: string
  readonly agreement_id?: string
  readonly rail?: string
  readonly status?: string
}

export type AgreementLine = Omit<
  Agreement,
  'partner_id' | 'number_hash' | 'masked_number' | 'token' | 'trace_id' | 'expiry_month' | 'expiry_year' | 'version_no'
> & {
  readonly client_id: string
  readonly partner_name: string
  /** Of card agreements, where the partner's orders are found. */
  readonly merchant_id: string | null
  readonly last_four: string | null
  readonly token: string | null
}

/** @throws PunteError FIELD_INVALID, SEARCH_TOO_WIDE */
export async function searchAgreements(
  context: Searching,
  query: AgreementQuery & Paged,
  shows_last_four: boolean,
): Promise<Found<AgreementLine>> {
  const partners = partnersOf(context, query.partner, undefined)
  const rails = listOf('rail', query.rail, ['card', 'account'] as const)
  const statuses = listOf('status', query.status, AGREEMENT_STATUSES)
  const { agreement_id } = query
  if (agreement_id !== undefined && (agreement_id.length > 100 || agreement_id.includes('\0')))
    throw invalid('agreement_id', 'must be at most 100 characters')
  const limit = readLimit(query.limit)
  const after = readPlace(query.after)
  if (partners === NOTHING) return { rows: [] }
  const filter = {
    partner_ids: partners.partner_ids,
    ...(agreement_id !== undefined && agreement_id !== '' && { agreement_id }),
    ...(rails?.length === 1 && { rail: rails[0] as 'card' | 'account' }),
    ...(statuses !== undefined && { statuses }),
  }
  const rows = await findAgreementRows(context, { filter, after, limit: limit + 1 }, TIMEOUT_MS)
  const { shown, ...more } = pageOf(rows, limit, (row) => ownPlace(row.partner_id, row.agreement_id))
  return { rows: shown.map((row) => agreementLine(context, row, shows_last_four)), ...more }
}

function agreementLine(
  context: Pick<Context, 'partners' | 'merchants'>,
  { place: _, version_no: __, number_hash: ___, trace_id: ____, ...row }: FoundAgreement,
  shows_last_four: boolean,
): AgreementLine {
  const { partner_id, masked_number, token, expiry_month: _month, expiry_year: _year, ...told } = row
  const partner = context.partners.byId(partner_id)
  return {
    ...told,
    client_id: partner?.client_id ?? String(partner_id),
    partner_name: partner?.name ?? '',
    merchant_id: row.rail === 'card' ? (context.merchants.byPartnerId(partner_id)?.merchant_id ?? null) : null,
    last_four: lastFour(masked_number, shows_last_four),
    token: tokenEnd(token),
  }
}

export type ShownAgreement = {
  readonly agreement: AgreementLine
  /** Of the card rail: CIT and MIT, newest first. */
  readonly transactions: readonly SeriesTransaction[]
  /** Of the account rail: the payment that asked for the bank's standing order. */
  readonly payments: readonly PaymentLine[]
}

/** @throws PunteError AGREEMENT_UNKNOWN */
export async function showAgreement(
  context: Searching,
  input: { readonly client_id: string; readonly agreement_id: string; readonly shows_last_four: boolean },
): Promise<ShownAgreement> {
  const { client_id, agreement_id, shows_last_four } = input
  const partner = context.partners.all().find((one) => one.client_id === client_id)
  const key = { partner_id: partner?.partner_id ?? 0, agreement_id }
  const agreement = partner === undefined ? undefined : await loadAgreement(context, key)
  if (agreement === undefined)
    throw new PunteError('AGREEMENT_UNKNOWN', { text: 'There is no such agreement of this partner.' })
  const { payment_id } = agreement
  const filter = { partner_ids: [key.partner_id], of_partners: true, keys: {} }
  const [transactions, payments] = await Promise.all([
    agreement.rail === 'card' ? seriesTransactions(context, key, SERIES_SHOWN) : [],
    payment_id === null ? [] : findPaymentRows(context, { filter: { ...filter, payment_id }, limit: 1 }, TIMEOUT_MS),
  ])
  return {
    agreement: agreementLine(context, { ...agreement, place: '' }, shows_last_four),
    transactions,
    payments: payments.map((row) => paymentLine(context, row)),
  }
}

export type TokenQuery = { readonly merchant?: string; readonly token_suffix?: string; readonly status?: string }

/** A token as staff may know it: its last characters, never all of it; of the card the brand and, to some, four digits. */
export type TokenLine = Omit<FoundToken, 'partner_id' | 'place' | 'masked_number' | 'updated_by'> & {
  readonly merchant_id: string
  readonly merchant_name: string
  readonly last_four: string | null
}

/** @throws PunteError FIELD_INVALID, SEARCH_TOO_WIDE */
export async function searchTokens(
  context: Searching,
  query: TokenQuery & Paged,
  shows_last_four: boolean,
): Promise<Found<TokenLine>> {
  const merchant = query.merchant === undefined || query.merchant === '' ? undefined : query.merchant.trim()
  const named = merchant === undefined ? undefined : context.merchants.byMerchantId(merchant)
  const partners = partnersOf(context, undefined, named?.partner_id)
  const statuses = listOf('status', query.status, ['VALID', 'INVALID'] as const)
  const suffix = query.token_suffix?.trim()
  if (suffix !== undefined && suffix !== '' && !/^[0-9A-Za-z]{4,40}$/.test(suffix))
    throw invalid('token_suffix', 'must be the last 4 characters of a token, or more of them')
  const limit = readLimit(query.limit)
  const after = openPlace(context, readPlace(query.after))
  if (partners === NOTHING || (merchant !== undefined && named === undefined)) return { rows: [] }
  const filter = {
    partner_ids: partners.partner_ids,
    ...(suffix !== undefined && suffix !== '' && { token_suffix: suffix }),
    ...(statuses?.length === 1 && { status: statuses[0] as 'VALID' | 'INVALID' }),
  }
  const rows = await findTokenRows(context, { filter, after, limit: limit + 1 }, TIMEOUT_MS)
  const { shown, ...more } = pageOf(rows, limit, ({ partner_id, token }) =>
    ownPlace(partner_id, sealedPlace(context, token)),
  )
  return { rows: shown.map((row) => tokenLine(context, row, shows_last_four)), ...more }
}

const PLACE = 'search.token-place'

/** A place goes into an address, where no whole token stands: sealed. */
const sealedPlace = (context: Searching, token: string): string => context.keys.seal(token, PLACE).toString('base64url')

function openPlace(context: Searching, place: Place | undefined): Place | undefined {
  const [, partner, sealed] = /^(\d{1,9})\/([\w-]{1,180})$/.exec(place?.id ?? '') ?? []
  if (place === undefined) return undefined
  try {
    return { at: place.at, id: `${partner}/${context.keys.open(Buffer.from(sealed ?? '', 'base64url'), PLACE)}` }
  } catch {
    throw invalid('after', 'must be as a list gave it')
  }
}

function tokenLine(
  context: Pick<Context, 'merchants'>,
  { partner_id, place: _, masked_number, updated_by: __, token, ...row }: FoundToken,
  shows_last_four: boolean,
): TokenLine {
  const merchant = context.merchants.byPartnerId(partner_id)
  return {
    ...row,
    token: tokenEnd(token) ?? '…',
    merchant_id: merchant?.merchant_id ?? String(partner_id),
    merchant_name: merchant?.name ?? '',
    last_four: lastFour(masked_number, shows_last_four),
  }
}
