/** Every certificate that this installation rests on, and when each ends: for the server's watch and for operators. */
import { readFileSync } from 'node:fs'
import { compose } from '../compose.ts'
import { readSettings, type SettingName, type Settings } from '../config.ts'
import type { PartnerDirectory } from '../domain/partners/directory.ts'
import { lastPresented } from '../domain/partners/last-presented.ts'
import { readAcquirerProfiles } from '../infra/acquirers/registry.ts'
import { readProfiles } from '../infra/banks/profile-folder.ts'
import { daysLeft, firstToExpire, WARN_DAYS, type WatchedCertificate } from '../infra/certificates/expiry.ts'
import { createLog } from '../infra/log.ts'
import { parseOptions } from './command.ts'

const OWN: readonly (readonly [certificate: string, setting: SettingName])[] = [
  ['qwac', 'PUNTE_QWAC_CERTIFICATE_FILE'],
  ['qseal', 'PUNTE_QSEAL_CERTIFICATE_FILE'],
  ['partner-api', 'PUNTE_PARTNER_TLS_CERTIFICATE_FILE'],
  ['gateway', 'PUNTE_GATEWAY_TLS_CERTIFICATE_FILE'],
]

/** Of the files that settings and profiles name, as they are now. What cannot be read is a fault, not an exception. */
export function certificatesOfFiles(settings: Settings): {
  readonly found: readonly WatchedCertificate[]
  readonly faults: readonly string[]
} {
  const faults: string[] = []
  const found: WatchedCertificate[] = []
  const add = (certificate: string, of: string, pem: () => string): void => {
    try {
      found.push({ certificate, of, ...firstToExpire(pem()) })
    } catch (error) {
      faults.push(`${certificate} ${of}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const [certificate, name] of OWN) {
    const path = settings[name]
    // Without one of its own the card API shows that of the partner API.
    if (typeof path === 'string') add(certificate, '', () => readFileSync(path, 'utf8'))
  }
  for (const { profile, files } of readProfiles(settings.PUNTE_BANK_PROFILES_DIR, faults)) {
    const { ca_pem } = files
    if (ca_pem !== undefined) add('bank-ca', profile.id, () => ca_pem)
  }
  for (const { profile, tls } of readAcquirerProfiles(settings.PUNTE_ACQUIRER_PROFILES_DIR, faults)) {
    add('acquirer-client', profile.id, () => String(tls.cert))
    if (tls.ca !== undefined) add('acquirer-ca', profile.id, () => String(tls.ca))
  }
  return { found, faults }
}

/** Of partners: the authorities registered for them, and the certificate that each showed this process last. */
export function certificatesOfPartners(partners: Pick<PartnerDirectory, 'all'>): WatchedCertificate[] {
  return partners.all().flatMap(({ partner_id, client_id, status, certificates }) => {
    if (status !== 'active') return []
    const authorities = certificates.flatMap(({ certificate_id, authority_pem }) => {
      try {
        const of = `${client_id}/${certificate_id}`
        return [{ certificate: 'partner-authority', of, ...firstToExpire(authority_pem) }]
      } catch {
        // A damaged registration refuses its partner, which is told where that happens.
        return []
      }
    })
    const shown = lastPresented(partner_id)
    return shown === undefined
      ? authorities
      : [...authorities, { certificate: 'partner-client', of: client_id, ...shown }]
  })
}

/** `certificates expiry`: a table, soonest first; exit 1 when one ends within 30 days or cannot be read. */
export async function expiry(args: readonly string[]): Promise<number> {
  parseOptions(args, {})
  const settings = readSettings()
  const log = createLog('error', { write: (line) => void process.stderr.write(line) })
  const { context, close } = await compose(settings, log, { schema: 'require' })
  try {
    const { found, faults } = certificatesOfFiles(settings)
    const all = [...found, ...certificatesOfPartners(context.partners)].toSorted(
      (a, b) => a.expires_at.getTime() - b.expires_at.getTime(),
    )
    const now = context.clock.now()
    process.stdout.write(`${expiryTable(all, now)}\n`)
    for (const fault of faults) process.stdout.write(`cannot be read: ${fault}\n`)
    return faults.length > 0 || all.some((one) => daysLeft(one, now) < WARN_DAYS) ? 1 : 0
  } finally {
    await close()
  }
}

function expiryTable(all: readonly WatchedCertificate[], now: Date): string {
  const rows = all.map((one) => {
    const days = daysLeft(one, now)
    const left = days < 0 ? 'EXPIRED' : `${days} days${days < WARN_DAYS ? ' !' : ''}`
    return [one.certificate, one.of, one.expires_at.toISOString().slice(0, 10), left, one.subject]
  })
  const table = [['certificate', 'of', 'expires', 'left', 'subject'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  return table
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
