/**
 * Stored credentials, purely: what a payment may say of who began it (CIT, MIT), of the card on file and of the agreement.
 * One table says it all; the first row that fits decides. Why the rows are as they are: docs/decisions/0011.
 * Source: seed "Acreditare înregistrată", all of it; reference "Card gateway" §6.
 */
import type { Agreement } from '../agreements/agreement.ts'
import { type ErrorCode, PunteError } from '../errors.ts'
import type { Source } from '../merchants/merchant.ts'
import type { AgreementType, IndustryPractice, InitialOperation, StoredOnFile } from './model.ts'

export type Credential = 'card' | 'gateway_token' | 'scheme_token'

export type StoredCredentialInput = {
  readonly operation: InitialOperation
  readonly source: Source
  readonly stored_on_file?: StoredOnFile
  readonly credential: Credential
  /** Whether the merchant has a repository of gateway tokens. */
  readonly tokenization: boolean
  readonly agreement: {
    readonly id?: string
    readonly type?: AgreementType
    /** Whether any other `agreement.*` is given. */
    readonly other_terms: boolean
    /** What the merchant has under this id. */
    readonly known?: Agreement
  }
  /** Number and expiry compared with those of `agreement.known`; meaningless without it. */
  readonly same_card: boolean
  readonly same_expiry: boolean
  readonly security_code_given: boolean
  readonly from_session: boolean
  readonly industry_practice?: IndustryPractice
  /** referenceOrderId or transaction.acquirer.traceId. */
  readonly reference_given: boolean
}

/**
 * `single`: no series. `opens`: the first of a series. `changes_card`: a payer's transaction in a known series, whose card it
 * replaces when it succeeds. `continues`: the next of a series. `industry_practice`: what an earlier order has left to charge.
 */
export type StoredCredentialRole = 'single' | 'opens' | 'changes_card' | 'continues' | 'industry_practice'

export type StoredCredentialDecision = {
  readonly initiated_by: 'cardholder' | 'merchant'
  readonly stored_on_file: StoredOnFile
  readonly role: StoredCredentialRole
  readonly agreement_type?: AgreementType
}

/** The columns of the table, read off a request. */
type Situation = {
  readonly operation: InitialOperation
  readonly storedOnFile: StoredOnFile | 'absent'
  readonly credential: Credential
  readonly tokenization: 'on' | 'off'
  /** `of_account`: the id names a series that is charged to an account; `terms_only`: agreement.* without agreement.id. */
  readonly agreement: 'none' | 'terms_only' | 'new' | 'known' | 'of_account'
  /** agreement.type, against the stored one where there is one. */
  readonly type: 'absent' | 'fits' | 'differs'
  /** Against the agreement's card. */
  readonly card: 'same' | 'other_expiry' | 'other'
  readonly practice: 'none' | 'with_reference' | 'without_reference'
  readonly code: 'none' | 'given'
  readonly session: 'none' | 'given'
}

/** What a row wants; a column it does not name may hold anything. */
type Match = { readonly [Column in keyof Situation]?: Situation[Column] | readonly Situation[Column][] }
/** `fallback`: storedOnFile where the request has none. */
type Accepted = { readonly role: StoredCredentialRole; readonly fallback?: StoredOnFile }
/** `text`: where the code's own sentence does not say enough. */
type Refused = { readonly code: ErrorCode; readonly field?: string; readonly text?: string }
type Row = readonly [Match, Accepted | Refused]

const STORED_ON_FILE = 'sourceOfFunds.provided.card.storedOnFile'
const SECURITY_CODE = 'sourceOfFunds.provided.card.securityCode'
const PRACTICE = 'order.industryPracticePaymentReason'

