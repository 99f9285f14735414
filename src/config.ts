/**
 * Every setting of Punte, once: name, kind, default, rule and one sentence of documentation. The only place that reads
 * the environment. `docs/generated/configuration.md` is drawn from this table.
 *
 * Settings come from one file (NAME=value lines; PUNTE_CONFIG_FILE, else ./punte.conf where it exists) and from the
 * environment, which wins. All faults are reported together.
 */
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

type Kind = 'text' | 'integer' | 'url' | 'file' | 'flag' | 'list'
type Setting = {
  readonly kind: Kind
  /** Absent: the setting is required. `null`: optional, without a value. */
  readonly default?: string | null
  readonly rule?: { readonly test: (value: string) => boolean; readonly says: string }
  readonly about: string
}

const port = { test: (v: string) => Number(v) >= 0 && Number(v) <= 65535, says: 'must be a port, 0 to 65535' }
const positive = { test: (v: string) => Number(v) >= 1, says: 'must be at least 1' }
const https_or_loopback = {
  test: (v: string) => /^https:/.test(v) || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(v),
  says: 'must be https, or http on this machine only',
}

export const SETTINGS = {
  DATABASE_URL: {
    kind: 'text',
    default: null,
    about: 'PostgreSQL 15 or newer; without it the embedded server is used, in PUNTE_DATA_DIR.',
  },
  PUNTE_DATABASE_POOL: {
    kind: 'integer',
    default: '10',
    rule: positive,
    about: 'Connections to the database per process; 8 to 10 saturate two cores.',
  },
  PUNTE_DATABASE_PORT: {
    kind: 'integer',
    default: '5499',
    rule: port,
    about: 'Port on 127.0.0.1 of the embedded PostgreSQL.',
  },
  PUNTE_DATA_DIR: {
    kind: 'file',
    default: '.punte/data',
    about: 'Folder of the embedded database and of what the process must keep.',
  },
  PUNTE_KEY_FILE: {
    kind: 'file',
    about: "The installation's keys (`punte keys create`); refused when group or others can read it.",
  },

  PUNTE_PARTNER_HOST: { kind: 'text', default: '0.0.0.0', about: 'Address the partner API listens on.' },
  PUNTE_PARTNER_PORT: {
    kind: 'integer',
    default: '8443',
    rule: port,
    about: 'Port of the partner API (mutual TLS, always).',
  },
  PUNTE_PARTNER_URL: {
    kind: 'url',
    rule: { test: (v) => /^https:/.test(v), says: 'must be https' },
    about: 'Public base URL of the partner API; the issuer of access tokens.',
  },
  PUNTE_PARTNER_TLS_CERTIFICATE_FILE: { kind: 'file', about: 'Server certificate chain of the partner API (PEM).' },
  PUNTE_PARTNER_TLS_KEY_FILE: { kind: 'file', about: 'Private key of that certificate (PEM).' },
  PUNTE_PARTNER_RATE_PER_MINUTE: {
    kind: 'integer',
    default: '3000',
    rule: positive,
    about: 'Requests a partner may make per minute, where its profile says nothing.',
  },
  PUNTE_PARTNER_CA_CERTIFICATE_FILE: {
    kind: 'file',
    default: null,
    about:
      'Authority of the installation that signs requests of partners without one of their own (PEM, `punte certificates ' +
      'authority`); without it staff register certificates of other authorities only.',
  },
  PUNTE_PARTNER_CA_KEY_FILE: { kind: 'file', default: null, about: 'Private key of that authority (PEM).' },
  PUNTE_ADDRESS_RATE_PER_MINUTE: {
    kind: 'integer',
    default: '6000',
    rule: positive,
    about: 'Requests one network address may make per minute.',
  },

  PUNTE_GATEWAY_HOST: { kind: 'text', default: '0.0.0.0', about: 'Address the card API listens on.' },
  PUNTE_GATEWAY_PORT: { kind: 'integer', default: '8444', rule: port, about: 'Port of the card API (TLS, always).' },
  PUNTE_GATEWAY_TLS_CERTIFICATE_FILE: {
    kind: 'file',
    default: null,
    about: 'Server certificate chain of the card API (PEM); without it the one of the partner API.',
  },
  PUNTE_GATEWAY_TLS_KEY_FILE: { kind: 'file', default: null, about: 'Private key of that certificate (PEM).' },
  PUNTE_GATEWAY_SESSION_MINUTES: {
    kind: 'integer',
    default: '60',
    rule: positive,
    about: 'A session of the card API is forgotten this long after its last update; a security code in it after 15.',
  },
  PUNTE_GATEWAY_RATE_PER_MINUTE: {
    kind: 'integer',
    default: '120000',
    rule: positive,
    about: 'Requests a merchant may make to the card API per minute, and a network address likewise.',
  },
  PUNTE_ACQUIRER_PROFILES_DIR: {
    kind: 'file',
    default: 'src/infra/acquirers/profiles',
    about: 'Folder of acquirer profiles (one JSON file an acquirer).',
  },

  PUNTE_CHECKOUT_HOST: {
    kind: 'text',
    default: '127.0.0.1',
    about: 'Address the hosted page listens on (a TLS-terminating proxy stands before it).',
  },
  PUNTE_CHECKOUT_PORT: { kind: 'integer', default: '8080', rule: port, about: 'Port of the hosted page.' },
  PUNTE_CHECKOUT_URL: {
    kind: 'url',
    rule: https_or_loopback,
    about: 'Public base URL of the hosted page; banks return payers here.',
  },
  PUNTE_TRUSTED_PROXIES: {
    kind: 'list',
    default: '',
    about: 'Addresses or networks whose X-Forwarded-For is believed on the hosted page; empty: none.',
  },

  PUNTE_OFFICE_HOST: {
    kind: 'text',
    default: '127.0.0.1',
    about: 'Address the back office listens on (a TLS-terminating proxy stands before it).',
  },
  PUNTE_OFFICE_PORT: { kind: 'integer', default: '8090', rule: port, about: 'Port of the back office.' },
  PUNTE_OFFICE_URL: {
    kind: 'url',
    default: 'http://localhost:8090',
    rule: https_or_loopback,
    about: 'Public base URL of the back office; its calls come from pages of this origin only.',
  },
  PUNTE_PORTAL_HOST: {
    kind: 'text',
    default: '127.0.0.1',
    about: 'Address the partners’ own view listens on (a TLS-terminating proxy stands before it).',
  },
  PUNTE_PORTAL_PORT: { kind: 'integer', default: '8091', rule: port, about: 'Port of the partners’ own view.' },
  PUNTE_PORTAL_URL: {
    kind: 'url',
    default: 'http://localhost:8091',
    rule: https_or_loopback,
    about: 'Public base URL of the partners’ own view; invitations lead here.',
  },

  PUNTE_OPS_HOST: { kind: 'text', default: '127.0.0.1', about: 'Address of health, readiness and metrics.' },
  PUNTE_OPS_PORT: { kind: 'integer', default: '9090', rule: port, about: 'Port of health, readiness and metrics.' },

  PUNTE_QWAC_CERTIFICATE_FILE: {
    kind: 'file',
    about: "The installation's website authentication certificate (QWAC) chain towards banks (PEM).",
  },
  PUNTE_QWAC_KEY_FILE: { kind: 'file', about: 'Private key of the QWAC (PEM).' },
  PUNTE_QSEAL_CERTIFICATE_FILE: {
    kind: 'file',
    about: "The installation's electronic seal certificate (QSEAL), which signs messages to banks (PEM).",
  },
  PUNTE_QSEAL_KEY_FILE: { kind: 'file', about: 'Private key of the QSEAL (PEM).' },
  PUNTE_BANK_PROFILES_DIR: {
    kind: 'file',
    default: 'src/infra/banks/profiles',
    about: 'Folder of bank profiles (one JSON file a bank).',
  },

  PUNTE_SMTP_URL: {
    kind: 'text',
    rule: { test: (v) => /^smtps?:\/\//.test(v), says: 'must begin with smtp:// or smtps://' },
    about: 'Mail server for payer mails, with credentials if it needs them.',
  },
  PUNTE_MAIL_FROM: {
    kind: 'text',
    rule: { test: (v) => v.includes('@'), says: 'must be a mail address' },
    about: 'Sender of payer mails.',
  },

  PUNTE_OPERATOR_NAME: { kind: 'text', about: "Who operates the service; stands in the page's footer and in mails." },
  PUNTE_OPERATOR_REGISTER: { kind: 'text', about: 'Number in the register of payment institutions.' },
  PUNTE_OPERATOR_CONTACT: { kind: 'text', about: 'Postal address, telephone and mail of the operator.' },
  PUNTE_OPERATOR_COMPLAINTS: { kind: 'text', about: 'Where and how payers complain.' },

  PUNTE_ABANDON_AFTER_MINUTES: {
    kind: 'integer',
    default: '30',
    rule: positive,
    about: 'An unpaid payment is abandoned (ABND) this long after its creation.',
  },
  PUNTE_LINK_HOURS: {
    kind: 'integer',
    default: '168',
    rule: positive,
    about: 'A payment link lives this long, unless the partner asks for another time (at most 2160 hours).',
  },
  PUNTE_EXCHANGE_DAYS: {
    kind: 'integer',
    default: '90',
    rule: positive,
    about: 'Messages to and from banks are kept this long for `punte explain`, sealed and without secrets.',
  },
  PUNTE_PAGE_IDLE_MINUTES: {
    kind: 'integer',
    default: '10',
    rule: positive,
    about: 'The hosted page disconnects after this long without activity.',
  },
  PUNTE_PAGE_RETURN_SECONDS: {
    kind: 'integer',
    default: '10',
    rule: positive,
    about: 'The outcome page returns to the partner by itself after this long.',
  },
  PUNTE_ACCESS_TOKEN_SECONDS: { kind: 'integer', default: '300', rule: positive, about: 'Life of an access token.' },
  PUNTE_REFRESH_TOKEN_HOURS: { kind: 'integer', default: '24', rule: positive, about: 'Life of a refresh token.' },
  PUNTE_PASSWORD_DAYS: {
    kind: 'integer',
    default: '60',
    rule: positive,
    about: 'Staff must change their passwords after this many days; they are told from 10 days before.',
  },
  PUNTE_FRAUD_REPORT_DAYS: {
    kind: 'integer',
    default: '60',
    rule: positive,
    about: 'Days after the end of a half-year within which the authority wants the figures of fraud.',
  },
  PUNTE_STAFF_IDLE_MINUTES: {
    kind: 'integer',
    default: '15',
    rule: positive,
    about: 'A session of staff ends after this long without activity, and 12 hours after sign-in at the latest.',
  },
  PUNTE_INVITATION_DAYS: {
    kind: 'integer',
    default: '14',
    rule: positive,
    about: 'Links of invitations to apply as a partner are good this long.',
  },
  PUNTE_SCREENING_URL: {
    kind: 'url',
    default: null,
    rule: https_or_loopback,
    about: 'Service that holds names of applicants against lists; without it staff write down what they looked up.',
  },
  PUNTE_REVIEW_SUSPENDS: {
    kind: 'flag',
    default: 'no',
    about: 'Whether partners whose yearly review is overdue are suspended.',
  },
  PUNTE_COMPLIANCE_MAIL: {
    kind: 'text',
    default: null,
    about:
      'Mail address where staff are told of reviews that come due; without it they see them in the back office only.',
  },
  PUNTE_RETENTION_YEARS: {
    kind: 'integer',
    default: '5',
    rule: { test: (v) => Number(v) >= 5 && Number(v) <= 10, says: 'must be 5 to 10' },
    about: 'What is known of a partner, and its payments, are kept this long after the relationship has ended.',
  },
  PUNTE_WEBHOOK_PRIVATE_ADDRESSES: {
    kind: 'flag',
    default: 'no',
    about: 'Whether webhooks and revocation lists may go to private or loopback addresses; `yes` only for a sandbox.',
  },
  PUNTE_WORKER_CONCURRENCY: {
    kind: 'integer',
    default: '48',
    rule: positive,
    about:
      'Webhooks under way at once in this process, and as many mails; they mostly wait for others, 8 at most for one endpoint.',
  },
  PUNTE_LOG_LEVEL: {
    kind: 'text',
    default: 'info',
    rule: {
      test: (v) => ['debug', 'info', 'warn', 'error', 'silent'].includes(v),
      says: 'must be debug, info, warn, error or silent',
    },
    about: 'How much is logged.',
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS
type ValueOf<S extends Setting> = S['kind'] extends 'integer'
  ? number
  : S['kind'] extends 'flag'
    ? boolean
    : S['kind'] extends 'list'
      ? readonly string[]
      : string
export type Settings = {
  readonly [N in SettingName]: (typeof SETTINGS)[N] extends { default: null }
    ? ValueOf<(typeof SETTINGS)[N]> | undefined
    : ValueOf<(typeof SETTINGS)[N]>
}

/** Every fault of a configuration, told at once. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    )
    this.name = 'ConfigurationError'
    this.faults = faults
  }
}

/**
 * Reads settings. `only` limits which are required: a command that needs just the database must not ask for certificates.
 * @throws ConfigurationError naming every setting that is missing, unknown in the file, or against its rule
 */
export function readSettings(only?: readonly SettingName[], env: NodeJS.ProcessEnv = process.env): Settings {
  const faults: string[] = []
  const path = env.PUNTE_CONFIG_FILE ?? (existsSync('punte.conf') ? 'punte.conf' : undefined)
  const from_file = path === undefined ? {} : readFile(path, faults)
  for (const name of Object.keys(from_file)) {
    if (!(name in SETTINGS)) faults.push(`${name}: no such setting (in ${path})`)
  }
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting][]) {
    const required = only === undefined || only.includes(name)
    const text = env[name] ?? from_file[name] ?? setting.default ?? undefined
    if (text === undefined || (text === '' && setting.kind !== 'list')) {
      if (setting.default === undefined && required) faults.push(`${name}: is required. ${setting.about}`)
      continue
    }
    const fault =
      kindFault(setting.kind, text) ?? (setting.rule && !setting.rule.test(text) ? setting.rule.says : undefined)
    if (fault !== undefined) faults.push(`${name}: ${fault}`)
    else values[name] = convert(setting.kind, text)
  }
  if (faults.length > 0) throw new ConfigurationError(faults)
  return values as Settings
}

function readFile(path: string, faults: string[]): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    faults.push(`PUNTE_CONFIG_FILE: cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return {}
  }
}

function kindFault(kind: Kind, text: string): string | undefined {
  if (kind === 'integer' && !/^\d{1,9}$/.test(text)) return 'must be a whole number'
  if (kind === 'url' && !URL.canParse(text)) return 'must be a URL'
  if (kind === 'flag' && text !== 'yes' && text !== 'no') return 'must be yes or no'
  return undefined
}

function convert(kind: Kind, text: string): unknown {
  if (kind === 'integer') return Number(text)
  if (kind === 'flag') return text === 'yes'
  if (kind === 'url') return text.replace(/\/+$/, '')
  if (kind === 'list')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  return text
}
