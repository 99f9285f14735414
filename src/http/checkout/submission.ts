/** What the page sends, checked by the same table that the page shows: a forged form gains nothing. */
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { ListState } from '../../domain/initiation/lists/list.ts'
import { readPageToken } from '../../domain/initiation/payer/capability.ts'
import type { CompleteTerms } from '../../domain/initiation/payer/order.ts'
import type { PaymentRow } from '../../domain/initiation/store.ts'
import { faultsOf, openTerms, type Terms, tidy, tidyIban } from '../../domain/initiation/terms.ts'
import { MAX_AMOUNT_MINOR } from '../../domain/money.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import type { BankConnector } from '../../infra/banks/connector.ts'
import { obstaclesOf } from './banks.ts'
import type { FieldFault, SubmitRequest } from './contract.ts'
import { editableFields } from './view.ts'

/** Field faults travel beside the code, so that the page can put each under its field. */
export class FormError extends PunteError {
  readonly fields: Readonly<Record<string, FieldFault>>
  constructor(fields: Readonly<Record<string, FieldFault>>) {
    super(Object.values(fields).includes('not_editable') ? 'FIELD_NOT_EDITABLE' : 'FIELD_INVALID')
    this.fields = fields
  }
}

export type CheckedSubmission = {
  readonly bank: BankConnector
  readonly terms: CompleteTerms
  readonly amount_minor: number
  readonly psu_id?: string
}

const WIRE_NAMES: Readonly<Partial<Record<keyof Terms, string>>> = {
  creditor_name: 'creditorName',
  creditor_iban: 'creditorIban',
  debtor_iban: 'debtorIban',
  email: 'email',
  details: 'details',
  debtor_bank: 'bankId',
}

/**
 * Checks a submit against page token, editability and terms.
 * @throws PunteError PAGE_EXPIRED; FormError with a fault per field; BANK_UNAVAILABLE for a bank that is not offered now,
 *   BANK_NOT_OFFERED for one that has no service for this payment
 */
export function checkSubmission(
  context: Context,
  partner: Partner,
  payment: PaymentRow,
  request: SubmitRequest,
): CheckedSubmission {
  checkPageToken(context, payment, request.pageToken)
  const faults: Record<string, FieldFault> = {}
  const stored = openTerms(context, payment)
  const merged = mergeFields(partner, payment, stored, request, faults)
  for (const [name, fault] of faultsOf(merged.terms, context.banks)) {
    const wire_name = WIRE_NAMES[name]
    if (wire_name !== undefined) faults[wire_name] ??= fault
  }
  const { bank, psu_id } = bankOf(context, request, faults)
  const { terms, amount_minor } = merged
  if (Object.keys(faults).length > 0) throw new FormError(faults)
  if (bank === undefined || amount_minor === undefined || !isComplete(terms)) throw new PunteError('FIELD_REQUIRED')
  mustBeOffered(context, payment, bank)
  return { bank, terms, amount_minor, ...(psu_id !== undefined && { psu_id }) }
}

export type CheckedListSubmission = {
  readonly bank: BankConnector
  readonly debtor: { readonly debtor_iban: string; readonly email: string }
  readonly psu_id?: string
}

const FIXED_IN_LISTS = { creditorName: 1, creditorIban: 1, details: 1, amountMinor: 1 } as const

/**
 * The same of a list, of which only bank, account, address and user code are the payer's.
 * @throws as checkSubmission
 */
export function checkListSubmission(
  context: Context,
  payment: PaymentRow,
  list: ListState,
  request: SubmitRequest,
): CheckedListSubmission {
  checkPageToken(context, payment, request.pageToken)
  const faults: Record<string, FieldFault> = {}
  for (const name of Object.keys(FIXED_IN_LISTS) as (keyof typeof FIXED_IN_LISTS)[]) {
    if (request[name] !== undefined) faults[name] = 'not_editable'
  }
  const debtor = { debtor_iban: tidyIban(request.debtorIban), email: request.email.trim() }
  if (list.items.some(({ creditor_iban }) => creditor_iban === debtor.debtor_iban)) faults.debtorIban = 'same_account'
  for (const [name, fault] of faultsOf({ ...debtor, debtor_bank: request.bankId }, context.banks)) {
    const wire_name = WIRE_NAMES[name]
    if (wire_name !== undefined) faults[wire_name] ??= fault
  }
  const { bank, psu_id } = bankOf(context, request, faults)
  if (Object.keys(faults).length > 0) throw new FormError(faults)
  if (bank === undefined) throw new PunteError('FIELD_REQUIRED')
  mustBeOffered(context, payment, bank)
  return { bank, debtor, ...(psu_id !== undefined && { psu_id }) }
}

