/**
 * Cases as the pages of staff and of applicants hold them. model.ts the types, fields.ts the table of what is asked,
 * form.tsx the form drawn from it, path.ts and changes.ts reading and comparing data, documents.tsx papers.
 */
import type * as contract from '../../../src/http/office/case-contract.ts'
import type { Wire } from '../../../src/http/office/case-contract.ts'

export type {
  CaseEventType,
  CaseKind,
  CaseState,
  DocumentFault,
  DocumentKind,
  Fault,
  Risk,
} from '../../../src/http/office/case-contract.ts'
export type CaseData = contract.CaseData
export type Assessment = contract.Assessment
export type CaseLine = Wire<contract.CaseLine>
export type CaseView = Wire<contract.CaseView>
export type ApplicantView = Wire<contract.ApplicantView>
export type CaseDocument = Wire<contract.CaseDocument>
export type Screening = Wire<contract.Screening>
export type ScreeningHit = contract.ScreeningHit
export type VersionLine = Wire<contract.VersionLine>
export type FieldChange = contract.FieldChange
export type Erasure = Wire<contract.Erasure>
