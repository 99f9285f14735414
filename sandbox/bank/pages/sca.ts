/** Login, the payment in full, authorise or refuse: one flow for the plain redirect and for OAuth. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Payment } from '../book/book.ts'
import { readCookie } from '../http.ts'
import type { Context } from '../xs2a/payments.ts'
import { errorBox, escapeHtml, ibanText, loginForm, moneyText, sendPage, sendRedirect } from './layout.ts'
import { checkLogin, readForm } from './login.ts'

/** One browser's way through the pages of one payment. */
type Visit = { secret: string; login?: string; failures: number }

export type ScaFlow = {
  /** Path of the page; its forms post to {base}/login and {base}/decision. */
  readonly base: string
  readonly payment: Payment
  /** True: whoever comes back after authorising must log in again before the browser is sent on (OAuth issues a code). */
  readonly login_to_return: boolean
  /** Where the browser goes at the end; `login` of the person who agreed, or undefined. */
  finish(login: string | undefined): Promise<string>
}

export type ScaPages = {
  show(flow: ScaFlow, request: IncomingMessage, response: ServerResponse): void
  login(flow: ScaFlow, request: IncomingMessage, response: ServerResponse): Promise<void>
  decide(flow: ScaFlow, request: IncomingMessage, response: ServerResponse): Promise<void>
}

const MAX_VISITS = 100_000
const MAX_FAILURES = 5

export function createScaPages({ config, book, lifecycle }: Context): ScaPages {
  const visits = new Map<string, Visit>()
  const cookie_name = `${config.id}_visit`

  const visitOf = (base: string): Visit => {
    const known = visits.get(base)
    if (known !== undefined) return known
    if (visits.size >= MAX_VISITS) visits.delete(visits.keys().next().value ?? '')
    const visit: Visit = { secret: '', failures: 0 }
    visits.set(base, visit)
    return visit
  }
  /** The person logged in by this very browser. */
  const personOf = (flow: ScaFlow, request: IncomingMessage): string | undefined => {
    const visit = visits.get(flow.base)
    return visit?.login !== undefined && readCookie(request, cookie_name) === visit.secret ? visit.login : undefined
  }
  const isOpen = ({ outcome, authorised_at }: Payment): boolean => outcome === undefined && authorised_at === undefined

  const showLogin = (flow: ScaFlow, response: ServerResponse, http_status: number, error?: string): void => {
    const refuse = decisionForm(flow, 'refuse', 'Renunță', 'secondary')
    const body = `<p class="quiet">Plată către ${escapeHtml(flow.payment.order.creditor_name)}</p>
<p class="amount">${moneyText(flow.payment.order.amount_minor)}</p>${loginForm(config, `${flow.base}/login`, error)}<div class="buttons">${refuse}</div>`
    sendPage(response, config, http_status, { title: 'Intră în contul tău', body })
  }

  const show = (flow: ScaFlow, request: IncomingMessage, response: ServerResponse) => {
    const login = personOf(flow, request)
    const { payment } = flow
    const must_log_in = isOpen(payment) || (flow.login_to_return && payment.authorised_at !== undefined)
    if (must_log_in && login === undefined) return showLogin(flow, response, 200)
    if (isOpen(payment)) {
      return sendPage(response, config, 200, {
        title: 'Autorizează plata',
        body: confirmation(flow, book.accountByLogin(login ?? '')?.balance_minor ?? 0),
      })
    }
    const said =
      payment.authorised_at === undefined
        ? (payment.outcome?.text ?? 'Plata a fost anulată.')
        : 'Plata a fost deja autorizată.'
    const body = `<p>${escapeHtml(said)}</p><div class="buttons">${decisionForm(flow, 'return', 'Înapoi la comerciant', 'primary')}</div>`
    sendPage(response, config, 200, { title: 'Plata nu mai așteaptă', body })
  }

  return {
    show,
    async login(flow, request, response) {
      const visit = visitOf(flow.base)
      const answer = checkLogin(book, await readForm(request))
      if (!answer.ok) {
        if (answer.wrong) visit.failures += 1
        if (visit.failures < MAX_FAILURES) return showLogin(flow, response, answer.wrong ? 401 : 403, answer.text)
        lifecycle.refuse(flow.payment, 'Autentificarea a eșuat de prea multe ori.')
        return sendRedirect(response, await flow.finish(undefined))
      }
      const { person } = answer.account
      if (person.iban !== flow.payment.order.debtor_iban) {
        return showLogin(flow, response, 403, 'Contul plătitor nu este al tău.')
      }
      visit.login = person.login
      visit.secret = randomBytes(18).toString('base64url')
      if (isOpen(flow.payment)) flow.payment.sca_status = 'psuAuthenticated'
      response.setHeader('Set-Cookie', `${cookie_name}=${visit.secret}; Path=${flow.base}; HttpOnly; SameSite=Lax`)
      sendRedirect(response, flow.base)
    },
    async decide(flow, request, response) {
      const decision = (await readForm(request)).get('decision')
      const { payment } = flow
      const login = personOf(flow, request)
      if (decision === 'refuse') lifecycle.refuse(payment, 'Plata a fost refuzată de plătitor.')
      else if (decision === 'approve' && login === undefined)
        return showLogin(flow, response, 403, 'Intră mai întâi în cont.')
      else if (decision === 'approve' && login !== undefined) lifecycle.authorise(payment, login)
      else if (decision !== 'return' || isOpen(payment)) return sendRedirect(response, flow.base)
      if (payment.authorised_at === undefined) return sendRedirect(response, await flow.finish(undefined))
      if (flow.login_to_return && login === undefined) return showLogin(flow, response, 403, 'Intră mai întâi în cont.')
      sendRedirect(response, await flow.finish(payment.authorised_by))
    },
  }
}

function confirmation(flow: ScaFlow, balance_minor: number): string {
  const approve = decisionForm(flow, 'approve', 'Autorizează plata', 'primary')
  const refuse = decisionForm(flow, 'refuse', 'Refuză', 'secondary')
  return `<p class="quiet">Suma</p>${orderDetails(flow.payment)}<p class="quiet">Disponibil în cont: ${moneyText(balance_minor)}</p>
<div class="buttons">${approve}${refuse}</div>`
}

/** What the payer agrees to (RTS 2018/389 art. 5: the amount and the payee are shown). */
export function orderDetails({ order }: Payment): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Către', order.creditor_name],
    ['IBAN beneficiar', ibanText(order.creditor_iban)],
    ['Din contul', ibanText(order.debtor_iban)],
    ...(order.remittance === undefined ? [] : [['Detalii', order.remittance] as const]),
  ]
  const list = rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')
  return `<p class="amount">${moneyText(order.amount_minor)}</p><dl>${list}</dl>`
}

function decisionForm(flow: ScaFlow, decision: string, words: string, look: 'primary' | 'secondary'): string {
  return `<form method="post" action="${escapeHtml(flow.base)}/decision"><input type="hidden" name="decision" value="${decision}">
<button class="${look}">${words}</button></form>`
}

/** Shown where a link leads to nothing. */
export function sendNothingHere(response: ServerResponse, config: Context['config'], text: string): void {
  sendPage(response, config, 404, { title: 'Nu am găsit plata', body: errorBox(text) })
}
