/**
 * Knowing partners before and while they are partners (Law 129/2019): one case each. This file says what a case is; the
 * folder is one use-case a file:
 *
 * state.ts        what may follow what (submit, review, ask, approve …)
 * form/           the table of fields, what is wrong or lacking, all at once; the numbers of people and companies
 * create.ts       a case typed in by staff; invitations/ by a link in a mail or a partner's call
 * save.ts         every save is a version that names the one it saw; versions.ts compares two of them
 * show.ts         what staff see, what the applicant sees
 * move.ts         submit, review, ask for more, refuse, withdraw, end; notes
 * approve.ts      by two people; makes the partner
 * screening/      names held against lists; review/ what time brings: once a year, drafts that nobody goes on with
 * documents/      copies of papers; retention/ how long all of it is kept, and its erasure
 *
 * Whoever acts is `context.actor`; roles are asked by the surface. Personal data is sealed, bound to its row.
 */
import type { Settings } from '../../config.ts'
import type { Actor } from '../audit/record.ts'
import type { Context } from '../context.ts'
import type { CaseEventType, CaseState } from './state.ts'

/** With `actor`: whom versions and the audit log name. */
export type CaseContext = Pick<Context, 'db' | 'keys' | 'clock'> & {
  readonly settings: Pick<Settings, 'PUNTE_RETENTION_YEARS'>
  readonly actor?: Actor
}

export type CaseKind = 'natural' | 'legal'
/** How it came in. */
export type CaseWay = 'staff' | 'invitation' | 'activation'
export type Risk = 'low' | 'standard' | 'enhanced'

/**
 * Of the identity document. Every field may be absent or empty until the case is submitted; dates are `yyyy-mm-dd`,
 * countries two letters.
 */
export type Person = {
  readonly last_name?: string
  readonly first_name?: string
  /** 13 digits; who has none (a foreigner) leaves it out. */
  readonly cnp?: string
  readonly birth_date?: string
  readonly birth_place?: string
  readonly citizenship?: string
  readonly document_kind?: 'identity_card' | 'passport' | 'residence_permit'
  readonly document_series?: string
  readonly document_number?: string
  readonly document_issued_by?: string
  readonly document_issued_on?: string
  readonly document_expires_on?: string
  readonly street?: string
  readonly city?: string
  readonly county?: string
  readonly postal_code?: string
  readonly country?: string
}

/** Of the constitutive act or the certificate of registration. */
export type Company = {
  readonly name?: string
  /** 2 to 10 digits, with or without RO before them. */
  readonly cui?: string
  /** J40/1234/2020, or the fourteen characters given out since 2024. */
  readonly trade_register_number?: string
  readonly euid?: string
  readonly legal_form?: 'SRL' | 'SRL-D' | 'SA' | 'SNC' | 'SCS' | 'SCA' | 'PFA' | 'II' | 'IF' | 'ONG' | 'other'
  readonly caen?: string
  readonly founding_kind?: 'constitutive_act' | 'registration_certificate'
  readonly founding_number?: string
  readonly founding_on?: string
  readonly founding_issued_by?: string
  readonly street?: string
  readonly city?: string
  readonly county?: string
  readonly postal_code?: string
  readonly country?: string
}

/** Who signs for the partner. */
export type Representative = Person & { readonly role?: string }

/** Why he may. */
export type Mandate = {
  readonly basis?: 'law' | 'constitutive_act' | 'decision' | 'power_of_attorney'
  readonly document_number?: string
  readonly document_on?: string
  /** Absent: for as long as it is not taken back. */
  readonly valid_until?: string
  readonly powers?: string
}

export type GroupCompany = {
  readonly name?: string
  /** CUI, or the number of another country's register. */
  readonly registration_number?: string
  readonly country?: string
  readonly relation?: 'parent' | 'subsidiary' | 'sister' | 'other'
}

