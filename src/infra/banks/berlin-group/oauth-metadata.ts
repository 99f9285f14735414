/** What a bank's authorisation server says of itself (RFC 8414), reduced to what is used and to the profile's addresses. */
import type { ServerMetadata } from 'openid-client'
import type { BankProfile } from '../connector.ts'
import { isWeb } from './calls.ts'
import type { TokenAccess } from './oauth.ts'

/**
 * The browser goes to a redirect origin, tokens come from the bank's own API or metadata origin; undefined where the
 * answer is not of that kind.
 */
export function readMetadata(body: Buffer, profile: BankProfile, access: TokenAccess): ServerMetadata | undefined {
  let given: Record<string, unknown>
  try {
    given = Object(JSON.parse(body.toString('utf8')))
  } catch {
    return undefined
  }
  const own_origins = [profile.base_url, access.discovery_url ?? profile.base_url].map((url) => new URL(url).origin)
  const issuer = given.issuer
  const has_page = access.kind !== 'client_credentials'
  const authorization_endpoint = within(given.authorization_endpoint, profile.redirect_origins)
  const token_endpoint = within(given.token_endpoint, own_origins)
  const aliases: Record<string, unknown> = Object(given.mtls_endpoint_aliases)
  const alias = aliases.token_endpoint === undefined ? token_endpoint : within(aliases.token_endpoint, own_origins)
  if (typeof issuer !== 'string' || within(issuer, own_origins) === undefined) return undefined
  if (token_endpoint === undefined || alias === undefined) return undefined
  if (has_page && authorization_endpoint === undefined) return undefined
  const methods = given.code_challenge_methods_supported
  if (access.pkce && Array.isArray(methods) && !methods.includes('S256')) return undefined
  return {
    issuer,
    token_endpoint: alias,
    ...(authorization_endpoint === undefined ? {} : { authorization_endpoint }),
    ...(given.authorization_response_iss_parameter_supported === true
      ? { authorization_response_iss_parameter_supported: true }
      : {}),
  }
}

function within(address: unknown, origins: readonly string[]): string | undefined {
  if (typeof address !== 'string') return undefined
  const url = URL.parse(address)
  return url !== null && isWeb(url) && url.username === '' && url.password === '' && origins.includes(url.origin)
    ? address
    : undefined
}
