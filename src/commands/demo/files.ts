/** The files of a demo world: bank profiles and configurations of the simulated parties, and the server's settings. */
import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT } from '../command.ts'
import { ACQUIRER_ID, BENEFICIARIES } from './people.ts'
import { DEMO_REQUESTS_PER_MINUTE, type SeededPartner } from './seed.ts'
import type { SeededMerchant } from './seed-merchants.ts'
import type { World } from './world.ts'

/** Short, so that a silent acquirer shows its effect while one still looks. */
const ACQUIRER_TIMEOUT_MS = 4_000

export type Person = {
  readonly login: string
  readonly password: string
  readonly name: string
  readonly iban: string
  readonly balance_minor: number
  readonly character: string
}
/** A bank of `sandbox/people.json`. */
export type SandboxBank = {
  readonly id: string
  readonly name: string
  readonly bic: string
  readonly iban_code: string
  readonly sca: 'redirect' | 'oauth' | 'decoupled'
  readonly people: readonly Person[]
  /** At a bank that has an authorization server. */
  readonly oauth?: { readonly client_id: string; readonly client_secret?: string }
  readonly quirks?: {
    readonly required_headers?: Readonly<Record<string, string>>
    readonly access?: { readonly kind?: string }
  }
} & Readonly<Record<string, unknown>>

export type BankPlace = { readonly bank: SandboxBank; readonly api_url: string; readonly pages_url: string }

/** The banks of the sandbox with their addresses in this world. */
export function banksOf(world: World): BankPlace[] {
  const banks = JSON.parse(readFileSync(`${ROOT}sandbox/people.json`, 'utf8')) as SandboxBank[]
  return banks.slice(0, world.ports.banks.length).map((bank, n) => {
    const ports = world.ports.banks[n] as { api: number; pages: number }
    return { bank, api_url: `https://localhost:${ports.api}`, pages_url: `http://localhost:${ports.pages}` }
  })
}

/** Written beside and renamed: whoever reads sees the old file or the new one. Mode 0600. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.tmp`
  await writeFile(beside, text, { mode: 0o600 })
  await rename(beside, path)
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Lines of a settings file, quoted so that `config.ts` reads back what was meant. */
export function settingsText(settings: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    const text = String(value)
    const quote = text.includes("'") ? '"' : "'"
    return `${name}=${quote}${text}${quote}`
  })
  return `# Written by punte demo at every start; settings in the environment win.\n${lines.join('\n')}\n`
}

/** Settings of the demo's server. Nothing here is a default of Punte: production says each itself. */
export async function writeServerSettings(world: World, database_url: string): Promise<void> {
  const { dir, pki, ports } = world
  await writePrivate(
    world.settings,
    settingsText({
      DATABASE_URL: database_url,
      PUNTE_DATA_DIR: join(dir, 'data'),
      PUNTE_KEY_FILE: world.keys,
      PUNTE_PARTNER_HOST: '127.0.0.1',
      PUNTE_PARTNER_PORT: ports.partner,
      PUNTE_PARTNER_URL: `https://localhost:${ports.partner}`,
      PUNTE_PARTNER_TLS_CERTIFICATE_FILE: join(pki, 'server.pem'),
      PUNTE_PARTNER_TLS_KEY_FILE: join(pki, 'server.key'),
      PUNTE_PARTNER_RATE_PER_MINUTE: DEMO_REQUESTS_PER_MINUTE,
      PUNTE_ADDRESS_RATE_PER_MINUTE: DEMO_REQUESTS_PER_MINUTE,
      PUNTE_GATEWAY_RATE_PER_MINUTE: DEMO_REQUESTS_PER_MINUTE,
      PUNTE_GATEWAY_HOST: '127.0.0.1',
      PUNTE_GATEWAY_PORT: ports.gateway,
      PUNTE_ACQUIRER_PROFILES_DIR: world.acquirers,
      PUNTE_CHECKOUT_HOST: '127.0.0.1',
      PUNTE_CHECKOUT_PORT: ports.checkout,
      PUNTE_CHECKOUT_URL: `http://localhost:${ports.checkout}`,
      PUNTE_OFFICE_HOST: '127.0.0.1',
      PUNTE_OFFICE_PORT: ports.office,
      PUNTE_OFFICE_URL: `http://localhost:${ports.office}`,
      PUNTE_PORTAL_HOST: '127.0.0.1',
      PUNTE_PORTAL_PORT: ports.portal,
      PUNTE_PORTAL_URL: `http://localhost:${ports.portal}`,
      PUNTE_SCREENING_URL: `http://localhost:${ports.screening}`,
      PUNTE_COMPLIANCE_MAIL: 'conformitate@punte.example',
      PUNTE_OPS_HOST: '127.0.0.1',
      PUNTE_OPS_PORT: ports.ops,
      PUNTE_QWAC_CERTIFICATE_FILE: join(pki, 'qwac.pem'),
      PUNTE_QWAC_KEY_FILE: join(pki, 'qwac.key'),
      PUNTE_QSEAL_CERTIFICATE_FILE: join(pki, 'qseal.pem'),
      PUNTE_QSEAL_KEY_FILE: join(pki, 'qseal.key'),
      PUNTE_BANK_PROFILES_DIR: world.profiles,
      PUNTE_SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
      PUNTE_MAIL_FROM: 'Punte (demo) <plati@punte.example>',
      PUNTE_OPERATOR_NAME: 'Punte Demo SRL (mediu de test)',
      PUNTE_OPERATOR_REGISTER: 'fără autorizație: nu se plătesc bani adevărați',
      PUNTE_OPERATOR_CONTACT: 'Strada Exemplului 1, București · 021 000 0000 · contact@punte.example',
      PUNTE_OPERATOR_COMPLAINTS: 'reclamatii@punte.example; răspuns în 15 zile lucrătoare',
      PUNTE_WEBHOOK_PRIVATE_ADDRESSES: 'yes',
    }),
  )
}

