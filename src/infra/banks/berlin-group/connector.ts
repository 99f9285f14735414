/**
 * The Berlin Group NextGenPSD2 1.3.12 connector: one for all banks of that interface, told apart by their profile.
 * Stateless; addresses are built from the profile, links of answers are followed by the browser only, and only to the
 * profile's origins.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { isIPv4 } from 'node:net'
import type { ServerMetadata } from 'openid-client'
import type { Clock } from '../../clock.ts'
import type { Outbound, OutboundAnswer, TlsIdentity } from '../../outbound.ts'
import type {
  BankAnswer,
  BankConnector,
  BankProfile,
  BankSession,
  Initiated,
  InitiateInput,
  PsuContext,
  StatusReport,
} from '../connector.ts'
import {
  type InitiationAnswer,
  paymentBody,
  readInitiation,
  readRefusal,
  readScaStatus,
  readStatus,
} from './messages.ts'
import { createOAuthClient, type OAuthClient, type Tokens } from './oauth.ts'
import type { Headers, Signer } from './signing.ts'

const MAX_ANSWER_BYTES = 64 * 1024
/** RFC 7600: the IPv4 address of nobody, where the payer's is IPv6, which the standard's PSU-IP-Address cannot hold. */
const DUMMY_IPV4 = '192.0.0.8'
/** Statuses after which no authorisation is to come: settled by exemption, or refused at once. */
const BEYOND_AUTHORISATION: readonly string[] = ['ACCP', 'ACWC', 'ACSP', 'ACWP', 'ACSC', 'ACCC', 'RJCT', 'CANC']
/** tppMessages codes (§14.11) that a fresh access token may cure. */
const TOKEN_FAULTS: readonly string[] = ['TOKEN_EXPIRED', 'TOKEN_INVALID', 'TOKEN_UNKNOWN', 'invalid_token', 'HTTP_401']

export type BerlinGroupParts = {
  readonly profile: BankProfile
  readonly outbound: Outbound
  /** The QWAC, and the authority of the bank's server certificate. */
  readonly tls: TlsIdentity
  readonly sign: Signer
  readonly clock: Clock
}

type Call = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly request_id: string
  readonly headers: Headers
  readonly body?: string
}

