/**
 * Work that strangers can set off by one call (a payer's return, a bank's notification), one after another for each name.
 * Whoever comes while one is under way shares the one that begins after it: everybody's question is asked after they came,
 * and a flood of calls is at most one question at a time.
 */
type Turn<T> = { readonly running: Promise<T>; next: Promise<T> | undefined }

const turns = new Map<string, Turn<unknown>>()

/** Runs `work` now, or once after what is under way under this name; answers and rejects as its run does. */
export function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  // A name belongs to one kind of work, so what runs under it answers alike.
  const turn = turns.get(name) as Turn<T> | undefined
  if (turn === undefined) return run(name, work)
  turn.next ??= turn.running.then(
    () => run(name, work),
    () => run(name, work),
  )
  return turn.next
}

function run<T>(name: string, work: () => Promise<T>): Promise<T> {
  const turn: Turn<T> = { running: work(), next: undefined }
  turns.set(name, turn)
  const over = () => {
    if (turn.next === undefined) turns.delete(name)
  }
  turn.running.then(over, over)
  return turn.running
}
