/**
 * The form as data: what is in it, what is wrong with it, and the request it becomes. Pure, so that it is tested
 * without a browser.
 */
import type {
  BankChoice,
  EditableField,
  FieldFault,
  PaymentView,
  SubmitRequest,
} from '../../../src/http/checkout/contract.ts'
import { formatAmount, parseAmount } from './amount.ts'
import { groupIban, isWholeIban, parseIban } from './iban.ts'

export type FieldName = EditableField | 'userCode'

/** What the page finds beside what the server may find: that a bank is not offered is told of the bank, not of a field. */
export type FormFault = FieldFault | 'unavailable' | 'not_offered'

/** As typed. */
export type FormValues = Readonly<Record<FieldName, string>>
export type Faults = Readonly<Partial<Record<FieldName, FormFault>>>

export type FormState = {
  readonly values: FormValues
  /** Fields that were left once: only then is their emptiness a fault worth telling. */
  readonly touched: Readonly<Partial<Record<FieldName, true>>>
  /** What the server found; each stands until the fields it is about change. */
  readonly refused: Faults
}

/** In the order in which they stand on the page. */
export const FIELDS: readonly FieldName[] = [
  'creditorName',
  'creditorIban',
  'amount',
  'details',
  'bankId',
  'debtorIban',
  'userCode',
  'email',
]

export const DETAILS_MAX = 140
export const NAME_MAX = 70
const EMAIL_MAX = 254
const USER_CODE_MAX = 50

/** Whether the form may be sent: also while a bank is entered where nothing of the payment is yet. */
export function hasForm(view: PaymentView): boolean {
  return view.step === 'form' || (view.entering === true && view.editable.length > 0)
}

export function initialForm(view: PaymentView): FormState {
  const { values } = view
  const form: FormState = {
    values: {
      creditorName: values.creditorName ?? '',
      creditorIban: groupIban(values.creditorIban ?? ''),
      amount: values.amountMinor === undefined ? '' : formatAmount(values.amountMinor),
      details: values.details ?? '',
      bankId: view.banks.some((bank) => bank.id === values.bankId) ? (values.bankId ?? '') : '',
      debtorIban: groupIban(values.debtorIban ?? ''),
      userCode: '',
      email: values.email ?? '',
    },
    touched: {},
    refused: {},
  }
  return { ...form, values: { ...form.values, bankId: form.values.bankId || (bankOfIban(view, form)?.id ?? '') } }
}

/**
 * A field was typed in. The payer's bank is taken from the IBAN where none is chosen yet; a chosen one is never
 * changed behind the payer's back.
 */
export function changeField(view: PaymentView, form: FormState, field: FieldName, value: string): FormState {
  const text = field === 'details' ? value.replace(/\s*[\r\n]+\s*/g, ' ') : value
  const refused = { ...form.refused }
  for (const name of related(field)) delete refused[name]
  const next = { ...form, values: { ...form.values, [field]: text }, refused }
  if (field !== 'debtorIban' || next.values.bankId !== '') return next
  return { ...next, values: { ...next.values, bankId: bankOfIban(view, next)?.id ?? '' } }
}

/** A change of one of these may mend a fault of the others. */
function related(field: FieldName): readonly FieldName[] {
  if (field === 'bankId' || field === 'debtorIban') return ['bankId', 'debtorIban', 'creditorIban']
  if (field === 'creditorIban') return ['debtorIban', 'creditorIban']
  return [field]
}

/** A field was left: its text takes its written form, and its faults may be told from now on. */
export function leaveField(form: FormState, field: FieldName): FormState {
  const touched = { ...form.touched, [field]: true as const }
  const values = { ...form.values, [field]: tidied(field, form.values[field]) }
  return { ...form, touched, values }
}

function tidied(field: FieldName, text: string): string {
  if (field === 'amount') {
    const reading = parseAmount(text)
    return reading.ok ? formatAmount(reading.amountMinor) : text
  }
  return field === 'debtorIban' || field === 'creditorIban' || field === 'bankId' ? text : text.trim()
}

export function chosenBank(view: PaymentView, form: FormState): BankChoice | undefined {
  return view.banks.find((bank) => bank.id === form.values.bankId)
}

/** Another bank is wanted: the account goes with the old one. */
export function leaveBank(form: FormState): FormState {
  const values = { ...form.values, bankId: '', debtorIban: '', userCode: '' }
  return { ...form, values, touched: {}, refused: {} }
}

/** The bank whose code stands in the payer's IBAN, if the IBAN is right and the bank is on the list. */
export function bankOfIban(view: PaymentView, form: FormState): BankChoice | undefined {
  const reading = parseIban(form.values.debtorIban)
  return reading.ok ? view.banks.find((bank) => bank.ibanCodes.includes(reading.bankCode)) : undefined
}

/** Fields the payer must see to: those that the view lets be edited, and the user code where the bank asks for it. */
export function askedFields(view: PaymentView, form: FormState): readonly FieldName[] {
  const needsUserCode = chosenBank(view, form)?.needsUserCode === true
  return FIELDS.filter((field) => (field === 'userCode' ? needsUserCode : view.editable.includes(field)))
}

