/** The embedded PostgreSQL as a process of its own: the demo and the test runner share it among theirs. */
import { resolve } from 'node:path'
import { readSettings } from '../config.ts'
import { startEmbedded } from '../infra/database/embedded.ts'
import { createLog } from '../infra/log.ts'
import { parseOptions, wholeNumber } from './command.ts'
import { sayReady, untilStopped } from './lifetime.ts'

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, { data: { type: 'string' }, port: { type: 'string' } })
  const settings = readSettings([])
  const port =
    values.port === undefined
      ? settings.PUNTE_DATABASE_PORT
      : wholeNumber('--port', values.port, { min: 1, max: 65_535 })
  const data_dir = resolve(values.data ?? settings.PUNTE_DATA_DIR)
  const stopped = untilStopped()
  const embedded = await startEmbedded({ data_dir, port, log: createLog(settings.PUNTE_LOG_LEVEL) })
  // The address holds the password: to a parent it goes over the channel, to a person by PUNTE_DATA_DIR's password file.
  if (!sayReady({ url: embedded.url, socket_url: embedded.socket_url }))
    process.stdout.write(`PostgreSQL answers on 127.0.0.1:${port}; Ctrl-C stops it\n`)
  await stopped
  await embedded.stop()
  return 0
}
