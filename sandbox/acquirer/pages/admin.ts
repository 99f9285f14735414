/** `/admin`: what tests, proofs and the bench read (book, totals, cards) and do (faults, closing and reissuing cards). JSON. */
import { type Answer, type Asked, HttpError, json, jsonBody, type Route } from '../../process/http.ts'
import type { Faults } from '../api/faults.ts'
import type { Api } from '../api/server.ts'
import type { Book } from '../book/book.ts'
import { type Account, maskedToken } from '../book/cards.ts'
import { isEffective, type Posting, rootOf } from '../book/money.ts'
import { mask, passesLuhn } from '../issuers/number.ts'
import { type CardAction, changeCard } from '../issuers/scheme.ts'

const DEFAULT_LIMIT = 1_000
const MAX_LIMIT = 20_000
const ACTIONS: readonly CardAction[] = ['close', 'reopen', 'reissue']

/** Refusals as JSON, since the server's own are pages. */
const telling =
  (handle: (asked: Asked) => Answer | Promise<Answer>) =>
  async (asked: Asked): Promise<Answer> => {
    try {
      return await handle(asked)
    } catch (error) {
      if (error instanceof HttpError) return json({ error: error.message }, error.status)
      throw error
    }
  }

export function adminRoutes(book: Book, faults: Faults, api: Api): readonly Route[] {
  const setFaults = createFaultSetter(faults, api)
  const get = (path: string, handle: (asked: Asked) => Answer): Route => ({
    method: 'GET',
    path,
    handle: telling(handle),
  })
  return [
    get('/admin/book', ({ query }) => listBook(book, query)),
    get('/admin/totals', ({ query }) => listTotals(book, query)),
    get('/admin/cards', () => json({ cards: [...book.cards.accounts()].map((each) => cardFacts(book, each)) })),
    { method: 'POST', path: '/admin/cards', accepts: 'json', handle: telling((asked) => actOnCard(book, asked)) },
    get('/admin/faults', () => json({ next: faults.pending() })),
    { method: 'POST', path: '/admin/faults', accepts: 'json', handle: telling((asked) => setFaults(jsonBody(asked))) },
    { method: 'DELETE', path: '/admin/faults', handle: telling(() => setFaults({ next: [] })) },
  ]
}

function createFaultSetter(faults: Faults, api: Api): (input: unknown) => Promise<Answer> {
  let back: NodeJS.Timeout | undefined
  return async (input) => {
    let away: ReturnType<Faults['set']>
    try {
      away = faults.set(input)
    } catch (error) {
      throw new HttpError(400, error instanceof Error ? error.message : 'not understood')
    }
    clearTimeout(back)
    if (away === undefined) await api.comeBack()
    else {
      await api.leave()
      if (away.for_ms !== undefined) back = setTimeout(() => void api.comeBack(), away.for_ms)
    }
    return json({ next: faults.pending(), listening: away === undefined })
  }
}

/** `reference` (with all that follows it), `merchant_id`, `after` (the last `no` read), `limit`. */
function listBook(book: Book, query: URLSearchParams): Answer {
  const reference = query.get('reference')
  const merchant_id = query.get('merchant_id')
  const after = numberIn(query, 'after', 0)
  const limit = Math.min(numberIn(query, 'limit', DEFAULT_LIMIT), MAX_LIMIT)
  const messages: object[] = []
  for (const posting of book.postings()) {
    const { entry } = posting
    if (entry.no <= after || (merchant_id !== null && entry.merchant_id !== merchant_id)) continue
    if (reference !== null && ![entry.reference, rootOf(posting).entry.reference].includes(reference)) continue
    if (messages.push(messageFacts(posting)) >= limit) break
  }
  return json({ messages })
}

function messageFacts(posting: Posting): object {
  const { entry, voided_by } = posting
  const { entry: _entry, content: _content, token: _token, said, at, ...facts } = entry
  return {
    ...facts,
    at: new Date(at).toISOString(),
    ...said,
    effective: isEffective(posting),
    reversed: posting.reversed === true,
    ...(voided_by === undefined ? {} : { voided_by }),
    ...(posting.root === undefined ? {} : { root: posting.root.entry.reference }),
  }
}

/**
 * By merchant and currency; `chains=1` adds each authorisation and purchase with what became of it, `reference` keeps the
 * one of that message. `net_minor` is what the merchant is owed.
 */
function listTotals(book: Book, query: URLSearchParams): Answer {
  const merchant_id = query.get('merchant_id')
  const reference = query.get('reference')
  const totals = book
    .totals()
    .filter((total) => merchant_id === null || total.merchant_id === merchant_id)
    .map((total) => ({ ...total, net_minor: total.captured_minor - total.refunded_minor }))
  if (reference === null && query.get('chains') !== '1') return json({ totals })
  const chains: object[] = []
  for (const posting of book.postings()) {
    const { entry } = posting
    if (posting.root !== undefined || !['authorization', 'purchase'].includes(entry.kind)) continue
    if (merchant_id !== null && entry.merchant_id !== merchant_id) continue
    if (reference !== null && entry.reference !== reference) continue
    chains.push(chainFacts(posting))
  }
  return json({ totals, chains })
}

function chainFacts(posting: Posting): object {
  const { entry, authorized_minor, captured_minor, refunded_minor } = posting
  return {
    reference: entry.reference,
    merchant_id: entry.merchant_id,
    currency: entry.currency,
    kind: entry.kind,
    authorized_minor,
    captured_minor,
    refunded_minor,
    net_minor: captured_minor - refunded_minor,
  }
}

function cardFacts(book: Book, account: Account): object {
  const { account_id, masked_number, expiry, number_hash, issue_no } = account
  const tokens = account.tokens.map((token) => ({
    masked_number: maskedToken(token),
    merchant_id: token.merchant_id,
    card_expiry: token.card_expiry,
  }))
  return { account_id, masked_number, expiry, issue_no, closed: book.cards.isClosed(number_hash), tokens }
}

/** `{action, number | account_id, expiry?}`; a reissue answers the new number, this once. */
async function actOnCard(book: Book, asked: Asked): Promise<Answer> {
  const { action: wanted, number, account_id, expiry } = jsonBody(asked)
  const action = ACTIONS.find((known) => known === wanted)
  if (action === undefined) throw new HttpError(400, `action must be one of ${ACTIONS.join(', ')}`)
  if (expiry !== undefined && (typeof expiry !== 'string' || !/^\d{2}(0[1-9]|1[0-2])$/.test(expiry))) {
    throw new HttpError(400, 'expiry must be YYMM')
  }
  const card = cardNamed(book, number, account_id)
  const changed = await changeCard(book, card, action, expiry)
  if (changed === undefined) throw new HttpError(404, 'no such card')
  const { number: new_number, expiry: new_expiry } = changed
  return json({ card: cardFacts(book, changed.account), number: new_number, expiry: new_expiry })
}

function cardNamed(book: Book, number: unknown, account_id: unknown): { account_id: string; masked_number: string } {
  if (typeof number === 'string' && /^\d{9,19}$/.test(number) && passesLuhn(number)) {
    return { account_id: book.cards.accountIdOf(book.numbers.hash(number)), masked_number: mask(number) }
  }
  const account = typeof account_id === 'string' ? book.cards.account(account_id) : undefined
  if (account === undefined) throw new HttpError(404, 'no such card')
  return account
}

function numberIn(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  if (!/^\d{1,12}$/.test(text)) throw new HttpError(400, `${name} must be a number`)
  return Number(text)
}
