/** Card messages and follow-on messages: decide, book once, answer. What is asked twice is answered from the book. */
import type { CardMessage, FollowOnMessage } from '../api/messages.ts'
import type { Book } from '../book/book.ts'
import type { CardFacts, Kind, MessageEntry, Said } from '../book/entries.ts'
import { canTakeBack, isEffective, type Posting, rootOf } from '../book/money.ts'
import { closesAccount, TEXTS } from './codes.ts'
import { judgeAddress, judgeAmount, judgeExpiry, judgeSecurityCode, type Manner, type Outcome } from './issuer.ts'
import { mask, passesLuhn } from './number.ts'

export type Handled = {
  readonly said: Said
  /** How the first call is treated; a repetition is `plain`. */
  readonly manner: Manner
  /** Resolves when the answer may leave. */
  readonly written: Promise<void>
}

/** The reference was used before for something else. */
export class ReferenceConflict extends Error {}

const plain = (code: string): Outcome => ({ code, manner: 'plain' })
const NOTHING = Promise.resolve()

type Parties = { readonly reference: string; readonly merchantId: string; readonly terminalId: string }

/**
 * What was answered to this reference before, if it came before.
 * @param content what the message says, in any fixed form; kept as a keyed hash
 * @throws ReferenceConflict
 */
export function repeated(book: Book, message: Parties, content: string): Handled | undefined {
  const posting = book.find(message.merchantId, message.reference)
  if (posting !== undefined) {
    if (posting.entry.content !== content) throw new ReferenceConflict()
    return { said: saidNow(posting), manner: 'plain', written: posting.written }
  }
  if (!book.isReversedEarly(message.merchantId, message.reference)) return undefined
  return { said: numbered(book.nextNo(), Date.now(), 'RV'), manner: 'plain', written: NOTHING }
}

/** What an inquiry and a repetition are told: the first answer, unless it was reversed since. */
export function saidNow(posting: Posting): Said {
  const { said } = posting.entry
  return posting.reversed === true ? { ...said, responseCode: 'RV', responseText: TEXTS.RV ?? '' } : said
}

/** Authorisation, purchase, verification. */
export function takeCard(book: Book, kind: Kind, message: CardMessage): Handled {
  const { card, initiation } = message
  const { name: _name, securityCode: _code, ...named } = card
  const content = book.numbers.contentHash(JSON.stringify([kind, message.amount, message.currency, named, initiation]))
  const before = repeated(book, message, content)
  if (before !== undefined) return before
  const found = findCard(book, message)
  const { code, manner } = judgeCard(book, kind, message, found)
  if (manner === 'lost') return { said: numbered(0, 0, code), manner, written: NOTHING }
  const no = book.nextNo()
  const at = Date.now()
  const address = judgeAddress(message.address?.street)
  const said: Said = {
    ...numbered(no, at, code),
    ...(code === '00' ? { authorizationCode: authorizationCode(no), traceId: traceId(no) } : {}),
    securityCodeResult: judgeSecurityCode(card.securityCode, card.number),
    ...(address === undefined ? {} : { addressResult: address }),
    ...(closesAccount(code) ? { accountClosed: true as const } : {}),
    ...(found.account === undefined ? {} : { account: found.account }),
  }
  const entry: MessageEntry = {
    ...heading(kind, message, no, at, content),
    card: found.facts,
    initiation: {
      source: initiation.source,
      by: initiation.initiatedBy,
      stored_on_file: initiation.storedOnFile,
      ...(initiation.agreementType === undefined ? {} : { agreement_type: initiation.agreementType }),
      ...(initiation.traceId === undefined ? {} : { trace_id: initiation.traceId }),
    },
    said,
  }
  return { said, manner, written: book.record(entry) }
}

type FoundCard = {
  readonly facts: CardFacts
  readonly account?: { readonly number: string; readonly expiry: string }
  /** Already decided by what the number is. */
  readonly refusal?: string
}

/** A token number leads to the card behind it, however it was announced: the scheme knows its own numbers. */
function findCard(book: Book, { card, merchantId }: CardMessage): FoundCard {
  const token = book.cards.token(card.number)
  if (token !== undefined) {
    const account = book.cards.account(token.account_id)
    const masked_number = account?.masked_number ?? ''
    const facts = {
      account_id: token.account_id,
      masked_number,
      expiry: token.card_expiry,
      scheme_token: mask(card.number),
    }
    if (token.merchant_id !== merchantId) return { facts, refusal: '57' }
    const behind = { number: masked_number, expiry: token.card_expiry }
    const is_closed = account === undefined || book.cards.isClosed(account.number_hash)
    return { facts, account: behind, ...(is_closed ? { refusal: '46' } : {}) }
  }
  const number_hash = book.numbers.hash(card.number)
  const facts = {
    account_id: book.cards.accountIdOf(number_hash),
    masked_number: mask(card.number),
    ...(card.expiry === undefined ? {} : { expiry: card.expiry }),
  }
  if (!passesLuhn(card.number)) return { facts, refusal: '14' }
  if (card.kind === 'schemeToken' && isOwnTokenRange(card.number)) return { facts, refusal: '14' }
  return book.cards.isClosed(number_hash) ? { facts, refusal: '46' } : { facts }
}

