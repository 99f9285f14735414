/**
 * For tests: payments on a real database with a scripted bank, since what is tested is what we do with each of its words.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config.ts'
import type {
  BankAnswer,
  BankConnector,
  BankOrder,
  BankProfile,
  Initiated,
  StatusReport,
  TransferReport,
} from '../../infra/banks/connector.ts'
import type { BankObstacle } from '../../infra/banks/health.ts'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Context } from '../context.ts'
import type { Partner } from '../partners/directory.ts'
import { initiatePayment } from './partner-calls/initiate.ts'
import { readStatus } from './partner-calls/status.ts'
import { submitPayment } from './payer/submit.ts'
import { loadPayment, type PaymentKey } from './store.ts'

export const REQUEST = {
  creditor_name: 'Florăria Ana',
  creditor_iban: 'RO49AAAA1B31007593840000',
  amount_minor: 12_345,
  details: 'Comanda 17 — buchet',
  psu_intermediar_id: 'client-17',
  debtor_iban: 'RO98BTRL0000999900000001',
  psu_email: 'ion@example.ro',
}
export const TERMS = {
  creditor_name: 'Florăria Ana',
  creditor_iban: REQUEST.creditor_iban,
  details: 'Comanda 17',
  debtor_iban: REQUEST.debtor_iban,
  email: REQUEST.psu_email,
}
const PROFILE: BankProfile = {
  id: 'carpati',
  name: 'Banca Carpați',
  bic: 'BTRLRO22',
  iban_codes: ['BTRL'],
  environment: 'simulated',
  sca: 'redirect',
  needs_psu_id: false,
  idempotent_initiation: true,
  base_url: 'https://bank.example',
  client_certificate: true,
  services: {
    payments: { product: 'domestic', format: 'json', future_dated: true },
    'bulk-payments': { product: 'domestic', format: 'json', max_transfers: 500 },
    'periodic-payments': {
      product: 'domestic',
      format: 'json',
      frequencies: {
        Daily: 'Daily',
        Weekly: 'Weekly',
        EveryTwoWeeks: 'EveryTwoWeeks',
        Monthly: 'Monthly',
        EveryTwoMonths: 'EveryTwoMonths',
        Quarterly: 'Quarterly',
        SemiAnnual: 'SemiAnnual',
        Annual: 'Annual',
      },
      day_digits: 1,
    },
  },
  status: { path_has_product: true, format: 'json' },
  redirect_origins: ['https://bank.example'],
  access: { kind: 'certificate' },
  signing: {
    required: true,
    digest: 'SHA-256',
    digest_label: 'upper',
    algorithm: 'rsa-sha256',
    headers: ['digest', 'date', 'x-request-id'],
    key_id: 'sn_ca',
    certificate: 'der',
  },
  timeout_ms: 1000,
}

export const ACCEPTED: BankAnswer<Initiated> = {
  kind: 'ok',
  value: {
    session: { bank_payment_id: 'bank-1' },
    status: 'RCVD',
    next: { kind: 'redirect', url: 'https://bank.example/sca' },
  },
}
export const says = (status: string, reason?: string): BankAnswer<StatusReport> => ({
  kind: 'ok',
  value: { status, ...(reason !== undefined && { reason }) },
})

/** What the scripted bank answers next, in order (the last answer repeats), and what it was asked. */
export type Bank = {
  profile: BankProfile
  initiate: BankAnswer<Initiated>[]
  status: BankAnswer<StatusReport>[]
  transfers: BankAnswer<{ readonly transfers: readonly TransferReport[] }>[]
  /** Holds an initiation back until it resolves. */
  before_initiate: (() => Promise<void>) | undefined
  /** What stands in the way of sending payers there. */
  obstacle: BankObstacle | undefined
  readonly asked: { initiate: string[]; status: number; cancel: number; cancelled: string[] }
}
export type Fixture = {
  readonly context: Context
  readonly partner: Partner
  readonly bank: Bank
  /** The time the context tells. */
  now: Date
  /** Back to a bank that accepts, and to the present. */
  reset(): void
  reserved(): Promise<PaymentKey>
  initiated(): Promise<PaymentKey>
  submit(key: PaymentKey): Promise<void>
  submitted(): Promise<PaymentKey>
  statusOf(key: PaymentKey): Promise<string>
  tasksOf(key: PaymentKey): Promise<string[]>
  close(): Promise<void>
}

