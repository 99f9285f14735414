/** Paying an order by card, and the cards that a browser's owner keeps here. */
import { readFileSync } from 'node:fs'
import { type Answer, type Asked, HttpError, html, type Route, redirect } from '../../process/http.ts'
import { errorFacts, log } from '../../process/lifecycle.ts'
import { amountText, type Markup } from '../../process/markup.ts'
import type { Fields } from '../card-api.ts'
import { type Order, readBasket } from '../orders.ts'
import { isTakenByCard } from './book.ts'
import { type Desk, fillSession, languageChoice, listedCards, prepareSession, withCookie } from './desk.ts'
import { type CardFaults, type CardFormValues, EMPTY_FORM, readCardForm } from './form.ts'
import { orderCardPage, savedCardsPage } from './pages.ts'
import { CARD_WORDS, readLanguage } from './words.ts'

export type CardShop = {
  readonly desk: Desk
  /** @throws HttpError 404 */
  readonly orderOf: (asked: Asked) => Order
  readonly orderLines: (order: Order, language: 'ro' | 'en') => Markup
  /** Whether a payment from an account is paid or may still be. */
  readonly isTakenByAccount: (order_id: string) => boolean
}

export function cardRoutes(shop: CardShop): readonly Route[] {
  const script = readFileSync(new URL('../card-form.js', import.meta.url), 'utf8')
  return [
    {
      method: 'GET',
      path: '/card-form.js',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/javascript' }, body: script }),
    },
    { method: 'GET', path: '/orders/:id/card', handle: (asked) => showForm(shop, asked) },
    { method: 'POST', path: '/orders/:id/card', accepts: 'form', handle: (asked) => payWithTyped(shop, asked) },
    { method: 'POST', path: '/orders/:id/card/saved', accepts: 'form', handle: (asked) => payWithSaved(shop, asked) },
    { method: 'GET', path: '/carduri', handle: (asked) => showCards(shop, asked) },
    { method: 'POST', path: '/carduri/:id/delete', accepts: 'form', handle: (asked) => deleteCard(shop, asked) },
  ]
}

/** The order, or the way to its page where another payment stands in the way. */
function payable({ desk, orderOf, isTakenByAccount }: CardShop, asked: Asked): { order: Order; away?: Answer } {
  const order = orderOf(asked)
  const taken = isTakenByAccount(order.order_id) || isTakenByCard(desk.book.chargesFor(order.order_id))
  return taken ? { order, away: redirect(`/orders/${order.order_id}`) } : { order }
}

async function showForm(shop: CardShop, asked: Asked): Promise<Answer> {
  const chosen = languageChoice(asked.path, asked.query)
  if (chosen !== undefined) return chosen
  const { order, away } = payable(shop, asked)
  if (away !== undefined) return away
  await prepareSession(shop.desk, order.order_id)
  return formPage(shop, asked, order, { values: EMPTY_FORM, faults: {} })
}

function formPage(
  { desk, orderLines }: CardShop,
  { headers }: Asked,
  order: Order,
  form: { values: CardFormValues; faults: CardFaults; problem?: string },
  status = 200,
): Answer {
  const language = readLanguage(headers.cookie)
  const saved = listedCards(desk, desk.customers.read(headers.cookie))
  const lines = orderLines(order, language)
  return html(orderCardPage({ order, basket: readBasket(headers.cookie), language, saved, lines, ...form }), status)
}

async function payWithTyped(shop: CardShop, asked: Asked): Promise<Answer> {
  const { desk } = shop
  const { order, away } = payable(shop, asked)
  if (away !== undefined) return away
  const words = CARD_WORDS[readLanguage(asked.headers.cookie)]
  const { card, values, faults } = readCardForm(new URLSearchParams(asked.body.toString()), words, new Date())
  if (Object.keys(faults).length > 0) return formPage(shop, asked, order, { values, faults }, 422)
  const filled = await fillSession(desk, order.order_id, card, words)
  if (!('session_id' in filled)) return formPage(shop, asked, order, { values, ...filled }, filled.status)
  const known = desk.customers.read(asked.headers.cookie)
  const made = values.save && known === undefined ? desk.customers.make() : undefined
  const customer_id = made?.customer_id ?? known ?? ''
  await desk.charges.charge({
    ...planned(order, {
      session: { id: filled.session_id },
      sourceOfFunds: {
        type: 'CARD',
        // A one-off payment whose card nobody keeps says nothing of keeping.
        ...(values.save && { provided: { card: { storedOnFile: 'TO_BE_STORED' } } }),
      },
    }),
    ...(values.save && { keep: { session_id: filled.session_id, customer_id } }),
  })
  return withCookie(redirect(`/orders/${order.order_id}`), made?.cookie)
}

async function payWithSaved(shop: CardShop, asked: Asked): Promise<Answer> {
  const { desk } = shop
  const { order, away } = payable(shop, asked)
  if (away !== undefined) return away
  const card_id = new URLSearchParams(asked.body.toString()).get('card_id')
  const mine = listedCards(desk, desk.customers.read(asked.headers.cookie))
  const card = mine.find((each) => each.card_id === card_id)
  if (card === undefined) throw new HttpError(404, 'Cardul nu există.')
  await desk.charges.charge(
    planned(order, {
      sourceOfFunds: { type: 'CARD', token: card.token, provided: { card: { storedOnFile: 'STORED' } } },
    }),
  )
  return redirect(`/orders/${order.order_id}`)
}

/** The card API's order bears the shop's number: a second successful payment of it is impossible there too. */
function planned(order: Order, funds: Fields) {
  const { order_id, amount_minor } = order
  return {
    order_id,
    amount_minor,
    purpose: { kind: 'order', id: order_id },
    request: {
      apiOperation: 'PAY',
      order: { amount: amountText(amount_minor), currency: 'RON', reference: order_id },
      transaction: { source: 'INTERNET' },
      ...funds,
    },
  } as const
}

function showCards({ desk }: CardShop, { headers, path, query }: Asked): Answer {
  const language = readLanguage(headers.cookie)
  const words = CARD_WORDS[language]
  const told = query.get('deleted')
  const notice = told === 'yes' ? words.deleted : told === 'in-series' ? words.deleted_in_series : undefined
  const cards = listedCards(desk, desk.customers.read(headers.cookie))
  return (
    languageChoice(path, query) ?? html(savedCardsPage({ cards, basket: readBasket(headers.cookie), language, notice }))
  )
}

async function deleteCard({ desk }: CardShop, { headers, params }: Asked): Promise<Answer> {
  const card = listedCards(desk, desk.customers.read(headers.cookie)).find(({ card_id }) => card_id === params.id)
  if (card === undefined) return redirect('/carduri')
  try {
    await desk.keeping.unlist(card)
  } catch (error) {
    log('card_not_deleted', errorFacts(error))
    throw new HttpError(503, CARD_WORDS[readLanguage(headers.cookie)].unreachable)
  }
  return redirect(`/carduri?deleted=${desk.book.card(card.card_id) === undefined ? 'yes' : 'in-series'}`)
}
