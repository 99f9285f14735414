/** Figures of a run: percentiles and lanes. */

/** @param sorted ascending */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

export type Lanes<T> = { readonly done: T[]; readonly failed: Map<string, number>; readonly seconds: number }

/** Runs `work` in `concurrency` lanes until the time is over; a failure is counted by its message and the lane goes on. */
export async function runLanes<T>(
  concurrency: number,
  seconds: number,
  work: (lane: number) => Promise<T>,
): Promise<Lanes<T>> {
  const done: T[] = []
  const failed = new Map<string, number>()
  const begun = performance.now()
  const end = begun + seconds * 1000
  const lane = async (index: number) => {
    while (performance.now() < end) {
      try {
        done.push(await work(index))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        failed.set(message, (failed.get(message) ?? 0) + 1)
        // A world that refuses everything must not be hammered in a tight loop.
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, index) => lane(index)))
  return { done, failed, seconds: (performance.now() - begun) / 1000 }
}
