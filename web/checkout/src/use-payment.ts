/**
 * The payment as the server last told it, and everything that makes the page ask again: polling while a bank is at
 * work, coming back to the tab, coming back by the back button, the payment's deadline.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { PaymentView, SubmitRequest } from '../../../src/http/checkout/contract.ts'
import { type Answer, abandonPayment, type Failure, readPayment, submitNext, submitPayment } from './api.ts'
import { hasForm } from './form.ts'
import { goTo, isWebAddress, type PaymentLink } from './links.ts'
import { useComeBack, useDeadline } from './use-occasions.ts'
import { type Pace, usePoll } from './use-poll.ts'

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
  /** Of a list: sends the payment whose turn it is. */
  readonly next: () => Promise<Answer<PaymentView> | 'moved_on'>
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
  // Not state: a laptop that wakes up finds the page's time over and a question to ask in the same instant.
  const disconnected = useRef(false)

  // What was told last; also between two renderings.
  const known = useRef<PaymentView>(undefined)

  const take = (view: PaymentView) => {
    known.current = view
    setPhase({ kind: 'open', view, receivedAt: Date.now() })
    if (view.step === 'form' || view.step === 'next') sentHere.current = false
    if (view.step !== 'authorise' || !sentHere.current || !isWebAddress(view.redirectUrl)) return
    sentHere.current = false
    setLeaving(true)
    goTo(view.redirectUrl)
  }

  const read = async (): Promise<Answer<PaymentView>> => {
    const began = epoch.current
    const answer = await readPayment(link, known.current)
    if (began !== epoch.current || disconnected.current) return answer
    if (answer.ok) take(answer.value)
    else
      setPhase((now) =>
        now.kind === 'open' && !isFinal(answer.failure) ? now : { kind: 'failed', failure: answer.failure },
      )
    return answer
  }

  const reload = async () => {
    disconnected.current = false
    const answer = await read()
    return answer.ok ? answer.value : undefined
  }

  // Sends what the payer has decided at `isThere`, and finds out what became of it where the answer does not say.
  const send = async (
    isThere: (view: PaymentView) => boolean,
    call: (view: PaymentView) => Promise<Answer<PaymentView>>,
  ): Promise<Answer<PaymentView> | 'moved_on'> => {
    if (phase.kind !== 'open') return 'moved_on'
    let view = phase.view
    // The page's token ages; one that could be refused is renewed before it is used.
    if (Date.now() - phase.receivedAt > (view.idleMinutes * 60_000) / 2) {
      const fresh = await read()
      if (!fresh.ok) return fresh
      if (!isThere(fresh.value)) return 'moved_on'
      view = fresh.value
    }
    epoch.current += 1
    const answer = await call(view)
    epoch.current += 1
    if (answer.ok) {
      sentHere.current = true
      take(answer.value)
      return answer
    }
    if (answer.failure.kind === 'refused' && answer.failure.refusal.fields !== undefined) return answer
    // Refused or unanswered: the payment may have moved on all the same (another tab, or an answer lost on the way).
    const now = await readPayment(link, known.current)
    if (!now.ok) return answer
    const still = isThere(now.value)
    if (!still && answer.failure.kind === 'no_answer') sentHere.current = true
    take(now.value)
    return still ? answer : 'moved_on'
  }

  const submit: Payment['submit'] = (requestOf) =>
    send(hasForm, (view) => submitPayment(link, requestOf(view), known.current))

  const next: Payment['next'] = () => {
    const no = phase.kind === 'open' ? phase.view.list?.nextNo : undefined
    const isThere = (view: PaymentView) => view.step === 'next' && view.list?.nextNo === no
    return send(isThere, (view) => submitNext(link, { pageToken: view.pageToken, no: no ?? 0 }, known.current))
  }

  const abandon = async () => {
    epoch.current += 1
    return abandonPayment(link, known.current)
  }

  const disconnect = () => {
    epoch.current += 1
    disconnected.current = true
    known.current = undefined
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
  const pace = view === undefined ? undefined : paceOf(view, watch)
  const offline = usePoll(pace !== undefined && !leaving ? step : undefined, pace ?? 'light', async () => {
    const answer = await read()
    if (answer.ok) return { answered: true }
    const { failure } = answer
    return failure.kind === 'refused' && failure.retryAfterMs !== undefined
      ? { answered: false, waitMs: failure.retryAfterMs }
      : { answered: false }
  })

  return { phase, leaving, offline: offline && pace === 'quick', reload, submit, next, abandon, disconnect }
}

/** How eagerly the page asks again; undefined: there is nothing more to learn. */
function paceOf({ step, outcome, list }: PaymentView, watch: boolean): Pace | undefined {
  if (step === 'form') return watch ? 'quick' : 'light'
  if (step === 'next') return 'light'
  if (step !== 'outcome') return 'quick'
  // Authorised is not yet paid: the bank's last word often comes while the payer still looks.
  const unfinished = outcome?.kind === 'authorised' || list?.items.some(({ state }) => state === 'authorised')
  return unfinished ? 'quick' : undefined
}

/** Refusals after which asking again is of no use: the link no longer opens this payment. */
function isFinal(failure: Failure): boolean {
  return failure.kind === 'refused' && [400, 401, 403, 404].includes(failure.status)
}