/** The chosen bank, and the payer's name there where the bank wants one. */
function bankOf(context: Context, request: SubmitRequest, faults: Record<string, FieldFault>) {
  const bank = context.banks.get(request.bankId)
  if (bank?.profile.needs_psu_id !== true) return { bank }
  const psu_id = request.userCode?.trim()
  if (psu_id === undefined || psu_id === '') faults.userCode = 'required'
  else if (!/^[\x20-\x7e]{1,50}$/.test(psu_id)) faults.userCode = 'invalid'
  return { bank, psu_id }
}

function mustBeOffered(context: Context, payment: PaymentRow, bank: BankConnector): void {
  const obstacle = obstaclesOf(context, payment).get(bank.profile.id)
  if (obstacle !== undefined) throw new PunteError(obstacle === 'NOT_OFFERED' ? 'BANK_NOT_OFFERED' : 'BANK_UNAVAILABLE')
}

/** @throws PunteError PAGE_EXPIRED where the page was idle for too long, or the token is not of this payment */
export function checkPageToken(context: Context, payment: PaymentRow, token: string): void {
  const given_at = readPageToken(context.keys, payment, token)
  // A little longer than the page's own clock allows, so that the page speaks first.
  const idle_ms = context.settings.PUNTE_PAGE_IDLE_MINUTES * 60_000 + 30_000
  if (given_at === undefined || context.clock.now().getTime() - given_at.getTime() > idle_ms)
    throw new PunteError('PAGE_EXPIRED')
}

const isComplete = (terms: Terms): terms is CompleteTerms =>
  terms.creditor_name !== undefined &&
  terms.creditor_iban !== undefined &&
  terms.details !== undefined &&
  terms.debtor_iban !== undefined &&
  terms.email !== undefined

function mergeFields(
  partner: Partner,
  payment: PaymentRow,
  stored: Terms,
  request: SubmitRequest,
  faults: Record<string, FieldFault>,
) {
  const editable = new Set<string>(editableFields(partner, payment))
  // A fixed field may be repeated as it is; sent with another value, the whole submit is refused.
  const pick = (
    name: 'creditorName' | 'creditorIban' | 'details',
    kept: string | undefined,
    clean: (text: string) => string,
  ) => {
    const sent = request[name] === undefined ? undefined : clean(request[name])
    if (!editable.has(name)) {
      if (sent !== undefined && sent !== kept) faults[name] = 'not_editable'
      return kept
    }
    const value = sent ?? kept
    if (value === undefined || value === '') faults[name] = 'required'
    return value
  }
  const creditor_name = pick('creditorName', stored.creditor_name, tidy)
  const creditor_iban = pick('creditorIban', stored.creditor_iban, tidyIban)
  const details = pick('details', stored.details, tidy)
  const amount_minor = pickAmount(
    editable.has('amount'),
    payment.amount_minor ?? undefined,
    request.amountMinor,
    faults,
  )
  const terms: Terms = {
    ...stored,
    ...(creditor_name !== undefined && { creditor_name }),
    ...(creditor_iban !== undefined && { creditor_iban }),
    ...(details !== undefined && { details }),
    debtor_iban: tidyIban(request.debtorIban),
    email: request.email.trim(),
    debtor_bank: request.bankId,
  }
  return { terms, amount_minor }
}

function pickAmount(
  editable: boolean,
  kept: number | undefined,
  sent: number | undefined,
  faults: Record<string, FieldFault>,
): number | undefined {
  if (!editable) {
    if (sent !== undefined && sent !== kept) faults.amount = 'not_editable'
    return kept
  }
  const value = sent ?? kept
  if (value === undefined) faults.amount = 'required'
  else if (!Number.isSafeInteger(value) || value < 1) faults.amount = 'invalid'
  else if (value > MAX_AMOUNT_MINOR) faults.amount = 'too_large'
  return value
}