export type BeneficialOwner = {
  readonly last_name?: string
  readonly first_name?: string
  readonly cnp?: string
  readonly birth_date?: string
  readonly citizenship?: string
  readonly residence_country?: string
  /** 0 to 100, two decimals. */
  readonly share_percent?: number
  readonly control?: 'shares' | 'votes' | 'other_means' | 'senior_manager'
  readonly control_text?: string
}

/** Where something that is told was looked up. */
export type Source = {
  readonly about?: 'identity' | 'company' | 'group' | 'owners' | 'mandate' | 'business' | 'other'
  readonly name?: string
  readonly kind?: 'public_register' | 'authority' | 'bank' | 'partner' | 'other'
  readonly is_independent?: boolean
  readonly document_id?: number
  readonly consulted_on?: string
}

export type Contact = {
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  readonly address?: string
}

export type Business = {
  readonly description?: string
  readonly platform_url?: string
  readonly bank?: string
  readonly iban?: string
  readonly is_vat_payer?: boolean
}

/** What the partner expects: counts; amounts in bani. */
export type Estimates = {
  readonly daily_volume?: number
  readonly mean_amount?: number
  readonly max_amount?: number
  readonly daily_unfinished?: number
  readonly daily_per_payer?: number
  readonly clients?: number
}

/** What becomes the partner's profile. */
export type Profile = {
  readonly partner_type?: 'Ecommerce' | 'Finance'
  /** What payers read; the name itself where it is left out. At most 70 characters. */
  readonly display_name?: string
  readonly redirect_url?: string
  /** data: URI of a PNG or SVG. */
  readonly logo?: string
  /** `#0b5cad` */
  readonly colour?: string
}

/** What the applicant declares with the application. */
export type Declarations = {
  /** No company of a group: then the list of them may be empty. */
  readonly has_no_group?: boolean
  readonly accepts_terms?: boolean
  readonly accepts_data_processing?: boolean
}

/** What is told about the partner; the applicant may write it. */
export type CaseData = {
  /** Of a natural person. */
  readonly person?: Person
  /** Of a legal person. */
  readonly company?: Company
  /** Of a legal person; of a natural one where somebody else acts for it. */
  readonly representative?: Representative
  readonly mandate?: Mandate
  readonly group_companies?: readonly GroupCompany[]
  readonly beneficial_owners?: readonly BeneficialOwner[]
  readonly sources?: readonly Source[]
  readonly contact?: Contact
  readonly business?: Business
  readonly estimates?: Estimates
  readonly profile?: Profile
  readonly declarations?: Declarations
}

/** What compliance makes of it; the applicant never sees it. */
export type Assessment = {
  readonly risk?: Risk
  readonly risk_reason?: string
  /** Politically exposed persons, whoever they are. */
  readonly is_pep?: boolean
  readonly pep_text?: string
}

/** One thing that is wrong. `field` as in CaseData: `company.cui`, `beneficial_owners[2].cnp`, `documents.identity`, `screening`. */
export type Fault = {
  readonly field: string
  readonly code: 'required' | 'invalid' | 'too_long' | 'expired' | 'too_young' | 'mismatch' | 'not_done'
  /** A sentence in English; pages say it in the reader's language by field and code. */
  readonly message: string
}

export const DOCUMENT_KINDS = [
  'identity',
  'registration_certificate',
  'constitutive_act',
  'mandate',
  'bank_statement',
  'authority_request',
  'other',
] as const
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]
export type MediaType = 'application/pdf' | 'image/jpeg' | 'image/png'

export type CaseDocument = {
  readonly document_id: number
  readonly kind: DocumentKind
  /** Cleaned: no folder, no control characters, ending by its type. */
  readonly name: string
  readonly media_type: MediaType
  readonly size_bytes: number
  /** Hex, of the content. */
  readonly sha256: string
  readonly added_at: Date
  readonly added_by: string
  /** The document that took its place. */
  readonly superseded_by: number | null
}

