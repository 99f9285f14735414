/**
 * The form: what is paid, from which account, and the bar with the two buttons.
 */
import { useEffect, useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { parseAmount } from './amount.ts'
import { fieldId } from './field.tsx'
import { allFaults, chosenBank, type FieldName, type FormState, leaveBank, shownFaults } from './form.ts'
import { AccountFields, PaymentFields } from './form-fields.tsx'
import { Summary } from './form-summary.tsx'
import { Hero, ListHero } from './frame.tsx'
import { useSpeech } from './language.tsx'
import type { Messages } from './messages/messages.ts'
import { PaymentItems } from './payment-list.tsx'
import { TermsDialog } from './terms-dialog.tsx'
import type { Problem } from './use-actions.ts'
import { LinkBanner, momentInWords, WhenItIsPaid } from './when.tsx'

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
  const until = momentInWords(language, props.openUntil)

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
      {view.list !== undefined ? (
        <ListHero list={view.list} />
      ) : (
        <Hero
          amountMinor={amount === undefined ? view.values.amountMinor : amount.ok ? amount.amountMinor : undefined}
          creditorName={view.editable.includes('creditorName') ? form.values.creditorName : view.values.creditorName}
        />
      )}
      {view.linkExpiresAt !== undefined && <LinkBanner until={props.openUntil} />}
      <WhenItIsPaid view={view} />
      <p className="lead">{words.lead}</p>
      {problem !== undefined && (
        <Summary key={problem.at} problem={problem} view={view} form={form} onOtherBank={otherBank} />
      )}
      <section className="group">
        <h2>{view.list === undefined ? words.groupPayment : words.many.list.heading}</h2>
        {view.list === undefined ? (
          <PaymentFields {...props} faults={faults} />
        ) : (
          <PaymentItems items={view.list.items} label={words.many.list.count(view.list.count)} />
        )}
      </section>
      <section className="group">
        <h2>{words.groupAccount}</h2>
        <AccountFields {...props} faults={faults} />
        <BankNews view={view} form={form} />
        {view.list !== undefined && <ListWay view={view} form={form} />}
      </section>
      <p className="small muted closing" id="still-missing">
        {ready
          ? until.today
            ? words.openUntil(until.time)
            : words.openUntilDay(words.many.link.moment(until.day, until.time))
          : words.missing(listed(Object.keys(missing) as FieldName[], words))}
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

/** How the chosen bank has a list authorised. */
function ListWay({ view, form }: Pick<PaymentFormProps, 'view' | 'form'>) {
  const { words } = useSpeech()
  const way = chosenBank(view, form)?.list
  return (
    <p role="status" className={way === undefined ? 'unseen' : 'link-banner'}>
      {way !== undefined && words.many.list.way[way]}
    </p>
  )
}

/** Says it when the chosen bank goes out of order, or comes back, while the form stands open. */
function BankNews({ view, form }: Pick<PaymentFormProps, 'view' | 'form'>) {
  const { words } = useSpeech()
  const bank = chosenBank(view, form)
  const [seen, setSeen] = useState<{ readonly id: string; readonly available: boolean; readonly changed: boolean }>()
  if (bank !== undefined && (seen?.id !== bank.id || seen.available !== bank.available)) {
    setSeen({ id: bank.id, available: bank.available, changed: seen?.id === bank.id })
  }
  const news = bank !== undefined && seen?.id === bank.id && seen.changed
  return (
    <p role="status" className={news ? 'small news' : 'unseen'}>
      {news && (bank.available ? words.bankBack(bank.name) : words.bankGone(bank.name))}
    </p>
  )
}

function listed(fields: readonly FieldName[], words: Messages): string {
  return fields.map((field) => words.shortLabels[field]).join(', ')
}
