/** The demo shop "Florăria Ana" (type Ecommerce): products, basket, checkout, an order page that Punte keeps current. */
import { readFileSync } from 'node:fs'
import { isFinalStatus, type PaymentRequest } from '@punte/sdk'
import type { Attempt } from '../partner/book.ts'
import {
  attemptJson,
  callFailure,
  openPayments,
  type PartnerConfig,
  readPartnerConfig,
  webhookRoutes,
} from '../partner/partner.ts'
import { type Payments, standingAttempt } from '../partner/payments.ts'
import { LIVE_SCRIPT } from '../partner/view.ts'
import type { ConfigReader } from '../process/config.ts'
import {
  type Answer,
  type Asked,
  HttpError,
  html,
  json,
  jsonBody,
  type Route,
  redirect,
  startWebServer,
} from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'
import { amountText } from '../process/markup.ts'
import {
  basketCookie,
  basketLines,
  customerId,
  type Order,
  type Orders,
  openOrders,
  readBasket,
  readCustomer,
  requestedLines,
  withCount,
} from './orders.ts'
import { basketPage, catalogue, checkoutPage, errorPage, orderPage } from './pages.ts'

type Shop = {
  readonly config: PartnerConfig
  readonly payments: Payments
  readonly orders: Orders
  readonly url: () => string
}

/** Starts by the configuration of `readPartnerConfig`. Facts: `url`, `webhook_url`, `return_url`. */
export async function startShop(reader: ConfigReader): Promise<Running> {
  const config = readPartnerConfig(reader)
  const orders = await openOrders(config.data_dir)
  const payments = await openPayments(config)
  let url = config.http.url ?? ''
  const shop: Shop = { config, payments, orders, url: () => url }
  const web = await startWebServer({
    ...config.http,
    routes: [...pageRoutes(shop), ...orderRoutes(shop), ...webhookRoutes(payments)],
    renderError: errorPage,
  })
  url = web.url
  return {
    facts: { name: 'shop', url, webhook_url: `${url}/webhooks/punte`, return_url: `${url}/orders/{id}/return` },
    close: async () => {
      await web.close()
      await Promise.all([payments.close(), orders.close()])
    },
  }
}

function pageRoutes(shop: Shop): readonly Route[] {
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  const setCookie = (location: string, cookie: string): Answer => {
    const answer = redirect(location)
    return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } }
  }
  return [
    {
      method: 'GET',
      path: '/',
      handle: ({ headers, query }) => html(catalogue(readBasket(headers.cookie), query.get('added'))),
    },
    {
      method: 'GET',
      path: '/style.css',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/css' }, body: style }),
    },
    {
      method: 'GET',
      path: '/live.js',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/javascript' }, body: LIVE_SCRIPT }),
    },
    { method: 'GET', path: '/basket', handle: ({ headers }) => html(basketPage(readBasket(headers.cookie))) },
    {
      method: 'POST',
      path: '/basket/add',
      accepts: 'form',
      handle: ({ headers, body }) => {
        const id = new URLSearchParams(body.toString()).get('id') ?? ''
        const basket = readBasket(headers.cookie)
        return setCookie(
          `/?added=${encodeURIComponent(id)}`,
          basketCookie(withCount(basket, id, (basket.get(id) ?? 0) + 1)),
        )
      },
    },
    {
      method: 'POST',
      path: '/basket/set',
      accepts: 'form',
      handle: ({ headers, body }) => {
        const form = new URLSearchParams(body.toString())
        const count = /^\d{1,3}$/.test(form.get('count') ?? '') ? Number(form.get('count')) : 0
        return setCookie('/basket', basketCookie(withCount(readBasket(headers.cookie), form.get('id') ?? '', count)))
      },
    },
    {
      method: 'GET',
      path: '/checkout',
      handle: ({ headers }) => {
        const basket = readBasket(headers.cookie)
        return basket.size === 0 ? redirect('/basket') : html(checkoutPage(basket, { name: '', email: '', iban: '' }))
      },
    },
    { method: 'POST', path: '/checkout', accepts: 'form', handle: (asked) => checkout(shop, asked) },
  ]
}

async function checkout(shop: Shop, { headers, body }: Asked): Promise<Answer> {
  const basket = readBasket(headers.cookie)
  const lines = basketLines(basket)
  if (lines.length === 0) return redirect('/basket')
  const fields = new URLSearchParams(body.toString())
  const form = { name: fields.get('name') ?? '', email: fields.get('email') ?? '', iban: fields.get('iban') ?? '' }
  const { customer, faults } = readCustomer(form)
  if (Object.keys(faults).length > 0) return html(checkoutPage(basket, form, faults), 422)
  const order = await shop.orders.create(lines, customer)
  const answer = await payAndLeave(shop, order)
  return { ...answer, headers: { ...answer.headers, 'set-cookie': basketCookie(new Map()) } }
}

