/** For tests: a merchant with a vault on a real database, and an acquirer that answers as told. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config.ts'
import type { AcquirerConnector, SchemeTokenAnswer } from '../../infra/acquirers/connector.ts'
import { createDatabase } from '../../infra/database/database.ts'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Context } from '../context.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Partner } from '../partners/directory.ts'

export type VaultFixture = {
  readonly context: Context
  /** The time the context tells. */
  now: Date
  readonly key_file: string
  /** What the acquirer says to a question for a scheme token; what it was asked is in `asked`. */
  answer: SchemeTokenAnswer
  readonly asked: Parameters<NonNullable<AcquirerConnector['issueSchemeToken']>>[0][]
  /** A merchant of its own, so that tests do not meet. */
  merchant(repository?: Partial<Merchant>): Promise<Merchant>
  /** The context of another process on the same database. */
  otherProcess(): Context
  tasksOf(merchant: Merchant): Promise<{ task: string; payload: Record<string, unknown> }[]>
  /** Every row of every table, as text; bytes stand as hex. */
  everything(): Promise<string>
  close(): Promise<void>
}

const ACQUIRER = 'test-acquirer'

export async function openVault(): Promise<VaultFixture> {
  const database = await testDatabase({ pool_size: 8 })
  const folder = await mkdtemp(join(tmpdir(), 'punte-vault-'))
  const key_file = join(folder, 'keys.json')
  createKeyFile(key_file)
  const log = createLog('silent')
  const merchants = new Map<number, Merchant>()
  const others: { close(): Promise<void> }[] = []
  const state = {
    now: new Date(),
    answer: { kind: 'refused', acquirer_code: '57' } as SchemeTokenAnswer,
    asked: [] as VaultFixture['asked'],
  }
  const unused = () => {
    throw new Error('not used here')
  }
  const connector = {
    acquirer_id: ACQUIRER,
    timeout_ms: 1000,
    issueSchemeToken: async (message: VaultFixture['asked'][number]) => {
      state.asked.push(message)
      return state.answer
    },
  } as unknown as AcquirerConnector
  const context = {
    settings: { PUNTE_GATEWAY_SESSION_MINUTES: 60 } as Settings,
    db: database.db,
    clock: { now: () => state.now },
    keys: loadKeys(key_file),
    acquirers: { get: (id: string) => (id === ACQUIRER ? connector : undefined), all: () => [connector] },
    outbound: { request: unused, close: async () => {} },
    merchants: {
      byPartnerId: (id: number) => merchants.get(id),
      byMerchantId: unused,
      refresh: async () => {},
      close: () => {},
    },
    log,
  } as unknown as Context
  return Object.assign(state, {
    context,
    key_file,
    async merchant(repository: Partial<Merchant> = {}) {
      const made = await newMerchant(context, merchants.size + 1, repository)
      merchants.set(made.partner_id, made)
      return made
    },
    otherProcess() {
      const db = createDatabase({ url: database.url, pool_size: 4, log })
      others.push(db)
      return { ...context, db, keys: loadKeys(key_file) }
    },
    async tasksOf({ partner_id }: Merchant) {
      const { rows } = await context.db.query<{ task: string; payload: Record<string, unknown> }>({
        text: `select task, payload from outbox where (payload->>'partner_id')::integer = $1 order by outbox_id`,
        values: [partner_id],
      })
      return rows
    },
    everything: () => everythingIn(context),
    async close() {
      await Promise.all(others.map((db) => db.close()))
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  })
}

async function newMerchant({ db }: Context, no: number, repository: Partial<Merchant>): Promise<Merchant> {
  const { rows } = await db.query<{ partner_id: number }>({
    text: `insert into partners (client_id, name, type, redirect_urls)
      values ($1, 'Florăria Ana', 'Ecommerce', '{https://shop.example/back}') returning partner_id`,
    values: [`client-${no}`],
  })
  const merchant: Merchant = {
    partner_id: rows[0]?.partner_id as number,
    merchant_id: `SHOP${no}`,
    name: 'Florăria Ana',
    category_code: '5992',
    partner: {} as Partner,
    password_hashes: [],
    operations: ['PAY', 'AUTHORIZE', 'VERIFY'],
    tokenization: true,
    token_repository_id: `SHOP${no}`,
    token_generation: 'RANDOM_WITH_LUHN',
    token_management: 'UNIQUE_ACCOUNT',
    scheme_tokens: false,
    links: [
      {
        link_no: 1,
        acquirer_id: ACQUIRER,
        acquirer_merchant_id: 'ACQ1',
        terminal_id: 'T1',
        sources: ['INTERNET', 'MERCHANT'],
        currencies: ['RON'],
      },
    ],
    ...repository,
  }
  await db.query({
    text: `insert into merchants (partner_id, merchant_id, name, token_repository_id) values ($1, $2, $3, $4)`,
    values: [merchant.partner_id, merchant.merchant_id, merchant.name, merchant.token_repository_id],
  })
  return merchant
}

async function everythingIn({ db }: Context): Promise<string> {
  const { rows: tables } = await db.query<{ name: string }>({
    text: `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
    values: [],
  })
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await db.query<{ row: string }>({ text: `select t::text as row from ${name} t`, values: [] })
      return rows.map(({ row }) => row).join('\n')
    }),
  )
  return texts.join('\n')
}
