/** Puts a bank together: book, life of payments, interface over mutual TLS, pages. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openBook } from './book/book.ts'
import { startLifecycle } from './book/lifecycle.ts'
import type { BankConfig } from './config.ts'
import { API_PATHS, type AuthorizationServer, createAuthorizationServer } from './oauth/provider.ts'
import { type OauthStore, openOauthStore } from './oauth/tokens.ts'
import { errorBox, renderPage } from './pages/layout.ts'
import { createPages } from './pages/server.ts'
import { withPush } from './push.ts'
import { createTrust } from './trust/certificate.ts'
import { createFaults, type Faults } from './xs2a/faults.ts'
import type { Addresses, Context } from './xs2a/payments.ts'
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
  const checks = createThirdPartyChecks(createTrust(readFileSync(config.api.client_ca_file, 'utf8')))
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
  if (config.sca === 'oauth' && config.oauth !== undefined) {
    store = openOauthStore(join(config.data_dir, 'oauth.jsonl'))
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
    { context, checks, faults, log, ...(checkToken === undefined ? {} : { checkToken }) },
    authorization,
  )
  const handlePages = createPages({ context, faults, log, ...(authorization === undefined ? {} : { authorization }) })
  onPages = (request, response) => void handlePages(request, response)
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

function apiHandler(services: Xs2aServices, authorization: AuthorizationServer | undefined): Handler {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    if (authorization === undefined || !API_PATHS.has(path)) return void handleXs2a(services, request, response)
    if (path === '/token')
      void withTokenFault(services.faults, request, response, () => authorization.handle(request, response))
    else authorization.handle(request, response)
  }
}

/** Faults on demand for the token endpoint, around a handler that is not ours. */
async function withTokenFault(
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
  handle: () => void,
): Promise<void> {
  const fault = faults.take('token')
  if (fault?.kind === 'delay') await delay(fault.delay_ms, undefined, { ref: false })
  if (fault?.kind === 'drop_before') return void request.socket.destroy()
  if (fault?.kind === 'status') {
    response.writeHead(fault.http_status, { 'Content-Type': 'application/json' })
    return void response.end(JSON.stringify({ error: fault.code ?? 'server_error' }))
  }
  if (fault?.kind === 'drop_after' || fault?.kind === 'malformed_json') {
    const end = response.end.bind(response)
    response.end = ((body?: string | Buffer) => {
      if (fault.kind === 'drop_after') request.socket.destroy()
      else {
        response.removeHeader('Content-Length')
        end(String(body ?? '').slice(0, 20))
      }
      return response
    }) as ServerResponse['end']
  }
  handle()
}

function createApiServer(config: BankConfig, handler: Handler): Server {
  const server = createHttpsServer(
    {
      cert: readFileSync(config.api.certificate_file),
      key: readFileSync(config.api.key_file),
      ca: readFileSync(config.api.client_ca_file),
      requestCert: true,
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
