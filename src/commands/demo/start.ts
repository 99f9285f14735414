/** The steps from an empty folder to a world that answers. Each may find its work done by an earlier start. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSandboxPki } from '../../infra/certificates/sandbox-pki.ts'
import { createDatabase } from '../../infra/database/database.ts'
import { migrate } from '../../infra/database/migrate.ts'
import { migrateJobs } from '../../infra/jobs/worker.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import { childEnvironment } from '../child-environment.ts'
import { CommandError } from '../command.ts'
import { ensurePages } from '../pages.ts'
import { readTemplates, writeBank } from './bank-files.ts'
import { type Child, startChild } from './child.ts'
import {
  type BankPlace,
  banksOf,
  writeAcquirer,
  writeMailbox,
  writePartnerProcess,
  writeScreening,
  writeServerSettings,
} from './files.ts'
import { PARTNER_SUBJECTS } from './people.ts'
import { readyFacts, signpost, writeReadyFile } from './ready.ts'
import { type SeededPartner, seedPartners } from './seed.ts'
import { type SeededMerchant, seedMerchants } from './seed-merchants.ts'
import { type SeededPartnerUser, seedPartnerUsers } from './seed-partner-users.ts'
import { type SeededStaff, seedStaff } from './seed-staff.ts'
import { FICTIONAL_BANKS, type World } from './world.ts'

const BANK = 'sandbox/bank/main.ts'

export type StartOptions = {
  /** Every child is put here as soon as it is started, so that the caller can stop what a failing start leaves. */
  readonly children: Child[]
  readonly ready_file: string | undefined
  readonly say: (words: string) => void
  readonly stopping: () => boolean
}

/** @throws CommandError where a step fails; its message names the log file */
export async function startWorld(world: World, options: StartOptions): Promise<void> {
  const { say } = options
  const banks = banksOf(world)
  say('starting PostgreSQL and preparing the pages …')
  const database = launch(world, options, { name: 'database', args: databaseArgs(world), ready_by: 'message' })
  const [{ url, socket_url }] = await Promise.all([
    database.ready,
    ensurePages(),
    writeSandboxPki(world.pki, { partners: PARTNER_SUBJECTS }),
  ])
  if (typeof url !== 'string') throw new CommandError('the database said no address')
  say('migrating and seeding …')
  await migrate(url)
  await migrateJobs(url)
  if (!existsSync(world.keys)) createKeyFile(world.keys)
  const seeded = await seed(world, url)
  say('starting banks, acquirer, shop, ERP, mailbox and server …')
  // The server talks to it through its socket, which is a tenth faster; programs are told the address.
  const server_url = typeof socket_url === 'string' ? socket_url : url
  await startEverything(world, options, { url: server_url, banks, ...seeded })
  const facts = readyFacts({ world, database_url: url, ...seeded, banks })
  if (options.ready_file !== undefined && !options.stopping()) await writeReadyFile(options.ready_file, facts)
  process.stdout.write(signpost(facts, world))
}

function databaseArgs(world: World): string[] {
  return ['src/main.ts', 'database', '--data', world.database, '--port', String(world.ports.database)]
}

function launch(
  world: World,
  options: StartOptions,
  spec: {
    name: string
    args: readonly string[]
    ready_by: 'stdout' | 'message'
    env?: Record<string, string | undefined>
  },
): Child {
  if (options.stopping()) throw new CommandError('stopped while starting')
  const child = startChild({
    name: spec.name,
    args: spec.args,
    ready_by: spec.ready_by,
    // The demo's children live on what the demo gives them: a DATABASE_URL of the caller's shell means another database.
    env: childEnvironment({ DATABASE_URL: undefined, PUNTE_CONFIG_FILE: undefined, ...spec.env }),
    log_file: join(world.logs, `${spec.name}.log`),
    on_event: options.say,
  })
  options.children.push(child)
  return child
}

type Seeded = {
  readonly partners: readonly SeededPartner[]
  readonly merchants: readonly SeededMerchant[]
  readonly staff: readonly SeededStaff[]
  readonly partner_users: readonly SeededPartnerUser[]
}

async function seed(world: World, url: string): Promise<Seeded> {
  const log = createLog('warn', { write: (line) => void process.stderr.write(line) })
  const db = createDatabase({ url, pool_size: 2, log })
  try {
    const keys = loadKeys(world.keys)
    const partners = await seedPartners(world, { db, keys, log })
    const merchants = await seedMerchants(world, db)
    const staff = await seedStaff(world, { db, keys })
    return { partners, merchants, staff, partner_users: await seedPartnerUsers(world, { db, keys, log }) }
  } finally {
    await db.close()
  }
}

async function startEverything(
  world: World,
  options: StartOptions,
  input: {
    url: string
    banks: readonly BankPlace[]
    partners: readonly SeededPartner[]
    merchants: readonly SeededMerchant[]
  },
): Promise<void> {
  await mkdir(world.profiles, { recursive: true })
  const starting: Child[] = []
  const sandbox = (name: string, script: string, ...configs: readonly string[]) => {
    const args = [script, ...configs.flatMap((config) => ['--config', config])]
    starting.push(launch(world, options, { name, args, ready_by: 'stdout' }))
  }
  const templates = readTemplates()
  const configs = await Promise.all(input.banks.map((place, n) => writeBank(world, place, n, templates)))
  const fictional = input.banks.slice(0, FICTIONAL_BANKS)
  for (const [n, { bank }] of fictional.entries()) sandbox(`bank-${bank.id}`, BANK, configs[n] as string)
  // One process for the eight: each of its own would cost a hundred megabytes.
  sandbox('banks-simulated', BANK, ...configs.slice(FICTIONAL_BANKS))
  sandbox('acquirer', 'sandbox/acquirer/main.ts', await writeAcquirer(world))
  sandbox('screening', 'sandbox/screening/main.ts', await writeScreening(world))
  sandbox('mailbox', 'sandbox/mailbox/main.ts', await writeMailbox(world))
  for (const kind of ['shop', 'erp'] as const) {
    const partner = input.partners.find((one) => one.process === kind)
    if (partner === undefined) throw new CommandError(`no partner was seeded for the ${kind}`)
    // The shop takes cards; the ERP's merchant is for programs.
    const merchant = kind === 'shop' ? input.merchants.find((one) => one.client_id === partner.client_id) : undefined
    sandbox(kind, `sandbox/${kind}/main.ts`, await writePartnerProcess(world, kind, partner, merchant))
  }
  await writeServerSettings(world, input.url)
  starting.push(
    launch(world, options, {
      name: 'server',
      args: ['src/main.ts', 'start'],
      ready_by: 'message',
      env: { PUNTE_CONFIG_FILE: world.settings },
    }),
  )
  await Promise.all(starting.map((child) => child.ready))
}
