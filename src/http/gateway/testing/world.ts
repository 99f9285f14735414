/** What tests of the card API stand on: the real listener over TLS, a real database, an acquirer that says what it is told to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings, SETTINGS } from '../../../config.ts'
import type { Context } from '../../../domain/context.ts'
import { createMerchantDirectory } from '../../../domain/merchants/directory.ts'
import { addMerchant, addPassword, type LinkInput, type MerchantInput } from '../../../domain/merchants/manage.ts'
import { SOURCES } from '../../../domain/merchants/merchant.ts'
import { createPartnerDirectory } from '../../../domain/partners/directory.ts'
import { addPartner } from '../../../domain/partners/manage.ts'
import { suspendPartner } from '../../../domain/partners/standing.ts'
import type {
  AcquirerAnswer,
  AcquirerConnector,
  CardMessage,
  FollowOnMessage,
} from '../../../infra/acquirers/connector.ts'
import {
  type Authority,
  createAuthority,
  type Issued,
  issueClientCertificate,
  issueServerCertificate,
} from '../../../infra/certificates/issue.ts'
import { testDatabase } from '../../../infra/database/template.ts'
import { createKeyFile } from '../../../infra/keys/key-file.ts'
import { loadKeys } from '../../../infra/keys/keys.ts'
import { createLog } from '../../../infra/log.ts'
import { startGateway } from '../server.ts'

export const CARD = {
  number: '5123450000000008',
  expiry: { month: '1', year: '39' },
  securityCode: '100',
} as const
export const APPROVED: AcquirerAnswer = {
  kind: 'answered',
  approved: true,
  gateway_code: 'APPROVED',
  acquirer_code: '00',
  acquirer_message: 'Approved',
  authorization_code: '123456',
  stan: '000042',
  receipt: '532600000042',
  acquirer_transaction_id: 'acquirer-42',
  trace_id: 'TRACE0001',
  csc_result: 'MATCH',
}
export const DECLINED: AcquirerAnswer = {
  kind: 'answered',
  approved: false,
  gateway_code: 'DECLINED',
  acquirer_code: '05',
  acquirer_message: 'Do not honour',
}

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever came
  readonly json: any
  /** Of a form. */
  readonly form: URLSearchParams
}

export type Call = {
  readonly method?: string
  /** From `/api` on. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, with no content type. */
  readonly body?: string | Buffer | object
  readonly as?: TestMerchant | undefined
  readonly certificate?: Issued
}

export type TestMerchant = { readonly merchant_id: string; readonly password: string }
export type GatewayWorld = Awaited<ReturnType<typeof createGatewayWorld>>

/** @param overrides of settings, e.g. limits */
export async function createGatewayWorld(overrides: Partial<Record<keyof typeof SETTINGS, string>> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'punte-gateway-'))
  const server_ca = await createAuthority({ name: 'Test Server CA' })
  const settings = await settingsIn(dir, server_ca, overrides)
  const log_lines: string[] = []
  const log = createLog('info', { write: (line) => void log_lines.push(line) })
  const database = await testDatabase({ pool_size: 6 })
  const keys = loadKeys(settings.PUNTE_KEY_FILE)
  const partners = await createPartnerDirectory({ db: database.db, keys, log, refresh_every_ms: 50 })
  const merchants = await createMerchantDirectory({ db: database.db, partners, log, refresh_every_ms: 50 })
  const acquirer = scripted()
  const unused = {} as Pick<Context, 'mail' | 'outbound' | 'banks'>
  const context: Context = {
    ...unused,
    settings,
    db: database.db,
    clock: { now: () => new Date() },
    keys,
    partners,
    merchants,
    acquirers: {
      get: (id) => (id === 'simulator' ? acquirer.connector : undefined),
      all: () => [acquirer.connector],
    },
    log,
  }
  const api = await startGateway(context)
  const port = Number(new URL(api.url).port)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const client_ca = await createAuthority({ name: 'Partner CA' })
  const caller = { port, ca: server_ca.certificate_pem, agent }
  return {
    context,
    acquirer,
    log_lines,
    port,
    ca: server_ca.certificate_pem,
    database,
    call: (input: Call) => send(caller, input),
    merchant: (merchant_id: string, more: MerchantInput & { link?: Partial<LinkInput> } = {}) =>
      makeMerchant(context, client_ca, merchant_id, more),
    async suspend(client_id: string) {
      await suspendPartner(context, client_id)
      await partners.refresh()
      await merchants.refresh()
    },
    async close() {
      agent.destroy()
      await api.close()
      merchants.close()
      partners.close()
      await database.drop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function settingsIn(dir: string, ca: Authority, overrides: Partial<Record<keyof typeof SETTINGS, string>>) {
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const server = await issueServerCertificate(ca, { hosts: ['localhost', '127.0.0.1'] })
  createKeyFile(join(dir, 'keys.json'))
  return readSettings(undefined, {
    ...Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, fillIn(name as keyof typeof SETTINGS)])),
    PUNTE_KEY_FILE: join(dir, 'keys.json'),
    PUNTE_GATEWAY_HOST: '127.0.0.1',
    PUNTE_GATEWAY_PORT: '0',
    PUNTE_PARTNER_TLS_CERTIFICATE_FILE: file('server.pem', server.certificate_pem),
    PUNTE_PARTNER_TLS_KEY_FILE: file('server.key', server.key_pem),
    PUNTE_GATEWAY_RATE_PER_MINUTE: '100000',
    ...overrides,
  })
}

