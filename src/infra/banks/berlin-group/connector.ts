/**
 * The Berlin Group NextGenPSD2 1.3.12 connector: one for all banks of that interface, told apart by their profile.
 * Stateless but for caches of metadata and of our own tokens; addresses are built from the profile, links of answers are
 * followed by the browser only, and only to the profile's origins.
 *
 *   connector.ts  the contract's operations          calls.ts   one signed call, paths, headers of the payer
 *   initiate.ts   order → place of authorisation     access.ts  which token goes with a call; oauth.ts gets it
 *   cancel.ts     dropping a payment                 signing.ts Digest and Signature
 *   messages/     what is said and understood, as pure functions
 */
import { randomUUID } from 'node:crypto'
import type {
  AccessSession,
  BankAnswer,
  BankConnector,
  BankSession,
  OAuthCallback,
  PsuContext,
  StatusReport,
} from '../connector.ts'
import { type Access, createAccess, withTokens } from './access.ts'
import { type BerlinGroupParts, paymentPath, psuHeaders, type Sent, send, serviceOf, statusPath } from './calls.ts'
import { cancel } from './cancel.ts'
import { initiate, newVerifier } from './initiate.ts'
import { readScaStatus, readStatus, readTransfers } from './messages/messages.ts'
import type { Tokens } from './oauth.ts'

export type { BerlinGroupParts } from './calls.ts'

type Parts = BerlinGroupParts & { readonly access: Access }

const NOT_EXPECTED = { kind: 'refused', http_status: 0, code: 'OAUTH_NOT_EXPECTED', text: '' } as const
const NO_SERVICE = { kind: 'not_sent', reason: 'SERVICE_NOT_OFFERED' } as const

export function createBerlinGroupConnector(given: BerlinGroupParts): BankConnector {
  const { profile } = given
  const parts: Parts = { ...given, access: createAccess(given) }
  return {
    profile,
    ...(profile.access.kind === 'authorization_code_first' && accessFirst(parts)),
    initiate: (input) => initiate(parts, input),

    async finishAuthorisation(session, callback, { oauth_redirect_uri }) {
      if (profile.access.kind !== 'authorization_code') return NOT_EXPECTED
      const answer = await exchange(parts, session, callback, oauth_redirect_uri)
      return answer.kind === 'ok' ? { kind: 'ok', value: { session: withTokens(session, answer.value) } } : answer
    },

    async status(session, psu) {
      if (profile.access.kind === 'authorization_code' && session.access_token === undefined)
        return authorisationStatus(parts, session)
      const asked = await get(parts, session, statusPath(profile, session), psu)
      if (asked.answer.kind !== 'ok') return { ...asked.answer, ...asked.renewed }
      const report = readStatus(
        asked.answer.value,
        session.bank_payment_id,
        profile,
        serviceOf(session),
        nameOf(session),
      )
      if (report === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED', ...asked.renewed }
      return { kind: 'ok', value: { ...report, ...asked.renewed } }
    },

    async transfers(session) {
      // pain.002 tells of every transfer in the status itself; in JSON the payment's own resource does.
      const in_status = profile.status.format === 'pain.002'
      const path = in_status ? statusPath(profile, session) : paymentPath(profile, session)
      const asked = await get(parts, session, path)
      if (asked.answer.kind !== 'ok') return { ...asked.answer, ...asked.renewed }
      const transfers = readTransfers(asked.answer.value, profile, {
        bank_payment_id: session.bank_payment_id,
        end_to_end_id: nameOf(session),
      })
      if (transfers === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED', ...asked.renewed }
      return { kind: 'ok', value: { transfers, ...asked.renewed } }
    },

    cancel: (session, back) => cancel(parts, session, back),
  }
}

/** A payer lets us in before anything is initiated: the bank's pre-step (§13 as the Erste group and others have it). */
function accessFirst(parts: Parts): Pick<Required<BankConnector>, 'beginAccess' | 'finishAccess'> {
  const { profile, access } = parts
  return {
    async beginAccess({ oauth_redirect_uri, oauth_state }) {
      const { oauth } = access
      if (oauth === undefined) return NOT_EXPECTED
      const prepared = await oauth.prepare()
      if (prepared.kind !== 'ok') return prepared
      const code_verifier = profile.access.kind !== 'certificate' && profile.access.pkce ? newVerifier() : undefined
      const url = await oauth.authorizationUrl(prepared.value, {
        redirect_uri: oauth_redirect_uri,
        state: oauth_state,
        code_verifier,
      })
      return {
        kind: 'ok',
        value: { url, access: { oauth_state, ...(code_verifier !== undefined && { code_verifier }) } },
      }
    },
    async finishAccess(held, callback, { oauth_redirect_uri }) {
      const answer = await exchange(parts, held, callback, oauth_redirect_uri)
      return answer.kind === 'ok' ? { kind: 'ok', value: { access: answer.value } } : answer
    },
  }
}

async function exchange(
  { access, profile }: Parts,
  held: AccessSession,
  callback: OAuthCallback,
  redirect_uri: string,
): Promise<BankAnswer<Tokens>> {
  const { oauth_state: state } = held
  const code_verifier = typeof held.code_verifier === 'string' ? held.code_verifier : undefined
  const needs_verifier = profile.access.kind !== 'certificate' && profile.access.pkce
  if (access.oauth === undefined || typeof state !== 'string' || (needs_verifier && code_verifier === undefined))
    return NOT_EXPECTED
  return access.oauth.exchangeCode({ callback, redirect_uri, state, code_verifier })
}

/**
 * Without a token an OAuth bank tells no transaction status, but of the authorisation it does. A payer who agreed and
 * never came back must not count as one who never paid: `finalised` is told as ACTC, which no time-out abandons.
 */
async function authorisationStatus(parts: Parts, session: BankSession): Promise<BankAnswer<StatusReport>> {
  const { authorisation_id } = session
  const path = paymentPath(parts.profile, session)
  if (typeof authorisation_id !== 'string' || path === undefined)
    return { kind: 'not_sent', reason: 'NOT_AUTHORISED_YET' }
  const { answer } = await get(parts, session, `${path}/authorisations/${encodeURIComponent(authorisation_id)}`)
  if (answer.kind !== 'ok') return answer
  const sca_status = readScaStatus(answer.value)
  if (sca_status === undefined) return { kind: 'unknown', reason: 'ANSWER_MALFORMED' }
  const agreed = sca_status === 'finalised' || sca_status === 'exempted'
  return { kind: 'ok', value: { status: agreed ? 'ACTC' : 'RCVD' } }
}

/** What the order went by; sessions of before do not hold it. */
const nameOf = ({ end_to_end_id }: BankSession): string | undefined =>
  typeof end_to_end_id === 'string' ? end_to_end_id : undefined

type Asked = { readonly answer: Sent; readonly renewed: { readonly session?: BankSession } }

async function get(parts: Parts, session: BankSession, path: string | undefined, psu?: PsuContext): Promise<Asked> {
  if (path === undefined) return { answer: NO_SERVICE, renewed: {} }
  const { answer, renewed } = await parts.access.ask(session, (token) =>
    send(parts, {
      method: 'GET',
      path,
      request_id: randomUUID(),
      headers: { ...psuHeaders(psu), ...token },
      xml_answer: parts.profile.status.format === 'pain.002',
    }),
  )
  return { answer, renewed: renewed === undefined ? {} : { session: withTokens(session, renewed) } }
}
