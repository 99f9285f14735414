/** Who acts when a command does: the user of the operating system, on this machine. */
import { hostname, userInfo } from 'node:os'
import type { Actor } from '../domain/audit/record.ts'

export function commandActor(): Actor {
  return { kind: 'command', name: userName(), origin: hostname() }
}

// A container may run under a number that no user has.
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
