/**
 * A simulated acquirer host with the issuers and the card scheme behind it. One process (`main.ts`), one JSON file of
 * configuration (this file says what may stand in it), no code shared with `src/`. `api/` takes messages in, `issuers/`
 * decides on cards, `book/` remembers, `pages/` shows. `README.md` documents the protocol and the behaviour.
 */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'

export type AcquirerConfig = {
  readonly id: string
  readonly name: string
  /** Messages, over mutual TLS. */
  readonly api: {
    readonly host: string
    readonly port: number
    readonly certificate_file: string
    readonly key_file: string
    /** Authorities that the gateway's certificate must chain to. */
    readonly client_ca_file: string
    /** As the gateway writes it; absent: https://localhost:{the port listened on}. */
    readonly url?: string
  }
  /** Pages and `/admin`, plain HTTP. */
  readonly pages: { readonly host: string; readonly port: number; readonly url?: string }
  readonly data_dir: string
  readonly timing: {
    /** When the amounts that answer late are answered. */
    readonly late_ms: number
  }
  readonly limits: {
    /** Messages kept in memory; older ones can no longer be asked about or acted upon. */
    readonly messages: number
  }
}

const text = { type: 'string', minLength: 1, maxLength: 500 }
const port = { type: 'integer', minimum: 0, maximum: 65535 }
const address = { type: 'string', pattern: '^https?://[^/\\s]+$' }
const strict = { type: 'object', additionalProperties: false }

const schema = {
  ...strict,
  required: ['api', 'pages', 'data_dir'],
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9-]{1,40}$', default: 'sandbox' },
    name: { ...text, default: 'Acquirer de test' },
    api: {
      ...strict,
      required: ['port', 'certificate_file', 'key_file', 'client_ca_file'],
      properties: {
        host: { ...text, default: '127.0.0.1' },
        port,
        certificate_file: text,
        key_file: text,
        client_ca_file: text,
        url: address,
      },
    },
    pages: {
      ...strict,
      required: ['port'],
      properties: { host: { ...text, default: '127.0.0.1' }, port, url: address },
    },
    data_dir: text,
    timing: {
      ...strict,
      default: {},
      properties: { late_ms: { type: 'integer', minimum: 0, maximum: 600_000, default: 60_000 } },
    },
    limits: {
      ...strict,
      default: {},
      properties: { messages: { type: 'integer', minimum: 10, maximum: 5_000_000, default: 300_000 } },
    },
  },
}

const validate = new Ajv({ allErrors: true, useDefaults: true, strict: false }).compile<AcquirerConfig>(schema)

/** Reads the JSON file; relative paths in it count from the working directory. @throws Error naming every fault */
export function readConfig(path: string): AcquirerConfig {
  const config: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (validate(config)) return config
  const faults = (validate.errors ?? []).map((fault) => `${fault.instancePath || '/'} ${fault.message ?? ''}`)
  throw new Error(`configuration of the acquirer:\n  ${faults.join('\n  ')}`)
}
