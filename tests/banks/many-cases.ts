/** Lists, days to come and recurring payments at the banks that have them, each in its own dialect. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BankId, fetchJson, newEmail } from '../world/parties.ts'
import { until } from '../world/world.ts'
import type { Chapter } from './bank-cases.ts'
import { atBank, decide, follow, toPayment } from './browser.ts'
import { AMOUNT_MINOR } from './partner.ts'

const DAY_MS = 86_400_000
/** At the banks' own clock: theirs is Romania's day, and a day more keeps clear of midnight. */
const dayFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

export function listTests(chapter: () => Chapter): void {
  describe('lists', { concurrency: 3 }, () => {
    for (const [bank_id, broke] of [
      ['carpati', 'sorin'],
      ['BCR', 'emil'],
      ['BRD', 'nicu'],
      ['ING', 'sandu'],
    ] as const) {
      test(`${bank_id}: one authorisation for all; what the account cannot pay is told apart`, async () => {
        const { parties, partner } = chapter()
        const who = parties.person(bank_id, broke)
        const before = (await parties.ledgerOf(bank_id)).accounts.find(({ iban }) => iban === who.iban)?.balance_minor
        const started = await partner.startList(['0.20', '9.00', '0.10'])
        await atBank(started.payer, who, newEmail('lista'), 'approve')
        const report = await until('PART', async () => {
          const now = await partner.status(started)
          return now.status === 'PART' && now.payments?.every(({ status }) => ['ACSC', 'RJCT'].includes(status))
            ? now
            : undefined
        })
        assert.deepEqual(
          report.payments?.map(({ no, paid, reason }) => [no, paid, reason]),
          [
            [1, true, undefined],
            [2, false, 'INSUFFICIENT_FUNDS'],
            [3, true, undefined],
          ],
        )
        assert.equal((await started.payer.untilStep('outcome')).outcome?.kind, 'partly')
        const after = (await parties.ledgerOf(bank_id)).accounts.find(({ iban }) => iban === who.iban)?.balance_minor
        assert.equal((before ?? 0) - (after ?? 0), 30)
      })
    }

    for (const [bank_id, login] of [
      ['UCB', 'luiza'],
      ['RZB', 'robert'],
      ['CEC', 'valentin'],
    ] as const) {
      test(`${bank_id}: one after the other`, async () => {
        const { parties, partner } = chapter()
        const who = parties.person(bank_id, login)
        const started = await partner.startList(['1.00', '2.00'])
        await atBank(started.payer, who, newEmail('pe-rand'), 'approve')
        await started.payer.untilStep('next')
        const { redirectUrl } = await started.payer.next()
        assert.ok(redirectUrl !== undefined)
        await follow(await decide(await toPayment(redirectUrl, who), who, 'approve'))
        await until('both paid', async () => (await partner.status(started)).paid)
        for (const [n, payment_id] of started.items.entries())
          await parties.assertDebitedOnce(who, payment_id, (n + 1) * 100)
      })
    }
  })
}

export function laterTests(chapter: () => Chapter): void {
  describe('days to come', { concurrency: 2 }, () => {
    for (const [bank_id, login] of [
      ['carpati', 'ana'],
      ['delta', 'ioana'],
      ['BT', 'alina'],
      ['RZB', 'robert'],
    ] as const) {
      test(`${bank_id}: authorised for a day to come, cancelled before it`, async () => {
        const { parties, partner } = chapter()
        const started = await partner.startOn(dayFromNow(40))
        await atBank(started.payer, parties.person(bank_id, login), newEmail('pe-zi'), 'approve')
        assert.equal((await started.payer.untilStep('outcome')).outcome?.kind, 'scheduled')
        const cancellation = await partner.cancel(started)
        assert.deepEqual([cancellation.status, cancellation.cancelled], ['CANC', true])
        await parties.assertNothingDebited(started.payment_id)
      })
    }
  })

  describe('recurring', { concurrency: 2 }, () => {
    for (const [bank_id, login] of [
      ['ING', 'irina'],
      ['RZB', 'robert'],
    ] as const) {
      test(`${bank_id}: runs on its days, and stops when it is cancelled`, async () => {
        const { parties, partner } = chapter()
        const started = await partner.startDaily(dayFromNow(2), dayFromNow(20))
        await atBank(started.payer, parties.person(bank_id, login), newEmail('abonament'), 'approve')
        await until('an active agreement', async () => (await partner.status(started)).agreement?.status === 'ACTIVE')
        await moveCalendar(chapter(), bank_id, dayFromNow(4))
        const { debits } = await parties.atBank(bank_id, started.payment_id)
        assert.deepEqual(
          debits.map(({ amount_minor }) => amount_minor),
          [AMOUNT_MINOR, AMOUNT_MINOR, AMOUNT_MINOR],
        )
        const cancellation = await partner.cancel(started)
        assert.equal(cancellation.cancelled, true)
        assert.equal((await partner.status(started)).agreement?.status, 'CANCELLED')
        await moveCalendar(chapter(), bank_id, dayFromNow(10))
        assert.equal((await parties.atBank(bank_id, started.payment_id)).debits.length, 3)
      })
    }
  })
}

async function moveCalendar({ parties }: Chapter, bank_id: BankId, today: string): Promise<void> {
  await fetchJson(`${parties.bankUrl(bank_id)}/sandbox/calendar`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ today }),
  })
}
