import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemClock } from '../../infra/clock.ts'
import { type TestDatabase, testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { type Keys, loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import { createPartnerDirectory, type PartnerDirectory } from '../partners/directory.ts'
import { addPartner } from '../partners/manage.ts'
import { suspendPartner } from '../partners/standing.ts'
import { checkPassword } from './credentials.ts'
import { createMerchantDirectory } from './directory.ts'
import {
  addMerchant,
  addPassword,
  dropPassword,
  type LinkInput,
  listMerchants,
  setLink,
  setMerchant,
  showMerchant,
} from './manage.ts'
import type { Merchant, MerchantDirectory } from './merchant.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-merchants-'))
const log = createLog('silent')
let database: TestDatabase
let keys: Keys
let partners: PartnerDirectory
let merchants: MerchantDirectory
const LINK: LinkInput = {
  acquirer_id: 'sandbox',
  acquirer_merchant_id: '000000010000001',
  terminal_id: '10000001',
  sources: ['INTERNET', 'MERCHANT'],
  currencies: ['RON', 'EUR'],
}
const refused =
  (field: string, code = 'FIELD_INVALID') =>
  (error: { code?: string; field?: string }) =>
    error.code === code && error.field === field

before(async () => {
  database = await testDatabase()
  createKeyFile(join(dir, 'keys.json'))
  keys = loadKeys(join(dir, 'keys.json'))
  // Slow on purpose: what a test sees, it has asked for.
  partners = await createPartnerDirectory({ db: database.db, keys, log, refresh_every_ms: 3_600_000 })
  merchants = await createMerchantDirectory({ db: database.db, partners, log, refresh_every_ms: 3_600_000 })
})
after(async () => {
  merchants.close()
  partners.close()
  await database.drop()
  rmSync(dir, { recursive: true, force: true })
})

async function partner(client_id: string): Promise<void> {
  const profile = { name: client_id, type: 'Ecommerce' as const, redirect_urls: ['https://shop.example/'] }
  await addPartner({ db: database.db, keys, clock: systemClock }, { client_id, ...profile })
}

const read = async (merchant_id: string): Promise<Merchant> => {
  await merchants.refresh()
  const found = merchants.byMerchantId(merchant_id)
  assert.ok(found, merchant_id)
  return found
}

test('a merchant added to a new partner is read with it', async () => {
  await partner('first-partner')
  await addMerchant(database, { client_id: 'first-partner', merchant_id: 'FIRST', name: 'Prima', link: LINK })
  const first = await read('FIRST')
  assert.equal(first.partner.client_id, 'first-partner')
  assert.equal(merchants.byPartnerId(first.partner_id), first)
  assert.equal(first.tokenization, false)
  assert.equal(first.token_repository_id, 'FIRST')
  assert.deepEqual(first.links, [{ link_no: 1, ...LINK }])
  assert.deepEqual(first.password_hashes, [])
  assert.equal((await listMerchants(database)).length, 1)
})

test('objects change with what they hold, and with their partner, and else stay', async () => {
  await partner('second-partner')
  await addMerchant(database, { client_id: 'second-partner', merchant_id: 'SECOND', link: LINK })
  const [first, second] = [await read('FIRST'), await read('SECOND')]
  await setMerchant(database, { merchant_id: 'SECOND', tokenization: true, token_generation: 'PRESERVE_6_4' })
  assert.equal((await read('SECOND')).token_generation, 'PRESERVE_6_4')
  assert.equal(await read('FIRST'), first)
  assert.equal(first.links[0]?.sources, second.links[0]?.sources, 'equal lists are held once')
  await suspendPartner({ db: database.db, keys, clock: systemClock }, 'second-partner')
  await partners.refresh()
  assert.equal(merchants.byMerchantId('SECOND')?.partner.status, 'suspended')
})

test('links are added and replaced by number', async () => {
  await setLink(database, { merchant_id: 'FIRST', ...LINK, link_no: 2, sources: ['CALL_CENTER', 'MOTO', 'MOTO'] })
  await setLink(database, { merchant_id: 'FIRST', ...LINK, currencies: ['JPY'] })
  const { links } = await read('FIRST')
  assert.deepEqual(links[0]?.currencies, ['JPY'])
  assert.deepEqual(links[1]?.sources, ['CALL_CENTRE', 'MOTO'])
})

