/** A bank on free ports with a third party that knows how to call it. */
import { createHash, randomUUID, sign, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bank, startBank } from '../bank.ts'
import { type BankConfig, parseConfig, type Timing } from '../config.ts'
import { createAuthority, type Issued, issue } from './pki.ts'

export const ORGANIZATION = 'PSDRO-SBX-12345678'
export const CREDITOR = 'RO49AAAA1B31007593840000'

type SandboxBank = Pick<BankConfig, 'id' | 'sca' | 'product' | 'people'>
const banks = JSON.parse(readFileSync(new URL('../../people.json', import.meta.url), 'utf8')) as SandboxBank[]

export async function createPki() {
  const [server_ca, eidas, other] = await Promise.all(
    ['Server CA', 'eIDAS CA', 'Other CA'].map((name) => createAuthority(name)),
  )
  if (server_ca === undefined || eidas === undefined || other === undefined) throw new Error('no authorities')
  const own = { organization_id: ORGANIZATION, roles: [2] } as const
  const [server, qwac, qseal] = await Promise.all([
    issue(server_ca, { kind: 'server' }),
    issue(eidas, { kind: 'web', ...own }),
    issue(eidas, { kind: 'seal', ...own }),
  ])
  return { server_ca, eidas, other, server, qwac, qseal }
}

export type Pki = Awaited<ReturnType<typeof createPki>>

export type TestWorld = {
  readonly bank: Bank
  readonly config: BankConfig
  readonly dir: string
  readonly logged: object[]
  person(login: string): BankConfig['people'][number]
  /** Ends the bank and starts it again on the same data and ports. */
  restart(): Promise<TestWorld>
  close(): Promise<void>
}

