/** The payer's "phone" at the decoupled bank: payments that wait for authorisation, found without any link. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Payment } from '../book/entries.ts'
import { firstTransfer, totalOf } from '../book/order.ts'
import { readCookie } from '../http.ts'
import { amountText } from '../xs2a/order/transfer.ts'
import type { Context } from '../xs2a/payments.ts'
import { errorBox, escapeHtml, loginForm, sendPage, sendRedirect } from './layout.ts'
import { checkLogin, readForm } from './login.ts'
import { authorisationQuestion, cancellationQuestion, type Question } from './question.ts'

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
  cancelled: 'Ai confirmat anularea.',
  kept: 'Ai păstrat plata.',
  closed: 'Plata nu mai așteaptă autorizare.',
}

type Waiting = { readonly payment: Payment; readonly cancellation: boolean }

export function createPhone(context: Context): Phone {
  const { config, book } = context
  const sessions = new Map<string, { readonly login: string; readonly expires_at: number }>()
  const cookie_name = `${config.id}_phone`

  const personOf = (request: IncomingMessage): string | undefined => {
    const session = sessions.get(readCookie(request, cookie_name) ?? '')
    return session !== undefined && session.expires_at > Date.now() ? session.login : undefined
  }
  /** What waits for this person's answer: payments, then cancellations, oldest first. */
  const waitingOf = (login: string, at_most: number): Waiting[] =>
    [
      ...book.waitingFor(login).map((payment) => ({ payment, cancellation: false })),
      ...book.cancellationsFor(login).map((payment) => ({ payment, cancellation: true })),
    ].slice(0, at_most)
  const questionOf = ({ payment, cancellation }: Waiting): Question =>
    cancellation
      ? cancellationQuestion(context, payment, payment.cancellation?.sca_key ?? '')
      : authorisationQuestion(context, payment)
  const showLogin = (response: ServerResponse, http_status: number, error?: string): void =>
    sendPage(response, config, http_status, { title: 'Telefonul tău', body: loginForm(config, '/phone/login', error) })

  return {
    show(request, response) {
      const login = personOf(request)
      if (login === undefined) return showLogin(response, 200)
      const said = SAID[new URL(request.url ?? '/', 'http://phone').searchParams.get('said') ?? '']
      const cards = waitingOf(login, MAX_SHOWN).map((waiting) => {
        const { payment, cancellation } = waiting
        const question = questionOf(waiting)
        const form = (decision: string, words: string, look: string) =>
          `<form method="post" action="/phone/decision"><input type="hidden" name="payment_id" value="${payment.payment_id}">
<input type="hidden" name="decision" value="${decision}">${cancellation ? '<input type="hidden" name="cancellation" value="true">' : ''}<button class="${look}">${words}</button></form>`
        return `<section class="card">${question.details()}<div class="buttons">${form('approve', question.agree_words, 'primary')}${form('refuse', question.refuse_words, 'secondary')}</div></section>`
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
      const list = waitingOf(login ?? '', MAX_LISTED).map(
        ({ payment: { payment_id, order, created_at }, cancellation }) => {
          const first = firstTransfer(order)
          return {
            payment_id,
            // A bulk payment has none of its own but the id of its message; the transfers' are listed beside.
            end_to_end_id:
              (order.transfers.length > 1 ? order.original?.message_id : undefined) ?? first.end_to_end_id ?? '',
            end_to_end_ids: order.transfers.map(({ end_to_end_id }) => end_to_end_id),
            service: order.service,
            cancellation,
            amount: amountText(totalOf(order)),
            creditor_name: first.creditor_name,
            created_at: new Date(created_at).toISOString(),
          }
        },
      )
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
      const cancellation = form.get('cancellation') === 'true'
      const payment_id = form.get('payment_id') ?? ''
      const payment = book.payment(payment_id)
      if (payment === undefined || book.accountByLogin(login)?.person.iban !== payment.order.debtor_iban) {
        return sendPage(response, config, 404, { title: 'Nu am găsit plata', body: errorBox('Plata nu există.') })
      }
      const decision = form.get('decision')
      if (decision !== 'approve' && decision !== 'refuse') return sendRedirect(response, '/phone')
      const question = questionOf({ payment, cancellation })
      if (!question.isOpen()) return sendRedirect(response, '/phone?said=closed')
      if (decision === 'approve') question.agree(login)
      else question.refuse('Plata a fost refuzată de plătitor.')
      const [agreed, refused] = cancellation ? ['cancelled', 'kept'] : ['authorised', 'refused']
      sendRedirect(response, `/phone?said=${decision === 'approve' ? agreed : refused}`)
    },
  }
}
