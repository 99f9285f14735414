/** Beginning and end of a sandbox process. */

/** A running process: what its ready line tells, and how it ends. */
export type Running = { readonly facts: Readonly<Record<string, unknown>>; close(): Promise<void> }

/** Longest time a stop may take before the process ends anyway. */
const STOP_MS = 3000

/**
 * Starts, prints one line `{"ready":true,…}` on stdout, and ends with code 0 on SIGTERM or SIGINT. A failed start prints its
 * reason on stderr and ends with code 1.
 */
export async function runProcess(start: () => Promise<Running>): Promise<void> {
  let running: Running
  try {
    running = await start()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  const stop = (): void => {
    setTimeout(() => process.exit(0), STOP_MS).unref()
    running.close().then(
      () => process.exit(0),
      () => process.exit(0),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Started with an IPC channel: its end is the parent's end, however that came.
  if (process.connected) process.once('disconnect', stop)
  process.stdout.write(`${JSON.stringify({ ready: true, ...running.facts })}\n`)
}

/** One JSON line on stderr. Never a name, an address, an IBAN, a token or a secret. */
export function log(event: string, facts: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...facts })}\n`)
}

/** An error as the log may tell it: its kind and code, not its text, which may quote data. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const { code, traceId } = error as Error & { code?: unknown; traceId?: unknown }
  return { error: error.name, ...(code === undefined ? {} : { code }), ...(traceId === undefined ? {} : { traceId }) }
}
