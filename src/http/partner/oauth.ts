/**
 * The standard side of the same tokens: metadata (RFC 8414, OpenID Connect Discovery), keys (RFC 7517), and a token
 * endpoint with `tls_client_auth` (RFC 8705) for clients that speak OAuth 2.0 out of the box.
 */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { refreshTokens } from '../../domain/partners/tokens.ts'
import type { Limits } from '../limits.ts'
import { parameter } from './bodies.ts'
import { callerByClientId } from './caller.ts'
import { OauthErrorAnswer, OauthTokenAnswer } from './schemas.ts'
import { clientIdOf, refreshTokenOf, requireCertificate, tokensFor } from './token.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Errors of this route are rendered as RFC 6749 §5.2. */
    oauth_errors?: boolean
  }
}

const METADATA_MAX_AGE_S = 300

const token_schema = {
  summary: 'The token endpoint of OAuth 2.0',
  description:
    'Grants `client_credentials` (reserves a payment, whose number is `payment_id`) and `refresh_token`, ' +
    'client authentication `tls_client_auth`. Hands out the same tokens as the calls above, and takes the same flags as token.',
  tags: ['OAuth 2.0'],
  operationId: 'oauthToken',
  consumes: ['application/x-www-form-urlencoded'],
  body: Type.Object({
    grant_type: Type.String({ enum: ['client_credentials', 'refresh_token'] }),
    client_id: Type.String(),
    refresh_token: Type.Optional(Type.String()),
  }),
  response: { 200: OauthTokenAnswer, '4xx': OauthErrorAnswer, '5xx': OauthErrorAnswer },
}

export function serveOauth(server: FastifyInstance, context: Context, limits: Limits): void {
  serveMetadata(server, context)
  const options = {
    schema: token_schema,
    config: { oauth_errors: true },
    validatorCompiler: () => () => true,
    onRequest: requireCertificate,
  }
  server.post('/oauth2/token', options, async (request, reply) => {
    const caller = await callerByClientId(context, limits, request, clientIdOf(request))
    const grant = parameter(request, ['grant_type'])
    if (grant === undefined)
      throw new PunteError('FIELD_REQUIRED', { field: 'grant_type', text: 'grant_type is missing.' })
    if (grant !== 'client_credentials' && grant !== 'refresh_token') throw new PunteError('GRANT_UNSUPPORTED')
    const tokens =
      grant === 'client_credentials'
        ? await tokensFor(context, request, caller)
        : await refreshTokens(context, { ...caller, refresh_token: refreshTokenOf(request) })
    reply.header('pragma', 'no-cache')
    return {
      access_token: tokens.access_token,
      token_type: 'Bearer',
      expires_in: tokens.expires_in,
      refresh_token: tokens.refresh_token,
      payment_id: tokens.payment_id,
    }
  })
}

// Public: whoever verifies a signature need not be a partner.
function serveMetadata(server: FastifyInstance, context: Context): void {
  const metadata = metadataOf(context.settings.PUNTE_PARTNER_URL)
  const cached = `public, max-age=${METADATA_MAX_AGE_S}`
  const paths = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']
  for (const [index, path] of paths.entries()) {
    const schema = { summary: 'Authorization server metadata', tags: ['OAuth 2.0'], security: [], hide: index > 0 }
    server.get(path, { schema }, (_request, reply) => reply.header('cache-control', cached).send(metadata))
  }
  const schema = {
    summary: 'Public keys of the installation',
    description: 'They verify access tokens, answers and webhooks.',
    tags: ['OAuth 2.0'],
    security: [],
  }
  server.get('/.well-known/jwks.json', { schema }, (_request, reply) =>
    reply.header('cache-control', cached).send(context.keys.signing.jwks()),
  )
}

function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials', 'refresh_token'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
    token_endpoint_auth_methods_supported: ['tls_client_auth'],
    tls_client_certificate_bound_access_tokens: true,
    service_documentation: `${issuer}/docs/`,
  }
}
