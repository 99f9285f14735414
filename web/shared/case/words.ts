/** States, kinds and ways of cases in words. */
import type { Tone } from '../status-badge.tsx'
import type { Words } from './field.ts'
import type {
  CaseEventType,
  CaseKind,
  CaseLine,
  CaseState,
  DocumentKind,
  Risk,
  Screening,
  ScreeningHit,
  VersionLine,
} from './model.ts'

export const STATES: Readonly<Record<CaseState, Words & { readonly tone: Tone }>> = {
  draft: { ro: 'Ciornă', en: 'Draft', tone: 'quiet' },
  submitted: { ro: 'Depus', en: 'Submitted', tone: 'open' },
  in_review: { ro: 'În analiză', en: 'In review', tone: 'open' },
  more_information: { ro: 'Se cer completări', en: 'More information asked', tone: 'warn' },
  approved: { ro: 'Aprobat', en: 'Approved', tone: 'good' },
  refused: { ro: 'Refuzat', en: 'Refused', tone: 'bad' },
  withdrawn: { ro: 'Retras', en: 'Withdrawn', tone: 'quiet' },
  relationship_ended: { ro: 'Relație încheiată', en: 'Relationship ended', tone: 'quiet' },
  erased: { ro: 'Șters', en: 'Erased', tone: 'quiet' },
}

export const KINDS: Readonly<Record<CaseKind, Words>> = {
  natural: { ro: 'Persoană fizică', en: 'Natural person' },
  legal: { ro: 'Persoană juridică', en: 'Legal person' },
}

export const RISKS: Readonly<Record<Risk, Words & { readonly tone: Tone }>> = {
  low: { ro: 'Scăzut', en: 'Low', tone: 'good' },
  standard: { ro: 'Standard', en: 'Standard', tone: 'open' },
  enhanced: { ro: 'Sporit', en: 'Enhanced', tone: 'bad' },
}

export const WAYS: Readonly<Record<CaseLine['way'], Words>> = {
  staff: { ro: 'Introdus de personal', en: 'Typed in by staff' },
  invitation: { ro: 'Invitație', en: 'Invitation' },
  activation: { ro: 'clientActivation', en: 'clientActivation' },
}

export const DOCUMENT_WORDS: Readonly<Record<DocumentKind, Words>> = {
  identity: { ro: 'Act de identitate', en: 'Identity document' },
  registration_certificate: { ro: 'Certificat de înregistrare', en: 'Registration certificate' },
  constitutive_act: { ro: 'Act constitutiv', en: 'Constitutive act' },
  mandate: { ro: 'Mandat sau procură', en: 'Mandate' },
  bank_statement: { ro: 'Extras de cont', en: 'Bank statement' },
  authority_request: { ro: 'Cererea unei autorități', en: 'Request of an authority' },
  other: { ro: 'Alt document', en: 'Other document' },
}

export const EVENTS: Readonly<Record<CaseEventType, Words>> = {
  create: { ro: 'Dosar deschis', en: 'Case opened' },
  invite: { ro: 'Invitație trimisă', en: 'Invitation sent' },
  submit: { ro: 'Depus', en: 'Submitted' },
  review: { ro: 'Luat în analiză', en: 'Review began' },
  ask: { ro: 'S-au cerut completări', en: 'More information asked' },
  approve: { ro: 'Aprobat', en: 'Approved' },
  refuse: { ro: 'Refuzat', en: 'Refused' },
  withdraw: { ro: 'Retras', en: 'Withdrawn' },
  end: { ro: 'Relație încheiată', en: 'Relationship ended' },
  erase: { ro: 'Șters', en: 'Erased' },
  note: { ro: 'Notă', en: 'Note' },
  document: { ro: 'Document adăugat', en: 'Document added' },
  screen: { ro: 'Verificare în liste', en: 'Screening' },
  hit: { ro: 'Asemănare lămurită', en: 'Hit decided' },
  'review-done': { ro: 'Revizuire anuală făcută', en: 'Yearly review done' },
  remind: { ro: 'Amintire trimisă', en: 'Reminder sent' },
  notify: { ro: 'Schimbare notificată', en: 'Change notified' },
  extend: { ro: 'Păstrare prelungită', en: 'Kept longer' },
}

export const OUTCOMES: Readonly<Record<Screening['outcome'], Words & { readonly tone: Tone }>> = {
  clear: { ro: 'Nicio asemănare', en: 'No resemblance', tone: 'good' },
  hits: { ro: 'Asemănări găsite', en: 'Resemblances found', tone: 'warn' },
  failed: { ro: 'Serviciul nu a răspuns', en: 'The service did not answer', tone: 'bad' },
  manual: { ro: 'Manuală', en: 'By hand', tone: 'open' },
}

export const DECISIONS: Readonly<Record<ScreeningHit['decision'], Words & { readonly tone: Tone }>> = {
  open: { ro: 'de lămurit', en: 'to be decided', tone: 'warn' },
  cleared: { ro: 'altă persoană', en: 'somebody else', tone: 'good' },
  confirmed: { ro: 'este chiar persoana', en: 'it is them', tone: 'bad' },
}

export const CAUSES: Readonly<Record<VersionLine['cause'], Words>> = {
  created: { ro: 'Creat', en: 'Created' },
  saved: { ro: 'Salvat', en: 'Saved' },
  assessed: { ro: 'Evaluat', en: 'Assessed' },
  notified: { ro: 'Schimbare notificată', en: 'Notified change' },
  review: { ro: 'Revizuire anuală', en: 'Yearly review' },
  activation: { ro: 'clientActivation', en: 'clientActivation' },
}
