/** Routes of the pages' host. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyTooLarge } from '../http.ts'
import type { AuthorizationServer } from '../oauth/provider.ts'
import type { Faults } from '../xs2a/faults.ts'
import type { Context } from '../xs2a/payments.ts'
import { handleCalendar, handleFaults, sendLedger } from './admin.ts'
import { sendPage } from './layout.ts'
import { fromOwnPage } from './login.ts'
import { createPhone } from './phone.ts'
import { authorisationQuestion, cancellationQuestion } from './question.ts'
import { createScaPages, type ScaFlow, sendNothingHere } from './sca.ts'

export type PagesInput = {
  readonly context: Context
  readonly faults: Faults
  readonly authorization?: AuthorizationServer
  log(entry: object): void
}

const SCA_PATH = /^\/(sca|oauth|cancel)\/([A-Za-z0-9_-]{1,64})(?:\/(login|decision))?$/

export function createPages(input: PagesInput): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { context, authorization } = input
  const { config, book } = context
  const sca = createScaPages(context)
  const phone = createPhone(context)

  const redirectFlow = (sca_key: string): ScaFlow | undefined => {
    const payment = config.sca === 'redirect' ? book.paymentByScaKey(sca_key) : undefined
    const started = !config.quirks.explicit_authorisation || payment?.authorisation_started === true
    if (payment === undefined || !started) return undefined
    return {
      base: `/sca/${sca_key}`,
      question: authorisationQuestion(context, payment),
      login_to_return: false,
      finish: async (login) => backAddress(config, payment, login !== undefined),
    }
  }

  const cancellationFlow = (sca_key: string): ScaFlow | undefined => {
    const payment = book.paymentByCancellationKey(sca_key)
    if (payment?.cancellation === undefined) return undefined
    const asked = payment.cancellation
    return {
      base: `/cancel/${sca_key}`,
      question: cancellationQuestion(context, payment, sca_key),
      login_to_return: false,
      finish: async (login) => backAddress(config, asked, login !== undefined),
    }
  }

  const oauthFlow = async (
    uid: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<ScaFlow | undefined> => {
    // The provider throws where the browser has not (or no longer) the cookie of this authorization request.
    const interaction = await authorization?.interaction(request, response).catch(() => undefined)
    if (authorization === undefined || interaction?.payment === undefined || interaction.uid !== uid) return undefined
    const finish = (login: string | undefined) => authorization.finish(request, response, interaction, login)
    const question = authorisationQuestion(context, interaction.payment)
    return { base: `/oauth/${uid}`, question, login_to_return: true, finish }
  }

  const handleSca = async (
    match: RegExpExecArray,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const [, kind, key = '', action] = match
    const flow =
      kind === 'oauth'
        ? await oauthFlow(key, request, response)
        : kind === 'cancel'
          ? cancellationFlow(key)
          : redirectFlow(key)
    if (flow === undefined)
      return sendNothingHere(
        response,
        config,
        'Legătura nu este valabilă sau a expirat. Întoarce-te la comerciant și reia plata.',
      )
    if (request.method === 'GET' && action === undefined) return sca.show(flow, request, response)
    if (request.method === 'POST' && action === 'login') return sca.login(flow, request, response)
    if (request.method === 'POST' && action === 'decision') return sca.decide(flow, request, response)
    // A reload of a form's address.
    response.writeHead(303, { Location: flow.base }).end()
  }

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const call = `${request.method} ${path}`
    const sca_match = SCA_PATH.exec(path)
    if (sca_match !== null) return handleSca(sca_match, request, response)
    if (authorization !== undefined && (path === '/auth' || path.startsWith('/auth/')))
      return authorization.handle(request, response)
    if (call === 'GET /sandbox/ledger') return sendLedger(context, request, response)
    if (path === '/sandbox/calendar') return handleCalendar(context, request, response)
    if (path === '/sandbox/faults') return handleFaults(input.faults, request, response)
    if (config.sca === 'decoupled') {
      if (call === 'GET /phone') return phone.show(request, response)
      if (call === 'GET /phone/pending') return phone.pending(request, response)
      if (call === 'POST /phone/login') return phone.login(request, response)
      if (call === 'POST /phone/logout') return phone.logout(request, response)
      if (call === 'POST /phone/decision') return phone.decide(request, response)
    }
    if (call === 'GET /') return sendPage(response, config, 200, { title: 'Bun venit', body: welcome(config.sca) })
    sendNothingHere(response, config, 'La această adresă nu este nimic.')
  }

  return async (request, response) => {
    try {
      if (request.method === 'POST' && !fromOwnPage(request)) {
        sendPage(response, config, 403, {
          title: 'Cerere refuzată',
          body: '<p>Formularul nu a fost trimis din pagina băncii.</p>',
        })
      } else await route(request, response)
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) input.log({ failed: error instanceof Error ? error.stack : String(error) })
      if (response.headersSent) return void response.destroy()
      sendPage(response, config, error instanceof BodyTooLarge ? 413 : 500, {
        title: 'Ceva nu a mers',
        body: '<p>Încearcă din nou.</p>',
      })
    }
  }
}

/** Where the browser goes when the payer is done: the third party's address, with what this bank writes behind it. */
function backAddress(
  config: Context['config'],
  to: { readonly redirect_uri?: string; readonly nok_redirect_uri?: string },
  agreed: boolean,
): string {
  const address = (agreed ? undefined : to.nok_redirect_uri) ?? to.redirect_uri ?? '/'
  if (!config.quirks.return_adds_state) return address
  const own = `state=${randomBytes(9).toString('base64url')}${agreed ? '' : '&error=true'}`
  return `${address}${address.includes('?') ? '&' : '?'}${own}`
}

function welcome(sca: Context['config']['sca']): string {
  if (sca === 'decoupled')
    return '<p>Plățile se autorizează pe telefon.</p><p><a href="/phone">Deschide telefonul</a></p>'
  return '<p>Plățile se autorizează aici, când un comerciant te trimite la bancă.</p>'
}
