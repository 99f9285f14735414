/** A bank on free ports with a third party that knows how to call it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bank, startBank } from '../bank.ts'
import { type BankConfig, parseConfig, type Timing } from '../config.ts'
import { type CallAnswer, type CallInput, call } from './call.ts'
import { createAuthority, issue } from './pki.ts'

export { type CallAnswer, type CallInput, call } from './call.ts'

export const ORGANIZATION = 'PSDRO-SBX-12345678'
export const CREDITOR = 'RO49AAAA1B31007593840000'

type SandboxBank = Pick<BankConfig, 'id' | 'sca' | 'people'>
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

/**
 * Starts one of the banks of `people.json`: by its id, or the textbook's one of a kind.
 * @param options.changes members of the configuration that differ from that file's
 */
export async function startWorld(
  pki: Pki,
  which: string,
  options: {
    readonly changes?: object
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
      ...banks.find((bank) => bank.id === which || bank.sca === which),
      ...options.changes,
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
      return startWorld(pki, which, { ...options, dir, ports })
    },
    async close() {
      await bank.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
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
  const { psu_id_type } = world.config.quirks
  const type_header = psu_id_type === undefined ? {} : { 'psu-id-type': psu_id_type }
  return call(pki, world, {
    path: `${world.config.base_path}/payments/${world.config.services.payments.product}`,
    body: paymentBody(world, login),
    ...input,
    headers: { 'psu-ip-address': '192.0.2.7', ...type_header, ...sca_headers, ...input.headers },
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
