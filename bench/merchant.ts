/** A merchant's software over the card API: the calls that `bench card` repeats. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import type { Ready } from './world.ts'

export type MerchantClient = {
  readonly merchant_id: string
  call(method: 'POST' | 'PUT', path: string, body: object): Promise<Answer>
  close(): Promise<void>
}
export type Answer = {
  readonly result?: string
  readonly token?: string
  readonly order?: { readonly status?: string }
  readonly response?: { readonly gatewayCode?: string }
}
/** A stored credential with its series. */
export type Series = { readonly token: string; readonly agreement_id: string }

export function openMerchant(ready: Ready, connections: number): MerchantClient {
  const merchant = ready.card_api.merchants.find(({ tokenization }) => tokenization)
  if (merchant === undefined) throw new Error('the world has no merchant with tokenization')
  const pool = new Pool(ready.card_api.url, { connections, connect: { ca: readFileSync(ready.ca) } })
  const base = `/api/rest/version/100/merchant/${merchant.id}`
  const headers = {
    authorization: `Basic ${Buffer.from(`merchant.${merchant.id}:${merchant.password}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  return {
    merchant_id: merchant.id,
    call: async (method, path, fields) => {
      const { statusCode, body } = await pool.request({
        path: `${base}${path}`,
        method,
        headers,
        body: JSON.stringify(fields),
      })
      const text = await body.text()
      if (statusCode !== 200 && statusCode !== 201)
        throw new Error(`${method} ${path.split('/')[1]}: ${statusCode} ${text.slice(0, 200)}`)
      return JSON.parse(text) as Answer
    },
    close: () => pool.close(),
  }
}

const run = randomBytes(4).toString('hex')
let made = 0
const nextId = (kind: string): string => {
  made += 1
  return `${kind}-${run}-${made}`
}

/** A card number of the sandbox's Mastercard range, each its own, with its check digit. */
export function cardNumber(n: number): string {
  const digits = `512345${String(n).padStart(9, '0')}`
  let sum = 0
  for (const [at, digit] of [...digits].reverse().entries()) {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1)
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** A card in the vault, and its payer's consent: the first payment of a RECURRING series. */
export async function openSeries(merchant: MerchantClient, n: number): Promise<Series> {
  const card = { number: cardNumber(n), expiry: { month: '1', year: '39' } }
  const { token } = await merchant.call('POST', '/token', { sourceOfFunds: { type: 'CARD', provided: { card } } })
  if (token === undefined) throw new Error('no token')
  const agreement_id = nextId('series')
  await paid(
    merchant.call('PUT', `/order/${nextId('first')}/transaction/1`, {
      apiOperation: 'PAY',
      order: { amount: '10.00', currency: 'RON' },
      sourceOfFunds: { type: 'CARD', token, provided: { card: { storedOnFile: 'TO_BE_STORED' } } },
      transaction: { source: 'INTERNET' },
      agreement: { id: agreement_id, type: 'RECURRING' },
    }),
    'CAPTURED',
  )
  return { token, agreement_id }
}

/** A merchant-initiated PAY of the series. */
export async function payNext(merchant: MerchantClient, { token, agreement_id }: Series): Promise<void> {
  await paid(
    merchant.call('PUT', `/order/${nextId('next')}/transaction/1`, {
      apiOperation: 'PAY',
      order: { amount: '10.00', currency: 'RON', reference: 'bench' },
      sourceOfFunds: { type: 'CARD', token, provided: { card: { storedOnFile: 'STORED' } } },
      transaction: { source: 'MERCHANT' },
      agreement: { id: agreement_id },
    }),
    'CAPTURED',
  )
}

/** AUTHORIZE with a stored card, the payer present, then CAPTURE of all of it. */
export async function authorizeAndCapture(merchant: MerchantClient, { token }: Series): Promise<void> {
  const order = `/order/${nextId('authorized')}/transaction`
  await paid(
    merchant.call('PUT', `${order}/1`, {
      apiOperation: 'AUTHORIZE',
      order: { amount: '10.00', currency: 'RON' },
      sourceOfFunds: { token },
      transaction: { source: 'INTERNET' },
    }),
    'AUTHORIZED',
  )
  await paid(
    merchant.call('PUT', `${order}/2`, {
      apiOperation: 'CAPTURE',
      transaction: { amount: '10.00', currency: 'RON' },
    }),
    'CAPTURED',
  )
}

async function paid(answer: Promise<Answer>, status: string): Promise<void> {
  const { result, order, response } = await answer
  if (result !== 'SUCCESS' || order?.status !== status)
    throw new Error(`answered ${result} ${response?.gatewayCode} ${order?.status}`)
}
