/** What is held in memory and followed in the database: read now, then every few seconds until closed. */
import type { Log } from '../log.ts'

export type KeptFresh = {
  /** Resolves when everything committed before the call has been read. */
  refresh(): Promise<void>
  close(): void
}

/**
 * Reads once, then every `every_ms`; a later read that fails is logged and what was read before stays in place.
 * @param load reads and publishes
 * @throws what `load` throws, the first time only
 */
export async function keepFresh(input: {
  readonly load: () => Promise<void>
  readonly every_ms: number
  readonly what: string
  readonly log: Log
}): Promise<KeptFresh> {
  const { load, log } = input
  let closed = false
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function refresh(): Promise<void> {
    // A refresh under way may have read before the caller's change: wait for it, then read again.
    while (running !== undefined) await running.catch(() => undefined)
    running = load()
    try {
      await running
    } finally {
      running = undefined
    }
  }

  function schedule(): void {
    timer = setTimeout(() => {
      refresh()
        .catch((error: unknown) => log.warn({ fault: faultName(error) }, `${input.what} could not be refreshed`))
        .finally(() => {
          if (!closed) schedule()
        })
    }, input.every_ms)
    timer.unref()
  }

  await refresh()
  schedule()
  return {
    refresh,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function faultName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
