/** Writes, or checks, every generated file. */
import { generate } from '../../tools/generate.ts'
import { parseOptions } from './command.ts'

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, { check: { type: 'boolean', default: false } })
  const stale = await generate({ write: !values.check })
  if (values.check && stale.length > 0) {
    process.stdout.write(`stale, run \`punte generate\` and commit:\n${stale.map((path) => `  ${path}\n`).join('')}`)
    return 1
  }
  process.stdout.write(
    stale.length === 0 ? 'every generated file is fresh\n' : `${stale.map((path) => `wrote ${path}\n`).join('')}`,
  )
  return 0
}
