/**
 * Words by language. Romanian first; the other languages are held to its shape by the compiler.
 */
import { en } from './en.ts'
import { ro } from './ro.ts'

export type Language = 'ro' | 'en'
export type Messages = Shape<typeof ro>

type Shape<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Shape<T[K]>
}

export const MESSAGES: Readonly<Record<Language, Messages>> = { ro, en }

/** The words for a machine code, or for `fallback` where the page has none for it. */
export function wordsFor<T extends Record<string, unknown>>(words: T, code: string, fallback: keyof T): T[keyof T] {
  return words[Object.hasOwn(words, code) ? code : fallback] as T[keyof T]
}
