/** What is wrong with a field, in the reader's language. */
import type { Language } from '../texts.tsx'
import type { FieldKind, Words } from './field.ts'
import { labelOf, whereIs } from './fields.ts'
import type { Fault } from './model.ts'

const BY_CODE: Readonly<Record<Exclude<Fault['code'], 'invalid'>, Words>> = {
  required: { ro: 'Lipsește.', en: 'It is missing.' },
  too_long: { ro: 'Este prea lung.', en: 'It is too long.' },
  expired: { ro: 'A expirat.', en: 'It has expired.' },
  too_young: { ro: 'Persoana nu are 18 ani.', en: 'The person is not 18 yet.' },
  mismatch: { ro: 'Nu se potrivește cu celelalte date.', en: 'It does not fit the other data.' },
  not_done: { ro: 'Nu este făcută încă.', en: 'It is not done yet.' },
}

const BY_KIND: Partial<Record<FieldKind, Words>> = {
  iban: {
    ro: 'IBAN-ul nu este corect: verifică literele și cifrele.',
    en: 'The IBAN is not right: check its letters and digits.',
  },
  email: { ro: 'Nu este o adresă de e-mail.', en: 'It is no mail address.' },
  phone: { ro: 'Nu este un număr de telefon.', en: 'It is no telephone number.' },
  url: {
    ro: 'Adresa trebuie să înceapă cu https:// și să fie întreagă.',
    en: 'The address must be whole and begin with https://.',
  },
  date: { ro: 'Data nu este corectă.', en: 'The date is not right.' },
  percent: { ro: 'Cota este între 0 și 100.', en: 'The share is between 0 and 100.' },
}

const INVALID: Words = { ro: 'Nu este corect.', en: 'It is not right.' }

// Where several values together are wrong, a general sentence would not help.
const BY_FIELD: Readonly<Record<string, Words>> = {
  'beneficial_owners required': {
    ro: 'Trece cel puțin un beneficiar real; unde nu există, conducerea de rang superior.',
    en: 'List at least one beneficial owner; where there is none, the senior managers.',
  },
  'beneficial_owners mismatch': { ro: 'Cotele adunate trec de 100 %.', en: 'The shares add up to more than 100 %.' },
  'estimates.mean_amount mismatch': {
    ro: 'Este mai mare decât suma cea mai mare.',
    en: 'It is more than the largest amount.',
  },
  'assessment.risk mismatch': {
    ro: 'Trebuie să fie sporit unde cineva este expus public.',
    en: 'It must be enhanced where somebody is politically exposed.',
  },
  'assessment.is_pep mismatch': {
    ro: 'Verificarea a confirmat o persoană expusă public.',
    en: 'Screening has confirmed a politically exposed person.',
  },
  'documents.registration_certificate required': {
    ro: 'Lipsește: acesta sau actul constitutiv.',
    en: 'It is missing: this or the constitutive act.',
  },
  'screening invalid': {
    ro: 'S-a confirmat o persoană sub sancțiuni: dosarul poate fi doar refuzat.',
    en: 'Somebody under sanctions is confirmed: the case can only be refused.',
  },
  'group_companies required': {
    ro: 'Trece firmele din grup sau bifează că nu există.',
    en: 'List the companies of the group, or say that there is none.',
  },
  'sources required': {
    ro: 'Trece cel puțin o sursă independentă de solicitant.',
    en: 'List at least one source independent of the applicant.',
  },
  'screening not_done': {
    ro: 'Numele nu au fost verificate de la ultima schimbare, sau o asemănare nu este lămurită.',
    en: 'The names have not been screened since the last change, or a resemblance is not decided.',
  },
}

// The last part of a field, of whomever it is.
const BY_ENDING: Readonly<Record<string, Words>> = {
  'birth_date mismatch': { ro: 'Nu este data din CNP.', en: 'It is not the date that the CNP holds.' },
  'birth_date invalid': { ro: 'Nu este o dată din trecut.', en: 'It is not a date in the past.' },
  'document_expires_on mismatch': { ro: 'Este înainte de data emiterii.', en: 'It is before the day of issue.' },
  'document_issued_on mismatch': { ro: 'Este înainte de naștere.', en: 'It is before the birth.' },
  'redirect_url invalid': {
    ro: 'Trebuie să fie o adresă https:// întreagă, fără utilizator și fără #.',
    en: 'It must be a whole https:// address without a user and without #.',
  },
  'colour invalid': { ro: 'Trebuie să fie ca #0b5cad.', en: 'It must be like #0b5cad.' },
  'logo invalid': {
    ro: 'Trebuie să fie un PNG mic sau un SVG care nu rulează și nu încarcă nimic.',
    en: 'It must be a small PNG, or an SVG that runs and fetches nothing.',
  },
}

export function faultText({ field, code, message }: Fault, language: Language): string {
  const special = BY_FIELD[`${field} ${code}`] ?? BY_ENDING[`${field.split('.').at(-1)} ${code}`]
  if (special !== undefined) return special[language]
  if (code !== 'invalid') return BY_CODE[code]?.[language] ?? message
  const known = whereIs(field)?.field
  const words = known?.invalid ?? (known === undefined ? undefined : BY_KIND[known.kind])
  // The server's own sentence says more than a general one, to those who read it.
  return words?.[language] ?? (language === 'en' ? message : INVALID.ro)
}

/** `Firma: CUI – Lipsește.` */
export const faultLine = (fault: Fault, language: Language): string =>
  `${labelOf(fault.field, language)} – ${faultText(fault, language)}`
