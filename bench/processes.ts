/** CPU time of a world's processes, from /proc (Linux): who spent how much while a bench ran. */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc/PID/stat; 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100

type ProcessFacts = { readonly parent: number; readonly cpu_s: number; readonly command: string }

function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in parentheses and may hold spaces: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const [user, system, user_waited, system_waited] = fields.slice(11, 15).map(Number) as [
      number,
      number,
      number,
      number,
    ]
    return {
      parent: Number(fields[1]),
      cpu_s: (user + system + user_waited + system_waited) / TICKS_PER_SECOND,
      command,
    }
  } catch {
    return undefined // ended meanwhile
  }
}

/** What a process is, by its command line. */
function partOf(command: string): string {
  if (/postgres/.test(command)) return 'postgres'
  const sandbox = /sandbox\/([a-z]+)\/main\.ts/.exec(command)
  if (sandbox !== null) return `sandbox ${sandbox[1]}`
  if (/main\.ts start/.test(command)) return 'server'
  return 'other'
}

/** CPU seconds so far of a process and all its descendants, by part. */
export function cpuByPart(root_pid: number): Map<string, number> {
  const all = new Map<number, ProcessFacts>()
  for (const name of readdirSync('/proc')) {
    const facts = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined
    if (facts !== undefined) all.set(Number(name), facts)
  }
  const isOfRoot = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent)
      if (at === root_pid) return true
    return false
  }
  const parts = new Map<string, number>()
  for (const [pid, { cpu_s, command }] of all) {
    if (isOfRoot(pid)) parts.set(partOf(command), (parts.get(partOf(command)) ?? 0) + cpu_s)
  }
  return parts
}
