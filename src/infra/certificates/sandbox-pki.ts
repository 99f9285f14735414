/**
 * All certificates of a sandbox world in one folder, made where missing and renewed before they expire; keys are 0600.
 *
 *   ca.pem          signs server.pem (partner and card API), bank.pem (the simulated banks' APIs) and acquirer.pem (the acquirer's)
 *   eidas-ca.pem    signs qwac.pem and qseal.pem
 *   acquirer-ca.pem signs acquirer-client.pem, by which the server is known to the acquirer
 *   partner-ca.pem  signs the partners' certificates (shop.pem, erp.pem, …)
 *
 * Every authority says "Sandbox" in its name, by which production refuses what it issued.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Authority,
  createAuthority,
  type DistinguishedName,
  type Issued,
  issueClientCertificate,
  issueQseal,
  issueQwac,
  issueServerCertificate,
} from './issue.ts'

export type SandboxPartner = { readonly file: string; readonly subject: DistinguishedName }

export type SandboxPkiOptions = {
  /** What servers are reached by: localhost and the loopback addresses unless told. */
  readonly hosts?: readonly string[]
  readonly partners?: readonly SandboxPartner[]
  readonly organisation?: string
  readonly organisation_identifier?: string
}

const HOSTS = ['localhost', '127.0.0.1', '::1']
const PARTNERS: readonly SandboxPartner[] = [
  { file: 'shop', subject: { organisation: 'Floraria Ana SRL', common_name: 'shop.floraria-ana.example' } },
  { file: 'erp', subject: { organisation: 'Atelier Contabil SRL', common_name: 'erp.atelier-contabil.example' } },
]
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000

/** @returns the names (without ending) of what was issued now; the files are NAME.pem and NAME.key */
export async function writeSandboxPki(dir: string, options: SandboxPkiOptions = {}): Promise<{ issued: string[] }> {
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  const issued: string[] = []
  const ensure = async (
    name: string,
    authority: Authority | undefined,
    issue: () => Promise<Issued>,
  ): Promise<Issued> => {
    const present = readSound(dir, name, authority)
    if (present !== undefined) return present
    const made = await issue()
    writePair(dir, name, made)
    issued.push(name)
    return made
  }
  const [ca, eidas, partner_ca, acquirer_ca] = await Promise.all([
    ensure('ca', undefined, () => createAuthority({ name: 'Punte Sandbox Server CA' })),
    ensure('eidas-ca', undefined, () => createAuthority({ name: 'Punte Sandbox eIDAS CA (not qualified)' })),
    ensure('partner-ca', undefined, () => createAuthority({ name: 'Punte Sandbox Partner CA' })),
    ensure('acquirer-ca', undefined, () => createAuthority({ name: 'Punte Sandbox Acquirer CA' })),
  ])
  const hosts = options.hosts ?? HOSTS
  const third_party = {
    organisation: options.organisation ?? 'Punte Sandbox SRL',
    organisation_identifier: options.organisation_identifier ?? 'PSDRO-SBX-10000001',
  }
  await Promise.all([
    ensure('server', ca, () => issueServerCertificate(ca, { hosts })),
    ensure('bank', ca, () => issueServerCertificate(ca, { hosts })),
    ensure('acquirer', ca, () => issueServerCertificate(ca, { hosts })),
    ensure('acquirer-client', acquirer_ca, () =>
      issueClientCertificate(acquirer_ca, {
        subject: { organisation: third_party.organisation, common_name: 'gateway.punte.example' },
      }),
    ),
    ensure('qwac', eidas, () => issueQwac(eidas, { ...third_party, hosts: ['punte.example', ...hosts] })),
    ensure('qseal', eidas, () => issueQseal(eidas, third_party)),
    ...(options.partners ?? PARTNERS).map(({ file, subject }) =>
      ensure(file, partner_ca, () => issueClientCertificate(partner_ca, { subject })),
    ),
  ])
  return { issued }
}

/** An authority written by `writeSandboxPki`, to issue more with. */
export function readAuthority(dir: string, name: 'ca' | 'eidas-ca' | 'partner-ca'): Authority {
  return {
    certificate_pem: readFileSync(join(dir, `${name}.pem`), 'utf8'),
    key_pem: readFileSync(join(dir, `${name}.key`), 'utf8'),
  }
}

/** A pair that is complete, belongs together, is the authority's, and does not expire soon. */
function readSound(dir: string, name: string, authority: Authority | undefined): Issued | undefined {
  const [certificate_path, key_path] = [join(dir, `${name}.pem`), join(dir, `${name}.key`)]
  if (!existsSync(certificate_path) || !existsSync(key_path)) return undefined
  const pair = { certificate_pem: readFileSync(certificate_path, 'utf8'), key_pem: readFileSync(key_path, 'utf8') }
  try {
    const certificate = new X509Certificate(pair.certificate_pem)
    const issuer = new X509Certificate(authority?.certificate_pem ?? pair.certificate_pem)
    const sound =
      certificate.checkPrivateKey(createPrivateKey(pair.key_pem)) &&
      certificate.verify(issuer.publicKey) &&
      certificate.validToDate.getTime() > Date.now() + RENEW_BEFORE_MS
    return sound ? pair : undefined
  } catch {
    return undefined
  }
}

function writePair(dir: string, name: string, pair: Issued): void {
  write(join(dir, `${name}.key`), pair.key_pem, 0o600)
  write(join(dir, `${name}.pem`), pair.certificate_pem, 0o644)
}

// Whole or not at all: a reader never meets half a file.
function write(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode })
  renameSync(`${path}.new`, path)
}
