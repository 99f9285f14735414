/** All banks of this installation, from their profiles; loaded once at start. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Outbound, TlsIdentity } from '../outbound.ts'
import { createBerlinGroupConnector } from './berlin-group/connector.ts'
import { createSigner, type Signer } from './berlin-group/signing.ts'
import type { BankConnector, BankProfile } from './connector.ts'
import { type BankObstacle, createBankHealth } from './health.ts'
import { checkProfile } from './profile.ts'

export type BankRegistry = {
  /** By name. */
  all(): readonly BankProfile[]
  get(id: string): BankConnector | undefined
  /** The bank that an IBAN names at its places 5–8. */
  byIbanCode(code: string): BankProfile | undefined
  /** Why payers should not be sent to this bank now; undefined: they may be. */
  obstacle(bank: BankProfile): BankObstacle | undefined
}

/** PEM texts; the certificate may be followed by its chain. */
export type Identity = { readonly certificate_pem: string; readonly key_pem: string }

/** Everything wrong with the profiles and with our own certificates, told at once. */
export class BankProfilesError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      `The bank profiles have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    )
    this.name = 'BankProfilesError'
    this.faults = faults
  }
}

/**
 * Reads every `*.json` of the folder.
 * @throws BankProfilesError with all faults of all profiles, of the QWAC and of the QSEAL
 */
export function loadBanks(input: {
  readonly profiles_dir: string
  readonly outbound: Outbound
  readonly qwac: Identity
  readonly qseal: Identity
  readonly log: Log
  readonly clock?: Clock
}): BankRegistry {
  const faults: string[] = []
  const sign = trying(faults, 'QSEAL', () => createSigner(input.qseal))
  trying(faults, 'QWAC', () => checkPair(input.qwac))
  const found = readProfiles(input.profiles_dir, faults)
  faults.push(
    ...duplicates(
      found.map(({ file, profile }) => ({ file, values: [profile.id] })),
      'the id',
    ),
  )
  faults.push(
    ...duplicates(
      found.map(({ file, profile }) => ({ file, values: profile.iban_codes })),
      'the IBAN code',
    ),
  )
  if (sign === undefined || faults.length > 0) throw new BankProfilesError(faults)

  const health = createBankHealth({ clock: input.clock ?? systemClock })
  const connectors = new Map<string, BankConnector>()
  const by_code = new Map<string, BankProfile>()
  for (const { profile, ca_pem } of found) {
    connectors.set(profile.id, health.watch(connect(input, profile, ca_pem, sign)))
    for (const code of profile.iban_codes) by_code.set(code, profile)
  }
  const all = found.map(({ profile }) => profile).toSorted((a, b) => a.name.localeCompare(b.name, 'ro'))
  input.log.info({ banks: all.map(({ id }) => id) }, 'bank profiles loaded')
  return {
    all: () => all,
    get: (id) => connectors.get(id),
    byIbanCode: (code) => by_code.get(code),
    obstacle: health.obstacle,
  }
}

function connect(
  input: { readonly outbound: Outbound; readonly qwac: Identity; readonly clock?: Clock },
  profile: BankProfile,
  ca_pem: string | undefined,
  sign: Signer,
): BankConnector {
  const tls: TlsIdentity = {
    cert: input.qwac.certificate_pem,
    key: input.qwac.key_pem,
    ...(ca_pem === undefined ? {} : { ca: ca_pem }),
  }
  return createBerlinGroupConnector({ profile, outbound: input.outbound, tls, sign, clock: input.clock ?? systemClock })
}

type Found = { readonly file: string; readonly profile: BankProfile; readonly ca_pem: string | undefined }

function readProfiles(folder: string, faults: string[]): readonly Found[] {
  const files =
    trying(faults, folder, () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .toSorted(),
    ) ?? []
  return files.flatMap((file) => {
    const value = trying<unknown>(faults, file, () => JSON.parse(readFileSync(join(folder, file), 'utf8')))
    if (value === undefined) return []
    const checked = checkProfile(value, folder)
    if (checked.ok) return [{ file, profile: checked.profile, ca_pem: checked.ca_pem }]
    faults.push(...checked.faults.map((fault) => `${file} ${fault}`))
    return []
  })
}

function duplicates(
  entries: readonly { readonly file: string; readonly values: readonly string[] }[],
  what: string,
): string[] {
  const first = new Map<string, string>()
  const faults: string[] = []
  for (const { file, values } of entries) {
    for (const value of values) {
      const other = first.get(value)
      if (other === undefined) first.set(value, file)
      else faults.push(`${file}: ${what} ${value} is already that of ${other}`)
    }
  }
  return faults
}

function checkPair(identity: Identity): void {
  const certificate = new X509Certificate(identity.certificate_pem)
  if (!certificate.checkPrivateKey(createPrivateKey(identity.key_pem)))
    throw new Error('the key does not belong to the certificate')
}

function trying<T>(faults: string[], what: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
