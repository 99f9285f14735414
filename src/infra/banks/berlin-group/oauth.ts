/**
 * OAuth2 at the bank (Berlin Group NextGenPSD2 1.3.12 §13): authorization code with PKCE S256 (RFC 7636), client
 * authentication by our QWAC (RFC 8705 tls_client_auth), `iss` of the answer checked (RFC 9207). openid-client does the
 * protocol; every byte goes through our outbound client, so that `not_sent` and `unknown` stay told apart.
 */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  refreshTokenGrant,
  type ServerMetadata,
  TlsClientAuth,
  type TokenEndpointResponse,
} from 'openid-client'
import type { Clock } from '../../clock.ts'
import type { Outbound, OutboundAnswer, TlsIdentity } from '../../outbound.ts'
import type { BankAnswer, BankProfile } from '../connector.ts'
import { readRefusal } from './messages.ts'

const METADATA_LIFE_MS = 10 * 60_000
const MAX_ANSWER_BYTES = 64 * 1024
/** Goes into a header, so printable ASCII; some banks' tokens are whole JWTs with certificates. */
const TOKEN = /^[!-~]{1,8192}$/

export type Tokens = { readonly access_token: string; readonly refresh_token?: string }

export type OAuthClient = {
  /** Fetches the metadata (cached ten minutes), so that a payment is not initiated which could not be authorised. */
  prepare(): Promise<BankAnswer<ServerMetadata>>
  /** Where to send the browser. Its origin is among the profile's redirect_origins. */
  authorizationUrl(
    metadata: ServerMetadata,
    input: { bank_payment_id: string; redirect_uri: string; state: string; code_verifier: string },
  ): Promise<string>
  /** The code for tokens. `refused` with http_status 0: the bank or the payer said no through the browser. */
  exchangeCode(input: {
    callback: { readonly code?: string; readonly error?: string; readonly iss?: string; readonly state: string }
    redirect_uri: string
    state: string
    code_verifier: string
  }): Promise<BankAnswer<Tokens>>
  renew(refresh_token: string): Promise<BankAnswer<Tokens>>
}

type Parts = {
  readonly profile: BankProfile
  readonly oauth: NonNullable<BankProfile['oauth']>
  readonly outbound: Outbound
  readonly tls: TlsIdentity
  readonly clock: Clock
}

export function createOAuthClient(parts: Parts): OAuthClient {
  let cached: { readonly metadata: ServerMetadata; readonly until_ms: number } | undefined

  async function prepare(): Promise<BankAnswer<ServerMetadata>> {
    const now_ms = parts.clock.now().getTime()
    if (cached !== undefined && cached.until_ms > now_ms) return { kind: 'ok', value: cached.metadata }
    const answer = await parts.outbound.request({
      purpose: 'bank',
      method: 'GET',
      url: parts.oauth.discovery_url,
      headers: { accept: 'application/json', ...parts.profile.headers },
      tls: parts.tls,
      timeout_ms: parts.profile.timeout_ms,
      max_bytes: MAX_ANSWER_BYTES,
    })
    if (answer.kind !== 'answered') return answer
    const metadata = answer.status === 200 ? readMetadata(answer.body, parts) : undefined
    if (metadata === undefined)
      return { kind: 'unknown', reason: 'OAUTH_METADATA_UNUSABLE', http_status: answer.status }
    cached = { metadata, until_ms: now_ms + METADATA_LIFE_MS }
    return { kind: 'ok', value: metadata }
  }

  return {
    prepare,
    async authorizationUrl(metadata, input) {
      const configuration = new Configuration(metadata, parts.oauth.client_id, undefined, TlsClientAuth())
      // Only the address that the browser is sent to may be plain http, and only where the profile lists it (sandbox).
      if (metadata.authorization_endpoint?.startsWith('http:')) allowInsecureRequests(configuration)
      return buildAuthorizationUrl(configuration, {
        redirect_uri: input.redirect_uri,
        scope: parts.oauth.scope.replaceAll('{paymentId}', () => input.bank_payment_id),
        state: input.state,
        code_challenge: await calculatePKCECodeChallenge(input.code_verifier),
        code_challenge_method: 'S256',
      }).href
    },
    async exchangeCode({ callback, redirect_uri, state, code_verifier }) {
      const url = new URL(redirect_uri)
      for (const name of ['code', 'error', 'iss', 'state'] as const) {
        const value = callback[name]
        if (value !== undefined) url.searchParams.set(name, value)
      }
      return askForTokens(parts, await prepare(), (configuration) =>
        authorizationCodeGrant(configuration, url, { expectedState: state, pkceCodeVerifier: code_verifier }),
      )
    },
    async renew(refresh_token) {
      return askForTokens(parts, await prepare(), (configuration) => refreshTokenGrant(configuration, refresh_token))
    },
  }
}

