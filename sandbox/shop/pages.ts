/** The pages of the flower shop. */
import type { Attempt } from '../partner/book.ts'
import { standingAttempt } from '../partner/payments.ts'
import { attemptTrail, liveHead, standingPanel, standingWords } from '../partner/view.ts'
import { ibanGroups, lei, type Markup, markup, moment, raw } from '../process/markup.ts'
import type { Basket, CustomerFaults, Line, Order } from './orders.ts'
import { basketLines, total } from './orders.ts'
import { PRODUCTS, type Product, productById } from './products.ts'

const LOGO = raw(
  '<svg viewBox="0 0 32 32" aria-hidden="true"><g fill="currentColor"><circle cx="16" cy="8" r="5"/><circle cx="8.4" cy="13.5" r="5"/><circle cx="23.6" cy="13.5" r="5"/><circle cx="11.3" cy="22.4" r="5"/><circle cx="20.7" cy="22.4" r="5"/></g><circle cx="16" cy="16" r="4" fill="#fff"/></svg>',
)

export function catalogue(basket: Basket, added: string | null): string {
  const product = added === null ? undefined : productById(added)
  return page({
    title: 'Flori proaspete',
    basket,
    body: markup`${
      product !== undefined &&
      markup`<p class="notice" role="status">${product.name} este în coș. <a href="/basket">Vezi coșul</a></p>`
    }
      <section class="hero"><h1>Flori proaspete, aduse azi dimineață</h1>
        <p>Livrare în București în aceeași zi. Plătești direct din contul tău, fără card.</p></section>
      <ul class="products">${PRODUCTS.map(productCard)}</ul>`,
  })
}

function productCard(product: Product): Markup {
  return markup`<li class="product"><div class="picture">${product.picture}</div>
    <h2>${product.name}</h2><p>${product.about}</p>
    <form method="post" action="/basket/add"><input type="hidden" name="id" value="${product.id}">
      <strong>${lei(product.price_minor)}</strong>
      <button aria-label="Adaugă în coș: ${product.name}">Adaugă în coș</button></form></li>`
}

export function basketPage(basket: Basket): string {
  const rows = [...basket].map(([id, count]) => {
    const product = productById(id)
    if (product === undefined) return undefined
    return markup`<li class="line"><div class="thumb">${product.picture}</div>
      <div class="about"><h2>${product.name}</h2><p>${lei(product.price_minor)} bucata</p></div>
      <form method="post" action="/basket/set" class="stepper"><input type="hidden" name="id" value="${id}">
        <button name="count" value="${count - 1}" aria-label="Mai puțin: ${product.name}">−</button>
        <span aria-label="Bucăți">${count}</span>
        <button name="count" value="${count + 1}" aria-label="Mai mult: ${product.name}">+</button></form>
      <strong>${lei(product.price_minor * count)}</strong></li>`
  })
  const full = markup`<ul class="lines">${rows}</ul>
    <p class="total"><span>Total</span><strong>${lei(total(basketLines(basket)))}</strong></p>
    <p class="actions"><a class="button primary" href="/checkout">Spre plată</a> <a class="button" href="/">Mai caut</a></p>`
  const empty = markup`<p class="empty">Coșul este gol.</p><p class="actions"><a class="button primary" href="/">Alege flori</a></p>`
  return page({ title: 'Coșul tău', basket, body: markup`<h1>Coșul tău</h1>${basket.size === 0 ? empty : full}` })
}

export function checkoutPage(
  basket: Basket,
  form: { name: string; email: string; iban: string },
  faults: CustomerFaults & { page?: string } = {},
): string {
  const lines = basketLines(basket)
  const named = Object.entries(faults)
  const summary = markup`<div class="faults" role="alert"><strong>${faults.page ?? 'Verifică datele de mai jos.'}</strong></div>`
  return page({
    title: 'Plata',
    basket,
    body: markup`<h1>Plata</h1>${named.length > 0 && summary}
      <div class="columns"><form method="post" action="/checkout" novalidate>
        ${field({ id: 'name', label: 'Nume', value: form.name, fault: faults.name, hints: 'autocomplete="name" required' })}
        ${field({ id: 'email', label: 'Email', value: form.email, fault: faults.email, type: 'email', hints: 'autocomplete="email" required' })}
        ${field({ id: 'iban', label: 'IBAN-ul tău (opțional)', value: form.iban, fault: faults.iban, help: 'Îl trecem noi pe pagina de plată, ca să nu-l mai scrii acolo.', hints: 'autocomplete="off" spellcheck="false" maxlength="34"' })}
        <button class="primary wide">Plătește cu Punte <span>${lei(total(lines))}</span></button>
        <p class="small">Vei fi dus pe pagina Punte, unde alegi banca și autorizezi plata în aplicația ei.</p></form>
      <aside>${orderLines(lines)}</aside></div>`,
  })
}

