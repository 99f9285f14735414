/** What tests of the partner API stand on: real certificates, a real database, the real listener, a client that shows everything. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Agent, request } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { readSettings, SETTINGS } from '../../../config.ts'
import type { Context } from '../../../domain/context.ts'
import { createPartnerDirectory } from '../../../domain/partners/directory.ts'
import { addPartner, type NewPartnerInput } from '../../../domain/partners/manage.ts'
import type { BankProfile } from '../../../infra/banks/connector.ts'
import type { BankRegistry } from '../../../infra/banks/registry.ts'
import {
  type Authority,
  createAuthority,
  type Issued,
  issueClientCertificate,
  issueRevocationList,
  issueServerCertificate,
} from '../../../infra/certificates/issue.ts'
import { testDatabase } from '../../../infra/database/template.ts'
import { createKeyFile } from '../../../infra/keys/key-file.ts'
import { loadKeys } from '../../../infra/keys/keys.ts'
import { createLog } from '../../../infra/log.ts'
import { startPartnerApi } from '../api.ts'
import { takesEverything } from './banks.ts'

/** Published in tokens and signatures; connections go to the real port. */
export const PUBLIC_URL = 'https://partner.punte.test'
export const REDIRECT_URL = 'https://shop.example/orders'
export const CREDITOR_IBAN = 'RO09PORL7789778256833565'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
  readonly json: any
  readonly resumed: boolean
}

export type Call = {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly as?: Issued | undefined
  readonly agent?: Agent
  readonly tls?: Pick<ConnectionOptions, 'minVersion' | 'maxVersion' | 'session'>
}

export type TestWorld = Awaited<ReturnType<typeof createWorld>>

/** A port that is free now: for tests whose public address must be the real one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** @param overrides of settings, e.g. limits @param profiles of banks, which take every order */
export async function createWorld(
  overrides: Partial<Record<keyof typeof SETTINGS, string>> = {},
  profiles: readonly BankProfile[] = [],
) {
  const dir = mkdtempSync(join(tmpdir(), 'punte-partner-api-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const server_ca = await createAuthority({ name: 'Test Server CA' })
  const server = await issueServerCertificate(server_ca, { hosts: ['localhost', '127.0.0.1'] })
  createKeyFile(join(dir, 'keys.json'))
  const settings = readSettings(undefined, {
    ...Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, fillIn(name as keyof typeof SETTINGS)])),
    PUNTE_KEY_FILE: join(dir, 'keys.json'),
    PUNTE_PARTNER_HOST: '127.0.0.1',
    PUNTE_PARTNER_PORT: '0',
    PUNTE_PARTNER_URL: PUBLIC_URL,
    PUNTE_CHECKOUT_URL: 'https://pay.example',
    PUNTE_PARTNER_TLS_CERTIFICATE_FILE: file('server.pem', server.certificate_pem),
    PUNTE_PARTNER_TLS_KEY_FILE: file('server.key', server.key_pem),
    PUNTE_ADDRESS_RATE_PER_MINUTE: '100000',
    PUNTE_PARTNER_RATE_PER_MINUTE: '100000',
    ...overrides,
  })
  const log_lines: string[] = []
  const log = createLog('info', { write: (line) => void log_lines.push(line) })
  const database = await testDatabase()
  const keys = loadKeys(settings.PUNTE_KEY_FILE)
  const offset = { ms: 0 }
  const clock = { now: () => new Date(Date.now() + offset.ms) }
  const partners = await createPartnerDirectory({ db: database.db, keys, log, refresh_every_ms: 50 })
  const banks: BankRegistry = {
    all: () => profiles,
    get: (id) => {
      const profile = profiles.find((one) => one.id === id)
      return profile === undefined ? undefined : takesEverything(profile)
    },
    byIbanCode: (code) => profiles.find((one) => one.iban_codes.includes(code)),
    obstacle: () => undefined,
  }
  const unused = {} as Pick<Context, 'acquirers' | 'mail' | 'outbound' | 'merchants'>
  const context: Context = { ...unused, settings, db: database.db, clock, keys, banks, partners, log }
  const api = await startPartnerApi(context, { docs: false })
  const port = Number(new URL(api.url).port)
  const ca = server_ca.certificate_pem

  async function partner(
    input: Partial<NewPartnerInput> & {
      authority: Authority
      common_name: string
      revoked?: readonly string[]
      given?: Issued
    },
  ) {
    const { authority, common_name, revoked, given, ...profile } = input
    const issued =
      given ?? (await issueClientCertificate(authority, { subject: { common_name, organisation: common_name } }))
    const revocation_list =
      revoked === undefined ? undefined : await issueRevocationList(authority, { serials: revoked })
    const added = await addPartner(context, {
      name: common_name,
      type: 'Ecommerce',
      redirect_urls: [REDIRECT_URL],
      certificate: {
        certificate_pem: issued.certificate_pem,
        authority_pem: authority.certificate_pem,
        ...(revocation_list !== undefined && { revocation_list }),
      },
      ...profile,
    })
    await partners.refresh()
    return { ...added, issued, thumbprint: thumbprintOf(issued) }
  }

  const call = (input: Call): Promise<Answer> => send(port, ca, input)
  return {
    context,
    database,
    log_lines,
    port,
    ca,
    call,
    partner,
    /** Moves the server's clock. */
    pass(ms: number) {
      offset.ms += ms
    },
    async token(client_id: string, as: Issued) {
      const answer = await call({
        method: 'POST',
        path: '/gateway/authenticate/rest/api/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `client_id=${client_id}`,
        as,
      })
      if (answer.status !== 200) throw new Error(`token: ${answer.text}`)
      return answer.json.result as {
        access_token: string
        refresh_token: string
        paymentId: number
        expires_in: number
      }
    },
    async close() {
      await api.close()
      partners.close()
      await database.drop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

// Required settings that this surface does not read.
function fillIn(name: keyof typeof SETTINGS): string | undefined {
  const setting = SETTINGS[name]
  if ('default' in setting) return undefined
  if (name === 'PUNTE_SMTP_URL') return 'smtp://localhost'
  if (name === 'PUNTE_MAIL_FROM') return 'punte@example.org'
  return setting.kind === 'url' ? 'https://unused.example' : 'unused'
}

export function thumbprintOf(issued: Issued): string {
  return Buffer.from(new X509Certificate(issued.certificate_pem).fingerprint256.replaceAll(':', ''), 'hex').toString(
    'base64url',
  )
}

function send(port: number, ca: string, input: Call): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const outgoing = request(
    {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      ca,
      method: input.method ?? 'GET',
      path: input.path,
      headers: {
        ...input.headers,
        ...(input.body !== undefined && { 'content-length': Buffer.byteLength(input.body) }),
      },
      agent: input.agent ?? false,
      ...(input.as !== undefined && { cert: input.as.certificate_pem, key: input.as.key_pem }),
      ...input.tls,
    },
    (incoming) => {
      const parts: Buffer[] = []
      const resumed = (incoming.socket as TLSSocket).isSessionReused()
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          text,
          json: text.startsWith('{') ? JSON.parse(text) : undefined,
          resumed,
        })
      })
    },
  )
  outgoing.on('error', reject)
  outgoing.end(input.body)
  return promise
}
