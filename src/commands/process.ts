/** Child processes of commands that run to their end: builds, checks, tests, measurements. */
import { type SpawnOptions, spawn } from 'node:child_process'
import { ROOT } from './command.ts'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program in the repository's root with this process's terminal, and passes signals on.
 *
 * @returns its exit code; 128 + n where a signal ended it
 */
export async function runChild(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', ...options })
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}

/**
 * Runs a program and keeps what it says.
 *
 * @param options.output_max_bytes what is said beyond it is dropped (the beginning is kept)
 */
export async function captureChild(
  program: string,
  args: readonly string[],
  options: { timeout_ms: number; output_max_bytes?: number; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env && { env: options.env }),
  })
  const max = options.output_max_bytes ?? 1_000_000
  let output = ''
  const keep = (chunk: Buffer) => {
    if (output.length < max) output += chunk.toString('utf8')
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout_ms)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exit) => resolve(exit ?? 1))
    })
    return { code, output }
  } finally {
    clearTimeout(timer)
  }
}
