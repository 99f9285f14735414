/**
 * How many guesses a password withstands, in bits: an estimate from below. Whoever guesses tries words, rows of the
 * keyboard, dates and repetitions before characters, so what is one of these counts as one choice, however long.
 *
 * The rule asks through the type below, so that an estimator with larger dictionaries can take this one's place.
 */
import { COMMON_WORDS, undressed } from './common-words.ts'
import { letterSurprise } from './letter-pairs.ts'

/** @param words of the one whose password it is: worth nothing */
export type PasswordStrength = (password: string, words: readonly string[]) => number

const MAX_ESTIMATED = 128
/** Which word of the list, and how it is dressed up. */
const WORD_BITS = Math.log2(COMMON_WORDS.length) + 2
const OWN_WORD_BITS = 1
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
]
const SEQUENCES: readonly string[] = ROWS.flatMap((row) => [row, [...row].reverse().join('')])
const MIN_SEQUENCE = 3
/** Letters in a row that read like a language: 2 bits each. Drawn by a generator they are worth what they cost. */
const LETTER_OF_WORD_BITS = 2
const LETTER_BITS = Math.log2(26)
/** From this share of either case on, letters in a row are a generator's: words are written small, or begin large. */
const MIXED_SHARE = 1 / 3
const DIGIT_BITS = 3.3
const OTHER_BITS = 5
const LETTERS_OF_A_WORD = 4

type Part = { readonly length: number; readonly bits: number }

/** The cheapest way to put the password together, of words, patterns and characters. Of the first 128: more does not weaken it. */
export const estimateStrength: PasswordStrength = (password, words) => {
  const cased = [...password].slice(0, MAX_ESTIMATED)
  const plain = cased.map((character) => character.toLowerCase())
  const bare = plain.map((character) => undressed(character).slice(0, 1) || character)
  const own = words.map(undressed).filter((word) => word.length >= 3)
  const alone = characterBits(cased)
  // Bits to get so far; each place is reached by the parts that begin before it.
  const bits = [0, ...plain.map(() => Number.POSITIVE_INFINITY)]
  for (let at = 0; at < plain.length; at += 1) {
    const parts = [
      { length: 1, bits: alone[at] as number },
      ...wordsAt(bare, at, own, OWN_WORD_BITS),
      ...wordsAt(bare, at, COMMON_WORDS, WORD_BITS),
      sequenceAt(plain, at),
      repetitionAt(plain, at),
      dateAt(plain, at),
    ]
    for (const part of parts) {
      if (part === undefined) continue
      const to = at + part.length
      bits[to] = Math.min(bits[to] as number, (bits[at] as number) + part.bits)
    }
  }
  return bits.at(-1) as number
}

function wordsAt(bare: readonly string[], at: number, words: readonly string[], bits: number): Part[] {
  const rest = bare.slice(at, at + 32).join('')
  return words.filter((word) => rest.startsWith(word)).map((word) => ({ length: word.length, bits }))
}

function sequenceAt(plain: readonly string[], at: number): Part | undefined {
  let length = 0
  for (const row of SEQUENCES) {
    const from = row.indexOf(plain[at] as string)
    if (from === -1) continue
    let run = 1
    while (at + run < plain.length && from + run < row.length && plain[at + run] === row[from + run]) run += 1
    length = Math.max(length, run)
  }
  return length < MIN_SEQUENCE ? undefined : { length, bits: Math.log2(SEQUENCES.length * 36) + Math.log2(length) }
}

/** The same again as somewhere before, one character repeated among it: from where, and how much of it. */
function repetitionAt(plain: readonly string[], at: number): Part | undefined {
  let length = 0
  for (let from = 0; from < at; from += 1) {
    let run = 0
    while (at + run < plain.length && plain[from + run] === plain[at + run]) run += 1
    length = Math.max(length, run)
  }
  return length < MIN_SEQUENCE ? undefined : { length, bits: Math.log2(at + 1) + Math.log2(length) }
}

/** Years and days: `1987`, `14021987`, `14.02.1987`, `2026-11`. */
function dateAt(plain: readonly string[], at: number): Part | undefined {
  const rest = plain.slice(at, at + 10).join('')
  const day = /^(\d{1,2}[.\-/_]?\d{1,2}[.\-/_]?(19|20)\d\d|(19|20)\d\d[.\-/_]?\d{1,2}[.\-/_]?\d{1,2})/.exec(rest)
  if (day !== null) return { length: day[0].length, bits: 15 }
  return /^(19|20)\d\d/.test(rest) ? { length: 4, bits: 6 } : undefined
}

/** What each character costs on its own: letters by the row of letters in which they stand. */
function characterBits(cased: readonly string[]): number[] {
  return [...cased.join('').matchAll(/\p{L}+|\d|[^\p{L}\d]/gu)].flatMap(([text]) => {
    if (/^\d/.test(text)) return [DIGIT_BITS]
    if (!/^\p{L}/u.test(text)) return [OTHER_BITS]
    const letters = [...text]
    const bits = isLikeWords(letters) ? LETTER_OF_WORD_BITS : LETTER_BITS
    return letters.map(() => bits)
  })
}

function isLikeWords(letters: readonly string[]): boolean {
  if (letters.length < LETTERS_OF_A_WORD) return false
  const large = letters.filter((one) => /\p{Lu}/u.test(one)).length / letters.length
  const is_mixed = large >= MIXED_SHARE && large <= 1 - MIXED_SHARE
  return !is_mixed && letterSurprise(letters.join('')) < LETTER_BITS
}
