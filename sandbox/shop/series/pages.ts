/** The pages of series: what is offered, the form that opens one, how one stands. */
import { liveHead, type Tone } from '../../partner/view.ts'
import { type Markup, markup, raw } from '../../process/markup.ts'
import { type Charge, isOpen } from '../cards/book.ts'
import type { CardFaults, CardFormValues } from '../cards/form.ts'
import { cardForm, cardLabel, faultSummary, trialCards } from '../cards/pages.ts'
import { CARD_WORDS, type Language, money, reasonOf } from '../cards/words.ts'
import { page } from '../frame.ts'
import type { Basket } from '../orders.ts'
import { PLANS, type Plan } from './plans.ts'
import type { SeriesView } from './series.ts'
import { SERIES_WORDS, type SeriesWords } from './words.ts'

type Seen = { readonly basket: Basket; readonly language: Language }

const DAYS = {
  ro: new Intl.DateTimeFormat('ro-RO', { timeZone: 'Europe/Bucharest', dateStyle: 'long' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Bucharest', dateStyle: 'long' }),
}
const dayOf = (iso: string, language: Language): Markup =>
  markup`<time datetime="${iso}" title="${iso}">${DAYS[language].format(new Date(iso))}</time>`

const priceOf = (plan: Plan, language: Language): string =>
  `${money(plan.amount_minor, language)} ${SERIES_WORDS[language].per[plan.every ?? 'need']}`

/** `/abonamente` */
export function seriesListPage({ basket, language, mine }: Seen & { mine: readonly SeriesView[] }): string {
  const words = SERIES_WORDS[language]
  const rows = mine.map(
    ({ series, plan, phase, taken }) =>
      markup`<li><a class="series-row" href="/abonament/${series.series_id}"><strong>${plan.words[language].name}</strong>
      <span class="phase ${phase}">${words.phases[phase]}</span>
      <span class="small">${priceOf(plan, language)}, ${words.progress.toLowerCase()} ${taken}${plan.payments !== undefined && ` ${words.of} ${plan.payments}`}</span></a></li>`,
  )
  const plans = PLANS.map(
    (plan) => markup`<li class="plan"><h3>${plan.words[language].name}</h3><p>${plan.words[language].about}</p>
      <p class="price">${priceOf(plan, language)}</p>
      <a class="button" href="/abonamente/nou/${plan.plan_id}" aria-label="${words.choose}: ${plan.words[language].name}">${words.choose}</a></li>`,
  )
  return page({
    title: words.title,
    basket,
    cards: true,
    language,
    switch_at: '/abonamente',
    body: markup`<h1>${words.title}</h1><p class="lead">${words.intro}</p>
      <section class="part"><h2>${words.yours}</h2>${rows.length === 0 ? markup`<p class="empty-small">${words.none}</p>` : markup`<ul class="cards">${rows}</ul>`}</section>
      <section class="part"><h2>${words.offered}</h2><ul class="plans">${plans}</ul></section>`,
  })
}

/** The card form of a plan's first payment or, with `changing`, of a series that exists. */
export function seriesFormPage(
  input: Seen & {
    plan: Plan
    path: string
    changing: boolean
    /** Number of the series that the form opens. */
    series_id?: string | undefined
    values: CardFormValues
    faults: CardFaults
    problem?: string | undefined
  },
): string {
  const { plan, language, changing } = input
  const words = SERIES_WORDS[language]
  const { name, about, consent } = plan.words[language]
  const title = changing ? words.change_title : name
  return page({
    title,
    basket: input.basket,
    cards: true,
    language,
    switch_at: input.path,
    head: raw('<script src="/card-form.js" defer></script>'),
    body: markup`<h1>${title}</h1>${faultSummary(input.faults, CARD_WORDS[language], input.problem)}
      <div class="columns"><div>${cardForm({
        action: input.path,
        hidden: input.series_id === undefined ? {} : { series_id: input.series_id },
        language,
        values: input.values,
        faults: input.faults,
        consent: changing ? words.change_consent : consent,
        button: changing ? words.change_button : `${words.open} ${money(plan.amount_minor, language)}`,
      })}${trialCards(language)}</div>
      <aside>${changing ? markup`<h2>${name}</h2><p>${words.change_help}</p>` : markup`<h2>${priceOf(plan, language)}</h2><p>${about}</p>`}
        <p><a href="/abonamente">${words.back}</a></p></aside></div>`,
  })
}

/** `/abonament/:id` */
export function seriesPage({ basket, language, view, status }: Seen & { view: SeriesView; status: string }): string {
  const words = SERIES_WORDS[language]
  const { series, plan, phase, card } = view
  const path = `/abonament/${series.series_id}`
  const waiting = view.last !== undefined && isOpen(view.last)
  const card_text =
    card !== undefined ? cardLabel(card, CARD_WORDS[language]) : phase === 'active' ? words.no_card : '–'
  const next =
    phase !== 'active'
      ? '–'
      : plan.every === undefined
        ? words.next_needed
        : markup`<ol class="dates">${view.next_at.map((at) => markup`<li>${dayOf(at, language)}</li>`)}</ol>`
  return page({
    title: plan.words[language].name,
    basket,
    cards: true,
    language,
    switch_at: path,
    head: waiting ? liveHead(`${path}.json`, status) : undefined,
    body: markup`<h1>${plan.words[language].name}</h1>
      <p class="lead"><span class="phase ${phase}">${words.phases[phase]}</span> ${words.leads[phase]}</p>${news(view, language)}
      <dl class="facts"><div><dt>${words.amount}</dt><dd>${priceOf(plan, language)}</dd></div>
        <div><dt>${words.progress}</dt><dd>${view.taken}${plan.payments !== undefined && ` ${words.of} ${plan.payments}`}</dd></div>
        <div><dt>${words.left}</dt><dd>${view.remaining === undefined ? words.until_ended : String(view.remaining)}</dd></div>
        <div><dt>${words.card}</dt><dd>${card_text}</dd></div>
        <div><dt>${words.next}</dt><dd>${next}</dd></div></dl>
      ${!waiting && choices(view, path, words)}
      ${paymentList(view, language)}
      <p><a href="/abonamente">${words.back}</a></p>`,
  })
}

/** What the last charge came to, whatever it was for. */
function news({ last, payments }: SeriesView, language: Language): Markup | undefined {
  if (last === undefined || (last.state === 'paid' && payments.length === 1 && last.purpose.kind === 'opening')) return
  const words = SERIES_WORDS[language]
  const change = last.purpose.kind === 'card_change'
  const [tone, text]: [Tone, string] =
    last.state === 'paid'
      ? ['good', change ? words.changed : words.charged]
      : isOpen(last)
        ? ['waiting', change ? words.change_checking : words.charge_checking]
        : ['bad', `${change ? words.change_failed : words.charge_failed} ${reasonOf(last, CARD_WORDS[language])}`]
  return markup`<p class="notice ${tone}" role="status">${text}</p>`
}

function choices({ phase, card, taken }: SeriesView, path: string, words: SeriesWords): Markup | undefined {
  const change = (label: string, primary: boolean): Markup =>
    markup`<a class="button${primary ? ' primary' : ''}" href="${path}/card">${label}</a>`
  const ending = markup`<form method="post" action="${path}/end"><button class="quiet">${words.end}</button></form>`
  if (phase === 'opening') return markup`<div class="actions part">${change(words.other_card, true)}${ending}</div>`
  if (phase !== 'active') return undefined
  const charge = markup`<form method="post" action="${path}/charge"><input type="hidden" name="place" value="${taken + 1}">
    <button class="primary">${words.charge_now}</button></form>`
  return markup`<div class="actions part">${card !== undefined && charge}${change(words.change, card === undefined)}${ending}</div>
    <p class="small">${words.charge_help}</p>`
}

function paymentList({ payments, series }: SeriesView, language: Language): Markup {
  const words = SERIES_WORDS[language]
  const outcome = (charge: Charge): Markup => {
    if (charge.state === 'paid') return markup`<span class="outcome good">${words.paid}</span>`
    if (isOpen(charge)) return markup`<span class="outcome waiting">${words.checking}</span>`
    return markup`<span class="outcome bad">${words.failed}</span><span class="why">${reasonOf(charge, CARD_WORDS[language])}</span>`
  }
  const rows = [...payments]
    .reverse()
    .map(
      (charge) =>
        markup`<li><span class="when">${dayOf(charge.started_at, language)}<span class="small">${
          charge.purpose.kind === 'merchant' ? words.by_shop : words.by_you
        }</span></span><span>${outcome(charge)}</span><strong class="sum">${money(charge.amount_minor, language)}</strong></li>`,
    )
  const trail = payments.map(
    (charge) =>
      markup`<li><code>${charge.order_id}</code> / <code>${charge.transaction_id}</code>: <code>${charge.gateway_code ?? '…'}</code></li>`,
  )
  return markup`<section class="part"><h2>${words.past}</h2><ol class="payments" reversed>${rows}</ol></section>
    <details class="trail"><summary>${words.technical}</summary><p>agreement.id <code>${series.series_id}</code></p><ul>${trail}</ul></details>`
}
