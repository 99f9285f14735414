/**
 * The screens between "Plătește" and the outcome: being sent, being taken to the bank, awaiting the payer at the bank,
 * awaiting the bank. Each says what happens now and what the payer has to do.
 */
import { useEffect, useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import { hasForm } from './form.ts'
import { Hero, ListHero, ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { goTo } from './links.ts'
import { turnOf } from './list.ts'

type WaitingProps = {
  readonly view: PaymentView
  readonly leaving: boolean
  readonly offline: boolean
  /** The bank as the payer knows it, where the page knows it. */
  readonly bankName: string | undefined
  readonly tooLateToCancel: boolean
  readonly onCancel: () => void
  readonly onCheck: () => void
  /** While a bank is entered: shows the form again. */
  readonly onOtherBank: () => void
}

/** After this long the payer is told that it is not the payer's fault. */
const LONG_WAIT_MS = 60_000

type Scene = 'leaving' | 'confirm' | 'entering' | 'authorise' | 'sending' | 'waiting'

function sceneOf({ view, leaving }: WaitingProps): Scene {
  if (leaving) return 'leaving'
  if (view.step === 'authorise') return view.entering === true ? 'entering' : 'authorise'
  if (view.step === 'sending') return 'sending'
  return view.psuMessage ? 'confirm' : 'waiting'
}

export function Waiting(props: WaitingProps) {
  const { view, leaving, offline, tooLateToCancel } = props
  const { words } = useSpeech()
  const bank = props.bankName ?? words.yourBank
  const long = useLongWait(view.step)
  const scene = sceneOf(props)
  const { entering } = words.many
  const { heading, text } = {
    leaving: {
      heading: words.leaving.heading,
      text: view.entering === true ? entering.leaving(bank) : words.leaving.text(bank),
    },
    confirm: { heading: words.waiting.headingConfirm, text: words.waiting.textConfirm },
    entering: { heading: entering.heading, text: entering.text(bank) },
    authorise: { heading: words.authorise.heading, text: words.authorise.text(bank) },
    sending: words.sending,
    waiting: { heading: words.waiting.headingResult, text: words.waiting.textResult },
  }[scene]
  const pausing = scene === 'authorise' || scene === 'entering'

  return (
    <section className="card center">
      <WhatIsPaid view={view} />
      {pausing ? <PauseMark /> : <span className="spinner" aria-hidden="true" />}
      <ScreenHeading key={`${scene}${view.list?.nextNo ?? ''}`}>{heading}</ScreenHeading>
      {scene === 'confirm' && (
        <blockquote className="bank-says">
          <p className="small muted">{words.waiting.bankSays(bank)}</p>
          <p>{view.psuMessage}</p>
        </blockquote>
      )}
      <p className="say">{text}</p>
      <div role="status" className="notes">
        {offline && <p className="small">{words.waiting.offline}</p>}
        {long && !offline && !pausing && <p className="small">{words.waiting.long}</p>}
        {tooLateToCancel && <p className="small">{words.cancelTooLate}</p>}
      </div>
      {!leaving && (
        <div className="bar">
          <button type="button" className="button quiet" onClick={props.onCancel}>
            {words.cancel}
          </button>
          {scene === 'entering' && hasForm(view) && (
            <button type="button" className="button plain" onClick={props.onOtherBank}>
              {words.otherBank}
            </button>
          )}
          {pausing && view.redirectUrl !== undefined ? (
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

/** Of a list: the payment whose turn it is, or all of them where the bank takes them together. */
function WhatIsPaid({ view }: { readonly view: PaymentView }) {
  const { words } = useSpeech()
  const { list, values } = view
  if (list === undefined) return <Hero amountMinor={values.amountMinor} creditorName={values.creditorName} />
  const turn = turnOf(list)
  if (turn === undefined) return <ListHero list={list} />
  return (
    <>
      <p className="small muted">{words.many.list.turn(turn.no, list.count)}</p>
      <Hero amountMinor={turn.amountMinor} creditorName={turn.creditorName} />
    </>
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
