/** How it ended, in words: one payment, a list, a series, one for a day to come, a link that was left unused. */
import type { Outcome, PaymentView } from '../../../src/http/checkout/contract.ts'
import { formatAmount } from './amount.ts'
import { sumsOf } from './list.ts'
import { type Language, MESSAGES, type Messages, wordsFor } from './messages/messages.ts'
import { dayInWords, scheduleInWords } from './messages/plain-words.ts'

export type OutcomeWords = { readonly heading: string; readonly text: string }

export function outcomeWords(language: Language, view: PaymentView, outcome: Outcome): OutcomeWords {
  const words = MESSAGES[language]
  const { link } = words.many
  if (isExpiredLink(view, outcome)) return { heading: link.expired, text: link.expiredText(view.partner.name) }
  if (view.list !== undefined) return ofList(words, view.partner.name, view.list, outcome)
  const special = view.kind === 'recurring' ? ofSeries(language, view, outcome) : undefined
  if (special !== undefined) return withReason(words, special, outcome)
  const plain = wordsFor(words.outcomes, outcome.kind, 'rejected')
  if (outcome.kind === 'scheduled' && view.executionDate !== undefined) {
    return { heading: plain.heading, text: words.many.later.say(dayInWords(language, view.executionDate)) }
  }
  if (isByPartner(outcome)) return { heading: plain.heading, text: words.cancelledBy(view.partner.name) }
  return withReason(words, plain, outcome)
}

const isByPartner = ({ kind, reason }: Outcome): boolean => kind === 'cancelled' && reason === 'CANCELLED_BY_PARTNER'

/** Nobody paid before the link's time was over. */
export function isExpiredLink(view: PaymentView, outcome: Outcome): boolean {
  return view.linkExpiresAt !== undefined && outcome.kind === 'abandoned' && outcome.reason === 'EXPIRED'
}

function withReason(words: Messages, plain: OutcomeWords, { kind, reason }: Outcome): OutcomeWords {
  const good = kind === 'paid' || kind === 'authorised' || kind === 'scheduled'
  if (good || reason === undefined || !Object.hasOwn(words.reasons, reason)) return plain
  const text = wordsFor(words.reasons, reason, 'BANK_REFUSED')
  return { heading: reason === 'EXPIRED' ? words.headingExpired : plain.heading, text }
}

function ofSeries(language: Language, view: PaymentView, outcome: Outcome): OutcomeWords | undefined {
  const { recurring } = MESSAGES[language].many
  const { scheduled, ended, cancelled, rejected } = recurring.outcomes
  if (outcome.kind === 'cancelled') return cancelled
  if (outcome.kind === 'rejected') return rejected
  if (outcome.kind !== 'scheduled') return undefined
  if (outcome.reason === 'ENDED' || view.schedule === undefined) return ended
  return {
    heading: scheduled.heading,
    text: `${recurring.say(scheduleInWords(language, view.schedule))} ${scheduled.text}`,
  }
}

function ofList(
  words: Messages,
  partner: string,
  list: NonNullable<PaymentView['list']>,
  outcome: Outcome,
): OutcomeWords {
  const { list: said } = words.many
  if (outcome.kind !== 'partly') {
    const plain = wordsFor(said.outcomes, outcome.kind, 'rejected')
    if (isByPartner(outcome)) return { heading: plain.heading, text: said.cancelledBy(partner) }
    return outcome.reason === 'EXPIRED' ? { ...plain, heading: said.expired } : plain
  }
  const { done, doneMinor, leftMinor, allPaid } = sumsOf(list)
  const heading = allPaid ? said.partlyPaid(done.length, list.count) : said.partlyAuthorised(done.length, list.count)
  return { heading, text: said.sums(formatAmount(doneMinor), formatAmount(leftMinor)) }
}
