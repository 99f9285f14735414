/** The card form, and the pages around it. */
import { type Markup, markup, raw } from '../../process/markup.ts'
import type { MaskedCard } from '../card-api.ts'
import { page } from '../frame.ts'
import type { Basket, Order } from '../orders.ts'
import type { KeptCard } from './book.ts'
import type { CardFaults, CardField, CardFormValues } from './form.ts'
import { CARD_WORDS, type CardWords, type Language, money } from './words.ts'

/** The form's own script: groups digits, tells faults on leaving a field, sends once. */
const FORM_SCRIPT = raw('<script src="/card-form.js" defer></script>')

export type CardForm = {
  readonly action: string
  readonly language: Language
  readonly values: CardFormValues
  readonly faults: CardFaults
  /** What the button says. */
  readonly button: string
  /** Replaces the box "save the card": what the payer agrees to and must tick. */
  readonly consent?: string
  readonly hidden?: Readonly<Record<string, string>>
}

const FIELDS: readonly { field: CardField; hints: string }[] = [
  { field: 'number', hints: 'inputmode="numeric" autocomplete="cc-number" maxlength="23" spellcheck="false"' },
  { field: 'name', hints: 'autocomplete="cc-name" maxlength="100" autocapitalize="words" spellcheck="false"' },
  { field: 'expiry', hints: 'inputmode="numeric" autocomplete="cc-exp" maxlength="7" placeholder="05/29"' },
  { field: 'code', hints: 'inputmode="numeric" autocomplete="cc-csc" maxlength="4" spellcheck="false"' },
]

/** Faults above the form, each a link to its field; takes the focus. */
export function faultSummary(faults: CardFaults, words: CardWords, problem?: string): Markup | undefined {
  const named = Object.entries(faults)
  if (problem !== undefined) {
    return markup`<div class="faults" role="alert" tabindex="-1" data-focus><strong>${problem}</strong></div>`
  }
  if (named.length === 0) return undefined
  return markup`<div class="faults" role="alert" tabindex="-1" data-focus><strong>${words.check}</strong>
    <ul>${named.map(([field, text]) => markup`<li><a href="#card-${field}">${labelOf(field, words)}: ${text}</a></li>`)}</ul>
    <p>${words.no_code_kept}</p></div>`
}

const labelOf = (field: string, words: CardWords): string =>
  field === 'number' || field === 'name' || field === 'expiry' || field === 'code' ? words[field] : words.save

export function cardForm(form: CardForm): Markup {
  const words = CARD_WORDS[form.language]
  const value = { number: '', code: '', name: form.values.name, expiry: form.values.expiry }
  const inputs = FIELDS.map(({ field, hints }) => {
    const fault = form.faults[field]
    const help = field === 'code' ? words.code_help : undefined
    const described = [help && 'card-code-help', `card-${field}-fault`].filter(Boolean).join(' ')
    return markup`<div class="field field-${field}"><label for="card-${field}">${words[field]}</label>
      <input id="card-${field}" name="${field}" type="text" value="${value[field]}" required aria-describedby="${described}" ${raw(
        hints + (fault === undefined ? '' : ' aria-invalid="true"'),
      )}>${help !== undefined && markup`<p class="small" id="card-code-help">${help}</p>`}
      <p class="fault" id="card-${field}-fault">${fault}</p></div>`
  })
  const texts = JSON.stringify(words.faults)
  return markup`<form method="post" action="${form.action}" class="card-form" novalidate data-faults="${texts}" data-sending="${words.paying}">${Object.entries(form.hidden ?? {}).map(([name, text]) => markup`<input type="hidden" name="${name}" value="${text}">`)}
    <div class="card-fields">${inputs}</div>${consentBox(form, words)}
    <button class="primary wide">${form.button}</button></form>`
}

function consentBox({ consent, values, faults }: CardForm, words: CardWords): Markup {
  const name = consent === undefined ? 'save' : 'consent'
  const fault = faults.consent
  return markup`<div class="field consent"><label class="choice"><input type="checkbox" id="card-consent" name="${name}" value="yes"${raw(
    `${consent === undefined && values.save ? ' checked' : ''} aria-describedby="card-consent-help card-consent-fault"${
      fault === undefined ? '' : ' aria-invalid="true"'
    }${consent === undefined ? '' : ' required'}`,
  )}> <span>${consent ?? words.save}</span></label>
    <p class="small" id="card-consent-help">${words.save_help}</p>
    <p class="fault" id="card-consent-fault">${fault}</p></div>`
}

