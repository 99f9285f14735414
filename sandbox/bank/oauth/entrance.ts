/**
 * The page of a bank that wants to be entered before anything is initiated: the payer logs in and lets the third party
 * in. There is no payment yet. Its forms are those of a payment's page: {base}/login, then {base}/decision.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Book } from '../book/book.ts'
import type { BankConfig } from '../config.ts'
import { readCookie } from '../http.ts'
import { escapeHtml, loginForm, sendPage, sendRedirect } from '../pages/layout.ts'
import { checkLogin, fromOwnPage, readForm } from '../pages/login.ts'
import type { AuthorizationServer, Interaction } from './provider.ts'

type Visit = { readonly secret: string; readonly login: string }

const PATH = /^\/oauth\/([A-Za-z0-9_-]{1,64})(?:\/(login|decision))?$/
const MAX_VISITS = 10_000

export type Entrance = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** Answers whether the request was the entrance's; others are left alone. */
export function createEntrance(config: BankConfig, book: Book, authorization: AuthorizationServer): Entrance {
  const visits = new Map<string, Visit>()
  const cookie_name = `${config.id}_visit`

  const loginOf = (uid: string, request: IncomingMessage): string | undefined => {
    const visit = visits.get(uid)
    const cookie = Buffer.from(readCookie(request, cookie_name) ?? '')
    const secret = Buffer.from(visit?.secret ?? '')
    return secret.length > 0 && cookie.length === secret.length && timingSafeEqual(cookie, secret)
      ? visit?.login
      : undefined
  }

  const showLogin = (uid: string, response: ServerResponse, http_status: number, error?: string): void => {
    const body = `<p class="quiet">${escapeHtml(CLIENT_WORDS)}</p>${loginForm(config, `/oauth/${uid}/login`, error)}
<div class="buttons">${decisionForm(uid, 'refuse', 'Renunță', 'secondary')}</div>`
    sendPage(response, config, http_status, { title: 'Intră în contul tău', body })
  }

  const showDecision = (uid: string, response: ServerResponse): void => {
    const body = `<p>${escapeHtml(CLIENT_WORDS)}</p><p class="quiet">Plata însăși o autorizezi separat, după ce îi vezi suma și beneficiarul.</p>
<div class="buttons">${decisionForm(uid, 'approve', 'Permite accesul', 'primary')}${decisionForm(uid, 'refuse', 'Refuză', 'secondary')}</div>`
    sendPage(response, config, 200, { title: 'Permite accesul', body })
  }

  const login = async (uid: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = checkLogin(book, await readForm(request))
    if (!answer.ok) return showLogin(uid, response, answer.wrong ? 401 : 403, answer.text)
    if (visits.size >= MAX_VISITS) visits.delete(visits.keys().next().value ?? '')
    const visit = { secret: randomBytes(18).toString('base64url'), login: answer.account.person.login }
    visits.set(uid, visit)
    response.setHeader('Set-Cookie', `${cookie_name}=${visit.secret}; Path=/oauth/${uid}; HttpOnly; SameSite=Lax`)
    sendRedirect(response, `/oauth/${uid}`)
  }

  const decide = async (
    interaction: Interaction,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { uid } = interaction
    const decision = (await readForm(request)).get('decision')
    const who = loginOf(uid, request)
    if (decision !== 'refuse' && (decision !== 'approve' || who === undefined))
      return showLogin(uid, response, 403, 'Intră mai întâi în cont.')
    const address = await authorization.finish(request, response, interaction, decision === 'refuse' ? undefined : who)
    visits.delete(uid)
    sendRedirect(response, address)
  }

  return async (request, response) => {
    const [, uid, action] = PATH.exec((request.url ?? '/').split('?')[0] ?? '/') ?? []
    if (uid === undefined || (request.method === 'POST' && !fromOwnPage(request))) return false
    // The provider throws where the browser has not (or no longer) the cookie of this authorization request.
    const interaction = await authorization.interaction(request, response).catch(() => undefined)
    if (interaction === undefined || interaction.uid !== uid || !interaction.is_entrance) return false
    if (request.method === 'POST' && action === 'login') await login(uid, request, response)
    else if (request.method === 'POST' && action === 'decision') await decide(interaction, request, response)
    else if (loginOf(uid, request) === undefined) showLogin(uid, response, 200)
    else showDecision(uid, response)
    return true
  }
}

const CLIENT_WORDS = 'Un prestator de servicii de plată cere să inițieze plăți din contul tău.'

const decisionForm = (uid: string, decision: string, words: string, look: 'primary' | 'secondary'): string =>
  `<form method="post" action="/oauth/${uid}/decision"><input type="hidden" name="decision" value="${decision}"><button class="${look}">${words}</button></form>`
