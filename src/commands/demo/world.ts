/** Where a demo world lives: its ports and its files. Two worlds differ in both and share nothing. */
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { CommandError } from '../command.ts'

export type Ports = {
  readonly partner: number
  readonly checkout: number
  readonly ops: number
  readonly shop: number
  readonly erp: number
  readonly mailbox: number
  readonly smtp: number
  readonly database: number
  /** The card API. */
  readonly gateway: number
  readonly acquirer: number
  readonly acquirer_pages: number
  readonly office: number
  readonly portal: number
  readonly screening: number
  /** API and pages of each bank, in the order of `sandbox/people.json`. */
  readonly banks: readonly { readonly api: number; readonly pages: number }[]
}

/** Banks of `sandbox/people.json`: first the fictional ones, then those that behave as real ones do. */
export const FICTIONAL_BANKS = 3
const BANKS = 11
/** The ports of a world lie within this many of its base. */
export const PORT_SPAN = 36

export function portsFrom(base: number): Ports {
  const bank = (n: number) => {
    const api = n < FICTIONAL_BANKS ? base + 10 + 2 * n : base + 20 + 2 * (n - FICTIONAL_BANKS)
    return { api, pages: api + 1 }
  }
  return {
    partner: base,
    checkout: base + 1,
    ops: base + 2,
    shop: base + 3,
    erp: base + 4,
    mailbox: base + 5,
    smtp: base + 6,
    database: base + 7,
    gateway: base + 8,
    acquirer: base + 9,
    acquirer_pages: base + 16,
    office: base + 17,
    portal: base + 18,
    screening: base + 19,
    banks: Array.from({ length: BANKS }, (_, n) => bank(n)),
  }
}

export type World = {
  readonly dir: string
  readonly ports: Ports
  readonly marker: string
  readonly lock: string
  readonly pki: string
  readonly keys: string
  /** Data folder of the embedded PostgreSQL, which makes `postgres` in it. */
  readonly database: string
  readonly profiles: string
  /** Profiles of acquirers. */
  readonly acquirers: string
  /** API passwords of the merchants; for its owner only. */
  readonly merchants: string
  /** Passwords and second factors of staff; for its owner only. */
  readonly staff: string
  /** Those of partners' people. */
  readonly partner_users: string
  readonly configs: string
  readonly logs: string
  readonly settings: string
  /** From the payer's authorisation to the debit at the banks; absent: the banks' own time, as people would see it. */
  readonly settle_ms?: number
}

export function worldAt(dir: string, port_base: number, settle_ms?: number): World {
  return {
    dir,
    ports: portsFrom(port_base),
    marker: join(dir, 'world.json'),
    lock: join(dir, 'demo.lock'),
    pki: join(dir, 'pki'),
    keys: join(dir, 'keys.json'),
    database: dir,
    profiles: join(dir, 'banks'),
    acquirers: join(dir, 'acquirers'),
    merchants: join(dir, 'merchants.json'),
    staff: join(dir, 'staff.json'),
    partner_users: join(dir, 'partner-users.json'),
    configs: join(dir, 'sandbox'),
    logs: join(dir, 'logs'),
    settings: join(dir, 'punte.conf'),
    ...(settle_ms !== undefined && { settle_ms }),
  }
}

const PORT_NAMES: Readonly<Record<string, string>> = {
  partner: 'partner API',
  checkout: 'hosted page',
  ops: 'health and metrics',
  shop: 'shop',
  erp: 'ERP',
  mailbox: 'mailbox',
  smtp: 'SMTP',
  gateway: 'card API',
  acquirer: 'acquirer API',
  acquirer_pages: 'acquirer pages',
  office: 'back office',
  portal: 'partners’ own view',
  screening: 'screening',
}

/**
 * Refuses to begin where a port is taken, before anything runs. The database's port is left out: its supervisor knows
 * whether who listens there is our own server, left over from a kill.
 * @throws CommandError naming every taken port
 */
export async function requireFreePorts(ports: Ports): Promise<void> {
  const { banks, database: _supervised, ...single } = ports
  const wanted = Object.entries(single).map(([name, port]) => ({ name: PORT_NAMES[name] ?? name, port }))
  for (const [n, bank] of banks.entries()) {
    wanted.push({ name: `bank ${n + 1} API`, port: bank.api }, { name: `bank ${n + 1} pages`, port: bank.pages })
  }
  const taken: string[] = []
  for (const { name, port } of wanted) {
    if (!(await isFree(port, '127.0.0.1')) || !(await isFree(port, '0.0.0.0'))) taken.push(`${port} (${name})`)
  }
  if (taken.length > 0) {
    throw new CommandError(
      `port${taken.length > 1 ? 's' : ''} in use: ${taken.join(', ')}\nAnother world may be running; choose other ports with --port-base.`,
    )
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * Takes the world for this process. A lock whose process is gone is replaced.
 * @returns what gives the world back
 * @throws CommandError where a living demo has it
 */
export async function lockWorld(world: World): Promise<() => Promise<void>> {
  for (let tries = 0; tries < 2; tries += 1) {
    let file: FileHandle
    try {
      file = await open(world.lock, 'wx', 0o600)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = await holderOf(world)
      if (pid !== undefined)
        throw new CommandError(`a world is running in ${world.dir} (process ${pid}); stop it first`)
      await rm(world.lock, { force: true })
      continue
    }
    await file.writeFile(`${process.pid}\n`)
    await file.close()
    return () => rm(world.lock, { force: true })
  }
  throw new CommandError(`${world.lock} cannot be taken; is another world starting there?`)
}

/** The process id of the living demo that runs in this world, if any. */
export async function holderOf(world: World): Promise<number | undefined> {
  const text = await readFile(world.lock, 'utf8').catch(() => '')
  const pid = Number(text.trim())
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  // A process id is given again after a restart of the machine; where the system tells, see whether it is a demo.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return command === undefined || command.includes('demo') ? pid : undefined
}
