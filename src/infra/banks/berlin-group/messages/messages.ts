/**
 * The bank's answers of Berlin Group NextGenPSD2 1.3.12 (payment initiation) as facts. Pure functions. An answer is a
 * stranger's input: whatever is not of the expected shape is reported as malformed (undefined), texts are cut and
 * cleaned, links are only returned, never trusted. Statuses come back in the standard's words (`statuses.meaning`).
 */
import type { BankProfile, PaymentService, StatusReport, TransferReport } from '../../connector.ts'
import {
  cleanText,
  isCode,
  isObject,
  isResourceId,
  type Json,
  meaningOf,
  messagesOf,
  readObject,
  type Said,
  wholeOf,
  withoutContradictions,
} from './messages-words.ts'
import { readPain002 } from './pain002.ts'

const MAX_LINK = 2_048
/** MsgId, PmtInfId and EndToEndId. */
const MAX_ID = 35
/** More than any bank takes in one bulk payment. */
const MAX_TRANSFERS = 2_000

/** What of an answer leads onwards. Relative links are made absolute with the profile's `base_url`; origins are not checked. */
export type Steps = {
  /** Where the browser of the payer goes. */
  readonly sca_redirect?: string
  /** The metadata of the authorisation server (RFC 8414). */
  readonly sca_oauth?: string
  /** True when the authorisation must be begun by a call of ours: `POST …/authorisations` with `{}`. */
  readonly start_authorisation?: true
  /** Of the authorisation that has begun: `authorisationId`, or the last part of the `scaStatus` link. */
  readonly authorisation_id?: string
  readonly psu_message?: string
  /** How far the authorisation is, where the answer says it. */
  readonly sca_status?: string
}

export type InitiationAnswer = Steps & { readonly bank_payment_id: string; readonly status: string }

/** paymentInitationRequestResponse-201; undefined when it is not one, or when its own links name another payment. */
export function readInitiation(body: Buffer, profile: BankProfile): InitiationAnswer | undefined {
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const bank_payment_id = answer.paymentId
  const status = meaningOf(answer.transactionStatus, profile)
  if (!isResourceId(bank_payment_id) || status === undefined) return undefined
  for (const name of ['self', 'status']) {
    const link = linkOf(answer, name)
    if (link !== undefined && !namesPayment(link, bank_payment_id)) return undefined
  }
  return { bank_payment_id, status, ...stepsOf(answer, profile) }
}

/** startScaprocessResponse-201 (§5.4), of an authorisation or of the authorisation of a cancellation. */
export function readStarted(body: Buffer, profile: BankProfile): Steps | undefined {
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const { start_authorisation: _begun, ...steps } = stepsOf(answer, profile)
  return Object.keys(steps).length === 0 ? undefined : steps
}

export type CancelAnswer = Steps & { readonly status?: string }

/** paymentInitiationCancelResponse-202: what is still to be done before the payment is dropped. */
export function readCancelled(body: Buffer, profile: BankProfile): CancelAnswer | undefined {
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const status = meaningOf(answer.transactionStatus, profile)
  return { ...stepsOf(answer, profile), ...(status === undefined ? {} : { status }) }
}

export type StatusAnswer = Omit<StatusReport, 'session'>

/**
 * paymentInitiationStatusResponse-200, JSON or pain.002; undefined when it is neither, or when it is about another
 * payment. `transfers` is there where the answer tells of single ones.
 * @param service of the payment: whether a single transfer in pain.002 speaks for the whole
 * @param end_to_end_id of the order, by which pain.002 names it; where it is not known, pain.002 is taken as it comes
 */
export function readStatus(
  body: Buffer,
  bank_payment_id: string,
  profile: BankProfile,
  service?: PaymentService,
  end_to_end_id?: string,
): StatusAnswer | undefined {
  const answer = readAnyStatus(body, bank_payment_id, profile, service, end_to_end_id)
  // One transfer cannot be paid in part.
  return answer?.status === 'PART' && service !== undefined && service !== 'bulk-payments' ? undefined : answer
}

