/** What an operator does with a bank before payers do: tries the connection, registers this installation (RFC 7591). */
import { X509Certificate } from 'node:crypto'
import { createAccess } from './access.ts'
import type { BerlinGroupParts } from './calls.ts'
import { readRefusal } from './messages/messages.ts'
import type { TokenAccess } from './oauth.ts'

const MAX_ANSWER_BYTES = 64 * 1024
const CLIENT_ID = /^[!-~]{1,256}$/
const CLIENT_SECRET = /^[!-~]{1,4096}$/

export type Finding = {
  readonly step: string
  readonly outcome: 'works' | 'fails' | 'not needed'
  readonly words: string
}

/** Connects with our certificate, fetches the metadata, gets a token of our own where there is one. No payment is made. */
export async function checkBank(parts: BerlinGroupParts): Promise<readonly Finding[]> {
  const findings = [await checkConnection(parts)]
  const { access } = parts.profile
  if (access.kind === 'certificate')
    return [...findings, { step: 'token', outcome: 'not needed', words: 'the certificates are enough' }]
  const { oauth, own } = createAccess(parts)
  if (access.discovery_url === undefined)
    findings.push({ step: 'metadata', outcome: 'not needed', words: 'the profile names the endpoints itself' })
  else {
    const prepared = await oauth?.prepare()
    const words = prepared?.kind === 'ok' ? `issuer ${prepared.value.issuer}` : reasonOf(prepared)
    findings.push({ step: 'metadata', outcome: prepared?.kind === 'ok' ? 'works' : 'fails', words })
  }
  if (access.kind !== 'client_credentials')
    return [
      ...findings,
      { step: 'token', outcome: 'not needed', words: 'each payer gives one: make a payment of 1 leu' },
    ]
  const token = await own()
  const words = token.kind === 'ok' ? 'the bank gave one' : reasonOf(token)
  return [...findings, { step: 'token', outcome: token.kind === 'ok' ? 'works' : 'fails', words }]
}

async function checkConnection(parts: BerlinGroupParts): Promise<Finding> {
  const { profile } = parts
  const answer = await parts.outbound.request({
    purpose: 'bank',
    method: 'GET',
    url: profile.base_url,
    headers: { accept: 'application/json', ...profile.headers, ...parts.files.secret_headers },
    tls: parts.tls,
    timeout_ms: profile.timeout_ms,
    max_bytes: MAX_ANSWER_BYTES,
  })
  const shown = profile.client_certificate ? 'with our certificate' : 'without a client certificate'
  // Whatever it says to a question that it was not built for: it has let us in.
  if (answer.kind === 'answered')
    return { step: 'connection', outcome: 'works', words: `${shown}; it answers (HTTP ${answer.status})` }
  return { step: 'connection', outcome: 'fails', words: explained(answer.reason) }
}

/** What Node calls a server certificate that leads to no authority it trusts. */
const UNKNOWN_AUTHORITY =
  /^(UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/

const explained = (reason: string): string =>
  UNKNOWN_AUTHORITY.test(reason)
    ? `${reason}: the bank's certificate is of no authority that is known here; ca_file of the profile names one`
    : reason

const reasonOf = (
  answer: { kind: string; reason?: string; code?: string; http_status?: number } | undefined,
): string =>
  answer === undefined
    ? 'unknown'
    : `${explained(answer.reason ?? answer.code ?? answer.kind)}${answer.http_status === undefined ? '' : ` (HTTP ${answer.http_status})`}`

export type Registration = {
  readonly client_id: string
  readonly client_secret?: string
  /** The whole answer, which holds what a later change of the registration needs; secret. */
  readonly document: string
}

/**
 * RFC 7591 §3.1; a client that shows itself by its certificate is named by that certificate's subject (RFC 8705 §2.1.2).
 * @returns the registration, or why there is none
 */
export async function registerClient(
  parts: BerlinGroupParts,
  input: {
    readonly access: TokenAccess
    readonly registration_url: string
    readonly redirect_uri: string
    readonly certificate_pem: string
  },
): Promise<Registration | { readonly failed: string }> {
  const { profile } = parts
  const { access } = input
  const certificate = new X509Certificate(input.certificate_pem)
  const by_page = access.kind !== 'client_credentials'
  const method = access.client_authentication === 'signature' ? 'none' : access.client_authentication
  const answer = await parts.outbound.request({
    purpose: 'bank',
    method: 'POST',
    url: input.registration_url,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      ...profile.headers,
      ...parts.files.secret_headers,
    },
    body: JSON.stringify({
      client_name: organisationOf(certificate),
      redirect_uris: [input.redirect_uri],
      grant_types: by_page ? ['authorization_code', 'refresh_token'] : ['client_credentials'],
      response_types: by_page ? ['code'] : [],
      token_endpoint_auth_method: method,
      ...(method === 'tls_client_auth' && {
        tls_client_auth_subject_dn: certificate.subject.split('\n').reverse().join(','),
      }),
    }),
    tls: parts.tls,
    timeout_ms: profile.timeout_ms,
    max_bytes: MAX_ANSWER_BYTES,
  })
  if (answer.kind !== 'answered') return { failed: answer.reason }
  const { status, body } = answer
  if (status !== 201 && status !== 200) {
    const { code, text } = readRefusal(status, body)
    return { failed: `${code} (HTTP ${status})${text === '' ? '' : `: ${text}`}` }
  }
  return readRegistration(body, access) ?? { failed: 'the answer holds no usable client_id, or no client_secret' }
}

function readRegistration(body: Buffer, access: TokenAccess): Registration | undefined {
  const document = body.toString('utf8')
  let given: Record<string, unknown>
  try {
    given = Object(JSON.parse(document))
  } catch {
    return undefined
  }
  const { client_id, client_secret } = given
  if (typeof client_id !== 'string' || !CLIENT_ID.test(client_id)) return undefined
  if (!access.client_authentication.startsWith('client_secret')) return { client_id, document }
  if (typeof client_secret !== 'string' || !CLIENT_SECRET.test(client_secret)) return undefined
  return { client_id, client_secret, document }
}

const organisationOf = (certificate: X509Certificate): string => /^O=(.+)$/m.exec(certificate.subject)?.[1] ?? 'Punte'
