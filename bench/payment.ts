/**
 * `punte bench payment`: complete payments at a given concurrency against a demo world, and the floor in the same run.
 * A payment is complete when the payer sees the outcome and the partner's webhook for ACSC has arrived and verified.
 * Afterwards initiated = completed = debited at the bank is checked; a disagreement is exit 1.
 */
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { ascending, type Lanes, percentile, runLanes } from './figures.ts'
import { FLOOR_COMMITS, FLOOR_REQUESTS, measureFloor } from './floor.ts'
import { addPartner, type Hook, openHook, untilKnown } from './partner.ts'
import { openClients, type Paid, type Payer, payOnce } from './payer.ts'
import { cpuByPart } from './processes.ts'
import { openWorld, type Ready } from './world.ts'

const { values } = parseArgs({
  options: {
    'ready-file': { type: 'string' },
    'port-base': { type: 'string', default: '5600' },
    concurrency: { type: 'string', default: '48' },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '5' },
  },
})
const concurrency = Number(values.concurrency)
const seconds = Number(values.seconds)

function payerOf(ready: Ready): Payer {
  const bank = ready.banks.find(({ sca }) => sca === 'redirect')
  const person = bank?.people.find(({ login }) => login === 'load')
  if (bank === undefined || person === undefined)
    throw new Error('the world has no redirect bank with a person named load')
  return { bank_id: bank.id, bank_url: bank.url, login: person.login, password: person.password, iban: person.iban }
}

