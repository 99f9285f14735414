/** Who a case names: for screening, for search, for whoever asks what is held of him. */
import type { Keys } from '../../../infra/keys/keys.ts'
import type { CaseData, CaseKind } from '../case.ts'

export type Subject = {
  /** Where in the data: `company`, `beneficial_owners[0]`. */
  readonly subject: string
  readonly is_person: boolean
  readonly name: string
  readonly birth_date?: string
  readonly country?: string
}

/** Everybody who is looked up: the partner, who signs for it, its group, its owners. */
export function subjectsOf(kind: CaseKind, data: CaseData): Subject[] {
  const subjects: Subject[] = []
  const { company, person, representative } = data
  const add = (subject: string, is_person: boolean, name: string, birth_date?: string, country?: string) => {
    if (name.trim() !== '')
      subjects.push({
        ...{ subject, is_person, name: name.trim() },
        ...(birth_date !== undefined && { birth_date }),
        ...(country !== undefined && { country }),
      })
  }
  if (kind === 'legal') add('company', false, company?.name ?? '', undefined, company?.country)
  else add('person', true, fullName(person), person?.birth_date, person?.citizenship)
  add('representative', true, fullName(representative), representative?.birth_date, representative?.citizenship)
  for (const [at, { name = '', country }] of (data.group_companies ?? []).entries())
    add(`group_companies[${at}]`, false, name, undefined, country)
  for (const [at, owner] of (data.beneficial_owners ?? []).entries())
    add(`beneficial_owners[${at}]`, true, fullName(owner), owner.birth_date, owner.citizenship)
  return subjects
}

export const fullName = (person: { readonly last_name?: string; readonly first_name?: string } | undefined): string =>
  [person?.last_name, person?.first_name].filter((part) => part !== undefined).join(' ')

/** What a list calls the case; empty where nothing is known. */
export const nameOf = (kind: CaseKind, data: CaseData): string =>
  kind === 'legal' ? (data.company?.name ?? '') : fullName(data.person)

// What stands before and after the names of companies and says nothing of which.
const FORMS = new Set(['sc', 'srl', 'srld', 'sa', 'snc', 'pfa', 'ii', 'if'])

/** Without case, diacritics, punctuation, forms of companies and order of words. */
export function plainName(name: string): string {
  const words = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    // S.C. FLORI S.R.L. is SC FLORI SRL.
    .replace(/\b(\p{L})\.(?=\p{L}\b)/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  const telling = words.filter((word) => !FORMS.has(word))
  return (telling.length === 0 ? words : telling).sort().join(' ')
}

type SubjectKind = 'cnp' | 'cui' | 'email' | 'iban' | 'name'

/** Mail addresses and IBANs hash as those of payments do. */
export const subjectHash = (keys: Pick<Keys, 'hash'>, kind: SubjectKind, value: string): Buffer =>
  keys.hash(kind === 'email' || kind === 'iban' ? kind : `case-${kind}`, value)

/** By the kind that a text looks like. */
export function looksLike(text: string): readonly [SubjectKind, string] {
  const code = text.replace(/\s+/g, '').toUpperCase()
  if (/^[1-9]\d{12}$/.test(code)) return ['cnp', code]
  if (/^(RO)?\d{2,10}$/.test(code)) return ['cui', code.replace(/^RO/, '')]
  if (/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(code)) return ['iban', code]
  if (text.includes('@')) return ['email', text.trim().toLowerCase()]
  return ['name', plainName(text)]
}

/** CUI or CNP of the partner itself. */
export function registrationHash(keys: Pick<Keys, 'hash'>, kind: CaseKind, data: CaseData): Buffer | null {
  if (kind === 'natural') return data.person?.cnp === undefined ? null : subjectHash(keys, 'cnp', data.person.cnp)
  return data.company?.cui === undefined ? null : subjectHash(keys, 'cui', data.company.cui.replace(/^RO/, ''))
}

/** Of everybody the data names, each once. */
export function subjectHashes(keys: Pick<Keys, 'hash'>, kind: CaseKind, data: CaseData): Buffer[] {
  const { person, representative, beneficial_owners = [], contact, company, business } = data
  const found: [SubjectKind, string | undefined][] = [
    ...[person, representative, ...beneficial_owners].map((one): [SubjectKind, string | undefined] => [
      'cnp',
      one?.cnp,
    ]),
    ['cui', company?.cui?.replace(/^RO/, '')],
    ['email', contact?.email?.toLowerCase()],
    ['iban', business?.iban],
    ...subjectsOf(kind, data).map(({ name }): [SubjectKind, string] => ['name', plainName(name)]),
    ['name', contact?.name === undefined ? undefined : plainName(contact.name)],
  ]
  const hashes = found.flatMap(([of, value]) =>
    value === undefined || value === '' ? [] : [subjectHash(keys, of, value)],
  )
  return [...new Map(hashes.map((hash) => [hash.toString('hex'), hash])).values()]
}
