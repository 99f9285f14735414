/**
 * The demo's children. Each is a process group of its own, so that Ctrl-C reaches the demo alone and the demo stops
 * them in order; each has an IPC channel, whose closing tells it that the demo is gone, whatever way it went.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, createWriteStream, openSync } from 'node:fs'
import { CommandError, ROOT } from '../command.ts'

// Generous: a laptop that does much else at once starts a dozen processes slowly, and that is no fault of theirs.
const STOP_TIMEOUT_MS = 30_000
const READY_TIMEOUT_MS = 180_000
const BACK_OFF_FIRST_MS = 100
const BACK_OFF_LAST_MS = 30_000
/** A child that lived this long is no child that cannot start: after its next death the delay is the first one again. */
const STEADY_MS = 5_000

export type ChildSpec = {
  readonly name: string
  /** Script and arguments, from the repository's root. */
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly log_file: string
  /** How it says that it answers: a JSON line `{"ready":true,…}` on stdout, or the same object as an IPC message. */
  readonly ready_by: 'stdout' | 'message'
  readonly on_event: (words: string) => void
}

export type Child = {
  readonly name: string
  /** What the child said with `ready`, of its first start. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>
  pid(): number | undefined
  /** SIGTERM, and SIGKILL to its whole group after half a minute. Never rejects. */
  stop(): Promise<void>
  /** SIGKILL to its group at once. */
  kill(): void
}

/** Starts a child and keeps it running: after an unexpected death it is started again, with back-off. */
export function startChild(spec: ChildSpec): Child {
  const first = Promise.withResolvers<Readonly<Record<string, unknown>>>()
  // A stop during the start makes nobody wait for `ready`; the rejection must not bring the demo down.
  first.promise.catch(() => {})
  let stopping = false
  let answered = false
  let back_off_ms = BACK_OFF_FIRST_MS
  let restart: NodeJS.Timeout | undefined
  let current = launch()

  function launch(): ChildProcess {
    const started_at = performance.now()
    const child = spawnChild(spec, (message) => {
      clearTimeout(timer)
      if (answered) spec.on_event(`${spec.name} answers again (process ${child.pid})`)
      answered = true
      first.resolve(message)
    })
    const timer = setTimeout(() => {
      first.reject(
        new CommandError(`${spec.name} did not answer within ${READY_TIMEOUT_MS / 1000} s; see ${spec.log_file}`),
      )
      killGroup(child)
    }, READY_TIMEOUT_MS)
    child.once('error', (error) => first.reject(new CommandError(`${spec.name} cannot be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      if (stopping) return
      const how = signal === null ? `exit code ${code}` : signal
      if (!answered) {
        first.reject(new CommandError(`${spec.name} ended before it answered (${how}); see ${spec.log_file}`))
        return
      }
      if (performance.now() - started_at > STEADY_MS) back_off_ms = BACK_OFF_FIRST_MS
      spec.on_event(`${spec.name} ended unexpectedly (${how}); starting it again in ${back_off_ms / 1000} s`)
      restart = setTimeout(() => {
        current = launch()
      }, back_off_ms)
      back_off_ms = Math.min(back_off_ms * 2, BACK_OFF_LAST_MS)
    })
    return child
  }

  return {
    name: spec.name,
    ready: first.promise,
    pid: () => current.pid,
    async stop() {
      stopping = true
      clearTimeout(restart)
      await stopProcess(current, () =>
        spec.on_event(`${spec.name} did not stop within ${STOP_TIMEOUT_MS / 1000} s; killed`),
      )
    },
    kill() {
      stopping = true
      clearTimeout(restart)
      killGroup(current)
    },
  }
}

function spawnChild(spec: ChildSpec, on_ready: (message: Record<string, unknown>) => void): ChildProcess {
  const log = openSync(spec.log_file, 'a', 0o600)
  const [script = '', ...args] = spec.args
  const child = spawn(process.execPath, [ROOT + script, ...args], {
    cwd: ROOT,
    env: spec.env,
    detached: true,
    // Straight into the file where nothing is read from stdout: a busy server's log must not pass through this process.
    stdio: ['ignore', spec.ready_by === 'stdout' ? 'pipe' : log, log, 'ipc'],
  })
  closeSync(log)
  // The channel is one-way in meaning: children notice its closing. A send to a dying child must not throw here.
  child.on('error', () => {})
  if (spec.ready_by === 'message') {
    child.on('message', (message) => {
      if (isReady(message)) on_ready(message)
    })
  } else if (child.stdout !== null) {
    readReadyLine(child.stdout, on_ready)
    child.stdout.pipe(createWriteStream(spec.log_file, { flags: 'a', mode: 0o600 }))
  }
  return child
}

function readReadyLine(stdout: NodeJS.ReadableStream, on_ready: (message: Record<string, unknown>) => void): void {
  let text = ''
  const read = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-65_536)
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      const message = parsed(text.slice(0, end))
      text = text.slice(end + 1)
      if (!isReady(message)) continue
      stdout.off('data', read)
      on_ready(message)
      return
    }
  }
  stdout.on('data', read)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isReady = (message: unknown): message is Record<string, unknown> =>
  typeof message === 'object' && message !== null && 'ready' in message && message.ready === true

async function stopProcess(child: ChildProcess, on_kill: () => void): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => {
    on_kill()
    killGroup(child)
  }, STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
  // What the child itself left behind in its group goes with it.
  killGroup(child)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is empty: nothing is left to end.
  }
}
