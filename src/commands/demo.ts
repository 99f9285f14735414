/**
 * A whole world on one machine: PostgreSQL, the server, eleven banks, an acquirer, a shop, an ERP and a mailbox, with people in it.
 * Everything it starts ends with it; its data stays in one folder, and the next start continues with it.
 */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandError, parseOptions, ROOT, UsageError, wholeNumber } from './command.ts'
import type { Child } from './demo/child.ts'
import { writePrivate } from './demo/files.ts'
import { startWorld } from './demo/start.ts'
import { holderOf, lockWorld, PORT_SPAN, requireFreePorts, type World, worldAt } from './demo/world.ts'

const DEFAULT_PORT_BASE = 4400

export async function run(args: readonly string[]): Promise<number> {
  const { world, ready_file, reset } = worldFrom(args)
  // A terminal that is closed, or `| head`, must not end the demo in the middle of its stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  // From here on the first signal means: stop in order; a second one: at once.
  const stop = stopSignal()
  if (reset) await resetWorld(world)
  await mkdir(world.logs, { recursive: true, mode: 0o700 })
  const unlock = await lockWorld(world)
  const children: Child[] = []
  try {
    await requireFreePorts(world.ports)
    await writePrivate(world.marker, `${JSON.stringify({ punte: 'demo world' })}\n`)
    if (ready_file !== undefined) await rm(ready_file, { force: true })
    const starting = startWorld(world, { children, ready_file, say, stopping: stop.asked })
    const first = await Promise.race([starting, stop.promise])
    // A stop during the start: what the start then complains of is of no interest.
    if (first === 'stop') starting.catch(() => {})
    else await stop.promise
    return 0
  } finally {
    stop.onSecond(() => {
      for (const child of children) child.kill()
    })
    stop.begin()
    if (children.length > 0) say('stopping …')
    await stopAll(children)
    // Only what this start has written: a refused one must not take away another world's.
    if (ready_file !== undefined && children.length > 0) await rm(ready_file, { force: true })
    await unlock()
    if (children.length > 0) say('stopped; nothing is left running')
  }
}

function worldFrom(args: readonly string[]): { world: World; ready_file: string | undefined; reset: boolean } {
  const { values } = parseOptions(args, {
    'port-base': { type: 'string' },
    data: { type: 'string' },
    'ready-file': { type: 'string' },
    reset: { type: 'boolean', default: false },
    'settle-ms': { type: 'string' },
  })
  const port_base =
    values['port-base'] === undefined
      ? DEFAULT_PORT_BASE
      : wholeNumber('--port-base', values['port-base'], { min: 1024, max: 65_535 - PORT_SPAN })
  if (values.data === '' || values['ready-file'] === '') throw new UsageError('a path is empty')
  const dir = values.data === undefined ? `${ROOT}.punte/demo` : resolve(values.data)
  const ready_file = values['ready-file'] === undefined ? undefined : resolve(values['ready-file'])
  const settle = values['settle-ms']
  const settle_ms = settle === undefined ? undefined : wholeNumber('--settle-ms', settle, { min: 0, max: 3_600_000 })
  return { world: worldAt(dir, port_base, settle_ms), ready_file, reset: values.reset }
}

const say = (words: string): void => void process.stdout.write(`punte demo: ${words}\n`)

type StopSignal = {
  readonly promise: Promise<'stop'>
  asked(): boolean
  begin(): void
  onSecond(act: () => void): void
}

function stopSignal(): StopSignal {
  const stop = Promise.withResolvers<'stop'>()
  let asked = false
  let second: (() => void) | undefined
  const on = () => {
    if (asked) second?.()
    asked = true
    stop.resolve('stop')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, on)
  return {
    promise: stop.promise,
    asked: () => asked,
    begin: () => {
      asked = true
    },
    onSecond: (act) => {
      second = act
    },
  }
}

/** The server first, so that no payment begins against a world that is leaving; the database last. */
async function stopAll(children: readonly Child[]): Promise<void> {
  const server = children.filter(({ name }) => name === 'server')
  const database = children.filter(({ name }) => name === 'database')
  const others = children.filter((child) => !server.includes(child) && !database.includes(child))
  for (const group of [server, others, database]) await Promise.all(group.map((child) => child.stop()))
}

/**
 * Removes the world's data.
 * @throws CommandError where a world runs there, or the folder is not a world's: a mistyped --data must not cost a home
 */
async function resetWorld(world: World): Promise<void> {
  if (!existsSync(world.dir)) return
  const pid = await holderOf(world)
  if (pid !== undefined) throw new CommandError(`a world is running in ${world.dir} (process ${pid}); stop it first`)
  const marker = await readFile(world.marker, 'utf8').catch(() => '')
  if (!marker.includes('demo world') && readdirSync(world.dir).length > 0) {
    throw new CommandError(`${world.dir} is not a demo world's folder; it is left as it is`)
  }
  const { removeEmbedded } = await import('../infra/database/embedded.ts')
  await removeEmbedded(world.database)
  await rm(world.dir, { recursive: true, force: true })
  say(`${world.dir} removed; starting afresh`)
}
