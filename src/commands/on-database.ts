/** What commands work on, for as long as their work takes; complaints go to stderr, answers are what they print. */
import { compose, composeDatabase } from '../compose.ts'
import { readSettings, type Settings } from '../config.ts'
import type { Context } from '../domain/context.ts'
import type { Database } from '../infra/database/database.ts'
import { createLog, type Log } from '../infra/log.ts'

const complaints = (): Log => createLog('warn', { write: (line) => void process.stderr.write(line) })

/** The database alone, of this version's schema. */
export async function onDatabase<T>(settings: Settings, work: (db: Database) => Promise<T>): Promise<T> {
  const database = await composeDatabase(settings, complaints(), { schema: 'require' })
  try {
    return await work(database.db)
  } finally {
    await database.close()
  }
}

/** The whole context, as the service has it: banks, acquirers and partners can be asked. */
export async function inContext<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const { context, close } = await compose(readSettings(), complaints(), { schema: 'require' })
  try {
    return await work(context)
  } finally {
    await close()
  }
}
