/** The mail to the payer about one payment or one series: what became of it. Pure. */
import type { Schedule } from '../../infra/banks/connector.ts'
import { amountForPeople } from '../money.ts'
import { composeMail, dateForPeople, type MailText, maskIban, type Operator, oneLine, type Row } from './mail-frame.ts'
import { EN, RO } from './payer-mail-words.ts'
import { dayWords, scheduleWords } from './schedule-words.ts'

export type PayerMailFacts = {
  readonly language: 'ro' | 'en'
  readonly status: string
  /** Machine code. */
  readonly reason: string | undefined
  readonly at: Date
  readonly payment_id: number
  readonly amount_minor: number
  readonly partner_name: string
  /** #rrggbb */
  readonly partner_colour: string
  readonly creditor_name: string
  readonly creditor_iban: string
  readonly details: string | undefined
  readonly bank_name: string | undefined
  readonly bank_reference: string | undefined
  readonly debtor_iban: string | undefined
  /** Of a series. */
  readonly schedule?: Schedule
  /** `yyyy-mm-dd`, of a payment that waits for its day. */
  readonly execution_date?: string
  readonly operator: Operator
}

export type Outcome = keyof typeof RO.title

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  ACSC: 'paid',
  ACCP: 'authorised',
  ACSP: 'authorised',
  PDNG: 'authorised',
  ACTC: 'authorised',
  RJCT: 'rejected',
  CANC: 'cancelled',
  ABND: 'abandoned',
  BLOCKED: 'blocked',
  PART: 'partly',
}
const OF_SERIES: Readonly<Record<string, Outcome>> = {
  ACTC: 'series_begun',
  ACCP: 'series_begun',
  ACSP: 'series_begun',
  ACSC: 'series_ended',
  CANC: 'series_stopped',
  RJCT: 'series_refused',
  ABND: 'series_refused',
  BLOCKED: 'blocked',
}
const GOOD: readonly Outcome[] = ['paid', 'authorised', 'series_begun', 'series_ended', 'scheduled']

/** Whether a status is an outcome that a payer can be told of. */
export function isOutcome(status: string): boolean {
  return Object.hasOwn(OUTCOMES, status)
}

function outcomeOf({ status, schedule, execution_date }: PayerMailFacts): Outcome {
  if (schedule !== undefined && Object.hasOwn(OF_SERIES, status)) return OF_SERIES[status] as Outcome
  const outcome = OUTCOMES[status]
  if (outcome === undefined) throw new Error(`no mail is written about ${status}`)
  return outcome === 'authorised' && execution_date !== undefined ? 'scheduled' : outcome
}

/** @throws when the status is no outcome (see isOutcome) */
export function payerMailText(facts: PayerMailFacts): MailText {
  const outcome = outcomeOf(facts)
  const words = facts.language === 'en' ? EN : RO
  const amount = `${amountForPeople(facts.amount_minor)} ${words.currency}`
  return composeMail({
    ...facts,
    words,
    amount,
    subject: fillSubject(words.subject[outcome], amount, facts.creditor_name),
    title: words.title[outcome],
    lead: words.lead[outcome],
    rows: rowsOf(facts, words, amount, outcome),
  })
}

export function fillSubject(text: string, amount: string, creditor: string): string {
  return text.replace('{amount}', () => amount).replace('{creditor}', () => oneLine(creditor))
}

function rowsOf(facts: PayerMailFacts, words: typeof RO, amount: string, outcome: Outcome): Row[] {
  const { label } = words
  const { language, schedule, execution_date } = facts
  const reason = !GOOD.includes(outcome) && facts.reason !== undefined ? words.reason[facts.reason] : undefined
  const rows: (Row | false)[] = [
    reason !== undefined && [label.reason, reason],
    [label.amount, amount],
    schedule !== undefined && [label.schedule, scheduleWords(schedule, language)],
    execution_date !== undefined && [label.execution_date, dayWords(execution_date, language)],
    [label.creditor, facts.creditor_name],
    [label.creditor_iban, maskIban(facts.creditor_iban)],
    [label.partner, facts.partner_name],
    facts.details !== undefined && facts.details !== '' && [label.details, facts.details],
    facts.bank_name !== undefined && [label.bank, facts.bank_name],
    facts.debtor_iban !== undefined && [label.debtor_iban, maskIban(facts.debtor_iban)],
    [label.date, dateForPeople(facts.at, words.locale)],
    [label.reference, String(facts.payment_id)],
    facts.bank_reference !== undefined && [label.bank_reference, facts.bank_reference],
  ]
  return rows.filter((row): row is Row => row !== false)
}
