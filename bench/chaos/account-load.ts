/**
 * Partners and payers of the account rail as they are when things fail: who gets no answer asks again, who lost the way
 * reloads the page, some refuse, some go away in the middle. What each was told is kept, to be held against the books.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, type Dispatcher, request } from 'undici'
import type { Ready } from '../world.ts'
import { type Decision, decideAtBank, decideOnPhone, type Person } from './bank-pages.ts'
import { drawFrom } from './plan.ts'

const CONNECT_TIMEOUT_MS = 2_000
const ANSWER_TIMEOUT_MS = 20_000
const PATIENCE_MS = 90_000
const AGAIN_MS = 400
/** Who came back from the bank and sees no outcome tries the bank once more. */
const LOST_MS = 10_000
/** Who takes his time at an OAuth bank. */
const LATE_MS = 15_000
const MAX_SUBMITS = 4

export type PartnerApi = {
  readonly client_id: string
  readonly redirect_url: string
  readonly url: string
  readonly dispatcher: Dispatcher
}

/** What a payer means to do: pay, refuse at the bank, go away before the form or from the bank's page after approving. */
type Intent = 'pay' | 'refuse' | 'leave' | 'never_return'
const INTENTS: readonly (readonly [Intent, number])[] = [
  ['pay', 84],
  ['refuse', 6],
  ['leave', 4],
  ['never_return', 6],
]
/** Of a hundred payers, those without the money; of a hundred payments, those of several creditors. */
const BROKE = 6
const LISTS = 10
const LIST_ITEMS = 3

export type AccountLoad = {
  /** Payments that a partner got a page for. */
  readonly begun: Set<number>
  /** Payments of which a payer was shown that they are paid. */
  readonly seen_paid: Set<number>
  /** How payments ended for their payers. */
  readonly ended: Map<string, number>
  /** Calls that were not answered, or with "not now". */
  broken: number
  /** Finishes what is under way; then whoever gave up finds the page again, and all of it working. */
  stop(): Promise<void>
}

type World = {
  readonly load: AccountLoad
  readonly partners: readonly PartnerApi[]
  readonly people: readonly Person[]
  readonly broke: readonly Person[]
  readonly page: Dispatcher
  readonly checkout_url: string
  readonly given_up: Visit[]
  /** Whether every call that changes something is made twice at once. */
  readonly duplicates: () => boolean
}

/** The partners of a world that need not sign what they send. */
export function partnerApis(ready: Ready, connections: number): PartnerApi[] {
  const ca = readFileSync(ready.ca)
  return ready.partners
    .filter(({ signs_requests }) => !signs_requests)
    .map(({ client_id, redirect_url, certificate, private_key }) => ({
      client_id,
      redirect_url,
      url: ready.partner_api.url,
      dispatcher: new Agent({
        connections,
        connect: { ca, cert: readFileSync(certificate), key: readFileSync(private_key), timeout: CONNECT_TIMEOUT_MS },
      }),
    }))
}

export function startAccountLoad(
  ready: Ready,
  options: { readonly lanes: number; readonly seed: number; readonly pause_ms: number; duplicates(): boolean },
): AccountLoad {
  const { lanes, seed, pause_ms, duplicates } = options
  const page = new Agent({ connections: lanes * 2, connect: { timeout: CONNECT_TIMEOUT_MS } })
  const partners = partnerApis(ready, lanes * 2)
  let running = true
  const load: AccountLoad = {
    begun: new Set(),
    seen_paid: new Set(),
    ended: new Map(),
    broken: 0,
    async stop() {
      running = false
      await ended
      const again = async () => {
        for (let visit = world.given_up.pop(); visit !== undefined; visit = world.given_up.pop()) {
          count(`came back: ${await visitPage(world, visit).catch(problem)}`)
        }
      }
      await Promise.all(Array.from({ length: lanes }, again))
      for (const { dispatcher } of [...partners, { dispatcher: page }]) await dispatcher.destroy()
    },
  }
  const count = (how: string) => void load.ended.set(how, (load.ended.get(how) ?? 0) + 1)
  const world: World = {
    load,
    partners,
    page,
    checkout_url: ready.checkout.url,
    given_up: [],
    duplicates,
    people: peopleOf(ready, ({ login }) => login === 'load'),
    broke: peopleOf(ready, ({ character }) => character === 'broke'),
  }
  const lane = async (no: number) => {
    const draw = drawFrom(seed * 1_000 + no)
    while (running) {
      const who = draw.of(draw.share() * 100 < BROKE ? world.broke : world.people)
      const purchase: Purchase = {
        partner: draw.of(partners),
        who,
        intent: draw.weighted(INTENTS),
        amount_minor: draw.between(1_000, 50_000),
        items: draw.share() * 100 < LISTS ? LIST_ITEMS : 1,
      }
      count(await payOnce(world, purchase).catch(problem))
      await delay(draw.between(0, 2 * pause_ms))
    }
  }
  const ended = Promise.all(Array.from({ length: lanes }, (_, no) => lane(no)))
  return load
}

