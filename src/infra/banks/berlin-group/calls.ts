/** One call to a bank: addressed by the profile, signed as it says, and what its answer is worth. */
import { isIPv4 } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Outbound, OutboundAnswer, TlsIdentity } from '../../outbound.ts'
import type { BankAnswer, BankProfile, BankSession, InitiateInput, PaymentService, PsuContext } from '../connector.ts'
import type { ProfileFiles } from '../profile.ts'
import { readRefusal } from './messages/messages.ts'
import type { Headers, Signer } from './signing.ts'

/** A report on each of five hundred transfers. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** RFC 7600: the IPv4 address of nobody, where the payer's is IPv6, which the standard's PSU-IP-Address cannot hold. */
const DUMMY_IPV4 = '192.0.0.8'
const JSON_ANSWER = 'application/json, application/problem+json'
const XML_ANSWER = `application/xml, ${JSON_ANSWER}`

export type BerlinGroupParts = {
  readonly profile: BankProfile
  readonly files: ProfileFiles
  readonly outbound: Outbound
  /** The QWAC, where the bank wants it, and the authority of the bank's server certificate. */
  readonly tls: TlsIdentity
  readonly sign: Signer
  readonly clock: Clock
}

export type Call = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `base_url`. */
  readonly path: string
  readonly request_id: string
  readonly headers: Headers
  readonly body?: string
  readonly content_type?: string
  /** The answer may be pain.002. */
  readonly xml_answer?: boolean
}

export type Failed = Exclude<BankAnswer<never>, { kind: 'ok' }>
export type Sent = Failed | { readonly kind: 'ok'; readonly value: Buffer; readonly http_status: number }

/** 2xx is `ok`; 4xx a refusal; everything after which the bank may have acted is `unknown`. */
export async function send(parts: BerlinGroupParts, call: Call): Promise<Sent> {
  const { profile, files } = parts
  const { signing, access } = profile
  const headers: Headers = {
    accept: call.xml_answer === true ? XML_ANSWER : JSON_ANSWER,
    date: parts.clock.now().toUTCString(),
    'x-request-id': call.request_id,
    ...(call.body === undefined ? {} : { 'content-type': call.content_type ?? 'application/json' }),
    ...(profile.psu_id_type === undefined ? {} : { 'psu-id-type': profile.psu_id_type }),
    // A bank that wants it under the signature wants it on every message: nobody's, where no payer is present.
    ...(signing.required && signing.headers.includes('psu-ip-address') ? { 'psu-ip-address': DUMMY_IPV4 } : {}),
    ...profile.headers,
    ...files.secret_headers,
    ...call.headers,
  }
  const url = `${profile.base_url}${call.path}`
  const rules = access.kind === 'certificate' ? signing : { ...signing, client_id: access.client_id }
  const target = { method: call.method, path: `${new URL(profile.base_url).pathname.replace(/\/$/, '')}${call.path}` }
  const answer = await parts.outbound.request({
    purpose: 'bank',
    method: call.method,
    url,
    headers: signing.required ? await parts.sign(headers, call.body ?? '', rules, target) : headers,
    ...(call.body === undefined ? {} : { body: call.body }),
    tls: parts.tls,
    timeout_ms: profile.timeout_ms,
    max_bytes: MAX_ANSWER_BYTES,
  })
  return judge(answer, call.request_id)
}

function judge(answer: OutboundAnswer, request_id: string): Sent {
  if (answer.kind !== 'answered') return answer
  const { status: http_status, body } = answer
  // 408 is an intermediary's guess about a request it did not see the end of.
  const is_refusal = http_status >= 400 && http_status < 500 && http_status !== 408
  const is_success = http_status >= 200 && http_status <= 299
  if (!is_refusal && !is_success) return { kind: 'unknown', reason: `HTTP_${http_status}`, http_status }
  // §4.3: the id is echoed. Another one means that an answer was mixed up on its way, and a refusal of another's order
  // says of ours as little as its success. Some gateways write theirs beside it.
  const echoed = answer.headers['x-request-id']
  const ids = echoed === undefined ? [request_id] : String(echoed).split(/, */)
  if (!ids.some((id) => id.toLowerCase() === request_id.toLowerCase()))
    return { kind: 'unknown', reason: 'ANSWER_TO_ANOTHER_REQUEST', http_status }
  if (is_refusal) return { kind: 'refused', http_status, ...readRefusal(http_status, body) }
  return { kind: 'ok', value: body, http_status }
}

