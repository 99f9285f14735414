/** The frame around every page of the shop. */
import { type Markup, markup, raw } from '../process/markup.ts'
import type { Basket } from './orders.ts'

const LOGO = raw(
  '<svg viewBox="0 0 32 32" aria-hidden="true"><g fill="currentColor"><circle cx="16" cy="8" r="5"/><circle cx="8.4" cy="13.5" r="5"/><circle cx="23.6" cy="13.5" r="5"/><circle cx="11.3" cy="22.4" r="5"/><circle cx="20.7" cy="22.4" r="5"/></g><circle cx="16" cy="16" r="4" fill="#fff"/></svg>',
)

const WORDS = {
  ro: {
    basket: 'Coș',
    subscriptions: 'Abonamente',
    donate: 'Donează',
    by_phone: 'Comandă prin telefon',
    cards: 'Carduri',
    menu: 'Ale tale',
    other: 'English',
    about: 'Florăria Ana este un magazin de încercare: nu vinde flori și nu ia bani adevărați.',
  },
  en: {
    basket: 'Basket',
    subscriptions: 'Subscriptions',
    donate: 'Donate',
    by_phone: 'Order by phone',
    cards: 'Cards',
    menu: 'Yours',
    other: 'Română',
    about: 'Florăria Ana is a shop to try things in: it sells no flowers and takes no real money.',
  },
}

export type Frame = {
  readonly title: string
  readonly basket: Basket
  readonly body: Markup
  readonly head?: Markup | undefined
  /** Whether the shop takes cards: then it has subscriptions too. */
  readonly cards?: boolean
  readonly language?: 'ro' | 'en'
  /** The page has a switch of languages, which leads here. */
  readonly switch_at?: string
}

export function page(input: Frame): string {
  const language = input.language ?? 'ro'
  const words = WORDS[language]
  const other = language === 'ro' ? 'en' : 'ro'
  const count = [...input.basket.values()].reduce((sum, each) => sum + each, 0)
  return markup`${raw('<!doctype html>')}<html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${input.title} · Florăria Ana</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">${input.head}</head>
<body><header class="bar"><a class="brand" href="/">${LOGO} Florăria Ana</a>${markup`<nav class="menu" aria-label="${words.menu}"><a href="/donatii">${words.donate}</a>${
    input.cards === true &&
    markup`<a href="/abonamente">${words.subscriptions}</a><a href="/carduri">${words.cards}</a>`
  }</nav>`}<a class="basket" href="/basket">${words.basket} <span>${count}</span></a></header>
<main>${input.body}</main>
<footer><p>${words.about} <a href="/telefon">${words.by_phone}</a></p>${
    input.switch_at !== undefined &&
    markup`<p><a class="switch" href="${input.switch_at}?lang=${other}" hreflang="${other}" lang="${other}">${words.other}</a></p>`
  }</footer></body></html>`.toString()
}
