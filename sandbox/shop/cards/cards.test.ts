import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  buyerOf,
  type CardShopWorld,
  createCardShopWorld,
  MASTERCARD,
  NAME_ON_CARD,
  typed,
  VISA,
} from '../testing/card-world.ts'

type OrderFacts = {
  status: string
  paid: boolean
  card_attempts: { transaction_id: string; state: string; gateway_code?: string }[]
}

describe('paying an order by card', () => {
  let world: CardShopWorld
  before(async () => {
    world = await createCardShopWorld()
  })
  after(() => world.close())

  const requestOf = (key: string) => world.gateway.transactions.get(key)?.request
  const waited = () => new Promise((resolve) => setTimeout(resolve, 1600))

  it('pays once with a typed card, keeps nothing unless asked, and says so on the order', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    const form = await ana.get(`/orders/${order_id}/card`)
    for (const hint of ['cc-number', 'cc-name', 'cc-exp', 'cc-csc', 'inputmode="numeric"'])
      assert.match(form.text, new RegExp(hint))
    const paid = await ana.post(`/orders/${order_id}/card`, typed())
    assert.deepEqual([paid.status, paid.location], [303, `/orders/${order_id}`])
    const request = requestOf(`${order_id}/1`)
    assert.deepEqual(request, {
      apiOperation: 'PAY',
      order: { amount: '89.90', currency: 'RON', reference: order_id },
      transaction: { source: 'INTERNET' },
      session: request?.session,
      sourceOfFunds: { type: 'CARD' },
    })
    const page = await ana.get(`/orders/${order_id}`)
    assert.match(page.text, /Plată reușită/)
    assert.match(page.text, /Mastercard.*•••• 0008.*01\/39/s)
    assert.equal((await ana.json<OrderFacts>(`/orders/${order_id}.json`)).paid, true)
    assert.equal(world.gateway.tokens.size, 0)
    assert.match((await ana.get('/carduri')).text, /Nu ai niciun card salvat/)
    const again = await ana.post(`/orders/${order_id}/card`, typed({ number: VISA }))
    assert.equal(again.location, `/orders/${order_id}`, 'a paid order is not paid again')
    assert.equal(world.gateway.transactions.size, 1)
    assert.equal((await ana.post(`/orders/${order_id}/pay`)).location, `/orders/${order_id}`, 'nor from an account')
  })

  it('keeps a card on demand, pays with it again, and deletes it', async () => {
    const ana = buyerOf(world)
    const first = await ana.order()
    await ana.post(`/orders/${first}/card`, typed({ save: 'yes' }))
    assert.match((await ana.get(`/orders/${first}`)).text, /Cardul a fost salvat/)
    assert.deepEqual(requestOf(`${first}/1`)?.sourceOfFunds, {
      type: 'CARD',
      provided: { card: { storedOnFile: 'TO_BE_STORED' } },
    })
    const second = await ana.order()
    const form = (await ana.get(`/orders/${second}/card`)).text
    assert.match(form, /Cardurile tale.*•••• 0008/s)
    const card_id = /name="card_id" value="(\w+)"/.exec(form)?.[1] ?? ''
    const stranger = buyerOf(world)
    assert.doesNotMatch((await stranger.get(`/orders/${second}/card`)).text, /•••• 0008/)
    assert.equal((await stranger.post(`/orders/${second}/card/saved`, { card_id })).status, 404)
    const forged = String(ana.cookies.get('florarie_client')).replace(/^./, (digit) => (digit === 'a' ? 'b' : 'a'))
    stranger.cookies.set('florarie_client', forged)
    assert.equal((await stranger.post(`/orders/${second}/card/saved`, { card_id })).status, 404)
    await ana.post(`/orders/${second}/card/saved`, { card_id })
    const { session, agreement, sourceOfFunds, transaction } = requestOf(`${second}/1`) ?? {}
    const [token] = [...world.gateway.tokens.keys()]
    assert.deepEqual([session, agreement, transaction], [undefined, undefined, { source: 'INTERNET' }])
    assert.deepEqual(sourceOfFunds, { type: 'CARD', token, provided: { card: { storedOnFile: 'STORED' } } })
    assert.equal((await ana.json<OrderFacts>(`/orders/${second}.json`)).paid, true)
    await stranger.post(`/carduri/${card_id}/delete`)
    assert.equal(world.gateway.tokens.size, 1, 'a stranger deletes nothing')
    assert.equal((await ana.post(`/carduri/${card_id}/delete`)).location, '/carduri?deleted=yes')
    assert.equal(world.gateway.tokens.size, 0)
    assert.doesNotMatch((await ana.get('/carduri')).text, /•••• 0008/)
  })

  it('tells a decline in plain words and takes another card on the same order', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    await ana.post(`/orders/${order_id}/card`, typed({ expiry: '05/39', save: 'yes' }))
    const declined = (await ana.get(`/orders/${order_id}`)).text
    assert.match(declined, /Banca ta a refuzat plata.*De pe card nu s-a luat nimic/s)
    assert.match(declined, new RegExp(`href="/orders/${order_id}/card"`))
    assert.equal(world.gateway.tokens.size, 0, 'a card that did not pay is not kept')
    assert.equal((await ana.json<OrderFacts>(`/orders/${order_id}.json`)).status, 'CARD_DECLINED')
    await ana.post(`/orders/${order_id}/card`, typed({ number: VISA }))
    const facts = await ana.json<OrderFacts>(`/orders/${order_id}.json`)
    assert.deepEqual(
      facts.card_attempts.map(({ transaction_id, state }) => [transaction_id, state]),
      [
        ['1', 'declined'],
        ['2', 'paid'],
      ],
    )
  })

  it('waits with an unknown outcome, asks, and believes only the answer', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    await ana.post(`/orders/${order_id}/card`, typed({ expiry: '05/37' }))
    const waiting = (await ana.get(`/orders/${order_id}`)).text
    assert.match(waiting, /Verificăm plata/)
    assert.match(waiting, /live\.js/)
    assert.equal(
      (await ana.get(`/orders/${order_id}/card`)).location,
      `/orders/${order_id}`,
      'no second card meanwhile',
    )
    // By itself the shop asks now and then, too: whoever asks, it is one question and nothing sent anew.
    const before = world.gateway.seen.length
    world.gateway.settle(`${order_id}/1`, 'SUCCESS')
    await waited()
    const facts = await ana.json<OrderFacts>(`/orders/${order_id}.json`)
    assert.deepEqual([facts.status, facts.paid], ['CARD_PAID', true])
    assert.deepEqual(world.gateway.seen.slice(before), [`GET /order/${order_id}/transaction/1`])
  })

  it('sends the identical request again when no answer came, whether it was done or not', async () => {
    for (const cut of ['before', 'after'] as const) {
      const ana = buyerOf(world)
      const order_id = await ana.order()
      world.gateway.cuts.push({ line: /^PUT \/order\//, cut })
      await ana.post(`/orders/${order_id}/card`, typed({ save: 'yes' }))
      assert.equal(world.gateway.transactions.has(`${order_id}/1`), cut === 'after')
      assert.match((await ana.get(`/orders/${order_id}`)).text, /Verificăm plata/)
      await world.restart()
      const facts = await ana.json<OrderFacts>(`/orders/${order_id}.json`)
      assert.deepEqual([facts.paid, facts.card_attempts.length], [true, 1], cut)
      assert.ok(world.gateway.transactions.has(`${order_id}/1`))
      assert.match((await ana.get('/carduri')).text, /•••• 0008/, 'and the card is kept all the same')
    }
  })

  it('clicked twice, charges once', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    await ana.get(`/orders/${order_id}/card`)
    const before = world.gateway.transactions.size
    const both = await Promise.all([1, 2].map(() => ana.post(`/orders/${order_id}/card`, typed())))
    assert.deepEqual(
      both.map(({ location }) => location),
      [`/orders/${order_id}`, `/orders/${order_id}`],
    )
    assert.equal(world.gateway.transactions.size, before + 1)
  })

  it('stands faults under their field and in a summary, and does not show number or code again', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    const path = `/orders/${order_id}/card`
    const wrong = await ana.post(path, { number: '5123450000000007', name: '', expiry: '13/29', code: '12' })
    assert.equal(wrong.status, 422)
    for (const text of [
      'Numărul cardului nu este corect',
      'Câmp obligatoriu',
      'Data nu este corectă',
      'Codul are 3 cifre',
    ])
      assert.equal(wrong.text.split(`${text}`).length - 1 >= 2, true, text)
    assert.match(wrong.text, /role="alert" tabindex="-1" data-focus/)
    assert.doesNotMatch(wrong.text, /5123450000000007|value="12"/)
    assert.match((await ana.post(path, typed({ expiry: '05/20' }))).text, /Cardul a expirat/)
    const refused = await ana.post(path, typed({ number: '4000000000000002' }))
    assert.equal(refused.status, 422, 'what the card API finds wrong stands under its field as well')
    assert.match(refused.text, /id="card-number-fault">Numărul cardului nu este corect/)
    world.gateway.cuts.push({ line: /^PUT \/session/, cut: 'before' })
    const away = await ana.post(path, typed())
    assert.equal(away.status, 503)
    assert.match(away.text, /nu răspunde. De pe card nu s-a luat nimic/)
    assert.equal((await ana.post(path, typed())).location, `/orders/${order_id}`)
  })

  it('speaks English to who wants it', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    const switched = await ana.get(`/orders/${order_id}/card?lang=en`)
    assert.deepEqual([switched.status, switched.location], [303, `/orders/${order_id}/card`])
    const form = (await ana.get(`/orders/${order_id}/card`)).text
    assert.match(form, /<html lang="en">/)
    assert.match(form, /Pay RON 89\.90/)
    await ana.post(`/orders/${order_id}/card`, typed({ expiry: '05/39' }))
    assert.match((await ana.get(`/orders/${order_id}`)).text, /Your bank declined the payment/)
  })

  it('opens no second way while a payment from an account is under way', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    assert.match((await ana.get(`/orders/${order_id}`)).text, /Comanda nu este plătită încă/)
    const left = await ana.post(`/orders/${order_id}/pay`)
    assert.match(left.location, /payment-initiation/)
    assert.equal((await ana.post(`/orders/${order_id}/card`, typed())).location, `/orders/${order_id}`)
    assert.equal(requestOf(`${order_id}/1`), undefined)
    const payment_id = Number(new URL(left.location).searchParams.get('payment'))
    await world.deliver(world.url('/webhooks/punte'), payment_id, { status: 'ABND', sequence: 2 })
    assert.match((await ana.get(`/orders/${order_id}`)).text, /Plătește cu cardul/)
    await ana.post(`/orders/${order_id}/card`, typed())
    assert.equal((await ana.json<OrderFacts>(`/orders/${order_id}.json`)).status, 'CARD_PAID')
  })

  it('has written neither number nor code nor name of a card', () => {
    const files = readdirSync(world.data_dir).map((name) => readFileSync(join(world.data_dir, name), 'utf8'))
    assert.ok(files.some((text) => text.includes('"last_four":"0008"')))
    for (const text of files) {
      assert.doesNotMatch(text, new RegExp(`${MASTERCARD}|${VISA}|${NAME_ON_CARD}|"927"|securityCode|nameOnCard`))
    }
  })
})
