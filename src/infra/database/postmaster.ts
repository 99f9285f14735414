/** What the operating system and the cluster folder say about processes: who runs, who left what behind. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A process, told apart from a later one with the same number by its start time (Linux; elsewhere by the number). */
export type ProcessId = { readonly pid: number; readonly started: string }

/** `undefined` when there is no such process; a zombie has state `Z`. */
function processStat(pid: number): { name: string; state: string; started: string } | undefined {
  if (existsSync('/proc/self/stat')) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const name_end = stat.lastIndexOf(')')
      const fields = stat.slice(name_end + 2).split(' ')
      return { name: stat.slice(stat.indexOf('(') + 1, name_end), state: fields[0] ?? '?', started: fields[19] ?? '' }
    } catch {
      return undefined
    }
  }
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  return { name: 'postgres', state: '?', started: '' }
}

export function ownProcess(): ProcessId {
  return { pid: process.pid, started: processStat(process.pid)?.started ?? '' }
}

export function isAlive(id: ProcessId): boolean {
  const stat = processStat(id.pid)
  return stat !== undefined && stat.state !== 'Z' && stat.started === id.started
}

export function processExists(pid: number): boolean {
  return processStat(pid) !== undefined
}

export type Postmaster = { readonly pid: number; readonly port: number }

const pidFile = (cluster: string) => join(cluster, 'postmaster.pid')

/** What postmaster.pid says, whether or not that process lives. Lines: pid, data folder, start time, port, … */
export function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    const lines = readFileSync(pidFile(cluster), 'utf8').split('\n')
    const pid = Number(lines[0])
    return Number.isInteger(pid) && pid > 1 ? { pid, port: Number(lines[3] ?? 0) } : undefined
  } catch {
    return undefined
  }
}

export type PostmasterState = 'none' | 'runs' | 'zombie' | 'stale'

/** `stale`: the file is left over, its number belongs to nobody or to another program. `zombie`: dead, not yet reaped. */
export function postmasterState(cluster: string): PostmasterState {
  const postmaster = readPostmaster(cluster)
  if (postmaster === undefined) return 'none'
  const stat = processStat(postmaster.pid)
  if (stat === undefined || stat.name !== 'postgres') return 'stale'
  return stat.state === 'Z' ? 'zombie' : 'runs'
}

/**
 * Removes a left-over postmaster.pid. Safe though PostgreSQL warns of it: a backend that outlived its postmaster still
 * holds the shared memory, whose key is the folder's inode, and a new postmaster refuses to start while it is held.
 */
export function removePidFile(cluster: string): void {
  rmSync(pidFile(cluster), { force: true })
}

/** SIGINT: fast shutdown (rolls back what runs). SIGQUIT: immediate, recovers at the next start. */
export async function stopPostmaster(cluster: string): Promise<void> {
  for (const [signal, wait_ms] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    const postmaster = readPostmaster(cluster)
    if (postmaster === undefined || postmasterState(cluster) !== 'runs') return
    if (!kill(postmaster.pid, signal)) return
    const until = Date.now() + wait_ms
    while (Date.now() < until) {
      if (postmasterState(cluster) !== 'runs') return
      await pause(10)
    }
  }
}

/** For the exit of the process, where nothing can be awaited: asks for a fast shutdown and waits a little. */
export function stopPostmasterNow(cluster: string): void {
  const postmaster = readPostmaster(cluster)
  if (postmaster === undefined || postmasterState(cluster) !== 'runs' || !kill(postmaster.pid, 'SIGINT')) return
  const cell = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 0; tries < 300 && postmasterState(cluster) === 'runs'; tries += 1) Atomics.wait(cell, 0, 0, 10)
}

export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

export const pause = (wait_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, wait_ms))
