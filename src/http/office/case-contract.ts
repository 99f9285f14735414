/** What the pages of cases are told, as types: those of the domain, with moments as text. */
export type {
  ApplicantView,
  Assessment,
  CaseData,
  CaseDocument,
  CaseKind,
  CaseLine,
  CaseView,
  DocumentKind,
  Fault,
  FieldChange,
  Risk,
  Screening,
  ScreeningHit,
  VersionLine,
} from '../../domain/compliance/case.ts'
export type { DocumentFault } from '../../domain/compliance/documents/add.ts'
export type { Erasure } from '../../domain/compliance/retention/erase.ts'
export type { CaseEventType, CaseState } from '../../domain/compliance/state.ts'

/** As it arrives in JSON. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer One)[]
    ? readonly Wire<One>[]
    : T extends object
      ? { readonly [Name in keyof T]: Wire<T[Name]> }
      : T
