/** Puts a bank together: book, life of payments, interface over mutual TLS, pages. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openBook } from './book/book.ts'
import { startLifecycle } from './book/lifecycle.ts'
import type { BankConfig } from './config.ts'
import { createEntrance, type Entrance } from './oauth/entrance.ts'
import { type AuthorizationServer, createAuthorizationServer, isOauthPath } from './oauth/provider.ts'
import { handleTokenRequest } from './oauth/token-request.ts'
import { type OauthStore, openOauthStore } from './oauth/tokens.ts'
import { errorBox, renderPage } from './pages/layout.ts'
import { createPages } from './pages/server.ts'
import { withPush } from './push.ts'
import { createTrust } from './trust/certificate.ts'
import { createFaults } from './xs2a/faults.ts'
import { createMessages, type Messages, sendMessages } from './xs2a/messages.ts'
import type { Addresses, Context } from './xs2a/payments.ts'
import type { SealRule } from './xs2a/seal.ts'
import { handleXs2a, type Xs2aServices } from './xs2a/server.ts'
import { createThirdPartyChecks } from './xs2a/third-party.ts'

export type Bank = Addresses & { close(): Promise<void> }

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Starts a bank; answers once both of its servers listen. `log` gets what an operator should see, never personal data. */
export async function startBank(config: BankConfig, log: (entry: object) => void): Promise<Bank> {
  mkdirSync(config.data_dir, { recursive: true, mode: 0o700 })
  const book = config.push ? withPush(openBook(config), log) : openBook(config)
  const lifecycle = startLifecycle(book, config.timing)
  const faults = createFaults()
  const messages = createMessages()
  const checks = createThirdPartyChecks(createTrust(readFileSync(config.api.client_ca_file, 'utf8')), sealRule(config))
  // The servers come first, since their ports may be chosen by the system and stand in every link.
  let onApi: Handler = unavailable
  let onPages: Handler = unavailable
  const api = createApiServer(config, (request, response) => onApi(request, response))
  const pages = limited(createHttpServer((request, response) => onPages(request, response)))
  const api_port = await listen(api, config.api)
  const pages_port = await listen(pages, config.pages)
  const addresses: Addresses = {
    api_url: config.api_url ?? `https://localhost:${api_port}`,
    pages_url: config.pages.url ?? `http://localhost:${pages_port}`,
  }
  const context: Context = { config, book, lifecycle, addresses }
  let store: OauthStore | undefined
  let authorization: AuthorizationServer | undefined
  if (config.quirks.access.kind !== 'certificate' && config.oauth !== undefined) {
    store = openOauthStore(join(config.data_dir, 'oauth.jsonl'), config)
    const renderError = (_response: ServerResponse, text: string) =>
      renderPage(config, { title: 'Cerere refuzată', body: errorBox(text) })
    authorization = createAuthorizationServer({
      config,
      oauth: config.oauth,
      addresses,
      book,
      store,
      checks,
      renderError,
    })
  }
  const checkToken = config.oauth?.token_required === false ? undefined : store?.checkToken
  onApi = apiHandler(
    { context, checks, faults, messages, log, ...(checkToken === undefined ? {} : { checkToken }) },
    authorization,
  )
  const handlePages = createPages({ context, faults, log, ...(authorization === undefined ? {} : { authorization }) })
  const enter = authorization === undefined ? undefined : createEntrance(config, book, authorization)
  onPages = (request, response) => void servePages({ enter, handlePages, messages }, request, response)
  return {
    ...addresses,
    async close() {
      lifecycle.close()
      await Promise.all([stop(api), stop(pages)])
      store?.close()
      book.close()
    },
  }
}

function sealRule({ quirks, oauth }: BankConfig): SealRule | undefined {
  const { signing } = quirks
  return signing === 'none' ? undefined : { signing, client_id: oauth?.client_id }
}

type PagesParts = {
  readonly enter: Entrance | undefined
  readonly handlePages: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly messages: Messages
}

async function servePages(
  { enter, handlePages, messages }: PagesParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/sandbox/messages') return sendMessages(messages, response)
  try {
    if (enter !== undefined && (await enter(request, response))) return
  } catch {
    return void response.destroy()
  }
  await handlePages(request, response)
}

function apiHandler(services: Xs2aServices, authorization: AuthorizationServer | undefined): Handler {
  const { context, checks, faults, log } = services
  const { config } = context
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    if (authorization === undefined || !isOauthPath(config, path)) return void handleXs2a(services, request, response)
    const handle = () => authorization.handle(request, response)
    if (path === '/token') void handleTokenRequest({ config, checks, faults, log }, request, response, handle)
    else handle()
  }
}

function createApiServer(config: BankConfig, handler: Handler): Server {
  const server = createHttpsServer(
    {
      cert: readFileSync(config.api.certificate_file),
      key: readFileSync(config.api.key_file),
      ca: readFileSync(config.api.client_ca_file),
      requestCert: config.quirks.client_certificate,
      // A missing or foreign certificate is answered with its tppMessages code instead of a broken handshake.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    handler,
  )
  return limited(server)
}

function limited<T extends Server>(server: T): T {
  server.headersTimeout = 10_000
  server.requestTimeout = 20_000
  server.keepAliveTimeout = 65_000
  server.maxRequestsPerSocket = 0
  server.maxConnections = 5000
  return server
}

const unavailable: Handler = (_request, response) => void response.writeHead(503).end()

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
