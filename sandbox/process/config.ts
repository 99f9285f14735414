/**
 * What the shop, the ERP and the mailbox need to be processes: configuration, a line that says ready, a clean stop, a file
 * that remembers, a small web server. Each is started with `--config FILE.json`.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** Reads values by dotted path and collects every fault, so that all are told at once by `done()`. */
export type ConfigReader = {
  text(path: string, fallback?: string): string
  optionalText(path: string): string | undefined
  port(path: string): number
  flag(path: string, fallback: boolean): boolean
  list(path: string): readonly unknown[]
  /** @throws Error naming every fault */
  done(): void
}

/** The configuration named by `--config FILE` of the command line. */
export function readConfigFile(argv: readonly string[] = process.argv.slice(2)): ConfigReader {
  const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
  if (values.config === undefined) throw new Error('usage: node main.ts --config FILE.json')
  return configReader(JSON.parse(readFileSync(values.config, 'utf8')))
}

export function configReader(config: unknown): ConfigReader {
  const faults: string[] = []
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), config)
  const typed = <T>(
    path: string,
    fallback: T | undefined,
    accepts: (value: unknown) => value is T,
    says: string,
    empty: T,
  ): T => {
    const value = at(path) ?? fallback
    if (accepts(value)) return value
    faults.push(`${path}: ${says}`)
    return empty
  }
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  return {
    text: (path, fallback) => typed(path, fallback, isText, 'must be a text', ''),
    optionalText: (path) => (at(path) === undefined ? undefined : typed(path, undefined, isText, 'must be a text', '')),
    port: (path) => typed(path, undefined, isPort, 'must be a port, 0 to 65535', 0),
    flag: (path, fallback) =>
      typed(path, fallback, (value) => typeof value === 'boolean', 'must be true or false', false),
    list: (path) => typed<readonly unknown[]>(path, [], Array.isArray, 'must be a list', []),
    done: () => {
      if (faults.length > 0) throw new Error(`configuration: ${faults.join('; ')}`)
    },
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65535
}
