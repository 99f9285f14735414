/** The world a bench measures: one that runs (`--ready-file`), or a fresh one that is stopped and removed afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeEmbedded } from '../src/infra/database/embedded.ts'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const START_TIMEOUT_MS = 180_000

/** What a bench needs of a demo world's ready file. */
export type Ready = {
  readonly pid: number
  readonly partner_api: { readonly url: string }
  readonly checkout: { readonly url: string }
  readonly card_api: {
    readonly url: string
    readonly merchants: readonly {
      readonly id: string
      readonly password: string
      readonly tokenization: boolean
    }[]
  }
  readonly acquirer: { readonly url: string; readonly api_url: string }
  readonly database: { readonly url: string }
  readonly ca: string
  readonly data_dir: string
  readonly configuration_file: string
  readonly ops: { readonly url: string }
  readonly logs_dir: string
  readonly partners: readonly {
    readonly client_id: string
    readonly certificate: string
    readonly private_key: string
    readonly redirect_url: string
    readonly signs_requests: boolean
  }[]
  readonly banks: readonly {
    readonly id: string
    readonly sca: string
    readonly url: string
    readonly people: readonly {
      readonly login: string
      readonly password: string
      readonly iban: string
      readonly character: string
    }[]
  }[]
}

export type MeasuredWorld = {
  readonly ready: Ready
  readonly folder: string
  /** @param keep leaves the data: `punte demo --data FOLDER/world` goes on with it */
  stop(keep?: boolean): Promise<void>
}

/**
 * @param extra further options of `punte demo` for a fresh world
 * @param own_group a terminal's Ctrl-C does not reach the world: for a bench that stops it itself
 */
export async function openWorld(
  ready_file: string | undefined,
  port_base: number,
  extra: readonly string[],
  own_group = false,
): Promise<MeasuredWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'punte-bench-'))
  const clean = async () => {
    // Where root runs it the database's files lie elsewhere.
    await removeEmbedded(join(folder, 'world'))
    rmSync(folder, { recursive: true, force: true })
  }
  if (ready_file !== undefined) {
    return { ready: JSON.parse(readFileSync(ready_file, 'utf8')) as Ready, folder, stop: clean }
  }
  const file = join(folder, 'ready.json')
  const args = [
    'src/main.ts',
    'demo',
    '--port-base',
    String(port_base),
    '--data',
    join(folder, 'world'),
    '--ready-file',
    file,
    ...extra,
  ]
  // Requests are counted, not logged: a line a request is the operator's choice, and costs what its sink costs.
  const env = { ...process.env, PUNTE_LOG_LEVEL: process.env.PUNTE_LOG_LEVEL ?? 'warn' }
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env,
    detached: own_group,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await readyOrDead(child, file).catch(async (error: unknown) => {
    await clean()
    throw error
  })
  const stop = async (keep = false) => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    if (!keep) await clean()
  }
  return { ready: JSON.parse(readFileSync(file, 'utf8')) as Ready, folder, stop }
}

async function readyOrDead(child: ChildProcess, file: string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(`the world did not start (exit ${child.exitCode})`)
    if (Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error('the world did not answer in time')
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
