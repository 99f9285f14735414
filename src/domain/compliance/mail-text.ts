/** Words of the mails to applicants and partners, Romanian and English. Names of people stand in none. */
import { composeMail, dateForPeople, type MailText, type Operator } from '../events/mail-frame.ts'
import { EN, RO } from '../events/payer-mail-words.ts'

const COLOUR = '#0b5cad'
const words_of = {
  ro: { ...RO, operated: 'Mesajul este trimis de' },
  en: { ...EN, operated: 'This message is sent by' },
} as const
const locale_of = { ro: 'ro-RO', en: 'en-GB' } as const

type About = { readonly operator: Operator }

/** @param input.url with the token; it is in the mail alone */
export function invitationMail({
  language,
  url,
  expires_at,
  operator,
}: About & { readonly language: 'ro' | 'en'; readonly url: string; readonly expires_at: Date }): MailText {
  const until = dateForPeople(expires_at, locale_of[language])
  const said =
    language === 'ro'
      ? {
          subject: `Cerere de parteneriat la ${operator.name}`,
          title: 'Completează cererea de parteneriat',
          lead: 'Ai fost invitat să devii partener. Completează datele firmei tale sau ale tale, încarcă documentele și trimite cererea. Poți întrerupe și continua cu același link.',
          until: 'Linkul este valabil până la',
          label: 'Deschide cererea',
          closing: [
            'Linkul deschide cererea fără parolă: nu îl da mai departe. Dacă nu te așteptai la acest mesaj, ignoră-l.',
          ],
        }
      : {
          subject: `Application to become a partner of ${operator.name}`,
          title: 'Fill in your application',
          lead: 'You have been invited to become a partner. Fill in what is asked about your company or yourself, upload the documents and send the application. You can stop and go on with the same link.',
          until: 'The link is valid until',
          label: 'Open the application',
          closing: [
            'The link opens the application without a password: do not pass it on. If you did not expect this message, ignore it.',
          ],
        }
  return composeMail({
    ...{ language, words: words_of[language], subject: said.subject, title: said.title, lead: said.lead, operator },
    ...{ partner_name: operator.name, partner_colour: COLOUR, rows: [[said.until, until]] },
    ...{ button: { label: said.label, url }, closing: said.closing },
  })
}

/** To the partner's contact, in both languages: which one it reads is not known. */
export function reviewMail({
  name,
  days,
  next_review_at,
  suspends,
  operator,
}: About & {
  readonly name: string
  /** 0: overdue. */
  readonly days: number
  readonly next_review_at: Date
  readonly suspends: boolean
}): MailText {
  const date = (locale: string) => dateForPeople(next_review_at, locale)
  const lead =
    days === 0
      ? 'Verificarea anuală a datelor tale a depășit termenul.'
      : 'O dată pe an verificăm dacă datele pe care le avem despre tine sunt încă valabile.'
  const english =
    days === 0
      ? `The yearly review of your data is overdue since ${date('en-GB')}. Tell us whether anything has changed, and send us documents that have expired meanwhile.`
      : `Once a year we check whether what we know of you still holds: by ${date('en-GB')}. Tell us whether anything has changed, and send us documents that have expired meanwhile.`
  return composeMail({
    ...{ language: 'ro', words: words_of.ro, operator, partner_name: name, partner_colour: COLOUR },
    subject:
      days === 0 ? 'Verificarea anuală a depășit termenul' : `Verificarea anuală a datelor: mai sunt ${days} de zile`,
    title: 'Verificarea anuală a datelor',
    lead: `${lead} Spune-ne dacă s-a schimbat ceva (firma, beneficiarii reali, reprezentantul, contul) și trimite documentele expirate între timp.`,
    rows: [['Termen', date('ro-RO')]],
    closing: [
      ...(suspends ? ['După termen, inițierea plăților se suspendă până la încheierea verificării.'] : []),
      english,
    ],
  })
}

/** One line a partner, to staff; client ids, no names. */
export function staffReviewMail(
  lines: readonly {
    readonly client_id: string
    readonly case_id: number
    readonly days: number
    readonly next_review_at: Date
  }[],
  { operator }: About,
): MailText {
  return composeMail({
    ...{ language: 'ro', words: words_of.ro, operator, partner_name: operator.name, partner_colour: COLOUR },
    subject: `Verificări anuale de făcut: ${lines.length}`,
    title: 'Verificări anuale de făcut',
    lead: 'Partenerii de mai jos au verificarea anuală aproape de termen sau peste termen.',
    rows: lines.map(({ client_id, case_id, days, next_review_at }) => [
      client_id,
      `${dateForPeople(next_review_at, 'ro-RO')}${days === 0 ? ' — depășit' : ''}`,
      `dosar ${case_id}`,
    ]),
  })
}
