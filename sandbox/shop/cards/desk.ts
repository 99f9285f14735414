/** All that the shop needs to take cards, opened together and closed together. */
import { readFileSync } from 'node:fs'
import type { ConfigReader } from '../../process/config.ts'
import { type Answer, redirect } from '../../process/http.ts'
import { errorFacts, log } from '../../process/lifecycle.ts'
import { CardApiRefusal, createCardApi, type TypedCard } from '../card-api.ts'
import { type CardBook, type KeptCard, openCardBook } from './book.ts'
import { type Charges, createCharges } from './charges.ts'
import { type Customers, openCustomers } from './customers.ts'
import { type CardFaults, faultOfField } from './form.ts'
import { createKeeping, type Keeping } from './keeping.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { type CardWords, languageCookie } from './words.ts'

export type CardConfig = {
  readonly base_url: string
  readonly merchant_id: string
  readonly api_password: string
  readonly ca_file: string
}

export type Desk = {
  readonly book: CardBook
  readonly sessions: Sessions
  readonly keeping: Keeping
  readonly charges: Charges
  readonly customers: Customers
  close(): Promise<void>
}

/** Reads `card: {base_url, merchant_id, api_password, ca_file}`; without it the shop takes no cards. */
export function readCardConfig(config: ConfigReader): CardConfig | undefined {
  const base_url = config.optionalText('card.base_url')
  if (base_url === undefined) return undefined
  return {
    base_url,
    merchant_id: config.text('card.merchant_id'),
    api_password: config.text('card.api_password'),
    ca_file: config.text('card.ca_file'),
  }
}

export async function openDesk(config: CardConfig, data_dir: string): Promise<Desk> {
  const api = createCardApi({ ...config, ca: readFileSync(config.ca_file) })
  const book = await openCardBook(data_dir)
  const customers = await openCustomers(data_dir)
  const now = () => new Date()
  const sessions = createSessions(api)
  const keeping = createKeeping({ api, book, now })
  const charges = createCharges({ api, book, sessions, keeping, now })
  return {
    book,
    sessions,
    keeping,
    charges,
    customers,
    close: async () => {
      await charges.close()
      await api.close()
      await book.close()
    },
  }
}

/** The cards a payer may pay with. */
export function listedCards({ book }: Desk, customer_id: string | undefined): readonly KeptCard[] {
  return [...book.cards()].filter((card) => card.listed && card.customer_id === customer_id)
}

export type Filled =
  | { readonly session_id: string }
  | { readonly faults: CardFaults; readonly problem?: string; readonly status: number }

/** Puts the typed card into the form's session; what the card API finds wrong with it stands under its field. */
export async function fillSession(desk: Desk, form: string, card: TypedCard, words: CardWords): Promise<Filled> {
  try {
    return { session_id: await desk.sessions.fill(form, card) }
  } catch (error) {
    log('session_not_filled', errorFacts(error))
    if (!(error instanceof CardApiRefusal)) return { faults: {}, problem: words.unreachable, status: 503 }
    const faults = faultOfField(error.field, words)
    return faults === undefined ? { faults: {}, problem: words.refused_form, status: 502 } : { faults, status: 422 }
  }
}

/** Opens the form's session ahead of time. A failure is told when the form is sent. */
export async function prepareSession(desk: Desk, form: string): Promise<void> {
  try {
    await desk.sessions.sessionFor(form)
  } catch (error) {
    log('session_not_made', errorFacts(error))
  }
}

/** `?lang=en` on any page with a switch: the choice goes into a cookie and the address becomes plain again. */
export function languageChoice(path: string, query: URLSearchParams): Answer | undefined {
  const wanted = query.get('lang')
  if (wanted !== 'ro' && wanted !== 'en') return undefined
  return withCookie(redirect(path), languageCookie(wanted))
}

export function withCookie(answer: Answer, cookie: string | undefined): Answer {
  return cookie === undefined ? answer : { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } }
}
