/** Banks as an operator sees them: what is known of each, whether it answers us, and registration there. */
import { readFileSync } from 'node:fs'
import { readSettings, type Settings } from '../config.ts'
import { checkBank, registerClient } from '../infra/banks/berlin-group/enrol.ts'
import { createSigner } from '../infra/banks/berlin-group/signing.ts'
import { catalogueEntries } from '../infra/banks/profile-catalogue.ts'
import { type Found, readProfiles } from '../infra/banks/profile-folder.ts'
import { readRegistrable, writeRegistration } from '../infra/banks/profile-registration.ts'
import { BankProfilesError, connectionOf, type Identity } from '../infra/banks/registry.ts'
import { systemClock } from '../infra/clock.ts'
import { createLog } from '../infra/log.ts'
import { createOutbound, type Outbound } from '../infra/outbound.ts'
import { actionOf, CommandError, parseOptions } from './command.ts'

type Action = (args: readonly string[]) => Promise<number> | number

const ACTIONS: Readonly<Record<string, Action>> = { list, show, check, register }

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = actionOf('bank', ACTIONS, name)
  return await action(rest)
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

function list(args: readonly string[]): number {
  const { values } = parseOptions(args, { catalogue: { type: 'boolean', default: false } })
  if (values.catalogue) {
    for (const { id, name, environments } of catalogueEntries())
      say(`${id.padEnd(10)} ${name.padEnd(34)} ${environments.join(', ')}`)
    return 0
  }
  const found = readInstallation()
  if (found.length === 0)
    say('no banks yet: docs/add-a-bank.md; `punte bank list --catalogue` shows what is known of some')
  for (const { profile } of found) {
    const { id, name, environment, sca, services, unverified = [] } = profile
    const facts = unverified.length === 0 ? '' : `${unverified.length} unverified`
    const columns = [id.padEnd(10), name.padEnd(34), environment.padEnd(10), sca.padEnd(9)]
    say(`${columns.join(' ')} ${Object.keys(services).join(', ')}${facts === '' ? '' : `  (${facts})`}`)
  }
  return 0
}

function show(args: readonly string[]): number {
  const { profile } = bankOf(args)
  const { unverified = [], ...facts } = profile
  const doubtful = unverified.map(({ field }) => field)
  for (const [pointer, value] of leavesOf(facts)) {
    const is_doubtful = doubtful.some((field) => isAbout(field, pointer))
    say(`${is_doubtful ? '?' : ' '} ${pointer.slice(1).padEnd(44)} ${value}`)
  }
  if (unverified.length === 0) return 0
  say('\nNot established:')
  for (const { field, note } of unverified) say(`? ${field.slice(1)}\n    ${note}`)
  return 0
}

/** A doubt about an item of a list marks the list; one about a whole member (`/services`) marks no single fact of it. */
const isAbout = (field: string, pointer: string): boolean =>
  field === pointer ||
  field.startsWith(`${pointer}/`) ||
  (field.split('/').length > 2 && pointer.startsWith(`${field}/`))

/** Every fact with its JSON pointer. */
function leavesOf(value: unknown, pointer = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[pointer, String(value)]]
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return [[pointer, value.join(', ') || 'none']]
  return Object.entries(value).flatMap(([name, inside]) =>
    leavesOf(inside, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}

/** Nothing is paid: the connection, the metadata and, where it is ours alone, the token. */
async function check(args: readonly string[]): Promise<number> {
  const found = bankOf(args)
  return await withOutbound(async (outbound, identity) => {
    const sign = createSigner(identity.qseal)
    const findings = await checkBank(connectionOf({ outbound, sign, qwac: identity.qwac, clock: systemClock }, found))
    for (const { step, outcome, words } of findings) say(`${step.padEnd(12)} ${outcome.padEnd(11)} ${words}`)
    return findings.some(({ outcome }) => outcome === 'fails') ? 1 : 0
  })
}

async function register(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(args, { again: { type: 'boolean', default: false } }, { min: 1, max: 1 })
  const [id = ''] = positionals
  const settings = readSettings(['PUNTE_BANK_PROFILES_DIR', 'PUNTE_CHECKOUT_URL'])
  const bank = readRegistrable(settings.PUNTE_BANK_PROFILES_DIR, id)
  if ('faults' in bank) throw new BankProfilesError(bank.faults)
  if (bank.is_registered && !values.again)
    throw new CommandError(`${id} has a client_id already: --again registers anew and replaces it`)
  return await withOutbound(async (outbound, { qwac, qseal }) => {
    const { profile, files, access, registration_url } = bank
    const found: Found = { file: bank.path, profile, files }
    const parts = connectionOf({ outbound, sign: createSigner(qseal), qwac, clock: systemClock }, found)
    const registration = await registerClient(parts, {
      access,
      registration_url,
      redirect_uri: `${settings.PUNTE_CHECKOUT_URL}/payment-return`,
      certificate_pem: qwac.certificate_pem,
    })
    if ('failed' in registration) throw new CommandError(`${id} did not register us: ${registration.failed}`)
    const written = writeRegistration(bank.path, registration)
    say(`client_id  ${registration.client_id}`)
    say(`It is in ${bank.path}; beside it, readable by its owner only: ${written.join(', ')}`)
    return 0
  })
}

function readInstallation(): readonly Found[] {
  const faults: string[] = []
  const found = readProfiles(readSettings(['PUNTE_BANK_PROFILES_DIR']).PUNTE_BANK_PROFILES_DIR, faults)
  if (faults.length > 0) throw new BankProfilesError(faults)
  return found.toSorted((a, b) => a.profile.name.localeCompare(b.profile.name, 'ro'))
}

function bankOf(args: readonly string[]): Found {
  const [id = ''] = parseOptions(args, {}, { min: 1, max: 1 }).positionals
  const found = readInstallation()
  const bank = found.find(({ profile }) => profile.id === id)
  if (bank !== undefined) return bank
  const ids = found.map(({ profile }) => profile.id).join(', ')
  throw new CommandError(`no bank ${id}${ids === '' ? '' : `; there are ${ids}`}`)
}

async function withOutbound<T>(
  work: (outbound: Outbound, identity: { readonly qwac: Identity; readonly qseal: Identity }) => Promise<T>,
): Promise<T> {
  const identity = readIdentity(
    readSettings([
      'PUNTE_QWAC_CERTIFICATE_FILE',
      'PUNTE_QWAC_KEY_FILE',
      'PUNTE_QSEAL_CERTIFICATE_FILE',
      'PUNTE_QSEAL_KEY_FILE',
    ]),
  )
  const log = createLog('warn', { write: (line) => void process.stderr.write(line) })
  const outbound = createOutbound({ log, private_addresses_allowed: false, user_agent: 'Punte' })
  try {
    return await work(outbound, identity)
  } finally {
    await outbound.close()
  }
}

function readIdentity(settings: Settings): { readonly qwac: Identity; readonly qseal: Identity } {
  const pair = (certificate: string, key: string): Identity => ({
    certificate_pem: readFileSync(certificate, 'utf8'),
    key_pem: readFileSync(key, 'utf8'),
  })
  return {
    qwac: pair(settings.PUNTE_QWAC_CERTIFICATE_FILE, settings.PUNTE_QWAC_KEY_FILE),
    qseal: pair(settings.PUNTE_QSEAL_CERTIFICATE_FILE, settings.PUNTE_QSEAL_KEY_FILE),
  }
}
