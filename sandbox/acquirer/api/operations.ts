/** Paths × what they do: the table of the interface. */
import type { Book } from '../book/book.ts'
import type { Kind } from '../book/entries.ts'
import { type Handled, saidNow, takeCard, takeFollowOn } from '../issuers/host.ts'
import type { Manner } from '../issuers/issuer.ts'
import { takeSchemeToken } from '../issuers/scheme.ts'
import { readCardMessage, readFollowOn, readInquiry, readReversal, readSchemeToken } from './messages.ts'

export type Worked = { readonly body: object; readonly manner: Manner; readonly written: Promise<void> }
/** @throws FormatError, ReferenceConflict */
export type Operation = (book: Book, message: unknown) => Worked

const NOTHING = Promise.resolve()

const told = ({ said, manner, written }: Handled): Worked => ({ body: said, manner, written })
const onCard =
  (kind: Kind): Operation =>
  (book, message) =>
    told(takeCard(book, kind, readCardMessage(message)))
const onOriginal =
  (kind: Kind): Operation =>
  (book, message) =>
    told(takeFollowOn(book, kind, readFollowOn(message)))

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['authorization', onCard('authorization')],
  ['purchase', onCard('purchase')],
  ['verification', onCard('verification')],
  ['capture', onOriginal('capture')],
  ['refund', onOriginal('refund')],
  ['void', onOriginal('void')],
  ['adjustment', onOriginal('adjustment')],
  ['inquiry', inquire],
  ['reversal', reverse],
  ['scheme-token', issueToken],
])

/** What became of a message; it is told only what is in the file. */
function inquire(book: Book, input: unknown): Worked {
  const message = readInquiry(input)
  const posting = book.find(message.merchantId, message.reference)
  if (posting === undefined || posting.entry.kind === 'scheme-token') {
    return { body: { found: false }, manner: 'plain', written: NOTHING }
  }
  return { body: { found: true, ...saidNow(posting) }, manner: 'plain', written: posting.written }
}

/** From now on the message of this reference has no effect, whether it came, comes later or never. */
function reverse(book: Book, input: unknown): Worked {
  const message = readReversal(input)
  const { merchantId: merchant_id, reference } = message
  const posting = book.find(merchant_id, reference)
  const done = (responseCode: string, written: Promise<void>): Worked => ({
    body: { responseCode, responseText: responseCode === '00' ? 'Reversed' : 'Cannot be backed out' },
    manner: 'plain',
    written,
  })
  if (posting === undefined) {
    if (book.isReversedEarly(merchant_id, reference)) return done('00', NOTHING)
  } else {
    if (posting.reversed === true) return done('00', posting.written)
    const { entry } = posting
    if (entry.kind === 'scheme-token') return done('21', NOTHING)
    if (entry.amount_minor !== message.amount || entry.currency !== message.currency) return done('13', NOTHING)
    if (!book.canReverse(posting)) return done('21', NOTHING)
  }
  return done('00', book.record({ entry: 'reversal', at: Date.now(), merchant_id, reference }))
}

function issueToken(book: Book, input: unknown): Worked {
  const { said, token, written } = takeSchemeToken(book, readSchemeToken(input))
  const body = token === undefined ? said : { ...said, token: { number: token.number, expiry: token.token_expiry } }
  return { body, manner: 'plain', written }
}
