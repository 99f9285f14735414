/**
 * One bank as a process: `node sandbox/bank/main.ts --config FILE`. Prints one line of JSON on stdout when it answers,
 * logs to stderr, ends on SIGTERM or SIGINT with 0. What it is told is in `config.ts`.
 */
import { parseArgs } from 'node:util'
import { startBank } from './bank.ts'
import { readConfig } from './config.ts'

const log = (entry: object): void => console.error(JSON.stringify({ at: new Date().toISOString(), ...entry }))

try {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  if (values.config === undefined) throw new Error('usage: node sandbox/bank/main.ts --config FILE')
  const config = readConfig(values.config)
  const bank = await startBank(config, (entry) => log({ bank: config.id, ...entry }))
  const stop = () => void bank.close().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Started with an IPC channel: its end is the parent's end, however that came.
  if (process.connected) process.once('disconnect', stop)
  console.log(
    JSON.stringify({ ready: true, id: config.id, api_url: bank.api_url, pages_url: bank.pages_url, pid: process.pid }),
  )
} catch (error) {
  log({ failed: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
