/** Payments against a real database; the bank is scripted, since what is tested is what we do with each of its words. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before, beforeEach } from 'node:test'
import type { Settings } from '../../config.ts'
import type { BankAnswer, BankConnector, BankProfile, Initiated, StatusReport } from '../../infra/banks/connector.ts'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Context } from '../context.ts'
import type { ErrorCode, PunteError } from '../errors.ts'
import type { Partner } from '../partners/directory.ts'
import { abandonExpired, abandonPayment } from './abandon.ts'
import { advance } from './advance.ts'
import { pageState, readPageState, readReturnState, returnState } from './capability.ts'
import { initiatePayment } from './initiate.ts'
import { recoverSubmission } from './recover.ts'
import { takeReturn } from './return.ts'
import { settle } from './settle.ts'
import { readStatus } from './status.ts'
import { claimSubmission, listEvents, loadPayment, type PaymentKey } from './store.ts'
import { submitPayment } from './submit.ts'
import { type BusyBanks, sweepOnce } from './sweeps.ts'
import { sealTerms } from './terms.ts'

const PROFILE: BankProfile = {
  id: 'carpati',
  name: 'Banca Carpați',
  bic: 'BTRLRO22',
  iban_codes: ['BTRL'],
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://bank.example',
  payment_product: 'domestic',
  redirect_origins: ['https://bank.example'],
  signing: { required: true, digest: 'SHA-256', headers: ['digest'] },
  timeout_ms: 1000,
}
const REQUEST = {
  creditor_name: 'Florăria Ana',
  creditor_iban: 'RO49AAAA1B31007593840000',
  amount_minor: 12_345,
  details: 'Comanda 17 — buchet',
  psu_intermediar_id: 'client-17',
  debtor_iban: 'RO98BTRL0000999900000001',
  psu_email: 'ion@example.ro',
}
const TERMS = {
  creditor_name: 'Florăria Ana',
  creditor_iban: REQUEST.creditor_iban,
  details: 'Comanda 17',
  debtor_iban: REQUEST.debtor_iban,
  email: REQUEST.psu_email,
}

let database: TestDatabase
let folder: string
let context: Context
let partner: Partner
let now: Date
/** What the bank answers next, in order; the last answer repeats. */
let script: { initiate: BankAnswer<Initiated>[]; status: BankAnswer<StatusReport>[] }
let calls: { initiate: string[]; status: number; cancel: number }
let profile: BankProfile

const accepted: BankAnswer<Initiated> = {
  kind: 'ok',
  value: {
    session: { bank_payment_id: 'bank-1' },
    status: 'RCVD',
    next: { kind: 'redirect', url: 'https://bank.example/sca' },
  },
}
const says = (status: string, reason?: string): BankAnswer<StatusReport> => ({
  kind: 'ok',
  value: { status, ...(reason !== undefined && { reason }) },
})
const nextOf = <T>(answers: T[]): T => (answers.length > 1 ? answers.shift() : answers[0]) as T

