/**
 * What the payer does on the page: fill in, pay, give up. What was typed is kept here, outside the screens, so that a
 * payment that comes back to the form finds it again.
 */
import { useRef, useState } from 'react'
import type { PaymentView } from '../../../src/http/checkout/contract.ts'
import type { Failure } from './api.ts'
import { type FormState, initialForm, leaveBank, refusedFields, submitRequest } from './form.ts'
import { leaveTo } from './links.ts'
import type { Language } from './messages/messages.ts'
import type { Payment } from './use-payment.ts'

/** Why the last attempt did not go through; `at` tells two equal ones apart, so that each takes the focus. */
export type Problem = { readonly code: string; readonly traceId?: string | undefined; readonly at: number }

export type Actions = {
  readonly form: FormState | undefined
  readonly problem: Problem | undefined
  readonly sending: boolean
  readonly tooLateToCancel: boolean
  /** The form is shown again although a bank is being entered. */
  readonly reopened: boolean
  readonly reopen: (view: PaymentView) => void
  readonly next: () => Promise<void>
  readonly change: (view: PaymentView, change: (form: FormState) => FormState) => void
  readonly pay: (view: PaymentView, language: Language) => Promise<void>
  readonly abandon: () => Promise<void>
  /** Forgets all that was typed. */
  readonly forget: () => void
}

export function useActions(payment: Payment): Actions {
  const [form, setForm] = useState<FormState>()
  const [problem, setProblem] = useState<Problem>()
  const [sending, setSending] = useState(false)
  const [tooLateToCancel, setTooLateToCancel] = useState(false)
  const [reopened, setReopened] = useState(false)
  // Not state: a second click in the same instant must see it.
  const busy = useRef(false)

  const change: Actions['change'] = (view, change) => setForm((now) => change(now ?? initialForm(view)))

  const send = async (call: () => ReturnType<Payment['next']>): Promise<Failure | undefined> => {
    if (busy.current) return undefined
    busy.current = true
    setSending(true)
    setProblem(undefined)
    const answer = await call()
    busy.current = false
    setSending(false)
    if (answer === 'moved_on' || answer.ok) {
      setReopened(false)
      return undefined
    }
    setProblem(problemOf(answer.failure, 'NO_ANSWER'))
    return answer.failure
  }

  const pay: Actions['pay'] = async (view, language) => {
    const sent = form ?? initialForm(view)
    const failure = await send(() => payment.submit((fresh) => submitRequest(fresh, sent, language)))
    if (failure?.kind === 'refused') setForm({ ...sent, refused: refusedFields(failure.refusal.fields) })
  }

  const next = async () => {
    await send(payment.next)
  }

  const reopen: Actions['reopen'] = (view) => {
    setForm((now) => leaveBank(now ?? initialForm(view)))
    setReopened(true)
  }

  const abandon = async () => {
    if (busy.current) return
    busy.current = true
    const answer = await payment.abandon()
    busy.current = false
    if (answer.ok && answer.value.outcome?.kind === 'abandoned') {
      leaveTo(answer.value.returnUrl)
      return
    }
    // It went otherwise (paid meanwhile, already at the bank, no answer): the page shows what is.
    const now = await payment.reload()
    if (answer.ok) return
    if (now === undefined || now.step === 'form' || now.step === 'next')
      setProblem(problemOf(answer.failure, 'CANCEL_NO_ANSWER'))
    else if (now.step !== 'outcome') setTooLateToCancel(answer.failure.kind === 'refused')
  }

  const forget = () => {
    setForm(undefined)
    setProblem(undefined)
    setReopened(false)
  }

  return { form, problem, sending, tooLateToCancel, reopened, reopen, next, change, pay, abandon, forget }
}

function problemOf(failure: Failure, unanswered: string): Problem {
  const at = Date.now()
  if (failure.kind === 'no_answer') return { code: unanswered, at }
  const { code, traceId, fields } = failure.refusal
  return { code: fields === undefined ? code : 'FIELDS', traceId: failure.status >= 500 ? traceId : undefined, at }
}
