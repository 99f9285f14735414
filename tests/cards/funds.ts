/** How the guide's lists tell the card, and the words that recur in them. */
import assert from 'node:assert/strict'
import type { Fields } from './gateway.ts'
import { type Cards, cardFields, newNumber, type Speaker } from './world.ts'

export const STORED_ON_FILE = 'sourceOfFunds.provided.card.storedOnFile'
export const INTERNET = { 'transaction.source': 'INTERNET' }
export const MERCHANT = { 'transaction.source': 'MERCHANT' }
export const TO_BE_STORED = { [STORED_ON_FILE]: 'TO_BE_STORED' }
export const STORED = { [STORED_ON_FILE]: 'STORED' }

export const NAME = 'Ana Țintaș-Băltărețu'
const NAMED = { 'sourceOfFunds.provided.card.nameOnCard': NAME }

/** What the guide calls `sourceOfFunds.type=CARD sau SCHEME_TOKEN` and `provided.card.* sau token`. */
export type Funds = { readonly fields: Fields; readonly number: string; readonly token?: string }
export const MEANS = ['CARD și detaliile cardului', 'CARD și simbolul de pe gateway', 'SCHEME_TOKEN'] as const
export type Means = (typeof MEANS)[number]

export async function fundsBy(speaker: Speaker, means: Means): Promise<Funds> {
  const number = newNumber()
  if (means === 'SCHEME_TOKEN') {
    // Of another token service's range: the scheme that issued it is not ours to ask.
    const scheme_token = newNumber('51730899')
    return { number: scheme_token, fields: { 'sourceOfFunds.type': 'SCHEME_TOKEN', ...cardFields(scheme_token) } }
  }
  if (means === 'CARD și detaliile cardului')
    return { number, fields: { 'sourceOfFunds.type': 'CARD', ...cardFields(number), ...NAMED } }
  const token = await speaker.tokenize(number)
  return { number, token, fields: { 'sourceOfFunds.type': 'CARD', 'sourceOfFunds.token': token } }
}

/** The one transaction of an order, as the database has it. */
export async function stored(cards: Cards, speaker: Speaker, order: Fields) {
  const rows = await cards.transactions(speaker.as, String(order['order.id']))
  assert.equal(rows.length, 1)
  const [row] = rows
  assert.ok(row !== undefined)
  return row
}
