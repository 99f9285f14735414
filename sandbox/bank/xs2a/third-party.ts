/**
 * Who is calling: the client certificate (QWAC) of the connection and the seal (QSEAL) on the message, checked in the
 * order certificate, chain and validity, PSD2 role, digest, seal certificate, signature.
 */
import type { TLSSocket } from 'node:tls'
import { type CertificateFacts, ROLE_PAYMENT_INITIATION, type Trust, trimZeros } from '../trust/certificate.ts'
import {
  parseSignature,
  type SignatureHeader,
  type SignedRequest,
  verifyDigest,
  verifySignature,
} from '../trust/signature.ts'
import { Refusal } from './refusal.ts'

export type ThirdParty = {
  /** organizationIdentifier of the QWAC. */
  readonly organization_id: string
  /** Thumbprint of the QWAC, which access tokens are bound to. */
  readonly thumbprint: string
}

export type ThirdPartyChecks = {
  /** The third party at the other end of a connection. Throws Refusal CERTIFICATE_* or ROLE_INVALID. */
  identify(socket: TLSSocket): ThirdParty
  /** Throws Refusal SIGNATURE_*, CERTIFICATE_*, ROLE_INVALID or TIMESTAMP_INVALID unless that third party sealed the message. */
  checkSeal(request: SignedRequest, body: Buffer, third_party: ThirdParty): void
}

const CLOCK_TOLERANCE_MS = 5 * 60_000
const ALWAYS_SIGNED = ['digest', 'date'] as const
/** X-Request-ID is demanded by the header check, which says so more clearly than a failed signature would. */
const SIGNED_WHEN_PRESENT = ['x-request-id', 'psu-id', 'psu-corporate-id', 'tpp-redirect-uri'] as const
const ALGORITHMS = new Set(['rsa-sha256', 'rsa-sha512', 'ecdsa-sha256', 'ecdsa-sha512'])

export function createThirdPartyChecks(trust: Trust): ThirdPartyChecks {
  const by_socket = new WeakMap<TLSSocket, CertificateFacts>()

  const qwacOf = (socket: TLSSocket): CertificateFacts => {
    const known = by_socket.get(socket)
    if (known !== undefined) return known
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) throw new Refusal('CERTIFICATE_MISSING', 'a client certificate (QWAC) is required')
    const facts = readFacts(() => trust.facts(certificate.raw))
    by_socket.set(socket, facts)
    return facts
  }

  const requireCertificate = (facts: CertificateFacts, kind: 'web' | 'seal'): string => {
    const what = kind === 'web' ? 'client certificate' : 'signature certificate'
    if (!trust.issued(facts))
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not issued by a trusted authority`)
    const now = Date.now()
    if (now > facts.valid_to) throw new Refusal('CERTIFICATE_EXPIRED', `the ${what} has expired`)
    if (now < facts.valid_from) throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not valid yet`)
    if (facts.kind !== kind)
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not a qualified ${kind} certificate`)
    if (facts.organization_id === undefined || !/^PSD[A-Z]{2}-[A-Z]{2,8}-.+$/.test(facts.organization_id)) {
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} has no PSD2 organizationIdentifier`)
    }
    if (!facts.roles.has(ROLE_PAYMENT_INITIATION))
      throw new Refusal('ROLE_INVALID', `the ${what} has not the role PSP_PI`)
    return facts.organization_id
  }

  return {
    identify(socket) {
      const facts = qwacOf(socket)
      const organization_id = requireCertificate(facts, 'web')
      return { organization_id, thumbprint: facts.thumbprint }
    },
    checkSeal(request, body, third_party) {
      const { digest, seal, header } = readSealHeaders(request, trust)
      if (!verifyDigest(digest, body)) throw new Refusal('SIGNATURE_INVALID', 'Digest is not that of the body')
      const organization_id = requireCertificate(seal, 'seal')
      if (organization_id !== third_party.organization_id) {
        throw new Refusal('CERTIFICATE_INVALID', 'seal and client certificate name different organizations')
      }
      checkCoverage(request, header)
      checkKeyId(header, seal)
      if (!ALGORITHMS.has(header.algorithm))
        throw new Refusal('SIGNATURE_INVALID', 'the signature algorithm is not supported')
      if (!verifySignature(request, header, seal.public_key)) {
        throw new Refusal('SIGNATURE_INVALID', 'the signature does not verify')
      }
      checkDate(request.headers.date)
    },
  }
}

function readFacts(read: () => CertificateFacts): CertificateFacts {
  try {
    return read()
  } catch {
    throw new Refusal('CERTIFICATE_INVALID', 'the certificate cannot be read')
  }
}

function readSealHeaders(request: SignedRequest, trust: Trust) {
  const digest = request.headers.digest
  const signature = request.headers.signature
  const certificate = request.headers['tpp-signature-certificate']
  if (typeof digest !== 'string' || typeof signature !== 'string' || typeof certificate !== 'string') {
    throw new Refusal('SIGNATURE_MISSING', 'Digest, Signature and TPP-Signature-Certificate are required')
  }
  const header = parseSignature(signature)
  if (header === undefined) throw new Refusal('SIGNATURE_INVALID', 'the Signature header is not well formed')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(certificate)) {
    throw new Refusal('CERTIFICATE_INVALID', 'TPP-Signature-Certificate must be the base64 of the DER, on one line')
  }
  return { digest, header, seal: readFacts(() => trust.factsOfBase64(certificate)) }
}

function checkCoverage(request: SignedRequest, header: SignatureHeader): void {
  const present = SIGNED_WHEN_PRESENT.filter((name) => request.headers[name] !== undefined)
  const missing = [...ALWAYS_SIGNED, ...present].find((name) => !header.headers.includes(name))
  if (missing !== undefined) throw new Refusal('SIGNATURE_INVALID', `the signature does not cover ${missing}`)
}

/** keyId="SN=<hexadecimal serial>,CA=<issuer's distinguished name, %20 for spaces>" must be the sent certificate's. */
function checkKeyId(header: SignatureHeader, seal: CertificateFacts): void {
  const [, serial = '', issuer = ''] = /^SN=([0-9A-Fa-f]+),CA=(.+)$/.exec(header.key_id) ?? []
  // Distinguished names are written in many ways: what must be there is the issuer's common name.
  const names_issuer = `${unescaped(issuer)},`.includes(`CN=${seal.issuer_name},`)
  if (trimZeros(serial.toLowerCase()) !== seal.serial || !names_issuer) {
    throw new Refusal('SIGNATURE_INVALID', 'keyId does not name the signature certificate (SN=<hex>,CA=<issuer>)')
  }
}

/** Without percent encoding and the backslashes of RFC 4514. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text).replaceAll('\\', '')
  } catch {
    return text
  }
}

function checkDate(value: string | string[] | undefined): void {
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (!(Math.abs(date - Date.now()) <= CLOCK_TOLERANCE_MS)) {
    throw new Refusal('TIMESTAMP_INVALID', 'Date is missing, not a date or too far from now')
  }
}
