/** The operator's commands, by the launcher, as child processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT } from './world.ts'

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const TIMEOUT_MS = 300_000

/** `./punte …`, with nothing in the environment but what is given and what a shell has. Never rejects for the exit code. */
export async function punte(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = '', HOME = '', LANG = '' } = process.env
  return run(`${ROOT}punte`, args, { PATH, HOME, LANG, ...env })
}

/** The same against a running world's server: its settings, its database, its keys. */
export async function punteIn(
  world: { readonly facts: { readonly configuration_file: string } },
  ...args: readonly string[]
): Promise<Ran> {
  return punte(args, { PUNTE_CONFIG_FILE: world.facts.configuration_file })
}

export async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  cwd?: string,
): Promise<Ran> {
  const child = spawn(program, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    ...(cwd !== undefined && { cwd }),
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}
