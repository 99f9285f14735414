/**
 * Statements of the same kind that come at the same time, run as one: a commit and its flush to disk are shared, and so is
 * the work of planning and starting a statement. Who is alone waits for no company: what comes while fewer than `at_once`
 * statements run is sent as it is; what comes later gathers until one of them ends. Where the last statement held several,
 * the next may wait a little (`pause_ms`) for more.
 */
import pg from 'pg'
import type { Database } from './database.ts'

/** The pause of a payer's statements: of the half dozen that one payment makes together less than a tenth of a second. */
export const CROWD_PAUSE_MS = 10

type Gather<Item, Answer> = (item: Item) => Promise<Answer>

type Waiting<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Of one kind of statement: at most `at_once` of them run for a key at a time, each for `most` items. */
type Kind<Item> = {
  readonly at_once: number
  readonly most: number
  /** What comes after a crowd waits this long for others of it; absent: not at all. */
  readonly pause_ms?: number
  /** Whether an item may share a statement with those already in it; absent: always. */
  readonly together?: (item: Item, others: readonly Item[]) => boolean
}

/**
 * Gathers by database and key: what belongs to different partners never shares a statement.
 * @param run one statement for all items of a key; answers in their order
 */
export function gatherByKey<Item, Answer>(
  kind: Kind<Item> & {
    readonly run: (db: Database, key: number, items: readonly Item[]) => Promise<readonly Answer[]>
  },
): (db: Database, key: number, item: Item) => Promise<Answer> {
  const databases = new WeakMap<Database, Map<number, Gather<Item, Answer>>>()
  return (db, key, item) => {
    const gathers = databases.get(db) ?? new Map<number, Gather<Item, Answer>>()
    databases.set(db, gathers)
    let gather = gathers.get(key)
    if (gather === undefined) {
      gather = createGather({
        ...kind,
        run: (items) => kind.run(db, key, items),
        onIdle: () => gathers.delete(key),
      })
      gathers.set(key, gather)
    }
    return gather(item)
  }
}

/** @param onIdle told whenever nothing runs, nothing waits any more and there was no crowd of late */
export function createGather<Item, Answer>(
  input: Kind<Item> & {
    readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>
    readonly onIdle?: () => void
  },
): Gather<Item, Answer> {
  const { pause_ms = 0 } = input
  let waiting: Waiting<Item, Answer>[] = []
  let running = 0
  let is_crowded = false
  /** Those who wait have waited long enough. */
  let is_time = false
  let pause: NodeJS.Timeout | undefined

  const start = () => {
    while (waiting.length > 0 && running < input.at_once && (is_time || waiting.length >= input.most)) {
      const taken = take()
      if (waiting.length === 0) clearTimeout(pause)
      is_crowded = pause_ms > 0 && taken.length > 1
      running += 1
      carryOut(input.run, taken).finally(() => {
        running -= 1
        start()
        if (running === 0 && waiting.length === 0 && !is_crowded) input.onIdle?.()
      })
    }
  }

  const startInTime = () => {
    is_time = true
    start()
  }

  const take = (): Waiting<Item, Answer>[] => {
    const items: Item[] = []
    const taken: Waiting<Item, Answer>[] = []
    const left: Waiting<Item, Answer>[] = []
    for (const one of waiting) {
      const fits = taken.length < input.most && (items.length === 0 || input.together?.(one.item, items) !== false)
      if (fits) {
        taken.push(one)
        items.push(one.item)
      } else left.push(one)
    }
    waiting = left
    return taken
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (waiting.length >= input.most) return start()
      if (waiting.length > 1) return
      is_time = false
      clearTimeout(pause)
      if (is_crowded) pause = setTimeout(startInTime, pause_ms)
      // What the same turn of the event loop still brings comes along.
      else setImmediate(startInTime)
    })
}

async function carryOut<Item, Answer>(
  run: (items: readonly Item[]) => Promise<readonly Answer[]>,
  taken: readonly Waiting<Item, Answer>[],
): Promise<void> {
  try {
    const answers = await run(taken.map(({ item }) => item))
    for (const [at, { resolve }] of taken.entries()) resolve(answers[at] as Answer)
  } catch (error) {
    if (taken.length === 1 || !isOfOneRow(error)) {
      for (const { reject } of taken) reject(error)
      return
    }
    // One row's fault rolled all of them back: each for itself then, and the fault meets whom it concerns.
    for (const one of taken) await carryOut(run, [one])
  }
}

/** Integrity constraints and bad data (classes 23 and 22 of SQLSTATE) are of a row; anything else is of the statement. */
function isOfOneRow(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '')
}
