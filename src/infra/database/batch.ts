/**
 * Small writes that come one at a time from many callers, made together: each caller waits until its row is committed, and
 * a commit is shared by all that came within the window. For records of what is done already; a lost batch is done again.
 */

export type Batch<Row> = {
  /** Resolves when the row is committed; rejects with what the database said of its batch. */
  add(row: Row): Promise<void>
}

/**
 * @param keyOf rows of one key are written once a batch, the last of them: one statement cannot change a row twice
 * @param write one statement for all rows
 */
export function createBatch<Row>(input: {
  readonly window_ms: number
  readonly most: number
  readonly keyOf: (row: Row) => string
  readonly write: (rows: readonly Row[]) => Promise<void>
}): Batch<Row> {
  let rows = new Map<string, Row>()
  let written: PromiseWithResolvers<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    if (written === undefined) return
    clearTimeout(timer)
    const { resolve, reject } = written
    const batch = [...rows.values()]
    rows = new Map()
    written = undefined
    input.write(batch).then(resolve, reject)
  }
  return {
    add(row) {
      if (written === undefined) {
        written = Promise.withResolvers<void>()
        timer = setTimeout(flush, input.window_ms)
      }
      const { promise } = written
      rows.set(input.keyOf(row), row)
      if (rows.size >= input.most) flush()
      return promise
    },
  }
}
