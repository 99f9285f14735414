/**
 * Where the browser of the journeys is. A test that needs one must have one: what is missing is installed where that is
 * possible, and fails loudly where it is not; it is never skipped.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const INSTALL_TIMEOUT_MS = 300_000

/** Flags with which Chromium runs without a desktop, also as root, and calls nobody on its own. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const

/** Path of a Chromium, from PUNTE_CHROMIUM or one of the usual places. @throws Error that says what to do */
export function findChromium(): string {
  const given = process.env.PUNTE_CHROMIUM
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new Error(`PUNTE_CHROMIUM names ${given}, which does not exist`)
    return given
  }
  const found = PLACES.find((path) => existsSync(path))
  if (found === undefined) {
    throw new Error('no Chromium found: install it (Debian: apt-get install chromium) or name one in PUNTE_CHROMIUM')
  }
  return found
}

/** The same, and installs Debian's Chromium where there is none and this user may. */
export function ensureChromium(say: (words: string) => void): string {
  try {
    return findChromium()
  } catch (error) {
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw error
  }
  say('no Chromium found; installing it (about half a minute) …')
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-q', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: INSTALL_TIMEOUT_MS,
    })
  const updated = apt('update')
  const installed = apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation')
  if (installed.status !== 0) {
    throw new Error(`Chromium cannot be installed:\n${updated.stderr ?? ''}${(installed.stderr ?? '').slice(-2000)}`)
  }
  return findChromium()
}
