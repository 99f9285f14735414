/** The mail with the link by which somebody of a partner sets a password. Pure. */
import type { Settings } from '../../config.ts'
import { composeMail, dateForPeople, type MailText } from '../events/mail-frame.ts'
import { RO } from '../events/payer-mail-words.ts'

const COLOUR = '#0b5cad'
const WORDS = { ...RO, operated: 'Serviciul este oferit de' }

export function invitationMail(input: {
  readonly partner_name: string
  readonly user_name: string
  readonly link: string
  readonly expires_at: Date
  readonly operator: Pick<
    Settings,
    'PUNTE_OPERATOR_NAME' | 'PUNTE_OPERATOR_REGISTER' | 'PUNTE_OPERATOR_CONTACT' | 'PUNTE_OPERATOR_COMPLAINTS'
  >
}): MailText {
  const { partner_name, user_name, link, expires_at, operator } = input
  return composeMail({
    language: 'ro',
    words: WORDS,
    subject: `Contul tău la ${partner_name}: alege o parolă`,
    partner_name,
    partner_colour: COLOUR,
    title: 'Alege o parolă',
    lead:
      'Cu acest cont vezi plățile, notificările și certificatele companiei tale. Linkul de mai jos este numai pentru tine: ' +
      'deschide-l și alege o parolă, apoi pregătește telefonul pentru al doilea pas.',
    rows: [
      ['Utilizator', user_name],
      ['Linkul este bun până la', dateForPeople(expires_at, 'ro-RO')],
    ],
    button: { label: 'Alege parola', url: link },
    closing: ['Nu ai cerut acest cont? Nu deschide linkul și spune administratorului companiei tale.'],
    operator: {
      name: operator.PUNTE_OPERATOR_NAME,
      register: operator.PUNTE_OPERATOR_REGISTER,
      contact: operator.PUNTE_OPERATOR_CONTACT,
      complaints: operator.PUNTE_OPERATOR_COMPLAINTS,
    },
  })
}