function readAnyStatus(
  body: Buffer,
  bank_payment_id: string,
  profile: BankProfile,
  service: PaymentService | undefined,
  end_to_end_id: string | undefined,
): StatusAnswer | undefined {
  if (isXml(body)) return readPain002(body, profile, service, ownIds(bank_payment_id, end_to_end_id))
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const status = meaningOf(answer.transactionStatus, profile)
  if (status === undefined) return undefined
  if (answer.paymentId !== undefined && answer.paymentId !== bank_payment_id) return undefined
  const listed: readonly unknown[] = Array.isArray(answer.payments) ? answer.payments.slice(0, MAX_TRANSFERS) : []
  const statuses = listed.map((one) => (isObject(one) ? meaningOf(one.transactionStatus, profile) : undefined))
  const transfers = transfersOf(answer.payments, profile)
  return {
    status: wholeOf(status, service, statuses),
    ...reasonOf(answer),
    ...(transfers.length === 0 ? {} : { transfers }),
  }
}

/** scaStatusResponse (§14.10): how far the payer's authorisation is; undefined when the answer is not one. */
export function readScaStatus(body: Buffer): string | undefined {
  const status = readObject(body)?.scaStatus
  return isCode(status) ? status : undefined
}

/**
 * How the transfers of a bulk payment stand: of `GET /bulk-payments/{product}/{paymentId}` (whose `payments` some banks
 * give a `transactionStatus` each) or of pain.002. Empty where the answer tells of none; undefined when it is no answer.
 * A transfer of which contradictory things are said is left out.
 */
export function readTransfers(
  body: Buffer,
  profile: BankProfile,
  of?: { readonly bank_payment_id: string; readonly end_to_end_id: string | undefined },
): readonly TransferReport[] | undefined {
  if (isXml(body)) {
    const own_ids = of && ownIds(of.bank_payment_id, of.end_to_end_id)
    const report = readPain002(body, profile, 'bulk-payments', own_ids)
    return report === undefined ? undefined : (report.transfers ?? [])
  }
  const answer = readObject(body)
  if (answer === undefined) return undefined
  if (of !== undefined && answer.paymentId !== undefined && answer.paymentId !== of.bank_payment_id) return undefined
  return transfersOf(answer.payments, profile)
}

/** Names of a payment in pain.002: our own, and for an order that came as JSON the bank's. */
function ownIds(bank_payment_id: string, end_to_end_id: string | undefined): readonly string[] {
  if (end_to_end_id === undefined) return []
  return [end_to_end_id.slice(0, MAX_ID), bank_payment_id, bank_payment_id.replaceAll('-', '')]
}

/** Why the bank refused a call: the first error of any shape that banks use, or the HTTP status where it says nothing. */
export function readRefusal(http_status: number, body: Buffer): { readonly code: string; readonly text: string } {
  const report = isXml(body) ? readPain002(body, undefined) : undefined
  if (report !== undefined) return { code: report.reason_code ?? `HTTP_${http_status}`, text: report.reason ?? '' }
  const answer = readObject(body)
  const first = answer === undefined ? undefined : messagesOf(answer)[0]
  return { code: first?.code ?? `HTTP_${http_status}`, text: first?.text ?? '' }
}

function transfersOf(list: unknown, profile: BankProfile): readonly TransferReport[] {
  if (!Array.isArray(list)) return []
  const reports = list.slice(0, MAX_TRANSFERS).flatMap((item: unknown): TransferReport[] => {
    if (!isObject(item)) return []
    const end_to_end_id = item.endToEndIdentification
    const status = meaningOf(item.transactionStatus, profile)
    if (typeof end_to_end_id !== 'string' || end_to_end_id.length > MAX_ID || status === undefined) return []
    return [{ end_to_end_id, status, ...reasonOf(item) }]
  })
  return withoutContradictions(reports)
}

