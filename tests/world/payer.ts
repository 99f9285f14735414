/** A payer without a browser: the hosted page's calls and the banks' forms, step by step, so that a journey can break in between. */
import assert from 'node:assert/strict'
import type { PaymentView, SubmitRequest } from '../../src/http/checkout/contract.ts'
import type { Person } from './parties.ts'
import { until } from './world.ts'

export type Answer<T> = { readonly status: number; readonly body: T }
export type Refused = { readonly code: string; readonly fields?: Readonly<Record<string, string>> }

const TIMEOUT_MS = 120_000
/** Banks that know a payer by the name of his online banking. */
const ASKS_FOR_USER: ReadonlySet<string> = new Set(['cetate', 'BRD'])
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** One payment's page, by its address. */
export function payerAt(page_url: string) {
  const url = new URL(page_url)
  const base = `${url.origin}/checkout/api/payments/${url.searchParams.get('payment')}`
  const state = url.searchParams.get('state') ?? ''
  const call = async <T>(path: string, body?: unknown): Promise<Answer<T>> => {
    const response = await fetch(base + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'payment-state': state, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { status: response.status, body: (await response.json()) as T }
  }
  const view = async (): Promise<PaymentView> => {
    const { status, body } = await call<PaymentView>('')
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const submit = async (from: Person, email: string, changes: Partial<SubmitRequest> = {}) => {
    const { pageToken } = await view()
    const request: SubmitRequest = {
      pageToken,
      bankId: from.bank_id,
      debtorIban: from.iban,
      email,
      termsAccepted: true,
      language: 'ro',
      ...(ASKS_FOR_USER.has(from.bank_id) && { userCode: from.login }),
      ...changes,
    }
    return call<PaymentView & Refused>('/submit', request)
  }
  return {
    payment_id: Number(url.searchParams.get('payment')),
    view,
    submit,
    abandon: () => call<PaymentView>('/abandon', {}),
    /** Of a list that is authorised one by one: sends the next to the bank. */
    async next(): Promise<PaymentView> {
      const { pageToken, list } = await view()
      const { status, body } = await call<PaymentView>('/next', { pageToken, no: list?.nextNo ?? 0 })
      assert.equal(status, 200, JSON.stringify(body))
      return body
    },
    /** Submits and expects to be led to the bank. @returns the bank's address */
    async toBank(from: Person, email: string): Promise<string> {
      const { status, body } = await submit(from, email)
      assert.equal(status, 200, JSON.stringify(body))
      assert.equal(body.step, 'authorise', JSON.stringify(body))
      assert.ok(body.redirectUrl !== undefined)
      return body.redirectUrl
    },
    /** Asks until the page stands at this step. */
    untilStep: (step: PaymentView['step']) =>
      until(`step ${step}`, async () => {
        const now = await view()
        return now.step === step ? now : undefined
      }),
  }
}

/** Signs in at a redirect bank and decides. @returns where the bank sends the browser */
export async function decideAtBank(sca_url: string, who: Person, decision: 'approve' | 'refuse'): Promise<string> {
  const signed_in = await post(`${sca_url}/login`, { login: who.login, password: who.password })
  const cookie = (signed_in.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const decided = await post(`${sca_url}/decision`, { decision }, cookie)
  const location = decided.headers.get('location')
  assert.ok(location !== null, `the bank answered ${decided.status}`)
  return location
}

/** The payer's phone at the decoupled bank: waits for the payment to appear, then decides. */
export async function decideOnPhone(who: Person, payment_id: number, decision: 'approve' | 'refuse'): Promise<void> {
  const signed_in = await post(`${who.bank_url}/phone/login`, { login: who.login, password: who.password })
  const cookie = (signed_in.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const pending = await until('the payment on the phone', async () => {
    const response = await fetch(`${who.bank_url}/phone/pending`, { headers: { cookie } })
    const list = (await response.json()) as { payment_id: string; end_to_end_id: string }[]
    return list.find(({ end_to_end_id }) => end_to_end_id.split('-')[1] === String(payment_id))
  })
  await post(`${who.bank_url}/phone/decision`, { payment_id: pending.payment_id, decision }, cookie)
}

/** The browser comes back from the bank. @returns the page's address it is sent to */
export async function comeBack(return_url: string): Promise<string> {
  const response = await fetch(return_url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  assert.equal(response.status, 303)
  return response.headers.get('location') ?? ''
}

async function post(url: string, fields: Readonly<Record<string, string>>, cookie?: string): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...FORM, ...(cookie !== undefined && { cookie }) },
    body: new URLSearchParams(fields).toString(),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  assert.equal(response.status, 303, await response.text())
  return response
}
