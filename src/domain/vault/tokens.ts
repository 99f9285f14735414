/**
 * Tokens of a merchant's repository: create, save (create under the merchant's own value, or update), retrieve, delete.
 * How values are made (`token_generation`) and whether an account is held once (`token_management`) is the repository's.
 */
import type { ProvidedCard } from '../cards/model.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { numberHash, readCardNumber } from './card-number.ts'
import { openForMerchant, sealForMerchant } from './data-keys.ts'
import { isUsableToken, preservingToken, randomToken } from './generate.ts'
import { nameAbout, numberAbout } from './sealed.ts'
import { type CardColumns, insertToken, loadToken, loadTokenOfAccount, removeToken, updateToken } from './store.ts'
import type { CardToken } from './token.ts'

/** A token as answered for: everything but the number. */
export type TokenView = { readonly token: CardToken; readonly name_on_card?: string }

/** @param by who asks, e.g. `merchant.SHOP`: kept as `usage.lastUpdatedBy` */
type Saving = { readonly merchant: Merchant; readonly card: ProvidedCard; readonly by: string }
type TokenOf = { readonly merchant: Merchant; readonly token: string }

/** Others may take the account or the value at the same moment; each try then sees what they did. */
const TRIES = 10
const NUMBER_FIELD = 'sourceOfFunds.provided.card.number'
const MONTH_FIELD = 'sourceOfFunds.provided.card.expiry.month'
const YEAR_FIELD = 'sourceOfFunds.provided.card.expiry.year'
const TOKEN_FIELD = 'sourceOfFunds.token'

/**
 * POST /token: a token of a value the repository makes. Where accounts are held once, the token that a known number has,
 * with expiry and name as now given.
 *
 * @throws PunteError TOKENIZATION_DISABLED, OPERATION_NOT_PERMITTED (values are the merchant's own here), FIELD_REQUIRED,
 *   CARD_NUMBER_INVALID
 */
export async function createToken(context: Context, input: Saving): Promise<TokenView> {
  const { merchant } = input
  requireTokenization(merchant)
  if (merchant.token_generation === 'MERCHANT_PROVIDED')
    throw new PunteError('OPERATION_NOT_PERMITTED', {
      text: 'The tokens of this repository are given by the merchant.',
    })
  const number = requireCard(input.card)
  const account_hash = accountHash(context, merchant, number)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const known = account_hash && (await loadTokenOfAccount(context, merchant.partner_id, account_hash))
    const saved = known ? await update(context, input, known) : await insert(context, input, newValue(merchant, number))
    if (saved !== undefined) return await viewOf(context, saved)
  }
  throw new PunteError('SERVER_BUSY', { detail: 'a token was changed by others again and again' })
}

/**
 * PUT /token/{id}: card details for a token, which is VALID again by them. A value not yet known makes a token where values
 * are the merchant's own. Of a known token parts may be given: expiry and name of the same card.
 *
 * @throws PunteError as createToken; CARD_TOKEN_UNKNOWN; FIELD_INVALID for a value that could be a card's number;
 *   CARD_TOKEN_CONFLICT for a changed number where the token shows it, and for an account that another token has
 */
export async function saveToken(context: Context, input: Saving & TokenOf): Promise<TokenView> {
  const { merchant, token } = input
  requireTokenization(merchant)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const known = await loadToken(context, { partner_id: merchant.partner_id, token })
    const saved = known ? await update(context, input, known) : await insertProvided(context, input, token)
    if (saved !== undefined) return await viewOf(context, saved)
  }
  throw new PunteError('SERVER_BUSY', { detail: 'a token was changed by others again and again' })
}

/** @throws PunteError TOKENIZATION_DISABLED, CARD_TOKEN_UNKNOWN (another merchant's, too) */
export async function retrieveToken(context: Context, { merchant, token }: TokenOf): Promise<TokenView> {
  requireTokenization(merchant)
  const found = await loadToken(context, { partner_id: merchant.partner_id, token })
  if (found === undefined) throw unknownToken()
  return await viewOf(context, found)
}

/** Deletes the row, sealed number and all; returns what it was. @throws as retrieveToken */
export async function deleteToken(context: Context, { merchant, token }: TokenOf): Promise<TokenView> {
  requireTokenization(merchant)
  const removed = await removeToken(context, { partner_id: merchant.partner_id, token })
  if (removed === undefined) throw unknownToken()
  return await viewOf(context, removed)
}

async function insertProvided(context: Context, input: Saving, token: string): Promise<CardToken | undefined> {
  const { merchant, card } = input
  if (merchant.token_generation !== 'MERCHANT_PROVIDED') throw unknownToken()
  const number = requireCard(card)
  if (!isUsableToken(token, number))
    throw new PunteError('FIELD_INVALID', { field: TOKEN_FIELD, text: 'A token must not look like a card number.' })
  const inserted = await insert(context, input, token)
  if (inserted !== undefined) return inserted
  const account_hash = accountHash(context, merchant, number)
  const other = account_hash && (await loadTokenOfAccount(context, merchant.partner_id, account_hash))
  if (other && other.token !== token) throw accountTaken()
  return undefined
}

