/** So many at once, so many waiting, each for so long: the places at which costly checks queue. */

type Waiting = { readonly admit: () => void; readonly refuse: () => void }

export type Turns = {
  /**
   * Runs `work` when a place is free.
   * @throws `refusal()` when it waited `timeout_ms`, or had to make way in a full queue
   */
  take<T>(timeout_ms: number, work: () => Promise<T>, refusal: () => Error): Promise<T>
  isIdle(): boolean
}

/**
 * @param options.order whose turn is next: who came first, or who came last (a full queue then refuses the one who has
 *   waited longest; with `first` it refuses the newcomer)
 */
export function createTurns(options: { at_once: number; waiting: number; order: 'first' | 'last' }): Turns {
  const queue: Waiting[] = []
  let busy = 0

  function enter(timeout_ms: number, refusal: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = queue.indexOf(waiting)
        if (at !== -1) queue.splice(at, 1)
        reject(refusal())
      }
      const timer = setTimeout(leave, timeout_ms)
      const waiting: Waiting = {
        admit: () => {
          clearTimeout(timer)
          resolve()
        },
        refuse: () => {
          clearTimeout(timer)
          leave()
        },
      }
      queue.push(waiting)
      if (queue.length > options.waiting) (options.order === 'last' ? queue[0] : waiting)?.refuse()
    })
  }

  return {
    async take(timeout_ms, work, refusal) {
      if (busy < options.at_once) busy += 1
      else await enter(timeout_ms, refusal)
      try {
        return await work()
      } finally {
        // The place is handed on as it is, so that no newcomer slips in between.
        const next = options.order === 'last' ? queue.pop() : queue.shift()
        if (next === undefined) busy -= 1
        else next.admit()
      }
    },
    isIdle: () => busy === 0 && queue.length === 0,
  }
}