/** One resemblance that screening found. */
export type ScreeningHit = {
  readonly hit_no: number
  /** Who of the case: `company`, `person`, `representative`, `beneficial_owners[0]`. */
  readonly subject: string
  readonly subject_name: string
  readonly listed_name: string
  readonly list: string
  readonly kind: 'sanctions' | 'pep' | 'adverse'
  /** 0 to 100. */
  readonly score: number
  /** `cleared`: it is somebody else. `confirmed`: it is he. */
  readonly decision: 'open' | 'cleared' | 'confirmed'
  readonly decided_by?: string
  /** ISO text. */
  readonly decided_at?: string
  readonly reason?: string
}

export type Screening = {
  readonly screening_id: number
  readonly at: Date
  readonly by: string
  /** The version whose names were looked up. */
  readonly version: number
  /** `manual`: somebody looked without a service; `failed`: the service gave no answer. */
  readonly outcome: 'clear' | 'hits' | 'failed' | 'manual'
  readonly hits: readonly ScreeningHit[]
  /** Of a manual one: what was done. */
  readonly note?: string
}

/** What happened to a case, oldest first. */
export type CaseEvent = {
  readonly event_no: number
  readonly type: CaseEventType
  readonly to_state: CaseState
  readonly at: Date
  readonly by_kind: Actor['kind']
  readonly by: string
  /** A note, a question, a reason. */
  readonly text?: string
}

export type Invitation = {
  readonly invitation_no: number
  readonly email: string
  readonly created_at: Date
  readonly created_by: string
  readonly expires_at: Date
  readonly opened_at: Date | null
  readonly revoked_at: Date | null
}

/** One line of a list. */
export type CaseLine = {
  readonly case_id: number
  readonly kind: CaseKind
  readonly state: CaseState
  readonly way: CaseWay
  /** Of the company or person, as far as it is known. */
  readonly name: string
  readonly risk: Risk | null
  /** Of the partner it led to. */
  readonly client_id: string | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly submitted_at: Date | null
  readonly approved_at: Date | null
  readonly next_review_at: Date | null
  readonly is_review_overdue: boolean
  readonly ended_at: Date | null
  /** Until then nothing of it may be erased; then all of it is. */
  readonly keep_until: Date | null
}

/** A case as staff see it. */
export type CaseView = CaseLine & {
  readonly data: CaseData
  readonly assessment: Assessment
  readonly documents: readonly CaseDocument[]
  readonly screenings: readonly Screening[]
  readonly events: readonly CaseEvent[]
  readonly invitations: readonly Invitation[]
  /** The client id of the partner that told of it by clientActivation. */
  readonly introduced_by: string | null
  /** What lacks to be submitted. */
  readonly faults: readonly Fault[]
  /** What lacks to be approved. */
  readonly approval_faults: readonly Fault[]
  /** What may be done with it in its state. */
  readonly moves: readonly CaseEventType[]
  /** Put it to review: approval takes somebody beside him. */
  readonly reviewed_by: string | null
  /** Whether an answer of a screening service can be had. */
  readonly has_screening_service: boolean
}

/** A case as its applicant sees it. */
export type ApplicantView = {
  readonly case_id: number
  readonly kind: CaseKind
  readonly state: CaseState
  readonly version: number
  /** Draft, or more information asked. */
  readonly may_edit: boolean
  readonly data: CaseData
  readonly documents: readonly Omit<CaseDocument, 'added_by'>[]
  readonly faults: readonly Fault[]
  /** What was asked for last, while it waits. */
  readonly question: string | null
}

export type VersionLine = {
  readonly version: number
  readonly saved_at: Date
  readonly by_kind: Actor['kind']
  readonly by: string
  readonly cause: VersionCause
}

export type VersionCause = 'created' | 'saved' | 'assessed' | 'notified' | 'review' | 'activation'

export type FieldChange = {
  /** `company.seat`, `beneficial_owners[1].share_percent`, `assessment.risk` */
  readonly field: string
  /** Undefined: was not there. */
  readonly before?: unknown
  readonly after?: unknown
}
