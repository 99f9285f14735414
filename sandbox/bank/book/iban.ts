/** The bank's book: accounts, payments and their life, kept in an append-only ledger file. First: IBANs. */

/** Lengths of the countries a Romanian bank meets; others are held to the standard's 15 to 34 only. */
const LENGTHS: Readonly<Record<string, number>> = {
  RO: 24,
  MD: 24,
  BG: 22,
  HU: 28,
  DE: 22,
  AT: 20,
  FR: 27,
  IT: 27,
  ES: 24,
  NL: 18,
  BE: 16,
  GB: 22,
  GR: 27,
  PL: 28,
  PT: 25,
}

/** Remainder of an IBAN by ISO 7064 mod 97-10; 1 for a valid one. */
export function ibanRemainder(iban: string): number {
  let remainder = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder
}

/** What is wrong with an IBAN (electronic form, no spaces), as the end of a sentence; undefined when nothing is. */
export function ibanFault(iban: string): string | undefined {
  if (!/^[A-Z]{2}[0-9]{2}[A-Za-z0-9]{11,30}$/.test(iban)) return 'has not the form of an IBAN'
  const length = LENGTHS[iban.slice(0, 2)]
  if (length !== undefined && iban.length !== length) return `must have ${length} characters`
  if (iban.startsWith('RO') && !/^RO[0-9]{2}[A-Z]{4}[A-Z0-9]{16}$/.test(iban))
    return 'has not the form of a Romanian IBAN'
  if (ibanRemainder(iban) !== 1) return 'has wrong check digits'
  return undefined
}
