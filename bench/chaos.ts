/**
 * `punte bench chaos --seed N --minutes M`: a world of its own under load on both rails while a plan of faults, drawn from
 * the seed, is carried out on its processes. Afterwards all of it recovers by itself, and `punte prove` must find nothing.
 * Exit 0: all books agree. A seed repeats the plan: kinds, targets, times; what meets what is the machine's.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type AccountLoad, startAccountLoad } from './chaos/account-load.ts'
import { openCardApi } from './chaos/card-api.ts'
import { insistentMerchant, type Load, newLoad, runLoad } from './chaos/card-load.ts'
import { countDebits, proveAll, readCounts, seenPaidInVain, toldInVain, untilQuiet } from './chaos/ending.ts'
import { createInjector, type Injector } from './chaos/inject.ts'
import { drawPlan, type Step, stepText } from './chaos/plan.ts'
import { createProbe, GIVEN_UP_MS, type Probe, type Recovery } from './chaos/probe.ts'
import { ascending, percentile } from './figures.ts'
import { type MeasuredWorld, openWorld, type Ready } from './world.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '2' },
    card: { type: 'string', default: 'yes' },
    payers: { type: 'string', default: '16' },
    merchants: { type: 'string', default: '4' },
    'port-base': { type: 'string', default: '5700' },
    'plan-only': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const minutes = Number(values.minutes)
const card = values.card === 'yes'
const payers = Number(values.payers)
const merchants = Number(values.merchants)
if (
  ![seed, minutes, payers, merchants, Number(values['port-base'])].every((one) => Number.isFinite(one) && one >= 0) ||
  !Number.isInteger(seed) ||
  minutes > 24 * 60 ||
  !['yes', 'no'].includes(values.card)
) {
  console.error('bench chaos [--seed N] [--minutes M] [--card yes|no] [--payers N] [--merchants N] [--port-base N]')
  process.exit(2)
}

/** From the payer's approval to the debit: long enough for a kill to fall between. */
const SETTLE_MS = 300
/** Between two payments of one payer or merchant. */
const PAUSE_MS = 250
/** A merchant goes on asking for this long: through several faults in a row. */
const PATIENCE_MS = 180_000
/** Of the payments nobody pays: some are abandoned during the run, and their payers may pay after all. */
const ABANDON_MINUTES = '2'

const say = (words: string): void => console.log(words)

async function main(): Promise<number> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error('stopped by a signal')))
  process.env.PUNTE_ABANDON_AFTER_MINUTES ??= ABANDON_MINUTES
  const world = await openWorld(undefined, Number(values['port-base']), ['--settle-ms', String(SETTLE_MS)], true)
  let injector: Injector | undefined
  let keep = false
  try {
    stop.signal.throwIfAborted()
    const probe = createProbe(world.ready, card)
    injector = createInjector(world.ready, probe.measure, say)
    const good = await run(world, injector, probe, stop.signal)
    keep = !good
    if (keep)
      say(`what happened is kept in ${world.folder}; \`punte demo --data ${join(world.folder, 'world')}\` shows it`)
    return good ? 0 : 1
  } catch (error) {
    if (!stop.signal.aborted) throw error
    say('stopped; nothing is left running')
    return 130
  } finally {
    injector?.wake()
    await world.stop(keep)
  }
}

/** @returns whether all books agree */
async function run(world: MeasuredWorld, injector: Injector, probe: Probe, signal: AbortSignal): Promise<boolean> {
  const { ready } = world
  const plan = drawPlan({ seed, minutes, banks: ready.banks, card })
  say(`seed ${seed}, ${minutes} minutes: ${plan.length} faults`)
  for (const step of plan) say(stepText(step))
  if (values['plan-only']) return true
  const { account, told, faults } = await underLoad(ready, plan, injector, signal)
  say('no more load; waiting until nothing is open')
  const quiet = await untilQuiet(ready, signal)
  say(`quiet after ${(quiet.ms / 1000).toFixed(1)} s`)
  for (const { what, n } of quiet.left) faults.push(`still open: ${n} ${what}`)
  faults.push(...report(await probe.results()))
  const proof = await proveAll(ready, join(world.folder, 'ready.json'), signal)
  faults.push(...(await seenPaidInVain(ready, account.seen_paid)), ...(await toldInVain(ready, told)))
  for (const { what, n } of await readCounts(ready)) say(`${what.padEnd(44)}${n}`)
  say(`${'debits in the banks’ ledgers'.padEnd(44)}${await countDebits(ready)}`)
  say(`for their payers: ${[...account.ended].map(([how, n]) => `${n} ${how}`).join(', ')}`)
  say(`calls made again: ${account.broken} by payers and partners, ${told.broken + told.busy} by merchants`)
  const { kills, pauses, misbehaviours, duplicates, missed } = injector.done
  say(
    `${kills} kills, ${pauses} pauses, ${misbehaviours} misbehaviours, ${duplicates} duplications; ${missed} met nobody`,
  )
  say(proof.output.trimEnd())
  for (const fault of faults) say(`FAULT ${fault}`)
  const good = proof.agrees && faults.length === 0
  if (!good) say(`THE BOOKS DISAGREE: seed ${seed}, ${minutes} minutes, card ${values.card}`)
  return good
}

/** The load from before the first fault until all of them are over. */
async function underLoad(
  ready: Ready,
  plan: readonly Step[],
  injector: Injector,
  signal: AbortSignal,
): Promise<{ account: AccountLoad; told: Load; faults: string[] }> {
  const { duplicates } = injector
  const faults: string[] = []
  const account = startAccountLoad(ready, { lanes: payers, seed, pause_ms: PAUSE_MS, duplicates })
  const told = newLoad()
  const api = openCardApi(ready, merchants * 2, duplicates)
  const lanes = runLoad([insistentMerchant(told, api, PATIENCE_MS)], card ? merchants : 0, PAUSE_MS)
  const said = (what: string) => (error: unknown) => void faults.push(`${what}: ${String(error)}`)
  await injector.carryOut(plan, signal).catch(said('the plan'))
  signal.throwIfAborted()
  say('no more faults')
  await injector.undo().catch(said('taking faults back'))
  // Who is in the middle of something goes on to its end; a run that is given up waits for nobody.
  const over = Promise.all([account.stop(), lanes.stop().catch(said('a merchant'))])
  await Promise.race([over, aborted(signal)])
  await api.close()
  for (const [how, n] of account.ended) if (how.startsWith('problem')) faults.push(`${n} payers: ${how}`)
  return { account, told, faults }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** @returns what was never answered again */
function report(recoveries: readonly Recovery[]): string[] {
  for (const rail of ['account', 'card'] as const) {
    for (const target of ['server', 'postgres', 'backend'] as const) {
      const times = ascending(
        recoveries.filter((one) => one.rail === rail && one.target === target).map(({ ms }) => ms),
      )
      const worst = times.at(-1)
      if (worst === undefined) continue
      const [most_s, median_s] = [worst, percentile(times, 0.5)].map((ms) => (ms / 1000).toFixed(1))
      say(
        `${rail} rail answers after kill -9 of ${target}: worst ${most_s} s, median ${median_s} s, of ${times.length}`,
      )
    }
  }
  const dead = recoveries.filter(({ ms }) => ms >= GIVEN_UP_MS)
  return dead.map(({ rail, target }) => `the ${rail} rail did not answer for a minute after kill -9 of ${target}`)
}

process.exitCode = await main()
// Of a run that was given up, payers may still be waiting.
process.exit()