/** Starts the payment and sends the browser to it; when it cannot be started the order page says so and offers another try. */
async function payAndLeave(shop: Shop, order: Order): Promise<Answer> {
  try {
    const attempt = await shop.payments.start(order.order_id, paymentRequest(shop, order))
    return redirect(isFinalStatus(attempt.status) ? `/orders/${order.order_id}` : attempt.redirect_url)
  } catch (error) {
    const { status, message } = callFailure(error)
    return html(orderPage(order, shop.payments.attemptsOf(order.order_id), new Map(), message), status)
  }
}

function paymentRequest({ config, url }: Shop, order: Order): PaymentRequest {
  return {
    creditorName: config.beneficiary.name,
    creditorIban: config.beneficiary.iban,
    amount: amountText(order.amount_minor),
    details: `Comanda ${order.order_id}`,
    psuIntermediarId: customerId(order.customer.email),
    psuEmail: order.customer.email,
    redirectURL: `${url()}/orders/${order.order_id}/return`,
    ...(order.customer.iban === undefined ? {} : { debtorIban: order.customer.iban }),
  }
}

function orderRoutes(shop: Shop): readonly Route[] {
  const { payments } = shop
  return [
    {
      method: 'GET',
      path: '/orders/:id',
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        return html(orderPage(order, await freshAttempts(payments, order.order_id), readBasket(asked.headers.cookie)))
      },
    },
    {
      method: 'GET',
      path: '/orders/:id/return',
      // Whatever the address says, the status call decides.
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        await freshAttempts(payments, order.order_id)
        return redirect(`/orders/${order.order_id}`)
      },
    },
    {
      method: 'POST',
      path: '/orders/:id/pay',
      accepts: 'form',
      handle: (asked) => payAndLeave(shop, orderOf(shop, asked)),
    },
    {
      method: 'GET',
      path: '/orders/:id.json',
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        return json(orderJson(order, await freshAttempts(payments, order.order_id)))
      },
    },
    { method: 'POST', path: '/api/orders', accepts: 'json', handle: (asked) => orderByProgram(shop, asked) },
  ]
}

function orderOf(shop: Shop, { params }: Asked): Order {
  const order = shop.orders.get(params.id ?? '')
  if (order === undefined) throw new HttpError(404, 'Comanda nu există.')
  return order
}

/** The attempts of an order, the open one asked for anew. */
async function freshAttempts(payments: Payments, order_id: string): Promise<readonly Attempt[]> {
  const last = payments.attemptsOf(order_id).at(-1)
  if (last !== undefined && !isFinalStatus(last.status)) await payments.ask(last.payment_id)
  return payments.attemptsOf(order_id)
}

function orderJson(order: Order, attempts: readonly Attempt[]) {
  const last = standingAttempt(attempts)
  return {
    order: {
      order_id: order.order_id,
      created_at: order.created_at,
      lines: order.lines,
      amount_minor: order.amount_minor,
    },
    status: last?.status ?? 'NOT_STARTED',
    paid: last?.status === 'ACSC',
    attempts: attempts.map(attemptJson),
    webhooks: attempts.flatMap((attempt) => attempt.webhooks),
  }
}

/** `POST /api/orders {items?: [{id, count}] | amount, email, name?, iban?}` → 201 `{order_id, payment_id, redirect_url}`. */
async function orderByProgram(shop: Shop, asked: Asked): Promise<Answer> {
  const body = jsonBody(asked)
  const lines = requestedLines(body)
  if (lines === undefined) throw new HttpError(400, 'items or amount: missing or not valid')
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const { customer, faults } = readCustomer({
    name: text(body.name) || 'Program',
    email: text(body.email),
    iban: text(body.iban),
  })
  if (Object.keys(faults).length > 0) throw new HttpError(400, `not valid: ${Object.keys(faults).join(', ')}`)
  const order = await shop.orders.create(lines, customer)
  try {
    const attempt = await shop.payments.start(order.order_id, paymentRequest(shop, order))
    return json({ order_id: order.order_id, payment_id: attempt.payment_id, redirect_url: attempt.redirect_url }, 201)
  } catch (error) {
    throw callFailure(error)
  }
}
