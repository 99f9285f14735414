/**
 * OAuth2 at the bank (Berlin Group NextGenPSD2 1.3.12 §13): authorization code, with PKCE S256 (RFC 7636) where the bank
 * has it; client credentials; the client known by our QWAC (RFC 8705 tls_client_auth), by a secret, or by the signature
 * of the request; `iss` of the answer checked where the bank's metadata names one (RFC 9207). openid-client does the
 * protocol; every byte goes through our outbound client, so that `not_sent` and `unknown` stay told apart.
 */
import { randomUUID } from 'node:crypto'
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  customFetch,
  None,
  refreshTokenGrant,
  type ServerMetadata,
  TlsClientAuth,
  type TokenEndpointResponse,
} from 'openid-client'
import type { OutboundAnswer } from '../../outbound.ts'
import type { AccessProfile, BankAnswer, OAuthCallback } from '../connector.ts'
import type { BerlinGroupParts } from './calls.ts'
import { readRefusal } from './messages/messages.ts'
import { readObject } from './messages/messages-words.ts'
import { readMetadata } from './oauth-metadata.ts'
import type { Headers as PlainHeaders } from './signing.ts'

const METADATA_LIFE_MS = 10 * 60_000
const MAX_ANSWER_BYTES = 64 * 1024
/** Goes into a header, so printable ASCII; some banks' tokens are whole JWTs with certificates. */
const TOKEN = /^[!-~]{1,8192}$/
const MAX_LIFE_S = 30 * 24 * 3_600

export type TokenAccess = Exclude<AccessProfile, { kind: 'certificate' }>
export type Tokens = { readonly access_token: string; readonly refresh_token?: string }

export type OAuthClient = {
  /** Fetches the metadata (cached ten minutes), so that a payment is not initiated which could not be authorised. */
  prepare(): Promise<BankAnswer<ServerMetadata>>
  /** Where to send the browser. Its origin is among the profile's redirect_origins. */
  authorizationUrl(
    metadata: ServerMetadata,
    input: {
      readonly bank_payment_id?: string
      readonly redirect_uri: string
      readonly state: string
      readonly code_verifier: string | undefined
    },
  ): Promise<string>
  /** The code for tokens. `refused` with http_status 0: the bank or the payer said no through the browser. */
  exchangeCode(input: {
    readonly callback: OAuthCallback
    readonly redirect_uri: string
    readonly state: string
    readonly code_verifier: string | undefined
  }): Promise<BankAnswer<Tokens>>
  renew(refresh_token: string): Promise<BankAnswer<Tokens>>
  /** client_credentials: a token of our own. */
  own(): Promise<BankAnswer<Tokens & { readonly expires_in_s?: number }>>
}

type Parts = BerlinGroupParts & { readonly access: TokenAccess }

export function createOAuthClient(parts: Parts): OAuthClient {
  const { access } = parts
  let cached: { readonly metadata: ServerMetadata; readonly until_ms: number } | undefined

  async function prepare(): Promise<BankAnswer<ServerMetadata>> {
    const now_ms = parts.clock.now().getTime()
    const given = endpointsOf(access)
    if (given !== undefined) return { kind: 'ok', value: given }
    if (cached !== undefined && cached.until_ms > now_ms) return { kind: 'ok', value: cached.metadata }
    const answer = await parts.outbound.request({
      purpose: 'bank',
      method: 'GET',
      url: access.discovery_url ?? '',
      headers: { accept: 'application/json', ...parts.profile.headers, ...parts.files.secret_headers },
      tls: parts.tls,
      timeout_ms: parts.profile.timeout_ms,
      max_bytes: MAX_ANSWER_BYTES,
    })
    if (answer.kind !== 'answered') return answer
    const metadata = answer.status === 200 ? readMetadata(answer.body, parts.profile, access) : undefined
    if (metadata === undefined)
      return { kind: 'unknown', reason: 'OAUTH_METADATA_UNUSABLE', http_status: answer.status }
    cached = { metadata, until_ms: now_ms + METADATA_LIFE_MS }
    return { kind: 'ok', value: metadata }
  }

  return {
    prepare,
    async authorizationUrl(metadata, input) {
      const configuration = new Configuration(metadata, access.client_id, undefined, None())
      // Only the address that the browser is sent to may be plain http, and only where the profile lists it (sandbox).
      if (metadata.authorization_endpoint?.startsWith('http:')) allowInsecureRequests(configuration)
      return buildAuthorizationUrl(configuration, {
        redirect_uri: input.redirect_uri,
        scope: access.scope.replaceAll('{paymentId}', () => input.bank_payment_id ?? ''),
        state: input.state,
        ...(input.code_verifier !== undefined && {
          code_challenge: await calculatePKCECodeChallenge(input.code_verifier),
          code_challenge_method: 'S256',
        }),
      }).href
    },
    async exchangeCode({ callback, redirect_uri, state, code_verifier }) {
      const url = new URL(redirect_uri)
      for (const name of ['code', 'error', 'state'] as const) {
        const value = callback[name]
        if (value !== undefined) url.searchParams.set(name, value)
      }
      // Without metadata nobody has said what the bank's name is.
      if (callback.iss !== undefined && access.discovery_url !== undefined) url.searchParams.set('iss', callback.iss)
      // Not a word of OAuth: a bank that marks its return address for failure so.
      if (callback.error === 'true') url.searchParams.set('error', 'access_denied')
      return askForTokens(parts, await prepare(), (configuration) =>
        authorizationCodeGrant(configuration, url, {
          expectedState: state,
          ...(code_verifier !== undefined && { pkceCodeVerifier: code_verifier }),
        }),
      )
    },
    async renew(refresh_token) {
      return askForTokens(parts, await prepare(), (configuration) => refreshTokenGrant(configuration, refresh_token))
    },
    async own() {
      let expires_in_s: number | undefined
      const tokens = await askForTokens(parts, await prepare(), async (configuration) => {
        const granted = await clientCredentialsGrant(configuration, access.scope === '' ? {} : { scope: access.scope })
        expires_in_s = lifeOf(granted.expires_in)
        return granted
      })
      if (tokens.kind !== 'ok') return tokens
      return { kind: 'ok', value: { ...tokens.value, ...(expires_in_s !== undefined && { expires_in_s }) } }
    },
  }
}

