/**
 * Builds the pages: bundles each app with Vite, writes a Brotli and a gzip sibling beside each file that is sent, and holds
 * the transfer budget of the payers' page. Does nothing where the sources have not changed since the last build.
 *
 *   node web/build.ts
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** What the payers' whole page (HTML, script, style) may weigh on the wire, Brotli, in bytes. */
export const TRANSFER_BUDGET_BYTES = 90_000

export type PagesBuild = {
  /** Absolute folder that holds `index.html` and `assets/`. */
  readonly dir: string
  /** False when the last build was still good. */
  readonly built: boolean
  /** Sum of the Brotli sizes of all that a first visit transfers. */
  readonly transfer_bytes: number
}

const WEB_DIR = import.meta.dirname
const STAMP = '.stamp'
const SENT = /\.(html|js|css|svg)$/

/** Payers' page, back office, the partners' own view. The latter two share a folder. */
const APPS = {
  checkout: { shares: [], budget_bytes: TRANSFER_BUDGET_BYTES },
  office: { shares: ['shared'], budget_bytes: Number.POSITIVE_INFINITY },
  portal: { shares: ['shared'], budget_bytes: Number.POSITIVE_INFINITY },
} as const
export type App = keyof typeof APPS
const NAMES = Object.keys(APPS) as readonly App[]

/**
 * Builds the pages of an app where their sources changed. Safe to call from several processes at once: each builds in a
 * folder of its own, and the finished folder takes the place of the old one.
 *
 * @throws Error when a page is over its budget, or does not compile
 */
export async function buildPages(app: App = 'checkout'): Promise<PagesBuild> {
  const app_dir = join(WEB_DIR, app)
  const dist = join(app_dir, 'dist')
  const stamp = sourceStamp(app)
  if (readStamp(dist) === stamp) return { dir: dist, built: false, transfer_bytes: transferBytes(dist) }

  const { budget_bytes } = APPS[app]
  const fresh = join(dist, `.fresh-${process.pid}-${Date.now()}`)
  mkdirSync(fresh, { recursive: true })
  try {
    const { build } = await import('vite')
    await build({
      configFile: join(app_dir, 'vite.config.ts'),
      mode: 'production',
      logLevel: 'warn',
      build: { outDir: fresh, emptyOutDir: true },
    })
    compress(fresh)
    const transfer_bytes = transferBytes(fresh)
    if (transfer_bytes > budget_bytes) {
      throw new Error(`The hosted page is ${transfer_bytes} bytes (Brotli); its budget is ${budget_bytes}.`)
    }
    writeFileSync(join(fresh, STAMP), stamp)
    replace(dist, fresh)
    return { dir: dist, built: true, transfer_bytes }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

// Assets first and the page last, file by file: a reader never meets a page whose assets are missing. Assets of an
// older build go only after the new page is in place.
function replace(dist: string, fresh: string): void {
  const names = filesUnder(fresh).map((path) => relative(fresh, path))
  const order = (name: string) => (name === STAMP ? 2 : name.startsWith('index.html') ? 1 : 0)
  mkdirSync(join(dist, 'assets'), { recursive: true })
  for (const name of names.sort((a, b) => order(a) - order(b))) renameSync(join(fresh, name), join(dist, name))
  const kept = new Set(names)
  for (const path of filesUnder(join(dist, 'assets'))) {
    if (!kept.has(relative(dist, path))) rmSync(path, { force: true })
  }
  // What builds that were killed have left behind.
  for (const name of readdirSync(dist)) {
    const path = join(dist, name)
    if (name.startsWith('.fresh-') && Date.now() - statSync(path).mtimeMs > 600_000) rmSync(path, { recursive: true })
  }
}

function compress(dir: string): void {
  for (const path of filesUnder(dir)) {
    if (!SENT.test(path)) continue
    const bytes = readFileSync(path)
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
  }
}

function transferBytes(dir: string): number {
  const sent = [join(dir, 'index.html.br'), ...filesUnder(join(dir, 'assets')).filter((path) => path.endsWith('.br'))]
  return sent.reduce((sum, path) => sum + readFileSync(path).length, 0)
}

/** Hash of everything the bundle is made from: sources, configuration, and the versions of the tools. */
function sourceStamp(app: App): string {
  const hash = createHash('sha256')
  const app_dir = join(WEB_DIR, app)
  const folders = [join(app_dir, 'src'), ...APPS[app].shares.map((name) => join(WEB_DIR, name))]
  const sources = [join(app_dir, 'index.html'), join(app_dir, 'vite.config.ts'), import.meta.filename]
  for (const path of [...sources, ...folders.flatMap(filesUnder)].sort()) {
    if (/\.test\.tsx?$/.test(path)) continue
    hash
      .update(`${relative(WEB_DIR, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  hash.update(readFileSync(join(WEB_DIR, 'package.json')))
  return hash.digest('hex')
}

function readStamp(dist: string): string | undefined {
  const path = join(dist, STAMP)
  return existsSync(path) && existsSync(join(dist, 'index.html')) ? readFileSync(path, 'utf8') : undefined
}

function filesUnder(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

if (import.meta.main) {
  for (const app of NAMES) {
    const { built, transfer_bytes } = await buildPages(app)
    console.log(`${app}: ${built ? 'built' : 'unchanged'}, ${(transfer_bytes / 1000).toFixed(1)} kB (Brotli)`)
  }
}
