/** What a password must be, before it is one: pure rules. That it is none of the last ten is asked by `passwords.ts`. */
import { COMMON_WORDS, undressed } from './common-words.ts'
import type { DictionaryJudge } from './password-dictionaries.ts'
import { estimateStrength, type PasswordStrength } from './password-strength.ts'

const MIN_LENGTH = 14
/** Long enough for any sentence; without a bound hashing could be made to work for minutes. */
export const MAX_LENGTH = 128
/** 2^50 guesses, at 50 a second and core as Argon2id allows, are 700 000 years of a core. */
const MIN_BITS = 50
/** Of a guesser with large lists, who takes what is in none of them for one of ten a character (zxcvbn's best mark begins at 10). */
const MIN_GUESSES_LOG10 = 12
const MIN_OWN_WORD = 3
/** A common word may stand in a password, not be most of it. */
const COMMON_SHARE = 0.5

export const PASSWORD_FAULTS = {
  too_short: `It must have at least ${MIN_LENGTH} characters.`,
  too_long: `It must have at most ${MAX_LENGTH} characters.`,
  unwritable: 'It holds a character that cannot be typed.',
  own_words: 'It must not contain your user name, your name or your mail address.',
  common: 'It is a common word, or mostly one: such passwords are guessed first.',
  too_weak: 'It is too easy to guess: make it longer or less regular, for instance of several unrelated words.',
} as const
export type PasswordFault = keyof typeof PASSWORD_FAULTS

export type Person = { readonly user_name: string; readonly name: string; readonly email: string }

/** One writing for one password, whatever keyboard it comes from (RFC 8265 §4.2 in its main point). */
export const normalPassword = (password: string): string => password.normalize('NFC')

/** Every rule that the password breaks; none: it may be used. @param judge with its dictionaries, where they are at hand */
export function passwordFaults(
  given: string,
  person: Person,
  strength: PasswordStrength = estimateStrength,
  judge?: DictionaryJudge,
): PasswordFault[] {
  return [...assessPassword(given, person, strength, judge).faults]
}

export type Assessed = {
  readonly faults: readonly PasswordFault[]
  /** From 0 to 1, which is strong enough. */
  readonly strength: number
}

export function assessPassword(
  given: string,
  person: Person,
  strengthOf: PasswordStrength = estimateStrength,
  judge?: DictionaryJudge,
): Assessed {
  const password = normalPassword(given)
  const length = [...password].length
  // What is longer is not looked at: the rest costs time that grows with it.
  if (length > MAX_LENGTH) return { faults: ['too_long'], strength: 0 }
  const faults: PasswordFault[] = []
  if (length < MIN_LENGTH) faults.push('too_short')
  if (/\p{Cc}|\p{Cs}|\p{Co}/u.test(password)) faults.push('unwritable')
  const own = ownWords(person)
  if (containsOne(password, own)) faults.push('own_words')
  const looked_up = judge?.(password, own)
  const is_leaked = looked_up !== undefined && looked_up.leaked_share > COMMON_SHARE
  if (is_leaked || isMostlyCommon(password)) faults.push('common')
  const by_lists = looked_up === undefined ? 1 : looked_up.guesses_log10 / MIN_GUESSES_LOG10
  const strength = Math.min(1, by_lists, strengthOf(password, own) / MIN_BITS)
  if (strength < 1) faults.push('too_weak')
  return { faults, strength }
}

/** Names, parts of names, and of the mail address what stands before the @ and the house behind it. */
function ownWords({ user_name, name, email }: Person): string[] {
  const [local = '', domain = ''] = email.split('@')
  const whole = [user_name, local, name.replace(/[\s-]+/g, ''), domain.split('.').at(-2) ?? '']
  const parts = [user_name, local, name].flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))
  return [...new Set([...whole, ...parts].map(undressed))].filter((word) => [...word].length >= MIN_OWN_WORD)
}

function containsOne(password: string, words: readonly string[]): boolean {
  const bare = undressed(password)
  // Also with what was put between the letters, and backwards.
  const letters = bare.replace(/[^\p{L}\p{N}]/gu, '')
  const backwards = [...letters].reverse().join('')
  return words.some((word) => {
    const bound = word.replace(/[^\p{L}\p{N}]/gu, '')
    return (
      bare.includes(word) || (bound.length >= MIN_OWN_WORD && (letters.includes(bound) || backwards.includes(bound)))
    )
  })
}

function isMostlyCommon(password: string): boolean {
  const bare = undressed(password)
  let longest = 0
  for (const word of COMMON_WORDS) if (word.length > longest && bare.includes(word)) longest = word.length
  return longest >= 4 && longest > [...bare].length * COMMON_SHARE
}
