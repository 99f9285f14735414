/** Brings the database to this version's schema, the job queue's own tables included. */
import { composeDatabase } from '../compose.ts'
import { readSettings } from '../config.ts'
import { createLog } from '../infra/log.ts'
import { parseOptions } from './command.ts'

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, { check: { type: 'boolean', default: false } })
  const settings = readSettings([])
  const log = createLog(settings.PUNTE_LOG_LEVEL === 'debug' ? 'debug' : 'warn')
  const database = await composeDatabase(settings, log, { schema: values.check ? 'require' : 'migrate' })
  await database.close()
  process.stdout.write(
    values.check ? 'the schema is that of this version\n' : 'the database has the schema of this version\n',
  )
  return 0
}
