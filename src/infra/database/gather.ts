/**
 * Statements of the same kind that come at the same time, run as one: a commit and its flush to disk are shared, and so is
 * the work of planning and starting a statement. Nothing waits for company: what comes while fewer than `at_once` statements
 * run is sent as it is; what comes later gathers until one of them ends.
 */
import pg from 'pg'
import type { Database } from './database.ts'

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

/** @param onIdle told whenever nothing runs and nothing waits any more */
export function createGather<Item, Answer>(
  input: Kind<Item> & {
    readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>
    readonly onIdle?: () => void
  },
): Gather<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = []
  let running = 0

  const start = () => {
    while (waiting.length > 0 && running < input.at_once) {
      const taken = take()
      running += 1
      carryOut(input.run, taken).finally(() => {
        running -= 1
        start()
        if (running === 0 && waiting.length === 0) input.onIdle?.()
      })
    }
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
      // What the same turn of the event loop still brings comes along.
      if (waiting.length === 1) setImmediate(start)
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
