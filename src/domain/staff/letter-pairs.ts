/**
 * Whether letters in a row read like a language: by how often one letter follows another in our lists of words. The pairs of
 * two kindred languages are alike enough that words of a third are mostly told from what a generator draws: of ten drawn
 * letters 1 in 50 reads like a word, of a hundred words 1 like drawn ones.
 */
import { COMMON_WORDS, undressed } from './common-words.ts'
import { ROMANIAN_WORDS } from './romanian-words.ts'

const LETTERS = 26
/** A pair that no word of the lists has is rare, not impossible. */
const UNSEEN = 0.5
const FIRST = 'a'.charCodeAt(0)
const BITS = pairBits([...COMMON_WORDS, ...ROMANIAN_WORDS])

/** @returns bits a letter, of those that follow another: of words 3 to 4, of letters drawn at random about 6 */
export function letterSurprise(letters: string): number {
  const places = placesOf(letters)
  let bits = 0
  let pairs = 0
  for (const [at, place] of places.entries()) {
    const before = places[at - 1]
    if (place === undefined || before === undefined) continue
    bits += BITS[before * LETTERS + place] as number
    pairs += 1
  }
  // No generator draws from another alphabet.
  return pairs === 0 ? 0 : bits / pairs
}

function pairBits(words: readonly string[]): Float64Array {
  const counts = new Float64Array(LETTERS * LETTERS).fill(UNSEEN)
  for (const word of words) {
    const places = placesOf(word)
    for (const [at, place] of places.entries()) {
      const before = places[at - 1]
      if (place === undefined || before === undefined) continue
      const pair = before * LETTERS + place
      counts[pair] = (counts[pair] as number) + 1
    }
  }
  return counts.map((count, at) => {
    const from = at - (at % LETTERS)
    const all = counts.subarray(from, from + LETTERS).reduce((sum, one) => sum + one, 0)
    return Math.log2(all / count)
  })
}

/** Of each Latin letter its place in the alphabet; of other characters undefined. */
function placesOf(text: string): (number | undefined)[] {
  return [...text].map((character) => {
    const place = undressed(character).charCodeAt(0) - FIRST
    return place >= 0 && place < LETTERS ? place : undefined
  })
}
