/** Calls about what is kept beside orders: sessions, tokens, agreements; and what the merchant may do at all. */
import { readFileSync } from 'node:fs'
import { retrieveAgreement } from '../../domain/agreements/retrieve.ts'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { createSession, retrieveSession, updateSession } from '../../domain/sessions/sessions.ts'
import { createToken, deleteToken, retrieveToken, saveToken } from '../../domain/vault/tokens.ts'
import { agreementAnswer } from './answer.ts'
import {
  paymentOptionsAnswer,
  sessionAnswer,
  sessionCreatedAnswer,
  tokenAnswer,
  tokenDeletedAnswer,
  tokenSavedAnswer,
} from './answer-records.ts'
import { type Call, withSession } from './call.ts'
import { missingField, type Nested } from './grammar.ts'
import { groupAt, integerAt, textAt, without } from './nested.ts'
import { providedCard } from './requests.ts'
import { requiredId } from './transactions.ts'
import { requireFields } from './validate.ts'

export async function openSession(context: Context, { merchant, fields }: Call): Promise<Nested> {
  const authentication_limit = integerAt(groupAt(fields, 'session'), 'authenticationLimit')
  const session = await createSession(context, {
    merchant,
    ...(authentication_limit !== undefined && { authentication_limit }),
  })
  return sessionCreatedAnswer(merchant, session)
}

export async function changeSession(context: Context, { merchant, fields, by_session }: Call): Promise<Nested> {
  if (by_session) requirePayersFields(fields)
  const session_id = requiredId(fields, 'session')
  const locked = textAt(groupAt(fields, 'session'), 'version')
  const session = await updateSession(context, {
    merchant,
    session_id,
    ...(locked !== undefined && { version: locked }),
    fields: without(fields, NOT_OF_SESSIONS),
  })
  return sessionAnswer(merchant, session)
}

/** What a payer may say: who they are, where the goods go, the card in their hand. */
const PAYERS_GROUPS = new Set(['billing', 'customer', 'device', 'locale', 'shipping', 'sourceOfFunds'])
/** Whether a card was kept, and which kept card is meant, the merchant says. */
const MERCHANTS_OF_FUNDS = [
  ['sourceOfFunds', 'token'],
  ['sourceOfFunds', 'provided', 'card', 'storedOnFile'],
] as const

/**
 * A session's id is handed to the payer's device. Who holds it must not set the amount, the source or the agreement of a
 * payment that the merchant makes of the session.
 * @throws PunteError OPERATION_NOT_PERMITTED with the field
 */
function requirePayersFields(fields: Nested): void {
  const refused = (field: string): PunteError =>
    new PunteError('OPERATION_NOT_PERMITTED', {
      field,
      text: `Parameter '${field}' cannot be given with a session's id as the password.`,
    })
  for (const name of Object.keys(fields))
    if (!PAYERS_GROUPS.has(name) && !NOT_OF_SESSIONS.includes(name)) throw refused(name)
  for (const path of MERCHANTS_OF_FUNDS) {
    const group = path.slice(0, -1).reduce<Nested | undefined>(groupAt, fields)
    if (group?.[path.at(-1) ?? ''] !== undefined) throw refused(path.join('.'))
  }
  if (textAt(groupAt(fields, 'sourceOfFunds'), 'type') === 'SCHEME_TOKEN') throw refused('sourceOfFunds.type')
}

/** Of one call, not of what the payer gave. */
const NOT_OF_SESSIONS = ['session', 'merchant', 'correlationId', 'responseControls', 'apiOperation']

export async function showSession(context: Context, { merchant, fields }: Call): Promise<Nested> {
  const session = await retrieveSession(context, { merchant, session_id: requiredId(fields, 'session') })
  return sessionAnswer(merchant, session)
}

/** With a token's value: that token is made or changed; without: the repository makes one. */
export async function tokenize(context: Context, call: Call): Promise<Nested> {
  const { merchant } = call
  const fields = await withSession(context, call)
  requireFields('TOKENIZE', fields)
  const card = providedCard(groupAt(groupAt(groupAt(fields, 'sourceOfFunds'), 'provided'), 'card'))
  const token = tokenOf(call.fields)
  const by = `merchant.${merchant.merchant_id}`
  const view =
    token === undefined
      ? await createToken(context, { merchant, card, by })
      : await saveToken(context, { merchant, token, card, by })
  return tokenSavedAnswer(merchant, view)
}

export async function showToken(context: Context, { merchant, fields }: Call): Promise<Nested> {
  return tokenAnswer(merchant, await retrieveToken(context, { merchant, token: requiredToken(fields) }))
}

export async function removeToken(context: Context, { merchant, fields }: Call): Promise<Nested> {
  const token = requiredToken(fields)
  await deleteToken(context, { merchant, token })
  return tokenDeletedAnswer(merchant, token)
}

export async function showAgreement(context: Context, { merchant, fields }: Call): Promise<Nested> {
  const agreement_id = requiredId(fields, 'agreement')
  return agreementAnswer(merchant, await retrieveAgreement(context, { merchant, agreement_id }))
}

export async function showPaymentOptions(_context: Context, { merchant }: Call): Promise<Nested> {
  return paymentOptionsAnswer(merchant)
}

/** `GET …/information`: nobody has to say who asks. */
export function information(): Nested {
  return { gatewayVersion: gateway_version, status: 'OPERATING' }
}

const { version: gateway_version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string }

function tokenOf(fields: Nested): string | undefined {
  return textAt(groupAt(fields, 'sourceOfFunds'), 'token')
}

function requiredToken(fields: Nested): string {
  const token = tokenOf(fields)
  if (token === undefined) throw missingField('sourceOfFunds.token')
  return token
}
