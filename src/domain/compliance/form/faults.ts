/**
 * What is wrong with a case, all at once: what lacks to be submitted, what lacks to be approved. Tables of what is required,
 * then rules that look at several fields. Pure.
 */
import { isValidIBAN } from 'ibantools'
import { checkLogo } from '../../partners/logo.ts'
import { checkColour, checkPublicUrl } from '../../partners/profile.ts'
import type { Assessment, CaseData, CaseDocument, CaseKind, CaseWay, Fault, Person, Screening } from '../case.ts'
import { type Check, fault, SECTIONS } from './fields.ts'
import { birthDatesOfCnp, isCnp, isCui, isDate, isEuid, isTradeRegisterNumber } from './numbers.ts'
import { subjectsOf } from './subjects.ts'

export type Judged = {
  readonly kind: CaseKind
  readonly way: CaseWay
  readonly data: CaseData
  readonly documents: readonly Pick<CaseDocument, 'document_id' | 'kind' | 'superseded_by'>[]
  readonly now: Date
}

const PERSON_REQUIRED = [
  ...['last_name', 'first_name', 'birth_date', 'citizenship'],
  ...['document_kind', 'document_number', 'document_issued_by', 'document_issued_on', 'document_expires_on'],
  ...['street', 'city', 'country'],
]
const ALWAYS = [
  ...[
    'contact.name',
    'contact.email',
    'contact.phone',
    'business.description',
    'business.platform_url',
    'business.iban',
  ],
  ...['estimates.daily_volume', 'estimates.mean_amount', 'estimates.max_amount', 'estimates.daily_unfinished'],
  ...['estimates.daily_per_payer', 'estimates.clients', 'profile.partner_type', 'profile.redirect_url'],
]
const of = (section: string, fields: readonly string[]) => fields.map((field) => `${section}.${field}`)
const REQUIRED: Readonly<Record<CaseKind, readonly string[]>> = {
  natural: [...of('person', PERSON_REQUIRED), ...ALWAYS],
  legal: [
    ...of('company', ['name', 'cui', 'legal_form', 'caen', 'founding_kind', 'founding_number', 'founding_on']),
    ...of('company', ['street', 'city', 'country']),
    ...of('representative', [...PERSON_REQUIRED, 'role']),
    'mandate.basis',
    ...ALWAYS,
  ],
}
const OF_ITEMS: Readonly<Partial<Record<keyof CaseData, readonly string[]>>> = {
  group_companies: ['name', 'registration_number', 'country', 'relation'],
  beneficial_owners: ['last_name', 'first_name', 'birth_date', 'citizenship', 'residence_country', 'control'],
  sources: ['about', 'name', 'kind', 'is_independent', 'consulted_on'],
}

/** What lacks, or is wrong, before the case can be submitted. */
export function submissionFaults(judged: Judged): Fault[] {
  const faults = [...requiredFaults(judged), ...valueFaults(judged), ...crossFaults(judged), ...documentFaults(judged)]
  // One a field: the first says most.
  return faults.filter((one, at) => faults.findIndex(({ field }) => field === one.field) === at)
}

/** What lacks before it can be approved; all of the above too. */
export function approvalFaults(
  judged: Judged & {
    readonly assessment: Assessment
    readonly screening: Screening | undefined
    readonly screened: string
  },
): Fault[] {
  const { assessment, screening, data } = judged
  const faults = submissionFaults(judged)
  if (assessment.risk === undefined) faults.push(required('assessment.risk'))
  if (assessment.risk_reason === undefined) faults.push(required('assessment.risk_reason'))
  if (assessment.is_pep === undefined) faults.push(required('assessment.is_pep'))
  if (assessment.is_pep === true && assessment.pep_text === undefined) faults.push(required('assessment.pep_text'))
  // Law 129/2019 art. 17: enhanced measures wherever a politically exposed person is among them.
  if (assessment.is_pep === true && assessment.risk !== undefined && assessment.risk !== 'enhanced')
    faults.push(fault('assessment.risk', 'mismatch', 'must be enhanced where somebody is politically exposed'))
  if (!(data.sources ?? []).some(({ is_independent }) => is_independent === true))
    faults.push(fault('sources', 'required', 'must name at least one that is independent of the partner'))
  return [...faults, ...screeningFaults(screening, judged, assessment)]
}

