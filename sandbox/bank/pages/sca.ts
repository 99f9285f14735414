/** Login, what is asked in full, agree or refuse: one flow for the plain redirect, OAuth and cancellations. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readCookie } from '../http.ts'
import type { Context } from '../xs2a/payments.ts'
import { errorBox, escapeHtml, loginForm, moneyText, sendPage, sendRedirect } from './layout.ts'
import { checkLogin, readForm } from './login.ts'
import type { Question } from './question.ts'

/** One browser's way through the pages of one question. */
type Visit = { secret: string; login?: string; failures: number }

export type ScaFlow = {
  /** Path of the page; its forms post to {base}/login and {base}/decision. */
  readonly base: string
  readonly question: Question
  /** True: whoever comes back after agreeing must log in again before the browser is sent on (OAuth issues a code). */
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

export function createScaPages({ config, book }: Context): ScaPages {
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

  const showLogin = (flow: ScaFlow, response: ServerResponse, http_status: number, error?: string): void => {
    const refuse = decisionForm(flow, 'refuse', 'Renunță', 'secondary')
    const body = `${flow.question.intro()}${loginForm(config, `${flow.base}/login`, error)}<div class="buttons">${refuse}</div>`
    sendPage(response, config, http_status, { title: 'Intră în contul tău', body })
  }

  const show = (flow: ScaFlow, request: IncomingMessage, response: ServerResponse) => {
    const login = personOf(flow, request)
    const { question } = flow
    const must_log_in = question.isOpen() || (flow.login_to_return && question.agreedBy() !== undefined)
    if (must_log_in && login === undefined) return showLogin(flow, response, 200)
    if (question.isOpen()) {
      const body = confirmation(flow, book.accountByLogin(login ?? '')?.balance_minor ?? 0)
      return sendPage(response, config, 200, { title: question.title, body })
    }
    const body = `<p>${escapeHtml(question.closedText())}</p><div class="buttons">${decisionForm(flow, 'return', 'Înapoi la comerciant', 'primary')}</div>`
    sendPage(response, config, 200, { title: 'Plata nu mai așteaptă', body })
  }

  return {
    show,
    async login(flow, request, response) {
      const { question } = flow
      const visit = visitOf(flow.base)
      const answer = checkLogin(book, await readForm(request))
      if (!answer.ok) {
        if (answer.wrong) visit.failures += 1
        if (visit.failures < MAX_FAILURES) return showLogin(flow, response, answer.wrong ? 401 : 403, answer.text)
        question.refuse('Autentificarea a eșuat de prea multe ori.')
        return sendRedirect(response, await flow.finish(undefined))
      }
      const { person } = answer.account
      if (person.iban !== question.debtor_iban) {
        return showLogin(flow, response, 403, 'Contul plătitor nu este al tău.')
      }
      visit.login = person.login
      visit.secret = randomBytes(18).toString('base64url')
      question.entered()
      response.setHeader('Set-Cookie', `${cookie_name}=${visit.secret}; Path=${flow.base}; HttpOnly; SameSite=Lax`)
      sendRedirect(response, flow.base)
    },
    async decide(flow, request, response) {
      const decision = (await readForm(request)).get('decision')
      const { question } = flow
      const login = personOf(flow, request)
      if (decision === 'refuse') question.refuse('Plata a fost refuzată de plătitor.')
      else if (decision === 'approve' && login === undefined)
        return showLogin(flow, response, 403, 'Intră mai întâi în cont.')
      else if (decision === 'approve' && login !== undefined) {
        if (question.isOpen()) question.agree(login)
      } else if (decision !== 'return' || question.isOpen()) return sendRedirect(response, flow.base)
      const agreed_by = question.agreedBy()
      if (agreed_by === undefined) return sendRedirect(response, await flow.finish(undefined))
      if (flow.login_to_return && login === undefined) return showLogin(flow, response, 403, 'Intră mai întâi în cont.')
      sendRedirect(response, await flow.finish(agreed_by))
    },
  }
}

function confirmation(flow: ScaFlow, balance_minor: number): string {
  const { details, agree_words, refuse_words } = flow.question
  const approve = decisionForm(flow, 'approve', agree_words, 'primary')
  const refuse = decisionForm(flow, 'refuse', refuse_words, 'secondary')
  return `${details()}<p class="quiet">Disponibil în cont: ${moneyText(balance_minor)}</p>
<div class="buttons">${approve}${refuse}</div>`
}

function decisionForm(flow: ScaFlow, decision: string, words: string, look: 'primary' | 'secondary'): string {
  return `<form method="post" action="${escapeHtml(flow.base)}/decision"><input type="hidden" name="decision" value="${decision}">
<button class="${look}">${words}</button></form>`
}

/** Shown where a link leads to nothing. */
export function sendNothingHere(response: ServerResponse, config: Context['config'], text: string): void {
  sendPage(response, config, 404, { title: 'Nu am găsit plata', body: errorBox(text) })
}
