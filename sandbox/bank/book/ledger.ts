/**
 * The ledger file: one JSON object a line, only ever appended to. An entry is written before anything that follows from
 * it is answered, by one write(2): what was answered survives kill -9 (not a power cut: it is a simulated bank).
 */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export type JournalFile = {
  append(entry: object): void
  close(): void
}

const CHUNK_BYTES = 1 << 20

/**
 * Opens (or creates) a file of JSON lines, hands every whole line to `replay` in order, and cuts off a torn last line.
 * Throws when a line other than the last is not JSON: a ledger that cannot be read must not be written on.
 */
export function openJournal(path: string, replay: (entry: unknown) => void): JournalFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'a+', 0o600)
  const whole_bytes = replayLines(file, (line) => replay(JSON.parse(line)))
  if (whole_bytes < fstatSync(file).size) ftruncateSync(file, whole_bytes)
  let open = true
  return {
    append(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`)
    },
    close() {
      if (open) closeSync(file)
      open = false
    },
  }
}

/** Reads line by line without holding the file in memory; answers how many bytes the whole lines take. */
function replayLines(file: number, line: (text: string) => void): number {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  let whole_bytes = 0
  for (;;) {
    const read = readSync(file, chunk, 0, CHUNK_BYTES, position)
    if (read === 0) return whole_bytes
    position += read
    let data: Buffer = Buffer.concat([rest, chunk.subarray(0, read)])
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
      if (end > 0) line(data.toString('utf8', 0, end))
      whole_bytes += end + 1
      data = data.subarray(end + 1)
    }
    rest = Buffer.from(data)
  }
}
