/** Who, what and what is open of a timeline, in the language that is chosen and with what this page calls things. */
import type { Explanation, TimelineMoment } from '../../../../src/http/office/timeline-contract.ts'
import { type Language, useLanguage } from '../../../shared/texts.tsx'
import { ORDER_STATUSES } from '../../../shared/told/card-codes.ts'
import { PAYMENT_STATUSES, wordOf } from '../../../shared/told/codes.ts'
import { ENGLISH } from '../../../shared/told/en.ts'
import { ROMANIAN } from '../../../shared/told/ro.ts'
import { happeningText, type Manner, openText, type Sentences } from '../../../shared/told/sentences.ts'
import { amountText } from '../orders/amount.tsx'
import { useBankName } from './filters.tsx'

const SENTENCES: Readonly<Record<Language, Sentences>> = { ro: ROMANIAN, en: ENGLISH }
const LOCALES = { ro: 'ro-RO', en: 'en-GB' } as const
const STATUSES = { ...PAYMENT_STATUSES, ...ORDER_STATUSES }

/** Buttons of the page, as acts.tsx names them. */
const ACTS: Readonly<Record<Language, Pick<Manner, 'ask_bank' | 'close_attempt' | 'ask_acquirer'>>> = {
  ro: {
    ask_bank: () => 'butonul „Întreabă banca acum”',
    close_attempt: () => 'propune închiderea',
    ask_acquirer: () => 'butonul „Întreabă acceptatorul acum”',
  },
  en: {
    ask_bank: () => 'the button “Ask the bank now”',
    close_attempt: () => 'propose to close it',
    ask_acquirer: () => 'the button “Ask the acquirer now”',
  },
}

export function useTimelineWords() {
  const { language } = useLanguage()
  const bank = useBankName()
  const sentences = SENTENCES[language]
  const manner: Manner = {
    bank,
    moment: (at) => momentText(at, language),
    money: (minor, currency) => amountText(minor, currency, language),
    ...ACTS[language],
  }
  return {
    by: ({ by }: TimelineMoment): string => (Object.hasOwn(sentences.by, by) ? sentences.by[by] : by),
    what: (moment: TimelineMoment): string => happeningText(sentences, moment, manner),
    open: (one: Explanation['open'][number]): string => openText(sentences, one, manner),
    status: (code: string): string | undefined => wordOf(STATUSES, code, language),
  }
}

const momentText = (at: string, language: Language): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'Europe/Bucharest',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at))
