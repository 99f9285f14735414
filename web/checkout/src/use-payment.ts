/**
 * The payment as the server last told it, and everything that makes the page ask again: polling while a bank is at
 * work, coming back to the tab, coming back by the back button, the payment's deadline.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { PaymentView, SubmitRequest } from '../../../src/http/checkout/contract.ts'
import { type Answer, abandonPayment, type Failure, readPayment, submitPayment } from './api.ts'
import { goTo, isWebAddress, type PaymentLink } from './links.ts'
import { useComeBack, useDeadline } from './use-occasions.ts'
import { usePoll } from './use-poll.ts'

export type Phase =
  | { readonly kind: 'opening' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'open'; readonly view: PaymentView; readonly receivedAt: number }
  /** Idle for too long: nothing of the payment is kept in the page. */
  | { readonly kind: 'disconnected' }

export type Payment = {
  readonly phase: Phase
  /** The browser is on its way to the bank. */
  readonly leaving: boolean
  /** The last polls went unanswered. */
  readonly offline: boolean
  readonly reload: () => Promise<PaymentView | undefined>
  readonly submit: (requestOf: (view: PaymentView) => SubmitRequest) => Promise<Answer<PaymentView> | 'moved_on'>
  readonly abandon: () => Promise<Answer<PaymentView>>
  readonly disconnect: () => void
}

/** How long the bank's page may take to appear before the button for it is shown again. */
const LEAVING_MS = 8_000
/** A view older than this is read again when the payer comes back to the tab. */
const STALE_MS = 10_000

/** @param watch poll although the step does not ask for it (the payment may go on in another place) */
export function usePayment(link: PaymentLink, watch: boolean): Payment {
  const [phase, setPhase] = useState<Phase>({ kind: 'opening' })
  const [leaving, setLeaving] = useState(false)
  // Whether this very page sent the payment: only then does it go to the bank by itself. After a reload or the back
  // button it waits to be told, or the payer could never get back from the bank.
  const sentHere = useRef(false)
  // Answers of reads that began before or beside a write are old news and dropped.
  const epoch = useRef(0)

  const take = (view: PaymentView) => {
    setPhase({ kind: 'open', view, receivedAt: Date.now() })
    if (view.step === 'form') sentHere.current = false
    if (view.step !== 'authorise' || !sentHere.current || !isWebAddress(view.redirectUrl)) return
    sentHere.current = false
    setLeaving(true)
    goTo(view.redirectUrl)
  }

  const read = async (): Promise<Answer<PaymentView>> => {
    const began = epoch.current
    const answer = await readPayment(link)
    if (began !== epoch.current) return answer
    if (answer.ok) take(answer.value)
    else
      setPhase((now) =>
        now.kind === 'open' && !isFinal(answer.failure) ? now : { kind: 'failed', failure: answer.failure },
      )
    return answer
  }

  const reload = async () => {
    const answer = await read()
    return answer.ok ? answer.value : undefined
  }

  const submit: Payment['submit'] = async (requestOf) => {
    if (phase.kind !== 'open') return 'moved_on'
    let view = phase.view
    // The page's token ages; one that could be refused is renewed before it is used.
    if (Date.now() - phase.receivedAt > (view.idleMinutes * 60_000) / 2) {
      const fresh = await read()
      if (!fresh.ok) return fresh
      if (fresh.value.step !== 'form') return 'moved_on'
      view = fresh.value
    }
    epoch.current += 1
    const answer = await submitPayment(link, requestOf(view))
    epoch.current += 1
    if (answer.ok) {
      sentHere.current = true
      take(answer.value)
      return answer
    }
    if (answer.failure.kind === 'refused' && answer.failure.refusal.fields !== undefined) return answer
    // Refused or unanswered: the payment may have moved on all the same (another tab, or an answer lost on the way).
    const now = await readPayment(link)
    if (!now.ok) return answer
    if (now.value.step !== 'form' && answer.failure.kind === 'no_answer') sentHere.current = true
    take(now.value)
    return now.value.step === 'form' ? answer : 'moved_on'
  }

  const abandon = async () => {
    epoch.current += 1
    return abandonPayment(link)
  }

  const disconnect = () => {
    epoch.current += 1
    setPhase({ kind: 'disconnected' })
  }

  const start = useEffectEvent(() => void read())
  useEffect(() => start(), [])

  useEffect(() => {
    if (!leaving) return
    const timer = setTimeout(() => setLeaving(false), LEAVING_MS)
    return () => clearTimeout(timer)
  }, [leaving])

  useComeBack((evenIfFresh) => {
    setLeaving(false)
    if (phase.kind === 'open' && (evenIfFresh || Date.now() - phase.receivedAt > STALE_MS)) void read()
  })
  const view = phase.kind === 'open' ? phase.view : undefined
  useDeadline(view, phase.kind === 'open' ? phase.receivedAt : 0, () => void read())

  const step = view?.step
  // Authorised is not yet paid: the bank's last word often comes while the payer still looks.
  const unfinished = step === 'outcome' && view?.outcome?.kind === 'authorised'
  const polled =
    step === 'sending' || step === 'waiting' || step === 'authorise' || unfinished || (watch && step === 'form')
  const offline = usePoll(polled && !leaving ? step : undefined, async () => {
    const answer = await read()
    if (answer.ok) return { answered: true }
    const { failure } = answer
    return failure.kind === 'refused' && failure.retryAfterMs !== undefined
      ? { answered: false, waitMs: failure.retryAfterMs }
      : { answered: false }
  })

  return { phase, leaving, offline, reload, submit, abandon, disconnect }
}

/** Refusals after which asking again is of no use: the link no longer opens this payment. */
function isFinal(failure: Failure): boolean {
  return failure.kind === 'refused' && [400, 401, 403, 404].includes(failure.status)
}
