import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { listKeys, retireKey } from '../../infra/keys/key-file.ts'
import { SealError } from '../../infra/keys/keys.ts'
import { rotateKey } from '../../infra/keys/reload.ts'
import type { ErrorCode } from '../errors.ts'
import { numberHash } from './card-number.ts'
import { openForMerchant, rewrapDataKeys, sealForMerchant } from './data-keys.ts'
import { detokenize } from './detokenize.ts'
import { openVault, type VaultFixture } from './fixture.ts'
import { createToken, deleteToken, retrieveToken, saveToken } from './tokens.ts'

const MASTERCARD = { number: '5123450000000008', expiry_month: 1, expiry_year: 39, name_on_card: 'Ion Ionescu' }
const VISA = { number: '4508750015741019', expiry_month: 5, expiry_year: 39 }
const refused = (code: ErrorCode) => (error: unknown) => (error as { code?: string }).code === code

let vault: VaultFixture
before(async () => {
  vault = await openVault()
})
after(() => vault.close())

const by = 'merchant.SHOP'

describe('a repository that holds accounts once', () => {
  test('a token: masked, described, detokenized; the same number again is the same token with the newer expiry', async () => {
    const merchant = await vault.merchant()
    const { token, name_on_card } = await createToken(vault.context, { merchant, card: MASTERCARD, by })
    assert.match(token.token, /^9[0-9]{15}$/)
    assert.equal(token.masked_number, '512345xxxxxx0008')
    assert.equal(token.status, 'VALID')
    assert.equal(token.updated_by, by)
    assert.equal(name_on_card, 'Ion Ionescu')
    assert.deepEqual(await detokenize(vault.context, token), { kind: 'card', ...MASTERCARD })

    const again = await createToken(vault.context, { merchant, card: { ...VISA, number: MASTERCARD.number }, by })
    assert.equal(again.token.token, token.token)
    assert.equal(again.token.expiry_month, 5)
    assert.equal(again.name_on_card, 'Ion Ionescu', 'a name not given anew stays')
    assert.notEqual((await createToken(vault.context, { merchant, card: VISA, by })).token.token, token.token)
  })

  test('twenty at once for one number make one token, from two processes, first key included', async () => {
    const merchant = await vault.merchant({ scheme_tokens: true })
    const contexts = [vault.context, vault.otherProcess()]
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        createToken(contexts[n % 2] as typeof vault.context, { merchant, card: MASTERCARD, by }),
      ),
    )
    assert.equal(new Set(made.map(({ token }) => token.token)).size, 1)
    assert.equal((await vault.tasksOf(merchant)).length, 1, 'one question to the scheme')
    const { rows } = await vault.context.db.query<{ tokens: number; keys: number }>({
      text: `select (select count(*) from card_tokens where partner_id = $1)::int as tokens,
        (select count(*) from data_keys where partner_id = $1)::int as keys`,
      values: [merchant.partner_id],
    })
    assert.deepEqual(rows[0], { tokens: 1, keys: 1 })
    for (const { token } of made)
      assert.equal((await detokenize(contexts[1] as typeof vault.context, token)).number, MASTERCARD.number)
  })

  test('a number that another token has is refused in an update, and the token stays as it was', async () => {
    const merchant = await vault.merchant()
    const { token } = await createToken(vault.context, { merchant, card: MASTERCARD, by })
    await createToken(vault.context, { merchant, card: VISA, by })
    await assert.rejects(
      saveToken(vault.context, { merchant, token: token.token, card: VISA, by }),
      refused('CARD_TOKEN_CONFLICT'),
    )
    assert.equal(
      (await retrieveToken(vault.context, { merchant, token: token.token })).token.masked_number,
      '512345xxxxxx0008',
    )
  })
})

test('a repository of unique tokens makes a new one each time', async () => {
  const merchant = await vault.merchant({ token_management: 'UNIQUE_TOKEN' })
  const one = await createToken(vault.context, { merchant, card: MASTERCARD, by })
  const other = await createToken(vault.context, { merchant, card: MASTERCARD, by })
  assert.notEqual(one.token.token, other.token.token)
  assert.deepEqual(one.token.number_hash, other.token.number_hash)
})

test('a preserving repository keeps six and four, and refuses another number for the token', async () => {
  const merchant = await vault.merchant({ token_generation: 'PRESERVE_6_4' })
  const { token } = await createToken(vault.context, { merchant, card: MASTERCARD, by })
  assert.match(token.token, /^512345[0-9]{6}0008$/)
  await assert.rejects(
    saveToken(vault.context, { merchant, token: token.token, card: VISA, by }),
    refused('CARD_TOKEN_CONFLICT'),
  )
  const same = await saveToken(vault.context, {
    merchant,
    token: token.token,
    card: { ...MASTERCARD, expiry_year: 41 },
    by,
  })
  assert.equal(same.token.expiry_year, 41)
})

