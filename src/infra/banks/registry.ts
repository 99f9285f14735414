/** All banks of this installation, from their profiles; loaded once at start. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type Clock, systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { showUnverifiedFacts } from '../metrics.ts'
import type { Outbound, TlsIdentity } from '../outbound.ts'
import { type BerlinGroupParts, createBerlinGroupConnector } from './berlin-group/connector.ts'
import { createSigner, type Signer } from './berlin-group/signing.ts'
import type { BankConnector, BankProfile } from './connector.ts'
import { type BankObstacle, createBankHealth } from './health.ts'
import { type Found, readProfiles, trying } from './profile-folder.ts'

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
  if (sign === undefined || faults.length > 0) throw new BankProfilesError(faults)

  const health = createBankHealth({ clock: input.clock ?? systemClock })
  const connectors = new Map<string, BankConnector>()
  const by_code = new Map<string, BankProfile>()
  for (const one of found) {
    const { profile } = one
    const connector = createBerlinGroupConnector(connectionOf({ ...input, sign }, one))
    connectors.set(profile.id, health.watch(connector))
    for (const code of profile.iban_codes) by_code.set(code, profile)
  }
  const all = found.map(({ profile }) => profile).toSorted((a, b) => a.name.localeCompare(b.name, 'ro'))
  input.log.info({ banks: all.map(({ id, environment }) => `${id} (${environment})`) }, 'bank profiles loaded')
  tellUnverified(input.log, all)
  return {
    all: () => all,
    get: (id) => connectors.get(id),
    byIbanCode: (code) => by_code.get(code),
    obstacle: health.obstacle,
  }
}

/** One TLS identity a bank: pools of connections are found by it. */
export function connectionOf(
  input: {
    readonly outbound: Outbound
    readonly qwac: Identity
    readonly sign: Signer
    readonly clock?: Clock
  },
  { profile, files }: Found,
): BerlinGroupParts {
  const tls: TlsIdentity = {
    ...(profile.client_certificate && { cert: input.qwac.certificate_pem, key: input.qwac.key_pem }),
    ...(files.ca_pem === undefined ? {} : { ca: files.ca_pem }),
  }
  const { outbound, sign, clock = systemClock } = input
  return { profile, files, outbound, tls, sign, clock }
}

/** What of a bank nobody has established yet is told once a start; the notes are in `punte bank show`. */
function tellUnverified(log: Log, banks: readonly BankProfile[]): void {
  for (const { id, environment, unverified = [] } of banks) {
    if (unverified.length === 0) continue
    // Our own sandbox plays the profile as it stands: there is nothing to find out there.
    log[environment === 'simulated' ? 'info' : 'warn'](
      { bank: id, fields: unverified.map(({ field }) => field) },
      'bank profile has unverified facts',
    )
  }
  showUnverifiedFacts(() => banks.map(({ id, unverified = [] }) => ({ bank: id, facts: unverified.length })))
}

function checkPair(identity: Identity): void {
  const certificate = new X509Certificate(identity.certificate_pem)
  if (!certificate.checkPrivateKey(createPrivateKey(identity.key_pem)))
    throw new Error('the key does not belong to the certificate')
}
