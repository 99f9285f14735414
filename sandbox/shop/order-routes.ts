/** An order after it was placed: paid from an account, by card, or by a program; its page and its facts. */
import { isFinalStatus, type PaymentRequest } from '@punte/sdk'
import type { Attempt } from '../partner/book.ts'
import { attemptJson, callFailure, type PartnerConfig } from '../partner/partner.ts'
import { type Payments, standingAttempt } from '../partner/payments.ts'
import { type Answer, type Asked, HttpError, html, json, jsonBody, type Route, redirect } from '../process/http.ts'
import { amountText } from '../process/markup.ts'
import { type Charge, isTakenByCard, standingCharge } from './cards/book.ts'
import { type Desk, languageChoice } from './cards/desk.ts'
import { readLanguage } from './cards/words.ts'
import { customerId, type Order, type Orders, readBasket, readCustomer, requestedLines } from './orders.ts'
import { orderPage } from './pages.ts'

export type Shop = {
  readonly config: PartnerConfig
  readonly payments: Payments
  readonly orders: Orders
  /** Absent where the shop takes no cards. */
  readonly desk: Desk | undefined
  readonly url: () => string
}
/** Starts the payment and sends the browser to it; when it cannot be started the order page says so and offers another try. */
export async function payAndLeave(shop: Shop, order: Order, cookies: string | undefined): Promise<Answer> {
  const { order_id } = order
  // A card payment that is not settled may still succeed.
  if (isTakenByCard(chargesOf(shop, order_id))) return redirect(`/orders/${order_id}`)
  try {
    const attempt = await shop.payments.start(order_id, paymentRequest(shop, order))
    return redirect(isFinalStatus(attempt.status) ? `/orders/${order_id}` : attempt.redirect_url)
  } catch (error) {
    const { status, message } = callFailure(error)
    return html(showOrder(shop, order, shop.payments.attemptsOf(order_id), cookies, message), status)
  }
}

const chargesOf = ({ desk }: Shop, order_id: string): readonly Charge[] => desk?.book.chargesFor(order_id) ?? []

function showOrder(
  shop: Shop,
  order: Order,
  attempts: readonly Attempt[],
  cookies: string | undefined,
  problem?: string,
): string {
  const charges = chargesOf(shop, order.order_id)
  return orderPage({
    order,
    attempts,
    charges,
    basket: readBasket(cookies),
    cards: shop.desk !== undefined,
    language: readLanguage(cookies),
    status: statusOf(attempts, charges),
    ...(problem !== undefined && { problem }),
  })
}

/** The account payment's status; beside it, or alone, the card charge's as `CARD_PAID` and the like. */
function statusOf(attempts: readonly Attempt[], charges: readonly Charge[]): string {
  const attempt = standingAttempt(attempts)
  const charge = standingCharge(charges)
  if (charge === undefined) return attempt?.status ?? 'NOT_STARTED'
  const by_card = attempt === undefined || charge.state === 'paid' || charge.started_at > attempt.started_at
  return by_card && attempt?.status !== 'ACSC' ? `CARD_${charge.state.toUpperCase()}` : (attempt?.status ?? '')
}

export function paymentRequest({ config, url }: Shop, order: Order): PaymentRequest {
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

export function orderRoutes(shop: Shop): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/orders/:id',
      handle: async (asked) => {
        const chosen = languageChoice(asked.path, asked.query)
        if (chosen !== undefined) return chosen
        const order = orderOf(shop, asked)
        return html(showOrder(shop, order, await fresh(shop, order.order_id), asked.headers.cookie))
      },
    },
    {
      method: 'GET',
      path: '/orders/:id/return',
      // Whatever the address says, the status call decides.
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        await fresh(shop, order.order_id)
        return redirect(`/orders/${order.order_id}`)
      },
    },
    {
      method: 'POST',
      path: '/orders/:id/pay',
      accepts: 'form',
      handle: (asked) => payAndLeave(shop, orderOf(shop, asked), asked.headers.cookie),
    },
    {
      method: 'GET',
      path: '/orders/:id.json',
      handle: async (asked) => {
        const order = orderOf(shop, asked)
        const attempts = await fresh(shop, order.order_id)
        return json(orderJson(order, attempts, chargesOf(shop, order.order_id)))
      },
    },
    { method: 'POST', path: '/api/orders', accepts: 'json', handle: (asked) => orderByProgram(shop, asked) },
  ]
}

export function orderOf(shop: Shop, { params }: Asked): Order {
  const order = shop.orders.get(params.id ?? '')
  if (order === undefined) throw new HttpError(404, 'Comanda nu există.')
  return order
}

/** The attempts of an order, the open one asked for anew, and an open card charge too. */
async function fresh({ payments, desk }: Shop, order_id: string): Promise<readonly Attempt[]> {
  const last = payments.attemptsOf(order_id).at(-1)
  await Promise.all([
    last !== undefined && !isFinalStatus(last.status) ? payments.ask(last.payment_id) : undefined,
    desk?.charges.followLast(order_id),
  ])
  return payments.attemptsOf(order_id)
}

function orderJson(order: Order, attempts: readonly Attempt[], charges: readonly Charge[]) {
  const last = standingAttempt(attempts)
  const charge = standingCharge(charges)
  return {
    order: {
      order_id: order.order_id,
      created_at: order.created_at,
      lines: order.lines,
      amount_minor: order.amount_minor,
    },
    status: statusOf(attempts, charges),
    paid: last?.status === 'ACSC' || charge?.state === 'paid',
    attempts: attempts.map(attemptJson),
    webhooks: attempts.flatMap((attempt) => attempt.webhooks),
    card_attempts: charges.map(({ transaction_id, state, gateway_code, amount_minor }) => {
      return { transaction_id, state, gateway_code, amount_minor }
    }),
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
