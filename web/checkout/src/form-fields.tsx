/** The fields of the form: what is paid, and the payer's own. Which of them are text and which can be typed in, the view says. */
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { BankList } from './bank-list.tsx'
import { FixedField, fieldId, IbanField, TextAreaField, TextField } from './field.tsx'
import {
  askedFields,
  bankOfIban,
  changeField,
  DETAILS_MAX,
  type FieldName,
  type FormFault,
  type FormState,
  leaveField,
  lengthOf,
} from './form.ts'
import { useSpeech } from './language.tsx'
import { type Messages, wordsFor } from './messages/messages.ts'

export type FieldsProps = {
  readonly view: PaymentView
  readonly form: FormState
  readonly sending: boolean
  readonly faults: Readonly<Partial<Record<FieldName, FormFault>>>
  readonly onChange: (change: (form: FormState) => FormState) => void
}

/** Whom, how much, what for: fields for Finance, text for Ecommerce. */
export function PaymentFields({ view, form, faults, sending, onChange }: FieldsProps) {
  const { words } = useSpeech()
  const field = fieldOf({ view, form, faults, sending, onChange, words })
  const editable = (name: FieldName) => (view.editable as readonly string[]).includes(name)
  const fixed = (name: 'creditorName' | 'creditorIban' | 'amount' | 'details', suffix = '') => (
    <FixedField id={fieldId(name)} label={words.labels[name]} value={form.values[name] + suffix} />
  )
  return (
    <>
      <FixedField id="field-partnerName" label={words.labels.partnerName} value={view.partner.name} />
      {editable('creditorName') ? <TextField {...field('creditorName')} /> : fixed('creditorName')}
      {editable('creditorIban') ? <IbanField {...field('creditorIban')} /> : fixed('creditorIban')}
      {editable('amount') ? (
        <TextField {...field('amount')} inputMode="decimal" suffix="RON" />
      ) : (
        fixed('amount', ' RON')
      )}
      {editable('details') ? (
        <TextAreaField
          {...field('details')}
          hintUnseen
          hint={words.characters(lengthOf(form.values.details), DETAILS_MAX)}
          count={{ used: lengthOf(form.values.details), most: DETAILS_MAX }}
        />
      ) : (
        fixed('details')
      )}
    </>
  )
}

/** The payer's own: bank, account, the user code where the bank asks for it, email. */
export function AccountFields({ view, form, faults, sending, onChange }: FieldsProps) {
  const { words } = useSpeech()
  const field = fieldOf({ view, form, faults, sending, onChange, words })
  const asked = askedFields(view, form)
  const recognised = bankOfIban(view, form)
  const other = recognised?.available === true && faults.debtorIban === 'wrong_bank' ? recognised : undefined
  const offer = other && (
    <button
      type="button"
      className="link"
      onClick={() => onChange((now) => changeField(view, now, 'bankId', other.id))}
    >
      {words.bankOffer(other.name)}
    </button>
  )
  const known = recognised !== undefined && recognised.id === form.values.bankId
  return (
    <>
      {asked.includes('bankId') && (
        <BankList
          {...field('bankId')}
          hint={form.values.bankId === '' ? words.hints.bank : undefined}
          banks={view.banks}
        />
      )}
      {asked.includes('debtorIban') && (
        <IbanField
          {...field('debtorIban')}
          hint={known ? words.bankRecognised(recognised.name) : undefined}
          after={offer}
        />
      )}
      {asked.includes('userCode') && (
        <TextField {...field('userCode')} hint={words.hints.userCode} autoComplete="off" />
      )}
      {asked.includes('email') && (
        <TextField {...field('email')} hint={words.hints.email} type="email" inputMode="email" autoComplete="email" />
      )}
    </>
  )
}

type FieldSource = FieldsProps & { readonly words: Messages }

function fieldOf({ view, form, faults, sending, onChange, words }: FieldSource) {
  return (name: FieldName) => {
    const fault = faults[name]
    return {
      name,
      label: words.labels[name],
      fault: fault === undefined ? undefined : faultText(name, fault, words),
      disabled: sending,
      value: form.values[name],
      onChange: (value: string) => onChange((now) => changeField(view, now, name, value)),
      onLeave: () => onChange((now) => leaveField(now, name)),
    }
  }
}

export function faultText(name: FieldName, fault: FormFault, words: Messages): string {
  if (fault !== 'invalid') return wordsFor(words.faults, fault, 'invalid')
  if (name === 'debtorIban' || name === 'creditorIban') return words.invalid.iban
  if (name === 'amount') return words.invalid.amount
  if (name === 'email') return words.invalid.email
  return name === 'bankId' ? words.invalid.bank : words.faults.invalid
}