function screeningFaults(
  screening: Screening | undefined,
  judged: Judged & { readonly screened: string },
  assessment: Assessment,
): Fault[] {
  if (screening === undefined || screening.outcome === 'failed')
    return [fault('screening', 'not_done', 'has not been done')]
  if (judged.screened !== namesOf(judged.kind, judged.data))
    return [fault('screening', 'not_done', 'was of other names than the case has now')]
  if (screening.hits.some(({ decision }) => decision === 'open'))
    return [fault('screening', 'not_done', 'has resemblances that nobody has decided about')]
  const confirmed = screening.hits.filter(({ decision }) => decision === 'confirmed')
  if (confirmed.some(({ kind }) => kind === 'sanctions'))
    return [fault('screening', 'invalid', 'has found somebody under sanctions: the case can only be refused')]
  if (confirmed.some(({ kind }) => kind === 'pep') && assessment.is_pep !== true)
    return [fault('assessment.is_pep', 'mismatch', 'must be yes: screening has confirmed one')]
  return []
}

/** The names that are looked up, as one text: whether two versions name the same people. */
export const namesOf = (kind: CaseKind, data: CaseData): string =>
  JSON.stringify(subjectsOf(kind, data).map(({ subject, ...who }) => who))

const required = (field: string): Fault => fault(field, 'required', 'is required')

function valueAt(data: CaseData, path: string): unknown {
  const [section = '', field = ''] = path.split('.')
  return (data[section as keyof CaseData] as Readonly<Record<string, unknown>> | undefined)?.[field]
}

function requiredFaults({ kind, way, data, now: _now }: Judged): Fault[] {
  const faults = REQUIRED[kind].filter((path) => valueAt(data, path) === undefined).map(required)
  for (const [section, fields] of Object.entries(OF_ITEMS))
    for (const [at, item] of itemsOf(data, section as keyof CaseData).entries())
      for (const field of fields) if (item[field] === undefined) faults.push(required(`${section}[${at}].${field}`))
  // A foreigner may have none; who is a citizen has one.
  for (const section of ['person', 'representative'] as const) {
    const person = data[section]
    if (person?.citizenship === 'RO' && person.cnp === undefined) faults.push(required(`${section}.cnp`))
    if (kind === 'natural' && section === 'representative' && person !== undefined)
      faults.push(
        ...[...of(section, PERSON_REQUIRED), 'mandate.basis']
          .filter((path) => valueAt(data, path) === undefined)
          .map(required),
      )
  }
  for (const [at, owner] of (data.beneficial_owners ?? []).entries())
    if (owner.citizenship === 'RO' && owner.cnp === undefined) faults.push(required(`beneficial_owners[${at}].cnp`))
  if (way === 'invitation')
    for (const name of ['accepts_terms', 'accepts_data_processing'] as const)
      if (data.declarations?.[name] !== true) faults.push(required(`declarations.${name}`))
  return faults
}

const itemsOf = (data: CaseData, section: keyof CaseData): readonly Readonly<Record<string, unknown>>[] => {
  const items = data[section]
  return Array.isArray(items) ? items : []
}

// ---- Values, one by one

/** Each present value against the check of its field. */
function valueFaults({ data, now, kind }: Judged): Fault[] {
  const faults: Fault[] = []
  for (const [name, section] of Object.entries(SECTIONS)) {
    // What is left over from the other kind of person is not asked about.
    if ((kind === 'legal' && name === 'person') || (kind === 'natural' && name === 'company')) continue
    const value = data[name as keyof CaseData]
    const items = section.most === undefined ? [value ?? {}] : ((value ?? []) as readonly object[])
    for (const [at, item] of items.entries())
      for (const [field, given] of Object.entries(item)) {
        const check = section.fields[field]?.check
        if (check === undefined || typeof given !== 'string') continue
        const path = section.most === undefined ? `${name}.${field}` : `${name}[${at}].${field}`
        const says = checkValue(check, given, item as Readonly<Record<string, unknown>>, now)
        if (says !== undefined) faults.push(fault(path, 'invalid', says))
      }
  }
  return faults
}

