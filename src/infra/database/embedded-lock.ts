/**
 * Who uses the embedded server. Several processes may share one data folder (the service, an operator's command, test
 * files): each leaves a file in users/, the last one stops the server, and a lock keeps starting and stopping apart.
 */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, ownProcess, type ProcessId, pause } from './postmaster.ts'

const LOCK_WAIT_MS = 120_000

/** Runs `work` alone among all processes of this data folder. A lock whose holder is dead is taken over. */
export async function withLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = join(home, 'lock')
  const until = Date.now() + LOCK_WAIT_MS
  while (!take(home, lock)) {
    if (Date.now() > until)
      throw new Error(`Another process has been starting or stopping PostgreSQL for too long (${lock}).`)
    await pause(20)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

// The lock appears with its content in one step (link), so that nobody ever reads an empty one.
function take(home: string, lock: string): boolean {
  const own = join(home, `lock.${process.pid}`)
  writeFileSync(own, JSON.stringify(ownProcess()))
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    takeOverDead(home, lock)
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

function takeOverDead(home: string, lock: string): void {
  const holder = readId(lock)
  if (holder === undefined || isAlive(holder)) return
  const aside = join(home, `lock.dead.${process.pid}`)
  try {
    renameSync(lock, aside)
    // Between reading and renaming somebody else may have taken over: then what was moved is a living lock; put it back.
    const moved = readId(aside)
    if (moved !== undefined && isAlive(moved)) linkSync(aside, lock)
  } catch {
    // Gone already: the next try sees.
  }
  rmSync(aside, { force: true })
}

// One process may use a server twice (two handles), hence the number.
let handles = 0

export type Use = { readonly file: string; end(): void }

/** Registers a use of the server by this process. */
export function registerUse(home: string): Use {
  handles += 1
  const file = `${process.pid}-${handles}`
  const path = join(home, 'users', file)
  writeFileSync(path, JSON.stringify(ownProcess()))
  return { file, end: () => rmSync(path, { force: true }) }
}

/** Whether a living process uses the server, apart from the use given; forgets the dead. */
export function isUsed(home: string, except?: Use): boolean {
  let used = false
  for (const name of readdirSync(join(home, 'users'))) {
    if (name === except?.file) continue
    const path = join(home, 'users', name)
    const id = readId(path)
    if (id !== undefined && isAlive(id)) used = true
    else if (id !== undefined) rmSync(path, { force: true })
  }
  return used
}

function readId(path: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessId
  } catch {
    return undefined
  }
}
