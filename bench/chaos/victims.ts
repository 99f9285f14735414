/** The processes of a world, found by what their command lines and environments name (Linux: /proc). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from './plan.ts'

/** Of a world's ready file. */
export type Place = { readonly data_dir: string; readonly configuration_file: string }

/** Processes whose command line or environment names the path: what a world started and did not end. */
export function processesOf(path: string): string[] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
        return `${readFileSync(`/proc/${pid}/cmdline`, 'utf8')} ${environment}`.includes(path)
      } catch {
        return false
      }
    })
}

/** Data files of the world's PostgreSQL. Where root runs the world they lie outside its folder, which tells where. */
export function clusterOf(dir: string): string {
  const pointer = join(dir, 'postgres', 'place.json')
  const { cluster } = existsSync(pointer) ? (JSON.parse(readFileSync(pointer, 'utf8')) as { cluster?: string }) : {}
  return cluster ?? join(dir, 'postgres', 'cluster')
}

/** The world's database, by its own file; that it lives is not said. */
export function postgresOf(dir: string): number | undefined {
  const file = join(clusterOf(dir), 'postmaster.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
  return pid > 1 ? pid : undefined
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The one process that runs by this file. @throws Error where there are several; undefined: none at the moment */
export function processBy(file: string): number | undefined {
  const [pid, ...more] = processesOf(file)
  if (more.length > 0) throw new Error(`several processes run by ${file}`)
  return pid === undefined ? undefined : Number(pid)
}

/** Processes whose parent this is, with their command lines. */
function childrenOf(parent: number): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = []
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) continue
      found.push({ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') })
    } catch {
      // Ended meanwhile.
    }
  }
  return found
}

/** A backend's title names its database, its client and what it does; the server's own workers have other titles. */
const isBackend = ({ command }: { readonly command: string }): boolean => /^postgres: \S+ punte \S+/.test(command)

/**
 * Who is meant, as of now.
 * @param pick 0 to 1, which of several
 * @returns none where it is down at the moment
 */
export function pidsOf(place: Place, target: Target, pick: number): number[] {
  const { data_dir, configuration_file } = place
  if (target === 'server') return listed(processBy(configuration_file))
  if (target === 'postgres' || target === 'backend') {
    const postmaster = postgresOf(data_dir)
    if (postmaster === undefined || !isAlive(postmaster)) return []
    const children = childrenOf(postmaster)
    if (target === 'postgres') return [postmaster, ...children.map(({ pid }) => pid)]
    const backends = children.filter(isBackend)
    return listed(backends[Math.floor(pick * backends.length)]?.pid)
  }
  // A process may play several banks: each is named on its command line.
  return listed(processBy(join(data_dir, 'sandbox', `${target}.json`)))
}

const listed = (pid: number | undefined): number[] => (pid === undefined ? [] : [pid])