const holds = (passes: boolean, says: string): string | undefined => (passes ? undefined : says)
const today = (now: Date) => now.toISOString().slice(0, 10)
const COUNTRIES = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** @returns what is wrong */
function checkValue(
  check: Check,
  value: string,
  item: Readonly<Record<string, unknown>>,
  now: Date,
): string | undefined {
  switch (check) {
    case 'cnp':
      return holds(isCnp(value), 'is not a CNP: a digit, the date or the county is wrong')
    case 'cui':
      return holds(
        item.country === 'RO' || item.country === undefined
          ? isCui(value.replace(/^RO/, ''))
          : /^[A-Z0-9./-]{2,20}$/.test(value),
        'is not a CUI: a digit is wrong',
      )
    case 'trade_register':
      return holds(item.country !== 'RO' || isTradeRegisterNumber(value), 'is not a number of the trade register')
    case 'euid':
      return holds(isEuid(value), 'is not a European unique identifier')
    case 'date':
      return holds(isDate(value), 'is not a date')
    case 'past':
      return holds(isDate(value) && value <= today(now) && value >= '1850-01-01', 'is not a date in the past')
    case 'country':
      return holds(/^[A-Z]{2}$/.test(value) && COUNTRIES.of(value) !== undefined, 'is not a country of two letters')
    case 'iban':
      return holds(isValidIBAN(value), 'is not an IBAN')
    case 'email':
      return holds(
        /^[^\s@<>"',;:\\()[\]]+@[^\s@<>"',;:\\()[\]]+\.[^\s@<>"',;:\\()[\]]+$/.test(value),
        'is not a mail address',
      )
    case 'phone':
      return holds(/^\+?[\d ().-]{6,29}$/.test(value) && value.replace(/\D/g, '').length >= 6, 'is not a phone number')
    case 'caen':
      return holds(/^\d{4}$/.test(value), 'is not a CAEN code of four digits')
    case 'url':
      return holds(/^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'is not an address of the web')
    case 'redirect_url':
      return refusal(() => checkPublicUrl('redirect_url', value), 'must be https, or http on this machine only')
    case 'colour':
      return refusal(() => checkColour(value), 'must be like #0b5cad')
    case 'logo':
      return refusal(() => checkLogo(value), 'must be a small PNG, or an SVG that runs and fetches nothing')
  }
}

function refusal(attempt: () => unknown, says: string): string | undefined {
  try {
    attempt()
    return undefined
  } catch {
    return says
  }
}

// ---- Several fields together

