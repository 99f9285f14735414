/** Banks that misbehave on demand. Whatever they do, a payment ends as the bank's own book says, and is debited once. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newEmail, type Parties, type Person } from '../world/parties.ts'
import { comeBack, decideAtBank, decideOnPhone, payerAt } from '../world/payer.ts'
import { until } from '../world/world.ts'

/** A fault meets the next call at its bank, whoever's it is. */
export const ONE_BY_ONE = { concurrency: 1 }
const AMOUNT_MINOR = 4_321
const AMOUNT = '43.21'

/** An order of the shop with its page open. */
export async function order(parties: Parties, name: string) {
  const email = newEmail(name)
  const placed = await parties.placeOrder({ amount: AMOUNT, email, name: 'Ana Pop' })
  return { ...placed, email, payer: payerAt(placed.redirect_url) }
}

/** Statuses in the order in which they were recorded. */
const ORDER = ['INIT', 'RCVD', 'ACTC', 'PDNG', 'ACCP', 'ACSP', 'ACSC']

async function assertOnlyForward(parties: Parties, payment_id: number): Promise<void> {
  const statuses = (await parties.events(payment_id))
    .filter(({ type }) => type === 'payment.status')
    .map(({ status }) => status)
  const places = statuses.map((status) => ORDER.indexOf(status))
  assert.deepEqual(
    places,
    [...new Set(places)].toSorted((a, b) => a - b),
    statuses.join(' '),
  )
}

/** From now on the poll leaves a payment alone until its payer comes back: what the bank says is told to him first. */
async function unasked(parties: Parties, payment_id: number): Promise<void> {
  const text = `update payment_attempts set next_ask_at = now() + interval '1 hour' where payment_id = $1`
  await parties.query(text, [payment_id])
}

/** Pays at a redirect bank by the link the page shows, and counts: one payment at the bank, one debit. */
async function payByLink(parties: Parties, who: Person, started: Awaited<ReturnType<typeof order>>): Promise<void> {
  const { redirectUrl } = await started.payer.untilStep('authorise')
  assert.ok(redirectUrl !== undefined)
  assert.equal(new URL(redirectUrl).origin, who.bank_url)
  await comeBack(await decideAtBank(redirectUrl, who, 'approve'))
  await parties.assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
  assert.equal((await parties.atBank(who.bank_id, started.payment_id)).payments.length, 1)
  await assertOnlyForward(parties, started.payment_id)
}

export function initiationFaultTests(parties: () => Parties): void {
  describe('the redirect bank, asked to initiate', ONE_BY_ONE, () => {
    // After these nobody knows whether the bank has the payment: it is asked again, word for word.
    for (const action of [
      'drop_after',
      'drop_before',
      'status:500',
      'malformed_json',
      'wrong_payment_id',
      'foreign_link',
    ]) {
      test(`${action}: unknown, settled by repetition`, async () => {
        const who = parties().person('carpati', 'ana')
        const started = await order(parties(), 'initiere')
        await parties().fault('carpati', { match: 'initiate', times: 1, action })
        const { status, body } = await started.payer.submit(who, started.email)
        assert.equal(status, 200)
        assert.equal(body.step, 'sending', 'nothing is claimed that is not known')
        assert.equal(body.redirectUrl, undefined)
        // Meanwhile another submit starts nothing.
        assert.equal((await started.payer.submit(who, started.email)).body.step, 'sending')
        await payByLink(parties(), who, started)
        assert.equal((await parties().payment(started.payment_id)).attempt_no, 1)
      })
    }

    test('too late an answer: unknown, settled by repetition', async () => {
      const who = parties().person('carpati', 'mihai')
      const started = await order(parties(), 'intarziere')
      // The profile waits ten seconds.
      await parties().fault('carpati', { match: 'initiate', times: 1, action: 'delay_ms:15000' })
      assert.equal((await started.payer.submit(who, started.email)).body.step, 'sending')
      await payByLink(parties(), who, started)
    })

    for (const action of ['status:400:FORMAT_ERROR', 'status:403:SERVICE_BLOCKED', 'problem_json']) {
      test(`${action}: refused; the payer is told and pays at another bank`, async () => {
        const who = parties().person('carpati', 'ana')
        const other = parties().person('delta', 'ioana')
        const started = await order(parties(), 'refuz')
        await parties().fault('carpati', { match: 'initiate', times: 1, action })
        const { body } = await started.payer.submit(who, started.email)
        assert.deepEqual([body.step, body.notice], ['form', 'BANK_REFUSED'])
        assert.equal((await started.payer.submit(other, started.email)).body.step, 'authorise')
        assert.deepEqual((await parties().atBank('carpati', started.payment_id)).debits, [])
        assert.equal((await parties().payment(started.payment_id)).attempt_no, 2)
      })
    }

    test('a payer whose account is locked gets the refusal, and nothing stays behind', async () => {
      const started = await order(parties(), 'blocat')
      const { body } = await started.payer.submit(parties().person('carpati', 'vlad'), started.email)
      assert.deepEqual([body.step, body.notice], ['form', 'BANK_REFUSED'])
      await started.payer.abandon()
      assert.equal((await parties().payment(started.payment_id)).status, 'ABND')
      await parties().assertNothingDebited(started.payment_id)
    })
  })
}

