/** Whose card: what the request gives of it, or the gateway token it names, or both laid over each other. */
import type { AcquirerCard } from '../../infra/acquirers/connector.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { numberHash, readCardNumber } from '../vault/card-number.ts'
import { detokenize } from '../vault/detokenize.ts'
import type { CardToken } from '../vault/token.ts'
import type { ChargeRequest } from './model.ts'

export type Funds = {
  /** For the acquirer's message only. */
  readonly card: AcquirerCard
  readonly number_hash: Buffer
  readonly masked_number: string
  readonly brand: string
  readonly scheme: string
  readonly expiry_month: number | null
  readonly expiry_year: number | null
  readonly token: CardToken | undefined
}

const CARD = 'sourceOfFunds.provided.card'

/**
 * @param token the row that `request.token` names, if there is one
 * @throws PunteError FIELD_REQUIRED, CARD_NUMBER_INVALID, TOKENIZATION_DISABLED, CARD_TOKEN_UNKNOWN, CARD_TOKEN_INVALID, FIELD_INVALID
 */
export function cardOf(context: Context, request: ChargeRequest, token: CardToken | undefined): Promise<Funds> {
  return request.token === undefined ? providedCard(context, request) : tokenCard(context, request, token)
}

async function providedCard(context: Context, request: ChargeRequest): Promise<Funds> {
  const { number, expiry_month, expiry_year } = request.card
  if (number === undefined) throw new PunteError('FIELD_REQUIRED', { field: `${CARD}.number` })
  if (expiry_month === undefined) throw new PunteError('FIELD_REQUIRED', { field: `${CARD}.expiry.month` })
  if (expiry_year === undefined) throw new PunteError('FIELD_REQUIRED', { field: `${CARD}.expiry.year` })
  const { masked_number, brand, scheme } = described(number)
  return {
    card: {
      kind: request.funds_type === 'SCHEME_TOKEN' ? 'scheme_token' : 'card',
      number,
      expiry_month,
      expiry_year,
      ...typed(request),
    },
    number_hash: numberHash(context.keys, request.merchant.partner_id, number),
    masked_number,
    brand,
    scheme,
    expiry_month,
    expiry_year,
    token: undefined,
  }
}

function described(number: string) {
  const description = readCardNumber(number)
  if (description !== undefined) return description
  throw new PunteError('CARD_NUMBER_INVALID', {
    field: `${CARD}.number`,
    text: 'The value is invalid. It is no card number: its length or its check digit is wrong.',
  })
}

async function tokenCard(context: Context, request: ChargeRequest, token: CardToken | undefined): Promise<Funds> {
  const { merchant, card } = request
  const field = 'sourceOfFunds.token'
  if (!merchant.tokenization) throw new PunteError('TOKENIZATION_DISABLED', { field })
  if (token === undefined) throw new PunteError('CARD_TOKEN_UNKNOWN', { field })
  if (token.status === 'INVALID') throw new PunteError('CARD_TOKEN_INVALID', { field })
  if (
    card.number !== undefined &&
    !numberHash(context.keys, merchant.partner_id, card.number).equals(token.number_hash)
  )
    throw new PunteError('FIELD_INVALID', {
      field: `${CARD}.number`,
      text: 'The card number differs from the one that sourceOfFunds.token stands for.',
    })
  const kept = await detokenize(context, token)
  const expiry_month = card.expiry_month ?? token.expiry_month
  const expiry_year = card.expiry_year ?? token.expiry_year
  if (kept.kind === 'card' && (expiry_month === null || expiry_year === null))
    throw new PunteError('FIELD_REQUIRED', {
      field: `${CARD}.expiry.${expiry_month === null ? 'month' : 'year'}`,
      text: 'The token was made without an expiry.',
    })
  // A scheme token has an expiry of its own; of a card the request's word is the newer one.
  const overlay =
    kept.kind === 'card' && expiry_month !== null && expiry_year !== null ? { expiry_month, expiry_year } : {}
  const { masked_number, brand, scheme, number_hash } = token
  return {
    card: { ...kept, ...overlay, ...typed(request) },
    number_hash,
    masked_number,
    brand,
    scheme,
    expiry_month,
    expiry_year,
    token,
  }
}

const typed = ({ card: { security_code, name_on_card } }: ChargeRequest) => ({
  ...(security_code !== undefined && { security_code }),
  ...(name_on_card !== undefined && { name_on_card }),
})
