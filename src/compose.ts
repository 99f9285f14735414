/**
 * The composition root: settings → database → schema → keys → outgoing HTTP → banks and acquirers → mail → partners and
 * merchants. The only place
 * that knows how the parts are made; everything below is handed a Context.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigurationError, type SettingName, type Settings } from './config.ts'
import type { Context } from './domain/context.ts'
import { exchangesWritten } from './domain/exchanges/record.ts'
import { createMerchantDirectory } from './domain/merchants/directory.ts'
import { createPartnerDirectory } from './domain/partners/directory.ts'
import { loadAcquirers } from './infra/acquirers/registry.ts'
import { loadBanks } from './infra/banks/registry.ts'
import { systemClock } from './infra/clock.ts'
import { createDatabase, type Database } from './infra/database/database.ts'
import { startEmbedded } from './infra/database/embedded.ts'
import { MigrationError, migrate, pendingMigrations, readMigrations } from './infra/database/migrate.ts'
import { migrateJobs } from './infra/jobs/worker.ts'
import { watchKeys } from './infra/keys/reload.ts'
import type { Log } from './infra/log.ts'
import { createMailer } from './infra/mail/mailer.ts'
import { createOutbound } from './infra/outbound.ts'

type Closing = () => Promise<void> | void

export type ComposedDatabase = { readonly db: Database; readonly url: string; close(): Promise<void> }

/**
 * The database that the settings name, or the embedded one.
 *
 * @param options.schema `require`: refuses a database whose schema is not this version's; `migrate`: brings it there.
 *   The embedded database belongs to this installation alone and is always migrated.
 */
export async function composeDatabase(
  settings: Settings,
  log: Log,
  options: { schema: 'require' | 'migrate' },
): Promise<ComposedDatabase> {
  const closings: Closing[] = []
  try {
    let url = settings.DATABASE_URL
    let schema = options.schema
    if (url === undefined) {
      const data_dir = resolve(settings.PUNTE_DATA_DIR)
      const embedded = await startEmbedded({ data_dir, port: settings.PUNTE_DATABASE_PORT, log })
      closings.push(() => embedded.stop())
      url = embedded.socket_url ?? embedded.url
      schema = 'migrate'
    }
    const db = createDatabase({ url, pool_size: settings.PUNTE_DATABASE_POOL, log })
    closings.push(() => db.close())
    if (schema === 'migrate') {
      const { told } = await migrate(url)
      for (const words of told) log.warn({ found: words }, 'a migration found what staff must look at')
      await migrateJobs(url)
    } else {
      await requireSchema(db)
    }
    return { db, url, close: () => closeAll(closings, log) }
  } catch (error) {
    await closeAll(closings, log)
    throw error
  }
}

/**
 * Refuses a database that another version of the program has formed: this one's statements would fail halfway, or worse.
 * @throws MigrationError that says what to do
 */
async function requireSchema(db: Database): Promise<void> {
  // A database that is away must not be taken for an empty one.
  await db.query({ text: 'select 1', values: [] })
  let newest = 0
  const pending = await pendingMigrations(async (sql) => {
    const found = await db.pool.query<{ number: number; sha256: string }>(sql)
    newest = Math.max(0, ...found.rows.map((row) => row.number))
    return found
  })
  if (newest > readMigrations().length) {
    throw new MigrationError(
      `The database has migration ${newest}, which this version does not know: a newer one formed it.`,
    )
  }
  if (pending.length > 0) {
    throw new MigrationError(`The database lacks ${pending.join(', ')} of this version; run: punte migrate`)
  }
}

export type Composed = { readonly context: Context; readonly database_url: string; close(): Promise<void> }

/**
 * Builds the Context. What was begun is closed again when a later part fails.
 * @throws ConfigurationError for files that cannot be read or do not fit together, all at once
 */
export async function compose(
  settings: Settings,
  log: Log,
  options: { schema: 'require' | 'migrate' },
): Promise<Composed> {
  const identity = readBankIdentity(settings, log)
  const closings: Closing[] = []
  try {
    const database = await composeDatabase(settings, log, options)
    closings.push(database.close)
    closings.push(() => exchangesWritten(database.db))
    const keys = watchKeys(settings.PUNTE_KEY_FILE, { log })
    closings.push(keys.close)
    const outbound = createOutbound({
      log,
      private_addresses_allowed: settings.PUNTE_WEBHOOK_PRIVATE_ADDRESSES,
      user_agent: 'Punte',
    })
    closings.push(() => outbound.close())
    const banks = loadBanks({ profiles_dir: settings.PUNTE_BANK_PROFILES_DIR, outbound, ...identity, log })
    const acquirers = loadAcquirers({ profiles_dir: settings.PUNTE_ACQUIRER_PROFILES_DIR, outbound, log })
    const mail = createMailer({ url: settings.PUNTE_SMTP_URL, from: settings.PUNTE_MAIL_FROM, log })
    closings.push(() => mail.close())
    const partners = await createPartnerDirectory({ db: database.db, keys, log })
    closings.push(() => partners.close())
    const merchants = await createMerchantDirectory({ db: database.db, partners, log })
    closings.push(() => merchants.close())
    const parts = { keys, banks, acquirers, mail, outbound, partners, merchants }
    const context = { settings, db: database.db, clock: systemClock, log, ...parts }
    return { context, database_url: database.url, close: () => closeAll(closings, log) }
  } catch (error) {
    await closeAll(closings, log)
    throw error
  }
}

type Identity = { certificate_pem: string; key_pem: string }

/** The installation's two certificates towards banks. Sandbox ones work, and are told: real banks refuse them. */
function readBankIdentity(settings: Settings, log: Log): { qwac: Identity; qseal: Identity } {
  const faults: string[] = []
  const read = (name: SettingName): string => {
    try {
      return readFileSync(settings[name] as string, 'utf8')
    } catch (error) {
      faults.push(`${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      return ''
    }
  }
  const pair = (kind: 'QWAC' | 'QSEAL'): Identity => {
    const certificate_pem = read(`PUNTE_${kind}_CERTIFICATE_FILE`)
    if (isSandboxCertificate(certificate_pem)) {
      log.warn({ certificate: kind }, 'this is a sandbox certificate: real banks refuse it')
    }
    return { certificate_pem, key_pem: read(`PUNTE_${kind}_KEY_FILE`) }
  }
  const identity = { qwac: pair('QWAC'), qseal: pair('QSEAL') }
  if (faults.length > 0) throw new ConfigurationError(faults)
  return identity
}

// What is no certificate at all is refused with the bank profiles, by whoever must use it.
function isSandboxCertificate(pem: string): boolean {
  try {
    const { subject, issuer } = new X509Certificate(pem)
    return /sandbox|SBX/i.test(`${subject} ${issuer}`)
  } catch {
    return false
  }
}

async function closeAll(closings: Closing[], log: Log): Promise<void> {
  for (const close of closings.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      log.warn({ err: error }, 'a part did not close cleanly')
    }
  }
}
