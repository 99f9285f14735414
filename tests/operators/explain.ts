/** Support asks what happened: `punte explain` of payments and orders that parties of the world have just made. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { gatewayAt } from '../cards/gateway.ts'
import { newEmail, type Parties } from '../world/parties.ts'
import { comeBack, decideAtBank, payerAt } from '../world/payer.ts'
import { punteIn } from '../world/punte.ts'
import { type TestWorld, until } from '../world/world.ts'

const CARD = {
  'sourceOfFunds.type': 'CARD',
  'sourceOfFunds.provided.card.number': '5123450000000008',
  'sourceOfFunds.provided.card.expiry.year': '39',
  'sourceOfFunds.provided.card.securityCode': '739',
}

export function explainTests(world: () => TestWorld, parties: () => Parties): void {
  const explain = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await punteIn(world(), 'explain', ...args)
    assert.equal(code, 0, stderr)
    return stdout
  }

  async function decided(decision: 'approve' | 'refuse'): Promise<string> {
    const who = parties().person('carpati', 'ana')
    const email = newEmail('explained')
    const { payment_id, redirect_url } = await parties().placeOrder({ amount: '19.99', email })
    await comeBack(await decideAtBank(await payerAt(redirect_url).toBank(who, email), who, decision))
    await parties().untilStatus(payment_id, decision === 'approve' ? 'ACSC' : 'RJCT')
    const told = await until('webhook and mail in the timeline', async () => {
      const text = await explain(String(payment_id), '--utc')
      return /webhook about \w{4} delivered/.test(text) && /mail to the payer about \w{4} sent/.test(text)
        ? text
        : undefined
    })
    for (const secret of [who.iban, who.name, email]) assert.ok(!told.includes(secret), `${secret} in ${told}`)
    assert.match(told, new RegExp(`^payment ${payment_id} of floraria-ana `))
    assert.match(told, new RegExp(`19,99 RON from ${who.iban.slice(0, 4)}…${who.iban.slice(-4)} to RO\\d\\d…`))
    return told
  }

  describe('explain', () => {
    test('a paid payment, from the token call to webhook and mail', async () => {
      assertInOrder(await decided('approve'), [
        /: ACSC$/,
        /attempt 1 at carpati, closed: X-Request-ID \S+, end-to-end P\d+-\d+-1, the bank's number \S+$/,
        /^ {2}\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d\.\d{3} \[\S+Z\] +INIT +partner +token call/,
        /partner +initPayment/,
        /payer +presses "Plătește": attempt 1 goes to the bank carpati/,
        /message +initiation, attempt 1: POST localhost:\d+\/v1\/payments\/\S+ answered 201 after \d\.\d{3} s$/,
        /\+\d+\.\d{3} s +INIT → RCVD +payer +the bank took attempt 1 after \d\.\d{3} s and says RCVD/,
        /→ ACSC .*the bank says ACSC of attempt 1$/,
        /worker +webhook about ACSC delivered: HTTP 2\d\d, try 1$/,
      ])
    })

    test('a refused payment says by whose word, and why', async () => {
      assertInOrder(await decided('refuse'), [
        /: RJCT, because the payer refused \(REFUSED_BY_PAYER\)$/,
        /→ RJCT .*the bank says RJCT of attempt 1, because the payer refused \(REFUSED_BY_PAYER\)$/,
        /webhook about RJCT delivered/,
      ])
    })

    test('an order of cards: one try declined, the next approved', async () => {
      const { card_api, ca } = world().facts
      const shop = card_api.merchants.find(({ id }) => id === 'TESTMERCHANT')
      assert.ok(shop !== undefined)
      const gateway = gatewayAt(card_api.url, readFileSync(ca))
      const order_id = `explained-${process.pid}`
      const pay = async (transaction_id: string, month: string) => {
        const order = { 'order.id': order_id, 'order.amount': '25.00', 'order.currency': 'RON' }
        const fields = { ...order, 'transaction.id': transaction_id, ...CARD }
        const answer = await gateway.ask('REST', shop, 'PAY', {
          ...fields,
          'sourceOfFunds.provided.card.expiry.month': month,
        })
        return answer.at('response.gatewayCode')
      }
      try {
        assert.equal(await pay('first', '5'), 'DECLINED')
        assert.equal(await pay('second', '1'), 'APPROVED')
      } finally {
        gateway.close()
      }
      const told = await explain('--merchant', 'TESTMERCHANT', order_id)
      assert.ok(!told.includes(CARD['sourceOfFunds.provided.card.number']), told)
      assertInOrder(told, [
        /^order explained-\d+ of TESTMERCHANT .*: CAPTURED$/,
        /merchant +asks for PAYMENT of 25\.00 RON, INTERNET, MASTERCARD 512345x+0008,? .*transaction first .*under the reference \S+$/,
        /INITIATED → FAILED +acquirer +transaction first is a FAILURE after \d\.\d{3} s: DECLINED, acquirer code \S+/,
        /transaction second/,
        /→ CAPTURED +acquirer +transaction second is a SUCCESS/,
      ])
    })

    test('for programs: codes and facts, each with its sentence', async () => {
      const [told] = JSON.parse(await explain('--merchant', 'TESTMERCHANT', `explained-${process.pid}`, '--json'))
      assert.deepEqual(told.moments[0].facts.amount_minor, 2_500)
      for (const { code, by, facts, text } of told.moments) {
        assert.match(code, /^card_[a-z]+$/)
        assert.ok(['merchant', 'acquirer'].includes(by))
        assert.ok(text.includes(facts.transaction_id), text)
      }
      assert.equal(told.about.status, 'CAPTURED')
    })

    test('what does not exist is said in a sentence', async () => {
      for (const [args, says] of [
        [['999'], /there is no payment 999/],
        [['--merchant', 'NOBODY', 'x'], /there is no merchant NOBODY/],
        [['--merchant', 'TESTMERCHANT', 'nothing'], /no order nothing/],
        [['order-1'], /PAYMENT_ID must be a whole number/],
      ] as const) {
        const { code, stdout, stderr } = await punteIn(world(), 'explain', ...args)
        assert.ok(code === 1 || code === 2)
        assert.match(stderr, says)
        assert.equal(stdout, '')
      }
    })
  })
}

/** Each of these is a line's, and they come in this order. */
function assertInOrder(told: string, lines: readonly RegExp[]): void {
  const rest = told.trimEnd().split('\n')
  for (const line of lines) {
    const found = rest.findIndex((one) => line.test(one))
    assert.ok(found >= 0, `${line} is not (or too early) in\n${told}`)
    rest.splice(0, found + 1)
  }
}
