/** For tests: the simulated banks in a process of their own, their profiles loaded, and a payer at their pages. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { writeSandboxPki } from '../../../certificates/sandbox-pki.ts'
import { createLog } from '../../../log.ts'
import { createOutbound } from '../../../outbound.ts'
import type { BankAnswer, BankConnector, BankSession, InitiateInput, StatusReport } from '../../connector.ts'
import { readProfiles } from '../../profile-folder.ts'
import { connectionOf, loadBanks } from '../../registry.ts'
import type { BerlinGroupParts } from '../calls.ts'
import { createSigner } from '../signing.ts'

const SANDBOX = fileURLToPath(new URL('../../../../../sandbox/', import.meta.url))
const RETURN_URI = 'http://localhost:1/checkout/return?a=1'
const NOK_URI = 'http://localhost:1/checkout/nok'
const OAUTH_URI = 'http://localhost:1/checkout/oauth'
const POLLS = 600

export type Person = { login: string; password: string; iban: string; name: string; character: string }
type Bank = {
  id: string
  sca: string
  people: Person[]
  oauth?: { client_id: string; client_secret?: string }
  quirks?: { access?: { kind?: string }; required_headers?: Record<string, string> }
}
export type Place = { bank: Bank; api_url: string; pages_url: string }
type Form = Readonly<Record<string, string>>

export type SandboxBanks = {
  place(id: string): Place
  connector(id: string): BankConnector
  /** What the connector is made of. */
  parts(id: string): BerlinGroupParts
  /** Our own client certificate. */
  readonly qwac_pem: string
  person(id: string, character?: string): Person
  inputFor(id: string, who: Person, more?: Partial<InitiateInput>): InitiateInput
  /** The bank's next answer to such a call goes wrong. */
  faults(id: string, match: string, action: string): Promise<void>
  /** A browser without JavaScript: cookies kept, redirects followed until they leave the bank. */
  browse(id: string, start: string, forms: readonly Form[]): Promise<URL>
  close(): Promise<void>
}

