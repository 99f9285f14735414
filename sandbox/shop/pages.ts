/** The pages of the flower shop. */
import type { Attempt } from '../partner/book.ts'
import { standingAttempt } from '../partner/payments.ts'
import { attemptTrail, liveHead, standingPanel, standingWords, type Tone } from '../partner/view.ts'
import { ibanGroups, lei, type Markup, markup, moment } from '../process/markup.ts'
import { type Charge, standingCharge } from './cards/book.ts'
import { cardLabel } from './cards/pages.ts'
import { CARD_WORDS, chargeWords, type Language, money } from './cards/words.ts'
import { field } from './field.ts'
import { page } from './frame.ts'
import type { Basket, CustomerFaults, Line, Order } from './orders.ts'
import { basketLines, total } from './orders.ts'
import { PRODUCTS, type Product, productById } from './products.ts'

export function catalogue(basket: Basket, added: string | null, cards: boolean): string {
  const product = added === null ? undefined : productById(added)
  return page({
    title: 'Flori proaspete',
    basket,
    cards,
    body: markup`${
      product !== undefined &&
      markup`<p class="notice" role="status">${product.name} este în coș. <a href="/basket">Vezi coșul</a></p>`
    }
      <section class="hero"><h1>Flori proaspete, aduse azi dimineață</h1>
        <p>Livrare în București în aceeași zi. ${
          cards ? 'Plătești direct din contul tău sau cu cardul.' : 'Plătești direct din contul tău, fără card.'
        }</p></section>
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

export function basketPage(basket: Basket, cards: boolean): string {
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
  return page({
    title: 'Coșul tău',
    basket,
    cards,
    body: markup`<h1>Coșul tău</h1>${basket.size === 0 ? empty : full}`,
  })
}

export function checkoutPage(
  basket: Basket,
  form: { name: string; email: string; iban: string },
  cards: boolean,
  faults: CustomerFaults & { page?: string } = {},
): string {
  const lines = basketLines(basket)
  const named = Object.entries(faults)
  const summary = markup`<div class="faults" role="alert"><strong>${faults.page ?? 'Verifică datele de mai jos.'}</strong></div>`
  return page({
    title: 'Plata',
    basket,
    cards,
    body: markup`<h1>Plata</h1>${named.length > 0 && summary}
      <div class="columns"><form method="post" action="/checkout" novalidate>
        ${field({ id: 'name', label: 'Nume', value: form.name, fault: faults.name, hints: 'autocomplete="name" required' })}
        ${field({ id: 'email', label: 'Email', value: form.email, fault: faults.email, type: 'email', hints: 'autocomplete="email" required' })}
        ${field({ id: 'iban', label: 'IBAN-ul tău (opțional)', value: form.iban, fault: faults.iban, help: 'Îl trecem noi pe pagina de plată, ca să nu-l mai scrii acolo.', hints: 'autocomplete="off" spellcheck="false" maxlength="34"' })}
        <button class="primary wide">Plătește cu Punte <span>${lei(total(lines))}</span></button>
        <p class="small">Vei fi dus pe pagina Punte, unde alegi banca și autorizezi plata în aplicația ei.</p>
        ${
          cards &&
          markup`<p class="or"><span>sau</span></p><button class="wide" name="pay_with" value="card">Plătește cu cardul <span>${lei(total(lines))}</span></button>
        <p class="small">Mastercard, Visa, Maestro. Poți salva cardul pentru data viitoare.</p>`
        }</form>
      <aside>${orderLines(lines)}</aside></div>`,
  })
}

export function orderLines(lines: readonly Line[], language: Language = 'ro'): Markup {
  const sum = (amount_minor: number): string => money(amount_minor, language)
  return markup`<ul class="lines plain">${lines.map(
    (line) =>
      markup`<li class="line"><span>${line.count} × ${line.name}</span><span>${sum(line.count * line.price_minor)}</span></li>`,
  )}</ul><p class="total"><span>Total</span><strong>${sum(total(lines))}</strong></p>`
}

export type OrderView = {
  readonly order: Order
  /** Tries from an account. */
  readonly attempts: readonly Attempt[]
  /** Tries by card. */
  readonly charges: readonly Charge[]
  readonly basket: Basket
  readonly cards: boolean
  readonly language: Language
  /** Changes when the order's standing does. */
  readonly status: string
  /** Why the payment could not be started, when it could not. */
  readonly problem?: string
}

export function orderPage(view: OrderView): string {
  const { order, attempts, charges, problem } = view
  const attempt = standingAttempt(attempts)
  const charge = standingCharge(charges)
  const by_card = charge !== undefined && (attempt === undefined || isByCard(charge, attempt))
  const words = by_card ? chargeWords(charge, CARD_WORDS[view.language]) : accountWords(attempt, view)
  const waiting = words.tone === 'waiting'
  const path = `/orders/${order.order_id}`
  return page({
    title: words.title,
    basket: view.basket,
    cards: view.cards,
    ...(by_card && { language: view.language, switch_at: path }),
    head: waiting ? liveHead(`${path}.json`, view.status) : undefined,
    body: markup`${problem !== undefined && markup`<div class="faults" role="alert"><strong>${problem}</strong></div>`}
      ${standingPanel(words, by_card ? onwardByCard(charge, order, view.language) : onwardByAccount(attempt, words.tone, order, view.cards))}
      <section class="receipt"><h2>${by_card ? CARD_WORDS[view.language].order : 'Comanda'} ${order.order_id}</h2><p class="small">${moment(order.created_at)}, ${order.customer.name}, ${order.customer.email}${
        !by_card &&
        order.customer.iban !== undefined &&
        markup`, din contul <span class="iban">${ibanGroups(order.customer.iban)}</span>`
      }</p>${orderLines(order.lines, by_card ? view.language : 'ro')}</section>
      ${[...attempts].reverse().map(attemptTrail)}`,
  })
}

// What is paid stands; else what was tried last.
function isByCard(charge: Charge, attempt: Attempt): boolean {
  if (charge.state === 'paid') return true
  return attempt.status !== 'ACSC' && charge.started_at > attempt.started_at
}

function accountWords(attempt: Attempt | undefined, { cards, problem }: OrderView) {
  if (attempt !== undefined) return standingWords(attempt)
  if (cards && problem === undefined) {
    return { tone: 'bad' as const, title: 'Comanda nu este plătită încă', text: 'Alege cum vrei să plătești.' }
  }
  const text = 'Serviciul de plăți nu a răspuns. Din cont nu s-a luat nimic.'
  return { tone: 'bad' as const, title: 'Plata nu a pornit', text }
}

function onwardByAccount(last: Attempt | undefined, tone: Tone, order: Order, cards: boolean): Markup | undefined {
  if (last === undefined || tone === 'bad') {
    const card = markup`<a class="button" href="/orders/${order.order_id}/card">Plătește cu cardul</a>`
    return markup`<div class="actions"><form method="post" action="/orders/${order.order_id}/pay"><button class="primary">Încearcă din nou</button></form>${cards && card}</div>`
  }
  if (last.status === 'INIT' || last.status === 'RCVD') {
    return markup`<p><a class="button primary" href="${last.redirect_url}">Continuă plata</a></p>`
  }
  return tone === 'good' ? markup`<p><a class="button" href="/">Înapoi la flori</a></p>` : undefined
}

function onwardByCard(charge: Charge, order: Order, language: Language): Markup | undefined {
  const words = CARD_WORDS[language]
  const card = charge.card && markup`<p>${cardLabel(charge.card, words)}</p>`
  if (charge.state === 'paid') {
    const kept = charge.keep && (charge.kept === null ? words.not_saved : charge.kept && words.was_saved)
    return markup`${card}${kept && markup`<p class="small">${kept}</p>`}<p><a class="button" href="/">${words.to_flowers}</a></p>`
  }
  if (charge.state === 'sending' || charge.state === 'unsettled') return card
  return markup`${card}<div class="actions"><a class="button primary" href="/orders/${order.order_id}/card">${words.again}</a>
    <form method="post" action="/orders/${order.order_id}/pay"><button>${words.by_account}</button></form></div>`
}

export function errorPage(status: number, message: string): string {
  return page({
    title: 'Eroare',
    basket: new Map(),
    body: markup`<h1>${status}</h1><p>${message}</p><p><a class="button" href="/">Înapoi la flori</a></p>`,
  })
}
