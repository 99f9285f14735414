/**
 * Every answer of the partner API is signed with the installation's key (RFC 9421, ed25519, label `sig1`): the digest of
 * the body, the status, and which request it answers. Covered parts are fixed, so the signature base is a template.
 */
import { createHash } from 'node:crypto'
import type { Keys } from '../../infra/keys/keys.ts'

export type AnswerToSign = {
  readonly status: number
  readonly content_type: string
  readonly body: string | Buffer
  /** Absent when what arrived was no readable request; the signature then covers the answer alone. */
  readonly request?: { readonly method: string; readonly target_uri: string }
}

/**
 * @param now ms since the epoch
 * @returns Content-Digest, Signature-Input and Signature
 */
export function signAnswer(
  signing: Keys['signing'],
  answer: AnswerToSign,
  now: number,
): Record<'content-digest' | 'signature-input' | 'signature', string> {
  const digest = `sha-256=:${createHash('sha256').update(answer.body).digest('base64')}:`
  const { request } = answer
  const covered = `"@status" "content-digest" "content-type"${request === undefined ? '' : ' "@method";req "@target-uri";req'}`
  const params = `(${covered});created=${Math.floor(now / 1000)};keyid="${signing.kid}";alg="ed25519"`
  const of_request =
    request === undefined ? '' : `"@method";req: ${request.method}\n"@target-uri";req: ${request.target_uri}\n`
  const base =
    `"@status": ${answer.status}\n"content-digest": ${digest}\n"content-type": ${answer.content_type}\n` +
    `${of_request}"@signature-params": ${params}`
  return {
    'content-digest': digest,
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${signing.sign(Buffer.from(base)).toString('base64')}:`,
  }
}

/**
 * `@target-uri` of a request: the configured public origin with the path and query as received. The Host header is not
 * taken: whoever signs for another address than the published one signs for another service.
 */
export function targetUri(public_url: string, raw_url: string): string {
  const path = raw_url.startsWith('/') ? raw_url : `/${raw_url.replace(/^[a-z]+:\/\/[^/]*\/?/i, '')}`
  return `${originOf(public_url)}${path}`
}

let last = { url: '', origin: '' }

// One address for the life of a process, asked for on every answer.
function originOf(public_url: string): string {
  if (last.url !== public_url) last = { url: public_url, origin: new URL(public_url).origin }
  return last.origin
}
