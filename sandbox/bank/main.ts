/**
 * Banks as one process: `node sandbox/bank/main.ts --config FILE [--config FILE …]`. Prints one line of JSON on stdout
 * when all of them answer, logs to stderr, ends on SIGTERM or SIGINT with 0. What a bank is told is in `config.ts`.
 */
import { parseArgs } from 'node:util'
import { type Bank, startBank } from './bank.ts'
import { type BankConfig, readConfig } from './config.ts'

const log = (entry: object): void => console.error(JSON.stringify({ at: new Date().toISOString(), ...entry }))

const start = async (config: BankConfig): Promise<Bank> =>
  startBank(config, (entry) => log({ bank: config.id, ...entry }))

try {
  const { values } = parseArgs({ options: { config: { type: 'string', multiple: true } } })
  if (values.config === undefined) throw new Error('usage: node sandbox/bank/main.ts --config FILE [--config FILE …]')
  const configs = values.config.map(readConfig)
  if (new Set(configs.map(({ data_dir }) => data_dir)).size !== configs.length)
    throw new Error('two banks have the same data_dir')
  const banks = await Promise.all(configs.map(start))
  const stop = () => void Promise.all(banks.map((bank) => bank.close())).then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Started with an IPC channel: its end is the parent's end, however that came.
  if (process.connected) process.once('disconnect', stop)
  const told = banks.map(({ api_url, pages_url }, n) => ({ id: configs[n]?.id, api_url, pages_url }))
  // Of one bank as of old; of several, the list.
  console.log(JSON.stringify({ ready: true, ...(told.length === 1 ? told[0] : { banks: told }), pid: process.pid }))
} catch (error) {
  log({ failed: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
