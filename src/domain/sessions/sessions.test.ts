import assert from 'node:assert/strict'
import { after, before, beforeEach, mock, test } from 'node:test'
import type { Context } from '../context.ts'
import type { ErrorCode } from '../errors.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { openForMerchant } from '../vault/data-keys.ts'
import { openVault, type VaultFixture } from '../vault/fixture.ts'
import { CODE_TTL_MS, heldSecurityCode, holdSecurityCode } from './security-codes.ts'
import { mergeFields, partSecurityCode } from './session.ts'
import {
  createSession,
  forgetExpiredSessions,
  forgetSecurityCode,
  isSessionPassword,
  retrieveSession,
  type SessionFields,
  takeSession,
  updateSession,
} from './sessions.ts'

const NUMBER = '5123450000000008'
const CODE = '7361'
const refused = (code: ErrorCode) => (error: unknown) => (error as { code?: string }).code === code
const card = (fields: SessionFields): SessionFields => ({ sourceOfFunds: { provided: { card: fields } } })

let vault: VaultFixture
let merchant: Merchant
before(async () => {
  vault = await openVault()
  merchant = await vault.merchant()
})
beforeEach(() => {
  vault.now = new Date()
})
after(() => vault.close())

async function begun(fields?: SessionFields): Promise<{ merchant: Merchant; session_id: string }> {
  const { session_id } = await createSession(vault.context, { merchant })
  if (fields !== undefined) await updateSession(vault.context, { merchant, session_id, fields })
  return { merchant, session_id }
}
const take = (session: { merchant: Merchant; session_id: string }, context: Context = vault.context) =>
  takeSession(context, session)

test('a session: its id, version, limit and key; empty until it is updated', async () => {
  const session = await createSession(vault.context, { merchant })
  assert.match(session.session_id, /^SESSION[0-9A-Z]{24}$/)
  assert.match(session.version, /^[0-9a-f]{10}$/)
  assert.equal(session.authentication_limit, 5)
  assert.equal(session.update_status, 'NO_UPDATE')
  assert.equal(Buffer.from(session.aes256_key, 'base64').length, 32)
  assert.deepEqual(await retrieveSession(vault.context, { merchant, session_id: session.session_id }), session)
  assert.notEqual((await createSession(vault.context, { merchant })).aes256_key, session.aes256_key)
  for (const authentication_limit of [-1, 26, 1.5, Number.NaN])
    await assert.rejects(createSession(vault.context, { merchant, authentication_limit }), refused('FIELD_INVALID'))
})

test('updates merge field by field under ever new versions; a payment takes all of it, an answer never the code', async () => {
  const session = await begun({ order: { amount: '10.00', currency: 'RON' }, ...card({ number: NUMBER }) })
  const first = await retrieveSession(vault.context, session)
  const updated = await updateSession(vault.context, {
    ...session,
    fields: { order: { amount: '12.00' }, ...card({ securityCode: CODE, expiry: { month: '1', year: '39' } }) },
  })
  assert.notEqual(updated.version, first.version)
  assert.equal(updated.update_status, 'SUCCESS')
  const all = { number: NUMBER, expiry: { month: '1', year: '39' } }
  const order = { amount: '12.00', currency: 'RON' }
  assert.deepEqual(updated.fields, { order, ...card({ ...all, securityCode: 'xxx' }) })
  assert.deepEqual(await retrieveSession(vault.context, session), updated)
  assert.deepEqual(await take(session), { order, ...card({ ...all, securityCode: CODE }) })
})

test('a version that is not the newest is refused, in updates and payments; of twenty updates onto one, one succeeds', async () => {
  const session = await begun({ order: { amount: '1.00' } })
  const { version } = await retrieveSession(vault.context, session)
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      updateSession(vault.context, { ...session, version, fields: { order: { amount: `${n}.00` } } }),
    ),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results)
    if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'SESSION_VERSION')
  await assert.rejects(takeSession(vault.context, { ...session, version }), refused('SESSION_VERSION'))
  const now = await retrieveSession(vault.context, session)
  assert.deepEqual(await takeSession(vault.context, { ...session, version: now.version }), now.fields)
})