async function askForTokens(
  parts: Parts,
  prepared: BankAnswer<ServerMetadata>,
  grant: (configuration: Configuration) => Promise<TokenEndpointResponse>,
): Promise<BankAnswer<Tokens>> {
  // Without metadata the token endpoint was not called, however the metadata call ended.
  if (prepared.kind !== 'ok')
    return { kind: 'not_sent', reason: prepared.kind === 'refused' ? prepared.code : prepared.reason }
  const configuration = new Configuration(prepared.value, parts.oauth.client_id, undefined, TlsClientAuth())
  let answer: OutboundAnswer | undefined
  configuration[customFetch] = async (url, options) => {
    answer = await parts.outbound.request({
      purpose: 'bank',
      method: 'POST',
      url,
      headers: { ...options.headers, ...parts.profile.headers },
      body: String(options.body),
      tls: parts.tls,
      timeout_ms: parts.profile.timeout_ms,
      max_bytes: MAX_ANSWER_BYTES,
    })
    if (answer.kind !== 'answered') throw new Error(answer.reason)
    return toResponse(answer)
  }
  try {
    return readTokens(await grant(configuration))
  } catch (error) {
    return tokenFailure(error, answer)
  }
}

function readTokens(tokens: TokenEndpointResponse): BankAnswer<Tokens> {
  const { access_token, refresh_token } = tokens
  if (!TOKEN.test(access_token) || (refresh_token !== undefined && !TOKEN.test(refresh_token))) {
    return { kind: 'unknown', reason: 'OAUTH_TOKENS_UNUSABLE', http_status: 200 }
  }
  return { kind: 'ok', value: { access_token, ...(refresh_token === undefined ? {} : { refresh_token }) } }
}

/** openid-client reports everything by throwing; what happened on the wire decides what it means. */
function tokenFailure(error: unknown, answer: OutboundAnswer | undefined): BankAnswer<never> {
  if (answer === undefined) {
    if (!(error instanceof AuthorizationResponseError))
      return { kind: 'refused', http_status: 0, code: 'OAUTH_CALLBACK_INVALID', text: '' }
    const { code, text } = readRefusal(
      0,
      Buffer.from(JSON.stringify({ error: error.error, error_description: error.error_description })),
    )
    return { kind: 'refused', http_status: 0, code, text }
  }
  if (answer.kind !== 'answered') return answer
  if (answer.status >= 400 && answer.status < 500)
    return { kind: 'refused', http_status: answer.status, ...readRefusal(answer.status, answer.body) }
  return { kind: 'unknown', reason: 'OAUTH_ANSWER_UNUSABLE', http_status: answer.status }
}

function toResponse(answer: Extract<OutboundAnswer, { kind: 'answered' }>): Response {
  const headers = new Headers()
  for (const name of ['content-type', 'www-authenticate']) {
    const value = answer.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const bodiless = [101, 204, 205, 304].includes(answer.status)
  return new Response(bodiless ? null : answer.body.toString('utf8'), { status: answer.status, headers })
}

/**
 * RFC 8414 metadata, reduced to what is used and only where its addresses are the profile's: the browser goes to a
 * redirect origin, tokens come from the bank's own API or metadata origin.
 */
function readMetadata(body: Buffer, { profile, oauth }: Parts): ServerMetadata | undefined {
  let given: Record<string, unknown>
  try {
    given = Object(JSON.parse(body.toString('utf8')))
  } catch {
    return undefined
  }
  const own_origins = [new URL(profile.base_url).origin, new URL(oauth.discovery_url).origin]
  const issuer = given.issuer
  const authorization_endpoint = within(given.authorization_endpoint, profile.redirect_origins)
  const token_endpoint = within(given.token_endpoint, own_origins)
  const aliases: Record<string, unknown> = Object(given.mtls_endpoint_aliases)
  const alias = aliases.token_endpoint === undefined ? token_endpoint : within(aliases.token_endpoint, own_origins)
  if (typeof issuer !== 'string' || within(issuer, own_origins) === undefined) return undefined
  if (authorization_endpoint === undefined || token_endpoint === undefined || alias === undefined) return undefined
  const methods = given.code_challenge_methods_supported
  if (Array.isArray(methods) && !methods.includes('S256')) return undefined
  return {
    issuer,
    authorization_endpoint,
    token_endpoint: alias,
    ...(given.authorization_response_iss_parameter_supported === true
      ? { authorization_response_iss_parameter_supported: true }
      : {}),
  }
}

function within(address: unknown, origins: readonly string[]): string | undefined {
  if (typeof address !== 'string') return undefined
  const url = URL.parse(address)
  return url !== null && url.username === '' && url.password === '' && origins.includes(url.origin)
    ? address
    : undefined
}