/** Why a payment stands as it does, wherever the bank says so: messages, ING's `stsRsnInf`, `fundsAvailable`, psuMessage. */
function reasonOf(answer: Json): Pick<StatusReport, 'reason_code' | 'reason'> {
  const [first]: readonly (Said | undefined)[] = messagesOf(answer)
  const listed: unknown = Array.isArray(answer.stsRsnInf) ? answer.stsRsnInf[0] : answer.stsRsnInf
  const given = isObject(listed) ? listed : {}
  const given_code = isObject(given.rsn) ? (given.rsn.cd ?? given.rsn.prtry) : given.rsn
  const added: unknown = Array.isArray(given.addtlInf) ? given.addtlInf[0] : given.addtlInf
  const without_funds =
    answer.fundsAvailable === false || (typeof added === 'string' && /fundsAvailable\W{1,5}false/i.test(added))
  const reason_code = [first?.code, given_code, without_funds ? 'FUNDS_NOT_AVAILABLE' : undefined].find(isCode)
  const reason = first?.text ?? psuMessage(answer) ?? cleanText(added)
  return {
    ...(reason_code === undefined ? {} : { reason_code }),
    ...(reason === undefined ? {} : { reason }),
  }
}

function stepsOf(answer: Json, profile: BankProfile): Steps {
  const sca_redirect = absolute(linkOf(answer, 'scaRedirect'), profile)
  const sca_oauth = absolute(linkOf(answer, 'scaOAuth'), profile)
  const starts =
    linkOf(answer, 'startAuthorisation') !== undefined ||
    linkOf(answer, 'startAuthorisationWithPsuIdentification') !== undefined
  const authorisation_id = [
    answer.authorisationId,
    linkOf(answer, 'scaStatus')
      ?.split(/[?#]/, 1)[0]
      ?.replace(/\/status$/, '')
      .split('/')
      .at(-1),
  ].find(isResourceId)
  const psu_message = psuMessage(answer)
  return {
    ...(sca_redirect === undefined ? {} : { sca_redirect }),
    ...(sca_oauth === undefined ? {} : { sca_oauth }),
    ...(starts ? { start_authorisation: true } : {}),
    ...(authorisation_id === undefined ? {} : { authorisation_id }),
    ...(psu_message === undefined ? {} : { psu_message }),
    ...(isCode(answer.scaStatus) ? { sca_status: answer.scaStatus } : {}),
  }
}

/** At the top level, as the standard says, or inside `_links`, as BRD answers. */
function psuMessage(answer: Json): string | undefined {
  const links = isObject(answer._links) ? answer._links : {}
  const inside = isObject(links.psuMessage) ? links.psuMessage.href : links.psuMessage
  return cleanText(answer.psuMessage) ?? cleanText(inside)
}

/** A link as `{ href }`, as the standard says, or as a plain string, as ING answers. */
function linkOf(answer: Json, name: string): string | undefined {
  const links = isObject(answer._links) ? answer._links : {}
  const link = links[name]
  const href = isObject(link) ? link.href : link
  return typeof href === 'string' && href !== '' && href.length <= MAX_LINK ? href : undefined
}

/** §4.9: a link may be relative to the address that was called. */
function absolute(link: string | undefined, profile: BankProfile): string | undefined {
  if (link === undefined) return undefined
  return URL.canParse(link) ? link : (URL.parse(link, profile.base_url)?.href ?? undefined)
}

function namesPayment(link: string, bank_payment_id: string): boolean {
  const path = link.split(/[?#]/, 1)[0] ?? ''
  return path.split('/').some((part) => part === bank_payment_id || part === encodeURIComponent(bank_payment_id))
}

const isXml = (body: Buffer): boolean => /^\ufeff?\s*</.test(body.toString('utf8', 0, 100))