export function statusFaultTests(parties: () => Parties): void {
  describe('the redirect bank, asked how it stands', ONE_BY_ONE, () => {
    const faults: readonly (readonly [string, readonly { match: string; times: number; action: string }[]])[] = [
      ['old news twice', [{ match: 'status', times: 2, action: 'repeat_old_status' }]],
      [
        'silence, an error page and half an answer',
        [
          { match: 'status', times: 1, action: 'drop_after' },
          { match: 'status', times: 1, action: 'status:500' },
          { match: 'status', times: 1, action: 'malformed_json' },
        ],
      ],
      [
        'of another payment, then refused',
        [
          { match: 'status', times: 1, action: 'wrong_payment_id' },
          { match: 'status', times: 1, action: 'status:404:RESOURCE_UNKNOWN' },
        ],
      ],
    ]
    for (const [what, queue] of faults) {
      test(`${what}: the payment waits for the bank's true word`, async () => {
        const who = parties().person('carpati', 'ana')
        const started = await order(parties(), 'stare')
        const sca_url = await started.payer.toBank(who, started.email)
        await unasked(parties(), started.payment_id)
        const return_url = await decideAtBank(sca_url, who, 'approve')
        await parties().fault('carpati', ...queue)
        await comeBack(return_url)
        const { step, outcome } = await started.payer.view()
        assert.deepEqual([step, outcome], ['waiting', undefined], 'nothing is claimed that is not known')
        await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
        await assertOnlyForward(parties(), started.payment_id)
        assert.deepEqual(await parties().pendingFaults('carpati'), [], 'every fault was met')
      })
    }

    test('a slow bank does not hold the payer who comes back', async () => {
      const who = parties().person('carpati', 'mihai')
      const started = await order(parties(), 'lent')
      const sca_url = await started.payer.toBank(who, started.email)
      await unasked(parties(), started.payment_id)
      const return_url = await decideAtBank(sca_url, who, 'approve')
      // The poll meets it, too.
      await parties().fault('carpati', { match: 'status', times: 100, action: 'delay_ms:9500' })
      await comeBack(return_url)
      assert.notEqual((await parties().payment(started.payment_id)).status, 'ACSC', 'the bank has not answered yet')
      await parties().fault('carpati')
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
    })

    test('a payer who never comes back has paid all the same; a later return, twice, changes nothing', async () => {
      const who = parties().person('carpati', 'ana')
      const started = await order(parties(), 'plecat')
      const return_url = await decideAtBank(await started.payer.toBank(who, started.email), who, 'approve')
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      const before = await parties().events(started.payment_id)
      for (const _ of [1, 2]) await comeBack(return_url)
      assert.equal((await started.payer.view()).outcome?.kind, 'paid')
      assert.deepEqual(await parties().events(started.payment_id), before)
    })

    test('abandoned by time, and authorised after all: the bank has the last word', async () => {
      const who = parties().person('carpati', 'mihai')
      const started = await order(parties(), 'tarziu')
      const sca_url = await started.payer.toBank(who, started.email)
      // The poll that finds him still undecided has the bank drop what was abandoned: here the payer is faster.
      await unasked(parties(), started.payment_id)
      // Half an hour, without waiting for it.
      await parties().query(`update payments set expires_at = now() - interval '1 minute' where payment_id = $1`, [
        started.payment_id,
      ])
      await parties().untilStatus(started.payment_id, 'ABND')
      const { outcome } = await started.payer.view()
      assert.deepEqual(outcome, { kind: 'abandoned', reason: 'EXPIRED' })
      const shown = await until('the shop knows', async () => {
        const now = await parties().order(started.order_id)
        return now.status === 'ABND' ? now : undefined
      })
      assert.equal(shown.paid, false)
      await comeBack(await decideAtBank(sca_url, who, 'approve'))
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      await until('the shop knows better', async () => (await parties().order(started.order_id)).paid)
    })

    test('a payment that nobody submits is abandoned after its time', async () => {
      const { payment_id } = await order(parties(), 'uitat')
      await parties().query(`update payments set expires_at = now() + interval '1 minute' where payment_id = $1`, [
        payment_id,
      ])
      await new Promise((resolve) => setTimeout(resolve, 6_000))
      assert.equal((await parties().payment(payment_id)).status, 'INIT', 'not before its time')
      await parties().query(`update payments set expires_at = now() - interval '1 minute' where payment_id = $1`, [
        payment_id,
      ])
      await parties().untilStatus(payment_id, 'ABND')
    })
  })
}

