/** The seal on a message by this bank's own rule (`quirks.signing`): what is signed, how, and what names the certificate. */
import type { KeyIdForm, Signing } from '../config.ts'
import { type CertificateFacts, type Trust, trimZeros } from '../trust/certificate.ts'
import {
  parseSignature,
  type SignatureHeader,
  type SignedRequest,
  verifyDigest,
  verifySignature,
} from '../trust/signature.ts'
import { Refusal } from './refusal.ts'

export type SealRule = {
  readonly signing: Signing
  /** For keyIds of the form `client_id`. */
  readonly client_id: string | undefined
}

/** What the three headers of a sealed message carry; nothing is verified yet but the digest's form. */
export type ReadSeal = { readonly digest: string; readonly header: SignatureHeader; readonly certificate?: string }

const CLOCK_TOLERANCE_MS = 5 * 60_000
const ALGORITHMS = new Set(['rsa-sha256', 'rsa-sha512', 'ecdsa-sha256', 'ecdsa-sha512'])
/** X-Request-ID is demanded by the header check, which says so more clearly than a failed signature would. */
const ALWAYS_COVERED = new Set(['digest', 'date', '(request-target)'])
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const PEM = /^-----BEGIN CERTIFICATE-----[ \t]*([A-Za-z0-9+/ \t]+={0,2})[ \t]*-----END CERTIFICATE-----$/

const invalid = (text: string) => new Refusal('SIGNATURE_INVALID', text)

/** Throws Refusal SIGNATURE_MISSING or SIGNATURE_INVALID where a header is missing or has another form than the rule's. */
export function readSeal(request: SignedRequest, { signing }: SealRule): ReadSeal {
  const { digest, signature, 'tpp-signature-certificate': certificate } = request.headers
  const with_certificate = signing.certificate !== 'none'
  if (typeof digest !== 'string' || typeof signature !== 'string' || (with_certificate && certificate === undefined)) {
    const needed = with_certificate ? 'Digest, Signature and TPP-Signature-Certificate' : 'Digest and Signature'
    throw new Refusal('SIGNATURE_MISSING', `${needed} are required`)
  }
  const header = parseSignature(signature)
  if (header === undefined) throw invalid('the Signature header is not well formed')
  const base64 = typeof certificate === 'string' ? certificateText(certificate, signing) : undefined
  checkDigestForm(digest, signing)
  return { digest, header, ...(base64 === undefined ? {} : { certificate: base64 }) }
}

/** Base64 of the DER out of the form that this bank demands. */
function certificateText(value: string, { certificate }: Signing): string {
  if (certificate === 'pem') {
    const [, body] = PEM.exec(value) ?? []
    if (body === undefined)
      throw invalid('TPP-Signature-Certificate must be PEM with its BEGIN and END lines, on one line')
    return body.replaceAll(/[ \t]/g, '')
  }
  if (!BASE64.test(value))
    throw new Refusal('CERTIFICATE_INVALID', 'TPP-Signature-Certificate must be the base64 of the DER, on one line')
  return value
}

function checkDigestForm(value: string, { digest, digest_label }: Signing): void {
  const label = value.slice(0, value.indexOf('='))
  if (digest_label !== 'any') {
    const wanted = digest_label === 'upper' ? label.toUpperCase() : label.toLowerCase()
    if (label !== wanted) throw invalid(`Digest must be labelled in ${digest_label} case, such as ${wanted}=`)
  }
  if (digest !== 'any' && label.toUpperCase() !== digest) throw invalid(`Digest must be ${digest}`)
}

/** Certificate of the message, read; undefined where the rule has none sent. */
export function sealFacts({ certificate }: ReadSeal, trust: Trust): CertificateFacts | undefined {
  if (certificate === undefined) return undefined
  try {
    return trust.factsOfBase64(certificate)
  } catch {
    throw new Refusal('CERTIFICATE_INVALID', 'the certificate cannot be read')
  }
}

export function checkBody({ digest }: ReadSeal, body: Buffer): void {
  if (!verifyDigest(digest, body)) throw invalid('Digest is not that of the body')
}

/** Throws Refusal SIGNATURE_INVALID or TIMESTAMP_INVALID unless the message is signed by that certificate and by the rule. */
export function checkSignature(
  request: SignedRequest,
  { header }: ReadSeal,
  seal: CertificateFacts,
  { signing, client_id }: SealRule,
  key_id: KeyIdForm = signing.key_id,
): void {
  const covered = signing.headers.filter((name) => ALWAYS_COVERED.has(name) || request.headers[name] !== undefined)
  const missing = covered.find((name) => !header.headers.includes(name))
  if (missing !== undefined) throw invalid(`the signature does not cover ${missing}`)
  checkKeyId(header, seal, key_id, client_id)
  if (signing.algorithm === 'any' ? !ALGORITHMS.has(header.algorithm) : header.algorithm !== signing.algorithm) {
    const wanted = signing.algorithm === 'any' ? '' : `: use ${signing.algorithm}`
    throw invalid(`the signature algorithm is not supported${wanted}`)
  }
  if (!verifySignature(request, header, seal.public_key)) throw invalid('the signature does not verify')
  if (signing.headers.includes('date')) checkDate(request.headers.date)
}

/** The keyId must name the certificate in the form of this bank. */
function checkKeyId(header: SignatureHeader, seal: CertificateFacts, form: KeyIdForm, client_id?: string): void {
  if (form === 'sn_ca') {
    const [, serial = '', issuer = ''] = /^SN=([0-9A-Fa-f]+),CA=(.+)$/.exec(header.key_id) ?? []
    // Distinguished names are written in many ways: what must be there is the issuer's common name.
    const names_issuer = `${unescaped(issuer)},`.includes(`CN=${seal.issuer_name},`)
    if (trimZeros(serial.toLowerCase()) === seal.serial && names_issuer) return
    throw invalid('keyId does not name the signature certificate (SN=<hex>,CA=<issuer>)')
  }
  if (form === 'sn') {
    const [, serial = ''] = /^SN=([0-9A-Fa-f]+)$/.exec(header.key_id) ?? []
    if (trimZeros(serial.toLowerCase()) === seal.serial) return
    throw invalid('keyId does not name the signature certificate (SN=<hex>)')
  }
  if (form === 'serial') {
    if (header.key_id === BigInt(`0x${seal.serial}`).toString()) return
    throw invalid('keyId must be the decimal serial number of the signature certificate')
  }
  if (header.key_id !== client_id) throw invalid('keyId must be the client_id')
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
