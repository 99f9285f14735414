/** For tests: two partners with payments, and their people at the portal; the mail they get is kept. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Settings } from '../../../config.ts'
import type { Context } from '../../../domain/context.ts'
import { initiatePayment } from '../../../domain/initiation/partner-calls/initiate.ts'
import { createMerchantDirectory } from '../../../domain/merchants/directory.ts'
import { addMerchant } from '../../../domain/merchants/manage.ts'
import { createPartnerDirectory, type Partner } from '../../../domain/partners/directory.ts'
import { addPartner } from '../../../domain/partners/manage.ts'
import { noteCall } from '../../../domain/portal/calls.ts'
import { inviteUser } from '../../../domain/portal/users.ts'
import type { PartnerRole } from '../../../domain/staff/roles.ts'
import { DELAYS } from '../../../domain/staff/sign-in.ts'
import { fromBase32, stepAt, totpCode } from '../../../domain/staff/totp.ts'
import { testDatabase } from '../../../infra/database/template.ts'
import { createKeyFile } from '../../../infra/keys/key-file.ts'
import { loadKeys } from '../../../infra/keys/keys.ts'
import { createLog } from '../../../infra/log.ts'
import type { Mail } from '../../../infra/mail/mailer.ts'
import { buildPortal } from '../server.ts'

export const PASSWORD = 'vq7#Rm2-kz9!Twx4Lb'
const URL_OF_PORTAL = 'https://portal.example'
const HEADERS = { 'x-punte-call': '1', origin: URL_OF_PORTAL }
export const REFERENCE = 'client-17'

export type Signed = {
  readonly cookie: string
  readonly user_name: string
  readonly secret: string
  readonly call: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<Answer>
}
export type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly text: string }

export async function portalWorld() {
  Object.assign(DELAYS, { refused_ms: 20, first_ms: 1, last_ms: 5 })
  const dir = mkdtempSync(join(tmpdir(), 'punte-portal-'))
  createKeyFile(join(dir, 'keys.json'))
  const keys = loadKeys(join(dir, 'keys.json'))
  const database = await testDatabase({ pool_size: 8 })
  const { db } = database
  const log = createLog('silent')
  let now = Date.now()
  const clock = { now: () => new Date(now) }
  const base = { db, keys, clock }
  const mails: Mail[] = []
  for (const [client_id, name] of [
    ['alfa-client', 'Alfa'],
    ['beta-client', 'Beta'],
  ] as const) {
    const redirect_urls = ['https://shop.example/back']
    const webhook_url = 'https://shop.example/hook'
    await addPartner(base, { client_id, name, type: 'Ecommerce', redirect_urls, webhook_url })
    await addMerchant(base, { client_id, merchant_id: name.toUpperCase() })
  }
  const partners = await createPartnerDirectory({ db, keys, log, refresh_every_ms: 3_600_000 })
  const merchants = await createMerchantDirectory({ db, partners, log, refresh_every_ms: 3_600_000 })
  const unused = () => {
    throw new Error('not used here')
  }
  const context: Context = {
    settings: {
      PUNTE_PORTAL_URL: URL_OF_PORTAL,
      PUNTE_CHECKOUT_URL: 'https://pay.example',
      PUNTE_ADDRESS_RATE_PER_MINUTE: 100_000,
      PUNTE_PARTNER_RATE_PER_MINUTE: 600,
      PUNTE_TRUSTED_PROXIES: [],
      PUNTE_PASSWORD_DAYS: 60,
      PUNTE_STAFF_IDLE_MINUTES: 15,
      PUNTE_ABANDON_AFTER_MINUTES: 30,
      PUNTE_LINK_HOURS: 168,
      PUNTE_PAGE_IDLE_MINUTES: 10,
      PUNTE_OPERATOR_NAME: 'Punte Plăți',
      PUNTE_OPERATOR_REGISTER: '1',
      PUNTE_OPERATOR_CONTACT: 'București',
      PUNTE_OPERATOR_COMPLAINTS: 'BNR',
    } as unknown as Settings,
    ...base,
    banks: { all: () => [], get: () => undefined, byIbanCode: () => undefined, obstacle: () => undefined },
    acquirers: { get: unused, all: () => [] },
    mail: {
      send: async (mail) => void mails.push(mail),
      close: async () => {},
    },
    outbound: { request: unused, close: async () => {} },
    partners,
    merchants,
    log,
  }
  const server = await buildPortal(context)
  const partner = (client_id: string) => partners.byClientId(client_id) as Partner
  const codeOf = (secret: string) => totpCode(fromBase32(secret), stepAt(clock.now()))
  const pass = (minutes: number) => {
    now += minutes * 60_000
  }

  /** A payment with an event, a webhook that failed and a call. */
  async function payment(client_id: string): Promise<number> {
    const { partner_id } = partner(client_id)
    const { rows } = await db.query<{ payment_id: number }>({
      text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, created_at, expires_at)
        values ($1, 'thumb', $2, $3, $3::timestamptz + interval '30 minutes') returning payment_id`,
      values: [partner_id, randomBytes(32), clock.now()],
    })
    const { payment_id } = rows[0] as { payment_id: number }
    const request = {
      creditor_name: `Florăria ${client_id}`,
      creditor_iban: 'RO49AAAA1B31007593840000',
      amount_minor: 12_345,
      details: 'Comanda 17',
      psu_intermediar_id: REFERENCE,
    }
    await initiatePayment(context, { partner: partner(client_id), payment_id, request })
    await db.query({
      text: `with told as (
          insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
          values ($1, $2, 900, 'payment.status', 'RCVD', 'poll', '{"bank_status":"the bank said this"}', $3))
        insert into webhook_deliveries (partner_id, payment_id, event_no, state, tries, first_tried_at, last_outcome)
        values ($1, $2, 900, 'failed', 9, $3, 'HTTP 500')`,
      values: [partner_id, payment_id, clock.now()],
    })
    noteCall(context, {
      ...{ partner_id, payment_id, at: clock.now(), surface: 'partner', method: 'POST', status: 400, took_ms: 3 },
      ...{ route: '/core/rest/api/payment/:paymentId', error_code: 'IBAN_INVALID', trace_id: randomUUID() },
    })
    return payment_id
  }

  async function inject(options: InjectOptions, cookie?: string): Promise<Answer & { readonly cookie: string }> {
    const headers = { ...HEADERS, ...(cookie !== undefined && { cookie }) }
    const answer = await server.inject({ ...options, headers: { ...headers, ...options.headers } })
    const set = [answer.headers['set-cookie'] ?? []].flat()[0]?.split(';')[0] ?? ''
    const body = answer.body.startsWith('{') ? (JSON.parse(answer.body) as Record<string, unknown>) : {}
    return { status: answer.statusCode, body, text: answer.body, cookie: set }
  }

  /** From the mail with the link to an open session. */
  async function signedUp(client_id: string, name: string, role: PartnerRole): Promise<Signed> {
    const { partner_id, name: partner_name } = partner(client_id)
    const owner = { partner_id, client_id, name: partner_name }
    const person = { user_name: name, name: 'Ion Țărmure', email: `${name}@shop.example`, role }
    const { user_name } = await inviteUser(context, owner, person)
    const token = /#(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1]
    const set = await post('/invitation/password', { token, password: PASSWORD })
    const begun = await post('/sign-in/enrolment', {}, set.cookie)
    const secret = begun.body.secret as string
    const done = await post('/sign-in/enrolment/confirm', { code: codeOf(secret) }, set.cookie)
    pass(1)
    return { user_name, secret, cookie: done.cookie, call: caller(done.cookie) }
  }

  const post = (path: string, payload: object, cookie?: string) =>
    inject({ method: 'POST', url: `/portal/api${path}`, payload }, cookie)
  const caller =
    (cookie: string): Signed['call'] =>
    (method, path, body) =>
      inject({ method, url: `/portal/api${path}`, ...(body !== undefined && { payload: body }) }, cookie)

  async function close(): Promise<void> {
    await server.close()
    merchants.close()
    partners.close()
    await database.drop()
    rmSync(dir, { recursive: true, force: true })
  }
  const served: FastifyInstance = server
  return { context, server: served, mails, partner, payment, signedUp, post, caller, inject, codeOf, pass, close }
}
