/** What the values of acts say, where the program writes them in codes. */
import type { AnyRole, AuditField, ChainFault } from '../../../../src/http/office/code-contract.ts'
import { CAUSES, DECISIONS, DOCUMENT_WORDS, KINDS, OUTCOMES, RISKS, STATES, WAYS } from '../../../shared/case/words.ts'
import { REFUSALS } from '../../../shared/refusals.ts'
import type { Language } from '../../../shared/texts.tsx'
import { GATEWAY_CODES, ORDER_STATUSES, RESULTS } from '../../../shared/told/card-codes.ts'
import { PAYMENT_STATUSES } from '../../../shared/told/codes.ts'
import { isInLei, levelText } from '../limits/words.ts'
import { ATTEMPT_STATES } from '../payments/words.ts'
import { ROLE_NAMES, type Role } from '../staff/staff.ts'
import { actName } from './act-words.ts'

type Words = Readonly<Record<Language, string>>
type Table = Readonly<Record<string, Words>>

const ofStaff = (role: Role): Words => ({ ro: ROLE_NAMES.ro[role], en: ROLE_NAMES.en[role] })

const ROLES: Readonly<Record<AnyRole, Words>> = {
  administrator: ofStaff('administrator'),
  compliance: ofStaff('compliance'),
  operations: ofStaff('operations'),
  support: ofStaff('support'),
  auditor: ofStaff('auditor'),
  partner_admin: { ro: 'administrator al partenerului', en: 'administrator of the partner' },
  partner_reader: { ro: 'cititor al partenerului', en: 'reader of the partner' },
}

const STANDINGS: Table = {
  active: { ro: 'activ', en: 'active' },
  suspended: { ro: 'suspendat', en: 'suspended' },
}

const INCIDENTS: Table = { open: { ro: 'deschis', en: 'open' }, closed: { ro: 'închis', en: 'closed' } }

const OTHER_KINDS: Table = {
  sealing: { ro: 'cheie de sigilare', en: 'sealing key' },
  signing: { ro: 'cheie de semnare', en: 'signing key' },
  address: { ro: 'sediul sau adresa', en: 'registered office or address' },
  representative: { ro: 'reprezentantul', en: 'representative' },
  owners: { ro: 'beneficiarii reali', en: 'beneficial owners' },
  contacts: { ro: 'datele de contact', en: 'contact details' },
  activity: { ro: 'activitatea sau indicatorii', en: 'activity or indicators' },
  refund: { ro: 'rambursare', en: 'refund' },
  close: { ro: 'închidere', en: 'closing' },
  sanctions: { ro: 'listă de sancțiuni', en: 'sanctions list' },
  adverse: { ro: 'știri defavorabile', en: 'adverse media' },
  pep: { ro: 'persoană expusă public', en: 'politically exposed person' },
}

const STEPS: Table = {
  password: { ro: 'parola', en: 'password' },
  'current password': { ro: 'parola actuală', en: 'current password' },
  'second factor': { ro: 'al doilea factor', en: 'second factor' },
  second_factor: { ro: 'al doilea factor', en: 'second factor' },
  code: { ro: 'cod din aplicație', en: 'code of the app' },
  'recovery code': { ro: 'cod de rezervă', en: 'recovery code' },
  passkey: { ro: 'cheie de acces', en: 'passkey' },
  'passkey shown before': { ro: 'cheie de acces arătată deja', en: 'passkey shown before' },
  enrolment: { ro: 'înregistrarea aplicației de coduri', en: 'enrolment of a code app' },
  open: { ro: 'sesiune deschisă', en: 'open session' },
}

const SESSION_ENDS: Table = {
  'signed out': { ro: 'ieșire din cont', en: 'signed out' },
  'password changed': { ro: 'parolă schimbată', en: 'password changed' },
  'password reset': { ro: 'parolă resetată', en: 'password reset' },
  'password set by an invitation': { ro: 'parolă aleasă din invitație', en: 'password set by an invitation' },
  'second factor reset': { ro: 'al doilea factor resetat', en: 'second factor reset' },
  'too many wrong passwords': { ro: 'prea multe parole greșite', en: 'too many wrong passwords' },
  'ended by an administrator': { ro: 'încheiată de un administrator', en: 'ended by an administrator' },
  'ended by its owner': { ro: 'încheiată de titular', en: 'ended by its owner' },
  suspended: { ro: 'cont suspendat', en: 'account suspended' },
  'went on': { ro: 'urmată de pasul următor', en: 'went on to the next step' },
}

const CHAIN_FAULTS: Readonly<Record<ChainFault, Words>> = {
  missing: { ro: 'lipsește', en: 'missing' },
  unlinked: { ro: 'fără legătură cu cel dinainte', en: 'not linked to the one before' },
  changed: { ro: 'schimbat', en: 'changed' },
  anchored_otherwise: { ro: 'altul decât în ancoră', en: 'not the one in the anchor' },
  cut: { ro: 'retezat', en: 'cut off' },
}

const SEARCHED_BY: Table = {
  cnp: { ro: 'CNP', en: 'CNP' },
  email: { ro: 'e-mail', en: 'e-mail' },
  iban: { ro: 'IBAN', en: 'IBAN' },
}

const BY_FIELD: { readonly [Field in AuditField]?: readonly Table[] } = {
  attempt_state: [ATTEMPT_STATES],
  by: [SEARCHED_BY],
  cause: [CAUSES],
  decision: [DECISIONS],
  fault: [CHAIN_FAULTS],
  gateway_code: [GATEWAY_CODES],
  kind: [KINDS, DOCUMENT_WORDS, OTHER_KINDS],
  next: [STEPS],
  outcome: [OUTCOMES],
  reason: [SESSION_ENDS],
  result: [RESULTS],
  risk: [RISKS],
  role: [ROLES],
  shown: [STEPS],
  state: [STATES, INCIDENTS],
  status: [STANDINGS, PAYMENT_STATUSES, ORDER_STATUSES],
  step: [STEPS],
  way: [WAYS],
}

const YES_NO = {
  true: { ro: 'da', en: 'yes' },
  false: { ro: 'nu', en: 'no' },
  null: { ro: 'fără', en: 'none' },
} as const

/** @param text as JSON shows it (texts without quotes) @returns undefined: it is no code, and stands as it is */
export function valueName(path: string, text: string, language: Language): string | undefined {
  if (text === 'true' || text === 'false' || text === 'null') return YES_NO[text][language]
  const [first = '', inner] = path.split('.')
  if (first === 'code' && Object.hasOwn(REFUSALS.ro, text)) return REFUSALS[language][text as keyof typeof REFUSALS.ro]
  if (first === 'act' && inner === undefined) return actName(text, language)
  if (inner !== undefined && isInLei(first) && /^\d+$/.test(text)) return levelText(first, Number(text), language)
  const found = BY_FIELD[first as AuditField]?.find((table) => Object.hasOwn(table, text))
  return found?.[text]?.[language]
}
