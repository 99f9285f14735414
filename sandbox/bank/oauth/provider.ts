/**
 * oidc-provider as a bank's authorization server: authorization code with PKCE, or a third party's own token
 * (client_credentials), by the bank's `quirks.access`; `iss` in the authorization response (RFC 9207). The browser's
 * endpoint is on the pages' host, the others on the interface's; the login and consent pages are the bank's own.
 * `settings.ts` is the provider's configuration.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Provider } from 'oidc-provider'
import type { Book, Payment } from '../book/book.ts'
import type { BankConfig, OauthSettings } from '../config.ts'
import type { Addresses } from '../xs2a/payments.ts'
import type { ThirdPartyChecks } from '../xs2a/third-party.ts'
import { scopesOf } from './scopes.ts'
import { configurationOf, REGISTRATION_PATH } from './settings.ts'
import type { OauthStore } from './tokens.ts'

export type Interaction = {
  readonly uid: string
  readonly payment: Payment | undefined
  /** True: the payer is asked to let the third party in, before there is a payment. */
  readonly is_entrance: boolean
  readonly client_id: string
  readonly scope: string
}

export type AuthorizationServer = {
  /** Serves the provider's own endpoints. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** The authorization request that the browser's cookies name. Throws when there is none (any more). */
  interaction(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  /** Ends it: `login` agreed, or access_denied. Answers where the browser goes next. */
  finish(
    request: IncomingMessage,
    response: ServerResponse,
    interaction: Interaction,
    login: string | undefined,
  ): Promise<string>
}

export type AuthorizationServerInput = {
  readonly config: BankConfig
  readonly oauth: OauthSettings
  readonly addresses: Addresses
  readonly book: Book
  readonly store: OauthStore
  readonly checks: ThirdPartyChecks
  renderError(response: ServerResponse, text: string): string
}

/** Paths served by the provider on the interface's host. */
const API_PATHS = new Set([
  '/token',
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/** Whether the provider serves this path of the interface's host. */
export const isOauthPath = (config: BankConfig, path: string): boolean =>
  API_PATHS.has(path) ||
  (config.oauth?.registration === true && (path === REGISTRATION_PATH || path.startsWith(`${REGISTRATION_PATH}/`)))

export function createAuthorizationServer(input: AuthorizationServerInput): AuthorizationServer {
  const { config, oauth, addresses, book } = input
  const scopes = scopesOf(oauth.scope)
  const provider = new Provider(addresses.api_url, configurationOf(input))
  const paymentOf = (scope: string | undefined): Payment | undefined => book.payment(scopes.paymentId(scope) ?? '')

  const registered = provider.Client.prototype.redirectUriAllowed
  provider.Client.prototype.redirectUriAllowed = function (value: string): boolean {
    if (this.clientId !== oauth.client_id || oauth.redirect_uris !== undefined) return registered.call(this, value)
    // Under PSD2 a third party is known by its certificate, not by a registration: its addresses are those of the
    // origin it named for this very payment; before there is one, of this machine.
    if (!scopes.name_payment) return URL.parse(value)?.hostname === 'localhost'
    const scope: unknown = Provider.ctx?.oidc.params?.scope ?? Provider.ctx?.query.scope
    const payment = typeof scope === 'string' ? paymentOf(scope) : undefined
    return payment?.redirect_uri !== undefined && URL.parse(value)?.origin === new URL(payment.redirect_uri).origin
  }

  provider.use(async (ctx, next) => {
    await next()
    if (!ctx.path.startsWith('/.well-known/') || typeof ctx.body !== 'object') return
    ctx.body = {
      ...ctx.body,
      authorization_endpoint: `${addresses.pages_url}/auth`,
      token_endpoint: `${addresses.api_url}/token`,
      jwks_uri: `${addresses.api_url}/jwks`,
      ...(oauth.registration ? { registration_endpoint: `${addresses.api_url}${REGISTRATION_PATH}` } : {}),
    }
  })
  const callback = provider.callback()

  return {
    handle(request, response) {
      dropSessionCookie(request, `${config.id}_session`)
      void callback(request, response)
    },
    async interaction(request, response) {
      const { uid, params } = await provider.interactionDetails(request, response)
      const scope = String(params.scope ?? '')
      const is_entrance = !scopes.name_payment
      return { uid, scope, client_id: String(params.client_id), payment: paymentOf(scope), is_entrance }
    },
    async finish(request, response, interaction, login) {
      if (login === undefined) {
        const nok_uri = config.quirks.return_adds_state ? interaction.payment?.nok_redirect_uri : undefined
        if (nok_uri !== undefined) return withOwnState(nok_uri)
        const denied = { error: 'access_denied', error_description: 'the payer refused or the payment is closed' }
        return provider.interactionResult(request, response, denied, { mergeWithLastSubmission: false })
      }
      const grant = new provider.Grant({ accountId: login, clientId: interaction.client_id })
      if (interaction.scope.split(' ').includes('openid')) grant.addOIDCScope('openid')
      for (const scope of scopes.ours(interaction.scope)) grant.addResourceScope(addresses.api_url, scope)
      const result = { login: { accountId: login, remember: false }, consent: { grantId: await grant.save() } }
      return provider.interactionResult(request, response, result, { mergeWithLastSubmission: false })
    },
  }
}

/** The bank's own way to say no: not by the standard's error, but at the Nok address with a state of its own. */
function withOwnState(nok_uri: string): string {
  const url = new URL(nok_uri)
  url.searchParams.append('state', randomBytes(8).toString('hex'))
  url.searchParams.append('error', 'true')
  return url.href
}

/** A bank asks for the payer's login with every payment: no single sign-on across payments. */
function dropSessionCookie(request: IncomingMessage, name: string): void {
  const cookies = request.headers.cookie?.split(';').filter((cookie) => !cookie.trim().startsWith(`${name}=`))
  if (cookies !== undefined) request.headers.cookie = cookies.join(';')
}
