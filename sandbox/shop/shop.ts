/** The demo shop "Florăria Ana" (type Ecommerce): products, basket, checkout, an order page that Punte keeps current. */
import { readFileSync } from 'node:fs'
import { isFinalStatus } from '@punte/sdk'
import { openPayments, readPartnerConfig, webhookRoutes } from '../partner/partner.ts'
import { standingAttempt } from '../partner/payments.ts'
import { LIVE_SCRIPT } from '../partner/view.ts'
import type { ConfigReader } from '../process/config.ts'
import { type Answer, type Asked, html, type Route, redirect, startWebServer } from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'
import { type Desk, openDesk, readCardConfig, withCookie } from './cards/desk.ts'
import { cardRoutes } from './cards/routes.ts'
import { openDonations } from './donations/donations.ts'
import { donationRoutes } from './donations/routes.ts'
import { orderOf, orderRoutes, payAndLeave, type Shop } from './order-routes.ts'
import { basketCookie, basketLines, type Order, openOrders, readBasket, readCustomer, withCount } from './orders.ts'
import { basketPage, catalogue, checkoutPage, errorPage, orderLines } from './pages.ts'
import { phoneRoutes } from './phone/routes.ts'
import { seriesRoutes } from './series/routes.ts'

/** Starts by the configuration of `readPartnerConfig` and `readCardConfig`. Facts: `url`, `webhook_url`, `return_url`. */
export async function startShop(reader: ConfigReader): Promise<Running> {
  const card = readCardConfig(reader)
  const config = readPartnerConfig(reader)
  const orders = await openOrders(config.data_dir)
  const donations = await openDonations(config.data_dir)
  const payments = await openPayments(config)
  const desk = card && (await openDesk(card, config.data_dir))
  let url = config.http.url ?? ''
  const shop: Shop = { config, payments, orders, desk, url: () => url }
  const web = await startWebServer({
    ...config.http,
    routes: [
      ...pageRoutes(shop),
      ...orderRoutes(shop),
      ...donationRoutes(shop, donations),
      ...phoneRoutes(shop),
      ...webhookRoutes(payments),
      ...(desk === undefined ? [] : [...cardRoutes(cardShop(shop, desk)), ...seriesRoutes(desk)]),
    ],
    renderError: errorPage,
  })
  url = web.url
  return {
    facts: { name: 'shop', url, webhook_url: `${url}/webhooks/punte`, return_url: `${url}/orders/{id}/return` },
    close: async () => {
      await web.close()
      await Promise.all([payments.close(), orders.close(), donations.close(), desk?.close()])
    },
  }
}

function cardShop(shop: Shop, desk: Desk) {
  return {
    desk,
    orderOf: (asked: Asked) => orderOf(shop, asked),
    orderLines: (order: Order, language: 'ro' | 'en') => orderLines(order.lines, language),
    isTakenByAccount: (order_id: string) => {
      const standing = standingAttempt(shop.payments.attemptsOf(order_id))
      return standing !== undefined && (!isFinalStatus(standing.status) || standing.status === 'ACSC')
    },
  }
}

function pageRoutes(shop: Shop): readonly Route[] {
  const cards = shop.desk !== undefined
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  const setCookie = (location: string, cookie: string): Answer => withCookie(redirect(location), cookie)
  return [
    {
      method: 'GET',
      path: '/',
      handle: ({ headers, query }) => html(catalogue(readBasket(headers.cookie), query.get('added'), cards)),
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
    { method: 'GET', path: '/basket', handle: ({ headers }) => html(basketPage(readBasket(headers.cookie), cards)) },
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
        return basket.size === 0
          ? redirect('/basket')
          : html(checkoutPage(basket, { name: '', email: '', iban: '' }, cards))
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
  if (Object.keys(faults).length > 0) return html(checkoutPage(basket, form, shop.desk !== undefined, faults), 422)
  const order = await shop.orders.create(lines, customer)
  const by_card = shop.desk !== undefined && fields.get('pay_with') === 'card'
  const answer = by_card ? redirect(`/orders/${order.order_id}/card`) : await payAndLeave(shop, order, headers.cookie)
  return withCookie(answer, basketCookie(new Map()))
}