before(async () => {
  database = await testDatabase({ pool_size: 8 })
  folder = await mkdtemp(join(tmpdir(), 'punte-payment-'))
  createKeyFile(join(folder, 'keys.json'))
  const { rows } = await database.db.query<{ partner_id: number }>({
    text: `insert into partners (client_id, name, type, redirect_urls, webhook_url) values ('shop-client', 'Florăria Ana', 'Ecommerce', '{https://shop.example/back}', 'https://shop.example/hook') returning partner_id`,
    values: [],
  })
  partner = {
    partner_id: rows[0]?.partner_id as number,
    client_id: 'shop-client',
    name: 'Florăria Ana',
    type: 'Ecommerce',
    status: 'active',
    redirect_urls: ['https://shop.example/back'],
    colour: '#0b5cad',
    require_signed_requests: false,
    webhook_url: 'https://shop.example/hook',
    certificates: [],
  }
})
after(async () => {
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(() => {
  now = new Date()
  profile = PROFILE
  script = { initiate: [accepted], status: [says('RCVD')] }
  calls = { initiate: [], status: 0, cancel: 0 }
  const bank: BankConnector = {
    get profile() {
      return profile
    },
    initiate: async (input) => {
      calls.initiate.push(input.request_id)
      return nextOf(script.initiate)
    },
    finishAuthorisation: async (session) => ({ kind: 'ok', value: { session } }),
    status: async () => {
      calls.status += 1
      return nextOf(script.status)
    },
    cancel: async () => {
      calls.cancel += 1
      return { kind: 'ok', value: { cancelled: true } }
    },
  }
  const unused = () => {
    throw new Error('not used here')
  }
  context = {
    settings: { PUNTE_CHECKOUT_URL: 'http://localhost:1', PUNTE_ABANDON_AFTER_MINUTES: 30 } as Settings,
    db: database.db,
    clock: { now: () => now },
    keys: loadKeys(join(folder, 'keys.json')),
    banks: { all: () => [profile], get: (id) => (id === 'carpati' ? bank : undefined), byIbanCode: () => profile },
    mail: { send: unused, close: async () => {} },
    outbound: { request: unused, close: async () => {} },
    partners: {
      byId: (id) => (id === partner.partner_id ? partner : undefined),
      byClientId: unused,
      all: () => [partner],
      refresh: async () => {},
      close: () => {},
    },
    log: createLog('silent'),
  }
})

async function reserved(): Promise<PaymentKey> {
  const { rows } = await database.db.query<PaymentKey>({
    text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, created_at) values ($1, 'thumb', $2, $3) returning partner_id, payment_id`,
    values: [partner.partner_id, randomBytes(32), now],
  })
  return rows[0] as PaymentKey
}
async function initiated(): Promise<PaymentKey> {
  const key = await reserved()
  await initiatePayment(context, { partner, payment_id: key.payment_id, request: REQUEST })
  return key
}
async function submit(key: PaymentKey): Promise<void> {
  const payment = await loadPayment(context, key)
  const bank = context.banks.get('carpati')
  assert.ok(payment && bank)
  await submitPayment(context, { payment, bank, terms: TERMS, amount_minor: 12_345, psu: { ip_address: '127.0.0.1' } })
}
async function submitted(): Promise<PaymentKey> {
  const key = await initiated()
  await submit(key)
  return key
}
const statusOf = async (key: PaymentKey) => (await readStatus(context, key)).status
const tasksOf = async (key: PaymentKey) => {
  const { rows } = await database.db.query<{ task: string }>({
    text: `select task from outbox where payload->>'payment_id' = $1::text order by outbox_id`,
    values: [String(key.payment_id)],
  })
  return rows.map(({ task }) => task)
}
const code = (wanted: ErrorCode) => (error: unknown) => (error as PunteError).code === wanted

test('the same initPayment answers the same, another one is a conflict', async () => {
  const key = await reserved()
  const first = await initiatePayment(context, { partner, payment_id: key.payment_id, request: REQUEST })
  const again = await initiatePayment(context, { partner, payment_id: key.payment_id, request: { ...REQUEST } })
  assert.deepEqual(again, first)
  assert.equal(new URL(first.redirect_url).pathname, '/payment-initiation')
  await assert.rejects(
    initiatePayment(context, { partner, payment_id: key.payment_id, request: { ...REQUEST, amount_minor: 12_346 } }),
    code('PAYMENT_CONFLICT'),
  )
  assert.equal((await loadPayment(context, key))?.amount_minor, 12_345)
})

test('initPayment names what is wrong', async () => {
  const { payment_id } = await reserved()
  const tried = (change: object) =>
    initiatePayment(context, { partner, payment_id, request: { ...REQUEST, ...change } })
  await assert.rejects(tried({ creditor_iban: 'RO49AAAA1B31007593840001' }), code('IBAN_INVALID'))
  await assert.rejects(tried({ creditor_iban: 'DE89370400440532013000' }), code('IBAN_NOT_ROMANIAN'))
  await assert.rejects(tried({ details: 'ă'.repeat(141) }), code('FIELD_INVALID'))
  await assert.rejects(tried({ details: '🌹🌹' }), code('FIELD_INVALID'))
  await assert.rejects(tried({ creditor_name: undefined }), code('FIELD_REQUIRED'))
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example.evil.test/back' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(tried({ redirect_url: 'https://shop.example/backdoor' }), code('REDIRECT_URL_NOT_REGISTERED'))
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example@evil.test/back' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(
    tried({ redirect_url: 'https://shop.example/back/../admin' }),
    code('REDIRECT_URL_NOT_REGISTERED'),
  )
  await assert.rejects(tried({ debtor_bank: 'nobody' }), code('BANK_UNKNOWN'))
  assert.ok(await tried({ redirect_url: 'https://shop.example/back/42?order=1' }))
})

test('nothing of the payer or the payee is readable in the database', async () => {
  const key = await submitted()
  const { rows } = await database.db.query({
    text: 'select p::text as p, a::text as a from payments p join payment_attempts a using (partner_id, payment_id) where payment_id = $1',
    values: [key.payment_id],
  })
  const text = JSON.stringify(rows)
  for (const secret of [
    REQUEST.creditor_iban,
    REQUEST.debtor_iban,
    REQUEST.psu_email,
    'Florăria',
    'buchet',
    'client-17',
    'bank-1',
  ]) {
    assert.ok(!text.includes(secret) && !text.includes(Buffer.from(secret).toString('hex')), secret)
  }
})

test('two submits at once reach the bank once', async () => {
  const key = await initiated()
  const results = await Promise.allSettled([submit(key), submit(key), submit(key), submit(key)])
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(calls.initiate.length, 1)
  assert.equal(await statusOf(key), 'RCVD')
})

test('a payment runs to ACSC: one webhook for each step of money, one mail', async () => {
  const key = await submitted()
  script.status = [says('ACTC'), says('ACSP'), says('ACSC')]
  for (const expected of ['ACTC', 'ACSP', 'ACSC'])
    assert.equal(await settle(context, { ...key, cause: 'poll' }), expected)
  assert.deepEqual(await tasksOf(key), ['deliver_webhook', 'deliver_webhook', 'send_payer_mail'])
  const events = await listEvents(context, key)
  assert.deepEqual(
    events.map(({ status }) => status),
    ['INIT', 'INIT', 'RCVD', 'ACTC', 'ACSP', 'ACSC'],
  )
  assert.deepEqual(
    events.map(({ event_no }) => event_no),
    [1, 2, 3, 4, 5, 6],
  )
  const before_asking = calls.status
  await settle(context, { ...key, cause: 'poll' })
  assert.equal(calls.status, before_asking, 'a final payment is not asked about')
})

test('answers that are late, double, silent or unknown change nothing', async () => {
  const key = await submitted()
  script.status = [
    says('ACSP'),
    says('RCVD'),
    says('ACTC'),
    says('ACSP'),
    { kind: 'unknown', reason: 'time-out' },
    { kind: 'not_sent', reason: 'refused' },
    says('XYZ1'),
    { kind: 'refused', http_status: 401, code: 'TOKEN_UNKNOWN', text: '' },
  ]
  for (let asked = 0; asked < 8; asked += 1) await settle(context, { ...key, cause: 'poll' })
  assert.equal(await statusOf(key), 'ACSP')
  assert.deepEqual(await tasksOf(key), ['deliver_webhook'])
})

test('ten settles at once record the success once', async () => {
  const key = await submitted()
  script.status = [says('ACSC')]
  await Promise.all(Array.from({ length: 10 }, () => settle(context, { ...key, cause: 'poll' })))
  assert.equal((await listEvents(context, key)).filter(({ status }) => status === 'ACSC').length, 1)
  assert.deepEqual(await tasksOf(key), ['deliver_webhook', 'send_payer_mail'])
})

test('a rejection keeps its reason; a bank that contradicts itself is noted, not believed', async () => {
  const key = await submitted()
  script.status = [says('RJCT', 'AM04 fonduri insuficiente')]
  assert.equal(await settle(context, { ...key, cause: 'return' }), 'RJCT')
  assert.equal((await readStatus(context, key)).reason, 'INSUFFICIENT_FUNDS')
  const payment = await loadPayment(context, key)
  assert.ok(payment)
  await advance(context, payment, { event: 'bank_settled', cause: 'push' })
  assert.equal(await statusOf(key), 'RJCT')
  assert.equal((await listEvents(context, key)).at(-1)?.type, 'payment.contradiction')
})

test('abandoned in time: the bank is asked to drop it; a success that comes all the same wins', async () => {
  const key = await submitted()
  await abandonPayment(context, key)
  assert.equal(await statusOf(key), 'ABND')
  assert.equal(calls.cancel, 1)
  script.status = [says('ACSC')]
  assert.equal(await settle(context, { ...key, cause: 'poll' }), 'ACSC')
  assert.deepEqual(await tasksOf(key), ['deliver_webhook', 'send_payer_mail', 'deliver_webhook', 'send_payer_mail'])
})

test('a payment whose bank started execution cannot be abandoned', async () => {
  const key = await submitted()
  script.status = [says('ACSP')]
  await settle(context, { ...key, cause: 'return' })
  await abandonPayment(context, key)
  assert.equal(await statusOf(key), 'ACSP')
  assert.equal(calls.cancel, 0)
})

test('a refusal or an unreachable bank leads back to the form, with another attempt', async () => {
  const key = await initiated()
  script.initiate = [
    { kind: 'refused', http_status: 400, code: 'FORMAT_ERROR', text: 'no' },
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
    accepted,
  ]
  await submit(key)
  assert.equal((await loadPayment(context, key))?.refusal, 'REFUSED:FORMAT_ERROR')
  await submit(key)
  assert.equal((await loadPayment(context, key))?.refusal, 'UNREACHED')
  await submit(key)
  assert.equal((await loadPayment(context, key))?.attempt_no, 3)
  assert.equal(await statusOf(key), 'RCVD')
})

test('an unknown submission is settled by the same request again, never by a second one', async () => {
  const key = await initiated()
  script.initiate = [{ kind: 'unknown', reason: 'time-out' }, { kind: 'unknown', reason: 'time-out' }, accepted]
  await submit(key)
  await assert.rejects(submit(key), code('PAYMENT_IN_PROGRESS'))
  assert.equal(await recoverSubmission(context, key), 'unknown')
  assert.equal(await recoverSubmission(context, key), 'open')
  assert.equal(new Set(calls.initiate).size, 1)
  assert.equal(calls.initiate.length, 3)
  assert.equal(await statusOf(key), 'RCVD')
})

test('a process that dies between claim and record: the sweep finds out', async () => {
  const key = await initiated()
  const { sealOrder } = await import('./session.ts')
  const order = {
    amount_minor: 1,
    currency: 'RON' as const,
    debtor_iban: '',
    creditor_iban: '',
    creditor_name: '',
    remittance: '',
    end_to_end_id: '',
  }
  assert.ok(
    await claimSubmission(context, {
      ...key,
      at: now,
      seen_attempt_no: 0,
      bank_id: 'carpati',
      request_id: '5f0c4b4e-1111-4222-8333-444455556666',
      order_enc: sealOrder(context, { ...key, attempt_no: 1 }, { order, psu: { ip_address: '127.0.0.1' } }),
      recover_at: new Date(now.getTime() + 45_000),
      amount_minor: 1,
      terms_enc: sealTerms(context.keys, key, TERMS),
      creditor_iban_hash: null,
      debtor_iban_hash: null,
      email_hash: null,
    }),
  )
  const busy: BusyBanks = new Map()
  const isMine = async () => (await loadPayment(context, key))?.attempt_state
  await sweepOnce(context, busy)
  await Promise.all(busy.values())
  assert.equal(await isMine(), 'sending', 'not before its time')
  now = new Date(now.getTime() + 46_000)
  await sweepOnce(context, busy)
  await Promise.all(busy.values())
  assert.equal(await isMine(), 'open')
  assert.ok(calls.initiate.includes('5f0c4b4e-1111-4222-8333-444455556666'))
})

test('where the bank does not recognise repetitions: a redirect is let go, a decoupled one stays unknown', async () => {
  for (const [sca, expected] of [
    ['redirect', 'closed'],
    ['decoupled', 'unknown'],
  ] as const) {
    profile = { ...PROFILE, sca, idempotent_initiation: false }
    script.initiate = [{ kind: 'unknown', reason: 'time-out' }]
    calls.initiate = []
    const key = await submitted()
    assert.equal(await recoverSubmission(context, key), expected)
    assert.equal(calls.initiate.length, 1)
  }
})

test('time abandons what is unpaid, but not what may be at the bank', async () => {
  script.initiate = [accepted, { kind: 'unknown', reason: 'time-out' }, accepted]
  const received = await submitted()
  const unknown = await submitted()
  const executing = await submitted()
  const silent = await initiated()
  script.status = [says('ACSP')]
  await settle(context, { ...executing, cause: 'return' })
  await abandonExpired(context, 1000)
  assert.equal(await statusOf(received), 'RCVD', 'not before its time')
  now = new Date(now.getTime() + 31 * 60_000)
  await abandonExpired(context, 1000)
  assert.deepEqual(await Promise.all([received, unknown, executing, silent].map(statusOf)), [
    'ABND',
    'INIT',
    'ACSP',
    'ABND',
  ])
  assert.deepEqual(await tasksOf(silent), ['deliver_webhook'], 'no bank was involved, so the payer gets no mail')
})

test('a return asks the bank; replayed or forged it changes nothing', async () => {
  const key = await submitted()
  script.status = [says('ACSC')]
  const state = returnState(context.keys, { ...key, attempt_no: 1 })
  await takeReturn(context, { state }).asked
  await takeReturn(context, { state }).asked
  assert.equal(await statusOf(key), 'ACSC')
  assert.equal(calls.status, 1)
  for (const forged of ['', 'x', `${state}A`, state.slice(0, -2), `${state.slice(0, 4)}B${state.slice(5)}`]) {
    assert.throws(() => takeReturn(context, { state: forged }), code('STATE_INVALID'))
  }
})

test('states name one payment only', () => {
  const { keys } = context
  const state = pageState(keys, { partner_id: 7, payment_id: 42 })
  assert.deepEqual(readPageState(keys, 42, state), { partner_id: 7, payment_id: 42 })
  assert.equal(readPageState(keys, 43, state), undefined)
  assert.equal(readReturnState(keys, state), undefined)
})
