/** One whole list as partner and payer make it: what `bench list` repeats, with a sample of each call. */
import { setTimeout as delay } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Pool } from 'undici'
import type { Person } from './chaos/bank-pages.ts'
import { type Clients, call, FORM, JSON_BODY, type Partner, pathOf } from './payer.ts'

export type Shape = { readonly size: number; readonly way: 'together' | 'one_by_one' }
/** One call, or a wait: how long, and how much came over the wire. */
export type Sample = { readonly name: string; readonly ms: number; readonly bytes?: number }
export type ListRun = { readonly payment_id: number; readonly items: number; readonly samples: readonly Sample[] }

type Input = {
  readonly clients: Clients
  readonly partner: Partner
  readonly who: Person
  readonly shape: Shape
  /** What the payer does at the bank. @returns where the bank sends the browser */
  decide(url: string): Promise<string>
}

const PAID_TIMEOUT_MS = 60_000
const POLL_MS = 250

type View = {
  readonly step: string
  readonly pageToken: string
  readonly redirectUrl?: string
  readonly list?: { readonly count: number; readonly nextNo?: number }
  readonly outcome?: { readonly kind: string; readonly reason?: string }
}

/** Token, initPayment, the page, the bank, and asking for the status until each of its payments is ACSC. */
export async function payList({ clients, partner, who, shape, decide }: Input): Promise<ListRun> {
  const samples: Sample[] = []
  const { payment_id, page_url, status_headers } = await initiate(clients.api, partner, who, shape, samples)
  const state = new URL(page_url).searchParams.get('state') ?? ''
  const page = openPage(clients.page, payment_id, state, samples)
  const form = await page.whole()
  if (form.step !== 'form' || form.list?.count !== shape.size) throw new Error(`the page begins at ${form.step}`)
  await page.poll('poll of the form')
  let view = await page.send('submit', {
    pageToken: form.pageToken,
    bankId: who.bank_id,
    debtorIban: who.iban,
    email: 'load@example.ro',
    termsAccepted: true,
    language: 'ro',
  })
  const end = performance.now() + PAID_TIMEOUT_MS
  let decided = 0
  let returned_ms = 0
  while (view.outcome?.kind !== 'paid') {
    if (performance.now() > end) throw new Error(`not paid in time, at ${view.step}`)
    if (view.outcome !== undefined && view.outcome.kind !== 'authorised')
      throw new Error(`outcome ${view.outcome.kind} ${view.outcome.reason ?? ''}`)
    if (view.step === 'authorise' && view.redirectUrl !== undefined) {
      const home = await decide(view.redirectUrl)
      decided += 1
      returned_ms = performance.now()
      await call(clients.page, pathOf(home), { expect: 303 })
      samples.push({ name: 'return', ms: performance.now() - returned_ms })
      view = await page.whole()
    } else if (view.step === 'next') {
      view = await page.send('next', { pageToken: view.pageToken, no: view.list?.nextNo ?? 0 })
    } else {
      await delay(POLL_MS)
      view = await page.poll('poll')
    }
  }
  if (decided !== (shape.way === 'together' ? 1 : shape.size)) throw new Error(`decided ${decided} times at the bank`)
  await untilSettled(clients.api, payment_id, status_headers, shape.size, samples)
  samples.push({ name: 'settle and spread', ms: performance.now() - returned_ms })
  return { payment_id, items: shape.size, samples }
}

async function initiate(api: Pool, partner: Partner, who: Person, { size }: Shape, samples: Sample[]) {
  const token = await call(api, '/gateway/authenticate/rest/api/token', {
    method: 'POST',
    headers: FORM,
    body: `client_id=${partner.client_id}`,
    expect: 200,
  })
  const { result } = JSON.parse(token.text) as { result: { access_token: string; paymentId: number } }
  const payments = Array.from({ length: size }, (_, n) => ({
    creditorName: `Furnizorul Bench ${n + 1} SRL`,
    creditorIban: 'RO49AAAA1B31007593840000',
    amount: (1_000 + n) / 100,
    details: `Factura ${result.paymentId} nr. ${n + 1} din octombrie`,
    psuIntermediarId: `furnizor-${n + 1}`,
  }))
  const status_headers = { authorization: `Bearer ${result.access_token}` }
  const body = JSON.stringify({ debtorIban: who.iban, redirectURL: partner.redirect_url, payments })
  const begun = performance.now()
  const { text } = await call(api, `/gateway/core/rest/api/initPayment/${result.paymentId}`, {
    method: 'POST',
    headers: { ...JSON_BODY, ...status_headers },
    body,
    expect: 200,
  })
  samples.push({ name: 'initPayment', ms: performance.now() - begun, bytes: text.length })
  const { redirectUri: page_url } = JSON.parse(text) as { redirectUri: string }
  return { payment_id: result.paymentId, page_url, status_headers }
}

/** The hosted page's calls, as the page makes them: all of the list once, then how it stands. */
function openPage(pool: Pool, payment_id: number, state: string, samples: Sample[]) {
  const path = `/checkout/api/payments/${payment_id}`
  const headers = { 'payment-state': state, 'accept-encoding': 'gzip, deflate, br' }
  const timed = async (name: string, at: string, body?: unknown): Promise<View> => {
    const begun = performance.now()
    const answer = await pool.request({
      path: at,
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? headers : { ...headers, ...JSON_BODY },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const sent = Buffer.from(await answer.body.arrayBuffer())
    samples.push({ name, ms: performance.now() - begun, bytes: sent.length })
    if (answer.statusCode !== 200) throw new Error(`${name}: ${answer.statusCode}`)
    const coding = answer.headers['content-encoding']
    const text = coding === 'br' ? brotliDecompressSync(sent) : coding === 'gzip' ? gunzipSync(sent) : sent
    return JSON.parse(text.toString()) as View
  }
  return {
    whole: () => timed('page view', path),
    poll: (name: string) => timed(name, `${path}?part=progress`),
    send: (what: 'submit' | 'next', body: unknown) => timed(what, `${path}/${what}?part=progress`, body),
  }
}

async function untilSettled(
  api: Pool,
  payment_id: number,
  headers: Record<string, string>,
  size: number,
  samples: Sample[],
): Promise<void> {
  const end = performance.now() + PAID_TIMEOUT_MS
  while (performance.now() < end) {
    const begun = performance.now()
    const path = `/gateway/core/rest/api/status/${payment_id}`
    const { text } = await call(api, path, { headers, expect: 200 })
    samples.push({ name: 'status call', ms: performance.now() - begun, bytes: text.length })
    const { messageStatus, result } = JSON.parse(text) as {
      messageStatus: string
      result: { payments: readonly { paymentStatus: string }[] }
    }
    const paid = result.payments.filter(({ paymentStatus }) => paymentStatus === 'ACSC').length
    if (messageStatus === 'SUCCESS' && paid === size) return
    await delay(50)
  }
  throw new Error('not settled in time')
}

/** Debits in the banks' own ledgers, by the payment that the end-to-end reference names. */
export async function debitsOf(
  banks: readonly Pick<Person, 'bank_url'>[],
  payment_ids: ReadonlySet<string>,
): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>()
  for (const { bank_url } of banks) {
    const ledger = (await (await fetch(`${bank_url}/sandbox/ledger`)).json()) as {
      debits: { end_to_end_id: string; amount_minor: number }[]
    }
    for (const { end_to_end_id, amount_minor } of ledger.debits) {
      const payment_id = end_to_end_id.split('-')[1] ?? ''
      if (payment_ids.has(payment_id)) found.set(payment_id, [...(found.get(payment_id) ?? []), amount_minor])
    }
  }
  return found
}
