/** How a process that serves learns that it shall end, and tells a parent that it answers. */

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Settles when this process shall stop: a signal, or, for a child with an IPC channel, the end of its parent. Called
 * before anything starts, so that a signal during the start is not lost; a second signal ends the process at once.
 */
export function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false
    // Signal listeners alone do not keep a process alive, and not everything that serves does.
    const alive = setInterval(() => {}, 60_000)
    const stop = (why: string) => {
      if (asked) process.exit(1)
      asked = true
      clearInterval(alive)
      resolve(why)
    }
    for (const signal of SIGNALS) process.on(signal, () => stop(signal))
    if (process.connected) process.once('disconnect', () => (asked ? undefined : stop('the parent process ended')))
  })
}

/** @returns false where there is no parent that listens */
export function sayReady(facts: Readonly<Record<string, unknown>>): boolean {
  if (process.send === undefined || !process.connected) return false
  process.send({ ready: true, ...facts })
  return true
}
