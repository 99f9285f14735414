/** The server is killed at the worst moments, and a partner's endpoint is dead. Nothing is lost, nothing is done twice. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, pidsOf, postgresOf } from '../../bench/chaos/victims.ts'
import type { Parties } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { punteIn } from '../world/punte.ts'
import { freePortBase, type TestWorld, until } from '../world/world.ts'
import { order } from './banks.ts'

type World = () => { readonly world: TestWorld; readonly parties: Parties }

const AMOUNT_MINOR = 4_321

/** kill -9, and wait until the demo has started the server again. */
async function killServer(world: TestWorld, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  const [pid] = pidsOf(world.facts, 'server', 0)
  assert.ok(pid !== undefined, 'there is one server')
  process.kill(pid, 'SIGKILL')
  await until('the end of the server', () => !isAlive(pid))
  await meanwhile()
  await until('the new server', async () => {
    const ready = await fetch(`${world.facts.ops.url}/ready`).catch(() => undefined)
    return ready?.ok === true
  })
}

export function killTests(get: World): void {
  describe('kill -9 of the server', () => {
    test('between the bank call and its record: recovered, one payment at the bank, one debit', async () => {
      const { world, parties } = get()
      const who = parties.person('carpati', 'ana')
      const started = await order(parties, 'ucis')
      await parties.fault('carpati', { match: 'initiate', times: 1, action: 'delay_ms:7000' })
      const submitted = started.payer.submit(who, started.email).catch(() => undefined)
      await until('the attempt', async () => (await parties.payment(started.payment_id)).attempt_state === 'sending')
      const held = await parties.hold(started.payment_id)
      await until('the record', async () => (await held.waiting()) > 0)
      assert.equal((await parties.atBank('carpati', started.payment_id)).payments.length, 1)
      await killServer(world, () => held.letGo())
      assert.equal(await submitted, undefined, 'the payer got no answer')
      // The bank has the payment, of which the server knows only that it was about to ask for it.
      const claimed = await parties.payment(started.payment_id)
      assert.deepEqual([claimed.status, claimed.attempt_state], ['INIT', 'sending'])
      assert.equal((await started.payer.view()).step, 'sending')
      // Recovery comes when no call can be under way any more; here there is no need to wait for that.
      await parties.query('update payment_attempts set next_ask_at = now() where payment_id = $1', [started.payment_id])
      const { redirectUrl } = await started.payer.untilStep('authorise')
      await comeBack(await decideAtBank(redirectUrl ?? '', who, 'approve'))
      await parties.assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      assert.equal((await parties.atBank('carpati', started.payment_id)).payments.length, 1)
    })

    test('while payers are at their banks, and again while webhooks are sent: all told, nothing twice', async () => {
      const { world, parties } = get()
      const who = parties.person('carpati', 'mihai')
      const started = await Promise.all(Array.from({ length: 12 }, (_, n) => order(parties, `multi${n}`)))
      const links = await Promise.all(started.map(({ payer, email }) => payer.toBank(who, email)))
      // Half of them come back while the server is alive, half while it is dead.
      const returns = await Promise.all(links.map((link) => decideAtBank(link, who, 'approve')))
      const back = Promise.all(returns.slice(0, 6).map((one) => comeBack(one).catch(() => '')))
      await delay(150)
      await killServer(world)
      await back
      await killServer(world)
      for (const { payment_id, order_id } of started) {
        await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
        const told = await until(`the webhook of ${payment_id}`, async () => {
          const [attempt] = (await parties.order(order_id)).attempts
          return attempt?.webhooks.some(({ status }) => status === 'ACSC') ? attempt.webhooks : undefined
        })
        // A repeated delivery carries the id of the first: as many events as ids.
        const ids = new Set(told.map(({ webhook_id }) => webhook_id))
        assert.equal(ids.size, new Set(told.map(({ sequence }) => sequence)).size)
      }
      for (const { email } of started) {
        const paid = await until('the mail', async () => {
          const mails = (await parties.mails(email)).filter(({ subject }) => /a fost efectuată/.test(subject))
          return mails.length > 0 ? mails : undefined
        })
        assert.ok(paid.length <= 2, 'at most once more than needed, where the kill fell between sending and recording')
      }
    })
  })

  test('kill -9 of PostgreSQL while payers are at their banks: what was answered is kept', async () => {
    const { world, parties } = get()
    const who = parties.person('carpati', 'ana')
    const started = await Promise.all(Array.from({ length: 4 }, (_, n) => order(parties, `baza${n}`)))
    const links = await Promise.all(started.map(({ payer, email }) => payer.toBank(who, email)))
    const pid = postgresOf(world.dir)
    assert.ok(pid !== undefined, 'there is one database')
    process.kill(pid, 'SIGKILL')
    // The return of a payer meets a server without its database: the page is shown, the bank is asked later.
    const returns = await Promise.all(links.map((link) => decideAtBank(link, who, 'approve')))
    await Promise.all(returns.map(comeBack))
    await until('the database', async () => (await parties.query('select 1').catch(() => [])).length === 1)
    for (const { payment_id, order_id } of started) {
      await parties.assertDebitedOnce(who, payment_id, AMOUNT_MINOR)
      await until('the shop knows', async () => (await parties.order(order_id)).paid)
    }
  })

  describe("a partner's endpoint", () => {
    test('is down: others hear at once; up again: it hears all, and again on command', async () => {
      const { world, parties } = get()
      const port = await freePortBase()
      const profile = (url: string) => punteIn(world, 'partner', 'profile', 'floraria-ana', '--webhook-url', url)
      const heard: { id: string; data: { paymentId: number; status: string } }[] = []
      const endpoint = createServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk as Buffer)
        const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
        heard.push({ id: String(request.headers['webhook-id']), data })
        response.writeHead(200).end()
      })
      const own = `${world.facts.shop.url}/webhooks/punte`
      const moved = await profile(`http://127.0.0.1:${port}/`)
      assert.equal(moved.code, 0, moved.stderr)
      try {
        // Partners are reread every two seconds, or later: until then the shop still hears.
        const started = await until('a payment that cannot be told', () => paidUnheard(parties))
        // The dead endpoint comes up after this only.
        await hearsAtOnce(world, parties)
        endpoint.listen(port, '127.0.0.1')
        const of_payment = () => heard.filter(({ data }) => data.paymentId === started.payment_id)
        await until('the late webhook', () => of_payment().some(({ data }) => data.status === 'ACSC'))
        await until('all delivered', async () =>
          (await deliveries(parties, started.payment_id)).every(({ state }) => state === 'delivered'),
        )
        const before = of_payment()
        const again = await punteIn(
          world,
          'webhook',
          'redeliver',
          String(started.payment_id),
          '--partner',
          'floraria-ana',
        )
        assert.equal(again.code, 0, again.stderr)
        assert.match(again.stdout, /queued again for floraria-ana/)
        await until('the repetition', () => of_payment().length > before.length)
        const ids = new Set(before.map(({ id }) => id))
        await until('all again', () => of_payment().length >= 2 * ids.size)
        assert.ok(
          of_payment().every(({ id }) => ids.has(id)),
          'under the ids of the first time',
        )
      } finally {
        endpoint.close()
        endpoint.closeAllConnections()
        await profile(own)
      }
    })
  })
}

