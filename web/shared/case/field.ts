/** What one field of a case is. */
export type Words = { readonly ro: string; readonly en: string }
export type Option = Words & { readonly value: string }

export type FieldKind =
  | 'text'
  | 'long_text'
  | 'digits'
  | 'email'
  | 'phone'
  | 'url'
  | 'iban'
  | 'date'
  | 'select'
  | 'country'
  | 'county'
  | 'check'
  /** Like a check, but silence is no answer. */
  | 'yes_no'
  | 'count'
  | 'percent'
  /** In bani; typed and shown in lei. */
  | 'lei'
  | 'document'
  | 'colour'
  | 'logo'

export type Field = Words & {
  readonly path: string
  readonly kind: FieldKind
  readonly options?: readonly Option[]
  readonly hint?: Words
  /** What is said where the value is refused; else a sentence by its kind. */
  readonly invalid?: Words
  /** Over the whole width. */
  readonly wide?: true
}

/** Fields that repeat: their paths begin behind `{list}[n].` */
export type FieldList = {
  readonly list: string
  readonly one: Words
  readonly add: Words
  readonly none: Words
  readonly max: number
  fields(at: string): readonly Field[]
}

export type Section = Words & {
  readonly id: SectionId
  readonly of: 'natural' | 'legal' | 'both'
  /** Under headings of their own. */
  readonly groups: readonly (Partial<Words> & { readonly fields: readonly Field[] })[]
  readonly lists?: readonly FieldList[]
  /** Only its applicant answers it, or only staff. */
  readonly by?: 'applicant' | 'staff'
}

export type SectionId =
  | 'person'
  | 'company'
  | 'representative'
  | 'mandate'
  | 'group'
  | 'owners'
  | 'business'
  | 'estimates'
  | 'profile'
  | 'sources'
  | 'declarations'