/** Profile (for the server) and configuration of the simulated acquirer. @returns the configuration's path */
export async function writeAcquirer(world: World): Promise<string> {
  const { pki, ports } = world
  const name = 'Acquirer de test'
  const url = `https://localhost:${ports.acquirer}`
  await writePrivate(
    join(world.acquirers, `${ACQUIRER_ID}.json`),
    json({
      id: ACQUIRER_ID,
      name,
      kind: 'simulator',
      url,
      timeout_ms: ACQUIRER_TIMEOUT_MS,
      ca_file: join(pki, 'ca.pem'),
      client_certificate_file: join(pki, 'acquirer-client.pem'),
      client_key_file: join(pki, 'acquirer-client.key'),
    }),
  )
  const config = join(world.configs, 'acquirer.json')
  await writePrivate(
    config,
    json({
      id: ACQUIRER_ID,
      name,
      api: {
        host: '127.0.0.1',
        port: ports.acquirer,
        certificate_file: join(pki, 'acquirer.pem'),
        key_file: join(pki, 'acquirer.key'),
        client_ca_file: join(pki, 'acquirer-ca.pem'),
        url,
      },
      pages: { host: '127.0.0.1', port: ports.acquirer_pages, url: `http://localhost:${ports.acquirer_pages}` },
      data_dir: join(world.dir, 'acquirer'),
    }),
  )
  return config
}

/** Configuration of the shop or the ERP. `merchant`: as whom it takes cards. @returns its path */
export async function writePartnerProcess(
  world: World,
  kind: 'shop' | 'erp',
  partner: SeededPartner,
  merchant?: SeededMerchant,
): Promise<string> {
  const port = world.ports[kind]
  const path = join(world.configs, `${kind}.json`)
  await writePrivate(
    path,
    json({
      http: { host: '127.0.0.1', port, url: `http://localhost:${port}` },
      punte: {
        base_url: `https://localhost:${world.ports.partner}`,
        client_id: partner.client_id,
        certificate_file: partner.certificate_file,
        key_file: partner.key_file,
        ca_file: join(world.pki, 'ca.pem'),
        sign_requests: partner.signs_requests,
      },
      webhook_secret: partner.webhook_secret,
      data_dir: join(world.dir, kind),
      beneficiary: BENEFICIARIES[kind],
      ...(merchant !== undefined && {
        card: {
          base_url: `https://localhost:${world.ports.gateway}`,
          merchant_id: merchant.merchant_id,
          api_password: merchant.password,
          ca_file: join(world.pki, 'ca.pem'),
        },
      }),
    }),
  )
  return path
}

export async function writeScreening(world: World): Promise<string> {
  const path = join(world.configs, 'screening.json')
  await writePrivate(path, json({ http: { host: '127.0.0.1', port: world.ports.screening } }))
  return path
}

export async function writeMailbox(world: World): Promise<string> {
  const path = join(world.configs, 'mailbox.json')
  const { mailbox, smtp } = world.ports
  await writePrivate(
    path,
    json({
      smtp: { host: '127.0.0.1', port: smtp },
      http: { host: '127.0.0.1', port: mailbox, url: `http://localhost:${mailbox}` },
      data_dir: join(world.dir, 'mailbox'),
    }),
  )
  return path
}