const problem = (error: unknown): string => `problem: ${error instanceof Error ? error.message : String(error)}`

type WorldPerson = Ready['banks'][number]['people'][number]

function peopleOf(ready: Ready, wanted: (person: WorldPerson) => boolean): Person[] {
  return ready.banks.flatMap(({ id, url, sca, people }) =>
    people
      .filter(wanted)
      .map(({ login, password, iban }) => ({ bank_id: id, bank_url: url, sca, login, password, iban })),
  )
}

type Reply = { readonly status: number; readonly text: string }
type Call = { readonly method?: 'GET' | 'POST'; readonly headers?: Record<string, string>; readonly body?: string }

/** One call, or two at once of which one answer counts. @returns undefined where there is none, or "not now" */
async function tried(world: World, dispatcher: Dispatcher, url: string, call: Call): Promise<Reply | undefined> {
  const { method = 'GET', headers = {}, body = null } = call
  const once = async (): Promise<Reply> => {
    const times = { headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS }
    const answer = await request(url, { dispatcher, method, headers, body, ...times })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  const calls = Array.from({ length: method === 'POST' && world.duplicates() ? 2 : 1 }, once)
  for (const answer of await Promise.allSettled(calls)) {
    if (answer.status === 'fulfilled' && answer.value.status < 500 && answer.value.status !== 429) return answer.value
  }
  world.load.broken += 1
  return undefined
}

/** Until an answer comes that is no fault of the server. */
async function insist(world: World, dispatcher: Dispatcher, url: string, call: Call): Promise<Reply> {
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    const reply = await tried(world, dispatcher, url, call)
    if (reply !== undefined) return reply
    await delay(AGAIN_MS)
  }
  throw new Error(`no answer from ${new URL(url).pathname.replace(/\d{6,}/, '…')}`)
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_BODY = { 'content-type': 'application/json' }

/**
 * Token and initPayment.
 * @param items how many payments in one, of this amount together; 1: no list
 */
export function initiationCalls(partner: PartnerApi, iban: string | undefined, amount_minor: number, items = 1) {
  return {
    token: {
      url: `${partner.url}/gateway/authenticate/rest/api/token`,
      call: { method: 'POST', headers: FORM, body: `client_id=${partner.client_id}` } satisfies Call,
    },
    initiate: (token_text: string) => {
      const { result } = JSON.parse(token_text) as { result: { access_token: string; paymentId: number } }
      const transfer = (minor: number, no: number) => ({
        creditorName: 'Florăria Haos',
        creditorIban: 'RO49AAAA1B31007593840000',
        amount: minor / 100,
        details: `Comanda ${result.paymentId} ${no}`,
        psuIntermediarId: `payer-${result.paymentId % 1000}`,
      })
      const each = Math.floor(amount_minor / items)
      const payments = Array.from({ length: items }, (_, n) => transfer(each, n + 1))
      const terms = {
        ...(items === 1 ? transfer(amount_minor, 1) : { payments }),
        redirectURL: partner.redirect_url,
        ...(iban !== undefined && { debtorIban: iban }),
      }
      const headers = { ...JSON_BODY, authorization: `Bearer ${result.access_token}` }
      return {
        payment_id: result.paymentId,
        url: `${partner.url}/gateway/core/rest/api/initPayment/${result.paymentId}`,
        call: { method: 'POST', headers, body: JSON.stringify(terms) } satisfies Call,
      }
    },
  }
}

const GAVE_UP = 'gave up'
/** A payer at the page of one payment. */
type Visit = {
  /** ids: its own, and those of a list's payments. */
  readonly page: { readonly payment_id: number; readonly ids: readonly number[]; readonly state: string }
  readonly who: Person
  readonly intent: Intent
}

type Purchase = {
  readonly partner: PartnerApi
  readonly who: Person
  readonly intent: Intent
  readonly amount_minor: number
  readonly items: number
}

async function payOnce(world: World, { partner, who, intent, amount_minor, items }: Purchase): Promise<string> {
  const { token, initiate } = initiationCalls(partner, who.iban, amount_minor, items)
  const issued = expected(await insist(world, partner.dispatcher, token.url, token.call), 'token')
  const { payment_id, url, call } = initiate(issued)
  const initiated = expected(await insist(world, partner.dispatcher, url, call), 'initPayment')
  world.load.begun.add(payment_id)
  if (intent === 'leave') return 'left'
  const { redirectUri, payments = [] } = JSON.parse(initiated) as {
    redirectUri: string
    payments?: readonly { paymentId: number }[]
  }
  const state = new URL(redirectUri).searchParams.get('state') ?? ''
  const ids = [payment_id, ...payments.map(({ paymentId }) => paymentId)]
  const visit = { page: { payment_id, ids, state }, who, intent }
  const how = await visitPage(world, visit)
  if (how.startsWith(GAVE_UP)) world.given_up.push(visit)
  return how
}

async function visitPage(world: World, { page, who, intent }: Visit): Promise<string> {
  const how = await payAtPage(world, page, who, intent)
  if (how === 'paid') world.load.seen_paid.add(page.payment_id)
  return how
}

function expected({ status, text }: Reply, what: string): string {
  if (status === 200) return text
  throw new Error(`${what} answered ${status} ${/"code":"?(\w+)/i.exec(text)?.[1] ?? ''}`)
}

type View = {
  readonly step: string
  readonly pageToken: string
  readonly redirectUrl?: string
  readonly list?: { readonly nextNo?: number }
  readonly outcome?: { readonly kind: string; readonly reason?: string }
}

/** Looks at the page and does what it says, until it shows an outcome or the payer has had enough. */
async function payAtPage(world: World, page: Visit['page'], who: Person, intent: Intent): Promise<string> {
  const { payment_id } = page
  const view_url = `${world.checkout_url}/checkout/api/payments/${payment_id}`
  const headers = { 'payment-state': page.state }
  const decision: Decision = intent === 'refuse' ? 'refuse' : 'approve'
  const been = { at: '', ms: 0, submits: 0, step: 'no page' }
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    const reply = await tried(world, world.page, view_url, { headers })
    if (reply !== undefined) {
      const view = JSON.parse(expected(reply, 'the page')) as View
      const { step, redirectUrl, outcome } = view
      been.step = step
      if (outcome !== undefined && outcome.kind !== 'authorised') return outcome.kind
      const is_due = (place: string) => been.at !== place || performance.now() - been.ms > LOST_MS
      if (step === 'form') {
        if (been.submits === MAX_SUBMITS) return `refused by ${who.bank_id}`
        been.submits += 1
        await submit(world, { view_url, headers, page_token: view.pageToken }, who)
      } else if (step === 'authorise' && redirectUrl !== undefined && is_due(redirectUrl)) {
        Object.assign(been, { at: redirectUrl, ms: performance.now() })
        const home = await decideAtBank(world.page, redirectUrl, who, decision).catch(() => undefined)
        // At a bank with OAuth nobody but the browser brings the code by which the bank can be asked.
        if (home !== undefined && intent === 'never_return' && who.sca !== 'oauth') return 'did not return'
        if (home !== undefined && intent === 'never_return') await delay(LATE_MS)
        // A browser shows that nobody answered, and its user reloads.
        if (home !== undefined) await insist(world, world.page, home, {})
      } else if (step === 'next') {
        const body = JSON.stringify({ pageToken: view.pageToken, no: view.list?.nextNo ?? 0 })
        await tried(world, world.page, `${view_url}/next`, {
          method: 'POST',
          headers: { ...headers, ...JSON_BODY },
          body,
        })
      } else if (step === 'waiting' && who.sca === 'decoupled' && is_due('phone')) {
        Object.assign(been, { at: 'phone', ms: performance.now() })
        await decideOnPhone(world.page, who, page.ids, decision).catch(() => undefined)
      }
    }
    await delay(AGAIN_MS)
  }
  return `${GAVE_UP} at ${who.bank_id} (${been.step})`
}

async function submit(
  world: World,
  page: { readonly view_url: string; readonly headers: Record<string, string>; readonly page_token: string },
  who: Person,
): Promise<void> {
  const body = JSON.stringify({
    pageToken: page.page_token,
    bankId: who.bank_id,
    debtorIban: who.iban,
    email: 'haos@example.ro',
    termsAccepted: true,
    language: 'ro',
    ...(who.sca === 'decoupled' && { userCode: who.login }),
  })
  const headers = { ...page.headers, ...JSON_BODY }
  // Whatever it says, the page shows how it stands: a bank that is greyed out, a refusal, or the way to the bank.
  await tried(world, world.page, `${page.view_url}/submit`, { method: 'POST', headers, body })
}
