/** The shop's orders and baskets: what was ordered and by whom. How it was paid is in the payment book. */
import { createHash, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { openJournal } from '../process/journal.ts'
import { isRomanianIban, parseLei } from '../process/markup.ts'
import { productById } from './products.ts'

export type Line = { readonly name: string; readonly count: number; readonly price_minor: number }
export type Customer = { readonly name: string; readonly email: string; readonly iban?: string }
export type Order = {
  readonly order_id: string
  readonly created_at: string
  readonly lines: readonly Line[]
  readonly amount_minor: number
  readonly customer: Customer
}

export type Orders = {
  get(order_id: string): Order | undefined
  create(lines: readonly Line[], customer: Customer): Promise<Order>
  readonly count: number
  close(): Promise<void>
}

const MAX_ORDERS = 30_000
const MAX_COUNT = 20

export async function openOrders(data_dir: string): Promise<Orders> {
  const orders = new Map<string, Order>()
  const keep = (order: Order): void => {
    orders.set(order.order_id, order)
    if (orders.size > MAX_ORDERS) orders.delete(orders.keys().next().value ?? '')
  }
  const journal = await openJournal<Order>(join(data_dir, 'orders.jsonl'), keep)
  if (journal.count > 2 * orders.size) await journal.rewrite(orders.values())
  return {
    get: (order_id) => orders.get(order_id),
    create: async (lines, customer) => {
      const amount_minor = total(lines)
      const order = { order_id: newOrderId(), created_at: new Date().toISOString(), lines, amount_minor, customer }
      keep(order)
      await journal.append(order)
      return order
    },
    get count() {
      return orders.size
    },
    close: journal.close,
  }
}

export function total(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.count * line.price_minor, 0)
}

/** The shop's own id of a customer, as the bank and Punte may see it: the same for the same address, and not the address. */
export function customerId(email: string): string {
  return `client-${createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 16)}`
}

// The address of an order page is known to its customer alone: 50 random bits, without letters that look alike.
function newOrderId(): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  return `FA-${Array.from({ length: 10 }, () => letters[randomInt(32)]).join('')}`
}

/** A basket as the cookie keeps it, `lalele.2~bujori.1`: counts only, and only of what the shop sells. */
export type Basket = ReadonlyMap<string, number>

const COOKIE = 'florarie_cos'

export function readBasket(cookies: string | undefined): Basket {
  const text = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(cookies ?? '')?.[1] ?? ''
  const basket = new Map<string, number>()
  for (const entry of text.split('~').slice(0, 50)) {
    const [id = '', count = ''] = entry.split('.')
    if (productById(id) !== undefined && /^\d{1,2}$/.test(count)) basket.set(id, Math.min(Number(count), MAX_COUNT))
  }
  return basket
}

export function basketCookie(basket: Basket): string {
  const text = [...basket].map(([id, count]) => `${id}.${count}`).join('~')
  return `${COOKIE}=${text}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800`
}

/** The basket with this many of a product; none takes it out. */
export function withCount(basket: Basket, id: string, count: number): Basket {
  const changed = new Map(basket)
  if (count > 0 && productById(id) !== undefined) changed.set(id, Math.min(count, MAX_COUNT))
  else changed.delete(id)
  return changed
}

export function basketLines(basket: Basket): readonly Line[] {
  return [...basket].flatMap(([id, count]) => {
    const product = productById(id)
    return product === undefined || count < 1 ? [] : [{ name: product.name, count, price_minor: product.price_minor }]
  })
}

/** What a program orders: `items: [{id, count}]`, or an `amount` in lei for a bouquet to measure. */
export function requestedLines(body: Record<string, unknown>): readonly Line[] | undefined {
  if (body.items === undefined) {
    const price_minor = parseLei(body.amount)
    return price_minor === undefined ? undefined : [{ name: 'Buchet la comandă', count: 1, price_minor }]
  }
  if (!Array.isArray(body.items) || body.items.length > 50) return undefined
  let basket: Basket = new Map()
  for (const item of body.items as unknown[]) {
    const { id, count } = (item ?? {}) as { id?: unknown; count?: unknown }
    if (typeof id !== 'string' || productById(id) === undefined || !Number.isInteger(count) || (count as number) < 1)
      return undefined
    basket = withCount(basket, id, count as number)
  }
  return basket.size === 0 ? undefined : basketLines(basket)
}

export type CustomerFaults = { name?: string; email?: string; iban?: string }

/** Reads the checkout form; the IBAN is optional. */
export function readCustomer(form: { name: string; email: string; iban: string }): {
  customer: Customer
  faults: CustomerFaults
} {
  const name = form.name.trim()
  const email = form.email.trim()
  const iban = form.iban.replace(/\s+/g, '').toUpperCase()
  const faults: CustomerFaults = {}
  if (name === '') faults.name = 'Câmp obligatoriu'
  else if (name.length > 70) faults.name = 'Cel mult 70 de caractere'
  if (email === '') faults.email = 'Câmp obligatoriu'
  else if (email.length > 254 || !/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(email))
    faults.email = 'Adresa de email nu este corectă'
  if (iban !== '' && !isRomanianIban(iban)) faults.iban = 'IBAN-ul nu este corect; verifică cifrele'
  return { customer: { name, email, ...(iban === '' ? {} : { iban }) }, faults }
}
