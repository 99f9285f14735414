/** What all readers of answers share: codes, ids, statuses, and words of strangers cut to what may be shown and kept. */
import type { BankProfile, PaymentService, TransferReport } from '../../connector.ts'

const MAX_TEXT = 500
const MAX_MESSAGES = 20

/** §14.17 transactionStatus: four capitals; banks add some of their own, which the caller judges. */
const STATUS = /^[A-Z]{4}$/
/** Opaque to us, but it becomes part of a path: printable ASCII without slashes. */
const RESOURCE_ID = /^(?!\.{1,2}$)[!-.0-[\]-~]{1,64}$/
/** Romanian ones however they are spaced and cased; others in one piece, or in capitals in groups of four. */
const IBAN =
  /\b(?:[Rr][Oo]\d{2}(?: ?[A-Za-z0-9]{4}){5}|[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}|[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b/g
/** An account number anywhere in a code; `AM04InsufficientFunds` is none. */
const ACCOUNT = /[A-Za-z]{2}\d{2}(?=(?:[A-Za-z]*\d){6})[A-Za-z0-9]{11,30}/
const CODE = /^[A-Za-z0-9_.-]{1,64}$/

export const REFUSED: readonly string[] = ['RJCT', 'CANC']
export const SETTLED: readonly string[] = ['ACSC', 'ACCC']

export type Json = Readonly<Record<string, unknown>>

/** A bank's message to us: a machine's code, a sentence, or both. */
export type Said = { readonly code: string | undefined; readonly text: string | undefined }

/**
 * The messages of an answer, errors before warnings: `tppMessages` as a list or a single object, `tppMessage`,
 * RFC 7807 problem+json with `additionalErrors` (§4.14), OAuth errors (RFC 6749 §5.2), and lists called `errors` of
 * objects (BCR) or of plain sentences.
 */
export function messagesOf(answer: Json): readonly Said[] {
  const listed = [answer.tppMessages, answer.tppMessage, answer.errors].flatMap((value: unknown): unknown[] =>
    Array.isArray(value) ? value.slice(0, MAX_MESSAGES) : [value],
  )
  const itself = typeof answer.code === 'string' || typeof answer.error === 'string' ? [answer] : []
  const additional: unknown[] = Array.isArray(answer.additionalErrors)
    ? answer.additionalErrors.slice(0, MAX_MESSAGES)
    : []
  const said = [...listed, ...itself, ...additional]
    .filter(isObject)
    .toSorted((a, b) => Number(a.category === 'WARNING') - Number(b.category === 'WARNING'))
    .map((message) => ({
      code: [message.code, message.error, message.errorCode].find(isCode),
      text: [
        message.text,
        message.detail,
        message.error_description,
        message.title,
        message.message,
        message.errorMessage,
      ]
        .map(cleanText)
        .find(Boolean),
    }))
  const plain = (Array.isArray(answer.errors) ? answer.errors.slice(0, MAX_MESSAGES) : [])
    .filter((error: unknown) => typeof error === 'string')
    .map((error: string) =>
      isCode(error) ? { code: error, text: undefined } : { code: undefined, text: cleanText(error) },
    )
  return [...said, ...plain].filter(({ code, text }) => code !== undefined || text !== undefined)
}

/** A transactionStatus in the standard's words; undefined when it is none. */
export function meaningOf(status: unknown, profile: BankProfile | undefined): string | undefined {
  if (typeof status !== 'string' || !STATUS.test(status)) return undefined
  const meaning = profile?.statuses?.meaning ?? {}
  return Object.hasOwn(meaning, status) ? meaning[status] : status
}

/** Said twice alike counts once; said differently, not at all. Nor does PART, which no single transfer can be. */
export function withoutContradictions(reports: readonly TransferReport[]): readonly TransferReport[] {
  const by_id = Map.groupBy(reports, ({ end_to_end_id }) => end_to_end_id)
  return [...by_id.values()].flatMap(([first, ...others]) =>
    first !== undefined && first.status !== 'PART' && others.every(({ status }) => status === first.status)
      ? [first]
      : [],
  )
}

/**
 * A whole that is said to be settled while some of it was refused is so in part, and one that is said to be refused while
 * some of it is settled: nobody shall be told that a transfer is paid which the same answer says is not.
 * @param statuses of all transfers that the answer tells of, also of those that it does not name clearly
 */
export function wholeOf(
  status: string,
  service: PaymentService | undefined,
  statuses: readonly (string | undefined)[],
): string {
  const some = (wanted: readonly string[]): boolean => statuses.some((one = '') => wanted.includes(one))
  if (statuses.length < 2 || (service !== undefined && service !== 'bulk-payments')) return status
  if (SETTLED.includes(status) && some(REFUSED)) return 'PART'
  return REFUSED.includes(status) && some(SETTLED) ? 'PART' : status
}

/** One line of at most 500 characters without control characters, IBANs and mail addresses; undefined when empty. */
export function cleanText(value: unknown): string | undefined {
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

/** A machine's word, which may be logged: an account number is none. */
export function isCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value) && !ACCOUNT.test(value)
}

/** The bank's id of a payment or of an authorisation, fit for a path. */
export function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && RESOURCE_ID.test(value)
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readObject(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
