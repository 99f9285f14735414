/**
 * An append-only file of JSON lines. A record is in the file (in the system's cache: a killed process loses nothing) before
 * `append` resolves; records that come together are written together.
 */
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

export type Journal<T> = {
  append(record: T): Promise<void>
  /** Puts these records in place of all, in one step: a kill in between leaves the old file or the new one. */
  rewrite(records: Iterable<T>): Promise<void>
  /** Records in the file. */
  readonly count: number
  close(): Promise<void>
}

/**
 * Opens the file, made if it is not there and readable by its owner alone, and hands every record to `onRecord` in order.
 * The torn line that a kill may have left at the end is cut off.
 * @throws SyntaxError when a line in the middle is not JSON
 */
export async function openJournal<T>(file: string, onRecord: (record: T) => void): Promise<Journal<T>> {
  await mkdir(dirname(file), { recursive: true })
  let handle = await open(file, 'a', 0o600)
  await cutTornLine(file)
  let count = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    onRecord(JSON.parse(line))
    count += 1
  }

  let waiting: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  let work: Promise<void> = Promise.resolve()
  // One thing at a time, in order; a failed one does not hinder the next.
  const queue = (task: () => Promise<void>): Promise<void> => {
    const done = work.then(task)
    work = done.catch(() => {})
    return done
  }
  const flush = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    try {
      await handle.appendFile(batch.map((entry) => entry.text).join(''))
      count += batch.length
      for (const entry of batch) entry.resolve()
    } catch (error) {
      for (const entry of batch) entry.reject(error)
    }
  }

  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        waiting.push({ text: `${JSON.stringify(record)}\n`, resolve, reject })
        if (waiting.length === 1) void queue(flush)
      }),
    rewrite: (records) =>
      queue(async () => {
        const lines = Array.from(records, (record) => `${JSON.stringify(record)}\n`)
        await writeFile(`${file}.new`, lines, { mode: 0o600 })
        await rename(`${file}.new`, file)
        await handle.close()
        handle = await openForAppend(file)
        count = lines.length
      }),
    get count() {
      return count
    },
    close: () => queue(() => handle.close()),
  }
}

const openForAppend = (file: string): Promise<FileHandle> => open(file, 'a', 0o600)

async function cutTornLine(file: string): Promise<void> {
  const { size } = await stat(file)
  const handle = await open(file, 'r')
  try {
    const chunk = Buffer.alloc(65_536)
    let end = size
    while (end > 0) {
      const from = Math.max(0, end - chunk.length)
      const { bytesRead } = await handle.read(chunk, 0, end - from, from)
      const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a)
      if (newline >= 0) {
        if (from + newline + 1 < size) await truncate(file, from + newline + 1)
        return
      }
      end = from
    }
    if (size > 0) await truncate(file, 0)
  } finally {
    await handle.close()
  }
}