export async function openFixture(
  type: Partner['type'] = 'Ecommerce',
  settings: Partial<Settings> = {},
): Promise<Fixture> {
  const database = await testDatabase({ pool_size: 8 })
  const folder = await mkdtemp(join(tmpdir(), 'punte-payment-'))
  createKeyFile(join(folder, 'keys.json'))
  const { rows } = await database.db.query<{ partner_id: number }>({
    text: `insert into partners (client_id, name, type, redirect_urls, webhook_url)
      values ('shop-client', 'Florăria Ana', $1, '{https://shop.example/back}', 'https://shop.example/hook') returning partner_id`,
    values: [type],
  })
  const partner: Partner = {
    partner_id: rows[0]?.partner_id as number,
    client_id: 'shop-client',
    name: 'Florăria Ana',
    type,
    status: 'active',
    redirect_urls: ['https://shop.example/back'],
    colour: '#0b5cad',
    require_signed_requests: false,
    may_headless: false,
    may_flexible_url: false,
    webhook_url: 'https://shop.example/hook',
    certificates: [],
  }
  const bank: Bank = {
    profile: PROFILE,
    initiate: [ACCEPTED],
    status: [says('RCVD')],
    transfers: [{ kind: 'ok', value: { transfers: [] } }],
    before_initiate: undefined,
    obstacle: undefined,
    asked: { initiate: [], status: 0, cancel: 0, cancelled: [] },
  }
  const fixture = { now: new Date() }
  const unused = () => {
    throw new Error('not used here')
  }
  const context: Context = {
    settings: {
      PUNTE_CHECKOUT_URL: 'http://localhost:1',
      PUNTE_ABANDON_AFTER_MINUTES: 30,
      PUNTE_LINK_HOURS: 168,
      PUNTE_PAGE_IDLE_MINUTES: 10,
      ...settings,
    } as Settings,
    db: database.db,
    clock: { now: () => fixture.now },
    keys: loadKeys(join(folder, 'keys.json')),
    banks: {
      all: () => [bank.profile],
      get: (id) => (id === PROFILE.id ? connectorOf(bank) : undefined),
      byIbanCode: () => bank.profile,
      obstacle: () => bank.obstacle,
    },
    acquirers: { get: unused, all: () => [] },
    mail: { send: unused, close: async () => {} },
    outbound: { request: unused, close: async () => {} },
    partners: {
      byId: (id) => (id === partner.partner_id ? partner : undefined),
      byClientId: unused,
      all: () => [partner],
      refresh: async () => {},
      onChange: () => {},
      close: () => {},
    },
    merchants: { byMerchantId: unused, byPartnerId: unused, refresh: async () => {}, close: () => {} },
    log: createLog('silent'),
  }
  const close = async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  }
  return Object.assign(fixture, { context, partner, bank, close }, actions(context, partner, bank, fixture))
}

function actions(context: Context, partner: Partner, bank: Bank, fixture: { now: Date }) {
  const reserved = async (): Promise<PaymentKey> => {
    const { rows } = await context.db.query<PaymentKey>({
      text: `insert into payments (partner_id, certificate_thumbprint, refresh_hash, created_at, expires_at)
        values ($1, 'thumb', $2, $3, $3::timestamptz + interval '30 minutes') returning partner_id, payment_id`,
      values: [partner.partner_id, randomBytes(32), fixture.now],
    })
    return rows[0] as PaymentKey
  }
  const initiated = async () => {
    const key = await reserved()
    await initiatePayment(context, { partner, payment_id: key.payment_id, request: REQUEST })
    return key
  }
  const submit = async (key: PaymentKey) => {
    const payment = await loadPayment(context, key)
    const connector = context.banks.get(PROFILE.id)
    if (payment === undefined || connector === undefined) throw new Error('no such payment or bank')
    await submitPayment(context, {
      payment,
      bank: connector,
      terms: TERMS,
      amount_minor: 12_345,
      psu: { ip_address: '127.0.0.1' },
    })
  }
  return {
    reserved,
    initiated,
    submit,
    submitted: async () => {
      const key = await initiated()
      await submit(key)
      return key
    },
    statusOf: async (key: PaymentKey) => (await readStatus(context, key)).status,
    tasksOf: async (key: PaymentKey) => {
      const { rows } = await context.db.query<{ task: string }>({
        text: `select task from outbox where payload->>'payment_id' = $1::text order by outbox_id`,
        values: [String(key.payment_id)],
      })
      return rows.map(({ task }) => task)
    },
    reset: () => {
      fixture.now = new Date()
      Object.assign(bank, {
        profile: PROFILE,
        initiate: [ACCEPTED],
        status: [says('RCVD')],
        transfers: [{ kind: 'ok', value: { transfers: [] } }],
        before_initiate: undefined,
        obstacle: undefined,
      })
      Object.assign(bank.asked, { initiate: [], status: 0, cancel: 0, cancelled: [] })
    },
  }
}

/** As banks do: each payment has a number of its own, and a repetition the one of before. */
export function numbered(answer: BankAnswer<Initiated>, order: BankOrder): BankAnswer<Initiated> {
  if (answer !== ACCEPTED || answer.kind !== 'ok') return answer
  const bank_payment_id = `${answer.value.session.bank_payment_id}-${order.end_to_end_id}`
  return { kind: 'ok', value: { ...answer.value, session: { bank_payment_id } } }
}

function connectorOf(bank: Bank): BankConnector {
  const nextOf = <T>(answers: T[]): T => (answers.length > 1 ? answers.shift() : answers[0]) as T
  return {
    profile: bank.profile,
    initiate: async (input) => {
      bank.asked.initiate.push(input.request_id)
      await bank.before_initiate?.()
      return numbered(nextOf(bank.initiate), input.order)
    },
    finishAuthorisation: async (session) => ({ kind: 'ok', value: { session } }),
    status: async () => {
      bank.asked.status += 1
      return nextOf(bank.status)
    },
    transfers: async () => nextOf(bank.transfers),
    cancel: async ({ bank_payment_id }) => {
      bank.asked.cancel += 1
      bank.asked.cancelled.push(bank_payment_id)
      return { kind: 'ok', value: { cancelled: true } }
    },
  }
}
