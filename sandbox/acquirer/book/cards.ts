/**
 * Cards that something is known of, the scheme's tokens, and the trace ids that open series. A card nobody has closed,
 * reissued or tokenized needs no record: its account is the keyed hash of its number.
 */
import { mask, type Numbers } from '../issuers/number.ts'
import type { CardEntry, MessageEntry, TokenFacts } from './entries.ts'

export type Account = {
  readonly account_id: string
  /** The number in use. */
  number_hash: string
  masked_number: string
  expiry?: string
  /** How many times reissued. */
  issue_no: number
  readonly numbers: { readonly number_hash: string; readonly masked_number: string }[]
  readonly tokens: SchemeToken[]
}

export type SchemeToken = {
  readonly number: string
  readonly token_expiry: string
  readonly merchant_id: string
  readonly account_id: string
  /** Of the card behind it, as the scheme knows it now. */
  card_expiry: string
}

export type Cards = {
  /** The account that a number belongs to, now or once. */
  accountIdOf(number_hash: string): string
  account(account_id: string): Account | undefined
  accounts(): IterableIterator<Account>
  isClosed(number_hash: string): boolean
  token(number: string): SchemeToken | undefined
  tokenFor(merchant_id: string, account_id: string, card_expiry: string): SchemeToken | undefined
  /** The account that a payer-initiated payment with this trace id was made from. */
  accountOfTrace(trace_id: string): string | undefined
  applyMessage(entry: MessageEntry): void
  applyCard(entry: CardEntry): void
}

/** Series older than this many payer-initiated payments are forgotten. */
const MAX_TRACES = 500_000
const TOKEN_LENGTH = 16

export function createCards(numbers: Numbers): Cards {
  const accounts = new Map<string, Account>()
  const account_ids = new Map<string, string>()
  const closed = new Set<string>()
  const tokens = new Map<string, SchemeToken>()
  const traces = new Map<string, string>()

  const accountOf = (account_id: string, number_hash: string, masked_number: string): Account => {
    const known = accounts.get(account_id)
    if (known !== undefined) return known
    const made: Account = {
      account_id,
      number_hash,
      masked_number,
      issue_no: 0,
      numbers: [{ number_hash, masked_number }],
      tokens: [],
    }
    accounts.set(account_id, made)
    account_ids.set(number_hash, account_id)
    return made
  }

  const issueToken = (merchant_id: string, facts: TokenFacts): void => {
    const account = accountOf(facts.account_id, facts.number_hash, facts.masked_number)
    account.expiry = facts.card_expiry
    const known = account.tokens.some(
      (token) => token.merchant_id === merchant_id && token.card_expiry === facts.card_expiry,
    )
    if (known) return
    const { account_id, card_expiry, token_expiry } = facts
    const number = numbers.make(facts.prefix, TOKEN_LENGTH, facts.seed)
    const token = { number, token_expiry, merchant_id, account_id, card_expiry }
    account.tokens.push(token)
    tokens.set(number, token)
  }

  return {
    accountIdOf: (number_hash) => account_ids.get(number_hash) ?? number_hash,
    account: (account_id) => accounts.get(account_id),
    accounts: () => accounts.values(),
    isClosed: (number_hash) => closed.has(number_hash),
    token: (number) => tokens.get(number),
    tokenFor: (merchant_id, account_id, card_expiry) =>
      accounts
        .get(account_id)
        ?.tokens.find((token) => token.merchant_id === merchant_id && token.card_expiry === card_expiry),
    accountOfTrace: (trace_id) => traces.get(trace_id),

    applyMessage({ merchant_id, said, card, initiation, token }) {
      if (said.responseCode !== '00') return
      if (token !== undefined) issueToken(merchant_id, token)
      if (card === undefined || said.traceId === undefined || initiation?.by !== 'cardholder') return
      traces.set(said.traceId, card.account_id)
      if (traces.size <= MAX_TRACES) return
      const [oldest] = traces.keys()
      if (oldest !== undefined) traces.delete(oldest)
    },

    applyCard({ action, account_id, number_hash, masked_number, replacement }) {
      const account = accountOf(account_id, number_hash, masked_number)
      if (action === 'reopen') closed.delete(number_hash)
      else closed.add(number_hash)
      if (replacement === undefined) return
      account.number_hash = replacement.number_hash
      account.masked_number = replacement.masked_number
      account.expiry = replacement.expiry
      account.issue_no = replacement.issue_no
      account.numbers.push({ number_hash: replacement.number_hash, masked_number: replacement.masked_number })
      account_ids.set(replacement.number_hash, account_id)
      for (const token of account.tokens) token.card_expiry = replacement.expiry
    },
  }
}

export const maskedToken = (token: SchemeToken): string => mask(token.number)