export function oauthFaultTests(parties: () => Parties): void {
  describe('the OAuth bank', ONE_BY_ONE, () => {
    for (const action of ['drop_after', 'status:500']) {
      test(`does not hand out the token (${action}): nothing is lost, and the second way leads home`, async () => {
        const who = parties().person('delta', 'radu')
        const started = await order(parties(), 'jeton')
        const sca_url = await started.payer.toBank(who, started.email)
        const return_url = await authoriseAtOauth(sca_url, who)
        await parties().fault('delta', { match: 'token', times: 1, action })
        await comeBack(return_url)
        const first = await started.payer.view()
        assert.notEqual(first.outcome?.kind, 'rejected')
        // Whoever lost the code signs in once more, and gets a new one; the money is taken once.
        await comeBack(await authoriseAtOauth(sca_url, who, 'return'))
        await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
        await assertOnlyForward(parties(), started.payment_id)
      })
    }

    test('a forged code, an alien issuer, a foreign state: nothing changes, and the true return still works', async () => {
      const who = parties().person('delta', 'ioana')
      const started = await order(parties(), 'falsificat')
      const other = await order(parties(), 'strain')
      const sca_url = await started.payer.toBank(who, started.email)
      await other.payer.toBank(who, other.email)
      const true_return = new URL(await authoriseAtOauth(sca_url, who))
      const forged = (change: (fields: URLSearchParams) => void): string => {
        const url = new URL(true_return)
        change(url.searchParams)
        return url.href
      }
      await comeBack(forged((fields) => fields.set('code', 'forged-forged-forged')))
      await comeBack(forged((fields) => fields.set('iss', 'https://evil.invalid')))
      await comeBack(forged((fields) => fields.delete('state')))
      await comeBack(forged((fields) => fields.set('state', `${fields.get('state')?.slice(0, -3)}AAA`)))
      assert.equal((await started.payer.view()).step, 'waiting')
      assert.notEqual((await parties().payment(started.payment_id)).status, 'ACSC')
      await comeBack(true_return.href)
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      assert.equal((await parties().payment(other.payment_id)).status, 'RCVD')
      await other.payer.abandon()
    })
  })
}

export function decoupledFaultTests(parties: () => Parties): void {
  describe('the decoupled bank', ONE_BY_ONE, () => {
    test('loses its answer: the phone asks once, and one payment is made', async () => {
      const who = parties().person('cetate', 'andrei')
      const started = await order(parties(), 'telefon')
      await parties().fault('cetate', { match: 'initiate', times: 1, action: 'drop_after' })
      assert.equal((await started.payer.submit(who, started.email)).body.step, 'sending')
      const { psuMessage } = await started.payer.untilStep('waiting')
      assert.match(psuMessage ?? '', /\S/)
      await decideOnPhone(who, started.payment_id, 'approve')
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
      assert.equal((await parties().atBank('cetate', started.payment_id)).payments.length, 1)
    })

    test('a wrong user code is refused by the bank, and mended on the form', async () => {
      const who = parties().person('cetate', 'cristina')
      const started = await order(parties(), 'cod')
      const wrong = await started.payer.submit(who, started.email, { userCode: 'nimeni' })
      assert.deepEqual([wrong.body.step, wrong.body.notice], ['form', 'BANK_REFUSED'])
      assert.equal((await started.payer.submit(who, started.email)).body.step, 'waiting')
      await decideOnPhone(who, started.payment_id, 'approve')
      await parties().assertDebitedOnce(who, started.payment_id, AMOUNT_MINOR)
    })
  })
}

/** Through the OAuth bank's pages by plain requests. @returns the return address, with its code */
async function authoriseAtOauth(url: string, who: Person, decision: 'approve' | 'return' = 'approve'): Promise<string> {
  const jar = new Map<string, string>()
  const go = async (address: string, form?: Readonly<Record<string, string>>): Promise<string> => {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = response.headers.get('location')
    assert.ok(location !== null, `the bank answered ${response.status}`)
    return new URL(location, address).href
  }
  const page = await go(url)
  await go(`${page}/login`, { login: who.login, password: who.password })
  return go(await go(`${page}/decision`, { decision }))
}
