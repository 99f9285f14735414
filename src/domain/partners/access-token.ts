/**
 * Access tokens: JWTs by RFC 9068 (`at+jwt`), signed with the installation's key (EdDSA), bound to the client
 * certificate (RFC 8705 `cnf`), for one payment. Built and verified with node:crypto synchronously: the same through
 * jose's WebCrypto costs 0.2 ms of waiting a token. Pure: no database.
 */
import { randomBytes, verify } from 'node:crypto'
import type { Keys } from '../../infra/keys/keys.ts'
import { PunteError } from '../errors.ts'

export type AccessClaims = {
  readonly partner_id: number
  readonly payment_id: number
  readonly client_id: string
  /** x5t#S256 of the certificate that may use the token. */
  readonly certificate_thumbprint: string
  /** Seconds since the epoch. */
  readonly expires_at: number
}

/** Longer tokens than this are not ours. */
const MAX_LENGTH = 2_048
const MAX_VERIFIED = 10_000

/** @param now ms since the epoch */
export function signAccessToken(
  keys: Keys,
  issuer: string,
  claims: Omit<AccessClaims, 'expires_at'>,
  now: number,
  lifetime_s: number,
): string {
  const issued_at = Math.floor(now / 1000)
  const payload = {
    iss: issuer,
    sub: claims.client_id,
    aud: issuer,
    client_id: claims.client_id,
    iat: issued_at,
    exp: issued_at + lifetime_s,
    jti: randomBytes(12).toString('base64url'),
    payment_id: claims.payment_id,
    partner_id: claims.partner_id,
    cnf: { 'x5t#S256': claims.certificate_thumbprint },
  }
  const signed = `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.signing.kid })}.${encode(payload)}`
  const token = `${signed}.${keys.signing.sign(Buffer.from(signed)).toString('base64url')}`
  // Most come back at once, to the process that has just signed them.
  remember(keys, `${issuer} ${token}`, { ...claims, expires_at: payload.exp })
  return token
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

// Verifying costs 0.1 ms and a token is used several times; only what was verified or signed here is kept, while it lives.
const verified = new WeakMap<Keys, Map<string, AccessClaims>>()

function remember(keys: Keys, key: string, claims: AccessClaims): void {
  const known = verified.get(keys) ?? new Map<string, AccessClaims>()
  verified.set(keys, known)
  if (known.size >= MAX_VERIFIED) known.delete(known.keys().next().value as string)
  known.set(key, claims)
}

/**
 * Reads a token strictly: algorithm, type and issuer are fixed, the key must be one of ours. Expiry is told apart, since the caller can mend it.
 *
 * @throws PunteError TOKEN_INVALID, TOKEN_EXPIRED
 */
export function verifyAccessToken(keys: Keys, issuer: string, token: string, now: number): AccessClaims {
  const key = `${issuer} ${token}`
  let claims = verified.get(keys)?.get(key)
  if (claims === undefined) {
    claims = parse(keys, issuer, token)
    remember(keys, key, claims)
  }
  if (now >= claims.expires_at * 1000) {
    verified.get(keys)?.delete(key)
    throw new PunteError('TOKEN_EXPIRED')
  }
  return claims
}

function parse(keys: Keys, issuer: string, token: string): AccessClaims {
  const parts = token.length <= MAX_LENGTH && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token.split('.') : []
  const [header_part = '', payload_part = '', signature_part = ''] = parts
  const header = decode(header_part)
  if (header?.alg !== 'EdDSA' || header.typ !== 'at+jwt' || typeof header.kid !== 'string' || 'crit' in header)
    throw invalid('header')
  const public_key = keys.signing.publicKey(header.kid)
  if (public_key === undefined) throw invalid('kid')
  const signature = Buffer.from(signature_part, 'base64url')
  // A second spelling of the same signature would be a second token: refuse what does not encode back.
  if (signature.toString('base64url') !== signature_part) throw invalid('encoding')
  if (!verify(null, Buffer.from(`${header_part}.${payload_part}`), public_key, signature)) throw invalid('signature')
  const payload = decode(payload_part)
  if (payload?.iss !== issuer || payload.aud !== issuer) throw invalid('issuer')
  const { partner_id, payment_id, client_id, exp, cnf } = payload
  const thumbprint = typeof cnf === 'object' && cnf !== null && 'x5t#S256' in cnf ? cnf['x5t#S256'] : undefined
  if (
    typeof client_id !== 'string' ||
    typeof thumbprint !== 'string' ||
    !isId(partner_id) ||
    !isId(payment_id) ||
    !isId(exp)
  ) {
    throw invalid('claims')
  }
  return { partner_id, payment_id, client_id, certificate_thumbprint: thumbprint, expires_at: exp }
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function invalid(detail: string): PunteError {
  return new PunteError('TOKEN_INVALID', { detail })
}