/** `Visa •••• 0008`, and when it expires. */
export function cardLabel(card: MaskedCard, words: CardWords): Markup {
  return markup`<span class="card-label"><strong>${brandName(card.brand)}</strong> <span class="digits">•••• ${card.last_four}</span> <span class="small">${words.expires} ${card.expiry}</span></span>`
}

export function brandName(brand: string): string {
  const known: Readonly<Record<string, string>> = {
    MASTERCARD: 'Mastercard',
    VISA: 'Visa',
    MAESTRO: 'Maestro',
    AMEX: 'American Express',
    DINERS_CLUB: 'Diners Club',
    DISCOVER: 'Discover',
    JCB: 'JCB',
    UNIONPAY: 'UnionPay',
  }
  return known[brand] ?? 'Card'
}

/** Which cards the simulated acquirer approves: the world outside has no use for these. */
export function trialCards(language: Language): Markup {
  const words = CARD_WORDS[language]
  return markup`<details class="trail"><summary>${words.trial}</summary>
    <p>Mastercard <code>5123 4500 0000 0008</code>, Visa <code>4508 7500 1574 1019</code>. ${words.trial_rows}</p>
    <ul><li><code>01/39</code> ${words.trial_approved}</li><li><code>05/39</code> ${words.trial_declined}</li><li><code>08/28</code> ${words.trial_slow}</li></ul></details>`
}

/** `/orders/:id/card`: the payer's saved cards, one tap each, and the form for another. */
export function orderCardPage(input: {
  order: Order
  basket: Basket
  language: Language
  saved: readonly KeptCard[]
  lines: Markup
  values: CardFormValues
  faults: CardFaults
  problem?: string | undefined
}): string {
  const { order, language, saved } = input
  const words = CARD_WORDS[language]
  const path = `/orders/${order.order_id}/card`
  const sum = money(order.amount_minor, language)
  const summary = faultSummary(input.faults, words, input.problem)
  const list = markup`<section class="saved"><h2>${words.saved}</h2><ul class="cards">${saved.map(
    (
      card,
    ) => markup`<li><form method="post" action="${path}/saved"><input type="hidden" name="card_id" value="${card.card_id}">
      <button class="saved-card">${cardLabel(card, words)}<span class="go">${words.pay} ${sum}</span></button></form></li>`,
  )}</ul></section>`
  return page({
    title: words.title,
    basket: input.basket,
    cards: true,
    language,
    switch_at: path,
    head: FORM_SCRIPT,
    body: markup`<h1>${words.title}</h1>${summary}
      <div class="columns"><div>${saved.length > 0 && list}
        <section>${saved.length > 0 && markup`<h2>${words.other_card}</h2>`}${cardForm({
          action: path,
          language,
          values: input.values,
          faults: input.faults,
          button: `${words.pay} ${sum}`,
        })}</section>
        <form method="post" action="/orders/${order.order_id}/pay" class="other-way"><button class="quiet">${words.other_way}</button></form>
        ${trialCards(language)}</div>
      <aside><h2>${words.order} ${order.order_id}</h2>${input.lines}</aside></div>`,
  })
}

/** `/carduri`: what is kept, and how to be rid of it. */
export function savedCardsPage(input: {
  cards: readonly KeptCard[]
  basket: Basket
  language: Language
  notice?: string | undefined
}): string {
  const words = CARD_WORDS[input.language]
  const rows = input.cards.map(
    (card) => markup`<li class="kept-card">${cardLabel(card, words)}
      <form method="post" action="/carduri/${card.card_id}/delete"><button aria-label="${words.delete_card} ${brandName(card.brand)} ${card.last_four}">${words.delete}</button></form></li>`,
  )
  return page({
    title: words.saved,
    basket: input.basket,
    cards: true,
    language: input.language,
    switch_at: '/carduri',
    body: markup`<h1>${words.saved}</h1>${input.notice !== undefined && markup`<p class="notice" role="status">${input.notice}</p>`}
      ${rows.length === 0 ? markup`<p class="empty">${words.no_cards}</p>` : markup`<ul class="cards">${rows}</ul>`}
      <p class="small">${words.save_help}</p><p class="actions"><a class="button" href="/">${words.to_flowers}</a></p>`,
  })
}
