/** Runs a measurement of `bench/` as its own process: what is measured must not share a heap with who measures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { ROOT, UsageError } from './command.ts'
import { runChild } from './process.ts'

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const names = benchNames()
  if (name === undefined || !names.includes(name)) {
    throw new UsageError(
      `${name === undefined ? 'Which bench?' : `No such bench: ${name}.`} Known: ${names.join(', ') || 'none'}`,
    )
  }
  if (rest.includes('--help')) {
    process.stdout.write(`${aboutBench(name)}\n`)
    return 0
  }
  return await runChild(process.execPath, [`${ROOT}bench/${name}.ts`, ...rest])
}

/** What stands at the head of its file. */
function aboutBench(name: string): string {
  const [, words = ''] = /^\/\*\*(.*?)\*\//s.exec(readFileSync(`${ROOT}bench/${name}.ts`, 'utf8')) ?? []
  return words
    .split('\n')
    .map((line) => line.replace(/^ *\* ?/, '').trimEnd())
    .join('\n')
    .trim()
}

const PROGRAM = /import\.meta\.main|^process\.exitCode = /m

/** Files of `bench/` that are programs; the others are what these share. */
function benchNames(): string[] {
  if (!existsSync(`${ROOT}bench`)) return []
  return readdirSync(`${ROOT}bench`)
    .filter((file) => file.endsWith('.ts') && PROGRAM.test(readFileSync(`${ROOT}bench/${file}`, 'utf8')))
    .map((file) => file.slice(0, -'.ts'.length))
}