/** Pays. @returns the payment, where telling of it has failed */
async function paidUnheard(parties: Parties) {
  const who = parties.person('carpati', 'ana')
  const started = await order(parties, 'surd')
  await comeBack(await decideAtBank(await started.payer.toBank(who, started.email), who, 'approve'))
  await parties.assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
  const tried = await until('a try', async () => {
    const rows = await deliveries(parties, started.payment_id)
    return rows.length > 0 && rows.every(({ state, tries }) => state === 'delivered' || tries > 0) ? rows : undefined
  })
  return tried.some(({ state }) => state !== 'delivered') ? started : undefined
}

const deliveries = (parties: Parties, payment_id: number) =>
  parties.query<{ state: string; tries: number }>('select state, tries from webhook_deliveries where payment_id = $1', [
    payment_id,
  ])

/** A payment of the ERP's, whose endpoint lives, is told of though another's does not. */
async function hearsAtOnce(world: TestWorld, parties: Parties): Promise<void> {
  const { invoices } = (await (await fetch(`${world.facts.erp.url}/invoices.json`)).json()) as {
    invoices: { invoice_id: string }[]
  }
  const invoice_id = invoices[0]?.invoice_id ?? ''
  const paid = await fetch(`${world.facts.erp.url}/invoices/${invoice_id}/pay`, { method: 'POST', redirect: 'manual' })
  const payer = payerAt(paid.headers.get('location') ?? '')
  const who = parties.person('carpati', 'mihai')
  await comeBack(await decideAtBank(await payer.toBank(who, 'contabil@exemplu-platitor.ro'), who, 'approve'))
  await until('the webhook of the ERP', async () =>
    (await parties.invoice(invoice_id)).attempts[0]?.webhooks.some(({ status }) => status === 'ACSC'),
  )
}
