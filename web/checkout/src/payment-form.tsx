/**
 * The form: what is paid, from which account, and the bar with the two buttons.
 */
import { useEffect, useRef, useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { parseAmount } from './amount.ts'
import { BankList } from './bank-list.tsx'
import { FixedField, fieldId, IbanField, TextAreaField, TextField } from './field.tsx'
import {
  allFaults,
  askedFields,
  bankOfIban,
  changeField,
  DETAILS_MAX,
  type FieldName,
  type FormFault,
  type FormState,
  leaveBank,
  leaveField,
  lengthOf,
  shownFaults,
} from './form.ts'
import { Hero } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { type Messages, wordsFor } from './messages/messages.ts'
import { TermsDialog } from './terms-dialog.tsx'
import type { Problem } from './use-actions.ts'

type PaymentFormProps = {
  readonly view: PaymentView
  readonly form: FormState
  readonly sending: boolean
  readonly problem: Problem | undefined
  readonly openUntil: Date
  readonly onChange: (change: (form: FormState) => FormState) => void
  readonly onPay: () => void
  readonly onCancel: () => void
  readonly onHandover: () => void
}

export function PaymentForm(props: PaymentFormProps) {
  const { view, form, sending, problem } = props
  const { words, language } = useSpeech()
  const [termsOpen, setTermsOpen] = useState(false)
  useEffect(() => {
    document.title = words.title
  }, [words])

  const otherBank = () => {
    props.onChange(leaveBank)
    const field = document.getElementById(fieldId('bankId'))
    field?.focus()
    // A click there shows the list; after the change is drawn, so that no bank in it is the chosen one.
    setTimeout(() => field?.click())
  }
  const missing = allFaults(view, form)
  const faults = shownFaults(view, form)
  const ready = Object.keys(missing).length === 0
  const amount = view.editable.includes('amount') ? parseAmount(form.values.amount) : undefined
  const time = props.openUntil.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })

  return (
    <form
      className="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !sending) props.onPay()
      }}
    >
      <h1 className="unseen">{words.title}</h1>
      <Hero
        amountMinor={amount === undefined ? view.values.amountMinor : amount.ok ? amount.amountMinor : undefined}
        creditorName={view.editable.includes('creditorName') ? form.values.creditorName : view.values.creditorName}
      />
      <p className="lead">{words.lead}</p>
      {problem !== undefined && (
        <Summary key={problem.at} problem={problem} view={view} form={form} onOtherBank={otherBank} />
      )}
      <section className="group">
        <h2>{words.groupPayment}</h2>
        <PaymentFields {...props} faults={faults} />
      </section>
      <section className="group">
        <h2>{words.groupAccount}</h2>
        <AccountFields {...props} faults={faults} />
      </section>
      <p className="small muted closing" id="still-missing">
        {ready ? words.openUntil(time) : words.missing(listed(Object.keys(missing) as FieldName[], words))}
      </p>
      <PayBar {...props} ready={ready} onTerms={() => setTermsOpen(true)} />
      <p className="handover">
        <button type="button" className="link" onClick={props.onHandover}>
          {words.handover.button}
        </button>
      </p>
      {termsOpen && <TermsDialog operator={view.operator} onClose={() => setTermsOpen(false)} />}
    </form>
  )
}

type PayBarProps = Pick<PaymentFormProps, 'sending' | 'onCancel'> & {
  readonly ready: boolean
  readonly onTerms: () => void
}

function PayBar({ sending, ready, onCancel, onTerms }: PayBarProps) {
  const { words } = useSpeech()
  return (
    <div className="bar">
      <p className="small bar-note">
        {words.termsBefore}
        <button type="button" className="link" onClick={onTerms}>
          {words.termsLink}
        </button>
        .
      </p>
      <button type="button" className="button quiet" onClick={onCancel} disabled={sending}>
        {words.cancel}
      </button>
      <button
        type="submit"
        className="button primary"
        disabled={!ready}
        aria-disabled={sending || undefined}
        aria-describedby="still-missing"
      >
        {sending && <span className="spinner small-spinner" aria-hidden="true" />}
        {sending ? words.paying : words.pay}
      </button>
    </div>
  )
}

type Fields = PaymentFormProps & { readonly faults: Readonly<Partial<Record<FieldName, FormFault>>> }

/** Whom, how much, what for: fields for Finance, text for Ecommerce. */
function PaymentFields({ view, form, faults, sending, onChange }: Fields) {
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
function AccountFields({ view, form, faults, sending, onChange }: Fields) {
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

type FieldSource = Pick<Fields, 'view' | 'form' | 'faults' | 'sending' | 'onChange'> & { readonly words: Messages }

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

function faultText(name: FieldName, fault: FormFault, words: Messages): string {
  if (fault !== 'invalid') return wordsFor(words.faults, fault, 'invalid')
  if (name === 'debtorIban' || name === 'creditorIban') return words.invalid.iban
  if (name === 'amount') return words.invalid.amount
  if (name === 'email') return words.invalid.email
  return name === 'bankId' ? words.invalid.bank : words.faults.invalid
}

function listed(fields: readonly FieldName[], words: Messages): string {
  return fields.map((field) => words.shortLabels[field]).join(', ')
}

/** Says why nothing was sent, takes the focus, and leads to the fields that are to be mended. */
function Summary({
  problem,
  view,
  form,
  onOtherBank,
}: {
  readonly problem: Problem
  readonly view: PaymentView
  readonly form: FormState
  readonly onOtherBank: () => void
}) {
  const { words } = useSpeech()
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    ref.current?.focus()
    ref.current?.scrollIntoView({ block: 'center' })
  }, [])
  const asked = askedFields(view, form)
  const refused = Object.entries(form.refused) as [FieldName, FormFault][]
  return (
    <div className="summary" role="alert" tabIndex={-1} ref={ref}>
      <h2>{words.summaryTitle}</h2>
      <p>{wordsFor(words.problems, problem.code, 'OTHER')}</p>
      {refused.length > 0 && (
        <ul>
          {refused.map(([field, fault]) => (
            <li key={field}>
              {asked.includes(field) ? (
                <a
                  href={`#${fieldId(field)}`}
                  onClick={(event) => {
                    // Focus without touching the address, which carries the payment's link.
                    event.preventDefault()
                    document.getElementById(fieldId(field))?.focus()
                  }}
                >
                  {words.labels[field]}
                </a>
              ) : (
                words.labels[field]
              )}
              : {faultText(field, fault, words)}
            </li>
          ))}
        </ul>
      )}
      {problem.code.startsWith('BANK_') && view.banks.length > 1 && asked.includes('bankId') && (
        <button type="button" className="link" onClick={onOtherBank}>
          {words.otherBank}
        </button>
      )}
      {problem.traceId !== undefined && <p className="small">{words.support(problem.traceId)}</p>}
    </div>
  )
}
