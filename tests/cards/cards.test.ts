/** The card API in a whole world: the stored-credentials guide as it is written, and every bad input there is. */
import { after, before, test } from 'node:test'
import { assertNoSecretsReadable } from '../world/secrets.ts'
import { amountTests } from './amounts.ts'
import { badInputTests } from './bad-input.ts'
import { codeTests, WRITTEN_CODES } from './codes.ts'
import { encodingTests } from './encoding.ts'
import { NAME } from './funds.ts'
import { guessingTests } from './guessing.ts'
import { misuseTests } from './misuse.ts'
import { seedTests } from './seed.ts'
import { bootCards, type Cards, usedNumbers } from './world.ts'

let cards: Cards
before(async () => {
  cards = await bootCards({ settle_ms: 0 })
})
after(() => cards?.close())

seedTests(() => cards)
badInputTests(() => cards)
misuseTests(() => cards)
amountTests(() => cards)
codeTests(() => cards)
encodingTests(() => cards)
// Last: its wrong passwords slow down the address that all of these tests share.
guessingTests(() => cards)

test('no card number, security code, name or password of it can be read in the database, its files or the logs', async () => {
  const { world, parties, shop, plain, other } = cards
  await assertNoSecretsReadable(world, parties, {
    'a card number': usedNumbers,
    'a security code': WRITTEN_CODES,
    "a cardholder's name": [NAME],
    'an API password': [shop.password, plain.password, other.password],
  })
})