async function insert(context: Context, input: Saving, token: string): Promise<CardToken | undefined> {
  const { merchant, card, by } = input
  const { partner_id } = merchant
  const asks = merchant.scheme_tokens && card.expiry_month !== undefined
  return await insertToken(context, {
    partner_id,
    token,
    ...(await numberColumns(context, merchant, token, requireCard(card))),
    ...(await otherColumns(context, merchant, token, card)),
    scheme_token_state: asks ? 'PENDING' : 'NONE',
    at: context.clock.now(),
    by,
  })
}

async function update(context: Context, input: Saving, seen: CardToken): Promise<CardToken | undefined> {
  const { merchant, card, by } = input
  const number = requirePart(card)
  const changes =
    number !== undefined && !numberHash(context.keys, merchant.partner_id, number).equals(seen.number_hash)
  if (changes && merchant.token_generation === 'PRESERVE_6_4')
    throw new PunteError('CARD_TOKEN_CONFLICT', { field: NUMBER_FIELD, text: 'The token shows another card number.' })
  const has_expiry = card.expiry_month !== undefined || (!changes && seen.expiry_month !== null)
  const asks = merchant.scheme_tokens && has_expiry && (changes || seen.scheme_token_state === 'NONE')
  const columns = changes ? await numberColumns(context, merchant, seen.token, number) : { ...seen, account_hash: null }
  const updated = await updateToken(context, {
    ...columns,
    ...(await otherColumns(context, merchant, seen.token, card)),
    partner_id: seen.partner_id,
    token: seen.token,
    seen_number_hash: seen.number_hash,
    scheme_token_state: asks ? 'PENDING' : 'NONE',
    asks,
    at: context.clock.now(),
    by,
  })
  if (updated === 'account_taken') throw accountTaken()
  return updated
}

async function numberColumns(context: Context, merchant: Merchant, token: string, number: string) {
  const description = readCardNumber(number)
  if (description === undefined) throw new PunteError('CARD_NUMBER_INVALID', { field: NUMBER_FIELD })
  const { masked_number, brand, scheme } = description
  return {
    number_hash: numberHash(context.keys, merchant.partner_id, number),
    account_hash: accountHash(context, merchant, number) ?? null,
    number_enc: await sealForMerchant(context, merchant.partner_id, number, numberAbout(token)),
    masked_number,
    brand,
    scheme,
  }
}

async function otherColumns(
  context: Context,
  merchant: Merchant,
  token: string,
  card: ProvidedCard,
): Promise<Pick<CardColumns, 'expiry_month' | 'expiry_year' | 'name_enc'>> {
  const { name_on_card: name, expiry_month = null, expiry_year = null } = card
  return {
    expiry_month,
    expiry_year,
    name_enc: name === undefined ? null : await sealForMerchant(context, merchant.partner_id, name, nameAbout(token)),
  }
}

const newValue = (merchant: Merchant, number: string): string =>
  merchant.token_generation === 'PRESERVE_6_4' ? preservingToken(number) : randomToken()

const accountHash = (context: Context, merchant: Merchant, number: string): Buffer | undefined =>
  merchant.token_management === 'UNIQUE_ACCOUNT' ? numberHash(context.keys, merchant.partner_id, number) : undefined

async function viewOf(context: Context, token: CardToken): Promise<TokenView> {
  if (token.name_enc === null) return { token }
  return {
    token,
    name_on_card: await openForMerchant(context, token.partner_id, token.name_enc, nameAbout(token.token)),
  }
}

function requireTokenization(merchant: Merchant): void {
  if (!merchant.tokenization) throw new PunteError('TOKENIZATION_DISABLED')
}

/** A whole card: its number, a checked one; of an expiry both parts or none. */
function requireCard(card: ProvidedCard): string {
  const number = requirePart(card)
  if (number === undefined) throw new PunteError('FIELD_REQUIRED', { field: NUMBER_FIELD })
  return number
}

/** Something of a card: its number, if given. */
function requirePart(card: ProvidedCard): string | undefined {
  const { number, expiry_month, expiry_year, name_on_card } = card
  if (number === undefined && expiry_month === undefined && expiry_year === undefined && name_on_card === undefined)
    throw new PunteError('FIELD_REQUIRED', { field: NUMBER_FIELD })
  if (number !== undefined && readCardNumber(number) === undefined)
    throw new PunteError('CARD_NUMBER_INVALID', { field: NUMBER_FIELD })
  if ((expiry_month === undefined) !== (expiry_year === undefined))
    throw new PunteError('FIELD_REQUIRED', { field: expiry_month === undefined ? MONTH_FIELD : YEAR_FIELD })
  return number
}

const unknownToken = (): PunteError => new PunteError('CARD_TOKEN_UNKNOWN', { field: TOKEN_FIELD })

const accountTaken = (): PunteError =>
  new PunteError('CARD_TOKEN_CONFLICT', { field: NUMBER_FIELD, text: 'Another token has this card number.' })
