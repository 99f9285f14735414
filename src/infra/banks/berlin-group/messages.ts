/**
 * Berlin Group NextGenPSD2 1.3.12 messages of payment initiation as pure functions: our order to its JSON body, and the
 * bank's answers to facts. An answer is a stranger's input: whatever is not of the expected shape is reported as
 * malformed (undefined), texts are cut and cleaned, links are only returned, never trusted.
 */
import type { PaymentOrder } from '../connector.ts'

const MAX_TEXT = 500
const MAX_LINK = 2_048
const MAX_MESSAGES = 20

/** §14.17 transactionStatus: four capitals; banks add some of their own, which the caller judges. */
const STATUS = /^[A-Z]{4}$/
/** Opaque to us, but it becomes part of a path: printable ASCII without slashes. */
const PAYMENT_ID = /^(?!\.{1,2}$)[!-.0-[\]-~]{1,64}$/
/** Romanian ones however they are spaced and cased; others in one piece, or in capitals in groups of four. */
const IBAN =
  /\b(?:[Rr][Oo]\d{2}(?: ?[A-Za-z0-9]{4}){5}|[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}|[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b/g
const CODE = /^[A-Za-z0-9_.-]{1,64}$/

/** paymentInitiation_json (§5.3.1), as the bytes that are signed and sent. */
export function paymentBody(order: PaymentOrder): string {
  return JSON.stringify({
    endToEndIdentification: order.end_to_end_id,
    debtorAccount: { iban: order.debtor_iban },
    instructedAmount: { currency: order.currency, amount: decimal(order.amount_minor) },
    creditorAccount: { iban: order.creditor_iban },
    creditorName: order.creditor_name,
    remittanceInformationUnstructured: order.remittance,
  })
}

function decimal(amount_minor: number): string {
  return `${Math.trunc(amount_minor / 100)}.${String(amount_minor % 100).padStart(2, '0')}`
}

export type InitiationAnswer = {
  readonly bank_payment_id: string
  readonly status: string
  readonly sca_redirect?: string
  /** Of the authorisation that the bank began by itself: last part of the `scaStatus` link. */
  readonly authorisation_id?: string
  readonly psu_message?: string
}

/** paymentInitationRequestResponse-201; undefined when it is not one, or when its own links name another payment. */
export function readInitiation(body: Buffer): InitiationAnswer | undefined {
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const bank_payment_id = answer.paymentId
  const status = answer.transactionStatus
  if (typeof bank_payment_id !== 'string' || !PAYMENT_ID.test(bank_payment_id)) return undefined
  if (typeof status !== 'string' || !STATUS.test(status)) return undefined
  for (const name of ['self', 'status']) {
    const link = linkOf(answer, name)
    if (link !== undefined && !namesPayment(link, bank_payment_id)) return undefined
  }
  const sca_redirect = linkOf(answer, 'scaRedirect')
  const authorisation_id = linkOf(answer, 'scaStatus')?.split(/[?#]/, 1)[0]?.split('/').at(-1)
  const psu_message = psuMessage(answer)
  return {
    bank_payment_id,
    status,
    ...(authorisation_id !== undefined && PAYMENT_ID.test(authorisation_id) ? { authorisation_id } : {}),
    ...(sca_redirect === undefined ? {} : { sca_redirect }),
    ...(psu_message === undefined ? {} : { psu_message }),
  }
}

export type StatusAnswer = { readonly status: string; readonly reason_code?: string; readonly reason?: string }

/** paymentInitiationStatusResponse-200_json; undefined when it is not one, or when it is about another payment. */
export function readStatus(body: Buffer, bank_payment_id: string): StatusAnswer | undefined {
  const answer = readObject(body)
  if (answer === undefined) return undefined
  const status = answer.transactionStatus
  if (typeof status !== 'string' || !STATUS.test(status)) return undefined
  if (answer.paymentId !== undefined && answer.paymentId !== bank_payment_id) return undefined
  const first = messagesOf(answer)[0]
  const given = isObject(answer.stsRsnInf) ? answer.stsRsnInf : {}
  const given_code = isObject(given.rsn) ? (given.rsn.cd ?? given.rsn.prtry) : undefined
  const reason_code = [
    first?.code,
    given_code,
    answer.fundsAvailable === false ? 'FUNDS_NOT_AVAILABLE' : undefined,
  ].find(isCode)
  const reason = first?.text ?? psuMessage(answer) ?? cleanText(given.addtlInf)
  return {
    status,
    ...(reason_code === undefined ? {} : { reason_code }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** scaStatusResponse (§14.10): how far the payer's authorisation is; undefined when the answer is not one. */
export function readScaStatus(body: Buffer): string | undefined {
  const status = readObject(body)?.scaStatus
  return isCode(status) ? status : undefined
}

/** Why the bank refused a call: the first error of any shape that banks use, or the HTTP status where it says nothing. */
export function readRefusal(http_status: number, body: Buffer): { readonly code: string; readonly text: string } {
  const answer = readObject(body)
  const first = answer === undefined ? undefined : messagesOf(answer)[0]
  return { code: first?.code ?? `HTTP_${http_status}`, text: first?.text ?? '' }
}

type Message = { readonly code: string | undefined; readonly text: string | undefined }

/**
 * The messages of an answer, errors before warnings: `tppMessages` as a list or a single object, `tppMessage`,
 * RFC 7807 problem+json with `additionalErrors` (§4.14), OAuth errors (RFC 6749 §5.2), and lists called `errors`.
 */
function messagesOf(answer: Readonly<Record<string, unknown>>): readonly Message[] {
  const listed = [answer.tppMessages, answer.tppMessage, answer.errors].flatMap((value) =>
    Array.isArray(value) ? value : [value],
  )
  const itself = typeof answer.code === 'string' || typeof answer.error === 'string' ? [answer] : []
  const additional = Array.isArray(answer.additionalErrors) ? answer.additionalErrors : []
  return [...listed, ...itself, ...additional]
    .slice(0, MAX_MESSAGES)
    .filter(isObject)
    .toSorted((a, b) => Number(a.category === 'WARNING') - Number(b.category === 'WARNING'))
    .map((message) => ({
      code: [message.code, message.error].find(isCode),
      text: [message.text, message.detail, message.error_description, message.title, message.message]
        .map(cleanText)
        .find(Boolean),
    }))
    .filter((message) => message.code !== undefined || message.text !== undefined)
}

/** At the top level, as the standard says, or inside `_links`, as BRD answers. */
function psuMessage(answer: Readonly<Record<string, unknown>>): string | undefined {
  const links = isObject(answer._links) ? answer._links : {}
  const inside = isObject(links.psuMessage) ? links.psuMessage.href : links.psuMessage
  return cleanText(answer.psuMessage) ?? cleanText(inside)
}

/** A link as `{ href }`, as the standard says, or as a plain string, as ING answers. */
function linkOf(answer: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const links = isObject(answer._links) ? answer._links : {}
  const link = links[name]
  const href = isObject(link) ? link.href : link
  return typeof href === 'string' && href !== '' && href.length <= MAX_LINK ? href : undefined
}

function namesPayment(link: string, bank_payment_id: string): boolean {
  const path = link.split(/[?#]/, 1)[0] ?? ''
  return path.split('/').some((part) => part === bank_payment_id || part === encodeURIComponent(bank_payment_id))
}

/** One line of at most 500 characters without control characters, IBANs and mail addresses; undefined when empty. */
function cleanText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value
    .slice(0, 4 * MAX_TEXT)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(IBAN, '(IBAN)')
    .replace(/[^\s@]{1,64}@[^\s@]{1,255}/g, '(email)')
    .trim()
    .slice(0, MAX_TEXT)
    .toWellFormed()
  return text === '' ? undefined : text
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
