/** From our order to the place where the payer authorises it. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { ServerMetadata } from 'openid-client'
import type { BankAnswer, BankOrder, BankProfile, BankSession, Initiated, InitiateInput } from '../connector.ts'
import type { Access } from './access.ts'
import {
  type BerlinGroupParts,
  browserUrl,
  initiationHeaders,
  paymentPath,
  type Sent,
  send,
  servicePath,
} from './calls.ts'
import { type InitiationAnswer, readInitiation, readStarted, type Steps } from './messages/messages.ts'
import { orderBody } from './messages/messages-order.ts'
import type { Tokens } from './oauth.ts'

/** Statuses after which no authorisation is to come: settled by exemption, or refused at once. */
const BEYOND_AUTHORISATION: readonly string[] = ['ACCP', 'ACWC', 'ACSP', 'ACWP', 'ACSC', 'ACCC', 'PART', 'RJCT', 'CANC']

type Parts = BerlinGroupParts & { readonly access: Access }

export async function initiate(parts: Parts, input: InitiateInput): Promise<BankAnswer<Initiated>> {
  const { profile, access } = parts
  const { order } = input
  const path = servicePath(profile, order.service)
  const obstacle = path === undefined ? 'SERVICE_NOT_OFFERED' : obstacleTo(order, profile)
  if (path === undefined || obstacle !== undefined) return { kind: 'not_sent', reason: obstacle ?? '' }
  if (profile.access.kind === 'authorization_code_first' && typeof input.access?.access_token !== 'string')
    return { kind: 'not_sent', reason: 'ACCESS_MISSING' }
  const after = profile.access.kind === 'authorization_code'
  const prepared = after ? await access.oauth?.prepare() : undefined
  if (prepared !== undefined && prepared.kind !== 'ok')
    return { kind: 'not_sent', reason: prepared.kind === 'refused' ? prepared.code : prepared.reason }
  const { body, content_type } = orderBody(order, profile, input.at ?? parts.clock.now())
  const { answer, renewed } = await access.ask(input.access ?? {}, (token) =>
    send(parts, {
      method: 'POST',
      path,
      request_id: input.request_id,
      headers: { ...initiationHeaders(profile, input), ...token },
      body,
      content_type,
    }),
  )
  if (answer.kind !== 'ok') return answer
  const initiation = readInitiation(answer.value, profile)
  if (initiation === undefined || (initiation.status === 'PART' && order.service !== 'bulk-payments'))
    return { kind: 'unknown', reason: 'ANSWER_MALFORMED' }
  const tokens = { ...tokensOf(input), ...renewed }
  return nextStep(parts, initiation, input, tokens, prepared?.value)
}

/** What this bank does not take: told before anything is sent, since nothing can come of it. */
function obstacleTo(order: BankOrder, { services }: BankProfile): string | undefined {
  switch (order.service) {
    case 'payments': {
      const future = order.requested_execution_date !== undefined
      return future && !services.payments.future_dated ? 'FUTURE_DATED_NOT_OFFERED' : undefined
    }
    case 'bulk-payments':
      return order.transfers.length > (services['bulk-payments']?.max_transfers ?? 0) ? 'TOO_MANY_TRANSFERS' : undefined
    case 'periodic-payments': {
      const words = services['periodic-payments']?.frequencies ?? {}
      return words[order.schedule.frequency] === undefined ? 'FREQUENCY_NOT_OFFERED' : undefined
    }
  }
}

/** Of a payer who let us in before; at other banks there are none yet. */
function tokensOf({ access }: InitiateInput): Partial<Tokens> {
  const { access_token, refresh_token } = access ?? {}
  return {
    ...(typeof access_token === 'string' && { access_token }),
    ...(typeof refresh_token === 'string' && { refresh_token }),
  }
}

