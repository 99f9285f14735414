/** The places of a token's sealed columns: what is sealed for one opens in no other. */

/** JSON in `scheme_token_enc`. `expiry_year`: two digits. */
export type SchemeToken = { readonly number: string; readonly expiry_month: number; readonly expiry_year: number }

export const numberAbout = (token: string): string => `card_tokens.number:${token}`
export const nameAbout = (token: string): string => `card_tokens.name:${token}`
export const schemeTokenAbout = (token: string): string => `card_tokens.scheme_token:${token}`
