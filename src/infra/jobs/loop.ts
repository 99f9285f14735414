/** Work that time brings, in this process: again and again until stopped, each round after the one before. */
import type { Log } from '../log.ts'

/**
 * @param work one round; true when there is more to do at once
 * @param what named in the log when a round fails; the next one tries again
 * @returns `stop` aborts the signal, wakes a sleeping loop, and resolves when the last round has ended
 */
export function startLoop(input: {
  readonly every_ms: number
  readonly what: string
  readonly log: Log
  readonly work: (stopping: AbortSignal) => Promise<boolean>
}): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let wake: () => void = () => {}
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, input.every_ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (await input.work(stopping.signal)) continue
      } catch (error) {
        input.log.error({ err: error }, `${input.what} failed; the next round tries again`)
      }
      if (!stopping.signal.aborted) await pause()
    }
  }
  const running = loop()
  return {
    stop: async () => {
      stopping.abort()
      wake()
      await running
    },
  }
}
