/** Tokens, sessions and payment options as the card API answers them. */

import type { Merchant } from '../../domain/merchants/merchant.ts'
import type { Session } from '../../domain/sessions/sessions.ts'
import { fundingMethodOf, readCardNumber } from '../../domain/vault/card-number.ts'
import type { TokenView } from '../../domain/vault/tokens.ts'
import { timeText, twoDigits } from './answer.ts'
import type { Nested, NestedValue } from './grammar.ts'
import { maskFields } from './mask.ts'
import { groupAt, integerAt, mergeFields, present, textAt } from './nested.ts'

/** Expiry is `MMYY` here, and an object everywhere else: so clients know it. */
export function tokenAnswer(merchant: Merchant, view: TokenView): Nested {
  const { token, name_on_card } = view
  const { expiry_month, expiry_year } = token
  return present<Record<string, NestedValue>>({
    merchant: merchant.merchant_id,
    repositoryId: merchant.token_repository_id,
    result: 'SUCCESS',
    schemeToken: token.scheme_token_state === 'NONE' ? undefined : { status: token.scheme_token_state },
    sourceOfFunds: {
      provided: {
        card: present<Record<string, NestedValue>>({
          brand: token.brand,
          expiry:
            expiry_month === null || expiry_year === null
              ? undefined
              : `${twoDigits(expiry_month)}${twoDigits(expiry_year)}`,
          fundingMethod: fundingMethodOf(token.brand),
          nameOnCard: name_on_card,
          number: token.masked_number,
          scheme: token.scheme,
        }),
      },
      type: 'CARD',
    },
    status: token.status,
    token: token.token,
    usage: present<Record<string, NestedValue>>({
      lastUpdated: timeText(token.updated_at),
      lastUpdatedBy: token.updated_by,
      lastUsed: token.last_used_at === null ? undefined : timeText(token.last_used_at),
    }),
    verificationStrategy: 'BASIC',
  })
}

/** A token just made or changed: its details were looked at (Luhn, expiry), no issuer was asked. */
export function tokenSavedAnswer(merchant: Merchant, view: TokenView): Nested {
  // Whoever makes a token of card details means to keep them: the default that the stored-credentials guide names.
  return mergeFields(tokenAnswer(merchant, view), {
    response: { gatewayCode: 'BASIC_VERIFICATION_SUCCESSFUL' },
    sourceOfFunds: { provided: { card: { storedOnFile: 'TO_BE_STORED' } } },
  })
}

export function tokenDeletedAnswer(merchant: Merchant, token: string): Nested {
  return { merchant: merchant.merchant_id, result: 'SUCCESS', token }
}

/** The key is told once: to whoever made the session. */
export function sessionCreatedAnswer(merchant: Merchant, session: Session): Nested {
  return {
    merchant: merchant.merchant_id,
    result: 'SUCCESS',
    session: {
      aes256Key: session.aes256_key,
      authenticationLimit: session.authentication_limit,
      id: session.session_id,
      updateStatus: session.update_status,
      version: session.version,
    },
  }
}

/** What the session holds, masked. No `result`: a session has its own `updateStatus`. */
export function sessionAnswer(merchant: Merchant, session: Session): Nested {
  const shown = maskFields(session.fields as Nested)
  return mergeFields(shown, {
    ...cardDescription(session.fields as Nested),
    merchant: merchant.merchant_id,
    session: {
      authenticationLimit: session.authentication_limit,
      id: session.session_id,
      updateStatus: session.update_status,
      version: session.version,
    },
  })
}

function cardDescription(fields: Nested): Nested {
  const card = groupAt(groupAt(groupAt(fields, 'sourceOfFunds'), 'provided'), 'card')
  if (card === undefined) return {}
  const read = readCardNumber(textAt(card, 'number') ?? '')
  const expiry = groupAt(card, 'expiry')
  const [month, year] = [integerAt(expiry, 'month'), integerAt(expiry, 'year')]
  const described = present<Record<string, NestedValue>>({
    brand: read?.brand,
    expiry:
      expiry === undefined
        ? undefined
        : present<Record<string, NestedValue>>({
            month: month === undefined ? undefined : String(month),
            year: year === undefined ? undefined : twoDigits(year),
          }),
    scheme: read?.scheme,
  })
  return { sourceOfFunds: { provided: { card: described } } }
}

const CARD_TYPES = [
  'AMEX',
  'DINERS_CLUB',
  'DISCOVER',
  'JCB',
  'MAESTRO',
  'MASTERCARD',
  'CHINA_UNIONPAY',
  'VISA',
] as const

/** What the merchant's profile and acquirer links allow. */
export function paymentOptionsAnswer(merchant: Merchant): Nested {
  const operations = merchant.operations.map((one) => (one === 'PAY' ? 'PURCHASE' : one))
  const currencies = [...new Set(merchant.links.flatMap((link) => link.currencies))].sort()
  const sources = [...new Set(merchant.links.flatMap((link) => link.sources))].sort()
  return {
    merchant: merchant.merchant_id,
    paymentTypes: {
      card: {
        cardTypes: CARD_TYPES.map((cardType) => ({ cardType })),
        currencies: currencies.map((currency) => ({ currency })),
        transactionSources: sources.map((transactionSource) => ({ transactionSource })),
      },
    },
    result: 'SUCCESS',
    supportedPaymentOperations: operations.map((supportedPaymentOperation) => ({ supportedPaymentOperation })),
    transactionMode: merchant.operations.includes('AUTHORIZE') ? 'AUTHORIZE_CAPTURE' : 'PURCHASE',
  }
}
