/** The payer's "phone" at the decoupled bank: payments that wait for authorisation, found without any link. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readCookie } from '../http.ts'
import { amountText } from '../xs2a/order.ts'
import type { Context } from '../xs2a/payments.ts'
import { errorBox, escapeHtml, loginForm, sendPage, sendRedirect } from './layout.ts'
import { checkLogin, readForm } from './login.ts'
import { orderDetails } from './sca.ts'

export type Phone = {
  show(request: IncomingMessage, response: ServerResponse): void
  /** The same list as JSON. */
  pending(request: IncomingMessage, response: ServerResponse): void
  login(request: IncomingMessage, response: ServerResponse): Promise<void>
  logout(request: IncomingMessage, response: ServerResponse): void
  decide(request: IncomingMessage, response: ServerResponse): Promise<void>
}

const MAX_SESSIONS = 10_000
const SESSION_MS = 3_600_000
const MAX_SHOWN = 20
const MAX_LISTED = 1000
const REFRESH_S = 3
const SAID: Readonly<Record<string, string>> = {
  authorised: 'Ai autorizat plata.',
  refused: 'Ai refuzat plata.',
  closed: 'Plata nu mai așteaptă autorizare.',
}

export function createPhone({ config, book, lifecycle }: Context): Phone {
  const sessions = new Map<string, { readonly login: string; readonly expires_at: number }>()
  const cookie_name = `${config.id}_phone`

  const personOf = (request: IncomingMessage): string | undefined => {
    const session = sessions.get(readCookie(request, cookie_name) ?? '')
    return session !== undefined && session.expires_at > Date.now() ? session.login : undefined
  }
  const showLogin = (response: ServerResponse, http_status: number, error?: string): void =>
    sendPage(response, config, http_status, { title: 'Telefonul tău', body: loginForm(config, '/phone/login', error) })

  return {
    show(request, response) {
      const login = personOf(request)
      if (login === undefined) return showLogin(response, 200)
      const said = SAID[new URL(request.url ?? '/', 'http://phone').searchParams.get('said') ?? '']
      const cards = book
        .waitingFor(login)
        .slice(0, MAX_SHOWN)
        .map((payment) => {
          const form = (decision: string, words: string, look: string) =>
            `<form method="post" action="/phone/decision"><input type="hidden" name="payment_id" value="${payment.payment_id}">
<input type="hidden" name="decision" value="${decision}"><button class="${look}">${words}</button></form>`
          return `<section class="card">${orderDetails(payment)}<div class="buttons">${form('approve', 'Autorizează plata', 'primary')}${form('refuse', 'Refuză', 'secondary')}</div></section>`
        })
      const name = book.accountByLogin(login)?.person.name ?? login
      const empty = '<p>Nicio plată nu așteaptă autorizare. Pagina se actualizează singură.</p>'
      const body = `${said === undefined ? '' : `<p role="status"><strong>${said}</strong></p>`}<p class="quiet">${escapeHtml(name)}</p>
${cards.length === 0 ? empty : cards.join('')}<p><a href="/phone">Actualizează</a></p>
<form method="post" action="/phone/logout"><button class="secondary">Ieși</button></form>`
      // Refreshes only while it waits: a page being read is not pulled away.
      const refresh = cards.length === 0 ? { refresh_s: REFRESH_S } : {}
      sendPage(response, config, 200, { title: 'Plăți de autorizat', body, ...refresh })
    },
    pending(request, response) {
      const login = personOf(request)
      const list = book
        .waitingFor(login ?? '')
        .slice(0, MAX_LISTED)
        .map(({ payment_id, order, created_at }) => ({
          payment_id,
          end_to_end_id: order.end_to_end_id,
          amount: amountText(order.amount_minor),
          creditor_name: order.creditor_name,
          created_at: new Date(created_at).toISOString(),
        }))
      response.writeHead(login === undefined ? 401 : 200, {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
      })
      response.end(JSON.stringify(list))
    },
    async login(request, response) {
      const answer = checkLogin(book, await readForm(request))
      if (!answer.ok) return showLogin(response, answer.wrong ? 401 : 403, answer.text)
      if (sessions.size >= MAX_SESSIONS) sessions.delete(sessions.keys().next().value ?? '')
      const secret = randomBytes(18).toString('base64url')
      sessions.set(secret, { login: answer.account.person.login, expires_at: Date.now() + SESSION_MS })
      response.setHeader('Set-Cookie', `${cookie_name}=${secret}; Path=/phone; HttpOnly; SameSite=Lax`)
      sendRedirect(response, '/phone')
    },
    logout(request, response) {
      sessions.delete(readCookie(request, cookie_name) ?? '')
      sendRedirect(response, '/phone')
    },
    async decide(request, response) {
      const form = await readForm(request)
      const login = personOf(request)
      if (login === undefined) return showLogin(response, 403, 'Intră mai întâi în cont.')
      const payment = book.payment(form.get('payment_id') ?? '')
      if (payment === undefined || book.accountByLogin(login)?.person.iban !== payment.order.debtor_iban) {
        return sendPage(response, config, 404, { title: 'Nu am găsit plata', body: errorBox('Plata nu există.') })
      }
      const decision = form.get('decision')
      if (decision === 'approve')
        sendRedirect(response, `/phone?said=${lifecycle.authorise(payment, login) ? 'authorised' : 'closed'}`)
      else if (decision === 'refuse') {
        const refused = lifecycle.refuse(payment, 'Plata a fost refuzată de plătitor.')
        sendRedirect(response, `/phone?said=${refused ? 'refused' : 'closed'}`)
      } else sendRedirect(response, '/phone')
    },
  }
}
