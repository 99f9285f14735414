/** What a language has to say of a timeline: a sentence for every code, from its facts. */
import type { HappeningFacts, Open, OpenFacts, Source, Told } from '../../../src/http/office/timeline-contract.ts'

/** What differs by where it is read. */
export type Manner = {
  /** The bank's name, or its id where only that is known. */
  bank(bank_id: string): string
  /** A moment alone, as people read it. @param at ISO 8601 */
  moment(at: string): string
  /** In the currency's own decimals. */
  money(amount_minor: number, currency: string): string
  /** How one asks the bank now, has an attempt closed, asks the acquirer: a command, or a button of the page. */
  ask_bank(payment_id: number): string
  close_attempt(payment_id: number): string
  ask_acquirer(merchant_id: string, order_id: string): string
}

type Table<Facts> = { readonly [Code in keyof Facts]: (facts: Facts[Code], manner: Manner) => string }

export type Sentences = {
  readonly by: Readonly<Record<Source, string>>
  readonly happenings: Table<HappeningFacts>
  readonly open: Table<OpenFacts>
}

/**
 * What happened, in a sentence without its subject: who or what did it stands beside it.
 * A code that this table does not have (the server may be newer than the page) is told by its name.
 */
export function happeningText<Code extends keyof HappeningFacts>(
  { happenings }: Pick<Sentences, 'happenings'>,
  { code, facts }: Told<HappeningFacts, Code>,
  manner: Manner,
): string {
  return Object.hasOwn(happenings, code) ? happenings[code](facts, manner) : String(code)
}

/** What is under way, or was to follow. */
export function openText<Code extends Open['code']>(
  { open }: Pick<Sentences, 'open'>,
  { code, facts }: Told<OpenFacts, Code>,
  manner: Manner,
): string {
  return Object.hasOwn(open, code) ? open[code](facts, manner) : String(code)
}