test('updates at once that name no version lose nothing of each other', async () => {
  const session = await begun()
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) =>
      updateSession(vault.context, { ...session, fields: { order: { [name]: '1' } } }),
    ),
  )
  assert.deepEqual(await take(session), { order: { a: '1', b: '1', c: '1', d: '1' } })
})

test('the code waits in memory of one process: gone for others, after its time, and once forgotten not asked for', async () => {
  const session = await begun(card({ number: NUMBER, securityCode: CODE }))
  await assert.rejects(take(session, vault.otherProcess()), refused('SESSION_CODE_GONE'))
  vault.now = new Date(vault.now.getTime() + CODE_TTL_MS)
  await assert.rejects(take(session), refused('SESSION_CODE_GONE'))
  await updateSession(vault.context, { ...session, fields: card({ securityCode: '100' }) })
  assert.deepEqual(await take(session), card({ number: NUMBER, securityCode: '100' }))
  await forgetSecurityCode(vault.context, session)
  assert.deepEqual(await take(session, vault.otherProcess()), card({ number: NUMBER }))
  assert.deepEqual((await retrieveSession(vault.context, session)).fields, card({ number: NUMBER }))
})

test('a code stays with its card: another number or token takes it away, a first number does not', async () => {
  const session = await begun(card({ securityCode: CODE }))
  await updateSession(vault.context, { ...session, fields: card({ number: NUMBER }) })
  assert.deepEqual(await take(session), card({ securityCode: CODE, number: NUMBER }))
  await updateSession(vault.context, { ...session, fields: card({ number: '4508750015741019' }) })
  assert.deepEqual(await take(session), card({ number: '4508750015741019' }))
  const tokened = await begun({
    sourceOfFunds: { token: '9111111111111111', provided: { card: { securityCode: CODE } } },
  })
  await updateSession(vault.context, { ...tokened, fields: { sourceOfFunds: { token: '9222222222222222' } } })
  assert.deepEqual(await take(tokened), { sourceOfFunds: { token: '9222222222222222', provided: { card: {} } } })
})

test('a code is wiped by its own timer though nobody comes for it', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const code_id = holdSecurityCode(vault.context, 1, CODE, 1_000)
    mock.timers.tick(999)
    assert.equal(heldSecurityCode(vault.context, code_id), CODE)
    mock.timers.tick(1)
    assert.equal(heldSecurityCode(vault.context, code_id), undefined)
  } finally {
    mock.timers.reset()
  }
})

test('when too many codes are held, the oldest of the merchant with the most gives way, and nobody else', () => {
  const context = vault.otherProcess()
  const hold = (partner_id: number) => holdSecurityCode(context, partner_id, CODE, CODE_TTL_MS)
  const others = hold(1)
  const first = hold(2)
  const second = hold(2)
  for (let n = 0; n < 3_999; n += 1) hold(2)
  assert.equal(heldSecurityCode(context, first), undefined)
  assert.equal(heldSecurityCode(context, second), CODE)
  for (const partner_id of [3, 4]) for (let n = 0; n < 4_000; n += 1) hold(partner_id)
  assert.equal(heldSecurityCode(context, others), CODE)
})

test("another merchant's session, an unknown one and an expired one are all unknown; an update prolongs it", async () => {
  const session = await begun({ order: { amount: '1.00' } })
  const stranger = await vault.merchant()
  const unknown = refused('SESSION_UNKNOWN')
  await assert.rejects(retrieveSession(vault.context, { ...session, merchant: stranger }), unknown)
  await assert.rejects(takeSession(vault.context, { ...session, merchant: stranger }), unknown)
  await assert.rejects(updateSession(vault.context, { ...session, merchant: stranger, fields: {} }), unknown)
  for (const session_id of ['', 'SESSION', `SESSION${'0'.repeat(24)}`, "SESSION'; --", `SESSION${'0'.repeat(500)}`])
    await assert.rejects(retrieveSession(vault.context, { merchant, session_id }), unknown)
  const idle = await begun()
  const minutes = (n: number) => new Date(vault.now.getTime() + n * 60_000)
  vault.now = minutes(59)
  await updateSession(vault.context, { ...session, fields: { order: { amount: '2.00' } } })
  vault.now = minutes(59)
  await assert.rejects(retrieveSession(vault.context, idle), unknown)
  assert.equal((await forgetExpiredSessions(vault.context)) > 0, true)
  assert.equal(await forgetExpiredSessions(vault.context), 0)
  assert.deepEqual(await take(session), { order: { amount: '2.00' } })
})

