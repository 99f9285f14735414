/**
 * Work that strangers can set off by one call (a payer's return, a bank's notification), one after another for each name.
 * Whoever comes while one is under way shares the one that begins after it: everybody's question is asked after they came,
 * and a flood of calls is at most one question at a time.
 */
type Turn = { readonly running: Promise<void>; next: Promise<void> | undefined }

const turns = new Map<string, Turn>()

/** Runs `work` now, or once after what is under way under this name. Rejects with what its run rejects with. */
export function inTurn(name: string, work: () => Promise<void>): Promise<void> {
  const turn = turns.get(name)
  if (turn === undefined) return run(name, work)
  turn.next ??= turn.running.then(
    () => run(name, work),
    () => run(name, work),
  )
  return turn.next
}

function run(name: string, work: () => Promise<void>): Promise<void> {
  const turn: Turn = { running: work(), next: undefined }
  turns.set(name, turn)
  const over = () => {
    if (turn.next === undefined) turns.delete(name)
  }
  turn.running.then(over, over)
  return turn.running
}
