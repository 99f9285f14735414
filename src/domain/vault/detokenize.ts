/**
 * The one place where a token becomes a card number. It is a file of its own, so that who may do it is seen from the
 * imports: payments (domain/cards) and the request for a scheme token (scheme-tokens.ts) import it, nothing else may
 * (.dependency-cruiser.mjs). What it returns goes into a message to the acquirer and is kept nowhere.
 */
import type { AcquirerCard } from '../../infra/acquirers/connector.ts'
import type { Context } from '../context.ts'
import { openForMerchant } from './data-keys.ts'
import { nameAbout, numberAbout, type SchemeToken, schemeTokenAbout } from './sealed.ts'
import type { CardToken } from './token.ts'

/**
 * The scheme's token of the card where it is ACTIVE, else the card itself; with the name on it where one is kept.
 *
 * @throws SealError when a sealed value was altered or belongs to another token
 */
export async function detokenize(
  context: Pick<Context, 'db' | 'keys' | 'clock'>,
  token: CardToken,
): Promise<AcquirerCard> {
  const open = (sealed: Buffer, about: string) => openForMerchant(context, token.partner_id, sealed, about)
  const name = token.name_enc === null ? {} : { name_on_card: await open(token.name_enc, nameAbout(token.token)) }
  if (token.scheme_token_state === 'ACTIVE' && token.scheme_token_enc !== null) {
    const sealed = await open(token.scheme_token_enc, schemeTokenAbout(token.token))
    return { kind: 'scheme_token', ...(JSON.parse(sealed) as SchemeToken), ...name }
  }
  return {
    kind: 'card',
    number: await open(token.number_enc, numberAbout(token.token)),
    ...(token.expiry_month !== null && { expiry_month: token.expiry_month }),
    ...(token.expiry_year !== null && { expiry_year: token.expiry_year }),
    ...name,
  }
}
