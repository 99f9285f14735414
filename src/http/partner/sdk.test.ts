import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPunteClient, PunteApiError, type PunteClient } from '@punte/sdk'
import { createAuthority } from '../../infra/certificates/issue.ts'
import { BANK, PLAIN } from './testing/banks.ts'
import { CREDITOR_IBAN, createWorld, freePort, type TestWorld } from './testing/world.ts'

const TO_COME = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10)
const TRANSFER = { creditorName: 'Florăria Ana', creditorIban: CREDITOR_IBAN, amount: '12.50', details: 'Comanda 1' }
const ORDER = { ...TRANSFER, psuIntermediarId: 'u1' }

let world: TestWorld
let client: PunteClient

before(async () => {
  const port = await freePort()
  const base_url = `https://localhost:${port}`
  world = await createWorld({ PUNTE_PARTNER_PORT: String(port), PUNTE_PARTNER_URL: base_url }, [BANK, PLAIN])
  const partner = await world.partner({
    authority: await createAuthority({ name: 'Partner CA' }),
    common_name: 'Sdk',
    require_signed_requests: true,
    may_headless: true,
    may_flexible_url: true,
  })
  client = createPunteClient({
    base_url,
    client_id: partner.client_id,
    certificate: partner.issued.certificate_pem,
    private_key: partner.issued.key_pem,
    ca: world.ca,
    sign_requests: true,
    max_tries: 1,
  })
})
after(async () => {
  client.close()
  await world.close()
})

test('the sdk starts a list, reads each payment of it, and cancels it', async () => {
  const payments = [TRANSFER, { ...TRANSFER, amount: 0.5, details: 'Comanda 2' }]
  const list = await client.startList({ payments, executionDate: TO_COME, batchBookingPreferred: true })
  assert.deepEqual(
    list.payments.map(({ no }) => no),
    [1, 2],
  )
  const report = await client.status(list)
  assert.deepEqual(
    [report.kind, report.status, report.paid, report.amount, report.executionDate],
    ['list', 'INIT', false, '13.00', TO_COME],
  )
  assert.deepEqual(
    report.payments?.map(({ paymentId, status, paid, amount }) => [paymentId, status, paid, amount]),
    list.payments.map(({ paymentId }, index) => [paymentId, 'INIT', false, ['12.50', '0.50'][index]]),
  )
  const { tokens, ...cancelled } = await client.cancelPayment(list)
  assert.deepEqual(cancelled, { paymentId: list.paymentId, status: 'CANC', cancelled: true })
  const { status, paid, final } = await client.status({ paymentId: list.paymentId, tokens })
  assert.deepEqual([status, paid, final], ['CANC', false, true])
})

test('the sdk hands out every fault of a list', async () => {
  const payments = [TRANSFER, { ...TRANSFER, amount: '1,50' }, { ...TRANSFER, creditorIban: 'RO00' }]
  await assert.rejects(client.startList({ payments }), (error: unknown) => {
    assert.ok(error instanceof PunteApiError)
    assert.deepEqual(
      error.faults.map(({ field, code }) => [field, code]),
      [
        ['payments[1].amount', 'AMOUNT_INVALID'],
        ['payments[2].creditorIban', 'IBAN_INVALID'],
      ],
    )
    return error.field === 'payments[1].amount'
  })
})

test('the sdk starts and ends a recurring payment, with tokens asked for again', async () => {
  const started = await client.startPayment({ ...ORDER, startDate: TO_COME, Frequency: 'Monthly', dayOfExecution: 31 })
  const tokens = await client.tokenFor(started.paymentId)
  const report = await client.status({ paymentId: started.paymentId, tokens })
  assert.deepEqual([report.kind, report.agreement?.status], ['recurring', 'PENDING'])
  assert.equal((await client.cancelPayment({ paymentId: started.paymentId, tokens })).cancelled, true)
  const ended = await client.status({ paymentId: started.paymentId, tokens })
  assert.deepEqual([ended.status, ended.final, ended.agreement?.status], ['CANC', true, 'REFUSED'])
})

test('the sdk makes links, and names what a headless payment lacks', async () => {
  const link = await client.createLink({ ...ORDER, linkValidHours: 2 })
  assert.ok(Date.parse(link.expiresAt) > Date.now())
  assert.match(link.qr, /^data:image\/svg\+xml;base64,/)
  const flexible = await client.startPayment({ ...ORDER, redirectURL: 'https://shop.example/x' }, { flexibleURL: true })
  assert.ok(flexible.paymentId > 0)
  const request = {
    ...ORDER,
    debtorBank: 'PLN',
    debtorIban: 'RO06PLNB0000000010001111',
    psuEmail: 'ana@example.com',
    TCAccepted: true,
  }
  await assert.rejects(client.startHeadless({ request, payer: { ipAddress: '192.0.2.7' } }), {
    code: 'FIELD_REQUIRED',
    field: 'psuId',
  })
})

test('the sdk lists banks', async () => {
  const banks = await client.banks()
  assert.deepEqual(
    banks.map(({ code, requiredParameters, services }) => [code, requiredParameters.requiresPSUId, services.list]),
    [
      ['TXB', false, 'together'],
      ['PLN', true, 'one_by_one'],
    ],
  )
})