/** Starts one of the banks of `people.json`, kind by kind. */
export async function startWorld(
  pki: Pki,
  sca: BankConfig['sca'],
  options: {
    readonly timing?: Partial<Timing>
    readonly dir?: string
    readonly ports?: { readonly api: number; readonly pages: number }
  } = {},
): Promise<TestWorld> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'bank-test-'))
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 })
    return join(dir, name)
  }
  const config = parseConfig(
    {
      ...banks.find((bank) => bank.sca === sca),
      api: {
        port: options.ports?.api ?? 0,
        certificate_file: write('bank.pem', pki.server.pem),
        key_file: write('bank.key', pki.server.key_pem),
        client_ca_file: write('eidas-ca.pem', pki.eidas.pem),
      },
      pages: { port: options.ports?.pages ?? 0 },
      data_dir: join(dir, 'data'),
      timing: { settle_ms: 0, ...options.timing },
    },
    dir,
  )
  const logged: object[] = []
  const bank = await startBank(config, (entry) => logged.push(entry))
  return {
    bank,
    config,
    dir,
    logged,
    person(login) {
      const found = config.people.find((person) => person.login === login)
      if (found === undefined) throw new Error(`no person ${login}`)
      return found
    },
    async restart() {
      await bank.close()
      const ports = { api: Number(new URL(bank.api_url).port), pages: Number(new URL(bank.pages_url).port) }
      return startWorld(pki, sca, { ...options, dir, ports })
    },
    async close() {
      await bank.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export type CallInput = {
  readonly method?: string
  readonly path: string
  readonly body?: string | object
  readonly headers?: Record<string, string | undefined>
  /** undefined: the third party's own; null: none. */
  readonly qwac?: Issued | null
  readonly qseal?: Issued | null
  /** Headers to sign beyond or instead of the usual. */
  readonly signed?: readonly string[]
  readonly key_id?: string
  /** Replaces parts of the finished headers, after signing. */
  readonly tamper?: Record<string, string>
  readonly agent?: Agent
}

export type CallAnswer = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  readonly json: any
}

/** One signed call as a third party makes it, over a connection of its own. */
export async function call(pki: Pki, world: TestWorld, input: CallInput): Promise<CallAnswer> {
  const body = input.body === undefined ? '' : typeof input.body === 'string' ? input.body : JSON.stringify(input.body)
  const given: Record<string, string | undefined> = {
    'x-request-id': randomUUID(),
    date: new Date().toUTCString(),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...input.headers,
  }
  const headers = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const seal = input.qseal === undefined ? pki.qseal : input.qseal
  if (seal !== null) Object.assign(headers, sealed(headers, body, seal, input))
  Object.assign(headers, input.tamper)
  const qwac = input.qwac === undefined ? pki.qwac : input.qwac
  return send(
    new URL(input.path, world.bank.api_url),
    {
      method: input.method ?? (body === '' ? 'GET' : 'POST'),
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      ca: pki.server_ca.pem,
      ...(qwac === null ? {} : { cert: qwac.pem, key: qwac.key_pem }),
      ...(input.agent === undefined ? { agent: false } : { agent: input.agent }),
    },
    body,
  )
}

function sealed(headers: Record<string, string>, body: string, seal: Issued, input: CallInput): Record<string, string> {
  const certificate = new X509Certificate(seal.pem)
  const digest = `SHA-256=${createHash('sha256').update(body).digest('base64')}`
  const all: Record<string, string> = { ...headers, digest }
  const names =
    input.signed ??
    ['digest', 'date', 'x-request-id', 'psu-id', 'tpp-redirect-uri'].filter((name) => all[name] !== undefined)
  const text = names.map((name) => `${name}: ${all[name]}`).join('\n')
  const issuer = certificate.issuer.split('\n').join(',').replaceAll(' ', '%20')
  const algorithm = seal.key.asymmetricKeyType === 'rsa' ? 'rsa-sha256' : 'ecdsa-sha256'
  const signature = sign('sha256', Buffer.from(text), seal.key).toString('base64')
  const key_id = input.key_id ?? `SN=${certificate.serialNumber},CA=${issuer}`
  return {
    digest,
    'tpp-signature-certificate': certificate.raw.toString('base64'),
    signature: `keyId="${key_id}",algorithm="${algorithm}",headers="${names.join(' ')}",signature="${signature}"`,
  }
}

function send(url: URL, options: object, body: string): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        let json: unknown
        try {
          json = JSON.parse(text)
        } catch {
          json = undefined
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** An ordinary payment body of 12.50 RON from a person. */
export function paymentBody(world: TestWorld, login: string, changes: object = {}) {
  return {
    endToEndIdentification: 'E2E-1',
    debtorAccount: { iban: world.person(login).iban },
    instructedAmount: { currency: 'RON', amount: '12.50' },
    creditorAccount: { iban: CREDITOR },
    creditorName: 'Librarie SRL',
    remittanceInformationUnstructured: 'Comanda 1',
    ...changes,
  }
}

export const REDIRECT_URI = 'http://localhost:9999/return?x=1'
export const NOK_URI = 'http://localhost:9999/nok'

/** Initiates a payment; `headers` and `body` go over the usual ones. */
export function initiatePayment(
  pki: Pki,
  world: TestWorld,
  login: string,
  input: Partial<CallInput> = {},
): Promise<CallAnswer> {
  const sca_headers =
    world.config.sca === 'decoupled'
      ? { 'psu-id': login }
      : { 'tpp-redirect-uri': REDIRECT_URI, 'tpp-nok-redirect-uri': NOK_URI }
  return call(pki, world, {
    path: `/v1/payments/${world.config.product}`,
    body: paymentBody(world, login),
    ...input,
    headers: { 'psu-ip-address': '192.0.2.7', ...sca_headers, ...input.headers },
  })
}

/** Posts a form to the pages, as a browser without JavaScript does. */
export async function postForm(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', headers })
}

/** Cookies of an answer in the form of a Cookie header. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ')
}

/** Redirect bank: login and decision by plain form posts. Answers where the browser is sent. */
export async function authoriseByRedirect(
  world: TestWorld,
  sca_redirect: string,
  login: string,
  decision = 'approve',
): Promise<string | null> {
  const entered = await postForm(`${sca_redirect}/login`, { login, password: world.person(login).password })
  const decided = await postForm(`${sca_redirect}/decision`, { decision }, { cookie: cookiesOf(entered) })
  return decided.headers.get('location')
}

export async function ledger(world: TestWorld) {
  // biome-ignore lint/suspicious/noExplicitAny: read by tests only
  return (await (await fetch(`${world.bank.pages_url}/sandbox/ledger`)).json()) as any
}

export async function setFaults(world: TestWorld, next: readonly object[]): Promise<Response> {
  return fetch(`${world.bank.pages_url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ next }),
  })
}
