import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Buyer, buyerOf, type CardShopWorld, createCardShopWorld, typed, VISA } from '../testing/card-world.ts'
import { dueAt } from './plans.ts'

type Facts = {
  phase: string
  taken: number
  remaining?: number
  next_at: string[]
  card?: { last_four: string }
  payments: { order_id: string; state: string; kind: string }[]
}

describe('series of payments', () => {
  let world: CardShopWorld
  before(async () => {
    world = await createCardShopWorld()
  })
  after(() => world.close())

  const requestOf = (key: string) => world.gateway.transactions.get(key)?.request
  const begin = async (buyer: Buyer, plan_id: string, changes: Record<string, string> = {}): Promise<string> => {
    const form = (await buyer.get(`/abonamente/nou/${plan_id}`)).text
    const series_id = /name="series_id" value="(AB-\w{10})"/.exec(form)?.[1] ?? ''
    const { location } = await buyer.post(`/abonamente/nou/${plan_id}`, {
      ...typed(changes),
      consent: 'yes',
      series_id,
    })
    assert.equal(location, `/abonament/${series_id}`)
    return series_id
  }
  const facts = (buyer: Buyer, series_id: string) => buyer.json<Facts>(`/abonament/${series_id}.json`)
  const charge = (buyer: Buyer, series_id: string, place: number) =>
    buyer.post(`/abonament/${series_id}/charge`, { place: String(place) })

  it('opens with the payer, goes on without, moves to another card, and ends', async () => {
    const ana = buyerOf(world)
    const series_id = await begin(ana, 'buchetul-saptamanal')
    const opening = requestOf(`${series_id}-1/1`)
    assert.deepEqual(opening?.agreement, {
      id: series_id,
      type: 'RECURRING',
      amountVariability: 'FIXED',
      paymentFrequency: 'WEEKLY',
      numberOfPayments: 11,
      minimumDaysBetweenPayments: 7,
    })
    const opened = await facts(ana, series_id)
    assert.deepEqual(
      [opened.phase, opened.taken, opened.remaining, opened.next_at.length, opened.card?.last_four],
      ['active', 1, 11, 3, '0008'],
    )
    assert.match((await ana.get('/carduri')).text, /Nu ai niciun card salvat/, 'consent to a series is for it alone')

    await Promise.all([charge(ana, series_id, 2), charge(ana, series_id, 2)])
    await charge(ana, series_id, 2)
    const taken = await facts(ana, series_id)
    assert.deepEqual([taken.taken, taken.remaining], [2, 10], 'one payment for one number')
    const [token] = [...world.gateway.tokens.keys()]
    assert.deepEqual(requestOf(`${series_id}-2/1`), {
      apiOperation: 'PAY',
      agreement: { id: series_id, type: 'RECURRING' },
      order: { amount: '59.90', currency: 'RON', reference: `${series_id}-2` },
      referenceOrderId: `${series_id}-1`,
      sourceOfFunds: { type: 'CARD', token, provided: { card: { storedOnFile: 'STORED' } } },
      transaction: { source: 'MERCHANT' },
    })

    const form = await ana.get(`/abonament/${series_id}/card`)
    assert.match(form.text, /Schimbă cardul abonamentului/)
    await ana.post(`/abonament/${series_id}/card`, { ...typed({ number: VISA }), consent: 'yes' })
    assert.equal(requestOf(`${series_id}-C1/1`)?.apiOperation, 'VERIFY')
    assert.match((await ana.get(`/abonament/${series_id}`)).text, /Cardul a fost schimbat.*•••• 1019/s)
    assert.deepEqual(
      [...world.gateway.tokens.values()].map(({ number }) => number),
      [VISA],
      'the former card is let go',
    )
    await charge(ana, series_id, 3)
    assert.equal((await facts(ana, series_id)).taken, 3)

    await ana.post(`/abonament/${series_id}/end`)
    await charge(ana, series_id, 4)
    const ended = await facts(ana, series_id)
    assert.deepEqual([ended.phase, ended.taken, world.gateway.tokens.size], ['ended', 3, 0])
    assert.match((await ana.get('/abonamente')).text, /Buchetul săptămânal.*Ai renunțat/s)
  })

  it('a declined opening starts nothing; another card starts the same series', async () => {
    const ana = buyerOf(world)
    const series_id = await begin(ana, 'gradina-in-rate', { expiry: '04/39' })
    assert.equal((await facts(ana, series_id)).phase, 'opening')
    const page = (await ana.get(`/abonament/${series_id}`)).text
    assert.match(page, /Cardul este expirat/)
    assert.doesNotMatch(page, /Încasează acum/)
    await ana.post(`/abonament/${series_id}/card`, { ...typed(), consent: 'yes' })
    assert.deepEqual(requestOf(`${series_id}-1/2`)?.agreement, requestOf(`${series_id}-1/1`)?.agreement)
    for (const place of [2, 3, 4, 5, 6, 7]) await charge(ana, series_id, place)
    const finished = await facts(ana, series_id)
    assert.deepEqual([finished.phase, finished.taken, finished.remaining], ['finished', 6, 0])
    assert.equal(requestOf(`${series_id}-7/1`), undefined, 'six rates are six')
    assert.match((await ana.get(`/abonament/${series_id}`)).text, /Toate plățile au fost făcute/)
  })

  it('a declined payment of the shop is tried again under its own number', async () => {
    const ana = buyerOf(world)
    const series_id = await begin(ana, 'creditul-de-flori')
    assert.deepEqual(requestOf(`${series_id}-1/1`)?.agreement, { id: series_id, type: 'UNSCHEDULED' })
    const [token = ''] = [...world.gateway.tokens.keys()]
    const card = world.gateway.tokens.get(token)
    Object.assign(card ?? {}, { month: '05' })
    await charge(ana, series_id, 2)
    assert.match((await ana.get(`/abonament/${series_id}`)).text, /Banca ta a refuzat plata/)
    Object.assign(card ?? {}, { month: '01' })
    await charge(ana, series_id, 2)
    const { taken, payments } = await facts(ana, series_id)
    assert.equal(taken, 2)
    assert.deepEqual(
      payments.map(({ order_id, state }) => [order_id, state]),
      [
        [`${series_id}-1`, 'paid'],
        [`${series_id}-2`, 'declined'],
        [`${series_id}-2`, 'paid'],
      ],
    )
  })

  it('asks for consent, opens once for one form, and shows itself to its owner alone', async () => {
    const ana = buyerOf(world)
    const path = '/abonamente/nou/buchetul-saptamanal'
    const form = (await ana.get(path)).text
    const series_id = /name="series_id" value="(AB-\w{10})"/.exec(form)?.[1] ?? ''
    assert.match((await ana.post(path, { ...typed(), series_id })).text, /Bifează ca să fii de acord/)
    const before = world.gateway.transactions.size
    await Promise.all([1, 2].map(() => ana.post(path, { ...typed(), consent: 'yes', series_id })))
    assert.equal(world.gateway.transactions.size, before + 1)
    const stranger = buyerOf(world)
    for (const address of [`/abonament/${series_id}`, `/abonament/${series_id}.json`, `/abonament/${series_id}/card`])
      assert.equal((await stranger.get(address)).status, 404)
    assert.equal((await stranger.post(`/abonament/${series_id}/charge`, { place: '2' })).status, 404)
    assert.equal((await stranger.post(`/abonament/${series_id}/end`)).status, 404)
    assert.doesNotMatch((await stranger.get('/abonamente')).text, new RegExp(series_id))
    assert.equal((await ana.get('/abonamente/nou/altul')).status, 404)
  })

  it('keeps the card it needs when its payer takes it off the list, and lets it go at the end', async () => {
    const ana = buyerOf(world)
    const order_id = await ana.order()
    const number = '5555555555554444'
    await ana.post(`/orders/${order_id}/card`, { ...typed({ number }), save: 'yes' })
    const series_id = await begin(ana, 'buchetul-saptamanal', { number })
    const card_id = /carduri\/(\w+)\/delete/.exec((await ana.get('/carduri')).text)?.[1] ?? ''
    assert.equal((await ana.post(`/carduri/${card_id}/delete`)).location, '/carduri?deleted=in-series')
    assert.match((await ana.get('/carduri')).text, /Nu ai niciun card salvat/)
    await charge(ana, series_id, 2)
    assert.equal((await facts(ana, series_id)).taken, 2)
    const kept = () => [...world.gateway.tokens.values()].filter((card) => card.number === number).length
    assert.equal(kept(), 1)
    await ana.post(`/abonament/${series_id}/end`)
    assert.equal(kept(), 0)
  })

  it('remembers its series and finishes what was under way', async () => {
    const ana = buyerOf(world)
    const series_id = await begin(ana, 'buchetul-saptamanal')
    world.gateway.cuts.push({ line: new RegExp(`^PUT /order/${series_id}-2/`), cut: 'after' })
    await charge(ana, series_id, 2)
    assert.match((await ana.get(`/abonament/${series_id}`)).text, /Verificăm plata/)
    await world.restart()
    assert.equal((await facts(ana, series_id)).taken, 2)
  })

  it('falls due on the same day of the month, or its last', () => {
    assert.deepEqual(
      [0, 1, 2, 13].map((place) => dueAt('2027-01-31T10:00:00.000Z', 'month', place).slice(0, 10)),
      ['2027-01-31', '2027-02-28', '2027-03-31', '2028-02-29'],
    )
    assert.equal(dueAt('2027-01-31T10:00:00.000Z', 'week', 2).slice(0, 10), '2027-02-14')
  })
})
