/** What the demo tells once the world answers: a JSON file for programs, a signpost for people. */
import { join } from 'node:path'
import { type BankPlace, writePrivate } from './files.ts'
import type { SeededPartner } from './seed.ts'
import type { SeededMerchant } from './seed-merchants.ts'
import type { SeededPartnerUser } from './seed-partner-users.ts'
import type { SeededStaff } from './seed-staff.ts'
import { FICTIONAL_BANKS, type World } from './world.ts'

/** Keys are a promise to programs: later versions add, none renames. */
export type ReadyFacts = {
  readonly pid: number
  readonly partner_api: { readonly url: string }
  readonly card_api: {
    readonly url: string
    readonly merchants: readonly {
      readonly id: string
      readonly password: string
      readonly sources: readonly string[]
      readonly tokenization: boolean
    }[]
  }
  /** The simulated acquirer: its pages for people, and where the server sends messages. */
  readonly acquirer: { readonly url: string; readonly api_url: string }
  readonly checkout: { readonly url: string }
  readonly office: { readonly url: string; readonly users: readonly SeededStaff[] }
  /** People of partners: `user` is name@client_id. */
  readonly portal: { readonly url: string; readonly users: readonly SeededPartnerUser[] }
  readonly ops: { readonly url: string }
  readonly shop: { readonly url: string }
  readonly erp: { readonly url: string }
  readonly mailbox: { readonly url: string; readonly messages_url: string; readonly smtp_url: string }
  readonly database: { readonly url: string }
  /** PEM file of the authority that signs the server's certificate. */
  readonly ca: string
  readonly data_dir: string
  readonly logs_dir: string
  readonly configuration_file: string
  readonly partners: readonly {
    readonly client_id: string
    readonly type: 'Ecommerce' | 'Finance'
    readonly name: string
    readonly certificate: string
    readonly private_key: string
    readonly redirect_url: string
    readonly webhook_secret_or_key: string
    readonly signs_requests: boolean
  }[]
  readonly banks: readonly {
    readonly id: string
    readonly name: string
    readonly sca: 'redirect' | 'oauth' | 'decoupled'
    /** Pages of the bank for people, and where third parties call it. */
    readonly url: string
    readonly api_url: string
    /** The same two by the names of what they are. */
    readonly pages: string
    readonly api: string
    readonly people: readonly {
      readonly login: string
      readonly password: string
      readonly name: string
      readonly iban: string
      readonly character: string
    }[]
  }[]
}

export function readyFacts(input: {
  world: World
  database_url: string
  partners: readonly SeededPartner[]
  merchants: readonly SeededMerchant[]
  staff: readonly SeededStaff[]
  partner_users: readonly SeededPartnerUser[]
  banks: readonly BankPlace[]
}): ReadyFacts {
  const { world, partners, merchants, banks } = input
  const { ports } = world
  const page = (port: number) => ({ url: `http://localhost:${port}` })
  return {
    pid: process.pid,
    partner_api: { url: `https://localhost:${ports.partner}` },
    card_api: {
      url: `https://localhost:${ports.gateway}`,
      merchants: merchants.map(({ merchant_id, password, sources, tokenization }) => ({
        id: merchant_id,
        password,
        sources,
        tokenization,
      })),
    },
    acquirer: { ...page(ports.acquirer_pages), api_url: `https://localhost:${ports.acquirer}` },
    checkout: page(ports.checkout),
    office: { url: `http://localhost:${ports.office}/office`, users: input.staff },
    portal: { url: `http://localhost:${ports.portal}/portal`, users: input.partner_users },
    ops: page(ports.ops),
    shop: page(ports.shop),
    erp: page(ports.erp),
    mailbox: {
      ...page(ports.mailbox),
      messages_url: `http://localhost:${ports.mailbox}/messages`,
      smtp_url: `smtp://127.0.0.1:${ports.smtp}`,
    },
    database: { url: input.database_url },
    ca: join(world.pki, 'ca.pem'),
    data_dir: world.dir,
    logs_dir: world.logs,
    configuration_file: world.settings,
    partners: partners.map((partner) => ({
      client_id: partner.client_id,
      type: partner.type,
      name: partner.name,
      certificate: partner.certificate_file,
      private_key: partner.key_file,
      redirect_url: partner.redirect_url,
      webhook_secret_or_key: partner.webhook_secret,
      signs_requests: partner.signs_requests,
    })),
    banks: banks.map(({ bank, api_url, pages_url }) => ({
      id: bank.id,
      name: bank.name,
      sca: bank.sca,
      url: pages_url,
      api_url,
      pages: pages_url,
      api: api_url,
      people: bank.people.map(({ login, password, name, iban, character }) => ({
        login,
        password,
        name,
        iban,
        character,
      })),
    })),
  }
}

