/** Checks of the house: what the compiler, the formatter and the import rules say. `tools/checks.test.ts` runs them. */
import { existsSync } from 'node:fs'
import { childEnvironment } from './child-environment.ts'
import { ROOT } from './command.ts'
import { captureChild } from './process.ts'

export type Check = { readonly name: string; readonly script: string; readonly args: readonly string[] }

const bin = (path: string): string => `${ROOT}node_modules/${path}`
const PROJECTS = ['src', 'sdk', 'sandbox', 'web', 'bench', 'tools', 'tests']
const TIMEOUT_MS = 300_000
const SHOWN_LINES = 150

/** Every check is a Node script, so that none depends on a shell or on PATH. */
export function houseChecks(): readonly Check[] {
  const tsc = bin('typescript/bin/tsc')
  const cruised = PROJECTS.filter((folder) => existsSync(ROOT + folder))
  return [
    { name: 'types of server, sdk, sandbox and tests', script: tsc, args: ['--noEmit'] },
    { name: 'types of the pages', script: tsc, args: ['--noEmit', '-p', 'web'] },
    {
      name: 'format and lint',
      script: bin('@biomejs/biome/bin/biome'),
      args: ['check', '--max-diagnostics=50', '--diagnostic-level=error', '.'],
    },
    {
      name: 'import direction and circles',
      script: bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      args: ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', ...cruised],
    },
    {
      name: 'dead code and unused packages',
      script: bin('knip/bin/knip.js'),
      args: ['--no-progress', '--no-config-hints'],
    },
    { name: 'house rules', script: `${ROOT}tools/house.ts`, args: [] },
    { name: 'generated files are fresh', script: `${ROOT}src/main.ts`, args: ['generate', '--check'] },
  ]
}

/** @returns what is wrong, in the checker's words; undefined when all is well */
export async function runCheck(check: Check): Promise<string | undefined> {
  const { code, output } = await captureChild(process.execPath, [check.script, ...check.args], {
    timeout_ms: TIMEOUT_MS,
    env: childEnvironment({ FORCE_COLOR: undefined, NO_COLOR: '1', NODE_TEST_CONTEXT: undefined }),
  })
  return code === 0 ? undefined : relevant(output)
}

// dependency-cruiser warns that it cannot use TypeScript 7's compiler; it reads our files with swc instead.
function relevant(output: string): string {
  const cut = output.indexOf('‼ missing-tsc-transpiler')
  const lines = (cut === -1 ? output : output.slice(0, cut)).trim().split('\n')
  const more = lines.length - SHOWN_LINES
  return [...lines.slice(0, SHOWN_LINES), ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n')
}
