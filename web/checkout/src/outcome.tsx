/**
 * How it ended: said plainly, announced, with the way back to the partner. The countdown can be stopped, and does not
 * start by itself for who came here by the back button.
 */
import { useEffect, useEffectEvent, useState } from 'react'
import type { Outcome, PaymentList, PaymentView } from '../../../src/http/checkout/contract.ts'
import { Hero, ListHero, ScreenHeading } from './frame.tsx'
import { useSpeech } from './language.tsx'
import { leaveTo } from './links.ts'
import { sumsOf } from './list.ts'
import { isExpiredLink, outcomeWords } from './outcome-words.ts'
import { PaymentItems } from './payment-list.tsx'

export function OutcomeScreen({ view, outcome }: { readonly view: PaymentView; readonly outcome: Outcome }) {
  const { words, language } = useSpeech()
  const good = toneOf(outcome.kind) === 'good'
  const { heading, text } = outcomeWords(language, view, outcome)
  // What must be read in peace is not counted down.
  const hurry = outcome.kind !== 'partly' && !isExpiredLink(view, outcome)
  const { secondsLeft, pause } = useCountdown(view.returnAfterSeconds, hurry, () => leaveTo(view.returnUrl))
  return (
    <section className="card center">
      <OutcomeMark kind={outcome.kind} />
      <div role={good ? 'status' : 'alert'}>
        <ScreenHeading>{heading}</ScreenHeading>
        <p className="say">{text}</p>
      </div>
      {view.list === undefined ? (
        <Hero quiet={!good} amountMinor={view.values.amountMinor} creditorName={view.values.creditorName} />
      ) : (
        <ListOutcome list={view.list} quiet={!good} />
      )}
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

/** What was not paid stands first: it is what the payer must know. */
function ListOutcome({ list, quiet }: { readonly list: PaymentList; readonly quiet: boolean }) {
  const { words } = useSpeech()
  const said = words.many.list
  const { done, left } = sumsOf(list)
  const mixed = done.length > 0 && left.length > 0
  return (
    <>
      <ListHero list={list} quiet={quiet} />
      {[left, done].map(
        (items, index) =>
          items.length > 0 && (
            <section key={index === 0 ? 'left' : 'done'} className="group wide">
              {mixed && <h2>{index === 0 ? said.unpaid(items.length) : said.done(items.length)}</h2>}
              <PaymentItems items={items} label={index === 0 ? said.unpaid(items.length) : said.done(items.length)} />
            </section>
          ),
      )}
    </>
  )
}

/** @returns seconds left, undefined when stopped */
function useCountdown(
  seconds: number,
  starts: boolean,
  onEnd: () => void,
): { secondsLeft: number | undefined; pause: () => void } {
  const [secondsLeft, setSecondsLeft] = useState(starts && !cameByBackButton() ? seconds : undefined)
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

function toneOf(kind: Outcome['kind']): 'good' | 'neutral' | 'bad' {
  if (kind === 'paid' || kind === 'authorised' || kind === 'scheduled') return 'good'
  return kind === 'abandoned' || kind === 'cancelled' || kind === 'partly' ? 'neutral' : 'bad'
}

function OutcomeMark({ kind }: { readonly kind: Outcome['kind'] }) {
  const tone = toneOf(kind)
  const paths = { good: 'M14 25l7 7 14-15', neutral: 'M15 24h18', bad: 'M17 17l14 14M31 17L17 31' }
  return (
    <svg className={`mark ${tone}`} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d={paths[tone]} />
    </svg>
  )
}
