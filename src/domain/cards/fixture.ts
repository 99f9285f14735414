/** For tests: card payments on a real database, with an acquirer that keeps a book and says what it is told to say. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config.ts'
import type {
  AcquirerAnswer,
  AcquirerConnector,
  AcquirerWord,
  CardMessage,
  FollowOnMessage,
  ReversalAnswer,
} from '../../infra/acquirers/connector.ts'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Context } from '../context.ts'
import { type Merchant, SOURCES } from '../merchants/merchant.ts'
import type { Partner } from '../partners/directory.ts'
import type { ChargeRequest, FollowOnRequest } from './model.ts'
import { reconcileOnce } from './reconcile.ts'

export const CARD = { number: '5123450000000008', expiry_month: 1, expiry_year: 39 } as const
export const OTHER_CARD = { number: '4508750015741019', expiry_month: 1, expiry_year: 39 } as const

export const approves = (more: object = {}): AcquirerAnswer => ({
  kind: 'answered',
  approved: true,
  gateway_code: 'APPROVED',
  acquirer_code: '00',
  ...more,
})
export const declines: AcquirerAnswer = {
  kind: 'answered',
  approved: false,
  gateway_code: 'DECLINED',
  acquirer_code: '05',
}
export const silence: AcquirerAnswer = { kind: 'unknown', reason: 'TIMEOUT' }

export type Sending = { readonly kind: string; readonly message: CardMessage | FollowOnMessage }

export type CardFixture = {
  readonly context: Context
  readonly merchant: Merchant
  readonly other: Merchant
  readonly acquirer: {
    /** What it answers next, in order; then it approves. */
    answers: AcquirerAnswer[]
    words: AcquirerWord[]
    reversals: ReversalAnswer[]
    readonly sent: Sending[]
    readonly reversed: string[]
    /** Holds every message back until it resolves. */
    before: (() => Promise<void>) | undefined
  }
  /** The time the context tells. */
  now: Date
  request(more?: Partial<ChargeRequest>): ChargeRequest
  follow(operation: FollowOnRequest['operation'], order_id: string, more?: Partial<FollowOnRequest>): FollowOnRequest
  close(): Promise<void>
}

