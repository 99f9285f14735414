/**
 * Security codes of every way they come in. Three digits are everywhere by chance, so what is searched for afterwards is a
 * code beside any name it goes by: as JSON, as a form, as text of a row.
 */
import { describe, test } from 'node:test'
import { INTERNET } from './funds.ts'
import { assertRefused, assertSays, type Fields, SPEECHES } from './gateway.ts'
import { type Cards, cardFields, LEI, newNumber, newOrder, type Speaker, speakerOf } from './world.ts'

/** Codes of these tests only. */
const CODES = ['731', '9473'] as const
const NAMES = ['securityCode', 'security_code', 'cardSecurityCode', 'csc', 'cvv', 'cvc'] as const

/** What a code looks like where somebody wrote it down. */
export const WRITTEN_CODES: readonly string[] = CODES.flatMap((code) =>
  NAMES.flatMap((name) =>
    [
      `${name}":"${code}`,
      `${name}\\":\\"${code}`,
      `${name}":${code}`,
      `${name}=${code}`,
      `${name}: '${code}`,
      `${name}: ${code}`,
    ].filter((form) => form.length >= 6),
  ),
)

const CODE = 'sourceOfFunds.provided.card.securityCode'

export function codeTests(cards: () => Cards): void {
  describe('security codes', { concurrency: 2 }, () => {
    for (const speech of SPEECHES) {
      test(`${speech}: by card and by session, approved, declined, refused and unanswered`, async () => {
        const shop = speakerOf(cards(), speech, cards().shop)
        for (const code of CODES) await everyWay(shop, { ...cardFields(newNumber()), [CODE]: code })
      })
    }
  })
}

async function everyWay(shop: Speaker, fields: Fields): Promise<void> {
  const card = { 'sourceOfFunds.type': 'CARD', ...fields }
  const pay = (amount: string, by: Fields) => shop.ask('PAY', { ...newOrder(), ...LEI(amount), ...by, ...INTERNET })
  assertSays(await pay('10.00', card), { result: 'SUCCESS' })
  assertSays(await pay('10005.00', card), { result: 'FAILURE' })
  assertRefused(await pay('0', card), { field: 'order.amount', type: 'INVALID' })
  if (fields[CODE] === CODES[0]) assertSays(await pay('10091.00', card), { result: 'UNKNOWN' })
  const opened = await shop.ask('CREATE_SESSION')
  const session = { 'session.id': String(opened.at('session.id')) }
  await shop.ask('UPDATE_SESSION', { ...session, ...card })
  assertSays(await pay('10.00', session), { result: 'SUCCESS' })
  // Left there, unpaid.
  assertSays(await shop.ask('UPDATE_SESSION', { ...session, ...card }), { [CODE]: 'xxx' })
}
