/** The mail to the payer about a list: how many of its payments are made, and how each of them stands. Pure. */
import { amountForPeople } from '../money.ts'
import { composeMail, dateForPeople, type MailText, maskIban, type Operator, type Row } from './mail-frame.ts'
import { EN, RO } from './payer-mail-words.ts'
import { dayWords } from './schedule-words.ts'

export type ListMailItem = {
  readonly status: string
  readonly amount_minor: number
  readonly creditor_name: string
  readonly creditor_iban: string
}

export type ListMailFacts = {
  readonly language: 'ro' | 'en'
  readonly status: string
  readonly at: Date
  readonly payment_id: number
  readonly amount_minor: number
  readonly items: readonly ListMailItem[]
  readonly partner_name: string
  readonly partner_colour: string
  readonly bank_name: string | undefined
  readonly debtor_iban: string | undefined
  /** `yyyy-mm-dd` */
  readonly execution_date?: string
  readonly operator: Operator
}

/** More than these nobody reads in a mail; the page and the partner have them all. */
const MOST_ITEMS = 50
const UNDER_WAY = ['RCVD', 'ACTC', 'PDNG', 'ACCP', 'ACSP']

const WORDS = {
  ro: {
    subject: 'Plățile către {beneficiaries}: {paid} din {count} efectuate',
    all: { title: 'Plățile au fost efectuate', lead: 'Banca ta a executat {all}.' },
    some: {
      title: 'Plățile au fost efectuate în parte',
      lead: '{were} din {payments}, în valoare de {paid_sum}. Celelalte nu au fost făcute.',
    },
    none: { title: 'Plățile nu au fost efectuate', lead: 'Niciuna dintre plăți ({payments}) nu a fost făcută.' },
    accepted: {
      title: 'Plățile au fost acceptate',
      lead: 'Ai autorizat {all}. Banca ta execută acum, iar noi îți scriem din nou când știm rezultatul.',
    },
    state: { paid: 'efectuată', under_way: 'în curs', not_paid: 'neefectuată' },
    more: 'și încă {more}',
    sum: 'Total',
  },
  en: {
    subject: 'Your payments to {beneficiaries}: {paid} of {count} made',
    all: { title: 'Payments made', lead: 'Your bank has executed {all}.' },
    some: {
      title: 'Some of the payments were made',
      lead: 'Made: {paid} of {payments}, {paid_sum} in all. The others were not.',
    },
    none: { title: 'Payments not made', lead: 'Nothing of the list ({payments}) was made.' },
    accepted: {
      title: 'Payments accepted',
      lead: 'You authorised {all}. Your bank is executing now, and we write again when we know the result.',
    },
    state: { paid: 'made', under_way: 'under way', not_paid: 'not made' },
    more: 'and {more} more',
    sum: 'Total',
  },
} as const

const NOUNS = {
  ro: {
    payments: ['o plată', 'plăți'],
    beneficiaries: ['un beneficiar', 'beneficiari'],
    single: 'plata',
    all: 'toate cele',
  },
  en: {
    payments: ['one payment', 'payments'],
    beneficiaries: ['one beneficiary', 'beneficiaries'],
    single: 'the payment',
    all: 'all',
  },
} as const

/** From twenty on Romanian wants `de`, unless the last two digits are 1 to 19: `20 de plăți`, `101 plăți`. */
function counted(language: 'ro' | 'en', count: number, [one, many]: readonly [string, string]): string {
  if (count === 1) return one
  const last = count % 100
  return `${count} ${language === 'ro' && count > 0 && (last === 0 || last > 19) ? 'de ' : ''}${many}`
}

export function listMailText(facts: ListMailFacts): MailText {
  const { items, language, status } = facts
  const frame_words = language === 'en' ? EN : RO
  const words = WORDS[language]
  const paid = items.filter((item) => item.status === 'ACSC')
  const inWords = (amount_minor: number) => `${amountForPeople(amount_minor)} ${frame_words.currency}`
  const nouns = NOUNS[language]
  const payments = counted(language, items.length, nouns.payments)
  const values: Readonly<Record<string, string>> = {
    count: String(items.length),
    payments,
    all: items.length === 1 ? nouns.single : `${nouns.all} ${payments}`,
    beneficiaries: counted(language, items.length, nouns.beneficiaries),
    paid: String(paid.length),
    were: paid.length === 1 ? 'S-a efectuat una' : `S-au efectuat ${paid.length}`,
    paid_sum: inWords(paid.reduce((sum, item) => sum + item.amount_minor, 0)),
    more: String(items.length - MOST_ITEMS),
  }
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  const outcome = outcomeOf(status, paid.length)
  const rowOf = (item: ListMailItem): Row => [
    item.creditor_name,
    inWords(item.amount_minor),
    `${maskIban(item.creditor_iban)} · ${words.state[stateOf(item.status)]}`,
  ]
  const { label } = frame_words
  const rows: (Row | false)[] = [
    ...items.slice(0, MOST_ITEMS).map(rowOf),
    items.length > MOST_ITEMS && ['…', fill(words.more)],
    [words.sum, inWords(facts.amount_minor)],
    facts.execution_date !== undefined && [label.execution_date, dayWords(facts.execution_date, language)],
    [label.partner, facts.partner_name],
    facts.bank_name !== undefined && [label.bank, facts.bank_name],
    facts.debtor_iban !== undefined && [label.debtor_iban, maskIban(facts.debtor_iban)],
    [label.date, dateForPeople(facts.at, frame_words.locale)],
    [label.reference, String(facts.payment_id)],
  ]
  return composeMail({
    ...facts,
    words: frame_words,
    subject: fill(words.subject),
    title: words[outcome].title,
    amount: inWords(facts.amount_minor),
    lead: fill(words[outcome].lead),
    rows: rows.filter((row): row is Row => row !== false),
  })
}

function outcomeOf(status: string, paid: number): 'all' | 'some' | 'none' | 'accepted' {
  if (status === 'ACSC') return 'all'
  if (UNDER_WAY.includes(status)) return 'accepted'
  return paid > 0 ? 'some' : 'none'
}

function stateOf(status: string): 'paid' | 'under_way' | 'not_paid' {
  if (status === 'ACSC') return 'paid'
  return UNDER_WAY.includes(status) ? 'under_way' : 'not_paid'
}
