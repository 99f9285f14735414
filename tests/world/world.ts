/**
 * Journeys boot whole worlds, each on ports and in a folder of its own, exactly as a person would: by the launcher.
 * world.ts boots and ends one (`bootWorld` is what every journey begins with), parties.ts is what the others of the world
 * know (banks' ledgers, mailbox, shop, database), payer.ts a payer without a browser, punte.ts the operator's commands,
 * secrets.ts the search for what must not be readable.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive, postgresOf, processesOf } from '../../bench/chaos/victims.ts'
import type { ReadyFacts } from '../../src/commands/demo/ready.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const READY_TIMEOUT_MS = 300_000
/** How long a journey waits for a fact. It ends a journey that has failed; it is no measure of how fast anything is. */
const PATIENCE_MS = 120_000
/** Of one world, in a row. One more is held by the test's own process, so that no two of them choose the same. */
const PORTS = 36

export type TestWorld = {
  readonly facts: ReadyFacts
  readonly port_base: number
  readonly dir: string
  readonly process: ChildProcess
  /** What the demo said so far. */
  output(): string
  /** SIGTERM, waits. @returns the exit code */
  stop(): Promise<number | null>
  /** Stops, and removes the folder. */
  remove(): Promise<void>
  /** How a journey ends: SIGTERM, exit code 0, no process left, the folder removed. */
  finish(): Promise<void>
}

export type WorldOptions = {
  /** An earlier world's folder, to go on with it. */
  readonly dir?: string
  readonly port_base?: number
  /** Settings that differ from the demo's, e.g. PUNTE_ABANDON_AFTER_MINUTES. */
  readonly env?: Readonly<Record<string, string>>
  /** From the payer's authorisation to the debit at the banks; absent: the banks' own time. */
  readonly settle_ms?: number
  /** Afresh, whatever is in the folder. */
  readonly reset?: boolean
}

/** Starts a world and waits until all of it answers. */
export async function bootWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'punte-world-'))
  const port_base = options.port_base ?? (await freePortBase())
  const ready_file = join(dir, 'ready.json')
  const settle = options.settle_ms === undefined ? [] : ['--settle-ms', String(options.settle_ms)]
  const where = ['--port-base', String(port_base), '--data', dir, '--ready-file', ready_file]
  const reset = options.reset === true ? ['--reset'] : []
  const demo = spawnDemo([...where, ...settle, ...reset], options.env)
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8')
  }
  demo.stdout?.on('data', keep)
  demo.stderr?.on('data', keep)
  const stop = async (): Promise<number | null> => {
    if (demo.exitCode !== null || demo.signalCode !== null) return demo.exitCode
    demo.kill('SIGTERM')
    const [code] = (await once(demo, 'exit')) as [number | null]
    return code
  }
  const remove = async (): Promise<void> => {
    await stop()
    const { removeEmbedded } = await import('../../src/infra/database/embedded.ts')
    await removeEmbedded(dir)
    rmSync(dir, { recursive: true, force: true })
  }
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (!existsSync(ready_file)) {
    if (demo.exitCode !== null || demo.signalCode !== null || performance.now() > deadline) {
      // An earlier world's folder stays: who made it removes it.
      if (options.dir === undefined) await remove()
      else await stop()
      throw new Error(`the world did not come up:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    facts: JSON.parse(readFileSync(ready_file, 'utf8')) as ReadyFacts,
    port_base,
    dir,
    process: demo,
    output: () => output,
    stop,
    remove,
    async finish() {
      const postgres = postgresOf(dir)
      try {
        assert.equal(await stop(), 0, `the demo's exit code; it said:\n${output.slice(-2_000)}`)
        assert.deepEqual(processesOf(dir), [], 'processes left behind')
        // It gives its files free a moment before it ends.
        await until('the end of PostgreSQL', () => postgres === undefined || !isAlive(postgres))
      } finally {
        await remove()
      }
    },
  }
}

/** Waits for a fact. @throws AssertionError naming it when it does not come about */
export async function until<T>(what: string, holds: () => T | Promise<T>): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const value = await holds()
    if (value !== undefined && value !== false) return value as Exclude<T, false | undefined>
    assert.ok(performance.now() < end, `${what} did not come about`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const running = new Set<ChildProcess>()
// A test that is broken off, by whatever, leaves no world behind.
process.once('exit', () => {
  for (const demo of running) demo.kill('SIGTERM')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** `./punte demo …` as a child. */
export function spawnDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const demo = spawn(`${ROOT}punte`, ['demo', ...args], {
    env: { ...process.env, ...env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(demo)
  demo.once('exit', () => running.delete(demo))
  return demo
}

/** A base whose ports are free now; below the range from which systems give ports to outgoing connections. */
export async function freePortBase(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const base = 12_000 + (PORTS + 1) * Math.floor(Math.random() * 480)
    const holder = await listenAt(base + PORTS)
    if (holder === undefined) continue
    const free = await Promise.all(Array.from({ length: PORTS }, (_, n) => isFree(base + n)))
    if (free.every(Boolean)) return base
    holder.close()
  }
  throw new Error(`no ${PORTS} free ports in a row`)
}

async function isFree(port: number): Promise<boolean> {
  const server = await listenAt(port)
  if (server === undefined) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/** Undefined: the port is taken. What listens there does not keep the process. */
function listenAt(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().unref()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}
