/** The mail that carries a payment link, in the partner's name. Pure. */
import type { Schedule } from '../../infra/banks/connector.ts'
import { amountForPeople } from '../money.ts'
import { composeMail, dateForPeople, type MailText, type Operator, type Row } from './mail-frame.ts'
import { RO } from './payer-mail-words.ts'
import { scheduleWords } from './schedule-words.ts'

export type LinkMailFacts = {
  readonly payment_id: number
  /** Undefined where the payer fills it in. */
  readonly amount_minor: number | undefined
  /** Of a list. */
  readonly count: number | undefined
  readonly creditor_name: string | undefined
  readonly details: string | undefined
  readonly schedule: Schedule | undefined
  readonly partner_name: string
  readonly partner_colour: string
  readonly url: string
  readonly picture_cid: string
  readonly expires_at: Date
  readonly operator: Operator
}

/** A link has no page language yet: Romanian, with the same in English at its end. */
export function linkMailText(facts: LinkMailFacts): MailText {
  const { partner_name, schedule, count } = facts
  const amount = facts.amount_minor === undefined ? '' : `${amountForPeople(facts.amount_minor)} ${RO.currency}`
  const until = dateForPeople(facts.expires_at, RO.locale)
  const rows: (Row | false)[] = [
    count !== undefined && ['Plăți', String(count)],
    amount !== '' && [RO.label.amount, amount],
    schedule !== undefined && [RO.label.schedule, scheduleWords(schedule, 'ro')],
    facts.creditor_name !== undefined && [RO.label.creditor, facts.creditor_name],
    facts.details !== undefined && facts.details !== '' && [RO.label.details, facts.details],
    ['Linkul este valabil până la', until],
    [RO.label.reference, String(facts.payment_id)],
  ]
  return composeMail({
    language: 'ro',
    words: { ...RO, operated: 'Plata se inițiază prin' },
    subject: `${partner_name}: cerere de plată${amount === '' ? '' : ` de ${amount}`}`,
    partner_name,
    partner_colour: facts.partner_colour,
    title: 'Cerere de plată',
    amount,
    lead: `${partner_name} îți cere această plată. O faci din contul tău, în aplicația băncii tale; poți și scana codul cu telefonul.`,
    rows: rows.filter((row): row is Row => row !== false),
    button: {
      label: 'Vezi și plătește',
      url: facts.url,
      picture_cid: facts.picture_cid,
      picture_alt: 'Cod QR cu adresa paginii de plată',
    },
    closing: [
      `Dacă nu aștepți această cerere de la ${partner_name}, nu plăti și întreabă-l. Parola băncii o scrii numai în aplicația sau pe pagina băncii tale.`,
      `In English: ${partner_name} asks you for this payment. The link leads to the payment page and is valid until ${dateForPeople(facts.expires_at, 'en-GB')} (Bucharest time). If you do not expect it, do not pay.`,
    ],
    operator: facts.operator,
  })
}
