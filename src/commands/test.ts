/**
 * All that tests, in one command: the checks of the house, then every test file, browser journeys included. The runner's
 * own summary ends it, and counts everything.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { childEnvironment } from './child-environment.ts'
import { CommandError, parseOptions, ROOT, UsageError } from './command.ts'
import { ensurePages } from './pages.ts'
import { runChild } from './process.ts'

const KINDS = ['checks', 'unit', 'journeys'] as const
type Kind = (typeof KINDS)[number]

const CHECKS = 'tools/checks.test.ts'
const UNIT_FOLDERS = ['src', 'sdk', 'sandbox', 'web', 'bench', 'tools']
/** A test that takes longer hangs. Journeys boot a whole world. */
const TIMEOUT_MS = 600_000
const END_IN_TIME = `${ROOT}tools/test-end.ts`

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { only: { type: 'string' } }, { min: 0, max: 10_000 })
  const only = KINDS.find((kind) => kind === values.only)
  if (values.only !== undefined && only === undefined) throw new UsageError(`--only: ${KINDS.join(', ')}`)
  const files =
    positionals.length > 0 ? filesNamed(positionals) : filesOf((kind) => only === undefined || only === kind)
  if (files.length === 0) throw new CommandError('no test file found')
  return await runTests(files)
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** The checks first: what they say is what a person mends first. */
function filesOf(wanted: (kind: Kind) => boolean): string[] {
  const under = (folder: string) =>
    globSync(`${folder}/**/*.test.{ts,tsx}`, {
      cwd: ROOT,
      exclude: (name) => name === 'node_modules' || name === 'dist',
    })
  const unit = wanted('unit') ? UNIT_FOLDERS.flatMap(under).filter((path) => path !== CHECKS) : []
  const journeys = wanted('journeys') ? under('tests') : []
  return [...(wanted('checks') ? [CHECKS] : []), ...unit.sort(), ...journeys.sort()]
}

/** Files and folders given on the command line; a folder means every test below it. */
function filesNamed(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const full = existsSync(resolve(path)) ? resolve(path) : resolve(ROOT, path)
    if (!existsSync(full)) throw new UsageError(`no such file or folder: ${path}`)
    if (!statSync(full).isDirectory()) return [relative(ROOT, full)]
    const found = globSync('**/*.test.{ts,tsx}', { cwd: full, exclude: (name) => name === 'node_modules' })
    return found.sort().map((file) => relative(ROOT, resolve(full, file)))
  })
}

async function runTests(files: readonly string[]): Promise<number> {
  const journeys = files.some((file) => file.startsWith('tests/'))
  const needs_browser =
    journeys || files.some((file) => /findChromium|playwright/.test(readFileSync(ROOT + file, 'utf8')))
  if (needs_browser) {
    const { ensureChromium } = await import('../../tools/chromium.ts')
    ensureChromium(say)
    await ensurePages()
  }
  if (files.length === 1 && files[0] === CHECKS) return await runNodeTest(files, undefined)
  const { testServer } = await import('../infra/database/template.ts')
  const server = await testServer()
  try {
    return await runNodeTest(files, server.url)
  } finally {
    await server.release()
  }
}

function runNodeTest(files: readonly string[], database_url: string | undefined): Promise<number> {
  const limits = ['--test-concurrency=2', `--test-timeout=${TIMEOUT_MS}`, '--import', pathToFileURL(END_IN_TIME).href]
  const options = ['--test', '--test-reporter=spec', ...limits]
  const env = childEnvironment({ PUNTE_TEST_DATABASE_URL: database_url, NODE_TEST_CONTEXT: undefined })
  return runChild(process.execPath, [...options, ...files], { env })
}