/** @param ids of `sandbox/people.json` */
export async function openSandboxBanks(ids: readonly string[], timing: object = {}): Promise<SandboxBanks> {
  const dir = mkdtempSync(join(tmpdir(), 'punte-banks-'))
  await writeSandboxPki(join(dir, 'pki'))
  mkdirSync(join(dir, 'profiles'))
  const known: Bank[] = JSON.parse(readFileSync(join(SANDBOX, 'people.json'), 'utf8'))
  const wanted = known.filter(({ id }) => ids.includes(id))
  const configs = wanted.flatMap((bank) => ['--config', writeConfig(dir, bank, timing)])
  // Their channel ends them with the test, however that ends.
  const child = spawn(process.execPath, [join(SANDBOX, 'bank/main.ts'), ...configs], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  if (child.stdout === null) throw new Error('no output')
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`they ended with ${code}`)))
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  const ready: { banks: { id: string; api_url: string; pages_url: string }[] } = JSON.parse(String(line))
  const places = new Map(
    ready.banks.map((one) => [one.id, { ...one, bank: wanted.find(({ id }) => id === one.id) as Bank }]),
  )
  const templates: Record<string, unknown> = JSON.parse(
    readFileSync(join(SANDBOX, 'bank/profile-template.json'), 'utf8'),
  )
  for (const place of places.values()) writeProfile(dir, place, templates[place.bank.id])
  const log = createLog('silent')
  const outbound = createOutbound({ log, private_addresses_allowed: true, user_agent: 'punte-test' })
  const pair = (name: string) => ({
    certificate_pem: readFileSync(join(dir, 'pki', `${name}.pem`), 'utf8'),
    key_pem: readFileSync(join(dir, 'pki', `${name}.key`), 'utf8'),
  })
  const [qwac, qseal] = [pair('qwac'), pair('qseal')]
  const banks = loadBanks({ profiles_dir: join(dir, 'profiles'), outbound, qwac, qseal, log })
  const place = (id: string): Place => places.get(id) ?? assert.fail(`no bank ${id}`)
  return {
    place,
    connector: (id) => banks.get(id) ?? assert.fail(`no connector to ${id}`),
    parts: (id) => {
      const found = readProfiles(join(dir, 'profiles'), []).find(({ profile }) => profile.id === id)
      return connectionOf({ outbound, qwac, sign: createSigner(qseal) }, found ?? assert.fail())
    },
    qwac_pem: qwac.certificate_pem,
    person: (id, character = 'normal') =>
      place(id).bank.people.find((someone) => someone.character === character) ?? assert.fail(),
    inputFor: (id, who, more) => inputFor(banks.get(id)?.profile.needs_psu_id === true, who, more),
    faults: async (id, match, action) => {
      const response = await fetch(`${place(id).pages_url}/sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ next: [{ match, times: 1, action }] }),
      })
      assert.ok(response.ok)
    },
    browse: (id, start, forms) => browse(new URL(place(id).pages_url).origin, start, forms),
    async close() {
      await outbound.close()
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function writeConfig(dir: string, bank: Bank, timing: object): string {
  const path = join(dir, `${bank.id}.json`)
  const api = {
    port: 0,
    certificate_file: join(dir, 'pki/bank.pem'),
    key_file: join(dir, 'pki/bank.key'),
    client_ca_file: join(dir, 'pki/eidas-ca.pem'),
  }
  const first = bank.quirks?.access?.kind === 'authorization_code_first'
  const config = {
    ...bank,
    ...(first && { oauth: { ...bank.oauth, redirect_uris: [OAUTH_URI] } }),
    api,
    pages: { port: 0 },
    data_dir: join(dir, `data-${bank.id}`),
    timing: { settle_ms: 60, slow_ms: 3_600_000, ...timing },
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

function writeProfile(dir: string, { bank, api_url, pages_url }: Place, template: unknown): void {
  const secret = (name: string, value: string | undefined): string | undefined => {
    if (value === undefined) return undefined
    const path = join(dir, `${bank.id}.${name}`)
    writeFileSync(path, value, { mode: 0o600 })
    return path
  }
  const facts: Record<string, string | undefined> = {
    api_url,
    pages_url,
    ca_file: join(dir, 'pki/ca.pem'),
    oauth_client_id: bank.oauth?.client_id,
    client_secret_file: secret('client-secret', bank.oauth?.client_secret),
    web_api_key_file: secret('web-api-key', bank.quirks?.required_headers?.['web-api-key']),
  }
  const filled = JSON.stringify(template).replace(/\{\{(\w+)\}\}/g, (hole, name: string) => facts[name] ?? hole)
  writeFileSync(join(dir, 'profiles', `${bank.id}.json`), filled)
}

function inputFor(with_psu_id: boolean, who: Person, more: Partial<InitiateInput> = {}): InitiateInput {
  return {
    request_id: randomUUID(),
    order: {
      service: 'payments',
      amount_minor: 12345,
      currency: 'RON',
      debtor_iban: who.iban,
      debtor_name: 'Ana Pop',
      creditor_iban: 'RO09PORL7789778256833565',
      creditor_name: 'Floraria Ana',
      remittance: 'Comanda 7',
      end_to_end_id: randomUUID().replaceAll('-', ''),
    },
    psu: {
      ip_address: '::ffff:127.0.0.1',
      user_agent: 'Mozilla/5.0 (șmecher)\r\nX: y',
      language: 'ro',
      ...(with_psu_id ? { psu_id: who.login } : {}),
    },
    return_uri: RETURN_URI,
    return_nok_uri: NOK_URI,
    notification_uri: 'http://127.0.0.1:9/notification',
    oauth_redirect_uri: OAUTH_URI,
    oauth_state: randomUUID(),
    ...more,
  }
}

async function browse(origin: string, start: string, forms: readonly Form[]): Promise<URL> {
  const cookies = new Map<string, string>()
  const go = async (url: URL, form?: Form): Promise<{ url: URL; outside: boolean }> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    await response.arrayBuffer()
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s)
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return { url, outside: false }
    const next = new URL(location, url)
    return next.origin === origin ? go(next) : { url: next, outside: true }
  }
  let at = await go(new URL(start))
  for (const { path = '', ...form } of forms) {
    if (at.outside) break
    const here = at.url.pathname.replace(/\/(login|decision)$/, '')
    at = await go(new URL(path.startsWith('/') ? path : `${here}/${path}`, at.url), form)
  }
  return at.url
}

export const loginForm = ({ login, password }: Person) => ({ path: 'login', login, password })
export const decide = (decision: string) => ({ path: 'decision', decision })

export function expectOk<T>(answer: BankAnswer<T>): T {
  assert.equal(answer.kind, 'ok', JSON.stringify(answer))
  return answer.kind === 'ok' ? answer.value : assert.fail()
}

export async function statusUntil(bank: BankConnector, session: BankSession, wanted: string): Promise<StatusReport> {
  let last = ''
  for (let i = 0; i < POLLS; i += 1) {
    const report = expectOk(await bank.status(session))
    if (report.status === wanted) return report
    last = report.status
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return assert.fail(`never ${wanted}, but ${last}`)
}

/** What the browser brought back from an OAuth page. */
export const callbackOf = (url: URL, state: string) => ({
  state: url.searchParams.get('state') ?? state,
  ...Object.fromEntries([...url.searchParams].filter(([name]) => ['code', 'error', 'iss'].includes(name))),
})
