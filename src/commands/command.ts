/**
 * The commands of `punte`, one file each: `run(args)` returns the exit code. A command imports what it needs and no
 * more, since `punte help` must not wait for the database driver.
 */
import { fileURLToPath } from 'node:url'
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The repository's root, with a closing slash: where migrations, pages and the sandbox lie. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type CommandModule = {
  /** @returns the exit code; 0 is success */
  run(args: readonly string[]): Promise<number>
}

/** The command line is wrong: told in one line with the usage, exit 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** A failure whose message says all an operator needs: no stack is printed, exit 1. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CommandError'
  }
}

/** The action that a command's first word names. @throws UsageError with those there are */
export function actionOf<Action>(
  command: string,
  actions: Readonly<Record<string, Action>>,
  name: string | undefined,
): Action {
  const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action !== undefined) return action
  const complaint = name === undefined ? 'Which action?' : `no such action: ${command} ${name}.`
  throw new UsageError(`${complaint} ${Object.keys(actions).join(', ')}`)
}

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>>

/**
 * Strict option parsing.
 *
 * @param positionals how many words may stand beside the options
 * @throws UsageError naming the unknown or incomplete option
 */
export function parseOptions<const O extends Options>(
  args: readonly string[],
  options: O,
  positionals: { min?: number; max?: number } = {},
): Parsed<O> {
  let parsed: Parsed<O>
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as Parsed<O>
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  const count = parsed.positionals.length
  const { min = 0, max = min } = positionals
  if (count > max) throw new UsageError(`Unexpected argument '${parsed.positionals[max]}'`)
  if (count < min) throw new UsageError('An argument is missing')
  return parsed
}

/** Reads a whole number within bounds. @throws UsageError */
export function wholeNumber(name: string, text: string, bounds: { min: number; max: number }): number {
  const value = Number(text)
  if (!/^\d{1,15}$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new UsageError(`${name} must be a whole number, ${bounds.min} to ${bounds.max}`)
  }
  return value
}
