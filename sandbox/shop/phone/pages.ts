/** The pages of orders taken by phone: what the seller fills in, and the link that the customer pays by. */
import type { Attempt } from '../../partner/book.ts'
import { liveHead, standingPanel, standingWords } from '../../partner/view.ts'
import { lei, type Markup, markup, moment, raw } from '../../process/markup.ts'
import { field } from '../field.ts'
import { page } from '../frame.ts'
import type { Basket, CustomerFaults, Order } from '../orders.ts'
import { orderLines } from '../pages.ts'
import { PRODUCTS } from '../products.ts'

export const LINK_HOURS = [1, 24, 72] as const
export type PhoneForm = {
  readonly product: string
  readonly count: string
  readonly name: string
  readonly email: string
  readonly hours: string
}

/** `/telefon` */
export function phoneForm(
  seen: { basket: Basket; cards: boolean },
  form: PhoneForm,
  faults: CustomerFaults = {},
): string {
  const hours = (each: number): string => (each === 1 ? 'o oră' : each === 24 ? 'o zi' : `${each / 24} zile`)
  return page({
    ...seen,
    title: 'Comandă prin telefon',
    body: markup`<h1>Comandă prin telefon</h1>
      ${Object.keys(faults).length > 0 && markup`<div class="faults" role="alert"><strong>Verifică datele de mai jos.</strong></div>`}
      <p class="lead">Pentru vânzător: clientul sună, tu îi trimiți un link de plată pe email sau îi arăți codul QR.</p>
      <div class="columns"><form method="post" action="/telefon" novalidate>
        <div class="field"><label for="product">Ce comandă</label><select id="product" name="product">${PRODUCTS.map(
          ({ id, name, price_minor }) =>
            markup`<option value="${id}"${id === form.product && raw(' selected')}>${name}, ${lei(price_minor)}</option>`,
        )}</select></div>
        ${field({ id: 'count', label: 'Bucăți', value: form.count, type: 'number', hints: 'min="1" max="20" required' })}
        ${field({ id: 'name', label: 'Numele clientului', value: form.name, fault: faults.name, hints: 'autocomplete="off" required' })}
        ${field({ id: 'email', label: 'Emailul clientului', value: form.email, fault: faults.email, type: 'email', hints: 'autocomplete="off" required' })}
        <div class="field"><label for="hours">Linkul este valabil</label><select id="hours" name="hours">${LINK_HOURS.map(
          (each) =>
            markup`<option value="${each}"${String(each) === form.hours && raw(' selected')}>${hours(each)}</option>`,
        )}</select></div>
        <button class="primary wide">Trimite link de plată</button></form></div>`,
  })
}

/** `/telefon/:id`. `problem`: why there is no link. */
export function phonePage(
  seen: { basket: Basket; cards: boolean },
  view: { order: Order; attempt: Attempt | undefined; problem?: string | undefined; over: boolean },
): string {
  const { order, attempt, problem, over } = view
  const path = `/telefon/${order.order_id}`
  const words =
    attempt === undefined
      ? { tone: 'bad' as const, title: 'Linkul nu a fost trimis', text: 'Serviciul de plăți nu a răspuns.' }
      : attempt.status === 'INIT'
        ? {
            tone: 'waiting' as const,
            title: 'Linkul a fost trimis',
            text: `Pe ${order.customer.email}. Clientul nu a plătit încă.`,
          }
        : standingWords(attempt)
  const again = markup`<form method="post" action="${path}"><button class="primary">Trimite alt link</button></form>`
  return page({
    ...seen,
    title: `Link de plată, comanda ${order.order_id}`,
    head: attempt !== undefined && !over ? liveHead(`/orders/${order.order_id}.json`, attempt.status) : undefined,
    body: markup`${problem !== undefined && markup`<div class="faults" role="alert"><strong>Linkul nu a fost trimis. ${problem}</strong></div>`}
      ${standingPanel(words, over && attempt?.status !== 'ACSC' ? again : undefined)}
      ${attempt !== undefined && !over && linkCard(attempt)}
      <section class="receipt"><h2>Comanda ${order.order_id}</h2><p class="small">${order.customer.name}, ${order.customer.email}</p>${orderLines(order.lines)}</section>
      <p><a class="button" href="/telefon">Altă comandă prin telefon</a></p>`,
  })
}

function linkCard({ redirect_url, expires_at, qr }: Attempt): Markup {
  // Only a picture that says it is one: the address goes into the page.
  const picture = qr !== undefined && /^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/.test(qr) ? qr : undefined
  return markup`<section class="link-card"><h2>Linkul de plată</h2>
    ${picture !== undefined && markup`<img src="${picture}" alt="Cod QR al linkului de plată" width="220" height="220">`}
    <div class="field"><label for="link">Adresa</label><input id="link" readonly value="${redirect_url}"></div>
    ${expires_at !== undefined && markup`<p class="small">Valabil până la ${moment(expires_at)}.</p>`}</section>`
}
