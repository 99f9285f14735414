/** From a kill of server or database to the first call of payment that is answered again, on either rail. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, type Dispatcher, request } from 'undici'
import type { Ready } from '../world.ts'
import { initiationCalls, type PartnerApi, partnerApis } from './account-load.ts'
import { send } from './card-api.ts'
import { newCardNumber } from './card-load.ts'
import type { Target } from './plan.ts'

const TIMEOUT_MS = 2_000
const EVERY_MS = 25
/** What takes longer is told as this. */
export const GIVEN_UP_MS = 60_000

export type Recovery = { readonly target: Target; readonly rail: 'account' | 'card'; readonly ms: number }

export type Probe = {
  /** Begins to ask, now. */
  measure(target: Target): void
  /** Once every measurement is done. */
  results(): Promise<readonly Recovery[]>
}

export function createProbe(ready: Ready, card: boolean): Probe {
  const measured: Promise<Recovery>[] = []
  const [partner] = partnerApis(ready, 1)
  if (partner === undefined) throw new Error('the world has no partner')
  const tls = { cert: readFileSync(certificateOf(ready, partner)), key: readFileSync(keyOf(ready, partner)) }
  const ca = readFileSync(ready.ca)
  const rails = { account: () => accountCall(partner, { ...tls, ca }), card: () => cardCall(ready, ca) } as const
  let order_no = 0

  async function cardCall(world: Ready, authority: Buffer): Promise<boolean> {
    const [merchant] = world.card_api.merchants
    if (merchant === undefined) throw new Error('the world has no merchant')
    order_no += 1
    const fields = {
      'order.id': `probe-${process.pid}-${order_no}`,
      'transaction.id': '1',
      'order.amount': '1.00',
      'order.currency': 'RON',
      'transaction.source': 'INTERNET',
      'sourceOfFunds.type': 'CARD',
      'sourceOfFunds.provided.card.number': newCardNumber(),
      'sourceOfFunds.provided.card.expiry.month': '1',
      'sourceOfFunds.provided.card.expiry.year': '39',
    }
    // The outcome may be PENDING: what the acquirer is doing meanwhile is not measured here.
    return await withAgent({ ca: authority }, async (dispatcher) => {
      const { status } = await send(world.card_api.url, dispatcher, merchant, 'PAY', fields, 2 * TIMEOUT_MS)
      return status < 300
    })
  }

  async function untilAnswered(target: Target, rail: Recovery['rail']): Promise<Recovery> {
    const begun = performance.now()
    const elapsed = () => performance.now() - begun
    while (elapsed() < GIVEN_UP_MS) {
      if (await rails[rail]().catch(() => false)) return { target, rail, ms: elapsed() }
      await delay(EVERY_MS)
    }
    return { target, rail, ms: GIVEN_UP_MS }
  }

  return {
    measure(target) {
      measured.push(untilAnswered(target, 'account'))
      if (card) measured.push(untilAnswered(target, 'card'))
    },
    async results() {
      const all = await Promise.all(measured)
      await partner.dispatcher.destroy()
      return all
    },
  }
}

const credentialsOf = (ready: Ready, { client_id }: PartnerApi) => {
  const found = ready.partners.find((one) => one.client_id === client_id)
  if (found === undefined) throw new Error('the world has no such partner')
  return found
}
const certificateOf = (ready: Ready, partner: PartnerApi): string => credentialsOf(ready, partner).certificate
const keyOf = (ready: Ready, partner: PartnerApi): string => credentialsOf(ready, partner).private_key

type Tls = { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer }

/** A connection of its own each time, as a partner makes who has lost his. */
async function withAgent(connect: Tls, use: (dispatcher: Dispatcher) => Promise<boolean>): Promise<boolean> {
  const agent = new Agent({ connect: { ...connect, timeout: TIMEOUT_MS } })
  try {
    return await use(agent)
  } finally {
    await agent.destroy()
  }
}

function accountCall(partner: PartnerApi, tls: Tls): Promise<boolean> {
  return withAgent(tls, async (dispatcher) => {
    const times = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }
    const { token, initiate } = initiationCalls(partner, undefined, 100)
    const issued = await request(token.url, { dispatcher, ...token.call, ...times })
    const text = await issued.body.text()
    if (issued.statusCode !== 200) return false
    const { url, call } = initiate(text)
    const initiated = await request(url, { dispatcher, ...call, ...times })
    await initiated.body.text()
    return initiated.statusCode === 200
  })
}
