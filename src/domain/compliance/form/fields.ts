/**
 * The table of fields of a case: what each may hold and how long it may be. Reading (`readData`) refuses what could never be
 * right and tidies the rest; whether it is complete and true is asked by faults.ts.
 */
import { CaseFaultsError } from '../../errors.ts'
import type { Assessment, CaseData, Fault } from '../case.ts'

/** `line`: one line of text. `text`: several. */
type FieldKind = 'line' | 'text' | 'flag' | 'count' | 'percent' | 'choice' | 'logo'
export type Check =
  | 'cnp'
  | 'cui'
  | 'trade_register'
  | 'euid'
  | 'date'
  | 'past'
  | 'country'
  | 'iban'
  | 'email'
  | 'phone'
  | 'url'
  | 'redirect_url'
  | 'colour'
  | 'caen'
  | 'logo'
export type FieldRule = {
  readonly kind: FieldKind
  /** Characters, or the largest number. */
  readonly max: number
  readonly of?: readonly string[]
  readonly check?: Check
  /** Written without spaces, in capitals. */
  readonly is_code?: true
}
type Fields = Readonly<Record<string, FieldRule>>

const line = (max: number, check?: Check): FieldRule => ({ kind: 'line', max, ...(check && { check }) })
const code = (max: number, check?: Check): FieldRule => ({ ...line(max, check), is_code: true })
const text = (max: number): FieldRule => ({ kind: 'text', max })
const choice = (...of: readonly string[]): FieldRule => ({ kind: 'choice', max: 40, of })
const flag: FieldRule = { kind: 'flag', max: 0 }
const count = (max: number): FieldRule => ({ kind: 'count', max })

const ADDRESS: Fields = {
  street: line(140),
  city: line(70),
  county: line(40),
  postal_code: line(12),
  country: code(2, 'country'),
}

const PERSON: Fields = {
  last_name: line(70),
  first_name: line(70),
  cnp: code(13, 'cnp'),
  birth_date: line(10, 'past'),
  birth_place: line(100),
  citizenship: code(2, 'country'),
  document_kind: choice('identity_card', 'passport', 'residence_permit'),
  document_series: code(8),
  document_number: code(20),
  document_issued_by: line(100),
  document_issued_on: line(10, 'past'),
  document_expires_on: line(10, 'date'),
  ...ADDRESS,
}

const AMOUNT_MAX = 99_999_999_999

/** Sections of CaseData. With `most` a list of that many at the most. */
export const SECTIONS: Readonly<Record<keyof CaseData, { readonly fields: Fields; readonly most?: number }>> = {
  person: { fields: PERSON },
  company: {
    fields: {
      name: line(200),
      cui: code(20, 'cui'),
      trade_register_number: code(20, 'trade_register'),
      euid: code(45, 'euid'),
      legal_form: choice('SRL', 'SRL-D', 'SA', 'SNC', 'SCS', 'SCA', 'PFA', 'II', 'IF', 'ONG', 'other'),
      caen: code(4, 'caen'),
      founding_kind: choice('constitutive_act', 'registration_certificate'),
      founding_number: line(40),
      founding_on: line(10, 'past'),
      founding_issued_by: line(100),
      ...ADDRESS,
    },
  },
  representative: { fields: { ...PERSON, role: line(70) } },
  mandate: {
    fields: {
      basis: choice('law', 'constitutive_act', 'decision', 'power_of_attorney'),
      document_number: line(40),
      document_on: line(10, 'past'),
      valid_until: line(10, 'date'),
      powers: text(1_000),
    },
  },
  group_companies: {
    most: 100,
    fields: {
      name: line(200),
      registration_number: code(40),
      country: code(2, 'country'),
      relation: choice('parent', 'subsidiary', 'sister', 'other'),
    },
  },
  beneficial_owners: {
    most: 50,
    fields: {
      last_name: line(70),
      first_name: line(70),
      cnp: code(13, 'cnp'),
      birth_date: line(10, 'past'),
      citizenship: code(2, 'country'),
      residence_country: code(2, 'country'),
      share_percent: { kind: 'percent', max: 100 },
      control: choice('shares', 'votes', 'other_means', 'senior_manager'),
      control_text: text(500),
    },
  },
  sources: {
    most: 50,
    fields: {
      about: choice('identity', 'company', 'group', 'owners', 'mandate', 'business', 'other'),
      name: line(140),
      kind: choice('public_register', 'authority', 'bank', 'partner', 'other'),
      is_independent: flag,
      document_id: count(2_147_483_647),
      consulted_on: line(10, 'past'),
    },
  },
  contact: { fields: { name: line(140), email: line(254, 'email'), phone: line(30, 'phone'), address: line(250) } },
  business: {
    fields: {
      description: text(2_000),
      platform_url: line(500, 'url'),
      bank: line(100),
      iban: code(34, 'iban'),
      is_vat_payer: flag,
    },
  },
  estimates: {
    fields: {
      daily_volume: count(100_000_000),
      mean_amount: count(AMOUNT_MAX),
      max_amount: count(AMOUNT_MAX),
      daily_unfinished: count(100_000_000),
      daily_per_payer: count(1_000_000),
      clients: count(1_000_000_000),
    },
  },
  profile: {
    fields: {
      partner_type: choice('Ecommerce', 'Finance'),
      display_name: line(70),
      redirect_url: line(2_048, 'redirect_url'),
      logo: { kind: 'logo', max: 131_072, check: 'logo' },
      colour: line(7, 'colour'),
    },
  },
  declarations: { fields: { has_no_group: flag, accepts_terms: flag, accepts_data_processing: flag } },
}

