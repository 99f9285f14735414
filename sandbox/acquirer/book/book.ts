/** All messages by merchant and reference, reversals, totals. `record` applies an entry at once and resolves once it is in the file. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '../../process/journal.ts'
import { createNumbers, type Numbers } from '../issuers/number.ts'
import { type Cards, createCards } from './cards.ts'
import type { Entry, MessageEntry, ReversalEntry } from './entries.ts'
import { canTakeBack, carryOut, isApproved, isEffective, type Posting, rootOf, type Total, takeBack } from './money.ts'

export type Book = {
  readonly cards: Cards
  readonly numbers: Numbers
  find(merchant_id: string, reference: string): Posting | undefined
  /** Reversed before it came. */
  isReversedEarly(merchant_id: string, reference: string): boolean
  /** Whether a reversal would leave the chain whole. */
  canReverse(posting: Posting): boolean
  record(entry: Entry): Promise<void>
  nextNo(): number
  /** Oldest first. */
  postings(): IterableIterator<Posting>
  totals(): readonly Total[]
  close(): Promise<void>
}

const keyOf = (merchant_id: string, reference: string): string => `${merchant_id} ${reference}`

export async function openBook(data_dir: string, limits: { readonly messages: number }): Promise<Book> {
  mkdirSync(data_dir, { recursive: true, mode: 0o700 })
  const numbers = createNumbers(join(data_dir, 'book.key'))
  const cards = createCards(numbers)
  const postings = new Map<string, Posting>()
  const reversed_early = new Set<string>()
  const totals = new Map<string, Total>()
  let last_no = 0

  const totalOf = ({ merchant_id, currency }: MessageEntry): Total => {
    const key = `${merchant_id} ${currency}`
    const known = totals.get(key)
    if (known !== undefined) return known
    const made = { merchant_id, currency, authorized_minor: 0, captured_minor: 0, refunded_minor: 0 }
    totals.set(key, made)
    return made
  }

  const post = (entry: MessageEntry): Posting => {
    last_no = Math.max(last_no, entry.no)
    const original = entry.original === undefined ? undefined : postings.get(keyOf(entry.merchant_id, entry.original))
    const root = original === undefined ? undefined : rootOf(original)
    const posting: Posting = {
      entry,
      written: DONE,
      authorized_minor: 0,
      captured_minor: 0,
      refunded_minor: 0,
      previous_minor: root?.authorized_minor ?? 0,
      ...(root === undefined ? {} : { root }),
      ...(entry.kind === 'void' && original !== undefined ? { target: original } : {}),
    }
    postings.set(keyOf(entry.merchant_id, entry.reference), posting)
    if (isApproved(posting)) carryOut(posting, totalOf)
    cards.applyMessage(entry)
    if (postings.size > limits.messages) forgetOldest(postings)
    return posting
  }

  const reverse = ({ merchant_id, reference }: ReversalEntry): Posting | undefined => {
    const key = keyOf(merchant_id, reference)
    const posting = postings.get(key)
    if (posting === undefined) {
      reversed_early.add(key)
      if (reversed_early.size > limits.messages) forgetOldest(reversed_early)
      return undefined
    }
    if (isEffective(posting)) takeBack(posting, totalOf)
    posting.reversed = true
    return posting
  }

  const apply = (entry: Entry): Posting | undefined => {
    if (entry.entry === 'message') return post(entry)
    if (entry.entry === 'reversal') return reverse(entry)
    cards.applyCard(entry)
    return undefined
  }

  const journal = await openJournal<Entry>(join(data_dir, 'book.jsonl'), apply)
  return {
    cards,
    numbers,
    find: (merchant_id, reference) => postings.get(keyOf(merchant_id, reference)),
    isReversedEarly: (merchant_id, reference) => reversed_early.has(keyOf(merchant_id, reference)),
    canReverse: (posting) => !isEffective(posting) || canTakeBack(posting),
    record(entry) {
      const posting = apply(entry)
      const written = journal.append(entry)
      if (posting !== undefined) posting.written = written
      return written
    },
    nextNo: () => last_no + 1,
    postings: () => postings.values(),
    totals: () => [...totals.values()],
    close: () => journal.close(),
  }
}

const DONE = Promise.resolve()

function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
}