/** Everything that stands between the form and "Plătește", whether or not it is to be shown yet. */
export function allFaults(view: PaymentView, form: FormState): Faults {
  const faults: Partial<Record<FieldName, FormFault>> = {}
  for (const field of askedFields(view, form)) {
    const fault = form.refused[field] ?? faultOf(view, form, field)
    if (fault !== undefined) faults[field] = fault
  }
  return faults
}

/** The faults to be shown under their fields now: after the field was left, or once nothing more can be typed. */
export function shownFaults(view: PaymentView, form: FormState): Faults {
  const shown: Partial<Record<FieldName, FormFault>> = {}
  for (const [field, fault] of Object.entries(allFaults(view, form)) as [FieldName, FormFault][]) {
    const whole = (field === 'debtorIban' || field === 'creditorIban') && isWholeIban(form.values[field])
    const plain = fault === 'too_long' || fault === 'unavailable' || fault === 'not_offered'
    if (form.touched[field] || form.refused[field] || whole || plain) shown[field] = fault
  }
  return shown
}

function faultOf(view: PaymentView, form: FormState, field: FieldName): FormFault | undefined {
  const text = form.values[field].trim()
  if (text === '') return 'required'
  switch (field) {
    case 'bankId':
      return bankFault(chosenBank(view, form))
    case 'debtorIban':
      return debtorIbanFault(view, form)
    case 'creditorIban':
      return faultIn(parseIban(text))
    case 'amount':
      return faultIn(parseAmount(text))
    case 'email':
      return text.length <= EMAIL_MAX && /^[^\s@<>"(),;:]+@[^\s@.]+(\.[^\s@.]+)*\.[^\s@.]{2,}$/.test(text)
        ? undefined
        : 'invalid'
    case 'creditorName':
      return lengthOf(text) > NAME_MAX ? 'too_long' : undefined
    case 'details':
      return lengthOf(text) > DETAILS_MAX ? 'too_long' : undefined
    case 'userCode':
      return lengthOf(text) > USER_CODE_MAX ? 'too_long' : undefined
  }
}

function bankFault(bank: BankChoice | undefined): FormFault | undefined {
  if (bank === undefined) return 'required'
  if (bank.available) return undefined
  return bank.unavailable === 'NOT_OFFERED' ? 'not_offered' : 'unavailable'
}

function debtorIbanFault(view: PaymentView, form: FormState): FieldFault | undefined {
  const reading = parseIban(form.values.debtorIban)
  if (!reading.ok) return reading.fault
  const creditor = parseIban(form.values.creditorIban)
  if (creditor.ok && creditor.iban === reading.iban) return 'same_account'
  if (view.list?.items.some(({ creditorIban }) => creditorIban === reading.iban)) return 'same_account'
  const bank = chosenBank(view, form)
  return bank !== undefined && !bank.ibanCodes.includes(reading.bankCode) ? 'wrong_bank' : undefined
}

function faultIn(reading: { ok: true } | { ok: false; fault: FieldFault }): FieldFault | undefined {
  return reading.ok ? undefined : reading.fault
}

/** Characters as people count them: a letter with its sign is one, an emoji outside the basic plane is one. */
export function lengthOf(text: string): number {
  return [...text.normalize('NFC')].length
}

/** The request of a form without faults; fields that the view does not let be edited stay out of it. */
export function submitRequest(view: PaymentView, form: FormState, language: 'ro' | 'en'): SubmitRequest {
  const { values } = form
  const iban = (text: string) => {
    const reading = parseIban(text)
    return reading.ok ? reading.iban : text
  }
  const amount = parseAmount(values.amount)
  const text = (field: FieldName) => values[field].trim().normalize('NFC')
  const edited = (field: EditableField) => view.editable.includes(field)
  return {
    pageToken: view.pageToken,
    bankId: values.bankId,
    debtorIban: iban(values.debtorIban),
    email: text('email'),
    termsAccepted: true,
    language,
    ...(chosenBank(view, form)?.needsUserCode ? { userCode: text('userCode') } : {}),
    ...(edited('creditorName') ? { creditorName: text('creditorName') } : {}),
    ...(edited('creditorIban') ? { creditorIban: iban(values.creditorIban) } : {}),
    ...(edited('amount') && amount.ok ? { amountMinor: amount.amountMinor } : {}),
    ...(edited('details') ? { details: text('details') } : {}),
  }
}

/** The server's `fields`, under the names of the page (`amountMinor` is what the payer knows as the amount). */
export function refusedFields(fields: Readonly<Record<string, FieldFault>> | undefined): Faults {
  const faults: Partial<Record<FieldName, FieldFault>> = {}
  for (const [name, fault] of Object.entries(fields ?? {})) {
    const field = name === 'amountMinor' ? 'amount' : name
    if ((FIELDS as readonly string[]).includes(field)) faults[field as FieldName] = fault
  }
  return faults
}
