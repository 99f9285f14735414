/** Carries a plan out, and knows what it has done: who was killed, who stands still, what is still to be undone. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ready } from '../world.ts'
import { type Fault, isCore, type QueuedFault, type Step, stepText, type Target } from './plan.ts'
import { isAlive, pidsOf } from './victims.ts'

const END_TIMEOUT_MS = 5_000
const CALL_TIMEOUT_MS = 5_000
const CLEAR_TRIES = 60

export type Injector = {
  /** Until the plan is done or the run is given up. */
  carryOut(plan: readonly Step[], signal: AbortSignal): Promise<void>
  /** Whether everything is sent twice now. */
  duplicates(): boolean
  /** Wakes what stands still and takes queued faults back. @throws Error where a bank cannot be reached for a minute */
  undo(): Promise<void>
  /** Only wakes; for a run that is given up. */
  wake(): void
  readonly done: { kills: number; pauses: number; misbehaviours: number; duplicates: number; missed: number }
}

/** @param onBlow told of every kill at server or database, at the moment of the kill */
export function createInjector(ready: Ready, onBlow: (target: Target) => void, say: (words: string) => void): Injector {
  const asleep = new Set<number>()
  const done = { kills: 0, pauses: 0, misbehaviours: 0, duplicates: 0, missed: 0 }
  let duplicate_until = 0

  async function kill(target: Target, pick: number): Promise<void> {
    // The whole of a database dies by its head: the others follow, as they do when the machine kills it.
    const [pid] = pidsOf(ready, target, pick)
    if (pid === undefined) return miss(target)
    process.kill(pid, 'SIGKILL')
    done.kills += 1
    if (isCore(target)) onBlow(target)
    const end = performance.now() + END_TIMEOUT_MS
    while (isAlive(pid) && performance.now() < end) await delay(10)
  }

  async function pause(target: Target, pick: number, for_ms: number): Promise<void> {
    const pids = pidsOf(ready, target, pick)
    if (pids.length === 0) return miss(target)
    for (const pid of pids) signal(pid, 'SIGSTOP', () => asleep.add(pid))
    done.pauses += 1
    await delay(for_ms)
    for (const pid of pids) wakeOne(pid)
  }

  function miss(target: Target): void {
    done.missed += 1
    say(`      ${target} was down already`)
  }

  function wakeOne(pid: number): void {
    if (asleep.delete(pid)) signal(pid, 'SIGCONT')
  }

  async function misbehave(target: Target, next: readonly QueuedFault[]): Promise<void> {
    try {
      await setFaults(faultsUrl(ready, target), next)
      done.misbehaviours += 1
    } catch {
      miss(target)
    }
  }

  async function inflict(fault: Fault): Promise<void> {
    if (fault.kind === 'kill') return kill(fault.target, fault.pick)
    if (fault.kind === 'pause') return pause(fault.target, fault.pick, fault.for_ms)
    if (fault.kind === 'misbehave') return misbehave(fault.target, fault.next)
    duplicate_until = performance.now() + fault.for_ms
    done.duplicates += 1
  }

  const wake = () => {
    for (const pid of asleep) wakeOne(pid)
  }
  return {
    done,
    duplicates: () => performance.now() < duplicate_until,
    wake,
    async carryOut(plan, stopped) {
      const begun = performance.now()
      const under_way: Promise<void>[] = []
      for (const step of plan) {
        await delay(Math.max(0, begun + step.at_ms - performance.now()), undefined, { signal: stopped })
        say(stepText(step))
        const missed = (error: unknown) => say(`      not done: ${error instanceof Error ? error.message : error}`)
        under_way.push(inflict(step.fault).catch(missed))
      }
      await Promise.all(under_way)
    },
    async undo() {
      wake()
      duplicate_until = 0
      const places = ready.banks.map(({ id }): Target => `bank-${id}`)
      for (const target of [...places, 'acquirer' as const]) await clearFaults(faultsUrl(ready, target))
    },
  }
}

/** To a process that may have ended meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT', done: () => void = () => {}): void {
  try {
    process.kill(pid, name)
    done()
  } catch {
    // Ended meanwhile.
  }
}

function faultsUrl(ready: Ready, target: Target): string {
  if (target === 'acquirer') return `${ready.acquirer.url}/admin/faults`
  const bank = ready.banks.find(({ id }) => target === `bank-${id}`)
  if (bank === undefined) throw new Error(`no faults can be set at ${target}`)
  return `${bank.url}/sandbox/faults`
}

async function setFaults(url: string, next: readonly QueuedFault[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify({ next }), signal: AbortSignal.timeout(CALL_TIMEOUT_MS) }
  const answer = await fetch(url, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${new URL(url).pathname}: ${answer.status} ${text.slice(0, 200)}`)
}

async function clearFaults(url: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await setFaults(url, [])
      return
    } catch (error) {
      if (tries === CLEAR_TRIES) throw error
      await delay(1_000)
    }
  }
}
