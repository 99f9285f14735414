/**
 * House rules that neither the compiler nor the linter knows: who may read the environment, speak SQL, tell the time,
 * and how long a file may grow. Text rules: they err on the side of a false alarm, which the exceptions below name.
 *
 *   node tools/house.ts          prints faults, exit 1 where there are any
 */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const MAX_LINES = 400

export type SourceFile = { readonly path: string; readonly text: string }

type Rule = {
  readonly says: string
  readonly applies: (path: string) => boolean
  readonly pattern: RegExp
}

// Tests, and what only tests use: fixtures, `testing/` folders, processes that a test starts.
const is_test = (path: string): boolean => /\.test\.tsx?$|\/testing\/|\/fixture\.ts$|-child\.ts$/.test(path)

const RULES: readonly Rule[] = [
  {
    says: 'only src/config.ts reads the environment (commands that hand it to children are excepted by name)',
    applies: (path) =>
      path.startsWith('src/') &&
      !is_test(path) &&
      path !== 'src/config.ts' &&
      // Hands the environment to children, reads nothing of it.
      path !== 'src/commands/child-environment.ts' &&
      // The test database's address comes from the runner, not from an operator.
      path !== 'src/infra/database/template.ts',
    pattern: /\bprocess\.env\b|\benv\b[^\n]*\bfrom 'node:process'/,
  },
  {
    says: 'SQL stands only in store.ts files and in src/infra/',
    applies: (path) =>
      path.startsWith('src/') && !is_test(path) && !path.startsWith('src/infra/') && !/(^|\/|-)store\.ts$/.test(path),
    pattern:
      /[`'"]\s*(select\b[^`'"]*\bfrom\b|select\s+\w+\s*\(|insert\s+into\b|update\s+[\w.]+\s+set\b|delete\s+from\b|with\s+\w+\s+as\b|(create|alter|drop|truncate)\s+(table|index|sequence|database|schema)\b|listen\s+\w+|notify\s+\w+)/i,
  },
  {
    says: 'only the clock of the context tells the time in src/domain and src/http',
    applies: (path) => /^src\/(domain|http)\//.test(path) && !is_test(path),
    pattern: /\bnew Date\(\s*\)|\bDate\.now\(/,
  },
  {
    says: 'code does not print; it logs (commands may print)',
    applies: (path) => /^src\/(domain|http|infra)\//.test(path) && !is_test(path),
    pattern: /\bconsole\.(log|info|warn|error|debug)\(/,
  },
]

/** Comments out, lines kept, so that a rule neither fires on prose nor loses its line number. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;,{(])\/\/[^\n]*/g, '$1')
}

/** Faults of one file, as `path:line: rule`. */
export function faultsOf(file: SourceFile): string[] {
  const faults: string[] = []
  const lines = file.text.split('\n').length
  if (lines > MAX_LINES) faults.push(`${file.path}: ${lines} lines, at most ${MAX_LINES}`)
  const text = withoutComments(file.text)
  for (const rule of RULES) {
    if (!rule.applies(file.path)) continue
    const found = rule.pattern.exec(text)
    if (found !== null) faults.push(`${file.path}:${text.slice(0, found.index).split('\n').length}: ${rule.says}`)
  }
  return faults
}

/** Every fault of the repository. */
export function houseFaults(): string[] {
  const paths = globSync('{src,sdk,sandbox,web,tools,bench,tests}/**/*.{ts,tsx}', {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  })
  return paths.sort().flatMap((path) => faultsOf({ path, text: readFileSync(ROOT + path, 'utf8') }))
}

if (import.meta.main) {
  const faults = houseFaults()
  for (const fault of faults) process.stdout.write(`${fault}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