/** Which service a payment was initiated with; sessions of before there were several say nothing. */
export function serviceOf(session: BankSession): PaymentService {
  const { service } = session
  return service === 'bulk-payments' || service === 'periodic-payments' ? service : 'payments'
}

/** `/{service}/{product}`; undefined where the bank has no such service (any more). */
export function servicePath(profile: BankProfile, service: PaymentService): string | undefined {
  const offered = profile.services[service]
  return offered === undefined ? undefined : `/${service}/${offered.product}`
}

/** `/{service}/{product}/{paymentId}`, built of the profile: a link of an answer is never called. */
export function paymentPath(profile: BankProfile, session: BankSession): string | undefined {
  const path = servicePath(profile, serviceOf(session))
  return path === undefined ? undefined : `${path}/${encodeURIComponent(session.bank_payment_id)}`
}

/** Where the status is asked for: some banks leave the product out of this one path. */
export function statusPath(profile: BankProfile, session: BankSession): string | undefined {
  const path = paymentPath(profile, session)
  if (path === undefined || profile.status.path_has_product) return path && `${path}/status`
  return `/${serviceOf(session)}/${encodeURIComponent(session.bank_payment_id)}/status`
}

/** A link that a browser may be sent to: of one of the profile's origins, without credentials. */
export function browserUrl(link: string, profile: BankProfile): string | undefined {
  const url = URL.parse(link)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  // `blob:https://…` has the origin of what it names.
  if (!isWeb(url)) return undefined
  return profile.redirect_origins.includes(url.origin) ? url.href : undefined
}

export const isWeb = ({ protocol }: URL): boolean => protocol === 'https:' || protocol === 'http:'

/** Of an initiation, and of the start of its authorisation. */
export function initiationHeaders(profile: BankProfile, input: InitiateInput): Headers {
  const oauth = profile.sca === 'oauth'
  return {
    'psu-ip-address': DUMMY_IPV4,
    ...psuHeaders(input.psu),
    // Only the last word is wanted: what lies between is asked for.
    ...(profile.notifies === true && {
      'tpp-notification-uri': input.notification_uri,
      'tpp-notification-content-preferred': 'status=LAST',
    }),
    ...returnHeaders(profile, {
      return_uri: oauth ? input.oauth_redirect_uri : input.return_uri,
      // Some OAuth banks send a payer who refuses here, with nothing that names the payment but the address itself.
      return_nok_uri: input.return_nok_uri,
    }),
  }
}

/** How the payer shall authorise, and where his browser comes back to (§4.10). */
export function returnHeaders(
  profile: BankProfile,
  back: { readonly return_uri: string; readonly return_nok_uri: string },
): Headers {
  if (profile.sca === 'decoupled') return { 'tpp-redirect-preferred': 'false', 'tpp-decoupled-preferred': 'true' }
  return {
    'tpp-redirect-preferred': 'true',
    'tpp-redirect-uri': back.return_uri,
    'tpp-nok-redirect-uri': back.return_nok_uri,
  }
}

/** What the payer's browser said, cut to what may stand in a header. */
export function psuHeaders(psu: PsuContext | undefined): Headers {
  if (psu === undefined) return {}
  const { psu_id, user_agent, language } = psu
  const languages = language === undefined ? undefined : headerText(language, 100)
  return {
    'psu-ip-address': ipv4Of(psu.ip_address),
    ...(psu_id === undefined ? {} : { 'psu-id': headerText(psu_id, 50) }),
    ...(user_agent === undefined ? {} : { 'psu-user-agent': headerText(user_agent, 256) }),
    ...(languages === undefined ? {} : { 'psu-accept-language': languages, 'accept-language': languages }),
  }
}

function headerText(text: string, max: number): string {
  return text
    .replace(/[^ -~]+/g, '')
    .slice(0, max)
    .trim()
}

function ipv4Of(address: string): string {
  const bare = address.replace(/^::ffff:/i, '')
  if (isIPv4(bare)) return bare
  return address === '::1' ? '127.0.0.1' : DUMMY_IPV4
}