export async function openCardFixture(): Promise<CardFixture> {
  const database = await testDatabase({ pool_size: 8 })
  const folder = await mkdtemp(join(tmpdir(), 'punte-cards-'))
  createKeyFile(join(folder, 'keys.json'))
  const merchants = [await addMerchant(database.db, 'TESTONE'), await addMerchant(database.db, 'TESTTWO')]
  const acquirer: CardFixture['acquirer'] = {
    answers: [],
    words: [],
    reversals: [],
    sent: [],
    reversed: [],
    before: undefined,
  }
  const connector = connectorOf(acquirer)
  const fixture = { now: new Date() }
  const unused = () => {
    throw new Error('not used here')
  }
  const nothing = async () => {}
  const context: Context = {
    settings: { PUNTE_GATEWAY_SESSION_MINUTES: 60 } as Settings,
    db: database.db,
    clock: { now: () => fixture.now },
    keys: loadKeys(join(folder, 'keys.json')),
    banks: { all: () => [], get: unused, byIbanCode: unused, obstacle: unused },
    acquirers: { get: (id) => (id === 'simulator' ? connector : undefined), all: () => [connector] },
    mail: { send: unused, close: nothing },
    outbound: { request: unused, close: nothing },
    partners: {
      byId: unused,
      byClientId: unused,
      all: () => [],
      refresh: nothing,
      onChange: () => {},
      close: () => {},
    },
    merchants: {
      byMerchantId: (id) => merchants.find(({ merchant_id }) => merchant_id === id),
      byPartnerId: (id) => merchants.find(({ partner_id }) => partner_id === id),
      refresh: nothing,
      close: () => {},
    },
    log: createLog('silent'),
  }
  const [merchant, other] = merchants as [Merchant, Merchant]
  return Object.assign(fixture, {
    context,
    merchant,
    other,
    acquirer,
    ...requests(merchant),
    close: async () => {
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  })
}

/** One sweep, waited for. */
export async function reconcile(context: Context): Promise<void> {
  await (await reconcileOnce(context, new Map())).work
}

let numbered = 0

function requests(merchant: Merchant): Pick<CardFixture, 'request' | 'follow'> {
  const common = { merchant, api_version: 100, details: {} }
  const hashOf = (request: object) =>
    createHash('sha256')
      .update(JSON.stringify({ ...request, merchant: null, request_hash: null }))
      .digest()
  return {
    request: (more = {}) => {
      numbered += 1
      const request = {
        ...common,
        operation: 'PAY' as const,
        order_id: `order-${numbered}`,
        transaction_id: '1',
        amount: '100.00',
        currency: 'RON',
        card: CARD,
        from_session: false,
        agreement: {},
        request_hash: Buffer.alloc(32),
        ...more,
      }
      return { ...request, request_hash: hashOf(request) }
    },
    follow: (operation, order_id, more = {}) => {
      numbered += 1
      const money = operation === 'VOID' ? {} : { amount: '100.00', currency: 'RON' }
      const request = {
        ...common,
        operation,
        order_id,
        transaction_id: `t-${numbered}`,
        request_hash: Buffer.alloc(32),
        ...money,
        ...more,
      }
      return { ...request, request_hash: hashOf(request) }
    },
  }
}

async function addMerchant(db: Context['db'], merchant_id: string): Promise<Merchant> {
  const { rows } = await db.query<{ partner_id: number }>({
    text: `with p as (insert into partners (client_id, name, type, redirect_urls) values ($1, $2, 'Ecommerce', '{https://shop.example/}')
        returning partner_id),
      m as (insert into merchants (partner_id, merchant_id, name, tokenization, token_repository_id)
        select partner_id, $2, $2, true, 'TESTREPO' from p returning partner_id),
      l as (insert into acquirer_links (partner_id, link_no, acquirer_id, acquirer_merchant_id, terminal_id, sources, currencies)
        select partner_id, 1, 'simulator', 'ACQ1', '0001', $3, '{RON,JPY,BHD}' from m)
      select partner_id from p`,
    values: [`client-${merchant_id}`, merchant_id, SOURCES],
  })
  return {
    partner_id: rows[0]?.partner_id as number,
    merchant_id,
    name: merchant_id,
    category_code: '5999',
    partner: {} as Partner,
    password_hashes: [],
    operations: ['PAY', 'AUTHORIZE', 'VERIFY'],
    tokenization: true,
    token_repository_id: 'TESTREPO',
    token_generation: 'RANDOM_WITH_LUHN',
    token_management: 'UNIQUE_ACCOUNT',
    scheme_tokens: false,
    links: [
      {
        link_no: 1,
        acquirer_id: 'simulator',
        acquirer_merchant_id: 'ACQ1',
        terminal_id: '0001',
        sources: SOURCES,
        currencies: ['RON', 'JPY', 'BHD'],
      },
    ],
  }
}

function connectorOf(acquirer: CardFixture['acquirer']): AcquirerConnector {
  const answer = (kind: string) => async (message: CardMessage | FollowOnMessage) => {
    acquirer.sent.push({ kind, message })
    await acquirer.before?.()
    return acquirer.answers.shift() ?? approves({ trace_id: `trace-${acquirer.sent.length}` })
  }
  return {
    acquirer_id: 'simulator',
    timeout_ms: 1_000,
    pay: answer('pay'),
    authorize: answer('authorize'),
    verify: answer('verify'),
    capture: answer('capture'),
    refund: answer('refund'),
    void: answer('void'),
    updateAuthorization: answer('updateAuthorization'),
    ask: async () => acquirer.words.shift() ?? { kind: 'not_found' },
    reverse: async ({ reference }) => {
      acquirer.reversed.push(reference)
      return acquirer.reversals.shift() ?? { kind: 'reversed' }
    },
  }
}