/** Where this scheme's tokens come from; a token of another range is another service's and stands for itself. */
const TOKEN_PREFIXES: Readonly<Record<string, string>> = { '4': '489537', '5': '52008282', '2': '52008282' }
export const tokenPrefixFor = (number: string): string | undefined =>
  /^(4|5[1-5]|2[2-7])/.test(number) ? TOKEN_PREFIXES[number.charAt(0)] : undefined
const isOwnTokenRange = (number: string): boolean =>
  Object.values(TOKEN_PREFIXES).some((prefix) => number.startsWith(prefix))

function judgeCard(book: Book, kind: Kind, message: CardMessage, found: FoundCard): Outcome {
  if (found.refusal !== undefined) return plain(found.refusal)
  if (kind !== 'verification' && message.amount === 0) return plain('13')
  const { initiatedBy, traceId } = message.initiation
  const is_known = traceId !== undefined && book.cards.accountOfTrace(traceId) === found.facts.account_id
  if (initiatedBy === 'merchant' && !is_known) return plain('57')
  const by_expiry = judgeExpiry(found.facts.expiry, Date.now())
  if (by_expiry.code !== '00' || by_expiry.manner !== 'plain') return by_expiry
  return judgeAmount(message.amount, message.currency)
}

/** Capture, refund, void, adjustment. */
export function takeFollowOn(book: Book, kind: Kind, message: FollowOnMessage): Handled {
  const { amount, currency, original } = message
  const content = book.numbers.contentHash(JSON.stringify([kind, amount, currency, original.reference]))
  const before = repeated(book, message, content)
  if (before !== undefined) return before
  const { code, manner } = judgeFollowOn(book, kind, message)
  if (manner === 'lost') return { said: numbered(0, 0, code), manner, written: NOTHING }
  const no = book.nextNo()
  const at = Date.now()
  const said = { ...numbered(no, at, code), ...(code === '00' ? { authorizationCode: authorizationCode(no) } : {}) }
  const entry = { ...heading(kind, message, no, at, content), original: original.reference, said }
  return { said, manner, written: book.record(entry) }
}

function judgeFollowOn(book: Book, kind: Kind, message: FollowOnMessage): Outcome {
  const { amount, currency } = message
  const original = book.find(message.merchantId, message.original.reference)
  const { transactionId } = message.original
  if (original === undefined || original.entry.kind === 'scheme-token') return plain('25')
  if (transactionId !== undefined && original.entry.said.transactionId !== transactionId) return plain('25')
  const root = rootOf(original)
  if (!isEffective(original) || !isEffective(root)) return plain('12')
  if (original.entry.currency !== currency) return plain('13')
  if (kind === 'void') return judgeVoid(original, amount)
  if (amount === 0) return plain('13')
  const fault = kind === 'refund' ? refundFault(root, amount) : authorizationFault(kind, original, amount)
  return fault === undefined ? judgeAmount(amount, currency) : plain(fault)
}

/** A void is of the whole message, so its amount is the message's own, or what an authorisation was adjusted to. */
function judgeVoid(original: Posting, amount: number): Outcome {
  const { kind, amount_minor } = original.entry
  if (kind !== 'authorization' && kind !== 'purchase' && kind !== 'capture' && kind !== 'refund') return plain('12')
  if (amount !== amount_minor && !(kind === 'authorization' && amount === original.authorized_minor)) return plain('13')
  return plain(canTakeBack(original) ? '00' : '12')
}

function refundFault(root: Posting, amount: number): string | undefined {
  return amount > root.captured_minor - root.refunded_minor ? '13' : undefined
}

function authorizationFault(kind: Kind, original: Posting, amount: number): string | undefined {
  if (original.entry.kind !== 'authorization') return '12'
  if (kind === 'capture') return original.captured_minor + amount > original.authorized_minor ? '13' : undefined
  return amount < original.captured_minor ? '13' : undefined
}

function heading(
  kind: Kind,
  message: Parties & { amount: number; currency: string },
  no: number,
  at: number,
  content: string,
) {
  return {
    entry: 'message' as const,
    at,
    no,
    kind,
    merchant_id: message.merchantId,
    terminal_id: message.terminalId,
    reference: message.reference,
    content,
    amount_minor: message.amount,
    currency: message.currency,
  }
}

/** The parts of an answer that every message gets, from its number in the book. */
export function numbered(no: number, at: number, code: string): Said {
  const stan = String(no % 1_000_000).padStart(6, '0')
  const day = new Date(at)
  const hour = String(day.getUTCHours()).padStart(2, '0')
  return {
    responseCode: code,
    responseText: TEXTS[code] ?? '',
    transactionId: String(no).padStart(12, '0'),
    stan,
    rrn: `${day.getUTCFullYear() % 10}${dayOfYear(day)}${hour}${stan}`,
  }
}

function dayOfYear(day: Date): string {
  const first = Date.UTC(day.getUTCFullYear(), 0, 1)
  return String(Math.floor((day.getTime() - first) / 86_400_000) + 1).padStart(3, '0')
}

/** Look drawn, are the number in the book: within a million messages none comes twice. */
const drawn = (no: number): string => String((no * 7919 + 100_003) % 1_000_000).padStart(6, '0')
const authorizationCode = drawn
/** Fifteen digits, as Visa's transaction identifier. */
const traceId = (no: number): string => drawn(no) + String(no).padStart(9, '0')
