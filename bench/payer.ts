/** One whole payment as partner and payer make it, over real connections: what `bench payment` repeats. */
import { type Dispatcher, Pool } from 'undici'
import type { Ready } from './world.ts'

export type Partner = {
  readonly client_id: string
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer
  readonly redirect_url: string
}
export type Payer = {
  readonly bank_id: string
  readonly bank_url: string
  readonly login: string
  readonly password: string
  readonly iban: string
}
export type Paid = {
  readonly payment_id: number
  readonly amount_minor: number
  readonly ms: number
  readonly stages: Readonly<Record<string, number>>
}

export type Clients = { readonly api: Pool; readonly page: Pool; readonly bank: Pool; close(): Promise<void> }

export function openClients(ready: Ready, partner: Partner, payer: Payer, connections: number): Clients {
  const { cert, key, ca } = partner
  const api = new Pool(ready.partner_api.url, { connections, connect: { cert, key, ca } })
  const page = new Pool(ready.checkout.url, { connections })
  const bank = new Pool(payer.bank_url, { connections })
  return { api, page, bank, close: async () => void (await Promise.all([api.close(), page.close(), bank.close()])) }
}

type Call = {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly expect: number
}

export async function call(
  pool: Pool,
  path: string,
  input: Call,
): Promise<{ text: string; headers: Dispatcher.ResponseData['headers'] }> {
  const { statusCode, headers, body } = await pool.request({
    path,
    method: input.method ?? 'GET',
    headers: input.headers ?? {},
    body: input.body ?? null,
  })
  const text = await body.text()
  if (statusCode !== input.expect)
    throw new Error(
      `${input.method ?? 'GET'} ${path.split('?')[0]?.replace(/\/[\w-]{12,}|\d{6,}/g, '/…')}: ${statusCode} ${text.slice(0, 120)}`,
    )
  return { text, headers }
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
export const JSON_BODY = { 'content-type': 'application/json' }
export const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search

/** Token, initiation, page, submit, the bank's sign-in and approval, return, outcome. Throws where any step is not as it should be. */
export async function payOnce(clients: Clients, partner: Partner, payer: Payer, amount_minor: number): Promise<Paid> {
  const begun = performance.now()
  const stages: Record<string, number> = {}
  let mark = begun
  const stage = (name: string) => {
    const now = performance.now()
    stages[name] = now - mark
    mark = now
  }
  const { payment_id, page_url } = await initiate(clients, partner, payer, amount_minor, stage)
  const state = new URL(page_url).searchParams.get('state') ?? ''
  const view_path = `/checkout/api/payments/${payment_id}`
  const headers = { 'payment-state': state }
  const form = JSON.parse((await call(clients.page, view_path, { headers, expect: 200 })).text)
  stage('page')
  const submit = {
    pageToken: form.pageToken,
    bankId: payer.bank_id,
    debtorIban: payer.iban,
    email: 'load@example.ro',
    termsAccepted: true,
    language: 'ro',
  }
  const submitted = await call(clients.page, `${view_path}/submit`, {
    method: 'POST',
    headers: { ...headers, ...JSON_BODY },
    body: JSON.stringify(submit),
    expect: 200,
  })
  const { step, redirectUrl } = JSON.parse(submitted.text) as { step: string; redirectUrl?: string }
  if (step !== 'authorise' || redirectUrl === undefined) throw new Error(`after submit the page is at ${step}`)
  stage('submit')
  const return_url = await authorise(clients, payer, redirectUrl)
  stage('bank pages')
  await call(clients.page, pathOf(return_url), { expect: 303 })
  stage('return')
  await untilPaid(clients, view_path, headers)
  stage('outcome')
  return { payment_id, amount_minor, ms: performance.now() - begun, stages }
}

async function initiate(
  clients: Clients,
  partner: Partner,
  payer: Payer,
  amount_minor: number,
  stage: (name: string) => void,
) {
  const token = await call(clients.api, '/gateway/authenticate/rest/api/token', {
    method: 'POST',
    headers: FORM,
    body: `client_id=${partner.client_id}`,
    expect: 200,
  })
  const { result } = JSON.parse(token.text) as { result: { access_token: string; paymentId: number } }
  stage('token')
  const request = {
    creditorName: 'Florăria Bench',
    creditorIban: 'RO49AAAA1B31007593840000',
    amount: amount_minor / 100,
    details: `Comanda ${result.paymentId}`,
    psuIntermediarId: `payer-${result.paymentId % 1000}`,
    debtorIban: payer.iban,
    redirectURL: partner.redirect_url,
  }
  const initiated = await call(clients.api, `/gateway/core/rest/api/initPayment/${result.paymentId}`, {
    method: 'POST',
    headers: { ...JSON_BODY, authorization: `Bearer ${result.access_token}` },
    body: JSON.stringify(request),
    expect: 200,
  })
  stage('initiate')
  return { payment_id: result.paymentId, page_url: (JSON.parse(initiated.text) as { redirectUri: string }).redirectUri }
}

/** Signs in at the bank and approves. @returns where the bank sends the browser */
async function authorise(clients: Clients, payer: Payer, sca_url: string): Promise<string> {
  const base = new URL(sca_url).pathname
  const signed_in = await call(clients.bank, `${base}/login`, {
    method: 'POST',
    headers: FORM,
    body: new URLSearchParams({ login: payer.login, password: payer.password }).toString(),
    expect: 303,
  })
  const cookie = String(signed_in.headers['set-cookie'] ?? '').split(';')[0] ?? ''
  const decided = await call(clients.bank, `${base}/decision`, {
    method: 'POST',
    headers: { ...FORM, cookie },
    body: 'decision=approve',
    expect: 303,
  })
  return String(decided.headers.location)
}

const PAID_TIMEOUT_MS = 60_000

async function untilPaid(clients: Clients, path: string, headers: Record<string, string>): Promise<void> {
  const end = performance.now() + PAID_TIMEOUT_MS
  while (performance.now() < end) {
    const view = JSON.parse((await call(clients.page, path, { headers, expect: 200 })).text) as {
      step: string
      outcome?: { kind: string; reason?: string }
    }
    if (view.outcome?.kind === 'paid') return
    if (view.outcome !== undefined && view.outcome.kind !== 'authorised')
      throw new Error(`outcome ${view.outcome.kind} ${view.outcome.reason ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error('not paid in time')
}
