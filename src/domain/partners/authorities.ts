/** Registered certificate authorities: reading a bundle, and walking from a certificate up through it. */
import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export type Authority = {
  readonly certificate: X509Certificate
  readonly parsed: x509.X509Certificate
  readonly valid_from: number
  readonly valid_to: number
  /** How many authorities may stand between this one and the leaf (RFC 5280 §4.2.1.9); absent: any. */
  readonly path_length: number | undefined
  readonly may_sign_revocation_lists: boolean
}

/** A longer chain than this is no partner's. */
const MAX_DEPTH = 5
const MAX_AUTHORITIES = 10

/** Splits concatenated PEM into its blocks of one kind (RFC 7468; some tools leave the `X509` of a list's label out). */
export function pemBlocks(text: string, kind: 'CERTIFICATE' | 'CRL'): string[] {
  const label = kind === 'CRL' ? '(?:X509 )?CRL' : kind
  return text.match(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, 'g')) ?? []
}

/**
 * Reads a bundle of authorities.
 * @throws Error with a sentence for the operator when the bundle is empty, too long, unreadable or holds a certificate that is no authority
 */
export function readAuthorities(pem: string): Authority[] {
  const blocks = pemBlocks(pem, 'CERTIFICATE')
  if (blocks.length === 0) throw new Error('holds no PEM certificate')
  if (blocks.length > MAX_AUTHORITIES) throw new Error(`holds more than ${MAX_AUTHORITIES} certificates`)
  return blocks.map((block) => {
    const certificate = new X509Certificate(block)
    // `ca` is OpenSSL's judgement: basic constraints and, where there is one, the key usage keyCertSign.
    if (!certificate.ca)
      throw new Error(`holds a certificate that is not an authority: ${oneLineName(certificate.subject)}`)
    const parsed = new x509.X509Certificate(block)
    const usages = parsed.getExtension(x509.KeyUsagesExtension)?.usages
    return {
      certificate,
      parsed,
      valid_from: certificate.validFromDate.getTime(),
      valid_to: certificate.validToDate.getTime(),
      path_length: parsed.getExtension(x509.BasicConstraintsExtension)?.pathLength,
      may_sign_revocation_lists: usages === undefined || (usages & x509.KeyUsageFlags.cRLSign) !== 0,
    }
  })
}

/**
 * A distinguished name on one line, as it is stored and compared: node prints one RDN a line, most general first, and
 * escapes separators inside values (RFC 2253), so that different names never print alike.
 */
export function oneLineName(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ')
}

export type Walk =
  | { readonly kind: 'chained'; readonly path: readonly Authority[] }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'none' }

/**
 * Walks from a certificate to a trust anchor: every registered authority may be one, but as far as the bundle knows an
 * authority's own issuer, that one must sign and be valid too. Signatures, names, key ids, dates and path lengths are checked.
 *
 * @param now ms since the epoch
 */
export function walkToAnchor(leaf: X509Certificate, authorities: readonly Authority[], now: number): Walk {
  return walk(leaf, authorities, now, [])
}

function walk(
  certificate: X509Certificate,
  authorities: readonly Authority[],
  now: number,
  path: readonly Authority[],
): Walk {
  const issuers = authorities.filter((authority) => !path.includes(authority) && isIssuer(authority, certificate))
  if (issuers.length === 0) return path.length > 0 ? { kind: 'chained', path } : { kind: 'none' }
  let outdated = false
  for (const issuer of issuers) {
    // path holds the authorities below this issuer: the leaf is not counted.
    if (issuer.path_length !== undefined && path.length > issuer.path_length) continue
    if (now < issuer.valid_from || now > issuer.valid_to) {
      outdated = true
      continue
    }
    if (path.length + 1 > MAX_DEPTH) continue
    const above = walk(issuer.certificate, authorities, now, [...path, issuer])
    if (above.kind === 'chained') return above
    if (above.kind === 'outdated') outdated = true
  }
  return { kind: outdated ? 'outdated' : 'none' }
}

function isIssuer(authority: Authority, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority.certificate) && certificate.verify(authority.certificate.publicKey)
}
