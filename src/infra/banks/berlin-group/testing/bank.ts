/** For tests: a bank over real TLS that answers whatever the test says, and a connector to it of any profile. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { createAuthority, issueQseal, issueQwac, issueServerCertificate } from '../../../certificates/issue.ts'
import { systemClock } from '../../../clock.ts'
import { createLog } from '../../../log.ts'
import { createOutbound } from '../../../outbound.ts'
import type { BankConnector, BankProfile, InitiateInput, SingleOrder } from '../../connector.ts'
import type { ProfileFiles } from '../../profile.ts'
import type { BerlinGroupParts } from '../calls.ts'
import { createBerlinGroupConnector } from '../connector.ts'
import { createSigner } from '../signing.ts'

export type Seen = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Whether the caller showed a client certificate. */
  readonly certificate: boolean
}
export type Reply = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export const SINGLE: SingleOrder = {
  service: 'payments',
  amount_minor: 100,
  currency: 'RON',
  debtor_iban: 'RO49AAAA1B31007593840000',
  creditor_iban: 'RO09PORL7789778256833565',
  creditor_name: 'Ana',
  remittance: 'x',
  end_to_end_id: 'e',
}

export const initiation = (more: Partial<InitiateInput> = {}): InitiateInput => ({
  request_id: randomUUID(),
  order: SINGLE,
  psu: { ip_address: '10.1.2.3' },
  return_uri: 'https://plati.example/back',
  return_nok_uri: 'https://plati.example/nok',
  notification_uri: 'http://127.0.0.1:9/notification',
  oauth_redirect_uri: 'https://plati.example/oauth',
  oauth_state: 'state-1',
  ...more,
})

/** The answer to a good initiation. */
export const created = (more: object = {}): Reply => ({
  status: 201,
  body: {
    transactionStatus: 'RCVD',
    paymentId: 'p-1',
    _links: { scaRedirect: { href: 'https://login.bank.example/x' } },
    ...more,
  },
})

/** The textbook, at the scripted bank's address. */
export const profileAt = (origin: string, more: Partial<BankProfile> = {}): BankProfile => ({
  id: 'T',
  name: 'T',
  bic: 'SBXAROBU',
  iban_codes: ['SBXA'],
  environment: 'simulated',
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: `${origin}/api/v1`,
  client_certificate: true,
  services: { payments: { product: 'ron-payment', format: 'json', future_dated: false } },
  status: { path_has_product: true, format: 'json' },
  redirect_origins: ['https://login.bank.example', 'http://localhost:4000'],
  access: { kind: 'certificate' },
  signing: {
    required: true,
    digest: 'SHA-256',
    digest_label: 'upper',
    algorithm: 'rsa-sha256',
    headers: ['digest', 'date', 'x-request-id', 'psu-id', 'tpp-redirect-uri'],
    key_id: 'sn_ca',
    certificate: 'der',
  },
  timeout_ms: 60_000,
  ...more,
})

export type ScriptedBank = {
  readonly origin: string
  readonly seal_pem: string
  /** Of the authority of its server certificate. */
  readonly ca_pem: string
  /** Since the last `connect`. */
  readonly seen: Seen[]
  reply: (request: Seen) => Reply
  /** What a connector of that profile is made of. */
  parts(more?: Partial<BankProfile>, files?: Partial<ProfileFiles>): BerlinGroupParts
  connect(more?: Partial<BankProfile>, files?: Partial<ProfileFiles>): BankConnector
  close(): Promise<void>
}

export async function openScriptedBank(): Promise<ScriptedBank> {
  const authority = await createAuthority({ name: 'CA' })
  const who = { organisation: 'Punte Test SRL', organisation_identifier: 'PSDRO-SBX-1' }
  const [pair, seal, qwac] = await Promise.all([
    issueServerCertificate(authority, { hosts: ['localhost'] }),
    issueQseal(authority, who),
    issueQwac(authority, { ...who, hosts: ['localhost'] }),
  ])
  const outbound = createOutbound({ log: createLog('silent'), private_addresses_allowed: true, user_agent: 'test' })
  const sign = createSigner(seal)
  const ca = authority.certificate_pem
  const with_certificate = { ca, cert: qwac.certificate_pem, key: qwac.key_pem }
  const without = { ca }
  const server = createServer(
    { cert: pair.certificate_pem, key: pair.key_pem, requestCert: true, rejectUnauthorized: false },
    (request, response) => void handle(bank, request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  const bank: ScriptedBank = {
    origin,
    seal_pem: seal.certificate_pem,
    ca_pem: ca,
    seen: [],
    reply: () => ({}),
    parts(more = {}, files = {}) {
      const profile = profileAt(origin, more)
      const tls = profile.client_certificate ? with_certificate : without
      return { profile, files: { secret_headers: {}, ...files }, outbound, tls, sign, clock: systemClock }
    },
    connect(more, files) {
      bank.seen.length = 0
      return createBerlinGroupConnector(bank.parts(more, files))
    },
    async close() {
      await outbound.close()
      server.close()
    },
  }
  return bank
}

async function handle(bank: ScriptedBank, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  const { socket } = request
  const certificate = socket instanceof TLSSocket && socket.getPeerX509Certificate() !== undefined
  const one: Seen = {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    body,
    certificate,
  }
  bank.seen.push(one)
  const { status = 200, headers = {}, body: answer = {} } = bank.reply(one)
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(status === 204 ? undefined : text)
}