/** The refusals of the table, by what is wrong. */
const NO = {
  termsWithoutId: missing('agreement.id', 'agreement.id is required where anything of agreement is given.'),
  tokenization: { code: 'TOKENIZATION_DISABLED', field: 'sourceOfFunds.token' },
  payersPractice: invalid(PRACTICE, 'An industry practice payment is initiated by the merchant.'),
  tokenNotStored: notStored('Payment details behind a gateway token are stored, or to be stored.'),
  consentNotStored: notStored('An agreement is consent to keep the payment details: TO_BE_STORED or STORED.'),
  idOfAccount: inUse('The agreement id names a series that is charged to an account.'),
  typeAbsent: { code: 'AGREEMENT_TYPE_REQUIRED', field: 'agreement.type' },
  typeDiffers: invalid('agreement.type', 'agreement.type is not the one the agreement was made with.'),
  sameCard: inUse(),
  session: invalid('session.id', 'A merchant-initiated payment takes no session: the payer is not there.'),
  securityCode: invalid(SECURITY_CODE, 'A merchant-initiated payment takes no security code: none may be kept.'),
  noAgreement: missing('agreement.id', 'agreement.id is required for merchant-initiated payments.'),
  noReference: missing('referenceOrderId', 'Industry practice: referenceOrderId or transaction.acquirer.traceId.'),
  unknownId: { code: 'AGREEMENT_UNKNOWN', field: 'agreement.id' },
  mustBeStored: notStored('A merchant-initiated payment uses stored payment details: STORED, or absent.'),
  otherCard: { code: 'AGREEMENT_CARD_MISMATCH' },
} as const satisfies Record<string, Refused>

/** Read from above, `anyone` first: the first row that fits decides. */
export const DECISIONS: Readonly<Record<'anyone' | 'payer' | 'merchant', readonly Row[]>> = {
  anyone: [
    [{ agreement: 'terms_only' }, NO.termsWithoutId],
    [{ credential: 'gateway_token', tokenization: 'off' }, NO.tokenization],
  ],
  payer: [
    [{ practice: ['with_reference', 'without_reference'] }, NO.payersPractice],
    // A payment of its own
    [{ agreement: 'none', credential: 'gateway_token', storedOnFile: 'NOT_STORED' }, NO.tokenNotStored],
    [
      { agreement: 'none', credential: 'gateway_token' },
      { role: 'single', fallback: 'STORED' },
    ],
    [{ agreement: 'none' }, { role: 'single', fallback: 'NOT_STORED' }],
    // A series: begun, or given another card
    [{ agreement: 'of_account' }, NO.idOfAccount],
    [{ type: 'absent' }, NO.typeAbsent],
    [{ type: 'differs' }, NO.typeDiffers],
    [{ agreement: 'known', card: 'same', operation: ['PAY', 'AUTHORIZE'] }, NO.sameCard],
    [{ storedOnFile: 'NOT_STORED' }, NO.consentNotStored],
    [
      { agreement: 'new', credential: 'gateway_token' },
      { role: 'opens', fallback: 'STORED' },
    ],
    [{ agreement: 'new' }, { role: 'opens', fallback: 'TO_BE_STORED' }],
    [
      { agreement: 'known', credential: 'gateway_token' },
      { role: 'changes_card', fallback: 'STORED' },
    ],
    [{ agreement: 'known' }, { role: 'changes_card', fallback: 'TO_BE_STORED' }],
  ],
  merchant: [
    [{ session: 'given' }, NO.session],
    [{ code: 'given' }, NO.securityCode],
    [{ agreement: 'none', practice: 'none' }, NO.noAgreement],
    [{ agreement: 'none', practice: 'without_reference' }, NO.noReference],
    [{ agreement: ['new', 'of_account'] }, NO.unknownId],
    [{ agreement: 'known', type: 'differs' }, NO.typeDiffers],
    [{ storedOnFile: ['NOT_STORED', 'TO_BE_STORED'] }, NO.mustBeStored],
    [{ agreement: 'known', card: 'other' }, NO.otherCard],
    [{ agreement: 'known' }, { role: 'continues', fallback: 'STORED' }],
    [{ agreement: 'none' }, { role: 'industry_practice', fallback: 'STORED' }],
  ],
}

