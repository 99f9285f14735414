/** Token and refresh, in the spellings of today's clients and of the interface text. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import { type IssuedTokens, issueTokens, issueTokensAgain, refreshTokens } from '../../domain/partners/tokens.ts'
import type { Limits } from '../limits.ts'
import { tlsCaller } from '../tls.ts'
import { parameter } from './bodies.ts'
import { type Caller, callerByClientId } from './caller.ts'
import { asFlag } from './fields.ts'
import { bothSpellings } from './paths.ts'
import { errorAnswers, TokenAnswer } from './schemas.ts'

const CLIENT_ID_NAMES = ['client_id', 'clientId', 'clientID'] as const
const REFRESH_TOKEN_NAMES = ['refresh_token', 'refreshToken'] as const
const PAYMENT_ID_NAMES = ['paymentId', 'externalPaymentID'] as const
const FORM = ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json']

const ClientId = Type.String({ description: 'Also accepted as clientId or clientID, and in the query.' })

// The schemas of bodies describe; every encoding is read by `parameter`, which refuses what is missing or doubled.
const token_schema = {
  summary: 'Start a payment: get its number and tokens',
  description:
    'The client certificate proves who calls; there is no secret. Each call reserves one payment with its own token pair, or, with ' +
    'paymentId, hands out a new pair for a payment of before (the old refresh token is good for nothing then).',
  tags: ['Payments'],
  operationId: 'token',
  consumes: FORM,
  body: Type.Object({
    client_id: ClientId,
    isLink2Pay: Type.Optional(
      Type.Boolean({
        description: 'The payment is a link with a life of its own (linkValidHours), answered with a QR picture.',
      }),
    ),
    flexibleURL: Type.Optional(
      Type.Boolean({
        description:
          'redirectURL may be any address of a registered origin (scheme, host and port). Only of partners who are allowed it.',
      }),
    ),
    isHeadless: Type.Optional(
      Type.Boolean({
        description:
          "The partner's own page stands in for ours: initPayment leads to the bank. Only of partners who are allowed it.",
      }),
    ),
    paymentId: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'A payment of before, for a new pair.',
      }),
    ),
  }),
  response: { 200: TokenAnswer, ...errorAnswers },
}

const refresh_schema = {
  summary: 'Exchange the refresh token for a new pair',
  description:
    'Refresh tokens work once. One that comes a second time was stolen from somebody: the pair of its payment is then revoked.',
  tags: ['Payments'],
  operationId: 'refreshToken',
  consumes: FORM,
  body: Type.Object({
    client_id: ClientId,
    refresh_token: Type.String({ description: 'Also accepted as refreshToken, and in the query.' }),
  }),
  response: { 200: TokenAnswer, ...errorAnswers },
}

export function serveTokens(server: FastifyInstance, context: Context, limits: Limits): void {
  // Without a certificate nothing is read: a stranger cannot keep a body open.
  const any = { validatorCompiler: () => () => true, onRequest: requireCertificate }
  for (const { path, hide } of bothSpellings('/authenticate/rest/api', 'authenticate', '/token')) {
    server.post(path, { schema: { ...token_schema, hide }, ...any }, async (request) => {
      const caller = await callerByClientId(context, limits, request, clientIdOf(request))
      return tokenAnswer(await tokensFor(context, request, caller))
    })
  }
  for (const { path, hide } of bothSpellings('/authenticate/rest/api', 'authenticate', '/refreshToken')) {
    server.post(path, { schema: { ...refresh_schema, hide }, ...any }, async (request) => {
      const caller = await callerByClientId(context, limits, request, clientIdOf(request))
      return tokenAnswer(await refreshTokens(context, { ...caller, refresh_token: refreshTokenOf(request) }))
    })
  }
}

/**
 * New tokens: of a new payment of the kind that the flags name, or of one the partner has.
 * @throws PunteError FIELD_INVALID, PARTNER_NOT_ALLOWED, PAYMENT_UNKNOWN
 */
export async function tokensFor(context: Context, request: FastifyRequest, caller: Caller): Promise<IssuedTokens> {
  const flags = flagsOf(request, caller.partner)
  const text = parameter(request, PAYMENT_ID_NAMES, { numbers: true })
  if (text === undefined) return issueTokens(context, { ...caller, flags })
  const payment_id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(payment_id)) throw new PunteError('FIELD_INVALID', { field: 'paymentId' })
  if (Object.values(flags).includes(true))
    throw new PunteError('FIELD_INVALID', { field: 'paymentId', text: 'A payment keeps the kind it was reserved as.' })
  return issueTokensAgain(context, { ...caller, payment_id })
}

function flagsOf(request: FastifyRequest, partner: Partner) {
  const flag = (field: string): boolean => {
    const text = parameter(request, [field], { numbers: true })
    const is_set = text === undefined ? false : asFlag(text)
    if (is_set === undefined) throw new PunteError('FIELD_INVALID', { field, text: `${field} must be true or false.` })
    return is_set
  }
  const flags = { is_link: flag('isLink2Pay'), is_headless: flag('isHeadless'), flexible_url: flag('flexibleURL') }
  if (flags.is_headless && !partner.may_headless) throw new PunteError('PARTNER_NOT_ALLOWED', { field: 'isHeadless' })
  if (flags.flexible_url && !partner.may_flexible_url)
    throw new PunteError('PARTNER_NOT_ALLOWED', { field: 'flexibleURL' })
  if (flags.is_link && flags.is_headless)
    throw new PunteError('FIELD_INVALID', {
      field: 'isHeadless',
      text: 'A link leads to our page: isLink2Pay and isHeadless cannot both be asked for.',
    })
  return flags
}

/** A hook. @throws PunteError CERTIFICATE_REQUIRED */
export async function requireCertificate(request: FastifyRequest): Promise<void> {
  tlsCaller(request)
}

/** @throws PunteError FIELD_REQUIRED */
export function clientIdOf(request: FastifyRequest): string {
  const client_id = parameter(request, CLIENT_ID_NAMES)
  if (client_id === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'client_id' })
  return client_id
}

/** @throws PunteError FIELD_REQUIRED */
export function refreshTokenOf(request: FastifyRequest): string {
  const refresh_token = parameter(request, REFRESH_TOKEN_NAMES)
  if (refresh_token === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'refresh_token' })
  return refresh_token
}

function tokenAnswer(tokens: IssuedTokens) {
  return {
    status: 200,
    messageStatus: 'OK',
    result: {
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      paymentId: tokens.payment_id,
      externalPaymentID: tokens.payment_id,
      token_type: 'Bearer',
      expires_in: tokens.expires_in,
    },
  }
}