// Required settings that this surface does not read.
function fillIn(name: keyof typeof SETTINGS): string | undefined {
  const setting = SETTINGS[name]
  if ('default' in setting) return undefined
  if (name === 'PUNTE_SMTP_URL') return 'smtp://localhost'
  if (name === 'PUNTE_MAIL_FROM') return 'punte@example.org'
  return setting.kind === 'url' ? 'https://unused.example' : 'unused'
}

async function makeMerchant(
  context: Context,
  authority: Authority,
  merchant_id: string,
  { link, ...profile }: MerchantInput & { link?: Partial<LinkInput> },
) {
  const issued = await issueClientCertificate(authority, { subject: { common_name: merchant_id } })
  const { client_id, partner_id } = await addPartner(context, {
    name: merchant_id,
    type: 'Ecommerce',
    redirect_urls: ['https://shop.example/orders'],
    client_id: `client-${merchant_id}`,
    certificate: { certificate_pem: issued.certificate_pem, authority_pem: authority.certificate_pem },
  })
  await addMerchant(context, {
    client_id,
    merchant_id,
    tokenization: true,
    ...profile,
    link: {
      acquirer_id: 'simulator',
      acquirer_merchant_id: 'ACQ1',
      terminal_id: '0001',
      sources: SOURCES,
      currencies: ['RON', 'JPY', 'BHD'],
      ...link,
    },
  })
  const password = await addPassword(context, { merchant_id })
  await context.partners.refresh()
  await context.merchants.refresh()
  return { merchant_id, password, client_id, partner_id, issued }
}

function scripted() {
  const answers: AcquirerAnswer[] = []
  const sent: { readonly kind: string; readonly message: CardMessage | FollowOnMessage }[] = []
  const answer = (kind: string) => async (message: CardMessage | FollowOnMessage) => {
    sent.push({ kind, message })
    return answers.shift() ?? APPROVED
  }
  const connector: AcquirerConnector = {
    acquirer_id: 'simulator',
    timeout_ms: 1_000,
    pay: answer('pay'),
    authorize: answer('authorize'),
    verify: answer('verify'),
    capture: answer('capture'),
    refund: answer('refund'),
    void: answer('void'),
    updateAuthorization: answer('updateAuthorization'),
    ask: async () => ({ kind: 'not_found' }),
    reverse: async () => ({ kind: 'reversed' }),
  }
  /** `answers`: what it says next, in order; then it approves. */
  return { answers, sent, connector }
}

type Caller = { readonly port: number; readonly ca: string; readonly agent: Agent }

function send({ port, ca, agent }: Caller, input: Call): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { body, as, certificate } = input
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const outgoing = request(
    {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      ca,
      method: input.method ?? 'GET',
      path: input.path,
      headers: {
        ...(as !== undefined && { authorization: basic(`merchant.${as.merchant_id}`, as.password) }),
        ...(bytes !== undefined && { 'content-length': Buffer.byteLength(bytes) }),
        ...input.headers,
      },
      ...(certificate === undefined
        ? { agent }
        : { agent: false, cert: certificate.certificate_pem, key: certificate.key_pem }),
    },
    (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          text,
          json: text.startsWith('{') ? JSON.parse(text) : undefined,
          form: new URLSearchParams(text),
        })
      })
    },
  )
  outgoing.on('error', reject)
  outgoing.end(bytes)
  return promise
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The calls that tests of the surface are made of: as one merchant, unless told. */
export function callsOf(current: () => { readonly world: GatewayWorld; readonly as: TestMerchant }) {
  const base = (merchant: TestMerchant) => `/api/rest/version/100/merchant/${merchant.merchant_id}`
  return {
    pay: (more: object = {}) => ({
      apiOperation: 'PAY',
      order: { amount: '10.50', currency: 'RON' },
      sourceOfFunds: { type: 'CARD', provided: { card: CARD } },
      ...more,
    }),
    put: (order: string, transaction: string, body: object | string, headers = {}): Promise<Answer> => {
      const { world, as } = current()
      const path = `${base(as)}/order/${order}/transaction/${transaction}`
      return world.call({ method: 'PUT', path, as, body, headers })
    },
    get: (path: string, as = current().as): Promise<Answer> => current().world.call({ path: base(as) + path, as }),
    nvp: (fields: Record<string, string>, as = current().as): Promise<Answer> =>
      current().world.call({
        method: 'POST',
        path: '/api/nvp/version/100',
        body: new URLSearchParams({
          merchant: as.merchant_id,
          apiUsername: `merchant.${as.merchant_id}`,
          apiPassword: as.password,
          ...fields,
        }).toString(),
      }),
  }
}
