/** Orders taken by phone: the seller fills in what is ordered, the customer gets a payment link by mail or as a QR code. */
import { isFinalStatus } from '@punte/sdk'
import { callFailure } from '../../partner/partner.ts'
import { standingAttempt } from '../../partner/payments.ts'
import { type Answer, type Asked, HttpError, html, type Route, redirect } from '../../process/http.ts'
import { orderOf, paymentRequest, type Shop } from '../order-routes.ts'
import { basketLines, type Order, readBasket, readCustomer, withCount } from '../orders.ts'
import { LINK_HOURS, phoneForm, phonePage } from './pages.ts'

export function phoneRoutes(shop: Shop): readonly Route[] {
  const seen = ({ headers }: Asked) => ({ basket: readBasket(headers.cookie), cards: shop.desk !== undefined })
  const show = (asked: Asked, order: Order, problem?: string): string => {
    const attempt = standingAttempt(shop.payments.attemptsOf(order.order_id))
    const over = attempt === undefined || isFinalStatus(attempt.status)
    return phonePage(seen(asked), { order, attempt, problem, over })
  }
  const send = async (asked: Asked, order: Order, hours: number): Promise<Answer> => {
    try {
      await shop.payments.start(order.order_id, (client) =>
        client.createLink({ ...paymentRequest(shop, order), linkValidHours: hours, sendLink: true }),
      )
      return redirect(`/telefon/${order.order_id}`)
    } catch (error) {
      const { status, message } = callFailure(error)
      return html(show(asked, order, message), status)
    }
  }
  return [
    {
      method: 'GET',
      path: '/telefon',
      handle: (asked) => html(phoneForm(seen(asked), { product: '', count: '1', name: '', email: '', hours: '24' })),
    },
    {
      method: 'POST',
      path: '/telefon',
      accepts: 'form',
      handle: async (asked) => {
        const fields = new URLSearchParams(asked.body.toString())
        const text = (name: string): string => fields.get(name) ?? ''
        const form = {
          product: text('product'),
          count: text('count'),
          name: text('name'),
          email: text('email'),
          hours: text('hours'),
        }
        const { customer, faults } = readCustomer({ ...form, iban: '' })
        if (Object.keys(faults).length > 0) return html(phoneForm(seen(asked), form, faults), 422)
        const count = /^\d{1,2}$/.test(form.count) ? Number(form.count) : 0
        const lines = basketLines(withCount(new Map(), form.product, count))
        const hours = LINK_HOURS.find((each) => String(each) === form.hours)
        if (lines.length === 0 || hours === undefined)
          throw new HttpError(400, 'Alege ce se comandă, câte bucăți și cât este valabil linkul.')
        return send(asked, await shop.orders.create(lines, customer), hours)
      },
    },
    {
      method: 'GET',
      path: '/telefon/:id',
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        const last = shop.payments.attemptsOf(order.order_id).at(-1)
        if (last !== undefined && !isFinalStatus(last.status)) await shop.payments.ask(last.payment_id)
        return html(show(asked, order))
      },
    },
    {
      method: 'POST',
      path: '/telefon/:id',
      accepts: 'form',
      handle: (asked) => send(asked, orderOf(shop, asked), 24),
    },
  ]
}
