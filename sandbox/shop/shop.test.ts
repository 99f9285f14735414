import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createPartnerWorld, type PartnerWorld } from '../partner/testing/world.ts'
import { configReader } from '../process/config.ts'
import type { Running } from '../process/lifecycle.ts'
import { startShop } from './shop.ts'

describe('shop', () => {
  let world: PartnerWorld
  let shop: Running
  const url = (path: string) => `${shop.facts.url}${path}`
  const page = async (path: string, init?: RequestInit) => (await fetch(url(path), init)).text()
  const data = async (path: string) =>
    (await fetch(url(path))).json() as Promise<Record<string, never> & { order: Record<string, unknown> }>
  const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(url(path), { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
  const order = async (body: object) => {
    const response = await fetch(url('/api/orders'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      ...((await response.json()) as { order_id: string; payment_id: number; error: string }),
    }
  }
  const deliver = (payment_id: number, changes: { status: string; sequence: number; reason?: string }) =>
    world.deliver(url('/webhooks/punte'), payment_id, changes)
  const restart = async () => {
    await shop.close()
    shop = await startShop(configReader(world.config))
  }

  before(async () => {
    world = await createPartnerWorld()
    shop = await startShop(configReader(world.config))
  })
  after(async () => {
    await shop.close()
    await world.close()
  })

  it('takes a person from the products to the payment page, at the prices of the shop', async () => {
    let cookie = ''
    for (const id of ['lalele', 'lavanda', 'lalele', 'nimic']) {
      const added = await submit('/basket/add', { id }, { cookie })
      cookie = added.headers.get('set-cookie')?.split(';')[0] ?? ''
    }
    assert.equal(cookie, 'florarie_cos=lalele.2~lavanda.1')
    assert.match(await page('/basket', { headers: { cookie } }), /219,70 lei/)
    const wrong = await submit('/checkout', { name: '', email: 'ana', iban: 'RO49AAAA1B31007593840001' }, { cookie })
    assert.equal(wrong.status, 422)
    const faults = await wrong.text()
    for (const text of ['Câmp obligatoriu', 'Adresa de email nu este corectă', 'IBAN-ul nu este corect'])
      assert.match(faults, new RegExp(text))
    const answer = await submit(
      '/checkout',
      { name: 'Ana <b>', email: 'ana@example.ro', iban: 'RO98 BTRL 0000 9999 0000 0001' },
      { cookie },
    )
    assert.equal(answer.status, 303)
    const payment_id = Number(new URL(answer.headers.get('location') ?? '').searchParams.get('payment'))
    const request = world.punte.payments.get(payment_id)?.request
    const order_id = /^Comanda (FA-\w{10})$/.exec(String(request?.details))?.[1]
    assert.deepEqual(request, {
      creditorName: 'Florăria Ana SRL',
      creditorIban: 'RO49AAAA1B31007593840000',
      amount: '219.70',
      details: `Comanda ${order_id}`,
      psuIntermediarId: request?.psuIntermediarId,
      psuEmail: 'ana@example.ro',
      redirectURL: url(`/orders/${order_id}/return`),
      debtorIban: 'RO98BTRL0000999900000001',
    })
    const waiting = await page(`/orders/${order_id}`)
    assert.match(waiting, /Plata așteaptă/)
    assert.match(waiting, /Continuă plata/)
    assert.doesNotMatch(waiting, /Ana <b>/)
  })

  it('believes Punte and not the address the browser returns with', async () => {
    const { order_id, payment_id } = await order({ amount: 10, email: 'ana@example.ro' })
    const back = await fetch(url(`/orders/${order_id}/return?status=ACSC&paid=true`), { redirect: 'manual' })
    assert.deepEqual([back.status, back.headers.get('location')], [303, `/orders/${order_id}`])
    assert.equal((await data(`/orders/${order_id}.json`)).status, 'INIT')
    Object.assign(world.punte.payments.get(payment_id) ?? {}, { status: 'ACSC' })
    await new Promise((resolve) => setTimeout(resolve, 1600))
    await fetch(url(`/orders/${order_id}/return`), { redirect: 'manual' })
    const known = await data(`/orders/${order_id}.json`)
    assert.deepEqual([known.status, known.paid], ['ACSC', true])
    assert.match(await page(`/orders/${order_id}`), /Plată reușită/)
  })

  it('follows webhooks, each once, and does not go back', async () => {
    const { order_id, payment_id } = await order({ items: [{ id: 'bujori', count: 2 }], email: 'ana@example.ro' })
    assert.equal((await data(`/orders/${order_id}.json`)).order.amount_minor, 37900)
    const applied = []
    for (const [status, sequence] of [
      ['RCVD', 2],
      ['ACSP', 4],
      ['ACTC', 3],
      ['ACSP', 4],
      ['ACSC', 5],
      ['ACSC', 5],
      ['RJCT', 6],
    ] as const) {
      const response = await deliver(payment_id, { status, sequence })
      assert.equal(response.status, 200)
      applied.push(((await response.json()) as { applied: boolean }).applied)
    }
    assert.deepEqual(applied, [true, true, false, false, true, false, false])
    const known = (await data(`/orders/${order_id}.json`)) as unknown as {
      status: string
      webhooks: { sequence: number }[]
    }
    assert.equal(known.status, 'ACSC')
    assert.deepEqual(
      known.webhooks.map((webhook) => webhook.sequence),
      [2, 4, 3, 4, 5, 5, 6],
    )
  })

  it('refuses webhooks that are not Punte’s, and takes those of payments it does not know', async () => {
    const { order_id, payment_id } = await order({ amount: '10.50', email: 'ana@example.ro' })
    const before = (await data('/webhooks.json')) as unknown as { count: number; refused: number }
    const { headers, body } = world.punte.webhook(payment_id, 'whsec_b3RoZXItd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU=', {
      status: 'ACSC',
    })
    const forged = await fetch(url('/webhooks/punte'), { method: 'POST', headers, body })
    assert.equal(forged.status, 400)
    assert.equal((await fetch(url('/webhooks/punte'), { method: 'POST', body: '{}' })).status, 400)
    assert.equal((await data(`/orders/${order_id}.json`)).status, 'INIT')
    world.punte.payments.set(1, { ...world.punte.payments.get(payment_id), paymentId: 1 } as never)
    assert.equal((await deliver(1, { status: 'ACSC', sequence: 2 })).status, 200)
    const now = (await data('/webhooks.json?limit=1')) as unknown as {
      count: number
      refused: number
      recent: { payment_id: number; applied: boolean }[]
    }
    assert.deepEqual([now.count - before.count, now.refused - before.refused, now.recent.length], [1, 2, 1])
    assert.deepEqual([now.recent[0]?.payment_id, now.recent[0]?.applied], [1, false])
  })

  it('offers another try after a failure, and only then', async () => {
    const { order_id, payment_id } = await order({ amount: 20, email: 'ana@example.ro' })
    const again = async () =>
      Number(
        new URL((await submit(`/orders/${order_id}/pay`, {})).headers.get('location') ?? '').searchParams.get(
          'payment',
        ),
      )
    assert.equal(await again(), payment_id, 'an open payment is continued, not doubled')
    await deliver(payment_id, { status: 'RJCT', sequence: 2, reason: 'INSUFFICIENT_FUNDS' })
    const failed = await page(`/orders/${order_id}`)
    assert.match(failed, /În cont nu sunt destui bani/)
    assert.match(failed, /Încearcă din nou/)
    const [second, twin] = await Promise.all([again(), again()])
    assert.notEqual(second, payment_id)
    assert.equal(second, twin, 'two clicks start one payment')
    await deliver(second, { status: 'ACSC', sequence: 2 })
    const paid = await submit(`/orders/${order_id}/pay`, {})
    assert.equal(paid.headers.get('location'), `/orders/${order_id}`)
  })

  it('remembers orders, payments, tokens and webhooks', async () => {
    const { order_id, payment_id } = await order({ amount: 30, email: 'ana@example.ro' })
    await deliver(payment_id, { status: 'ACSP', sequence: 3 })
    const before = await data(`/orders/${order_id}.json`)
    const counted = ((await data('/webhooks.json')) as unknown as { count: number }).count
    await restart()
    assert.deepEqual({ ...(await data(`/orders/${order_id}.json`)) }, before)
    assert.equal(((await data('/webhooks.json')) as unknown as { count: number }).count, counted)
    await deliver(payment_id, { status: 'ACSC', sequence: 4 })
    assert.equal((await data(`/orders/${order_id}.json`)).paid, true)
  })

  it('says so when Punte refuses or is away, and keeps the order', async () => {
    world.punte.interrupt.push(() => ({ status: 403, body: { code: 'PARTNER_SUSPENDED', message: 'x' } }))
    const refused = await order({ amount: 10, email: 'ana@example.ro' })
    assert.deepEqual([refused.status, refused.error], [502, 'Punte: PARTNER_SUSPENDED'])
    world.punte.interrupt.push(() => ({ status: 503, body: { code: 'OVERLOADED' }, headers: { 'retry-after': '60' } }))
    const answer = await submit(
      '/checkout',
      { name: 'Ana', email: 'ana@example.ro', iban: '' },
      { cookie: 'florarie_cos=lalele.1' },
    )
    assert.equal(answer.status, 503)
    const text = await answer.text()
    assert.match(text, /Plata nu a pornit/)
    const path = /action="(\/orders\/FA-\w{10}\/pay)"/.exec(text)?.[1] ?? ''
    assert.match((await submit(path, {})).headers.get('location') ?? '', /payment-initiation/)
  })

  it('refuses what it cannot mean', async () => {
    for (const body of [
      {},
      { amount: -1 },
      { amount: '1,50' },
      { amount: 1.005 },
      { items: [] },
      { items: [{ id: 'x', count: 1 }] },
      { items: [null] },
    ]) {
      assert.equal((await order({ email: 'ana@example.ro', ...body })).status, 400, JSON.stringify(body))
    }
    assert.equal((await order({ amount: 1, email: 'nobody' })).status, 400)
    assert.equal((await fetch(url('/api/orders'), { method: 'POST', body: '{"amount":1}' })).status, 415)
    const full = { cookie: 'florarie_cos=lalele.1' }
    assert.equal((await submit('/checkout', {}, { 'sec-fetch-site': 'cross-site', ...full })).status, 403)
    // Where the browser does not tell the site, the origin does; `null` is what our own pages send.
    assert.equal((await submit('/checkout', {}, { origin: 'https://evil.example', ...full })).status, 403)
    for (const origin of ['null', new URL(url('/')).origin])
      assert.equal((await submit('/checkout', {}, { origin, ...full })).status, 422)
    assert.equal((await fetch(url('/orders/FA-0000000000'))).status, 404)
    assert.equal((await fetch(url('/webhooks/punte'), { method: 'POST', body: 'x'.repeat(70_000) })).status, 413)
    assert.equal((await fetch(url('/checkout'), { method: 'DELETE' })).status, 405)
  })
})
