/**
 * Which screen stands on the page, and which question over it.
 */
import { useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { type FormState, hasForm, initialForm } from './form.ts'
import { Frame } from './frame.tsx'
import { HandoverDialog } from './handover-dialog.tsx'
import { useSpeech } from './language.tsx'
import type { PaymentLink } from './links.ts'
import { isDone } from './list.ts'
import { NextStep } from './next-step.tsx'
import { OutcomeScreen } from './outcome.tsx'
import { PaymentForm } from './payment-form.tsx'
import { Failed, PlainScreen, Retry } from './plain-screen.tsx'
import { CancelQuestion, IdleWarning, StopQuestion } from './questions.tsx'
import { type Actions, useActions } from './use-actions.ts'
import { useIdle } from './use-idle.ts'
import { type Payment, type Phase, usePayment } from './use-payment.ts'
import { Waiting } from './waiting.tsx'

export function App({ link }: { readonly link: PaymentLink | undefined }) {
  const { words } = useSpeech()
  if (link !== undefined) return <OpenPayment link={link} />
  return (
    <Frame>
      <PlainScreen heading={words.failed.link} text={words.failed.linkText} />
    </Frame>
  )
}

type Question = 'cancel' | 'handover'

function OpenPayment({ link }: { readonly link: PaymentLink }) {
  const [question, setQuestion] = useState<Question>()
  const payment = usePayment(link, question === 'handover')
  const actions = useActions(payment)
  const { phase } = payment
  const view = phase.kind === 'open' ? phase.view : undefined
  const close = () => setQuestion(undefined)

  const idle = useIdle(view?.idleMinutes, () => {
    actions.forget()
    close()
    payment.disconnect()
  })
  const stay = () => {
    idle.stay()
    void payment.reload()
  }
  const giveUp = async () => {
    await actions.abandon()
    close()
  }

  return (
    <Frame view={view}>
      {phase.kind === 'open' ? (
        <PaymentScreen phase={phase} payment={payment} actions={actions} onAsk={setQuestion} />
      ) : (
        <ClosedScreen phase={phase} onRetry={payment.reload} />
      )}
      {view !== undefined && view.step !== 'outcome' && question === 'cancel' && (
        <GiveUpQuestion view={view} onYes={giveUp} onNo={close} />
      )}
      {view?.step === 'form' && question === 'handover' && <HandoverDialog link={link} onClose={close} />}
      {view !== undefined && idle.secondsLeft !== undefined && (
        <IdleWarning secondsLeft={idle.secondsLeft} onStay={stay} />
      )}
    </Frame>
  )
}

type PaymentScreenProps = {
  readonly phase: Extract<Phase, { kind: 'open' }>
  readonly payment: Payment
  readonly actions: Actions
  readonly onAsk: (question: Question) => void
}

function PaymentScreen({ phase, payment, actions, onAsk }: PaymentScreenProps) {
  const { language } = useSpeech()
  const { view, receivedAt } = phase
  if (view.step === 'outcome') return <OutcomeScreen view={view} outcome={view.outcome ?? { kind: 'rejected' }} />
  if (view.step === 'next' && view.list !== undefined) {
    return (
      <NextStep
        view={view}
        list={view.list}
        sending={actions.sending}
        problem={actions.problem}
        onNext={actions.next}
        onStop={() => onAsk('cancel')}
      />
    )
  }
  if (view.step === 'form' || (actions.reopened && hasForm(view))) {
    const notice = view.notice === undefined || actions.sending ? undefined : { code: view.notice, at: 0 }
    return (
      <PaymentForm
        view={view}
        form={actions.form ?? initialForm(view)}
        sending={actions.sending}
        problem={actions.problem ?? notice}
        openUntil={new Date(receivedAt + Date.parse(view.expiresAt) - Date.parse(view.now))}
        onChange={(change) => actions.change(view, change)}
        onPay={() => actions.pay(view, language)}
        onCancel={() => onAsk('cancel')}
        onHandover={() => onAsk('handover')}
      />
    )
  }
  return (
    <Waiting
      view={view}
      leaving={payment.leaving}
      offline={payment.offline}
      bankName={bankName(view, actions.form)}
      tooLateToCancel={actions.tooLateToCancel}
      onCancel={() => onAsk('cancel')}
      onCheck={payment.reload}
      onOtherBank={() => actions.reopen(view)}
    />
  )
}

type GiveUpProps = { readonly view: PaymentView; readonly onYes: () => void; readonly onNo: () => void }

/** Of a list some of which is done already, giving up is stopping there. */
function GiveUpQuestion({ view, onYes, onNo }: GiveUpProps) {
  const { list } = view
  if (list?.items.some(isDone)) return <StopQuestion list={list} onYes={onYes} onNo={onNo} />
  return <CancelQuestion partner={view.partner.name} onYes={onYes} onNo={onNo} />
}

type ClosedScreenProps = {
  readonly phase: Exclude<Phase, { kind: 'open' }>
  readonly onRetry: () => Promise<unknown>
}

function ClosedScreen({ phase, onRetry }: ClosedScreenProps) {
  const { words } = useSpeech()
  if (phase.kind === 'opening') return <p className="opening">{words.opening}</p>
  if (phase.kind === 'failed') return <Failed failure={phase.failure} onRetry={onRetry} />
  return (
    <PlainScreen heading={words.idle.heading} text={words.idle.text}>
      <Retry label={words.idle.reconnect} onRetry={onRetry} />
    </PlainScreen>
  )
}

function bankName(view: PaymentView, form: FormState | undefined): string | undefined {
  const bankId = view.values.bankId ?? form?.values.bankId
  return view.banks.find((bank) => bank.id === bankId)?.name
}
