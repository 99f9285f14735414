/**
 * The screens between "Plătește" and the outcome: being sent, being taken to the bank, awaiting the payer at the bank,
 * awaiting the bank. Each says what happens now and what the payer has to do.
 */
import { useEffect, useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { Hero, ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { goTo } from './links.ts'

type WaitingProps = {
  readonly view: PaymentView
  readonly leaving: boolean
  readonly offline: boolean
  /** The bank as the payer knows it, where the page knows it. */
  readonly bankName: string | undefined
  readonly tooLateToCancel: boolean
  readonly onCancel: () => void
  readonly onCheck: () => void
}

/** After this long the payer is told that it is not the payer's fault. */
const LONG_WAIT_MS = 60_000

export function Waiting(props: WaitingProps) {
  const { view, leaving, offline, tooLateToCancel } = props
  const { words } = useSpeech()
  const bank = props.bankName ?? words.yourBank
  const long = useLongWait(view.step)
  const scene = leaving ? 'leaving' : view.step === 'waiting' && view.psuMessage ? 'confirm' : view.step
  const heading = {
    leaving: words.leaving.heading,
    confirm: words.waiting.headingConfirm,
    authorise: words.authorise.heading,
    sending: words.sending.heading,
    waiting: words.waiting.headingResult,
    form: '',
    outcome: '',
  }[scene]
  const text = {
    leaving: words.leaving.text(bank),
    confirm: words.waiting.textConfirm,
    authorise: words.authorise.text(bank),
    sending: words.sending.text,
    waiting: words.waiting.textResult,
    form: '',
    outcome: '',
  }[scene]

  return (
    <section className="card center">
      <Hero amountMinor={view.values.amountMinor} creditorName={view.values.creditorName} />
      {scene === 'authorise' ? <PauseMark /> : <span className="spinner" aria-hidden="true" />}
      <ScreenHeading key={scene}>{heading}</ScreenHeading>
      {scene === 'confirm' && (
        <blockquote className="bank-says">
          <p className="small muted">{words.waiting.bankSays(bank)}</p>
          <p>{view.psuMessage}</p>
        </blockquote>
      )}
      <p className="say">{text}</p>
      <div role="status" className="notes">
        {offline && <p className="small">{words.waiting.offline}</p>}
        {long && !offline && scene !== 'authorise' && <p className="small">{words.waiting.long}</p>}
        {tooLateToCancel && <p className="small">{words.cancelTooLate}</p>}
      </div>
      {!leaving && (
        <div className="bar">
          <button type="button" className="button quiet" onClick={props.onCancel}>
            {words.cancel}
          </button>
          {scene === 'authorise' && view.redirectUrl !== undefined ? (
            <button type="button" className="button primary" onClick={() => goTo(view.redirectUrl ?? '')}>
              {words.authorise.button}
            </button>
          ) : (
            <button type="button" className="button plain" onClick={props.onCheck}>
              {words.waiting.checkNow}
            </button>
          )}
        </div>
      )}
    </section>
  )
}

function useLongWait(step: PaymentView['step']): boolean {
  const [long, setLong] = useState<PaymentView['step']>()
  useEffect(() => {
    const timer = setTimeout(() => setLong(step), LONG_WAIT_MS)
    return () => clearTimeout(timer)
  }, [step])
  return long === step
}

function PauseMark() {
  return (
    <svg className="mark neutral" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d="M24 13v12l8 5" />
    </svg>
  )
}