/** The profile's own endpoints, where it names no metadata. */
function endpointsOf(access: TokenAccess): ServerMetadata | undefined {
  const { token_endpoint, authorization_endpoint } = access
  if (access.discovery_url !== undefined || token_endpoint === undefined) return undefined
  return {
    issuer: new URL(token_endpoint).origin,
    token_endpoint,
    ...(authorization_endpoint !== undefined && { authorization_endpoint }),
  }
}

const lifeOf = (expires_in: unknown): number | undefined =>
  typeof expires_in === 'number' && expires_in > 0 ? Math.min(expires_in, MAX_LIFE_S) : undefined

function clientAuth({ access, files }: Parts): ClientAuth {
  switch (access.client_authentication) {
    case 'tls_client_auth':
      return TlsClientAuth()
    case 'client_secret_basic':
      return ClientSecretBasic(files.client_secret ?? '')
    case 'client_secret_post':
      return ClientSecretPost(files.client_secret ?? '')
    case 'signature':
      return None()
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
  const configuration = new Configuration(prepared.value, parts.access.client_id, undefined, clientAuth(parts))
  let answer: OutboundAnswer | undefined
  configuration[customFetch] = async (url, options) => {
    const body = String(options.body)
    answer = await parts.outbound.request({
      purpose: 'bank',
      method: 'POST',
      url,
      headers: await tokenHeaders(parts, url, options.headers, body),
      body,
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

/** The token request is signed like every other where that is what tells who asks: by the serial, as no id is known yet. */
async function tokenHeaders(
  { profile, access, files, sign, clock }: Parts,
  url: string,
  given: Readonly<Record<string, string>>,
  body: string,
): Promise<PlainHeaders> {
  const headers = {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value])),
    ...profile.headers,
    ...files.secret_headers,
  }
  if (access.client_authentication !== 'signature') return headers
  const { signing } = profile
  const { pathname, search } = new URL(url)
  return sign(
    { ...headers, date: clock.now().toUTCString(), 'x-request-id': randomUUID() },
    body,
    { ...signing, key_id: 'sn', certificate: signing.certificate === 'none' ? 'der' : signing.certificate },
    { method: 'POST', path: `${pathname}${search}` },
  )
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
  const used = answer.status === 200 ? usedOf(answer.body) : undefined
  if (used !== undefined) return Response.json(used)
  const bodiless = [101, 204, 205, 304].includes(answer.status)
  return new Response(bodiless ? null : answer.body.toString('utf8'), { status: answer.status, headers })
}

/**
 * Tokens as they are used, whatever else is said beside them and in whatever type: a code works once, and a payer who has
 * agreed must not be lost because of an ID token that nobody reads.
 */
function usedOf(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const given = readObject(body)
  if (typeof given?.access_token !== 'string') return undefined
  const names = ['access_token', 'refresh_token', 'expires_in']
  const used = Object.fromEntries(names.map((name) => [name, given[name] ?? undefined]))
  return { ...used, token_type: given.token_type ?? 'bearer' }
}
