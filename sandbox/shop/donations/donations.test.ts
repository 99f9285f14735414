import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createPartnerWorld, type PartnerWorld } from '../../partner/testing/world.ts'
import { configReader } from '../../process/config.ts'
import type { Running } from '../../process/lifecycle.ts'
import { startShop } from '../shop.ts'
import { firstDay } from './donations.ts'

type DonationJson = { donation_id: string; status: string; phase: string; attempts: { payment_id: number }[] }

describe('shop: donations and links', () => {
  let world: PartnerWorld
  let shop: Running
  const url = (path: string) => `${shop.facts.url}${path}`
  const page = async (path: string) => (await fetch(url(path))).text()
  const submit = (path: string, fields: Record<string, string> = {}) =>
    fetch(url(path), { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  const at = (response: Response) => response.headers.get('location') ?? ''
  const later = () => new Promise((resolve) => setTimeout(resolve, 1550))
  const paymentAt = (address: string) => {
    const payment = world.punte.payments.get(Number(new URL(address).searchParams.get('payment')))
    assert.ok(payment)
    return payment
  }
  const person = { name: 'Ana Pop', email: 'ana@example.ro' }

  before(async () => {
    world = await createPartnerWorld()
    shop = await startShop(configReader(world.config))
  })
  after(async () => {
    await shop.close()
    await world.close()
  })

  it('begins with the next fifteenth, in Bucharest', () => {
    const days = ['2026-01-14T12:00:00Z', '2026-01-14T22:30:00Z', '2026-01-15T12:00:00Z', '2026-12-31T12:00:00Z']
    assert.deepEqual(
      days.map((day) => firstDay(new Date(day))),
      ['2026-01-15', '2026-02-15', '2026-02-15', '2027-01-15'],
    )
  })

  it('orders a monthly payment, follows it and stops it at the bank', async () => {
    const begun = await submit('/donatii', { ...person, amount: '25,50', iban: 'RO98 BTRL 0000 9999 0000 0001' })
    assert.equal(begun.status, 303)
    const payment = paymentAt(at(begun))
    const donation_id = /^Donație lunară (DO-\w{10})$/.exec(String(payment.request?.details))?.[1]
    assert.deepEqual(payment.request, {
      creditorName: 'Florăria Ana SRL',
      creditorIban: 'RO49AAAA1B31007593840000',
      amount: '25.50',
      details: `Donație lunară ${donation_id}`,
      psuIntermediarId: payment.request?.psuIntermediarId,
      psuEmail: 'ana@example.ro',
      redirectURL: url(`/donatii/${donation_id}/inapoi`),
      startDate: firstDay(new Date()),
      Frequency: 'Monthly',
      dayOfExecution: 15,
      debtorIban: 'RO98BTRL0000999900000001',
    })
    const path = `/donatii/${donation_id}`
    const known = async () => (await (await fetch(url(`${path}.json`))).json()) as DonationJson
    assert.match(await page(path), /așteaptă autorizarea[\s\S]*Continuă la bancă/)
    Object.assign(payment, { status: 'ACSP', agreement: { agreementId: 'agreement-1', status: 'ACTIVE' } })
    await later()
    assert.equal((await fetch(url(`${path}/inapoi`), { redirect: 'manual' })).status, 303)
    assert.deepEqual([(await known()).phase, (await known()).status], ['active', 'ACSP ACTIVE'])
    assert.match(await page(path), /Donația lunară este activă[\s\S]*Oprește/)
    world.punte.interrupt.push(() => ({ status: 409, body: { code: 'PAYMENT_NOT_CANCELLABLE', message: 'x' } }))
    const refused = await submit(`${path}/opreste`)
    assert.equal(refused.status, 502)
    assert.match(await refused.text(), /nu a putut fi oprită/)
    assert.equal(at(await submit(`${path}/opreste`)), path)
    assert.deepEqual([(await known()).phase, (await known()).status], ['stopped', 'CANC CANCELLED'])
    assert.match(await page(path), /Donația este oprită/)
    assert.equal(world.punte.seen.filter(({ line }) => line.includes('/cancelPayment/')).length, 2)
    await submit(`${path}/opreste`)
    assert.equal(
      world.punte.seen.filter(({ line }) => line.includes('/cancelPayment/')).length,
      2,
      'what is over is not stopped',
    )
  })

  it('refuses sums and people it cannot take, and offers another try', async () => {
    const wrong = await submit('/donatii', { ...person, amount: '4,99', email: 'x' })
    assert.equal(wrong.status, 422)
    assert.match(await wrong.text(), /Între 5 și 10\.000 de lei[\s\S]*Adresa de email nu este corectă/)
    world.punte.interrupt.push(() => ({ status: 400, body: { code: 'FEATURE_UNSUPPORTED', message: 'x' } }))
    const answer = await submit('/donatii', { ...person, amount: '50' })
    assert.equal(answer.status, 502)
    const path = /action="(\/donatii\/DO-\w+\/porneste)"/.exec(await answer.text())?.[1] ?? ''
    assert.match(at(await submit(path)), /payment-initiation/)
    assert.equal((await fetch(url('/donatii/DO-0000000000'))).status, 404)
  })

  it('sends a payment link for an order by phone, shows its code, and another one when it is over', async () => {
    const order = { product: 'lalele', count: '2', hours: '72', ...person }
    const sent = await submit('/telefon', order)
    const path = at(sent)
    assert.match(path, /^\/telefon\/FA-\w{10}$/)
    const payment = [...world.punte.payments.values()].at(-1)
    assert.ok(payment)
    assert.deepEqual(payment.flags, ['isLink2Pay'])
    assert.deepEqual(
      [payment.request?.linkValidHours, payment.request?.sendLink, payment.request?.psuEmail],
      [72, true, 'ana@example.ro'],
    )
    const shown = await page(path)
    assert.match(shown, /Linkul a fost trimis/)
    assert.match(shown, /<img src="data:image\/svg\+xml;base64,[^"]+" alt="Cod QR/)
    assert.match(shown, new RegExp(`value="[^"]*payment=${payment.paymentId}`))
    await world.deliver(url('/webhooks/punte'), payment.paymentId, { status: 'ABND', sequence: 2, reason: 'EXPIRED' })
    assert.match(await page(path), /Trimite alt link/)
    assert.equal(at(await submit(path)), path)
    const second = [...world.punte.payments.values()].at(-1)
    assert.notEqual(second?.paymentId, payment.paymentId)
    await world.deliver(url('/webhooks/punte'), second?.paymentId ?? 0, { status: 'ACSC', sequence: 2 })
    assert.match(await page(path), /Plată reușită/)
    assert.equal((await submit('/telefon', { ...order, email: '' })).status, 422)
    assert.equal((await submit('/telefon', { ...order, hours: '9999' })).status, 400)
  })
})
