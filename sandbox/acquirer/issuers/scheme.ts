/** The card scheme: tokens in place of card numbers, and what issuers tell it of their cards (closed, reissued). */
import type { SchemeTokenMessage } from '../api/messages.ts'
import type { Book } from '../book/book.ts'
import type { Account, SchemeToken } from '../book/cards.ts'
import type { MessageEntry, Said, TokenFacts } from '../book/entries.ts'
import { numbered, repeated, tokenPrefixFor } from './host.ts'
import { judgeExpiry } from './issuer.ts'
import { mask, passesLuhn } from './number.ts'

const TOKEN_YEARS = 3
const CARD_YEARS = 4

export type TokenHandled = {
  readonly said: Said
  readonly token: SchemeToken | undefined
  readonly written: Promise<void>
}

/**
 * A token for a card and a merchant: the same again for the same card, whatever the reference.
 * @throws ReferenceConflict
 */
export function takeSchemeToken(book: Book, message: SchemeTokenMessage): TokenHandled {
  const { merchantId, number, expiry } = message
  const number_hash = book.numbers.hash(number)
  const content = book.numbers.contentHash(JSON.stringify(['scheme-token', number, expiry]))
  const before = repeated(book, message, content)
  if (before !== undefined) {
    const facts = book.find(merchantId, message.reference)?.entry.token
    const token = facts === undefined ? undefined : book.cards.token(book.numbers.make(facts.prefix, 16, facts.seed))
    return { said: before.said, token, written: before.written }
  }
  const account_id = book.cards.accountIdOf(number_hash)
  const code = judgeToken(book, number, number_hash, expiry)
  const no = book.nextNo()
  const at = Date.now()
  const facts: TokenFacts = {
    account_id,
    number_hash,
    masked_number: mask(number),
    card_expiry: expiry,
    ...seedOf(book, merchantId, account_id, expiry, tokenPrefixFor(number) ?? ''),
    token_expiry: expiryIn(at, TOKEN_YEARS),
  }
  const said = numbered(no, at, code)
  const entry: MessageEntry = {
    entry: 'message',
    at,
    no,
    kind: 'scheme-token',
    merchant_id: merchantId,
    terminal_id: message.terminalId,
    reference: message.reference,
    content,
    amount_minor: 0,
    currency: 'XXX',
    card: { account_id, masked_number: mask(number), expiry },
    ...(code === '00' ? { token: facts } : {}),
    said,
  }
  const written = book.record(entry)
  return { said, token: code === '00' ? book.cards.tokenFor(merchantId, account_id, expiry) : undefined, written }
}

function judgeToken(book: Book, number: string, number_hash: string, expiry: string): string {
  if (!passesLuhn(number)) return '14'
  // Only these schemes give tokens out here; nobody gets a token of a token.
  if (tokenPrefixFor(number) === undefined || book.cards.token(number) !== undefined) return '57'
  if (book.cards.isClosed(number_hash)) return '46'
  const { code, manner } = judgeExpiry(expiry, Date.now())
  return code === '05' || (code === '54' && manner === 'plain') ? code : '00'
}

/** The seed of the card's token; another one where its number is already another token's. */
function seedOf(book: Book, merchant_id: string, account_id: string, expiry: string, prefix: string) {
  for (let turn = 0; ; turn += 1) {
    const seed = `token ${account_id} ${merchant_id} ${expiry} ${turn}`
    const taken = prefix === '' ? undefined : book.cards.token(book.numbers.make(prefix, 16, seed))
    if (taken === undefined) return { prefix, seed }
  }
}

/** YYMM, so many years from now, never in a month of the test table. */
function expiryIn(now_ms: number, years: number): string {
  return `${String((new Date(now_ms).getUTCFullYear() + years) % 100).padStart(2, '0')}12`
}

export type CardAction = 'close' | 'reopen' | 'reissue'
/** `number` is told once, to whoever reissued. */
export type CardChanged = { readonly account: Account; readonly number?: string; readonly expiry?: string }

/**
 * Closes the number in use, opens all numbers again, or replaces the one in use: the old one is closed, scheme tokens go over to the new one.
 * @param card an account, or the number of a card that nothing is known of yet
 * @param expiry of the replacement, YYMM
 */
export async function changeCard(
  book: Book,
  card: { readonly account_id: string; readonly masked_number: string },
  action: CardAction,
  expiry?: string,
): Promise<CardChanged | undefined> {
  const { account_id } = card
  const known = book.cards.account(account_id)
  const number_hash = known?.number_hash ?? account_id
  const masked_number = known?.masked_number ?? card.masked_number
  const common = { entry: 'card' as const, at: Date.now(), account_id }
  if (action === 'reopen') {
    for (const number of known?.numbers ?? [{ number_hash, masked_number }]) {
      await book.record({ ...common, action, ...number })
    }
  } else if (action === 'close') await book.record({ ...common, action, number_hash, masked_number })
  else return reissue(book, { ...common, action, number_hash, masked_number }, (known?.issue_no ?? 0) + 1, expiry)
  const account = book.cards.account(account_id)
  return account === undefined ? undefined : { account }
}

async function reissue(
  book: Book,
  common: {
    readonly entry: 'card'
    readonly at: number
    readonly action: 'reissue'
    readonly account_id: string
    readonly number_hash: string
    readonly masked_number: string
  },
  issue_no: number,
  wanted_expiry: string | undefined,
): Promise<CardChanged | undefined> {
  const { account_id, masked_number } = common
  const expiry = wanted_expiry ?? expiryIn(common.at, CARD_YEARS)
  const number = book.numbers.make(masked_number.slice(0, 6), masked_number.length, `card ${account_id} ${issue_no}`)
  const replacement = { number_hash: book.numbers.hash(number), masked_number: mask(number), expiry, issue_no }
  await book.record({ ...common, replacement })
  const account = book.cards.account(account_id)
  return account === undefined ? undefined : { account, number, expiry }
}
