/** Configuration of oidc-provider as a bank's authorization server, by what the bank's own configuration says. */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type Configuration, errors, type JWK, type KoaContextWithOIDC } from 'oidc-provider'
import type { Book } from '../book/book.ts'
import type { ThirdParty } from '../xs2a/third-party.ts'
import type { AuthorizationServerInput } from './provider.ts'
import { type Scopes, scopesOf } from './scopes.ts'

export const REGISTRATION_PATH = '/register'
const NOT_REGISTERED = 'https://no-redirect-uri-is-registered.invalid/'
const DAYS_14_S = 14 * 86_400

/** The provider's configuration for a bank. */
export function configurationOf(input: AuthorizationServerInput): Configuration {
  const { config, oauth, addresses, book, checks } = input
  const { access, client_certificate } = config.quirks
  const scopes = scopesOf(oauth.scope)
  const own_token = access.kind === 'client_credentials'
  const authentication = access.client_authentication === 'signature' ? 'tls_client_auth' : access.client_authentication
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
        redirect_uris: own_token ? [] : [...(oauth.redirect_uris ?? [NOT_REGISTERED])],
        response_types: own_token ? [] : ['code'],
        grant_types: own_token ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
        ...(oauth.client_secret === undefined ? {} : { client_secret: oauth.client_secret }),
        token_endpoint_auth_method: authentication,
        ...(authentication === 'tls_client_auth'
          ? { tls_client_auth_subject_dn: oauth.organization_id ?? ANY_THIRD_PARTY }
          : {}),
      },
    ],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: authentication,
      tls_client_certificate_bound_access_tokens: client_certificate,
      id_token_signed_response_alg: 'ES256',
    },
    clientAuthMethods: [authentication],
    responseTypes: ['code'],
    scopes: ['openid'],
    pkce: { required: () => access.pkce_required },
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
      if (!scopes.name_payment || !client_certificate) return undefined
      const owner = book.payment(scopes.paymentId(token.scope) ?? '')?.organization_id
      if (owner === undefined || owner !== thirdParty(ctx)?.organization_id)
        throw new errors.InvalidGrant('not a payment of this client')
      return undefined
    },
    routes: { registration: REGISTRATION_PATH },
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
      clientCredentials: { enabled: own_token },
      registration: { enabled: oauth.registration },
      mTLS: {
        enabled: client_certificate,
        tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => (ctx.req.socket as TLSSocket).getPeerX509Certificate(),
        certificateAuthorized: (ctx) => thirdParty(ctx) !== undefined,
        certificateSubjectMatches: (ctx, _property, expected) =>
          expected === ANY_THIRD_PARTY || namesThirdParty(expected, thirdParty(ctx)),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => addresses.api_url,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (ctx, resource) => {
          if (resource !== addresses.api_url) throw new errors.InvalidTarget()
          return { scope: requestedScope(ctx, book, scopes), audience: addresses.api_url, accessTokenFormat: 'opaque' }
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
      ClientCredentials: config.timing.access_token_ttl_s,
      Grant: DAYS_14_S,
      IdToken: 3600,
      Interaction: Math.max(60, Math.ceil(config.timing.sca_timeout_ms / 1000)),
      RefreshToken: DAYS_14_S,
      Session: 60,
    },
  }
}

const ANY_THIRD_PARTY = 'any'

/** A registered client names its certificate's subject in words of its own; its number is in it. */
const namesThirdParty = (expected: string, third_party: ThirdParty | undefined): boolean =>
  third_party !== undefined && expected.includes(third_party.organization_id)

/** The scope of a request or of the code or refresh token being redeemed: one payment's, or the bank's own words. */
function requestedScope(ctx: KoaContextWithOIDC, book: Book, scopes: Scopes): string {
  const asked: unknown = ctx.oidc.params?.scope
  const text =
    typeof asked === 'string'
      ? asked
      : (ctx.oidc.entities.AuthorizationCode?.scope ?? ctx.oidc.entities.RefreshToken?.scope)
  const words = scopes.ours(text)
  if (!scopes.name_payment) return words.join(' ')
  const [scope, ...others] = words
  if (scope === undefined || others.length > 0)
    throw new errors.InvalidScope('exactly one scope PIS:{paymentId} is required', 'PIS')
  if (book.payment(scopes.paymentId(scope) ?? '') === undefined)
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
