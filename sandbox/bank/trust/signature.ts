/**
 * Message signatures of the Berlin Group interface: Digest (RFC 3230) and Signature (draft-cavage-http-signatures-10,
 * NextGenPSD2 Implementation Guidelines 1.3 §12). Pure functions; who may sign is decided in `xs2a/third-party.ts`.
 */
import { createHash, type KeyObject, verify } from 'node:crypto'

export type SignatureHeader = {
  readonly key_id: string
  readonly algorithm: string
  /** Names as listed, lower case, in the order in which they were signed. */
  readonly headers: readonly string[]
  readonly signature: Buffer
}

export type SignedRequest = {
  readonly method: string
  /** Path with query, as sent. */
  readonly target: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const PARAMETER = /([A-Za-z]+)="([^"]*)"(?:\s*,\s*|\s*$)/y

/** Reads a Signature header; undefined when it is not well formed or lacks one of the four parameters. */
export function parseSignature(value: string): SignatureHeader | undefined {
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = 0
  while (PARAMETER.lastIndex < value.length) {
    const match = PARAMETER.exec(value)
    const [, name, content] = match ?? []
    if (name === undefined || content === undefined || parameters.has(name)) return undefined
    parameters.set(name, content)
  }
  const key_id = parameters.get('keyId')
  const algorithm = parameters.get('algorithm')
  const headers = parameters.get('headers')
  const signature = parameters.get('signature')
  if (!key_id || !algorithm || !headers || !signature) return undefined
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return undefined
  const names = headers.toLowerCase().split(' ')
  if (names.includes('') || new Set(names).size !== names.length) return undefined
  return { key_id, algorithm: algorithm.toLowerCase(), headers: names, signature: Buffer.from(signature, 'base64') }
}

/** The text that was signed, rebuilt in the order of `headers=`; undefined when a listed header is not in the request. */
export function signingString(request: SignedRequest, names: readonly string[]): string | undefined {
  const lines: string[] = []
  for (const name of names) {
    if (name === '(request-target)') {
      lines.push(`${name}: ${request.method.toLowerCase()} ${request.target}`)
      continue
    }
    const value = request.headers[name]
    if (value === undefined) return undefined
    lines.push(`${name}: ${Array.isArray(value) ? value.map((part) => part.trim()).join(', ') : value.trim()}`)
  }
  return lines.join('\n')
}

/** Hash named by an algorithm value, where the value fits the kind of key; clients in the field also write `sha-256`. */
function hashOf(algorithm: string, key: KeyObject): 'sha256' | 'sha512' | undefined {
  const match = /^(?:(rsa|ecdsa)-sha(256|512)|sha-(256|512))$/.exec(algorithm)
  if (match === null) return undefined
  const [, kind, bits, bare_bits] = match
  const key_kind = key.asymmetricKeyType === 'rsa' ? 'rsa' : key.asymmetricKeyType === 'ec' ? 'ecdsa' : undefined
  if (key_kind === undefined || (kind !== undefined && kind !== key_kind)) return undefined
  return (bits ?? bare_bits) === '512' ? 'sha512' : 'sha256'
}

/** True when the signature is that key's over the request (RSA: PKCS#1 v1.5; ECDSA: DER). */
export function verifySignature(request: SignedRequest, header: SignatureHeader, key: KeyObject): boolean {
  const hash = hashOf(header.algorithm, key)
  const text = signingString(request, header.headers)
  if (hash === undefined || text === undefined) return false
  return verify(hash, Buffer.from(text, 'utf8'), key, header.signature)
}

/** True when a Digest header (`SHA-256=…` or `SHA-512=…`, in either case: RFC 3230 §4.3.2) is that of the body. */
export function verifyDigest(value: string, body: Buffer): boolean {
  const match = /^SHA-(256|512)=([A-Za-z0-9+/]+={0,2})$/i.exec(value)
  if (match === null) return false
  return createHash(`sha${match[1]}`).update(body).digest('base64') === match[2]
}
