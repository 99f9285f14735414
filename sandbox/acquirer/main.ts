/** The acquirer as a process: `node sandbox/acquirer/main.ts --config FILE`. Prints one JSON line when it answers. */
import { parseArgs } from 'node:util'
import { runProcess } from '../process/lifecycle.ts'
import { startAcquirer } from './acquirer.ts'
import { readConfig } from './config.ts'

await runProcess(async () => {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  if (values.config === undefined) throw new Error('usage: node sandbox/acquirer/main.ts --config FILE')
  const config = readConfig(values.config)
  const acquirer = await startAcquirer(config)
  return {
    facts: { id: config.id, api_url: acquirer.api_url, pages_url: acquirer.pages_url, pid: process.pid },
    close: acquirer.close,
  }
})
