/** What may become of a payment at a bank, whichever it is. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BankId, newEmail, type Parties, type Person } from '../world/parties.ts'
import { until } from '../world/world.ts'
import { atBank, DECOUPLED, decide, ENTERED_FIRST, follow, toPayment } from './browser.ts'
import { AMOUNT_MINOR, type partnerOf, type Started } from './partner.ts'

export type Chapter = { readonly parties: Parties; readonly partner: ReturnType<typeof partnerOf> }

/** A bank where nothing is told without a token that the payer's consent brings: a refusal is only what his browser says. */
const TELLS_BY_TOKEN: ReadonlySet<BankId> = new Set<BankId>(['delta', 'BT', 'CEC', 'LIB'])

export function bankTests(bank_id: BankId, people: { payer: string; broke: string }, chapter: () => Chapter): void {
  const who = () => chapter().parties.person(bank_id, people.payer)
  const start = () => chapter().partner.start()

  describe(bank_id, { concurrency: 3 }, () => {
    test('paid: debited once, however often the payer comes back', async () => {
      const { parties, partner } = chapter()
      const started = await start()
      assert.equal((await partner.status(started)).status, 'INIT')
      const back = await atBank(started.payer, who(), newEmail('platit'), 'approve')
      await parties.assertDebitedOnce(who(), started.payment_id, AMOUNT_MINOR)
      const { outcome } = await started.payer.untilStep('outcome')
      assert.deepEqual(outcome, { kind: 'paid' })
      if (back !== undefined) await comeBackAgain(back)
      const report = await partner.status(started)
      assert.deepEqual([report.status, report.paid, report.final], ['ACSC', true, true])
      assert.equal((await parties.atBank(bank_id, started.payment_id)).payments.length, 1)
      await parties.assertDebitedOnce(who(), started.payment_id, AMOUNT_MINOR)
    })

    test('refused by the payer', async () => {
      const { parties, partner } = chapter()
      const started = await start()
      await atBank(started.payer, who(), newEmail('refuzat'), 'refuse')
      const { outcome } = await started.payer.untilStep('outcome')
      const expected = TELLS_BY_TOKEN.has(bank_id) ? ['abandoned', 'ABND'] : ['rejected', 'RJCT']
      const report = await partner.status(started)
      assert.deepEqual([outcome?.kind, report.status], expected, JSON.stringify([outcome, report]))
      assert.equal(report.paid, false)
      await assertNothing(parties, started)
    })

    test('no funds: authorised, and rejected with the reason', async () => {
      const { parties, partner } = chapter()
      const broke = parties.person(bank_id, people.broke)
      const started = await start()
      await atBank(started.payer, broke, newEmail('fara-bani'), 'approve')
      await parties.untilStatus(started.payment_id, 'RJCT')
      const report = await partner.status(started)
      assert.deepEqual([report.status, report.reason], ['RJCT', 'INSUFFICIENT_FUNDS'])
      await assertNothing(parties, started)
    })

    test('abandoned on our page while the bank waits', async () => {
      const { parties, partner } = chapter()
      const started = await start()
      const { body } = await started.payer.submit(who(), newEmail('renunta'))
      assert.ok(['authorise', 'waiting'].includes(body.step), JSON.stringify(body))
      assert.equal((await started.payer.abandon()).body.outcome?.kind, 'abandoned')
      assert.equal((await partner.status(started)).status, 'ABND')
      await assertNothing(parties, started)
    })

    test('cancelled by the partner before the payer has authorised', async () => {
      const { parties, partner } = chapter()
      const started = await start()
      await started.payer.submit(who(), newEmail('anulat'))
      const cancellation = await partner.cancel(started)
      assert.deepEqual([cancellation.status, cancellation.cancelled], ['CANC', true])
      assert.equal((await partner.status(started)).status, 'CANC')
      if (!ENTERED_FIRST.has(bank_id)) {
        const [at_bank] = (await parties.atBank(bank_id, started.payment_id)).payments
        assert.equal(at_bank?.status, 'CANC')
      }
      await assertNothing(parties, started)
    })

    if (DECOUPLED.has(bank_id)) return
    test('a return without its parameters, with an error, or of another payment decides nothing', async () => {
      const { parties } = chapter()
      const started = await start()
      const other = await start()
      const address = await toPayment(await started.payer.toBank(who(), newEmail('ratacit')), who())
      await toPayment(await other.payer.toBank(who(), newEmail('strain')), who())
      const back = new URL(await decide(address, who(), 'approve'))
      for (const wrong of wrongReturns(back)) await follow(wrong)
      const status = async () => (await parties.payment(started.payment_id)).status
      // The bank may have been asked meanwhile, and say that it is paid; no return can say that it is not.
      assert.ok(!['RJCT', 'CANC', 'ABND'].includes(await status()), await status())
      assert.equal((await other.payer.view()).outcome, undefined)
      await follow(back.href)
      await parties.assertDebitedOnce(who(), started.payment_id, AMOUNT_MINOR)
    })
  })
}

/** In the same browser, and at the same time in another that knows nothing of the first. */
async function comeBackAgain(back: string): Promise<void> {
  const places = await Promise.all([follow(back), follow(back), follow(back)])
  for (const place of places) assert.match(place, /\/payment-initiation\?payment=/)
}

function wrongReturns(back: URL): string[] {
  const bare = new URL(back)
  bare.search = ''
  const with_error = new URL(bare)
  with_error.searchParams.set('error', 'true')
  with_error.searchParams.set('error_description', '<script>')
  const cut = new URL(back)
  if (cut.searchParams.has('state')) cut.searchParams.set('state', `${cut.searchParams.get('state')}x`)
  else cut.pathname = cut.pathname.replace(/\/([^/]+)\/([^/]+)$/, '/$1x/$2')
  return [bare.href, with_error.href, cut.href].filter((url) => url !== back.href)
}

async function assertNothing(parties: Parties, { payment_id }: Started): Promise<void> {
  await parties.assertNothingDebited(payment_id)
}

/** A person whose money the bank takes its time with: the page says so, and the partner sees ACSP before ACSC. */
export async function slowly(chapter: Chapter, who: Person): Promise<void> {
  const { parties, partner } = chapter
  const started = await partner.start()
  await atBank(started.payer, who, newEmail('incet'), 'approve')
  await until('ACSP', async () => (await partner.status(started)).status === 'ACSP')
  assert.deepEqual((await started.payer.untilStep('outcome')).outcome?.kind, 'authorised')
  await parties.assertNothingDebited(started.payment_id)
}
