/** Token and refresh, in the spellings of today's clients and of the interface text. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { type IssuedTokens, issueTokens, refreshTokens } from '../../domain/partners/tokens.ts'
import type { Limits } from '../limits.ts'
import { tlsCaller } from '../tls.ts'
import { parameter } from './bodies.ts'
import { callerByClientId } from './caller.ts'
import { refuseOtherFlags } from './initiation-body.ts'
import { bothSpellings } from './paths.ts'
import { errorAnswers, TokenAnswer } from './schemas.ts'

const CLIENT_ID_NAMES = ['client_id', 'clientId', 'clientID'] as const
const REFRESH_TOKEN_NAMES = ['refresh_token', 'refreshToken'] as const
const FORM = ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json']

const ClientId = Type.String({ description: 'Also accepted as clientId or clientID, and in the query.' })

// The schemas of bodies describe; every encoding is read by `parameter`, which refuses what is missing or doubled.
const token_schema = {
  summary: 'Start a payment: get its number and tokens',
  description:
    'The client certificate proves who calls; there is no secret. Each call reserves one payment with its own token pair.',
  tags: ['Payments'],
  operationId: 'token',
  consumes: FORM,
  body: Type.Object({ client_id: ClientId }),
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
      refuseOtherFlags((name) => parameter(request, [name]))
      return tokenAnswer(await issueTokens(context, caller))
    })
  }
  for (const { path, hide } of bothSpellings('/authenticate/rest/api', 'authenticate', '/refreshToken')) {
    server.post(path, { schema: { ...refresh_schema, hide }, ...any }, async (request) => {
      const caller = await callerByClientId(context, limits, request, clientIdOf(request))
      return tokenAnswer(await refreshTokens(context, { ...caller, refresh_token: refreshTokenOf(request) }))
    })
  }
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
