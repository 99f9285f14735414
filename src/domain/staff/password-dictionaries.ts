/**
 * The same question asked of zxcvbn with its dictionaries (leaked passwords, words and given names of English, words for dice)
 * and ours: what a guesser with large lists would need. Loaded at the first question, for they take half a second and some
 * tens of megabytes, which only processes that people sign in to should spend.
 */
import { COMMON_WORDS } from './common-words.ts'
import { ROMANIAN_WORDS } from './romanian-words.ts'

export type DictionaryEstimate = {
  /** Of guesses until it is found, the power of ten. */
  readonly guesses_log10: number
  /** How much of it is passwords that have leaked, from 0 to 1. */
  readonly leaked_share: number
}

/** @param words of the one whose password it is */
export type DictionaryJudge = (password: string, words: readonly string[]) => DictionaryEstimate

/**
 * Its time grows with the square of the length and doubles with each letter that could be a swapped one: the worst of 128
 * characters took 3.3 s, of 32 with at most 8 swaps 30 ms. What stands behind the first 32 cannot weaken them.
 */
const MAX_LENGTH = 32
const MAX_SWAPS = 8
const LEAKED = 'passwords-common'

let loaded: Promise<DictionaryJudge> | undefined

/** Once a process; whoever asks meanwhile waits for the same. */
export function dictionaryJudge(): Promise<DictionaryJudge> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<DictionaryJudge> {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core')
  const { adjacencyGraphs, dictionary: common } = await import('@zxcvbn-ts/language-common')
  const { dictionary: english } = await import('@zxcvbn-ts/language-en')
  const zxcvbn = new ZxcvbnFactory({
    dictionary: {
      ...common,
      'commonWords-en': english['commonWords-en'],
      'firstnames-en': english['firstnames-en'],
      'words-ro': [...ROMANIAN_WORDS],
      'words-own': [...COMMON_WORDS],
    },
    graphs: adjacencyGraphs,
    maxLength: MAX_LENGTH,
    l33tMaxSubstitutions: MAX_SWAPS,
  })
  return (password, words) => {
    const judged = [...password].slice(0, MAX_LENGTH).join('').slice(0, MAX_LENGTH)
    const { guessesLog10, sequence } = zxcvbn.check(judged, [...words])
    const leaked = sequence.filter(({ dictionaryName }) => dictionaryName === LEAKED)
    const leaked_length = leaked.reduce((sum, { token }) => sum + token.length, 0)
    return { guesses_log10: guessesLog10, leaked_share: leaked_length / Math.max(1, password.length) }
  }
}
