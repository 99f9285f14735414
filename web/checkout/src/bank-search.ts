/**
 * Finding a bank by what people type: without diacritics, by the beginning of any word, or by initials ("bt").
 */
import type { BankChoice } from '../../../src/http/checkout/contract.ts'

const SMALL_WORDS = new Set(['de', 'din', 'si', 'a', 'al', 'of', 'the'])

/** Lower case, without signs above or below letters: what a search compares. */
export function plainText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

function wordsOf(name: string): string[] {
  return plainText(name)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** At most two letters: "Banca Transilvania" → BT, "BCR" → BC; what stands in brackets is no part of the name. */
export function bankInitials(name: string): string {
  const words = wordsOf(name.replace(/\(.*\)/, '')).filter((word) => !SMALL_WORDS.has(word))
  const [first = '', second] = words
  return (second === undefined ? first.slice(0, 2) : first.charAt(0) + second.charAt(0)).toUpperCase()
}

export function searchBanks(banks: readonly BankChoice[], query: string): readonly BankChoice[] {
  const asked = wordsOf(query)
  if (asked.length === 0) return banks
  return banks.filter((bank) => {
    const words = wordsOf(bank.name)
    const initials = words.map((word) => word.charAt(0)).join('')
    const codes = bank.ibanCodes.map(plainText)
    if (asked.length === 1 && (initials === asked[0] || codes.includes(asked[0] ?? ''))) return true
    return asked.every((part) => words.some((word) => word.startsWith(part)))
  })
}

/** The one bank that is meant: the name itself, or the only one found. One that cannot be chosen may be meant too. */
export function bankMeant(banks: readonly BankChoice[], query: string): BankChoice | undefined {
  if (plainText(query) === '') return undefined
  const found = searchBanks(banks, query)
  return banks.find((bank) => plainText(bank.name) === plainText(query)) ?? (found.length === 1 ? found[0] : undefined)
}
