import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { JobHandler } from '../../infra/jobs/worker.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { detokenize } from './detokenize.ts'
import { openVault, type VaultFixture } from './fixture.ts'
import { vaultTasks } from './scheme-tokens.ts'
import { createToken, deleteToken, retrieveToken, saveToken } from './tokens.ts'

const CARD = { number: '5123450000000008', expiry_month: 1, expiry_year: 39 }
const OTHER = { number: '4508750015741019', expiry_month: 5, expiry_year: 39 }
const ISSUED = { kind: 'issued', number: '5555555555554444', expiry_month: 12, expiry_year: 40 } as const
const by = 'merchant.SHOP'

let vault: VaultFixture
before(async () => {
  vault = await openVault()
})
after(() => vault.close())

async function work(merchant: Merchant, last_attempt = false): Promise<void> {
  const task = vaultTasks(vault.context).scheme_token_issue as { run: JobHandler }
  const job = { attempt: 1, last_attempt, signal: new AbortController().signal }
  for (const { payload } of await vault.tasksOf(merchant)) await task.run(payload, job)
}

async function tokenOf(merchant: Merchant, token: string) {
  return (await retrieveToken(vault.context, { merchant, token })).token
}

test('a token asks for a scheme token, which payments then go out under; the job names the token and nothing of the card', async () => {
  const merchant = await vault.merchant({ scheme_tokens: true })
  const { token } = await createToken(vault.context, { merchant, card: CARD, by })
  assert.equal(token.scheme_token_state, 'PENDING')
  assert.equal((await detokenize(vault.context, token)).kind, 'card')
  assert.deepEqual(await vault.tasksOf(merchant), [
    { task: 'scheme_token_issue', payload: { partner_id: merchant.partner_id, token: token.token } },
  ])
  vault.answer = ISSUED
  vault.asked.length = 0
  await work(merchant)
  await work(merchant)
  assert.equal(vault.asked.length, 1, 'the job repeated asks no more')
  assert.deepEqual(
    { ...vault.asked[0], reference: '' },
    { ...CARD, reference: '', link: { acquirer_merchant_id: 'ACQ1', terminal_id: 'T1' } },
  )
  assert.match(vault.asked[0]?.reference ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const active = await tokenOf(merchant, token.token)
  assert.equal(active.scheme_token_state, 'ACTIVE')
  assert.deepEqual(await detokenize(vault.context, active), {
    kind: 'scheme_token',
    number: ISSUED.number,
    expiry_month: 12,
    expiry_year: 40,
  })
  assert.deepEqual(await detokenize(vault.context, { ...active, scheme_token_state: 'SUSPENDED' }), {
    kind: 'card',
    ...CARD,
  })
  assert.equal((await vault.everything()).includes(ISSUED.number), false)
})

test('the same card keeps its scheme token through an update; another card drops it and asks anew, under another reference', async () => {
  const merchant = await vault.merchant({ scheme_tokens: true })
  const { token } = await createToken(vault.context, { merchant, card: CARD, by })
  vault.answer = ISSUED
  vault.asked.length = 0
  await work(merchant)
  const same = await saveToken(vault.context, { merchant, token: token.token, card: { ...CARD, expiry_year: 40 }, by })
  assert.equal(same.token.scheme_token_state, 'ACTIVE')
  assert.equal((await vault.tasksOf(merchant)).length, 1)
  const changed = await saveToken(vault.context, { merchant, token: token.token, card: OTHER, by })
  assert.equal(changed.token.scheme_token_state, 'PENDING')
  assert.equal(changed.token.scheme_token_enc, null)
  assert.equal((await detokenize(vault.context, changed.token)).number, OTHER.number)
  assert.equal((await vault.tasksOf(merchant)).length, 2)
  await work(merchant)
  assert.deepEqual(
    vault.asked.map(({ number }) => number),
    [CARD.number, OTHER.number],
  )
  assert.notEqual(vault.asked[0]?.reference, vault.asked[1]?.reference)
})

test('a refusal leaves the token without; no answer throws, so that it is asked again; after the last time there is none', async () => {
  const merchant = await vault.merchant({ scheme_tokens: true })
  const { token } = await createToken(vault.context, { merchant, card: CARD, by })
  vault.asked.length = 0
  for (const kind of ['unknown', 'not_sent'] as const) {
    vault.answer = { kind, reason: 'timeout' }
    await assert.rejects(work(merchant), /^Error: scheme token: (unknown|not_sent): timeout$/)
    assert.equal((await tokenOf(merchant, token.token)).scheme_token_state, 'PENDING')
  }
  assert.equal(new Set(vault.asked.map(({ reference }) => reference)).size, 1, 'asked again is the same question')
  vault.answer = { kind: 'refused', acquirer_code: '57' }
  await work(merchant)
  assert.equal((await tokenOf(merchant, token.token)).scheme_token_state, 'NONE')
  await saveToken(vault.context, { merchant, token: token.token, card: CARD, by })
  assert.equal((await tokenOf(merchant, token.token)).scheme_token_state, 'PENDING', 'new details ask again')
  vault.answer = { kind: 'unknown', reason: 'timeout' }
  await work(merchant, true)
  assert.equal((await tokenOf(merchant, token.token)).scheme_token_state, 'NONE')
})

test('a token deleted meanwhile, one without expiry, and a merchant that wants none', async () => {
  const merchant = await vault.merchant({ scheme_tokens: true })
  const { token } = await createToken(vault.context, { merchant, card: CARD, by })
  await deleteToken(vault.context, { merchant, token: token.token })
  vault.asked.length = 0
  await work(merchant)
  assert.equal(vault.asked.length, 0)
  const bare = await createToken(vault.context, { merchant, card: { number: OTHER.number }, by })
  assert.equal(bare.token.scheme_token_state, 'NONE')
  const dated = await saveToken(vault.context, {
    merchant,
    token: bare.token.token,
    card: { expiry_month: 5, expiry_year: 39 },
    by,
  })
  assert.equal(dated.token.scheme_token_state, 'PENDING')
  const plain = await vault.merchant()
  await createToken(vault.context, { merchant: plain, card: CARD, by })
  assert.deepEqual(await vault.tasksOf(plain), [])
})

test("a card that changes while the scheme is asked does not get the former card's token", async () => {
  const merchant = await vault.merchant({ scheme_tokens: true })
  const { token } = await createToken(vault.context, { merchant, card: CARD, by })
  const [first] = await vault.tasksOf(merchant)
  vault.answer = ISSUED
  const { issueSchemeToken } = vault.context.acquirers.all()[0] as { issueSchemeToken: (message: never) => unknown }
  const connector = vault.context.acquirers.all()[0] as { issueSchemeToken?: unknown }
  connector.issueSchemeToken = async (message: never) => {
    await saveToken(vault.context, { merchant, token: token.token, card: OTHER, by })
    return issueSchemeToken(message)
  }
  const task = vaultTasks(vault.context).scheme_token_issue as { run: JobHandler }
  await task.run(first?.payload, { attempt: 1, last_attempt: false, signal: new AbortController().signal })
  connector.issueSchemeToken = issueSchemeToken
  const now = await tokenOf(merchant, token.token)
  assert.equal(now.scheme_token_state, 'PENDING')
  assert.equal((await detokenize(vault.context, now)).number, OTHER.number)
})