function field(input: {
  id: string
  label: string
  value: string
  fault?: string | undefined
  type?: string
  help?: string
  hints: string
}): Markup {
  const described =
    input.fault !== undefined ? `${input.id}-fault` : input.help !== undefined ? `${input.id}-help` : undefined
  const attributes = `${described === undefined ? '' : ` aria-describedby="${described}"`}${input.fault === undefined ? '' : ' aria-invalid="true"'}`
  return markup`<div class="field"><label for="${input.id}">${input.label}</label>
    <input id="${input.id}" name="${input.id}" type="${input.type ?? 'text'}" value="${input.value}" ${raw(input.hints + attributes)}>
    ${input.fault !== undefined && markup`<p class="fault" id="${input.id}-fault">${input.fault}</p>`}
    ${input.help !== undefined && markup`<p class="small" id="${input.id}-help">${input.help}</p>`}</div>`
}

function orderLines(lines: readonly Line[]): Markup {
  return markup`<ul class="lines plain">${lines.map(
    (line) =>
      markup`<li class="line"><span>${line.count} × ${line.name}</span><span>${lei(line.count * line.price_minor)}</span></li>`,
  )}</ul><p class="total"><span>Total</span><strong>${lei(total(lines))}</strong></p>`
}

/** `problem`: why the payment could not be started, when it could not. */
export function orderPage(order: Order, attempts: readonly Attempt[], basket: Basket, problem?: string): string {
  const last = standingAttempt(attempts)
  const words =
    last === undefined
      ? {
          tone: 'bad' as const,
          title: 'Plata nu a pornit',
          text: 'Serviciul de plăți nu a răspuns. Din cont nu s-a luat nimic.',
        }
      : standingWords(last)
  const again = markup`<form method="post" action="/orders/${order.order_id}/pay"><button class="primary">Încearcă din nou</button></form>`
  const onward =
    last === undefined || words.tone === 'bad'
      ? again
      : last.status === 'INIT' || last.status === 'RCVD'
        ? markup`<p><a class="button primary" href="${last.redirect_url}">Continuă plata</a></p>`
        : words.tone === 'good' && markup`<p><a class="button" href="/">Înapoi la flori</a></p>`
  const waiting = words.tone === 'waiting' && last !== undefined
  return page({
    title: words.title,
    basket,
    head: waiting ? liveHead(`/orders/${order.order_id}.json`, last.status) : undefined,
    body: markup`${problem !== undefined && markup`<div class="faults" role="alert"><strong>${problem}</strong></div>`}
      ${standingPanel(words, markup`${onward}`)}
      <section class="receipt"><h2>Comanda ${order.order_id}</h2><p class="small">${moment(order.created_at)}, pentru ${order.customer.name}, ${order.customer.email}${
        order.customer.iban !== undefined &&
        markup`, din contul <span class="iban">${ibanGroups(order.customer.iban)}</span>`
      }</p>${orderLines(order.lines)}</section>
      ${[...attempts].reverse().map(attemptTrail)}`,
  })
}

export function errorPage(status: number, message: string): string {
  return page({
    title: 'Eroare',
    basket: new Map(),
    body: markup`<h1>${status}</h1><p>${message}</p><p><a class="button" href="/">Înapoi la flori</a></p>`,
  })
}

function page(input: { title: string; basket: Basket; body: Markup; head?: Markup | undefined }): string {
  const count = [...input.basket.values()].reduce((sum, each) => sum + each, 0)
  return markup`${raw('<!doctype html>')}<html lang="ro"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${input.title} · Florăria Ana</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">${input.head}</head>
<body><header class="bar"><a class="brand" href="/">${LOGO} Florăria Ana</a><a class="basket" href="/basket">Coș <span>${count}</span></a></header>
<main>${input.body}</main>
<footer><p>Florăria Ana este un magazin de încercare: nu vinde flori și nu ia bani adevărați.</p></footer></body></html>`.toString()
}
