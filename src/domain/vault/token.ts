/**
 * The vault: card numbers kept for later, under data keys of the merchant (data-keys.ts). token.ts has the words; tokens.ts
 * the use-cases (create, update, retrieve, delete); generate.ts makes token values; card-number.ts reads and describes a
 * number; scheme-tokens.ts asks the scheme for its own; detokenize.ts is the only way a number leaves.
 */
export type CardToken = {
  readonly partner_id: number
  readonly token: string
  readonly number_hash: Buffer
  readonly number_enc: Buffer
  /** First six, `x`, last four. */
  readonly masked_number: string
  /** MASTERCARD, VISA, … (`sourceOfFunds.provided.card.brand`). */
  readonly brand: string
  readonly scheme: string
  readonly expiry_month: number | null
  /** Two digits. */
  readonly expiry_year: number | null
  readonly name_enc: Buffer | null
  readonly status: 'VALID' | 'INVALID'
  readonly scheme_token_state: 'NONE' | 'PENDING' | 'ACTIVE' | 'SUSPENDED'
  readonly scheme_token_enc: Buffer | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly updated_by: string
  readonly last_used_at: Date | null
}