describe("tokens of the merchant's own", () => {
  test('are made by PUT, updated by PUT, and not made by POST', async () => {
    const merchant = await vault.merchant({ token_generation: 'MERCHANT_PROVIDED' })
    const { token } = await saveToken(vault.context, { merchant, token: 'Client17', card: MASTERCARD, by })
    assert.equal(token.token, 'Client17')
    const changed = await saveToken(vault.context, { merchant, token: 'Client17', card: VISA, by })
    assert.equal(changed.token.brand, 'VISA')
    assert.equal(changed.name_on_card, undefined, 'a name belongs to its card')
    assert.equal((await detokenize(vault.context, changed.token)).number, VISA.number)
    await assert.rejects(createToken(vault.context, { merchant, card: VISA, by }), refused('OPERATION_NOT_PERMITTED'))
    await assert.rejects(
      saveToken(vault.context, { merchant, token: 'Client18', card: VISA, by }),
      refused('CARD_TOKEN_CONFLICT'),
    )
  })

  test('twenty at once under one value make one', async () => {
    const merchant = await vault.merchant({ token_generation: 'MERCHANT_PROVIDED' })
    const made = await Promise.all(
      Array.from({ length: 20 }, () => saveToken(vault.context, { merchant, token: 'Client1', card: VISA, by })),
    )
    assert.equal(new Set(made.map(({ token }) => token.created_at.getTime())).size, 1)
  })

  test('are no card numbers', async () => {
    const merchant = await vault.merchant({ token_generation: 'MERCHANT_PROVIDED' })
    for (const token of [MASTERCARD.number, VISA.number, `a${MASTERCARD.number}`, 'a-b'])
      await assert.rejects(
        saveToken(vault.context, { merchant, token, card: MASTERCARD, by }),
        refused('FIELD_INVALID'),
      )
  })
})

test('parts of a card: what is missing is told, what is given is merged; new details make an INVALID token VALID', async () => {
  const merchant = await vault.merchant()
  const { token } = await createToken(vault.context, { merchant, card: MASTERCARD, by })
  const save = (card: object) => saveToken(vault.context, { merchant, token: token.token, card, by })
  await assert.rejects(save({}), refused('FIELD_REQUIRED'))
  await assert.rejects(save({ security_code: '100' }), refused('FIELD_REQUIRED'))
  await assert.rejects(save({ expiry_month: 3 }), refused('FIELD_REQUIRED'))
  await assert.rejects(save({ number: '5123450000000009' }), refused('CARD_NUMBER_INVALID'))
  await assert.rejects(
    createToken(vault.context, { merchant, card: { expiry_month: 1, expiry_year: 39 }, by }),
    refused('FIELD_REQUIRED'),
  )
  await vault.context.db.query({
    text: `update card_tokens set status = 'INVALID' where partner_id = $1`,
    values: [merchant.partner_id],
  })
  const saved = await save({ expiry_month: 3, expiry_year: 40 })
  assert.deepEqual(
    [saved.token.status, saved.token.expiry_month, saved.token.expiry_year, saved.name_on_card],
    ['VALID', 3, 40, 'Ion Ionescu'],
  )
  assert.equal((await detokenize(vault.context, saved.token)).number, MASTERCARD.number)
})

test("another merchant's token is as good as none; a deleted one is gone; without tokenization there are none", async () => {
  const [merchant, other] = [await vault.merchant(), await vault.merchant()]
  const { token } = await createToken(vault.context, { merchant, card: MASTERCARD, by })
  const theirs = { merchant: other, token: token.token }
  await assert.rejects(retrieveToken(vault.context, theirs), refused('CARD_TOKEN_UNKNOWN'))
  await assert.rejects(deleteToken(vault.context, theirs), refused('CARD_TOKEN_UNKNOWN'))
  await assert.rejects(saveToken(vault.context, { ...theirs, card: VISA, by }), refused('CARD_TOKEN_UNKNOWN'))
  assert.notDeepEqual(
    numberHash(vault.context.keys, merchant.partner_id, VISA.number),
    numberHash(vault.context.keys, other.partner_id, VISA.number),
  )
  const ours = { merchant, token: token.token }
  assert.equal((await deleteToken(vault.context, ours)).token.token, token.token)
  await assert.rejects(retrieveToken(vault.context, ours), refused('CARD_TOKEN_UNKNOWN'))
  await assert.rejects(deleteToken(vault.context, ours), refused('CARD_TOKEN_UNKNOWN'))
  const { rowCount } = await vault.context.db.query({
    text: 'select from card_tokens where partner_id = $1',
    values: [merchant.partner_id],
  })
  assert.equal(rowCount, 0)
  const off = await vault.merchant({ tokenization: false })
  await assert.rejects(createToken(vault.context, { merchant: off, card: VISA, by }), refused('TOKENIZATION_DISABLED'))
  await assert.rejects(retrieveToken(vault.context, { merchant: off, token: '9' }), refused('TOKENIZATION_DISABLED'))
})

