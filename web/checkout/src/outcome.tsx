/**
 * How it ended: said plainly, announced, with the way back to the partner. The countdown can be stopped, and does not
 * start by itself for who came here by the back button.
 */
import { useEffect, useEffectEvent, useState } from 'react'
import type { Outcome, PaymentView } from '../../../src/http/checkout/contract.ts'
import { Hero, ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { leaveTo } from './links.ts'
import { type Messages, wordsFor } from './messages/messages.ts'

export function OutcomeScreen({ view, outcome }: { readonly view: PaymentView; readonly outcome: Outcome }) {
  const { words } = useSpeech()
  const good = outcome.kind === 'paid' || outcome.kind === 'authorised'
  const { heading, text } = outcomeWords(words, outcome)
  const { secondsLeft, pause } = useCountdown(view.returnAfterSeconds, () => leaveTo(view.returnUrl))
  return (
    <section className="card center">
      <OutcomeMark kind={outcome.kind} />
      <div role={good ? 'status' : 'alert'}>
        <ScreenHeading>{heading}</ScreenHeading>
        <p className="say">{text}</p>
      </div>
      <Hero quiet={!good} amountMinor={view.values.amountMinor} creditorName={view.values.creditorName} />
      <dl className="reference">
        <dt>{words.reference}</dt>
        <dd>{view.paymentId}</dd>
      </dl>
      <div className="bar">
        <button type="button" className="button primary" onClick={() => leaveTo(view.returnUrl)}>
          {words.thanks}
        </button>
      </div>
      <div className="countdown">
        {secondsLeft === undefined ? (
          <p className="small muted">{words.returnPaused(view.partner.name)}</p>
        ) : (
          <>
            <p className="small muted" role="timer">
              {words.returnIn(secondsLeft, view.partner.name)}
            </p>
            <button type="button" className="link" onClick={pause}>
              {words.returnPause}
            </button>
          </>
        )}
      </div>
    </section>
  )
}

function outcomeWords(words: Messages, outcome: Outcome): { heading: string; text: string } {
  const plain = wordsFor(words.outcomes, outcome.kind, 'rejected')
  if (outcome.kind === 'paid' || outcome.kind === 'authorised' || outcome.reason === undefined) return plain
  const text = Object.hasOwn(words.reasons, outcome.reason)
    ? wordsFor(words.reasons, outcome.reason, 'BANK_REFUSED')
    : plain.text
  return { heading: outcome.reason === 'EXPIRED' ? words.headingExpired : plain.heading, text }
}

/** @returns seconds left, undefined when stopped */
function useCountdown(seconds: number, onEnd: () => void): { secondsLeft: number | undefined; pause: () => void } {
  const [secondsLeft, setSecondsLeft] = useState(cameByBackButton() ? undefined : seconds)
  const end = useEffectEvent(onEnd)
  const running = secondsLeft !== undefined
  const pause = () => setSecondsLeft(undefined)

  useEffect(() => {
    if (!running) return
    const ends = Date.now() + seconds * 1000
    const timer = setInterval(() => {
      const left = Math.ceil((ends - Date.now()) / 1000)
      setSecondsLeft(Math.max(left, 0))
      if (left > 0) return
      clearInterval(timer)
      end()
    }, 250)
    return () => clearInterval(timer)
  }, [running, seconds])

  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => event.persisted && setSecondsLeft(undefined)
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])
  return { secondsLeft, pause }
}

function cameByBackButton(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation !== undefined && (navigation as PerformanceNavigationTiming).type === 'back_forward'
}

function OutcomeMark({ kind }: { readonly kind: Outcome['kind'] }) {
  const tone =
    kind === 'paid' || kind === 'authorised' ? 'good' : kind === 'abandoned' || kind === 'cancelled' ? 'neutral' : 'bad'
  const paths = { good: 'M14 25l7 7 14-15', neutral: 'M15 24h18', bad: 'M17 17l14 14M31 17L17 31' }
  return (
    <svg className={`mark ${tone}`} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d={paths[tone]} />
    </svg>
  )
}