const ASSESSMENT: Fields = {
  risk: choice('low', 'standard', 'enhanced'),
  risk_reason: text(4_000),
  is_pep: flag,
  pep_text: text(4_000),
}

/** @throws CaseFaultsError every field that is unknown, of the wrong type or too long */
export function readData(given: unknown): CaseData {
  const faults: Fault[] = []
  const data: Record<string, unknown> = {}
  for (const [name, value] of membersOf(given, 'data', faults)) {
    const section = Object.hasOwn(SECTIONS, name) ? SECTIONS[name as keyof CaseData] : undefined
    if (section === undefined) faults.push(fault(name.slice(0, 60), 'invalid', 'is not known'))
    else if (value === undefined || value === null) continue
    else if (section.most === undefined) {
      const read = readFields(value, section.fields, name, faults)
      if (Object.keys(read).length > 0) data[name] = read
    } else if (!Array.isArray(value)) faults.push(fault(name, 'invalid', 'must be a list'))
    else if (value.length > section.most) faults.push(fault(name, 'too_long', `must be at most ${section.most}`))
    else data[name] = value.map((item, at) => readFields(item, section.fields, `${name}[${at}]`, faults))
  }
  if (faults.length > 0) throw new CaseFaultsError(faults)
  return data as CaseData
}

/** @throws CaseFaultsError */
export function readAssessment(given: unknown): Assessment {
  const faults: Fault[] = []
  const read = readFields(given, ASSESSMENT, 'assessment', faults)
  if (faults.length > 0) throw new CaseFaultsError(faults)
  return read as Assessment
}

export const fault = (field: string, kind: Fault['code'], says: string): Fault => ({
  field,
  code: kind,
  message: `${field} ${says}.`,
})

function membersOf(given: unknown, path: string, faults: Fault[]): [string, unknown][] {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return Object.entries(given)
  faults.push(fault(path, 'invalid', 'must be an object'))
  return []
}

function readFields(given: unknown, fields: Fields, path: string, faults: Fault[]): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const [name, value] of membersOf(given, path, faults)) {
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined
    const field = `${path}.${name.slice(0, 60)}`
    if (rule === undefined) faults.push(fault(field, 'invalid', 'is not known'))
    else if (value === undefined || value === null || value === '') continue
    else {
      const tidy = readField(value, rule, field, faults)
      if (tidy !== undefined && tidy !== '') read[name] = tidy
    }
  }
  return read
}

function readField(value: unknown, rule: FieldRule, field: string, faults: Fault[]): unknown {
  const refuse = (kind: Fault['code'], says: string) => {
    faults.push(fault(field, kind, says))
    return undefined
  }
  if (rule.kind === 'flag') return typeof value === 'boolean' ? value : refuse('invalid', 'must be true or false')
  if (rule.kind === 'count' || rule.kind === 'percent') {
    const is_number = typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= rule.max
    if (!is_number) return refuse('invalid', `must be a number from 0 to ${rule.max}`)
    if (rule.kind === 'count') return Number.isInteger(value) ? value : refuse('invalid', 'must be a whole number')
    return Math.round(value * 100) / 100
  }
  if (typeof value !== 'string') return refuse('invalid', 'must be a text')
  const tidy = tidied(value, rule)
  if ([...tidy].length > rule.max) return refuse('too_long', `must be at most ${rule.max} characters`)
  if (rule.of !== undefined && tidy !== '' && !rule.of.includes(tidy))
    return refuse('invalid', `must be one of ${rule.of.join(', ')}`)
  return tidy
}

// Controls and changes of direction could make a text read otherwise than it is.
const UNSEEN = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu

function tidied(value: string, rule: FieldRule): string {
  const text = value.toWellFormed().normalize('NFC').replaceAll('\r\n', '\n').replace(UNSEEN, ' ')
  if (rule.kind === 'text') return text.trim()
  if (rule.is_code === true) return text.replace(/\s+/g, '').toUpperCase()
  return text.replace(/\s+/g, ' ').trim()
}
