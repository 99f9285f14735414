/**
 * HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530): signing requests with the partner's certificate key,
 * and verifying that an answer was made by the installation for exactly this request.
 */
import {
  createHash,
  createPrivateKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from 'node:crypto'
import { PunteAnswerError } from './errors.ts'
import {
  type InnerList,
  type Item,
  type Member,
  type Parameters,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from './structured.ts'

export type Headers = Readonly<Record<string, string | undefined>>
export type SignedRequest = { readonly method: string; readonly url: string; readonly headers: Headers }
export type SignedAnswer = { readonly status: number; readonly headers: Headers; readonly body: Buffer }
export type SignatureAlgorithm = 'rsa-v1_5-sha256' | 'ecdsa-p256-sha256' | 'ed25519'

export type Signer = {
  /** SHA-256 thumbprint of the certificate, base64url: the `x5t#S256` of RFC 8705. */
  readonly keyid: string
  readonly alg: SignatureAlgorithm
  sign(data: Buffer): Buffer
}

const LABEL = 'sig1'
const NO_PARAMETERS: Parameters = new Map()

/** What an answer's signature must cover, else a part could be exchanged (RFC 9421 §2.4 for the `req` parts). */
const ANSWER_COVERS = ['"@status"', '"content-digest"', '"content-type"', '"@method";req', '"@target-uri";req']

/** `Content-Digest` of a body (RFC 9530). */
export function contentDigest(body: string | Buffer): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}

/**
 * The signer of a client certificate: RSA, P-256 or Ed25519.
 * @throws TypeError when the key is of another kind or is not the certificate's
 */
export function createSigner(certificate: string | Buffer, private_key: string | Buffer): Signer {
  const leaf = new X509Certificate(certificate)
  const key = createPrivateKey(private_key)
  if (!leaf.checkPrivateKey(key)) throw new TypeError('the private key does not belong to the certificate')
  const keyid = createHash('sha256').update(leaf.raw).digest('base64url')
  if (key.asymmetricKeyType === 'rsa') {
    return { keyid, alg: 'rsa-v1_5-sha256', sign: (data) => sign('sha256', data, key) }
  }
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    // RFC 9421 §3.3.4: the two numbers one after the other, not DER.
    return { keyid, alg: 'ecdsa-p256-sha256', sign: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }) }
  }
  if (key.asymmetricKeyType === 'ed25519') return { keyid, alg: 'ed25519', sign: (data) => sign(null, data, key) }
  throw new TypeError('requests are signed with an RSA, P-256 or Ed25519 key')
}

/**
 * The headers that sign a request. Covers method, target, `authorization` where it is sent, and where there is a body its
 * digest and type.
 */
export function signRequest(
  request: { method: string; url: string; headers: Headers; body?: string | Buffer },
  signer: Signer,
  now: Date,
): Record<string, string> {
  const added: Record<string, string> = {}
  if (request.body !== undefined) added['content-digest'] = contentDigest(request.body)
  const headers = { ...request.headers, ...added }
  const covered = ['@method', '@target-uri']
  if (headers['content-digest'] !== undefined) covered.push('content-digest')
  if (headers.authorization !== undefined) covered.push('authorization')
  if (request.body !== undefined && headers['content-type'] !== undefined) covered.push('content-type')
  const input: InnerList = {
    items: covered.map((value) => ({ value, parameters: NO_PARAMETERS })),
    parameters: new Map<string, string | number>([
      ['created', Math.floor(now.getTime() / 1000)],
      ['keyid', signer.keyid],
      ['alg', signer.alg],
    ]),
  }
  const base = signatureBase(input, { request: { method: request.method, url: request.url, headers } })
  added['signature-input'] = `${LABEL}=${serializeInnerList(input)}`
  added.signature = `${LABEL}=:${signer.sign(Buffer.from(base)).toString('base64')}:`
  return added
}

/** True when the answer bears a signature at all (one of a proxy in between does not). */
export function isSigned(headers: Headers): boolean {
  return headers.signature !== undefined || headers['signature-input'] !== undefined
}

/**
 * Verifies that the answer is the installation's own to this request, unaltered, and made within `tolerance_s` of now.
 * @param keyOf finds the Ed25519 key of a key id
 * @throws PunteAnswerError
 */
