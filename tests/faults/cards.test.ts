/**
 * The card rail when everything around it fails: an acquirer that loses, swallows and garbles messages, kill -9 of the
 * server, of PostgreSQL and of the acquirer under load, a server that stands still while another sweeps. Afterwards all
 * settles by itself, and the books agree: no money lost, none doubled.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  authoriseAndCapture,
  authoriseAndVoid,
  CHAINS,
  type Merchant,
  newLoad,
  payAndRefund,
  runLoad,
  subscribe,
} from '../../bench/chaos/card-load.ts'
import { isAlive, pidsOf } from '../../bench/chaos/victims.ts'
import { type Gateway, gatewayAt } from '../cards/gateway.ts'
import { bootCards, type Cards, usedNumbers } from '../cards/world.ts'
import { fetchJson } from '../world/parties.ts'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { freePortBase, ROOT, until } from '../world/world.ts'
import { assertBooksAgree, untilSettled } from './card-books.ts'
import { merchantOf } from './card-load.ts'
import { assertProved } from './proved.ts'

type Fault = { readonly match: string; readonly times: number; readonly action: string }

const CONNECTIONS = 64
const load = newLoad()
let cards: Cards
let gateway: Gateway
let merchants: readonly Merchant[]

before(async () => {
  cards = await bootCards({ settle_ms: 0 })
  const { facts } = cards.world
  gateway = gatewayAt(facts.card_api.url, readFileSync(facts.ca), CONNECTIONS)
  merchants = [
    merchantOf(load, gateway, 'REST', cards.shop),
    merchantOf(load, gateway, 'NVP', cards.shop),
    merchantOf(load, gateway, 'REST', cards.other),
  ]
  // Added a moment ago by command: the server reads of it within two seconds.
  const asked = () => gateway.ask('REST', cards.other, 'RETRIEVE_ORDER', { 'order.id': 'NIMIC' })
  await until('the third merchant', async () => (await asked()).status !== 401)
})
after(async () => {
  gateway?.close()
  await cards?.close()
})

const faultsUrl = () => `${cards.world.facts.acquirer.url}/admin/faults`
const pendingFaults = async () => (await fetchJson<{ next: Fault[] }>(faultsUrl())).next

async function setFaults(...next: readonly Fault[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await fetchJson(faultsUrl(), { method: 'POST', headers, body: JSON.stringify({ next }) })
}

const OPERATIONS = ['purchase', 'authorization', 'capture', 'refund', 'void', 'adjustment']
const CHARGE_FAULTS = ['silent', 'lost', 'drop_before', 'drop_after_booking', 'garbage', 'status:500', 'slow:6000']
const FOLLOW_ON_FAULTS = ['silent', 'lost', 'drop_after_booking', 'garbage', 'status:500']
const faultsOf = (match: string): readonly Fault[] => {
  const is_charge = match === 'purchase' || match === 'authorization'
  return (is_charge ? CHARGE_FAULTS : FOLLOW_ON_FAULTS).map((action) => ({ match, times: 1, action }))
}
/** Booked charges that no question is answered about, until they are reversed, and that not at once either. */
const NO_HELP: readonly Fault[] = [
  { match: 'purchase', times: 2, action: 'silent' },
  { match: 'authorization', times: 2, action: 'silent' },
  { match: 'inquiry', times: 1, action: 'silent' },
  { match: 'inquiry', times: 3, action: 'garbage' },
  { match: 'inquiry', times: 100, action: 'status:500' },
  { match: 'reversal', times: 1, action: 'drop_after_booking' },
  { match: 'reversal', times: 1, action: 'status:500' },
]

/** Charges of these amounts, all of `unanswered()`. */
const UNANSWERED = 11
async function sentWhileAgo(): Promise<number> {
  const [row] = await cards.parties.query<{ n: number }>(
    `select count(*)::integer as n from card_transactions
     where amount_minor in (1006800, 1009100, 1009900, 8000) and type in ('PAYMENT', 'AUTHORIZATION')
       and submitted_at < now() - interval '2 seconds'`,
  )
  return row?.n ?? 0
}

/** Cards and amounts that the acquirer does not answer, with what became of them there. */
async function unanswered(): Promise<void> {
  const [rest, nvp, other] = merchants as [Merchant, Merchant, Merchant]
  const outcomes: readonly (readonly [string, Promise<string | undefined>, string])[] = [
    ['10068: booked, answered too late', payAndRefund(rest, '10068.00'), 'SUCCESS'],
    ['10068, held', authoriseAndCapture(nvp, '10068.00'), 'SUCCESS'],
    ['10068, by the merchant', subscribe(other, '10068.00', 1), 'SUCCESS'],
    ['10091: never booked', payAndRefund(nvp, '10091.00'), 'FAILURE'],
    ['10091, held', authoriseAndVoid(other, '10091.00'), 'FAILURE'],
    ['10091, by the merchant', subscribe(rest, '10091.00', 1), 'FAILURE'],
    ['10099: booked, cut off', payAndRefund(other, '10099.00'), 'SUCCESS'],
    ['10099, by the merchant', subscribe(nvp, '10099.00', 1), 'SUCCESS'],
    ['08/28: booked, never answered', payAndRefund(rest, '80.00', { month: 8, year: 28 }), 'SUCCESS'],
    ['08/28, held', authoriseAndCapture(rest, '80.00', { month: 8, year: 28 }), 'SUCCESS'],
    ['05/37: an answer nobody knows', payAndRefund(nvp, '80.00', { month: 5, year: 37 }), 'FAILURE'],
  ]
  const told = await Promise.all(outcomes.map(async ([what, outcome]) => [what, await outcome]))
  assert.deepEqual(
    told,
    outcomes.map(([what, , expected]) => [what, expected]),
  )
}