export function createBerlinGroupConnector(parts: BerlinGroupParts): BankConnector {
  const { profile } = parts
  const oauth = profile.oauth === undefined ? undefined : createOAuthClient({ ...parts, oauth: profile.oauth })
  const payments = `/payments/${profile.payment_product}`
  const pathOf = (session: BankSession): string => `${payments}/${encodeURIComponent(session.bank_payment_id)}`

  return {
    profile,

    async initiate(input) {
      const prepared = await oauth?.prepare()
      if (prepared !== undefined && prepared.kind !== 'ok') {
        return { kind: 'not_sent', reason: prepared.kind === 'refused' ? prepared.code : prepared.reason }
      }
      const answer = await send(parts, {
        method: 'POST',
        path: payments,
        request_id: input.request_id,
        headers: initiationHeaders(profile, input),
        body: paymentBody(input.order),
      })
      if (answer.kind !== 'ok') return answer
      const initiation = readInitiation(answer.value)
      if (initiation === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED' }
      return nextStep(profile, initiation, input, oauth, prepared?.value)
    },

    async finishAuthorisation(session, callback, { oauth_redirect_uri }) {
      const { oauth_state, code_verifier } = session
      if (oauth === undefined || typeof oauth_state !== 'string' || typeof code_verifier !== 'string') {
        return { kind: 'refused', http_status: 0, code: 'OAUTH_NOT_EXPECTED', text: '' }
      }
      const answer = await oauth.exchangeCode({
        callback,
        redirect_uri: oauth_redirect_uri,
        state: oauth_state,
        code_verifier,
      })
      return answer.kind === 'ok' ? { kind: 'ok', value: { session: withTokens(session, answer.value) } } : answer
    },

    async status(session, psu) {
      if (oauth !== undefined && session.access_token === undefined)
        return authorisationStatus(parts, pathOf(session), session)
      const asked = await withFreshToken(oauth, session, (current) =>
        send(parts, {
          method: 'GET',
          path: `${pathOf(session)}/status`,
          request_id: randomUUID(),
          headers: { ...psuHeaders(psu), ...bearer(current) },
        }),
      )
      if (asked.answer.kind !== 'ok') return { ...asked.answer, ...asked.renewed }
      const report = readStatus(asked.answer.value, session.bank_payment_id)
      if (report === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED', ...asked.renewed }
      return { kind: 'ok', value: { ...report, ...asked.renewed } }
    },

    async cancel(session) {
      const asked = await withFreshToken(oauth, session, (current) =>
        send(parts, { method: 'DELETE', path: pathOf(session), request_id: randomUUID(), headers: bearer(current) }),
      )
      if (asked.answer.kind !== 'ok') return { ...asked.answer, ...asked.renewed }
      // 202 carries links to a cancellation that the payer would have to authorise: not cancelled.
      return { kind: 'ok', value: { cancelled: asked.answer.http_status === 204 || asked.answer.http_status === 200 } }
    },
  }
}

/**
 * Without a token an OAuth bank tells no transaction status, but of the authorisation it does. A payer who agreed and
 * never came back must not count as one who never paid: `finalised` is told as ACTC, which no time-out abandons.
 */
async function authorisationStatus(
  parts: BerlinGroupParts,
  path: string,
  session: BankSession,
): Promise<BankAnswer<StatusReport>> {
  const { authorisation_id } = session
  if (typeof authorisation_id !== 'string') return { kind: 'not_sent', reason: 'NOT_AUTHORISED_YET' }
  const answer = await send(parts, {
    method: 'GET',
    path: `${path}/authorisations/${encodeURIComponent(authorisation_id)}`,
    request_id: randomUUID(),
    headers: {},
  })
  if (answer.kind !== 'ok') return answer
  const sca_status = readScaStatus(answer.value)
  if (sca_status === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED' }
  const agreed = sca_status === 'finalised' || sca_status === 'exempted'
  return { kind: 'ok', value: { status: agreed ? 'ACTC' : 'RCVD' } }
}

type Sent =
  | Exclude<BankAnswer<never>, { kind: 'ok' }>
  | { readonly kind: 'ok'; readonly value: Buffer; readonly http_status: number }

/** One signed call. 2xx is `ok`; 4xx a refusal; everything after which the bank may have acted is `unknown`. */
async function send(parts: BerlinGroupParts, call: Call): Promise<Sent> {
  const { profile } = parts
  const headers: Headers = {
    accept: 'application/json, application/problem+json',
    date: parts.clock.now().toUTCString(),
    'x-request-id': call.request_id,
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...profile.headers,
    ...call.headers,
  }
  const answer = await parts.outbound.request({
    purpose: 'bank',
    method: call.method,
    url: `${profile.base_url}${call.path}`,
    headers: profile.signing.required ? await parts.sign(headers, call.body ?? '', profile.signing) : headers,
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
  if (http_status >= 400 && http_status < 500 && http_status !== 408) {
    return { kind: 'refused', http_status, ...readRefusal(http_status, body) }
  }
  if (http_status < 200 || http_status > 299) return { kind: 'unknown', reason: `HTTP_${http_status}`, http_status }
  // §4.3: the id is echoed. Another one means that an answer was mixed up on its way.
  const echoed = answer.headers['x-request-id']
  if (echoed !== undefined && String(echoed).toLowerCase() !== request_id.toLowerCase()) {
    return { kind: 'unknown', reason: 'ANSWER_TO_ANOTHER_REQUEST', http_status }
  }
  return { kind: 'ok', value: body, http_status }
}

async function nextStep(
  profile: BankProfile,
  initiation: InitiationAnswer,
  input: InitiateInput,
  oauth: OAuthClient | undefined,
  metadata: ServerMetadata | undefined,
): Promise<BankAnswer<Initiated>> {
  const { bank_payment_id, status } = initiation
  const { authorisation_id } = initiation
  const session: BankSession = { bank_payment_id, ...(authorisation_id === undefined ? {} : { authorisation_id }) }
  if (BEYOND_AUTHORISATION.includes(status)) return { kind: 'ok', value: { session, status, next: { kind: 'none' } } }
  if (profile.sca === 'decoupled') {
    return {
      kind: 'ok',
      value: { session, status, next: { kind: 'decoupled', psu_message: initiation.psu_message ?? '' } },
    }
  }
  if (oauth !== undefined && metadata !== undefined) {
    const code_verifier = randomBytes(32).toString('base64url')
    const { oauth_redirect_uri: redirect_uri, oauth_state: state } = input
    const url = await oauth.authorizationUrl(metadata, { bank_payment_id, redirect_uri, state, code_verifier })
    return {
      kind: 'ok',
      value: { session: { ...session, oauth_state: state, code_verifier }, status, next: { kind: 'redirect', url } },
    }
  }
  const url = initiation.sca_redirect === undefined ? undefined : browserUrl(initiation.sca_redirect, profile)
  // The bank has the payment, yet nobody can authorise it there: only its own time-out ends it.
  if (url === undefined)
    return { kind: 'unknown', reason: initiation.sca_redirect === undefined ? 'LINK_MISSING' : 'LINK_FOREIGN' }
  return { kind: 'ok', value: { session, status, next: { kind: 'redirect', url } } }
}

/** A link that a browser may be sent to: of one of the profile's origins, without credentials. */
function browserUrl(link: string, profile: BankProfile): string | undefined {
  const url = URL.parse(link)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return profile.redirect_origins.includes(url.origin) ? url.href : undefined
}

/** Asks; where the bank says that the token is no good and there is a refresh token, renews it and asks once more. */
async function withFreshToken(
  oauth: OAuthClient | undefined,
  session: BankSession,
  ask: (session: BankSession) => Promise<Sent>,
): Promise<{ readonly answer: Sent; readonly renewed: { readonly session?: BankSession } }> {
  const first = await ask(session)
  const token_fault = first.kind === 'refused' && first.http_status === 401 && TOKEN_FAULTS.includes(first.code)
  if (oauth === undefined || !token_fault || typeof session.refresh_token !== 'string')
    return { answer: first, renewed: {} }
  const tokens = await oauth.renew(session.refresh_token)
  if (tokens.kind !== 'ok') return { answer: first, renewed: {} }
  const renewed = withTokens(session, tokens.value)
  return { answer: await ask(renewed), renewed: { session: renewed } }
}

function withTokens(session: BankSession, tokens: Tokens): BankSession {
  const { code_verifier: _used, ...rest } = session
  return { ...rest, bank_payment_id: session.bank_payment_id, ...tokens }
}

function bearer(session: BankSession): Headers {
  return typeof session.access_token === 'string' ? { authorization: `Bearer ${session.access_token}` } : {}
}

function initiationHeaders(profile: BankProfile, input: InitiateInput): Headers {
  const decoupled = profile.sca === 'decoupled'
  const back = profile.sca === 'oauth' ? input.oauth_redirect_uri : input.return_uri
  return {
    'psu-ip-address': DUMMY_IPV4,
    ...psuHeaders(input.psu),
    'tpp-redirect-preferred': String(!decoupled),
    // Only the last word is wanted: what lies between is asked for.
    ...(profile.notifies === true && {
      'tpp-notification-uri': input.notification_uri,
      'tpp-notification-content-preferred': 'status=LAST',
    }),
    ...(decoupled
      ? { 'tpp-decoupled-preferred': 'true' }
      : { 'tpp-redirect-uri': back, 'tpp-nok-redirect-uri': profile.sca === 'oauth' ? back : input.return_nok_uri }),
  }
}

/** What the payer's browser said, cut to what may stand in a header. */
function psuHeaders(psu: PsuContext | undefined): Headers {
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
