import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, readBanks, readCancellation, readInitiated, readReport, refusal } from './answers.ts'

const malformed = { name: 'PunteAnswerError', fault: 'MALFORMED' }

describe('answers', () => {
  it('reads where a payment leads: our page, the bank, or a message', () => {
    const address = 'https://bank.example/sca'
    assert.deepEqual(readInitiated({ paymentId: 1, redirectUri: address }, 1), { paymentId: 1, redirectUrl: address })
    assert.deepEqual(readInitiated({ paymentId: 1, psuMessage: 'Deschide aplicația.' }, 1), {
      paymentId: 1,
      psuMessage: 'Deschide aplicația.',
    })
    const bad: Json[] = [{}, { redirectUri: 'javascript:alert(1)' }, { redirectUri: address, payments: [{ no: 1 }] }]
    for (const body of [...bad, { paymentId: 2, redirectUri: address }])
      assert.throws(() => readInitiated({ paymentId: 1, ...body }, 1), malformed)
  })

  it('reads a list and each of its payments', () => {
    const item = { no: 1, paymentId: 8, paymentStatus: 'ACSC', amount: 1 }
    const report = (messageStatus: string, paymentStatus: string, payments: unknown[]) =>
      readReport({ messageStatus, result: { paymentId: 7, paymentStatus, kind: 'list', payments } }, 7)
    const paid = report('SUCCESS', 'ACSC', [item])
    assert.deepEqual(
      [paid.paid, paid.payments],
      [true, [{ no: 1, paymentId: 8, status: 'ACSC', paid: true, amount: '1.00' }]],
    )
    const partly = report('PART', 'PART', [item, { ...item, no: 2, paymentId: 9, paymentStatus: 'RJCT', reason: 'X' }])
    assert.deepEqual([partly.paid, partly.final, partly.payments?.[1]?.reason], [false, true, 'X'])
    assert.throws(() => report('SUCCESS', 'PART', [item]), malformed)
    assert.throws(() => report('PART', 'PART', [{ ...item, paymentStatus: 'PAID' }]), malformed)
    assert.throws(() => report('PART', 'PART', ['text']), malformed)
  })

  it('reads a cancellation, banks and the faults of a list', () => {
    const result = { paymentId: 7, paymentStatus: 'ACSP', cancelled: false, redirectUri: 'https://bank.example/stop' }
    assert.deepEqual(readCancellation({ result }, 7), {
      paymentId: 7,
      status: 'ACSP',
      cancelled: false,
      redirectUrl: 'https://bank.example/stop',
    })
    assert.throws(() => readCancellation({ result: { ...result, cancelled: 'yes' } }, 7), malformed)
    assert.throws(() => readCancellation({ result }, 8), malformed)
    assert.throws(() => readBanks({ result: [{ code: 'BT' }] }), malformed)
    assert.throws(() => readBanks({}), malformed)
    const fault = { field: 'payments[0].amount', code: 'AMOUNT_INVALID', message: 'No.' }
    assert.deepEqual(refusal(400, {}, { code: 'AMOUNT_INVALID', faults: [fault, 'text', {}] }).faults, [fault])
    assert.deepEqual(refusal(400, {}, { code: 'X' }).faults, [])
  })
})
