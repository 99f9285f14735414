/**
 * Configuration of oidc-provider as a bank's authorization server: authorization code with PKCE S256 only, one scope
 * `PIS:{paymentId}` a grant (`openid` may stand beside it), clients authenticated by their QWAC (RFC 8705), tokens bound
 * to it, `iss` in the authorization response (RFC 9207). The browser's endpoint is on the pages' host, the others on the
 * interface's; the login and consent pages are the bank's own (`pages/oauth.ts`).
 */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type Configuration, errors, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Book, Payment } from '../book/book.ts'
import type { BankConfig, OauthSettings } from '../config.ts'
import type { Addresses } from '../xs2a/payments.ts'
import type { ThirdParty, ThirdPartyChecks } from '../xs2a/third-party.ts'
import { type OauthStore, scopeOf } from './tokens.ts'

export type Interaction = {
  readonly uid: string
  readonly payment: Payment | undefined
  readonly client_id: string
  readonly scope: string
}

export type AuthorizationServer = {
  /** Serves the provider's own endpoints. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** The authorization request that the browser's cookies name. Throws when there is none (any more). */
  interaction(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  /** Ends it: `login` agreed, or access_denied. Answers where the browser goes next. */
  finish(
    request: IncomingMessage,
    response: ServerResponse,
    interaction: Interaction,
    login: string | undefined,
  ): Promise<string>
}

export type AuthorizationServerInput = {
  readonly config: BankConfig
  readonly oauth: OauthSettings
  readonly addresses: Addresses
  readonly book: Book
  readonly store: OauthStore
  readonly checks: ThirdPartyChecks
  renderError(response: ServerResponse, text: string): string
}

/** Paths served by the provider on the interface's host. */
export const API_PATHS = new Set([
  '/token',
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])
const NOT_REGISTERED = 'https://no-redirect-uri-is-registered.invalid/'
const DAYS_14_S = 14 * 86_400

export function createAuthorizationServer(input: AuthorizationServerInput): AuthorizationServer {
  const { config, oauth, addresses, book } = input
  const provider = new Provider(addresses.api_url, configurationOf(input))
  const paymentOf = (scope: string | undefined): Payment | undefined => {
    const named = pisScopes(scope)
    return named.length === 1 ? book.payment((named[0] ?? '').slice(scopeOf('').length)) : undefined
  }

  if (oauth.redirect_uris === undefined) {
    // Under PSD2 a third party is known by its certificate, not by a registration: its addresses are those of the
    // origin it named for this very payment.
    provider.Client.prototype.redirectUriAllowed = (value: string): boolean => {
      const scope: unknown = Provider.ctx?.oidc.params?.scope ?? Provider.ctx?.query.scope
      const payment = typeof scope === 'string' ? paymentOf(scope) : undefined
      return payment?.redirect_uri !== undefined && URL.parse(value)?.origin === new URL(payment.redirect_uri).origin
    }
  }

  provider.use(async (ctx, next) => {
    await next()
    if (!ctx.path.startsWith('/.well-known/') || typeof ctx.body !== 'object') return
    ctx.body = {
      ...ctx.body,
      authorization_endpoint: `${addresses.pages_url}/auth`,
      token_endpoint: `${addresses.api_url}/token`,
      jwks_uri: `${addresses.api_url}/jwks`,
    }
  })
  const callback = provider.callback()

  return {
    handle(request, response) {
      dropSessionCookie(request, `${config.id}_session`)
      void callback(request, response)
    },
    async interaction(request, response) {
      const { uid, params } = await provider.interactionDetails(request, response)
      const scope = String(params.scope ?? '')
      return { uid, scope, client_id: String(params.client_id), payment: paymentOf(scope) }
    },
    async finish(request, response, interaction, login) {
      if (login === undefined) {
        const denied = { error: 'access_denied', error_description: 'the payer refused or the payment is closed' }
        return provider.interactionResult(request, response, denied, { mergeWithLastSubmission: false })
      }
      const grant = new provider.Grant({ accountId: login, clientId: interaction.client_id })
      if (interaction.scope.split(' ').includes('openid')) grant.addOIDCScope('openid')
      for (const scope of pisScopes(interaction.scope)) grant.addResourceScope(addresses.api_url, scope)
      const result = { login: { accountId: login, remember: false }, consent: { grantId: await grant.save() } }
      return provider.interactionResult(request, response, result, { mergeWithLastSubmission: false })
    },
  }
}

const pisScopes = (scope: string | undefined): string[] =>
  (scope ?? '').split(' ').filter((name) => name.startsWith(scopeOf('')))

function configurationOf(input: AuthorizationServerInput): Configuration {
  const { config, oauth, addresses, book, checks } = input
  const thirdParty = (ctx: KoaContextWithOIDC): ThirdParty | undefined => {
    try {
      return checks.identify(ctx.req.socket as TLSSocket)
    } catch {
      return undefined
    }
  }
  return {
    adapter: input.store.adapter,
    jwks: { keys: [signingKey(join(config.data_dir, 'oauth-key.json'))] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clients: [
      {
        client_id: oauth.client_id,
        redirect_uris: [...(oauth.redirect_uris ?? [NOT_REGISTERED])],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_subject_dn: oauth.organization_id ?? ANY_THIRD_PARTY,
        tls_client_certificate_bound_access_tokens: true,
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientAuthMethods: ['tls_client_auth'],
    responseTypes: ['code'],
    scopes: ['openid'],
    pkce: { required: () => true },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    clientBasedCORS: () => false,
    findAccount: async (_ctx, login) => {
      if (book.accountByLogin(login) === undefined) return undefined
      return { accountId: login, claims: async () => ({ sub: login }) }
    },
    // The last word on a token: the payment is the caller's own.
    extraTokenClaims: async (ctx, token) => {
      const [scope] = pisScopes(token.scope)
      const owner = scope === undefined ? undefined : book.payment(scope.slice(scopeOf('').length))?.organization_id
      if (owner === undefined || owner !== thirdParty(ctx)?.organization_id)
        throw new errors.InvalidGrant('not a payment of this client')
      return undefined
    },
    interactions: { url: (_ctx, interaction) => `/oauth/${interaction.uid}` },
    cookies: {
      // Cookies know no ports: several banks share `localhost`.
      names: {
        session: `${config.id}_session`,
        interaction: `${config.id}_interaction`,
        resume: `${config.id}_resume`,
      },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => (ctx.req.socket as TLSSocket).getPeerX509Certificate(),
        certificateAuthorized: (ctx) => thirdParty(ctx) !== undefined,
        certificateSubjectMatches: (ctx, _property, expected) =>
          expected === ANY_THIRD_PARTY || thirdParty(ctx)?.organization_id === expected,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => addresses.api_url,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (ctx, resource) => {
          if (resource !== addresses.api_url) throw new errors.InvalidTarget()
          return { scope: requestedScope(ctx, book), audience: addresses.api_url, accessTokenFormat: 'opaque' }
        },
      },
    },
    renderError: async (ctx, out) => {
      ctx.type = 'html'
      ctx.body = input.renderError(ctx.res, `${out.error}: ${out.error_description ?? ''}`)
    },
    ttl: {
      AccessToken: config.timing.access_token_ttl_s,
      AuthorizationCode: 60,
      Grant: DAYS_14_S,
      IdToken: 3600,
      Interaction: Math.max(60, Math.ceil(config.timing.sca_timeout_ms / 1000)),
      RefreshToken: DAYS_14_S,
      Session: 60,
    },
  }
}

const ANY_THIRD_PARTY = 'any'

/** The one payment scope of a request or of the code or refresh token being redeemed. */
function requestedScope(ctx: KoaContextWithOIDC, book: Book): string {
  const asked: unknown = ctx.oidc.params?.scope
  const text =
    typeof asked === 'string'
      ? asked
      : (ctx.oidc.entities.AuthorizationCode?.scope ?? ctx.oidc.entities.RefreshToken?.scope)
  const [scope, ...others] = pisScopes(text)
  if (scope === undefined || others.length > 0)
    throw new errors.InvalidScope('exactly one scope PIS:{paymentId} is required', 'PIS')
  if (book.payment(scope.slice(scopeOf('').length)) === undefined)
    throw new errors.InvalidScope('there is no such payment', scope)
  return scope
}

/** The bank's signing key, made once and kept. */
function signingKey(path: string): JWK {
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'bank-1', use: 'sig', alg: 'ES256' }
    writeFileSync(path, JSON.stringify(jwk), { mode: 0o600 })
  }
  return JSON.parse(readFileSync(path, 'utf8')) as JWK
}

/** A bank asks for the payer's login with every payment: no single sign-on across payments. */
function dropSessionCookie(request: IncomingMessage, name: string): void {
  const cookies = request.headers.cookie?.split(';').filter((cookie) => !cookie.trim().startsWith(`${name}=`))
  if (cookies !== undefined) request.headers.cookie = cookies.join(';')
}