test('an acquirer that fails in every way: all settles to the truth', async () => {
  const special = unanswered()
  special.catch(() => {})
  // Each of them has left a while ago for where it will not be answered: faults are for others.
  await until('the unanswered ones', async () => (await sentWhileAgo()) >= UNANSWERED)
  await setFaults(...OPERATIONS.flatMap(faultsOf))
  const chains = Array.from({ length: 8 }, (_, n) =>
    CHAINS.map((chain, m) => chain(merchants[(n + m) % merchants.length] as Merchant)),
  ).flat()
  const all = Promise.all(chains)
  all.catch(() => {})
  await special
  await setFaults(...(await pendingFaults()), ...NO_HELP)
  const [rest, nvp, other] = merchants as [Merchant, Merchant, Merchant]
  await Promise.all([payAndRefund(rest), subscribe(nvp), authoriseAndCapture(nvp), authoriseAndVoid(other)])
  await setFaults(...(await pendingFaults()).filter(({ match }) => match !== 'inquiry'))
  await all
  await untilSettled(cards)
  const left = (await pendingFaults()).map(({ match }) => match)
  assert.deepEqual(
    left.filter((match) => OPERATIONS.includes(match)),
    [],
    'every fault was met',
  )
  await setFaults()
  const { reversed } = await assertBooksAgree(cards, load)
  assert.ok(reversed > 0, 'what was booked was taken back')
})

const serverIsReady = async () =>
  (await fetch(`${cards.world.facts.ops.url}/ready`).catch(() => undefined))?.ok === true

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await until('the end of a process', () => !isAlive(pid))
}

/** The process of that name; of the database, its head. */
function processOf(target: 'server' | 'postgres' | 'acquirer'): number {
  const [pid] = pidsOf(cards.world.facts, target, 0)
  assert.ok(pid !== undefined, `there is one ${target}`)
  return pid
}
const untilUp = () =>
  until('server, database and acquirer', async () => {
    const booked = await fetch(`${faultsUrl()}`).catch(() => undefined)
    return booked?.ok === true && (await serverIsReady())
  })

test('kill -9 of server, PostgreSQL and acquirer under load: nothing is lost, nothing done twice', async () => {
  const running = runLoad(merchants, 16)
  try {
    for (const victim of ['server', 'postgres'] as const) {
      await delay(800)
      await kill(processOf(victim))
      await untilUp()
    }
    await setFaults({ match: 'any', times: 1, action: 'unreachable:2000' })
    await delay(800)
    await kill(processOf('server'))
    await untilUp()
    await delay(800)
    await Promise.all((['server', 'postgres', 'acquirer'] as const).map(processOf).map(kill))
    await untilUp()
    await delay(500)
  } finally {
    await running.stop()
  }
  await untilSettled(cards)
  assert.ok(load.broken > 0 && load.busy > 0, JSON.stringify({ broken: load.broken, busy: load.busy }))
  await assertBooksAgree(cards, load)
})

/** A second `punte start` on the same database, with its own ports. */
async function startSecond(): Promise<ChildProcess> {
  const base = await freePortBase()
  const { PATH = '', HOME = '' } = process.env
  const env = {
    PATH,
    HOME,
    PUNTE_CONFIG_FILE: cards.world.facts.configuration_file,
    PUNTE_OPS_PORT: String(base),
  }
  const second = spawn(`${ROOT}punte`, ['start', '--only', 'ops,worker'], { env, stdio: 'ignore' })
  const isReady = async () => (await fetch(`http://127.0.0.1:${base}/ready`).catch(() => undefined))?.ok === true
  await until('the second process', isReady).catch((error: unknown) => {
    second.kill('SIGTERM')
    throw error
  })
  return second
}

async function underWay(): Promise<number> {
  const [row] = await cards.parties.query<{ n: number }>(
    `select count(*)::integer as n from card_transactions where state <> 'done'`,
  )
  return row?.n ?? 0
}

test('a server that stands still while another sweeps: each outcome is written once', async () => {
  const first = processOf('server')
  const second = await startSecond()
  try {
    // Two seconds each, so that many are under way when the server stops.
    await setFaults(
      ...['purchase', 'authorization', 'capture', 'refund'].map((match) => ({ match, times: 40, action: 'slow:2000' })),
    )
    const running = runLoad(merchants, 16)
    try {
      await until('many under way', async () => (await underWay()) >= 8)
      process.kill(first, 'SIGSTOP')
      const stopped_at = new Date()
      await setFaults()
      await untilSettled(cards)
      const [swept] = await cards.parties.query<{ n: number }>(
        `select count(*)::integer as n from card_events where cause = 'sweep' and at > $1`,
        [stopped_at],
      )
      assert.ok((swept?.n ?? 0) > 4, `${swept?.n} were settled by the second server`)
      process.kill(first, 'SIGCONT')
      await delay(500)
    } finally {
      process.kill(first, 'SIGCONT')
      await running.stop()
    }
    await untilSettled(cards)
    await assertBooksAgree(cards, load)
  } finally {
    second.kill('SIGTERM')
  }
  const [code] = (await once(second, 'exit')) as [number | null]
  assert.equal(code, 0)
})

test('the proof finds the same', () => assertProved(cards.world))

test('no card number or password of it can be read in the database, its files or the logs', async () => {
  const { world, parties, shop, other } = cards
  await assertNoSecretsReadable(world, parties, {
    'a card number': usedNumbers,
    'an API password': [shop.password, other.password],
  })
})