function crossFaults({ kind, data, now }: Judged): Fault[] {
  const faults: Fault[] = []
  const people: (readonly [string, Person])[] = []
  if (kind === 'natural' && data.person !== undefined) people.push(['person', data.person])
  if (data.representative !== undefined) people.push(['representative', data.representative])
  for (const [path, person] of people) faults.push(...personFaults(path, person, now))
  const owners = data.beneficial_owners ?? []
  for (const [at, owner] of owners.entries()) {
    const path = `beneficial_owners[${at}]`
    faults.push(...birthFaults(path, owner))
    if (owner.control === 'shares' && owner.share_percent === undefined) faults.push(required(`${path}.share_percent`))
    if (owner.control === 'other_means' && owner.control_text === undefined)
      faults.push(required(`${path}.control_text`))
  }
  if (kind === 'legal' && owners.length === 0)
    faults.push(
      fault('beneficial_owners', 'required', 'must name who owns or controls the company, or else who manages it'),
    )
  if (owners.reduce((sum, { share_percent = 0 }) => sum + share_percent, 0) > 100.005)
    faults.push(fault('beneficial_owners', 'mismatch', 'hold more than all of it together'))
  if (kind === 'legal' && (data.group_companies ?? []).length === 0 && data.declarations?.has_no_group !== true)
    faults.push(fault('group_companies', 'required', 'must be named, or declared that there are none'))
  if (data.mandate?.valid_until !== undefined && data.mandate.valid_until < today(now))
    faults.push(fault('mandate.valid_until', 'expired', 'is past: the mandate has ended'))
  const basis = data.mandate?.basis
  if (basis === 'decision' || basis === 'power_of_attorney')
    for (const path of ['mandate.document_number', 'mandate.document_on'])
      if (valueAt(data, path) === undefined) faults.push(required(path))
  if (
    kind === 'legal' &&
    data.company?.country === 'RO' &&
    data.company.trade_register_number === undefined &&
    data.company.legal_form !== 'ONG'
  )
    faults.push(required('company.trade_register_number'))
  const { mean_amount, max_amount } = data.estimates ?? {}
  if (mean_amount !== undefined && max_amount !== undefined && mean_amount > max_amount)
    faults.push(fault('estimates.mean_amount', 'mismatch', 'is more than the largest amount'))
  const name =
    kind === 'legal' ? data.company?.name : `${data.person?.last_name ?? ''} ${data.person?.first_name ?? ''}`
  if (data.profile?.display_name === undefined && [...(name ?? '')].length > 70)
    faults.push(fault('profile.display_name', 'required', 'is required where the name has more than 70 characters'))
  return faults
}

function personFaults(path: string, person: Person, now: Date): Fault[] {
  const faults = birthFaults(path, person)
  const adult_since = new Date(now)
  adult_since.setUTCFullYear(adult_since.getUTCFullYear() - 18)
  if (person.birth_date !== undefined && person.birth_date > today(adult_since))
    faults.push(fault(`${path}.birth_date`, 'too_young', 'is of somebody under 18'))
  const { document_issued_on: from, document_expires_on: until } = person
  if (until !== undefined && until < today(now))
    faults.push(fault(`${path}.document_expires_on`, 'expired', 'is past: the document has expired'))
  else if (from !== undefined && until !== undefined && until <= from)
    faults.push(fault(`${path}.document_expires_on`, 'mismatch', 'is before the day of issue'))
  if (from !== undefined && person.birth_date !== undefined && from < person.birth_date)
    faults.push(fault(`${path}.document_issued_on`, 'mismatch', 'is before the birth'))
  return faults
}

function birthFaults(
  path: string,
  { cnp, birth_date }: { readonly cnp?: string; readonly birth_date?: string },
): Fault[] {
  if (cnp === undefined || birth_date === undefined || !isCnp(cnp) || birthDatesOfCnp(cnp).includes(birth_date))
    return []
  return [fault(`${path}.birth_date`, 'mismatch', 'is not the date that the CNP holds')]
}

// ---- Documents

function documentFaults({ kind, data, documents }: Judged): Fault[] {
  const present = documents.filter(({ superseded_by }) => superseded_by === null)
  const lacks = (...kinds: readonly string[]) => !present.some((one) => kinds.includes(one.kind))
  const faults: Fault[] = []
  if (lacks('identity')) faults.push(required('documents.identity'))
  if (kind === 'legal' && lacks('registration_certificate', 'constitutive_act'))
    faults.push(fault('documents.registration_certificate', 'required', 'or the constitutive act is required'))
  if (data.mandate?.basis === 'constitutive_act' && lacks('constitutive_act'))
    faults.push(required('documents.constitutive_act'))
  if ((data.mandate?.basis === 'decision' || data.mandate?.basis === 'power_of_attorney') && lacks('mandate'))
    faults.push(required('documents.mandate'))
  for (const [at, { document_id }] of (data.sources ?? []).entries())
    if (document_id !== undefined && !documents.some((one) => one.document_id === document_id))
      faults.push(fault(`sources[${at}].document_id`, 'invalid', 'is no document of this case'))
  return faults
}
