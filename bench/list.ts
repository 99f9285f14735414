/**
 * `punte bench list`: lists of payments from token to the last item's ACSC, over real connections against a demo world:
 * long ones that a bank takes as one, short ones that go one by one, and as many single payments in the same run to hold
 * them against. Afterwards every item that is ACSC must be one debit at the banks; a disagreement is exit 1.
 */
import 'reflect-metadata'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { Agent } from 'undici'
import { decideAtBank, type Person } from './chaos/bank-pages.ts'
import { ascending, type Lanes, percentile, runLanes } from './figures.ts'
import { debitsOf, type ListRun, payList, type Sample, type Shape } from './list-payer.ts'
import { addPartner, openHook, untilKnown } from './partner.ts'
import { openClients, type Paid, payOnce } from './payer.ts'
import { cpuByPart } from './processes.ts'
import { openWorld, type Ready } from './world.ts'

const { values } = parseArgs({
  options: {
    'ready-file': { type: 'string' },
    'port-base': { type: 'string', default: '5650' },
    size: { type: 'string', default: '500' },
    'short-size': { type: 'string', default: '4' },
    seconds: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '1' },
  },
})
const [size, short_size, seconds, concurrency] = [
  values.size,
  values['short-size'],
  values.seconds,
  values.concurrency,
].map(Number) as [number, number, number, number]
/** Single payments run at this many at once, as a partner would send them. */
const SINGLES_AT_ONCE = 16

function personOf(ready: Ready, sca: string): Person {
  const bank = ready.banks.find((one) => one.sca === sca)
  const person = bank?.people.find(({ login }) => login === 'load')
  if (bank === undefined || person === undefined)
    throw new Error(`the world has no ${sca} bank with a person named load`)
  const { login, password, iban } = person
  return { bank_id: bank.id, bank_url: bank.url, sca, login, password, iban }
}

type Spent = { readonly cpu: ReadonlyMap<string, number>; readonly wal_bytes: number }