async function nextStep(
  parts: Parts,
  initiation: InitiationAnswer,
  input: InitiateInput,
  tokens: Partial<Tokens>,
  metadata: ServerMetadata | undefined,
): Promise<BankAnswer<Initiated>> {
  const { profile, access } = parts
  const { bank_payment_id, status } = initiation
  const sessionOf = (steps: Steps): BankSession => ({
    bank_payment_id,
    service: input.order.service,
    // pain.002 names a payment as we did, not by the bank's id.
    ...(profile.status.format === 'pain.002' && { end_to_end_id: input.order.end_to_end_id }),
    ...(steps.authorisation_id === undefined ? {} : { authorisation_id: steps.authorisation_id }),
    ...tokens,
  })
  const ok = (session: BankSession, next: Initiated['next']): BankAnswer<Initiated> => ({
    kind: 'ok',
    value: { session, status, next },
  })
  if (BEYOND_AUTHORISATION.includes(status)) return ok(sessionOf(initiation), { kind: 'none' })
  const steps = await authorisation(parts, initiation, input, sessionOf(initiation))
  if ('kind' in steps) return steps
  const session = sessionOf(steps)
  if (profile.sca === 'decoupled') return ok(session, { kind: 'decoupled', psu_message: steps.psu_message ?? '' })
  if (access.oauth !== undefined && metadata !== undefined) {
    const code_verifier = profile.access.kind !== 'certificate' && profile.access.pkce ? newVerifier() : undefined
    const { oauth_redirect_uri: redirect_uri, oauth_state: state } = input
    const url = await access.oauth.authorizationUrl(metadata, { bank_payment_id, redirect_uri, state, code_verifier })
    return ok(
      { ...session, oauth_state: state, ...(code_verifier !== undefined && { code_verifier }) },
      { kind: 'redirect', url },
    )
  }
  if (steps.sca_redirect === undefined) return withoutLink(initiation, steps, profile, (next) => ok(session, next))
  const url = browserUrl(steps.sca_redirect, profile)
  // The bank has the payment, yet nobody can authorise it there: only its own time-out ends it.
  return url === undefined ? { kind: 'unknown', reason: 'LINK_FOREIGN' } : ok(session, { kind: 'redirect', url })
}

/**
 * The bank has the last word on how its payer authorises (§4.2): it may ask his phone instead, or need nothing of him. Such
 * a payment goes on at the bank, so it must not be taken for a lost one, after which the payer would pay again.
 */
function withoutLink(
  { status }: InitiationAnswer,
  steps: Steps,
  profile: BankProfile,
  ok: (next: Initiated['next']) => BankAnswer<Initiated>,
): BankAnswer<Initiated> {
  if (steps.psu_message !== undefined) return ok({ kind: 'decoupled', psu_message: steps.psu_message })
  const waits_for_payer = status === 'RCVD' || profile.statuses?.unauthorised?.includes(status) === true
  const is_agreed = steps.sca_status === 'finalised' || steps.sca_status === 'exempted'
  return waits_for_payer && !is_agreed ? { kind: 'unknown', reason: 'LINK_MISSING' } : ok({ kind: 'none' })
}

/** PKCE's secret, RFC 7636 §4.1. */
export const newVerifier = (): string => randomBytes(32).toString('base64url')

/**
 * How the payer authorises: as the initiation's answer says or, where the bank waits to be asked (`startAuthorisation`),
 * as the answer to that says (§5.4.1). The payment is at the bank by now: a failure is `unknown`, to be settled by
 * initiating again or by asking.
 */
async function authorisation(
  parts: Parts,
  initiation: InitiationAnswer,
  input: InitiateInput,
  session: BankSession,
): Promise<Steps | Extract<BankAnswer<never>, { kind: 'unknown' }>> {
  const { sca_redirect, sca_oauth, psu_message, start_authorisation } = initiation
  // Elsewhere than at a decoupled bank a message may be said beside the link that has to be followed.
  const led = sca_redirect ?? sca_oauth ?? (parts.profile.sca === 'decoupled' ? psu_message : undefined)
  if (start_authorisation !== true || led !== undefined) return initiation
  const answer = await start(parts, session, 'authorisations', initiationHeaders(parts.profile, input))
  if (answer.kind !== 'ok') {
    const reason = answer.kind === 'refused' ? answer.code : answer.reason
    return { kind: 'unknown', reason: `AUTHORISATION_NOT_STARTED ${reason}` }
  }
  return readStarted(answer.value, parts.profile) ?? { kind: 'unknown', reason: 'ANSWER_MALFORMED' }
}

/** `POST {}` to the path of the profile's: the link itself is not followed, since it may lead anywhere. */
export async function start(
  parts: Parts,
  session: BankSession,
  what: 'authorisations' | 'cancellation-authorisations',
  headers: Readonly<Record<string, string>>,
): Promise<Sent> {
  const { answer } = await parts.access.ask(session, (token) =>
    send(parts, {
      method: 'POST',
      path: `${paymentPath(parts.profile, session)}/${what}`,
      request_id: randomUUID(),
      headers: { ...headers, ...token },
      body: '{}',
    }),
  )
  return answer
}