/** Holds passwords and the database's address: for its owner only. Written whole or not at all. */
export async function writeReadyFile(path: string, facts: ReadyFacts): Promise<void> {
  await writePrivate(path, `${JSON.stringify(facts, null, 2)}\n`)
}

/** Approved by the acquirer until their expiry says otherwise. */
const TEST_CARDS: readonly string[] = ['5123450000000008', '4508750015741019']

const SCA_WORDS = {
  redirect: 'redirect to the bank',
  oauth: 'OAuth2 at the bank',
  decoupled: 'confirmed on the phone',
} as const

type ReadyBank = ReadyFacts['banks'][number]

const scaWords = ({ sca, url }: ReadyBank): string => `${SCA_WORDS[sca]}${sca === 'decoupled' ? `: ${url}/phone` : ''}`

const personRow = ({ login, password, iban, character }: ReadyBank['people'][number]): string =>
  `    ${`${login} / ${password}`.padEnd(28)} ${iban.replace(/(.{4})(?=.)/g, '$1 ')}   ${character}`

/** Where to click and as whom. */
export function signpost(facts: ReadyFacts, world: World): string {
  const rows = [
    '',
    '  The world answers.',
    '',
    `  Shop            ${facts.shop.url}    buy something, "Plătește cu Punte"`,
    `  ERP             ${facts.erp.url}    pay an open invoice`,
    `  Mailbox         ${facts.mailbox.url}    every mail to payers`,
    `  Partner API     ${facts.partner_api.url}   mutual TLS; documentation at /docs`,
    `  Back office     ${facts.office.url}    staff below`,
    `  Partners' view  ${facts.portal.url}`,
    `  Card API        ${facts.card_api.url}   Basic; documentation at /docs`,
    `  Acquirer        ${facts.acquirer.url}    every card message, cards, scheme tokens`,
    `  Health, metrics ${facts.ops.url}/ready, /metrics`,
    '',
    '  Banks and their people (login / password):',
  ]
  for (const bank of facts.banks.slice(0, FICTIONAL_BANKS)) {
    rows.push('', `  ${bank.name} — ${scaWords(bank)}`, ...bank.people.map(personRow))
  }
  rows.push('', '  Banks that behave as real ones do, one person of each (the others are in sandbox/people.json):')
  for (const bank of facts.banks.slice(FICTIONAL_BANKS)) {
    rows.push(`  ${bank.name} — ${scaWords(bank)}`, ...bank.people.slice(0, 1).map(personRow))
  }
  rows.push('', '  Merchants of the card API (user / password):')
  for (const { id, password, sources } of facts.card_api.merchants) {
    const limits = sources.includes('MERCHANT') ? '' : '   payer-initiated only, no tokens'
    rows.push(`    merchant.${id} / ${password}${limits}`)
  }
  rows.push(
    `  Cards: ${TEST_CARDS.map((number) => number.replace(/(.{4})(?=.)/g, '$1 ')).join(', ')}   expiry 01/39, code 100`,
  )
  rows.push('', '  Staff of the back office (user / password, secret for an authenticator app):')
  for (const { user, password, role, totp_secret } of facts.office.users) {
    rows.push(`    ${`${user} / ${password}`.padEnd(44)} ${totp_secret}   ${role}`)
  }
  rows.push('', "  People of partners, at the partners' view:")
  for (const { user, password, role, totp_secret } of facts.portal.users) {
    rows.push(`    ${`${user} / ${password}`.padEnd(56)} ${totp_secret}   ${role}`)
  }
  rows.push('', `  Data and logs: ${world.dir}`, '  Ctrl-C stops everything; --reset starts afresh.', '', '')
  return rows.join('\n')
}
