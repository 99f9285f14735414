/** Addresses of the pages. */
import { readFileSync } from 'node:fs'
import { type Answer, type Asked, HttpError, html, type Route } from '../../process/http.ts'
import type { Book } from '../book/book.ts'
import { type CardAction, changeCard } from '../issuers/scheme.ts'
import type { Frame } from './views.ts'

const SHOWN = 200
const ACTIONS: readonly CardAction[] = ['close', 'reopen', 'reissue']

export function pageRoutes(book: Book, frame: Frame): readonly Route[] {
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  return [
    { method: 'GET', path: '/', handle: ({ query }) => showMessages(book, frame, query.get('merchant_id') ?? '') },
    {
      method: 'GET',
      path: '/style.css',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/css' }, body: style }),
    },
    {
      method: 'GET',
      path: '/cards',
      handle: () => html(frame.cards([...book.cards.accounts()], book.cards.isClosed)),
    },
    { method: 'GET', path: '/cards/:id', handle: ({ params, query }) => showCard(book, frame, params.id ?? '', query) },
    { method: 'POST', path: '/cards/:id/:action', accepts: 'form', handle: (asked) => change(book, frame, asked) },
  ]
}

function showMessages(book: Book, frame: Frame, merchant_id: string): Answer {
  const all = [...book.postings()].reverse()
  const totals = book.totals().filter((total) => merchant_id === '' || total.merchant_id === merchant_id)
  const merchants = [...new Set(all.map(({ entry }) => entry.merchant_id))].toSorted()
  const shown = all.filter(({ entry }) => merchant_id === '' || entry.merchant_id === merchant_id)
  return html(frame.messages({ postings: shown.slice(0, SHOWN), merchants, merchant_id, totals }))
}

function showCard(
  book: Book,
  frame: Frame,
  account_id: string,
  query: URLSearchParams,
  issued?: { readonly number: string; readonly expiry: string },
): Answer {
  const account = book.cards.account(account_id)
  const masked_number = account?.masked_number ?? maskedFrom(query)
  const isOfCard = ({ entry }: { entry: { card?: { account_id: string } } }) => entry.card?.account_id === account_id
  const postings = [...book.postings()].filter(isOfCard).reverse().slice(0, SHOWN)
  const shown = { account_id, masked_number, account, isClosed: book.cards.isClosed, postings }
  return html(frame.card(issued === undefined ? shown : { ...shown, issued }))
}

async function change(book: Book, frame: Frame, { params, body }: Asked): Promise<Answer> {
  const form = new URLSearchParams(body.toString('utf8'))
  const action = ACTIONS.find((known) => known === params.action)
  const account_id = params.id ?? ''
  if (action === undefined || !/^[\w-]{22}$/.test(account_id)) throw new HttpError(404, 'Pagina nu există.')
  const changed = await changeCard(book, { account_id, masked_number: maskedFrom(form) }, action)
  const issued =
    changed?.number === undefined || changed.expiry === undefined
      ? undefined
      : { number: changed.number, expiry: changed.expiry }
  return showCard(book, frame, account_id, form, issued)
}

function maskedFrom(fields: URLSearchParams): string {
  const masked = fields.get('masked') ?? ''
  if (!/^[0-9]{6}x{0,9}[0-9]{3,4}$/.test(masked)) throw new HttpError(404, 'Cardul nu este cunoscut.')
  return masked
}
