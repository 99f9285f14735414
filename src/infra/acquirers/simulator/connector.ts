/** The connector of the simulated acquirer: one JSON message a call over mutual TLS (sandbox/acquirer/README.md). */
import type { Outbound, OutboundAnswer, TlsIdentity } from '../../outbound.ts'
import type {
  AcquirerAnswer,
  AcquirerConnector,
  AcquirerWord,
  ReversalAnswer,
  SchemeTokenAnswer,
} from '../connector.ts'
import {
  readAnswer,
  readCode,
  readInquiry,
  readToken,
  writeCardMessage,
  writeExpiry,
  writeFollowOn,
  writeParties,
  writeReversal,
} from './messages.ts'

const MAX_ANSWER_BYTES = 16_384
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' } as const
const UNREADABLE = { kind: 'unknown', reason: 'ANSWER_UNREADABLE' } as const
/** 4xx that are no refusal: the message may be one that was carried out, and whoever stands between may say 408 of any. */
const NO_REFUSAL: readonly number[] = [408, 409]

type Failed = Exclude<OutboundAnswer, { kind: 'answered' }>
type Answered = Extract<OutboundAnswer, { kind: 'answered' }>

/**
 * @param input.profile `url` as in the profile, without a slash at its end
 * @param input.tls our certificate, and the authority of the acquirer's where it is not public; one object, kept
 */
export function createSimulatorConnector(input: {
  readonly profile: { readonly id: string; readonly url: string; readonly timeout_ms: number }
  readonly outbound: Outbound
  readonly tls: TlsIdentity
}): AcquirerConnector {
  const { profile, outbound, tls } = input
  const call = (kind: string, message: object): Promise<OutboundAnswer> =>
    outbound.request({
      purpose: 'acquirer',
      method: 'POST',
      url: `${profile.url}/v1/${kind}`,
      headers: HEADERS,
      body: JSON.stringify(message),
      tls,
      timeout_ms: profile.timeout_ms,
      max_bytes: MAX_ANSWER_BYTES,
    })
  const carry = async (kind: string, message: object): Promise<AcquirerAnswer> => outcomeOf(await call(kind, message))
  return {
    acquirer_id: profile.id,
    timeout_ms: profile.timeout_ms,
    pay: (message) => carry('purchase', writeCardMessage(message)),
    authorize: (message) => carry('authorization', writeCardMessage(message)),
    verify: (message) => carry('verification', writeCardMessage(message)),
    capture: (message) => carry('capture', writeFollowOn(message)),
    refund: (message) => carry('refund', writeFollowOn(message)),
    void: (message) => carry('void', writeFollowOn(message)),
    updateAuthorization: (message) => carry('adjustment', writeFollowOn(message)),
    ask: async (message) => wordOf(await call('inquiry', writeParties(message))),
    reverse: async (message) => reversalOf(await call('reversal', writeReversal(message))),
    issueSchemeToken: async ({ number, expiry_month, expiry_year, ...message }) => {
      const expiry = writeExpiry(expiry_month, expiry_year)
      return tokenOf(await call('scheme-token', { ...writeParties(message), number, expiry }))
    },
  }
}

const isSuccess = ({ status }: Answered): boolean => status === 200

/** Anything but a 200 says nothing of the message asked about. */
const otherStatus = ({ status }: Answered): Failed => ({ kind: 'unknown', reason: `HTTP_${status}` })

/**
 * A refusal of the message itself (4xx) was no payment; but a reference used before may well have been one, and so may one
 * that an intermediary waited for in vain: these are asked about like a 5xx.
 */
function outcomeOf(answer: OutboundAnswer): AcquirerAnswer {
  if (answer.kind !== 'answered') return answer
  if (isSuccess(answer)) {
    const result = readAnswer(answer.body)
    return result === undefined ? UNREADABLE : { kind: 'answered', ...result }
  }
  if (answer.status < 400 || answer.status >= 500 || NO_REFUSAL.includes(answer.status)) return otherStatus(answer)
  const acquirer_code = readCode(answer.body) ?? String(answer.status)
  return { kind: 'answered', approved: false, gateway_code: 'SYSTEM_ERROR', acquirer_code }
}

function wordOf(answer: OutboundAnswer): AcquirerWord {
  if (answer.kind !== 'answered') return answer
  if (!isSuccess(answer)) return otherStatus(answer)
  const word = readInquiry(answer.body)
  if (word === undefined) return UNREADABLE
  return word === 'not_found' ? { kind: 'not_found' } : { kind: 'answered', ...word }
}

function reversalOf(answer: OutboundAnswer): ReversalAnswer {
  if (answer.kind !== 'answered') return answer
  if (!isSuccess(answer)) return otherStatus(answer)
  const code = readCode(answer.body)
  if (code === undefined) return UNREADABLE
  return code === '00' ? { kind: 'reversed' } : { kind: 'refused', acquirer_code: code }
}

function tokenOf(answer: OutboundAnswer): SchemeTokenAnswer {
  if (answer.kind !== 'answered') return answer
  const is_refusal = answer.status >= 400 && answer.status < 500
  if (is_refusal) return { kind: 'refused', acquirer_code: readCode(answer.body) ?? String(answer.status) }
  if (!isSuccess(answer)) return otherStatus(answer)
  const read = readToken(answer.body)
  if (read === undefined || (read.code === '00' && read.token === undefined)) return UNREADABLE
  return read.token === undefined ? { kind: 'refused', acquirer_code: read.code } : { kind: 'issued', ...read.token }
}