export async function verifyAnswer(input: {
  request: SignedRequest
  answer: SignedAnswer
  keyOf: (kid: string) => Promise<KeyObject | undefined>
  now: Date
  tolerance_s: number
}): Promise<void> {
  const { answer, request } = input
  if (!isSigned(answer.headers)) throw new PunteAnswerError('UNSIGNED', 'The answer is not signed.')
  const list = innerList(fieldMember(answer.headers, 'signature-input'))
  const signature = bytes(fieldMember(answer.headers, 'signature'))
  const covered = new Set(list.items.map(serializeItem))
  const missing = ANSWER_COVERS.filter((component) => !covered.has(component))
  if (missing.length > 0 || covered.size !== list.items.length) {
    throw new PunteAnswerError('SIGNATURE_INVALID', `The signature of the answer does not cover ${missing.join(', ')}.`)
  }
  checkTimes(list.parameters, input.now, input.tolerance_s)
  const keyid = list.parameters.get('keyid')
  const alg = list.parameters.get('alg')
  if (typeof keyid !== 'string') throw new PunteAnswerError('KEY_UNKNOWN', 'The signature of the answer names no key.')
  if (alg !== undefined && alg !== 'ed25519')
    throw new PunteAnswerError('SIGNATURE_INVALID', 'The answer must be signed with ed25519.')
  checkDigest(answer)
  const key = await input.keyOf(keyid)
  if (key === undefined)
    throw new PunteAnswerError('KEY_UNKNOWN', 'The answer is signed with a key that the installation does not publish.')
  let base: string
  try {
    base = signatureBase(list, { request, answer })
  } catch {
    throw new PunteAnswerError('SIGNATURE_INVALID', 'The signature covers a part that the answer does not have.')
  }
  if (!verify(null, Buffer.from(base), key, signature)) {
    throw new PunteAnswerError('SIGNATURE_INVALID', 'The signature of the answer does not verify.')
  }
}

/**
 * The text that is signed (RFC 9421 §2.5). Components of the request are asked for by `;req` when an answer is signed.
 * @throws TypeError for a component that is absent or not supported
 */
export function signatureBase(list: InnerList, messages: { request: SignedRequest; answer?: SignedAnswer }): string {
  const lines = list.items.map((item) => `${serializeItem(item)}: ${componentValue(item, messages)}`)
  return [...lines, `"@signature-params": ${serializeInnerList(list)}`].join('\n')
}

function componentValue(item: Item, messages: { request: SignedRequest; answer?: SignedAnswer }): string {
  const of_request = item.parameters.get('req') === true || messages.answer === undefined
  const known = [...item.parameters.keys()].every((name) => name === 'req')
  if (!known || typeof item.value !== 'string') throw new TypeError('component is not supported')
  const name = item.value
  if (name === '@status' && !of_request) return String(messages.answer?.status)
  if (of_request && name === '@method') return messages.request.method
  if (of_request && name === '@target-uri') return messages.request.url
  if (of_request && name === '@authority') return new URL(messages.request.url).host.toLowerCase()
  if (of_request && name === '@path') return new URL(messages.request.url).pathname
  const value = (of_request ? messages.request : messages.answer)?.headers[name]
  if (name.startsWith('@') || value === undefined) throw new TypeError(`component ${name} is not there`)
  return value.trim().replace(/\r?\n[ \t]+/g, ' ')
}

function checkTimes(parameters: Parameters, now: Date, tolerance_s: number): void {
  const seconds = now.getTime() / 1000
  const created = parameters.get('created')
  const expires = parameters.get('expires')
  if (typeof created !== 'number' || Math.abs(seconds - created) > tolerance_s) {
    throw new PunteAnswerError(
      'STALE',
      `The answer was not signed within ${tolerance_s} seconds of now; is this machine's clock right?`,
    )
  }
  if (expires !== undefined && (typeof expires !== 'number' || expires < seconds)) {
    throw new PunteAnswerError('STALE', 'The signature of the answer has expired.')
  }
}

function checkDigest(answer: SignedAnswer): void {
  const field = answer.headers['content-digest']
  if (field === undefined) throw new PunteAnswerError('DIGEST_MISMATCH', 'The answer has no Content-Digest.')
  let checked = 0
  for (const [name, member] of dictionary(field)) {
    if (name !== 'sha-256' && name !== 'sha-512') continue
    const digest = createHash(name.replace('-', '')).update(answer.body).digest()
    const claimed = bytes(member)
    if (claimed.length !== digest.length || !timingSafeEqual(claimed, digest)) {
      throw new PunteAnswerError('DIGEST_MISMATCH', 'The body of the answer is not the one that was signed.')
    }
    checked += 1
  }
  if (checked === 0)
    throw new PunteAnswerError('DIGEST_MISMATCH', 'The Content-Digest has no sha-256 or sha-512 value.')
}

function dictionary(field: string): Map<string, Member> {
  try {
    return parseDictionary(field)
  } catch {
    throw new PunteAnswerError('MALFORMED', 'A signature field of the answer cannot be read.')
  }
}

function fieldMember(headers: Headers, name: string): Member | undefined {
  const field = headers[name]
  return field === undefined ? undefined : dictionary(field).get(LABEL)
}

function innerList(member: Member | undefined): InnerList {
  if (member === undefined || !('items' in member)) {
    throw new PunteAnswerError('UNSIGNED', `The answer has no signature named ${LABEL}.`)
  }
  return member
}

function bytes(member: Member | undefined): Buffer {
  if (member === undefined || !('value' in member) || !Buffer.isBuffer(member.value)) {
    throw new PunteAnswerError('MALFORMED', 'A signature or digest of the answer is not a byte sequence.')
  }
  return member.value
}
