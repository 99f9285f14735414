/** Series as a browser's owner opens, sees, changes and ends them. Nobody else's browser sees them. */
import { type Answer, type Asked, HttpError, html, json, type Route, redirect } from '../../process/http.ts'
import type { Charge, Series } from '../cards/book.ts'
import { type Desk, fillSession, languageChoice, prepareSession, withCookie } from '../cards/desk.ts'
import { type CardFaults, type CardFormValues, EMPTY_FORM, readCardForm } from '../cards/form.ts'
import { CARD_WORDS, readLanguage } from '../cards/words.ts'
import { readBasket } from '../orders.ts'
import { seriesFormPage, seriesListPage, seriesPage } from './pages.ts'
import { type Plan, planById } from './plans.ts'
import {
  changeCard,
  end,
  isSeriesId,
  newSeriesId,
  payByMerchant,
  payOpening,
  refreshed,
  type SeriesView,
  viewOf,
} from './series.ts'

type FormPage = {
  readonly plan: Plan
  readonly path: string
  readonly changing: boolean
  readonly series_id?: string
  readonly values: CardFormValues
  readonly faults: CardFaults
  readonly problem?: string
}

export function seriesRoutes(desk: Desk): readonly Route[] {
  return [
    { method: 'GET', path: '/abonamente', handle: (asked) => showList(desk, asked) },
    { method: 'GET', path: '/abonamente/nou/:plan', handle: (asked) => showOpening(desk, asked) },
    { method: 'POST', path: '/abonamente/nou/:plan', accepts: 'form', handle: (asked) => openNew(desk, asked) },
    { method: 'GET', path: '/abonament/:id', handle: (asked) => showSeries(desk, asked) },
    {
      method: 'GET',
      path: '/abonament/:id.json',
      handle: async (asked) => json(seriesJson(await refreshed(desk, ownSeries(desk, asked)))),
    },
    { method: 'GET', path: '/abonament/:id/card', handle: (asked) => showCardForm(desk, asked) },
    { method: 'POST', path: '/abonament/:id/card', accepts: 'form', handle: (asked) => giveCard(desk, asked) },
    {
      method: 'POST',
      path: '/abonament/:id/charge',
      accepts: 'form',
      handle: async (asked) => {
        const series = ownSeries(desk, asked)
        const place = Number(new URLSearchParams(asked.body.toString()).get('place'))
        await payByMerchant(desk, series, place)
        return redirect(`/abonament/${series.series_id}`)
      },
    },
    {
      method: 'POST',
      path: '/abonament/:id/end',
      accepts: 'form',
      handle: async (asked) => {
        const series = ownSeries(desk, asked)
        await end(desk, series)
        return redirect(`/abonament/${series.series_id}`)
      },
    },
  ]
}

function ownSeries(desk: Desk, { params, headers }: Asked): Series {
  const series = desk.book.series(params.id ?? '')
  if (series === undefined || series.customer_id !== desk.customers.read(headers.cookie)) {
    throw new HttpError(404, 'Abonamentul nu există.')
  }
  return series
}

function showList(desk: Desk, { headers, path, query }: Asked): Answer {
  const customer_id = desk.customers.read(headers.cookie)
  const mine = [...desk.book.allSeries()].filter((series) => series.customer_id === customer_id)
  const seen = { basket: readBasket(headers.cookie), language: readLanguage(headers.cookie) }
  const views = mine.reverse().map((series) => viewOf(desk, series))
  return languageChoice(path, query) ?? html(seriesListPage({ ...seen, mine: views }))
}

async function showSeries(desk: Desk, asked: Asked): Promise<Answer> {
  const chosen = languageChoice(asked.path, asked.query)
  if (chosen !== undefined) return chosen
  const view = await refreshed(desk, ownSeries(desk, asked))
  const { cookie } = asked.headers
  return html(
    seriesPage({ basket: readBasket(cookie), language: readLanguage(cookie), view, status: statusOf(view.last) }),
  )
}

const statusOf = (last: Charge | undefined): string =>
  last === undefined ? 'NOT_STARTED' : `${last.order_id}/${last.transaction_id} ${last.state}`

function seriesJson(view: SeriesView) {
  const { series, plan, phase, taken, remaining, next_at, card, payments, last } = view
  return {
    status: statusOf(last),
    series_id: series.series_id,
    plan_id: plan.plan_id,
    phase,
    taken,
    remaining,
    next_at,
    card: card && { brand: card.brand, last_four: card.last_four, expiry: card.expiry },
    payments: payments.map(({ order_id, transaction_id, state, gateway_code, amount_minor, purpose }) => {
      return { order_id, transaction_id, kind: purpose.kind, state, gateway_code, amount_minor }
    }),
  }
}