test('the id as password works as often as the session allows, counted under contention, and only for its merchant', async () => {
  const { session_id } = await createSession(vault.context, { merchant, authentication_limit: 3 })
  const stranger = await vault.merchant()
  assert.equal(await isSessionPassword(vault.context, { merchant: stranger, session_id }), false)
  const tries = await Promise.all(
    Array.from({ length: 10 }, () => isSessionPassword(vault.context, { merchant, session_id })),
  )
  assert.equal(tries.filter(Boolean).length, 3)
  const none = await createSession(vault.context, { merchant, authentication_limit: 0 })
  assert.equal(await isSessionPassword(vault.context, { merchant, session_id: none.session_id }), false)
  assert.equal(await isSessionPassword(vault.context, { merchant, session_id: 'wrong password' }), false)
})

test('64 kB are the most; what was there before a refused update stays, its code too', async () => {
  const session = await begun(card({ number: NUMBER, securityCode: CODE }))
  const fields = { order: { custom: 'x'.repeat(65 * 1024) }, ...card({ securityCode: '999' }) }
  await assert.rejects(updateSession(vault.context, { ...session, fields }), refused('BODY_TOO_LARGE'))
  assert.deepEqual(await take(session), card({ number: NUMBER, securityCode: CODE }))
})

test('a code is taken out of fields wherever it stands, before anything is sealed; merging makes plain fields only', () => {
  const fields = {
    securityCode: CODE,
    list: [{ securityCode: CODE, a: 1 }],
    ...card({ number: NUMBER, securityCode: 736 }),
  }
  assert.deepEqual(partSecurityCode(fields), {
    fields: { list: [{ a: 1 }], ...card({ number: NUMBER }) },
    security_code: '736',
  })
  const hostile = JSON.parse(
    '{"__proto__": {"polluted": true}, "a": {"constructor": {"b": "1"}}, "c": null}',
  ) as SessionFields
  const merged = mergeFields({ c: '1' }, hostile)
  assert.equal((merged as { polluted?: boolean }).polluted, undefined)
  assert.deepEqual(Object.keys(merged).sort(), ['__proto__', 'a', 'c'])
  assert.equal(merged.c, '1')
})

test('no table holds the number or the code, and the sealed fields have no code inside', async () => {
  await begun(card({ number: NUMBER, securityCode: CODE, nameOnCard: 'Ion Ionescu' }))
  const everything = await vault.everything()
  for (const secret of [NUMBER, 'Ion Ionescu'])
    for (const written of [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').slice(0, -4),
    ])
      assert.equal(everything.includes(written), false)
  assert.doesNotMatch(everything, /(^|[(,": ])7361([),": ]|$)/m)
  assert.equal(everything.includes(Buffer.from(CODE).toString('hex')), false)
  // What is sealed is what sealing is given: the key of this process opens it all.
  const { rows } = await vault.context.db.query<{ partner_id: number; session_id: string; fields_enc: Buffer }>({
    text: 'select partner_id, session_id, fields_enc from card_sessions',
    values: [],
  })
  assert.ok(rows.length > 0)
  for (const { partner_id, session_id, fields_enc } of rows) {
    const opened = await openForMerchant(vault.context, partner_id, fields_enc, `card_sessions.fields:${session_id}`)
    assert.equal(opened.includes(CODE) || opened.includes('securityCode'), false)
  }
})