test('a new password leaves the one before working; a third ends the first', async () => {
  const made = [
    await addPassword(database, { merchant_id: 'FIRST' }),
    await addPassword(database, { merchant_id: 'FIRST', password: 'brought along from elsewhere' }),
  ]
  assert.match(made[0] as string, /^[0-9a-f]{32}$/)
  const works = async (password: string | undefined) => {
    const merchant = await read('FIRST')
    return checkPassword({ merchants }, { merchant, password: password as string, address: '192.0.2.1' })
  }
  assert.deepEqual([await works(made[0]), await works(made[1])], [true, true])
  made.push(await addPassword(database, { merchant_id: 'FIRST' }))
  assert.deepEqual([await works(made[0]), await works(made[1]), await works(made[2])], [false, true, true])
  await dropPassword(database, { merchant_id: 'FIRST', slot: 1 })
  assert.deepEqual([await works(made[1]), await works(made[2])], [false, true])
  const { password_1, password_2 } = await showMerchant(database, 'FIRST')
  assert.deepEqual([password_1, password_2], [false, true])
  const stored = JSON.stringify(await database.db.query({ text: 'select * from merchants', values: [] }))
  for (const password of made) assert.ok(!stored.includes(password), 'no password is stored')
})

test('what does not fit is refused by field', async () => {
  const add = (input: object) =>
    addMerchant(database, { client_id: 'first-partner', merchant_id: 'THIRD', ...input } as never)
  await assert.rejects(add({}), refused('merchant_id'), 'a partner is one merchant')
  await assert.rejects(add({ client_id: 'nobody' }), { code: 'CLIENT_UNKNOWN' })
  await assert.rejects(add({ merchant_id: 'A B' }), refused('merchant_id'))
  await assert.rejects(add({ category_code: '59' }), refused('category_code'))
  await assert.rejects(add({ operations: [] }), refused('operations'))
  await assert.rejects(add({ token_repository_id: 'more than sixteen' }), refused('token_repository_id'))
  const link = (input: object) => setLink(database, { merchant_id: 'FIRST', ...LINK, ...input })
  await assert.rejects(link({ sources: ['INTERNET', 'PIGEON'] }), refused('sources'))
  await assert.rejects(link({ currencies: ['RON', 'XYZ'] }), refused('currencies'))
  assert.deepEqual((await link({ link_no: 3, currencies: [] })).currencies, [])
  await assert.rejects(link({ link_no: 21 }), refused('link_no'))
  await assert.rejects(link({ terminal_id: '' }), refused('terminal_id'))
  await assert.rejects(link({ merchant_id: 'NOBODY' }), refused('merchant_id'))
  const password = (text: string) => addPassword(database, { merchant_id: 'FIRST', password: text })
  await assert.rejects(password('fifteen letters'), refused('password'))
  await assert.rejects(password('sixteen letters\n'), refused('password'))
  await assert.rejects(addPassword(database, { merchant_id: 'NOBODY' }), refused('merchant_id'))
  await assert.rejects(dropPassword(database, { merchant_id: 'SECOND', slot: 2 }), refused('slot'))
})

test('how accounts are kept does not change under tokens', async () => {
  await setMerchant(database, { merchant_id: 'FIRST', token_management: 'UNIQUE_TOKEN' })
  const { partner_id } = await read('FIRST')
  await database.db.query({
    text: `insert into card_tokens (partner_id, token, number_hash, number_enc, masked_number, brand, scheme, created_at,
        updated_at, updated_by)
      values ($1, '9000000000000001', '\\x00', '\\x00', '512345xxxxxx0008', 'MASTERCARD', 'MASTERCARD', now(), now(), 'test')`,
    values: [partner_id],
  })
  const manage = (token_management: 'UNIQUE_ACCOUNT' | 'UNIQUE_TOKEN') =>
    setMerchant(database, { merchant_id: 'FIRST', token_management })
  await assert.rejects(manage('UNIQUE_ACCOUNT'), refused('token_management'))
  await manage('UNIQUE_TOKEN')
  await setMerchant(database, { merchant_id: 'FIRST', name: 'Alta' })
})
