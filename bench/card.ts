/**
 * `punte bench card`: merchant-initiated payments with token and agreement, and AUTHORIZE + CAPTURE, at a given concurrency
 * against a demo world, and the floor in the same run. Afterwards the orders' totals and the acquirer's own book are
 * compared; a disagreement is exit 1.
 */
import { parseArgs } from 'node:util'
import pg from 'pg'
import { CARD_FLOOR_COMMITS, measureCardFloor } from './card-floor.ts'
import { ascending, type Lanes, percentile, runLanes } from './figures.ts'
import {
  authorizeAndCapture,
  cardNumber,
  type MerchantClient,
  openMerchant,
  openSeries,
  payNext,
  type Series,
} from './merchant.ts'
import { cpuByPart } from './processes.ts'
import { type MeasuredWorld, openWorld, type Ready } from './world.ts'

const { values } = parseArgs({
  options: {
    'ready-file': { type: 'string' },
    'port-base': { type: 'string', default: '5600' },
    concurrency: { type: 'string', default: '192' },
    series: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    warmup: { type: 'string', default: '10' },
  },
})
const concurrency = Number(values.concurrency)
const seconds = Number(values.seconds)

type Measured = { readonly lanes: Lanes<number>; readonly spent: ReadonlyMap<string, number> }

/** Warms up, then runs, and tells who spent how much of a core. */
async function measure(ready: Ready, work: (lane: number) => Promise<void>): Promise<Measured> {
  const timed = async (lane: number) => {
    const begun = performance.now()
    await work(lane)
    return performance.now() - begun
  }
  const warm = await runLanes(concurrency, Number(values.warmup), timed)
  const before = cpuByPart(ready.pid)
  const own_before = process.cpuUsage()
  const lanes = await runLanes(concurrency, seconds, timed)
  const own = process.cpuUsage(own_before)
  const spent = new Map([...cpuByPart(ready.pid)].map(([part, cpu_s]) => [part, cpu_s - (before.get(part) ?? 0)]))
  spent.set('driver', (own.user + own.system) / 1e6)
  for (const [message, count] of warm.failed) lanes.failed.set(message, (lanes.failed.get(message) ?? 0) + count)
  return { lanes, spent }
}

const rateOf = ({ done, seconds: took }: Lanes<number>): number => done.length / took

function report(name: string, { lanes, spent }: Measured): void {
  const times = ascending(lanes.done)
  console.log(
    `${name.padEnd(20)}${lanes.done.length} in ${lanes.seconds.toFixed(1)} s at concurrency ${concurrency}: ${rateOf(lanes).toFixed(0)}/s, p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
  )
  for (const [part, cpu_s] of [...spent].sort((a, b) => b[1] - a[1])) {
    const each_ms = (cpu_s / lanes.done.length) * 1000
    if (each_ms >= 0.005) console.log(`  CPU ${part.padEnd(18)}${each_ms.toFixed(3)} ms each`)
  }
  for (const [message, count] of lanes.failed) console.log(`  failed ${count} times: ${message}`)
}

type Booked = {
  readonly captured_minor: number
  readonly count: number
  readonly unsettled: number
  /** The merchant's name at the acquirer. */
  readonly at_acquirer: string
}

async function booked(ready: Ready, merchant_id: string): Promise<Booked> {
  const db = new pg.Client({ connectionString: ready.database.url })
  await db.connect()
  const { rows } = await db.query<{ captured: string; count: string; unsettled: string; at_acquirer: string }>(
    `select coalesce(sum(captured_minor), 0) as captured, count(*), count(live_transaction_id) as unsettled,
       (select acquirer_merchant_id from acquirer_links l where l.partner_id = max(o.partner_id) limit 1) as at_acquirer
     from card_orders o join merchants using (partner_id) where merchant_id = $1 and currency = 'RON'`,
    [merchant_id],
  )
  await db.end()
  const [row] = rows
  return {
    captured_minor: Number(row?.captured),
    count: Number(row?.count),
    unsettled: Number(row?.unsettled),
    at_acquirer: row?.at_acquirer ?? '',
  }
}

/** Of the acquirer's own book. */
async function takenByAcquirer(ready: Ready, at_acquirer: string): Promise<number> {
  const answer = await fetch(`${ready.acquirer.url}/admin/totals?merchant_id=${at_acquirer}`)
  const { totals } = (await answer.json()) as { totals: { currency: string; captured_minor: number }[] }
  return totals.find(({ currency }) => currency === 'RON')?.captured_minor ?? 0
}

async function openAll(merchant: MerchantClient): Promise<Series[]> {
  const base = (Date.now() % 9_000) * 100_000
  const wanted = Number(values.series)
  const opened: Series[] = []
  let next = 0
  const lane = async () => {
    while (next < wanted) {
      next += 1
      opened.push(await openSeries(merchant, base + next))
    }
  }
  await Promise.all(Array.from({ length: Math.min(16, wanted) }, lane))
  return opened
}

async function main(): Promise<number> {
  const world: MeasuredWorld = await openWorld(values['ready-file'], Number(values['port-base']), [])
  const { ready } = world
  const merchant = openMerchant(ready, concurrency)
  try {
    const series = await openAll(merchant)
    let turn = 0
    const next = (): Series => {
      turn += 1
      return series[turn % series.length] as Series
    }
    const mit = await measure(ready, () => payNext(merchant, next()))
    const capture = await measure(ready, () => authorizeAndCapture(merchant, next()))
    const floor = await measureCardFloor({
      ready,
      concurrency,
      seconds: Math.min(10, seconds),
      card_number: cardNumber(1),
    })
    report('MIT PAY', mit)
    report('AUTHORIZE+CAPTURE', capture)
    for (const [message, count] of floor.failed) console.log(`  the floor failed ${count} times: ${message}`)
    const floor_times = ascending(floor.done)
    console.log(
      `floor               ${rateOf(floor).toFixed(0)}/s (${CARD_FLOOR_COMMITS} durable commits with the same rows and one answer of the acquirer a payment), p50 ${percentile(floor_times, 0.5).toFixed(1)} ms`,
    )
    console.log(`ratio to the floor  ${(rateOf(mit.lanes) / rateOf(floor)).toFixed(2)} (MIT PAY)`)
    return await verdict(ready, merchant.merchant_id, mit.lanes.failed.size + capture.lanes.failed.size)
  } finally {
    await merchant.close()
    await world.stop()
  }
}

async function verdict(ready: Ready, merchant_id: string, failures: number): Promise<number> {
  const ours = await booked(ready, merchant_id)
  const theirs = await takenByAcquirer(ready, ours.at_acquirer)
  console.log(
    `orders ${ours.count}, captured ${ours.captured_minor}, by the acquirer's book ${theirs}, unsettled ${ours.unsettled}`,
  )
  const good = failures === 0 && ours.captured_minor === theirs && ours.unsettled === 0
  console.log(good ? 'all books agree' : 'THE BOOKS DISAGREE')
  return good ? 0 : 1
}

process.exitCode = await main()