describe('sealed under the data key of the merchant', () => {
  test('a value opens in its own place only, and not when altered', async () => {
    const [merchant, other] = [await vault.merchant(), await vault.merchant()]
    const sealed = await sealForMerchant(vault.context, merchant.partner_id, 'șase lei', 'here')
    assert.equal(await openForMerchant(vault.otherProcess(), merchant.partner_id, sealed, 'here'), 'șase lei')
    assert.notDeepEqual(sealed, await sealForMerchant(vault.context, merchant.partner_id, 'șase lei', 'here'))
    await sealForMerchant(vault.context, other.partner_id, '', 'here')
    await assert.rejects(openForMerchant(vault.context, other.partner_id, sealed, 'here'), SealError)
    await assert.rejects(openForMerchant(vault.context, merchant.partner_id, sealed, 'there'), SealError)
    for (const at of [0, 1, 2, 5, 16, sealed.length - 1]) {
      const altered = Buffer.from(sealed)
      altered[at] = (altered[at] ?? 0) ^ 1
      await assert.rejects(
        openForMerchant(vault.context, merchant.partner_id, altered, 'here'),
        SealError,
        `byte ${at}`,
      )
    }
    for (const short of [Buffer.alloc(0), sealed.subarray(0, 20)])
      await assert.rejects(openForMerchant(vault.context, merchant.partner_id, short, 'here'), SealError)
  })

  test("a rotation of the installation's key rewraps the keys; what they sealed still opens, with the former key gone", async () => {
    const merchant = await vault.merchant()
    const sealed = await sealForMerchant(vault.context, merchant.partner_id, 'kept', 'here')
    await rotateKey(vault.key_file, 'sealing', 0)
    const rotated = vault.otherProcess()
    assert.ok((await rewrapDataKeys(rotated)) > 0)
    assert.equal(await rewrapDataKeys(rotated), 0)
    for (const { id, state } of listKeys(vault.key_file, 'sealing'))
      if (state === 'readable') retireKey(vault.key_file, 'sealing', id)
    assert.equal(await openForMerchant(vault.otherProcess(), merchant.partner_id, sealed, 'here'), 'kept')
  })
})

test('no table holds a number, a name or a code, however written', async () => {
  const merchant = await vault.merchant({ token_generation: 'MERCHANT_PROVIDED', scheme_tokens: true })
  vault.answer = { kind: 'issued', number: '5200828282828210', expiry_month: 12, expiry_year: 40 }
  await saveToken(vault.context, { merchant, token: 'Client17', card: { ...MASTERCARD, security_code: '7361' }, by })
  const everything = await vault.everything()
  assert.ok(everything.includes('512345xxxxxx0008'), 'the search sees the table')
  assert.ok(everything.includes(Buffer.from('x').toString('hex')), 'the search sees bytes')
  for (const secret of [MASTERCARD.number, VISA.number, 'Ion Ionescu', '7361'])
    for (const written of waysToWrite(secret)) assert.doesNotMatch(everything, written, `as ${written.source.length}`)
})

/**
 * As it is, as a value of its own where it is so short that it may stand amid others by chance; in hex; in the three ways
 * base64 writes a text amid another, without what depends on its neighbours.
 */
function waysToWrite(secret: string): RegExp[] {
  const plain = secret.length < 8 ? `(^|[(,": ])${secret}([),": ]|$)` : secret
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('\0'.repeat(shift) + secret).toString('base64')
    return encoded.slice(shift === 0 ? 0 : shift + 1, -4)
  })
  const longer = base64.filter(({ length }) => length >= 8).map((text) => text.replace(/[+]/g, '\\+'))
  return [plain, Buffer.from(secret).toString('hex'), ...longer].map((source) => new RegExp(source, 'm'))
}
