/**
 * Is this client certificate this partner's? TLS proves that the caller holds its key; here it is decided whether it
 * chains to the authority registered for this partner (not for any other), is within its dates, is not revoked, and
 * carries exactly the registered subject and issuer.
 */
import { X509Certificate } from 'node:crypto'
import { type ErrorCode, PunteError } from '../errors.ts'
import { type Authority, oneLineName, readAuthorities, walkToAnchor } from './authorities.ts'
import type { Partner, PartnerCertificate } from './directory.ts'
import { rememberPresented } from './last-presented.ts'
import { normalSerial, type RevocationList, readRevocationLists } from './revocation.ts'

/** A certificate that a TLS client presented and holds the key of. */
export type PresentedCertificate = {
  readonly certificate: X509Certificate
  /** SHA-256 of the DER, base64url: `x5t#S256` of RFC 8705. */
  readonly thumbprint: string
  readonly subject: string
  readonly issuer: string
  readonly valid_from: number
  readonly valid_to: number
}

/** Extended key usages that allow TLS client authentication: clientAuth, anyExtendedKeyUsage. */
const CLIENT_USAGES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']

/** A verdict is kept for so long at most, so that a list that goes out of date or an expiry is noticed in time. */
const VERDICT_KEPT_MS = 10_000
const MAX_VERDICTS = 1_000

/** @throws when the text or DER is no certificate */
export function readCertificate(certificate: X509Certificate | string | Buffer): PresentedCertificate {
  const x509 = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate)
  return {
    certificate: x509,
    thumbprint: Buffer.from(x509.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
    subject: oneLineName(x509.subject),
    issuer: oneLineName(x509.issuer),
    valid_from: x509.validFromDate.getTime(),
    valid_to: x509.validToDate.getTime(),
  }
}

type Verdict = { readonly refusal: ErrorCode | undefined; readonly until: number }

// Keyed by the directory's immutable partner objects: a changed profile starts with no verdicts.
const verdicts = new WeakMap<Partner, Map<string, Verdict>>()

/**
 * Checks a presented certificate against a partner's registrations.
 *
 * @param now ms since the epoch
 * @throws PunteError CERTIFICATE_EXPIRED, CERTIFICATE_UNTRUSTED, CERTIFICATE_MISMATCH, CERTIFICATE_REVOKED, CERTIFICATE_STATUS_UNKNOWN
 */
export async function checkCertificate(partner: Partner, presented: PresentedCertificate, now: number): Promise<void> {
  const known = verdicts.get(partner) ?? new Map<string, Verdict>()
  verdicts.set(partner, known)
  let verdict = known.get(presented.thumbprint)
  if (verdict === undefined || now >= verdict.until) {
    verdict = { refusal: await judge(partner, presented, now), until: now + VERDICT_KEPT_MS }
    if (known.size >= MAX_VERDICTS) known.clear()
    known.set(presented.thumbprint, verdict)
  }
  // The leaf's own end is exact; it costs nothing.
  const refusal = verdict.refusal ?? (now > presented.valid_to ? 'CERTIFICATE_EXPIRED' : undefined)
  if (refusal !== undefined)
    throw new PunteError(refusal, { detail: `partner ${partner.partner_id}, certificate ${presented.thumbprint}` })
  rememberPresented(partner.partner_id, presented)
}

async function judge(partner: Partner, presented: PresentedCertificate, now: number): Promise<ErrorCode | undefined> {
  const { certificate } = presented
  const usages = certificate.keyUsage as string[] | undefined
  if (certificate.ca || (usages !== undefined && !usages.some((usage) => CLIENT_USAGES.includes(usage))))
    return 'CERTIFICATE_UNTRUSTED'
  let outdated = false
  const chained: { registration: PartnerCertificate; path: readonly Authority[] }[] = []
  for (const registration of partner.certificates) {
    const walk = walkToAnchor(certificate, trustOf(registration).authorities, now)
    if (walk.kind === 'chained') chained.push({ registration, path: walk.path })
    else if (walk.kind === 'outdated') outdated = true
  }
  if (chained.length === 0) return outdated ? 'CERTIFICATE_EXPIRED' : 'CERTIFICATE_UNTRUSTED'
  if (now < presented.valid_from || now > presented.valid_to) return 'CERTIFICATE_EXPIRED'
  const named = chained.filter(
    ({ registration }) => registration.subject === presented.subject && registration.issuer === presented.issuer,
  )
  if (named.length === 0) return 'CERTIFICATE_MISMATCH'
  const states = await Promise.all(
    named.map(({ registration, path }) => revocationState(certificate, path, registration, now)),
  )
  // Registered twice (a list being renewed): revoked anywhere is revoked; else one good answer is enough.
  if (states.includes('revoked')) return 'CERTIFICATE_REVOKED'
  return states.includes('good') ? undefined : 'CERTIFICATE_STATUS_UNKNOWN'
}

async function revocationState(
  leaf: X509Certificate,
  path: readonly Authority[],
  registration: PartnerCertificate,
  now: number,
): Promise<'good' | 'revoked' | 'unknown'> {
  // The operator decides whether an authority's lists are used; an address without a list fetched yet is not "none".
  if (registration.revocation_list === undefined)
    return registration.revocation_list_url === undefined ? 'good' : 'unknown'
  const lists = await trustOf(registration).lists
  const subjects = [leaf, ...path.map((authority) => authority.certificate)]
  let state: 'good' | 'unknown' = 'good'
  for (const [index, authority] of path.entries()) {
    const serial = normalSerial(subjects[index]?.serialNumber ?? '')
    const own = lists.filter(
      (list) => list.authority.certificate.fingerprint256 === authority.certificate.fingerprint256,
    )
    if (own.some((list) => list.serials.has(serial))) return 'revoked'
    const fresh = own.some((list) => list.this_update <= now && now <= list.next_update)
    // A list is demanded of the authority that issued the leaf; of those above only where one is registered.
    if (!fresh && (index === 0 || own.length > 0)) state = 'unknown'
  }
  return state
}

type Trust = { readonly authorities: readonly Authority[]; readonly lists: Promise<readonly RevocationList[]> }
const trusts = new WeakMap<PartnerCertificate, Trust>()

/** Parsed once for each registration object; what cannot be read trusts nothing and knows no list. */
function trustOf(registration: PartnerCertificate): Trust {
  const known = trusts.get(registration)
  if (known !== undefined) return known
  let authorities: readonly Authority[] = []
  try {
    authorities = readAuthorities(registration.authority_pem)
  } catch {
    // Registrations are checked when they are made; one damaged later must refuse its partner, not stop the server.
  }
  const text = registration.revocation_list
  const lists = text === undefined ? Promise.resolve([]) : readRevocationLists(text, authorities).catch(() => [])
  const trust = { authorities, lists }
  trusts.set(registration, trust)
  return trust
}