const ROWS_OF = {
  payer: [...DECISIONS.anyone, ...DECISIONS.payer],
  merchant: [...DECISIONS.anyone, ...DECISIONS.merchant],
} as const

/**
 * What a PAY, AUTHORIZE or VERIFY is in the schemes' eyes, with defaults filled in. Terms of the series (amounts, dates,
 * numbers) are domain/agreements/rules.ts; whether the acquirer link allows the source is the caller's.
 *
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID, STORED_ON_FILE_INVALID, TOKENIZATION_DISABLED, AGREEMENT_TYPE_REQUIRED,
 *   AGREEMENT_IN_USE, AGREEMENT_UNKNOWN, AGREEMENT_CARD_MISMATCH; `field` is the wire's path
 */
export function decideStoredCredential(input: StoredCredentialInput): StoredCredentialDecision {
  const situation = situationOf(input)
  const initiator = input.source === 'MERCHANT' ? 'merchant' : 'payer'
  const outcome = ROWS_OF[initiator].find(([match]) => fits(match, situation))?.[1]
  if (outcome === undefined) throw new PunteError('INTERNAL', { detail: 'no row of the stored-credential table fits' })
  if ('code' in outcome) throw new PunteError(outcome.code, outcome)
  const stored_on_file = input.stored_on_file ?? outcome.fallback
  if (stored_on_file === undefined)
    throw new PunteError('INTERNAL', { detail: 'a stored-credential row lacks its default' })
  const agreement_type = input.agreement.known?.type ?? input.agreement.type
  return {
    initiated_by: initiator === 'payer' ? 'cardholder' : 'merchant',
    stored_on_file,
    role: outcome.role,
    ...(agreement_type !== undefined && { agreement_type }),
  }
}

function situationOf(input: StoredCredentialInput): Situation {
  return {
    operation: input.operation,
    storedOnFile: input.stored_on_file ?? 'absent',
    credential: input.credential,
    tokenization: input.tokenization ? 'on' : 'off',
    agreement: agreementOf(input.agreement),
    type: typeOf(input.agreement),
    card: input.same_card ? (input.same_expiry ? 'same' : 'other_expiry') : 'other',
    practice:
      input.industry_practice === undefined ? 'none' : input.reference_given ? 'with_reference' : 'without_reference',
    code: input.security_code_given ? 'given' : 'none',
    session: input.from_session ? 'given' : 'none',
  }
}

function agreementOf({ id, type, other_terms, known }: StoredCredentialInput['agreement']): Situation['agreement'] {
  if (id === undefined) return type !== undefined || other_terms ? 'terms_only' : 'none'
  if (known === undefined) return 'new'
  return known.rail === 'card' ? 'known' : 'of_account'
}

function typeOf({ type, known }: StoredCredentialInput['agreement']): Situation['type'] {
  if (type === undefined) return 'absent'
  return known === undefined || known.type === type ? 'fits' : 'differs'
}

const COLUMNS = [
  'agreement',
  'storedOnFile',
  'credential',
  'tokenization',
  'type',
  'card',
  'practice',
  'operation',
  'code',
  'session',
] as const satisfies readonly (keyof Situation)[]

function fits(match: Match, situation: Situation): boolean {
  for (const column of COLUMNS) {
    const wanted: string | readonly string[] | undefined = match[column]
    if (wanted === undefined || wanted === situation[column]) continue
    if (typeof wanted === 'string' || !wanted.includes(situation[column])) return false
  }
  return true
}

function missing(field: string, text: string) {
  return { code: 'FIELD_REQUIRED', field, text } as const
}

function invalid(field: string, text: string) {
  return { code: 'FIELD_INVALID', field, text } as const
}

function notStored(text: string) {
  return { code: 'STORED_ON_FILE_INVALID', field: STORED_ON_FILE, text } as const
}

function inUse(text?: string) {
  return { code: 'AGREEMENT_IN_USE', field: 'agreement.id', ...(text !== undefined && { text }) } as const
}
