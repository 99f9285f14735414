/** What the process counts about itself; `http/ops` serves it. Labels hold routes and codes, never ids of payers or payments. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export const metrics = new Registry()

const http_seconds = new Histogram({
  name: 'punte_http_request_seconds',
  help: 'Time from the request line to the end of the answer.',
  labelNames: ['surface', 'method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [metrics],
})

const refusals = new Counter({
  name: 'punte_refusals_total',
  help: 'Requests refused, by surface and error code.',
  labelNames: ['surface', 'code'],
  registers: [metrics],
})

const payment_statuses = new Counter({
  name: 'punte_payment_status_total',
  help: 'Payments that reached a status, as seen by this process.',
  labelNames: ['status'],
  registers: [metrics],
})

const card_outcomes = new Counter({
  name: 'punte_card_transactions_total',
  help: 'Card transactions by how they ended, or did not (UNKNOWN), as seen by this process.',
  labelNames: ['type', 'result', 'gateway_code'],
  registers: [metrics],
})

type BreakerSeen = { readonly bank: string; readonly state: 'closed' | 'half_open' | 'open' }
const HEALTH = { closed: 1, half_open: 0.5, open: 0 } as const
let readBankHealth: () => readonly BreakerSeen[] = () => []

new Gauge({
  name: 'punte_bank_health',
  help: 'Whether this process sends payers to a bank: 1 yes, 0.5 the next one is a probe, 0 no, it does not answer.',
  labelNames: ['bank'],
  registers: [metrics],
  // Read when asked for: a bank's rest ends by time alone, without a call.
  collect() {
    for (const { bank, state } of readBankHealth()) this.set({ bank }, HEALTH[state])
  },
})

/** Whose health is told from now on. */
export function showBankHealth(read: () => readonly BreakerSeen[]): void {
  readBankHealth = read
}

let readUnverified: () => readonly { readonly bank: string; readonly facts: number }[] = () => []

new Gauge({
  name: 'punte_bank_unverified',
  help: 'Facts of a bank profile that nobody has established: `punte bank show` names them.',
  labelNames: ['bank'],
  registers: [metrics],
  collect() {
    for (const { bank, facts } of readUnverified()) this.set({ bank }, facts)
  },
})

/** Whose profiles are told from now on. */
export function showUnverifiedFacts(read: () => readonly { readonly bank: string; readonly facts: number }[]): void {
  readUnverified = read
}

let readCertificates: () => readonly { readonly certificate: string; readonly of: string; readonly seconds: number }[] =
  () => []

new Gauge({
  name: 'punte_certificate_expires_seconds',
  help: 'Time until a certificate ends; below zero when it has. `of`: whose, where there are several.',
  labelNames: ['certificate', 'of'],
  registers: [metrics],
  collect() {
    this.reset()
    for (const { certificate, of, seconds } of readCertificates()) this.set({ certificate, of }, seconds)
  },
})

/** Whose certificates are told from now on. */
export function showCertificates(read: typeof readCertificates): void {
  readCertificates = read
}

const lost_exchanges = new Counter({
  name: 'punte_bank_exchanges_lost_total',
  help: 'Messages with banks that could not be recorded; the payments they were about went on.',
  registers: [metrics],
})

export function countLostExchange(exchanges: number): void {
  lost_exchanges.inc(exchanges)
}

const limit_breaches = new Counter({
  name: 'punte_limit_breaches_total',
  help: 'Payments that passed a level of their partner: warn, they went on; block, they did not. As seen by this process.',
  labelNames: ['indicator', 'outcome'],
  registers: [metrics],
})

export function countBreach(indicator: string, outcome: 'warn' | 'block'): void {
  limit_breaches.inc({ indicator, outcome })
}

type OpenAlerts = readonly { readonly indicator: string; readonly count: number }[]
let readOpenAlerts: () => Promise<OpenAlerts> = async () => []

new Gauge({
  name: 'punte_alerts_open',
  help: 'Alerts that are not closed, of all partners; read from the database.',
  labelNames: ['indicator'],
  registers: [metrics],
  async collect() {
    const open = await readOpenAlerts()
    this.reset()
    for (const { indicator, count } of open) this.set({ indicator }, count)
  },
})

/** @param read never rejects, and answers soon: the other metrics wait for it */
export function showOpenAlerts(read: typeof readOpenAlerts): void {
  readOpenAlerts = read
}

let collecting = false

/** Event loop, memory, garbage collection; once for each process. */
export function collectProcessMetrics(): void {
  if (collecting) return
  collecting = true
  collectDefaultMetrics({ register: metrics, prefix: 'punte_' })
}

/** @param route the template (`/status/:paymentId`), never the address itself */
export function observeRequest(seen: {
  surface: string
  method: string
  route: string
  status: number
  seconds: number
}): void {
  const { surface, method, route, status, seconds } = seen
  http_seconds.observe({ surface, method, route, status }, seconds)
}

export function countRefusal(surface: string, code: string): void {
  refusals.inc({ surface, code })
}

export function countPaymentStatus(status: string, count = 1): void {
  payment_statuses.inc({ status }, count)
}

export function countCardOutcome(type: string, result: 'SUCCESS' | 'FAILURE' | 'UNKNOWN', gateway_code: string): void {
  card_outcomes.inc({ type, result, gateway_code })
}
