/**
 * Signatures of partners' requests: HTTP Message Signatures (RFC 9421) with the key of the client certificate that the
 * connection is made with, over Content-Digest (RFC 9530). Demanded where the partner's profile says so, verified
 * wherever one is sent.
 */
import { constants, createHash, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import {
  type BareItem,
  type InnerList,
  type Item,
  isInnerList,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers'
import { PunteError } from '../../domain/errors.ts'
import type { PresentedCertificate } from '../../domain/partners/certificates.ts'

export type SignedRequest = {
  readonly method: string
  readonly target_uri: string
  /** Name, value, name, value …: as received (node's `rawHeaders`). */
  readonly raw_headers: readonly string[]
  readonly body: Buffer | undefined
}

/** Clocks may differ by this much, and a signature is not older. */
const CREATED_WITHIN_S = 300
const MAX_LABELS = 8
const MAX_COMPONENTS = 32

/**
 * @param now ms since the epoch
 * @throws PunteError SIGNATURE_REQUIRED (demanded and absent), SIGNATURE_INVALID (with the reason as private detail)
 */
export function checkRequestSignature(
  request: SignedRequest,
  presented: PresentedCertificate,
  required: boolean,
  now: number,
): void {
  const input = fieldValue(request.raw_headers, 'signature-input')
  const signature = fieldValue(request.raw_headers, 'signature')
  if (input === undefined && signature === undefined) {
    if (required) throw new PunteError('SIGNATURE_REQUIRED')
    return
  }
  const { list, bytes } = ownSignature(input, signature, presented.thumbprint)
  checkTimes(list, now)
  checkCoverage(list, request)
  checkDigest(request)
  const base = signatureBase(list, request)
  if (!verifies(Buffer.from(base), bytes, presented.certificate.publicKey, list[1].get('alg')))
    throw invalid('signature')
}

// Of several signatures (a proxy may add its own) the one that names the presented certificate counts.
function ownSignature(
  input: string | undefined,
  signature: string | undefined,
  thumbprint: string,
): { list: InnerList; bytes: Buffer } {
  const inputs = dictionary(input)
  const signatures = dictionary(signature)
  if (inputs.size > MAX_LABELS) throw invalid('too many signatures')
  for (const [label, list] of inputs) {
    if (!isInnerList(list) || list[1].get('keyid') !== thumbprint) continue
    const value = signatures.get(label)
    if (value === undefined || isInnerList(value) || !(value[0] instanceof ArrayBuffer))
      throw invalid('no bytes for the label')
    return { list, bytes: Buffer.from(value[0]) }
  }
  throw invalid('no signature names the presented certificate')
}

function dictionary(field: string | undefined): ReturnType<typeof parseDictionary> {
  if (field === undefined) throw invalid('Signature or Signature-Input is missing')
  try {
    return parseDictionary(field)
  } catch {
    throw invalid('unreadable structured field')
  }
}

function checkTimes(list: InnerList, now: number): void {
  const seconds = now / 1000
  const created = list[1].get('created')
  const expires = list[1].get('expires')
  if (!Number.isInteger(created) || Math.abs(seconds - (created as number)) > CREATED_WITHIN_S)
    throw invalid('created is missing or not now')
  if (expires !== undefined && (!Number.isInteger(expires) || (expires as number) < seconds)) throw invalid('expired')
}

function checkCoverage(list: InnerList, request: SignedRequest): void {
  const [items] = list
  const covered = new Set(items.map((item) => serializeItem(item)))
  if (items.length > MAX_COMPONENTS || covered.size !== items.length)
    throw invalid('components are repeated or too many')
  const required = ['"@method"', '"@target-uri"']
  if (hasBody(request)) required.push('"content-digest"')
  if (fieldValue(request.raw_headers, 'authorization') !== undefined) required.push('"authorization"')
  for (const component of required) if (!covered.has(component)) throw invalid(`${component} is not covered`)
}

function hasBody(request: SignedRequest): boolean {
  return request.body !== undefined && request.body.length > 0
}

// Whatever digest is there must be right, also where it is not covered; an unknown algorithm alone proves nothing.
function checkDigest(request: SignedRequest): void {
  const field = fieldValue(request.raw_headers, 'content-digest')
  if (field === undefined) {
    if (hasBody(request)) throw invalid('Content-Digest is missing')
    return
  }
  let checked = 0
  for (const [algorithm, member] of dictionary(field)) {
    if (algorithm !== 'sha-256' && algorithm !== 'sha-512') continue
    if (isInnerList(member) || !(member[0] instanceof ArrayBuffer)) throw invalid('unreadable Content-Digest')
    const claimed = Buffer.from(member[0])
    const actual = createHash(algorithm.replace('-', ''))
      .update(request.body ?? '')
      .digest()
    if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual))
      throw invalid('Content-Digest differs from the body')
    checked += 1
  }
  if (checked === 0) throw invalid('Content-Digest has no known algorithm')
}

/** RFC 9421 §2.5. @throws PunteError SIGNATURE_INVALID for a component that is absent or not supported */
function signatureBase(list: InnerList, request: SignedRequest): string {
  const lines = list[0].map((item) => `${serializeItem(item)}: ${componentValue(item, request)}`)
  return [...lines, `"@signature-params": ${serializeInnerList(list)}`].join('\n')
}

function componentValue(item: Item, request: SignedRequest): string {
  const [name, parameters] = item
  if (typeof name !== 'string' || parameters.size > 0) throw invalid('unsupported component parameters')
  if (name === '@method') return request.method
  if (name === '@target-uri') return request.target_uri
  if (name.startsWith('@')) {
    const url = new URL(request.target_uri)
    if (name === '@authority') return url.host
    if (name === '@scheme') return url.protocol.slice(0, -1)
    if (name === '@path') return url.pathname
    if (name === '@query') return url.search === '' ? '?' : url.search
    throw invalid('unsupported derived component')
  }
  const value = fieldValue(request.raw_headers, name)
  if (value === undefined) throw invalid('a covered field is absent')
  return value
}

/** All lines of a field, joined (RFC 9421 §2.1). */
function fieldValue(raw_headers: readonly string[], name: string): string | undefined {
  const values: string[] = []
  for (let index = 0; index < raw_headers.length; index += 2) {
    if (raw_headers[index]?.toLowerCase() === name) values.push((raw_headers[index + 1] ?? '').trim())
  }
  return values.length === 0 ? undefined : values.join(', ')
}

/** The key decides which algorithms are possible; `alg` may only name one of them (RFC 9421 §3.2 step 6). */
function verifies(data: Buffer, signature: Buffer, key: KeyObject, alg: BareItem | undefined): boolean {
  const type = key.asymmetricKeyType
  if (type === 'rsa' && (alg === undefined || alg === 'rsa-v1_5-sha256')) return verify('sha256', data, key, signature)
  if (
    (type === 'rsa' && alg === 'rsa-pss-sha512') ||
    (type === 'rsa-pss' && (alg === undefined || alg === 'rsa-pss-sha512'))
  ) {
    return verify('sha512', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }, signature)
  }
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (type === 'ec' && curve === 'prime256v1' && (alg === undefined || alg === 'ecdsa-p256-sha256')) {
    return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  if (type === 'ec' && curve === 'secp384r1' && (alg === undefined || alg === 'ecdsa-p384-sha384')) {
    return verify('sha384', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  if (type === 'ed25519' && (alg === undefined || alg === 'ed25519')) return verify(null, data, key, signature)
  return false
}

function invalid(detail: string): PunteError {
  return new PunteError('SIGNATURE_INVALID', { detail })
}
