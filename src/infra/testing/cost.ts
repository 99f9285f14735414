/** For tests: what work costs, whatever else the machine does meanwhile. */

const TRIES = 3

/** Processor time of this thread, at the best of a few tries, in ms: the time others take from it does not count. */
export function processorMs(work: () => void): number {
  const tries = Array.from({ length: TRIES }, () => {
    const before = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1_000
  })
  return Math.min(...tries)
}
