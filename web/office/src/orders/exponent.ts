/**
 * How many decimals a currency has, by ISO 4217 as the server counts them. Not as the browser knows them: to show it,
 * people leave out what they do not use, so that its forint has none, and a sum of it would be told a hundredfold.
 */
const NOT_TWO: Readonly<Record<string, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD XPF XPT XSU XTS XUA XXX',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}
const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(NOT_TWO).flatMap(([digits, codes]) => codes.split(' ').map((code) => [code, Number(digits)] as const)),
)

export const exponentOf = (currency: string): number => EXPONENTS.get(currency) ?? 2