async function untilHeard(paid: readonly Paid[], hook: Hook): Promise<number> {
  const end = Date.now() + 60_000
  const missing = () => paid.filter(({ payment_id }) => !hook.settled.has(payment_id)).length
  while (missing() > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
  return missing()
}

/** Debits in the bank's own ledger of these payments, by the end-to-end reference. */
async function debited(
  payer: Payer,
  paid: readonly Paid[],
): Promise<{ count: number; amount_minor: number; doubles: number }> {
  const ledger = (await (await fetch(`${payer.bank_url}/sandbox/ledger`)).json()) as {
    debits: { end_to_end_id: string; amount_minor: number }[]
  }
  const wanted = new Set(paid.map(({ payment_id }) => String(payment_id)))
  const seen = new Set<string>()
  let amount_minor = 0
  let doubles = 0
  for (const debit of ledger.debits) {
    const payment_id = debit.end_to_end_id.split('-')[1] ?? ''
    if (!wanted.has(payment_id)) continue
    if (seen.has(payment_id)) doubles += 1
    seen.add(payment_id)
    amount_minor += debit.amount_minor
  }
  return { count: seen.size, amount_minor, doubles }
}

async function booked(ready: Ready, client_id: string): Promise<Map<string, number>> {
  const db = new pg.Client({ connectionString: ready.database.url })
  await db.connect()
  const { rows } = await db.query<{ status: string; count: string }>(
    `select p.status, count(*) from payments p join partners using (partner_id) where client_id = $1 and requested_at is not null group by 1`,
    [client_id],
  )
  await db.end()
  return new Map(rows.map(({ status, count }) => [status, Number(count)]))
}

function report(run: Lanes<Paid>, spent: ReadonlyMap<string, number>, floor: Lanes<number>): void {
  const count = run.done.length
  const rate = count / run.seconds
  const times = ascending(run.done.map(({ ms }) => ms))
  console.log(
    `complete payments   ${count} in ${run.seconds.toFixed(1)} s at concurrency ${concurrency}: ${rate.toFixed(1)}/s, p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`,
  )
  for (const name of Object.keys(run.done[0]?.stages ?? {})) {
    const of_stage = ascending(run.done.map(({ stages }) => stages[name] ?? 0))
    console.log(
      `  ${name.padEnd(12)} p50 ${percentile(of_stage, 0.5).toFixed(1)} ms, p99 ${percentile(of_stage, 0.99).toFixed(1)} ms`,
    )
  }
  console.log('CPU per payment (milliseconds of a core)')
  for (const [part, cpu_s] of [...spent].sort((a, b) => b[1] - a[1])) {
    if (cpu_s > 0.05) console.log(`  ${part.padEnd(18)} ${((cpu_s / count) * 1000).toFixed(2)}`)
  }
  for (const [message, count] of floor.failed) console.log(`  the floor failed ${count} times: ${message}`)
  const floor_rate = floor.done.length / floor.seconds
  const floor_times = ascending(floor.done)
  console.log(
    `floor               ${floor_rate.toFixed(1)}/s (${FLOOR_COMMITS} durable commits and ${FLOOR_REQUESTS} bare mutual-TLS requests a payment), p50 ${percentile(floor_times, 0.5).toFixed(0)} ms`,
  )
  console.log(`ratio to the floor  ${(rate / floor_rate).toFixed(2)}`)
}

async function main(): Promise<number> {
  const world = await openWorld(values['ready-file'], Number(values['port-base']), ['--settle-ms', '0'])
  const hook = await openHook()
  try {
    const payer = payerOf(world.ready)
    const partner = await addPartner(world, hook)
    const clients = openClients(world.ready, partner, payer, concurrency)
    const pay = () => payOnce(clients, partner, payer, 100 + Math.floor(Math.random() * 10_000))
    const first: Paid[] = []
    await untilKnown(async () => void first.push(await pay()))
    const warm = await runLanes(concurrency, Number(values.warmup), pay)
    const before = cpuByPart(world.ready.pid)
    const own_before = process.cpuUsage()
    const run = await runLanes(concurrency, seconds, pay)
    const own = process.cpuUsage(own_before)
    const spent = new Map(
      [...cpuByPart(world.ready.pid)].map(([part, cpu_s]) => [part, cpu_s - (before.get(part) ?? 0)]),
    )
    spent.set('driver', (own.user + own.system) / 1e6)
    const all = [...first, ...warm.done, ...run.done]
    const unheard = await untilHeard(all, hook)
    const ledger = await debited(payer, all)
    const statuses = await booked(world.ready, partner.client_id)
    await clients.close()
    const floor = await measureFloor({
      database_url: world.ready.database.url,
      concurrency,
      seconds: Math.min(10, seconds),
      folder: world.folder,
      tls: {
        server_cert_file: join(world.folder, 'bare.pem'),
        server_key_file: join(world.folder, 'bare.key'),
        ca_file: join(world.folder, 'bench-ca.pem'),
        cert: partner.cert,
        key: partner.key,
        ca: readFileSync(join(world.folder, 'bench-ca.pem')),
      },
    })
    report(run, spent, floor)
    return verdict({
      all,
      failed: new Map([...warm.failed, ...run.failed]),
      unheard,
      refused: hook.refused(),
      ledger,
      statuses,
    })
  } finally {
    hook.close()
    await world.stop()
  }
}

type Facts = {
  readonly all: readonly Paid[]
  readonly failed: ReadonlyMap<string, number>
  readonly unheard: number
  readonly refused: number
  readonly ledger: { count: number; amount_minor: number; doubles: number }
  readonly statuses: ReadonlyMap<string, number>
}

function verdict({ all, failed, unheard, refused, ledger, statuses }: Facts): number {
  const amount_minor = all.reduce((sum, paid) => sum + paid.amount_minor, 0)
  const initiated = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  console.log(
    `initiated ${initiated}, completed ${all.length}, booked ACSC ${statuses.get('ACSC') ?? 0}, debited ${ledger.count}, webhooks missing ${unheard}, doubles ${ledger.doubles}`,
  )
  for (const [message, count] of failed) console.log(`  failed ${count} times: ${message}`)
  const good =
    unheard === 0 &&
    refused === 0 &&
    ledger.doubles === 0 &&
    failed.size === 0 &&
    initiated === all.length &&
    statuses.get('ACSC') === all.length &&
    ledger.count === all.length &&
    ledger.amount_minor === amount_minor
  console.log(good ? 'all books agree' : 'THE BOOKS DISAGREE')
  return good ? 0 : 1
}

process.exitCode = await main()