function planOf({ params }: Asked): Plan {
  const plan = planById(params.plan)
  if (plan === undefined) throw new HttpError(404, 'Abonamentul nu există.')
  return plan
}

function formPage({ headers }: Asked, form: FormPage, status = 200): Answer {
  const seen = { basket: readBasket(headers.cookie), language: readLanguage(headers.cookie) }
  return html(seriesFormPage({ ...seen, ...form }), status)
}

async function showOpening(desk: Desk, asked: Asked): Promise<Answer> {
  const chosen = languageChoice(asked.path, asked.query)
  if (chosen !== undefined) return chosen
  const plan = planOf(asked)
  // The number is given with the form: sent twice, it opens one series.
  const series_id = newSeriesId()
  await prepareSession(desk, series_id)
  const form = { plan, path: asked.path, changing: false, series_id, values: EMPTY_FORM, faults: {} }
  return formPage(asked, form)
}

/** What was typed, if all of it is well and the payer agreed; else the form again. */
function readForm(asked: Asked, form: Omit<FormPage, 'values' | 'faults'>) {
  const words = CARD_WORDS[readLanguage(asked.headers.cookie)]
  const fields = new URLSearchParams(asked.body.toString())
  const { card, values, faults } = readCardForm(fields, words, new Date())
  if (fields.get('consent') !== 'yes') faults.consent = words.faults.consent
  const again = (more: { faults: CardFaults; problem?: string }, status: number) =>
    formPage(asked, { ...form, values, ...more }, status)
  return { card, words, again, refused: Object.keys(faults).length > 0 ? again({ faults }, 422) : undefined }
}

async function openNew(desk: Desk, asked: Asked): Promise<Answer> {
  const plan = planOf(asked)
  const given = new URLSearchParams(asked.body.toString()).get('series_id') ?? ''
  const series_id = isSeriesId(given) ? given : newSeriesId()
  const to_series = redirect(`/abonament/${series_id}`)
  if (desk.book.series(series_id) !== undefined) return to_series
  const { card, words, again, refused } = readForm(asked, { plan, path: asked.path, changing: false, series_id })
  if (refused !== undefined) return refused
  const filled = await fillSession(desk, series_id, card, words)
  if (!('session_id' in filled)) return again(filled, filled.status)
  if (desk.book.series(series_id) !== undefined) return to_series
  const known = desk.customers.read(asked.headers.cookie)
  const made = known === undefined ? desk.customers.make() : undefined
  const customer_id = made?.customer_id ?? known ?? ''
  const series = { series_id, customer_id, plan_id: plan.plan_id, opened_at: new Date().toISOString() }
  await desk.book.putSeries(series)
  await payOpening(desk, series, filled.session_id)
  return withCookie(to_series, made?.cookie)
}

/** A series takes a card while its first payment has not succeeded, or to go on with another. */
function acceptsCard({ phase, last }: SeriesView): boolean {
  const waiting = last?.state === 'sending' || last?.state === 'unsettled'
  return !waiting && (phase === 'opening' || phase === 'active')
}

async function showCardForm(desk: Desk, asked: Asked): Promise<Answer> {
  const chosen = languageChoice(asked.path, asked.query)
  if (chosen !== undefined) return chosen
  const view = await refreshed(desk, ownSeries(desk, asked))
  const { series, plan, phase } = view
  if (!acceptsCard(view)) return redirect(`/abonament/${series.series_id}`)
  await prepareSession(desk, series.series_id)
  return formPage(asked, {
    plan,
    path: asked.path,
    changing: phase === 'active',
    values: EMPTY_FORM,
    faults: {},
  })
}

async function giveCard(desk: Desk, asked: Asked): Promise<Answer> {
  const view = await refreshed(desk, ownSeries(desk, asked))
  const { series, plan, phase } = view
  const away = redirect(`/abonament/${series.series_id}`)
  if (!acceptsCard(view)) return away
  const changing = phase === 'active'
  const { card, words, again, refused } = readForm(asked, { plan, path: asked.path, changing })
  if (refused !== undefined) return refused
  const filled = await fillSession(desk, series.series_id, card, words)
  if (!('session_id' in filled)) return again(filled, filled.status)
  if (changing) await changeCard(desk, series, filled.session_id)
  else await payOpening(desk, series, filled.session_id)
  return away
}
