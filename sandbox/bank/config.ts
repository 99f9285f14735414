/**
 * A simulated Romanian bank: the third party of the demo world and of the tests. Each bank is a process of its own
 * (`main.ts`), reads one JSON file (this one says what may stand in it) and shares no code with `src/`, so that it
 * cannot share our mistakes. `README.md` says what it checks and how to drive it.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv } from 'ajv'
import { ibanFault } from './book/iban.ts'

/** How a person of the bank behaves: see README, "People". */
export type Character = 'normal' | 'broke' | 'slow' | 'expired' | 'locked'

export type Person = {
  readonly login: string
  readonly password: string
  readonly name: string
  readonly iban: string
  readonly balance_minor: number
  readonly character: Character
}

export type Timing = {
  /** From authorisation to debit; 0 debits at once. */
  readonly settle_ms: number
  /** The same for people of character `slow`. */
  readonly slow_ms: number
  /** A payment nobody authorised within this time is rejected. */
  readonly sca_timeout_ms: number
  readonly access_token_ttl_s: number
}

export type OauthSettings = {
  readonly client_id: string
  /** organizationIdentifier of the QWAC this client must authenticate with; absent: any third party, own payments only. */
  readonly organization_id?: string
  /** Absent: only addresses of the same origin as the payment's TPP-Redirect-URI. */
  readonly redirect_uris?: readonly string[]
  /** False: reading a payment needs no Bearer token (the certificate alone identifies the third party). */
  readonly token_required: boolean
}

export type BankConfig = {
  readonly id: string
  readonly name: string
  readonly bic: string
  readonly iban_code: string
  readonly sca: 'redirect' | 'oauth' | 'decoupled'
  readonly colour: string
  /** Payment product in the API's paths, e.g. `domestic-credit-transfers-ro`. */
  readonly product: string
  readonly api: {
    readonly host: string
    readonly port: number
    readonly certificate_file: string
    readonly key_file: string
    /** Authorities that QWAC and QSEAL must be issued by (PEM, one or several). */
    readonly client_ca_file: string
  }
  /** Base address of the API as third parties write it; absent: https://localhost:{the port listened on}. */
  readonly api_url?: string
  /** Human pages and `/sandbox`; plain HTTP. */
  readonly pages: { readonly host: string; readonly port: number; readonly url?: string }
  readonly data_dir: string
  readonly people: readonly Person[]
  readonly timing: Timing
  readonly oauth?: OauthSettings
  /** Whether the bank tells TPP-Notification-URI of outcomes. */
  readonly push: boolean
  readonly limits: { readonly payments: number }
}

const text = { type: 'string', minLength: 1, maxLength: 200 }
const port = { type: 'integer', minimum: 0, maximum: 65535 }
const milliseconds = (standard: number) => ({ type: 'integer', minimum: 0, maximum: 86_400_000, default: standard })
const address = { type: 'string', pattern: '^https?://[^/\\s]+$' }

const person_schema = {
  type: 'object',
  additionalProperties: false,
  required: ['login', 'password', 'name', 'iban', 'balance_minor', 'character'],
  properties: {
    login: { type: 'string', pattern: '^[a-z0-9._-]{1,40}$' },
    password: text,
    name: text,
    iban: text,
    balance_minor: { type: 'integer', minimum: 0, maximum: 1e15 },
    character: { enum: ['normal', 'broke', 'slow', 'expired', 'locked'] },
  },
}

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'name', 'bic', 'iban_code', 'sca', 'product', 'api', 'pages', 'data_dir', 'people'],
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
    name: text,
    bic: { type: 'string', pattern: '^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$' },
    iban_code: { type: 'string', pattern: '^[A-Z]{4}$' },
    sca: { enum: ['redirect', 'oauth', 'decoupled'] },
    colour: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$', default: '#1d4e6b' },
    product: { type: 'string', pattern: '^[a-z0-9.-]{1,60}$' },
    api: {
      type: 'object',
      additionalProperties: false,
      required: ['port', 'certificate_file', 'key_file', 'client_ca_file'],
      properties: {
        host: { ...text, default: '127.0.0.1' },
        port,
        certificate_file: text,
        key_file: text,
        client_ca_file: text,
      },
    },
    api_url: address,
    pages: {
      type: 'object',
      additionalProperties: false,
      required: ['port'],
      properties: { host: { ...text, default: '127.0.0.1' }, port, url: address },
    },
    data_dir: text,
    people: { type: 'array', minItems: 1, maxItems: 10_000, items: person_schema },
    timing: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        settle_ms: milliseconds(1500),
        slow_ms: milliseconds(20_000),
        sca_timeout_ms: milliseconds(15 * 60_000),
        access_token_ttl_s: { type: 'integer', minimum: 1, maximum: 86_400, default: 3600 },
      },
    },
    oauth: {
      type: 'object',
      additionalProperties: false,
      required: ['client_id'],
      properties: {
        client_id: text,
        organization_id: text,
        redirect_uris: { type: 'array', items: text, minItems: 1, maxItems: 20 },
        token_required: { type: 'boolean', default: true },
      },
    },
    push: { type: 'boolean', default: false },
    limits: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: { payments: { type: 'integer', minimum: 10, maximum: 5_000_000, default: 200_000 } },
    },
  },
}

const validate = new Ajv({ allErrors: true, useDefaults: true, strict: false }).compile<BankConfig>(schema)

/**
 * Checks a bank's configuration and fills in the defaults. Throws an Error that names every fault.
 * @param input the parsed JSON; a copy is returned, with file paths made absolute against `base_dir`
 */
export function parseConfig(input: unknown, base_dir: string): BankConfig {
  const config: unknown = structuredClone(input)
  const faults: string[] = []
  if (!validate(config)) {
    for (const error of validate.errors ?? []) faults.push(`${error.instancePath || '/'} ${error.message ?? ''}`)
    throw new Error(`configuration of the bank:\n  ${faults.join('\n  ')}`)
  }
  const logins = new Set<string>()
  for (const person of config.people) {
    if (logins.has(person.login)) faults.push(`login ${person.login} occurs twice`)
    logins.add(person.login)
    const fault = ibanFault(person.iban)
    if (fault !== undefined) faults.push(`the IBAN of ${person.login} ${fault}`)
    else if (person.iban.slice(4, 8) !== config.iban_code)
      faults.push(`the IBAN of ${person.login} is not of ${config.iban_code}`)
  }
  if (new Set(config.people.map((person) => person.iban)).size !== config.people.length)
    faults.push('an IBAN occurs twice')
  if (config.sca === 'oauth' && config.oauth === undefined) faults.push('/oauth is required when sca is "oauth"')
  if (faults.length > 0) throw new Error(`configuration of the bank:\n  ${faults.join('\n  ')}`)
  const at = (path: string) => resolve(base_dir, path)
  return {
    ...config,
    data_dir: at(config.data_dir),
    api: {
      ...config.api,
      certificate_file: at(config.api.certificate_file),
      key_file: at(config.api.key_file),
      client_ca_file: at(config.api.client_ca_file),
    },
  }
}

/** Reads the JSON file given as `--config`; relative paths in it count from the working directory. */
export function readConfig(path: string): BankConfig {
  return parseConfig(JSON.parse(readFileSync(path, 'utf8')), process.cwd())
}
