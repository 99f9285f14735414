/**
 * What the acquirer remembers. Every fact is one line of `data_dir/book.jsonl`; memory is what applying the lines in order
 * yields, so that a restart knows what was answered. No line holds a card number or a security code: masks and keyed
 * hashes only. book.ts is messages and money, cards.ts is cards and scheme tokens.
 */

export type MoneyKind = 'authorization' | 'purchase' | 'capture' | 'refund' | 'adjustment'
export type Kind = MoneyKind | 'verification' | 'void' | 'scheme-token'

/** The answer to a message as it went out; a repetition of the message gets it again. */
export type Said = {
  readonly responseCode: string
  readonly responseText: string
  readonly transactionId: string
  readonly stan: string
  readonly rrn: string
  readonly authorizationCode?: string
  readonly traceId?: string
  readonly securityCodeResult?: string
  readonly addressResult?: string
  readonly accountClosed?: true
  /** Behind a scheme token. */
  readonly account?: { readonly number: string; readonly expiry: string }
}

export type CardFacts = {
  /** Keyed hash of the account's first number: stays when the card is reissued. */
  readonly account_id: string
  readonly masked_number: string
  readonly expiry?: string
  /** Masked; present where the message came under a scheme token. */
  readonly scheme_token?: string
}

export type TokenFacts = {
  readonly account_id: string
  readonly number_hash: string
  readonly masked_number: string
  readonly card_expiry: string
  readonly prefix: string
  /** Seed of the token's digits. */
  readonly seed: string
  readonly token_expiry: string
}

export type MessageEntry = {
  readonly entry: 'message'
  readonly at: number
  readonly no: number
  readonly kind: Kind
  readonly merchant_id: string
  readonly terminal_id: string
  readonly reference: string
  /** Keyed hash of the content. */
  readonly content: string
  readonly amount_minor: number
  readonly currency: string
  /** Follow-on messages: the message acted upon. */
  readonly original?: string
  readonly card?: CardFacts
  readonly initiation?: {
    readonly source: string
    readonly by: 'cardholder' | 'merchant'
    readonly stored_on_file: string
    readonly agreement_type?: string
    readonly trace_id?: string
  }
  readonly token?: TokenFacts
  readonly said: Said
}

/** The message of this reference has no effect, also when it comes later. */
export type ReversalEntry = {
  readonly entry: 'reversal'
  readonly at: number
  readonly merchant_id: string
  readonly reference: string
}

export type CardEntry = {
  readonly entry: 'card'
  readonly at: number
  readonly action: 'close' | 'reopen' | 'reissue'
  readonly account_id: string
  readonly number_hash: string
  readonly masked_number: string
  readonly replacement?: {
    readonly number_hash: string
    readonly masked_number: string
    readonly expiry: string
    readonly issue_no: number
  }
}

export type Entry = MessageEntry | ReversalEntry | CardEntry
