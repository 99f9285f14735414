/** Proves the chain: every row says what it said when it was written, none is missing, none stands elsewhere. */
import type { Anchor } from './anchor.ts'
import { GENESIS, hashOf } from './chain.ts'
import { type Queries, rowsAfter } from './store.ts'

/** A page of rows is all that is in memory: about 10 MB at the most. */
const PAGE = 2_000

/** What is wrong with the first row that is not as it was written. */
export type ChainFault = 'missing' | 'unlinked' | 'changed' | 'anchored_otherwise' | 'cut'

export type Verdict =
  | { readonly whole: true; readonly rows: number; readonly last_hash: string }
  | { readonly whole: false; readonly number: number; readonly fault: ChainFault; readonly words: string }

/**
 * Reads the whole chain in pages, from the first row on.
 *
 * @param anchor its row must be there as it was
 * @param onPage told of each page that is proved, by the number of its last row
 * @returns the first row that is not as it was written, and why
 */
export async function verifyChain(db: Queries, anchor?: Anchor, onPage?: (number: number) => void): Promise<Verdict> {
  let last = 0
  let last_hash = GENESIS
  for (;;) {
    const rows = await rowsAfter(db, last, PAGE)
    for (const row of rows) {
      const broken = (fault: ChainFault, words: string): Verdict => ({ whole: false, number: row.number, fault, words })
      if (row.number !== last + 1)
        return {
          whole: false,
          number: last + 1,
          fault: 'missing',
          words: `is missing: after row ${last} comes row ${row.number}`,
        }
      if (row.previous_hash !== last_hash) return broken('unlinked', 'does not follow from the row before it')
      if (row.hash !== hashOf(row)) return broken('changed', 'was changed: its hash is not that of what it says')
      if (row.number === anchor?.number && row.hash !== anchor.hash)
        return broken('anchored_otherwise', `is not the one anchored at ${anchor.at}: the chain was written anew`)
      last = row.number
      last_hash = row.hash
    }
    onPage?.(last)
    if (rows.length < PAGE) break
  }
  if (anchor !== undefined && last < anchor.number)
    return {
      whole: false,
      number: last + 1,
      fault: 'cut',
      words: `is missing: the chain was cut, row ${anchor.number} is anchored`,
    }
  return { whole: true, rows: last, last_hash }
}