/** What the world spent while `work` ran. */
async function spentBy<T>(ready: Ready, db: pg.Client, work: () => Promise<T>): Promise<{ done: T; spent: Spent }> {
  const place = async () =>
    (await db.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn')).rows[0]?.lsn ?? '0/0'
  const [cpu_before, wal_before] = [cpuByPart(ready.pid), await place()]
  const done = await work()
  const { rows } = await db.query<{ bytes: string }>('select pg_wal_lsn_diff($1, $2) as bytes', [
    await place(),
    wal_before,
  ])
  const cpu = new Map([...cpuByPart(ready.pid)].map(([part, cpu_s]) => [part, cpu_s - (cpu_before.get(part) ?? 0)]))
  return { done, spent: { cpu, wal_bytes: Number(rows[0]?.bytes ?? 0) } }
}

const middle = (numbers: readonly number[]): number => percentile(ascending(numbers), 0.5)
const worst = (numbers: readonly number[]): number => ascending(numbers).at(-1) ?? Number.NaN

function tellLists(title: string, run: Lanes<ListRun>, items: number): void {
  console.log(`${title}: ${run.done.length} lists of ${items} in ${run.seconds.toFixed(1)} s`)
  for (const [message, count] of run.failed) console.log(`  failed ${count} times: ${message}`)
  const names = new Set(run.done.flatMap(({ samples }) => samples.map(({ name }) => name)))
  for (const name of names) {
    const of_name: Sample[] = run.done.flatMap(({ samples }) => samples.filter((one) => one.name === name))
    const ms = of_name.map((one) => one.ms)
    const bytes = of_name.flatMap((one) => (one.bytes === undefined ? [] : [one.bytes]))
    const size_words = bytes.length === 0 ? '' : `, ${middle(bytes)} bytes (most ${worst(bytes)})`
    const each = items >= 50 ? `, ${(middle(ms) / items).toFixed(2)} ms an item` : ''
    console.log(
      `  ${name.padEnd(20)} ${String(of_name.length).padStart(4)} × p50 ${middle(ms).toFixed(1)} ms, worst ${worst(ms).toFixed(0)} ms${each}${size_words}`,
    )
  }
}

/** @returns milliseconds of a core of server and database together, a payment */
function tellSpent({ cpu, wal_bytes }: Spent, count: number): number {
  const ms = (part: string) => ((cpu.get(part) ?? 0) / count) * 1000
  console.log(
    `  a payment: server ${ms('server').toFixed(2)} ms of a core, postgres ${ms('postgres').toFixed(2)} ms, write-ahead log ${(wal_bytes / count).toFixed(0)} bytes`,
  )
  return ms('server') + ms('postgres')
}

async function main(): Promise<number> {
  const world = await openWorld(values['ready-file'], Number(values['port-base']), ['--settle-ms', '0'])
  const { ready } = world
  const hook = await openHook()
  const db = new pg.Client({ connectionString: ready.database.url })
  await db.connect()
  const pages = new Agent({ connections: 8 })
  const [bulk, oauth] = [personOf(ready, 'redirect'), personOf(ready, 'oauth')]
  try {
    const partner = await addPartner(world, hook)
    const clients = openClients(ready, partner, bulk, SINGLES_AT_ONCE)
    const single = () => payOnce(clients, partner, bulk, 100 + Math.floor(Math.random() * 10_000))
    const singles: Paid[] = []
    await untilKnown(async () => void singles.push(await single()))
    const list = (who: Person, shape: Shape) =>
      payList({ clients, partner, who, shape, decide: (url) => decideAtBank(pages, url, who, 'approve') })
    const warm = [await list(bulk, { size, way: 'together' }), await list(oauth, { size: 2, way: 'one_by_one' })]
    const together = await spentBy(ready, db, () =>
      runLanes(concurrency, seconds, () => list(bulk, { size, way: 'together' })),
    )
    const by_one = await spentBy(ready, db, () =>
      runLanes(concurrency, seconds / 2, () => list(oauth, { size: short_size, way: 'one_by_one' })),
    )
    const alone = await spentBy(ready, db, () => paySingles(size, single))
    singles.push(...alone.done.done)

    tellLists('together', together.done, size)
    const paid_in_lists = together.done.done.length * size
    const dear = tellSpent(together.spent, paid_in_lists)
    tellLists('one by one', by_one.done, short_size)
    tellSpent(by_one.spent, by_one.done.done.length * short_size)
    const { done, failed, seconds: took_s } = alone.done
    console.log(`single: ${done.length} payments in ${took_s.toFixed(1)} s at concurrency ${SINGLES_AT_ONCE}`)
    for (const [message, count] of failed) console.log(`  failed ${count} times: ${message}`)
    const cheap = tellSpent(alone.spent, done.length)
    const ratio = (paid_in_lists / together.done.seconds / (done.length / took_s)).toFixed(2)
    console.log(`a payment of a list takes ${(dear / cheap).toFixed(3)} of a single one's CPU; ratio of rates ${ratio}`)
    await Promise.all([clients.close(), pages.close()])
    const lists = [...warm, ...together.done.done, ...by_one.done.done]
    const failures = together.done.failed.size + by_one.done.failed.size + failed.size
    return await verdict(db, {
      client_id: partner.client_id,
      lists,
      singles,
      failures,
      banks: [bulk, oauth],
      settled: hook.settled,
    })
  } finally {
    hook.close()
    await db.end()
    await world.stop()
  }
}

async function paySingles(count: number, pay: () => Promise<Paid>): Promise<Lanes<Paid>> {
  const done: Paid[] = []
  const failed = new Map<string, number>()
  let left = count
  const begun = performance.now()
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1
      try {
        done.push(await pay())
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        failed.set(message, (failed.get(message) ?? 0) + 1)
      }
    }
  }
  await Promise.all(Array.from({ length: SINGLES_AT_ONCE }, lane))
  return { done, failed, seconds: (performance.now() - begun) / 1000 }
}

type Facts = {
  readonly client_id: string
  readonly lists: readonly ListRun[]
  readonly singles: readonly Paid[]
  readonly failures: number
  readonly banks: readonly Person[]
  readonly settled: ReadonlyMap<number, number>
}

/** Every payment that is ACSC is one debit of its amount, and nothing else was debited of this partner's. */
async function verdict(db: pg.Client, facts: Facts): Promise<number> {
  const { rows } = await db.query<{ payment_id: string; amount_minor: string; status: string }>(
    `select p.payment_id, p.amount_minor, p.status from payments p join partners using (partner_id)
      where client_id = $1 and kind <> 'list' and requested_at is not null`,
    [facts.client_id],
  )
  const debits = await debitsOf(facts.banks, new Set(rows.map(({ payment_id }) => String(payment_id))))
  const unpaid = rows.filter(({ status }) => status !== 'ACSC').length
  const wrong = rows.filter(({ payment_id, amount_minor }) => {
    const of_payment = debits.get(String(payment_id)) ?? []
    return of_payment.length !== 1 || of_payment[0] !== Number(amount_minor)
  }).length
  const expected = facts.lists.reduce((sum, { items }) => sum + items, 0) + facts.singles.length
  const heard = async () => {
    const end = Date.now() + 30_000
    const missing = () => facts.lists.filter(({ payment_id }) => facts.settled.get(payment_id) !== 1).length
    while (missing() > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
    return missing()
  }
  const unheard = await heard()
  console.log(
    `payments ${rows.length} of ${expected}, not ACSC ${unpaid}, not exactly one debit ${wrong}, lists whose webhook is not heard once ${unheard}, failures ${facts.failures}`,
  )
  const good = rows.length === expected && unpaid + wrong + unheard + facts.failures === 0
  console.log(good ? 'all books agree' : 'THE BOOKS DISAGREE')
  return good ? 0 : 1
}

process.exitCode = await main()
