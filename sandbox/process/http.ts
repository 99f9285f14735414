/** A small web server: a table of routes, limits on everything, the security headers of a page without third parties. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorFacts, log } from './lifecycle.ts'

export type Asked = {
  readonly method: string
  readonly path: string
  /** What stood in place of `:name` in the route. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** E.g. `/orders/:id/return`. */
  readonly path: string
  /** What the body must be, where there is one. `form` also refuses forms that another site sent. */
  readonly accepts?: 'form' | 'json'
  /** Where more than the usual 64 KB may come. */
  readonly max_body_bytes?: number
  readonly handle: (asked: Asked) => Answer | Promise<Answer>
}
export type WebServer = { readonly port: number; readonly url: string; close(): Promise<void> }

const MAX_BODY_BYTES = 65_536
const GRACE_MS = 500

// A form's answer may lead to the payment page, on another origin: redirects count as form targets.
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'self' http://localhost:* https:; base-uri 'none'; frame-ancestors 'none'"

export function html(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

export function json(value: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) }
}

export function redirect(location: string): Answer {
  return { status: 303, headers: { location }, body: '' }
}

/** A refusal on its way to the client; `message` is shown. */
export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * @param input `url`: public address, `http://localhost:<port>` when absent; `renderError` shows a refusal to people, programs
 *   (paths under /api or ending in .json) get `{error}`
 */
export async function startWebServer(input: {
  host: string
  port: number
  url?: string | undefined
  routes: readonly Route[]
  renderError: (status: number, message: string) => string
  content_security_policy?: string
}): Promise<WebServer> {
  const headers = {
    'content-security-policy': input.content_security_policy ?? CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  }
  const table = input.routes.map((route) => ({ ...route, segments: route.path.split('/') }))
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    (request, response) => {
      answerTo(request, table)
        .catch((error: unknown) => errorAnswer(request, error, input.renderError))
        .then((answer) => send(response, answer, headers))
        .catch((error: unknown) => {
          log('answer_failed', errorFacts(error))
          response.destroy()
        })
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(input.port, input.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: input.url?.replace(/\/+$/, '') ?? `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
      }),
  }
}

async function answerTo(request: IncomingMessage, table: readonly (Route & { segments: string[] })[]): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const segments = url.pathname.split('/')
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const matching = table.filter((route) => matchSegments(route.segments, segments) !== undefined)
  const route = matching.find((each) => each.method === method)
  if (route === undefined) throw new HttpError(matching.length > 0 ? 405 : 404, 'Pagina nu există.')
  checkOrigin(request, route)
  return route.handle({
    method: route.method,
    path: url.pathname,
    params: matchSegments(route.segments, segments) ?? {},
    query: url.searchParams,
    headers: request.headers,
    body: await readBody(request, route.max_body_bytes ?? MAX_BODY_BYTES),
  })
}

function matchSegments(pattern: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== actual.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const text = actual[index] ?? ''
    // `:id.json` names the part before the ending.
    const named = /^:(\w+)(.*)$/.exec(part)
    if (named === null) {
      if (part !== text) return undefined
      continue
    }
    const [, name = '', ending = ''] = named
    if (!text.endsWith(ending) || text.length === ending.length) return undefined
    if (ending === '' && text.endsWith('.json')) return undefined
    params[name] = text.slice(0, text.length - ending.length)
  }
  return params
}

function checkOrigin(request: IncomingMessage, route: Route): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim()
  if (route.accepts === 'json' && type !== 'application/json')
    throw new HttpError(415, 'The body must be application/json.')
  if (route.accepts !== 'form') return
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new HttpError(403, 'Formularul a venit din altă parte.')
  }
  // Browsers tell the site only where the connection is trusted. `null`: our own pages, which send no referrer.
  const { origin, host } = request.headers
  if (site === undefined && origin !== undefined && origin !== 'null' && URL.parse(origin)?.host !== host)
    throw new HttpError(403, 'Formularul a venit din altă parte.')
}

async function readBody(request: IncomingMessage, max_bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > max_bytes) throw new HttpError(413, 'Prea multe date.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The JSON object in the body. @throws HttpError 400 */
export function jsonBody(asked: Asked): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(asked.body.toString('utf8') || '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new HttpError(400, 'The body must be a JSON object.')
}

function errorAnswer(
  request: IncomingMessage,
  error: unknown,
  render: (status: number, message: string) => string,
): Answer {
  const known = error instanceof HttpError
  if (!known) log('request_failed', { method: request.method, ...errorFacts(error) })
  const status = known ? error.status : 500
  const message = known ? error.message : 'Ceva nu a mers. Încearcă din nou.'
  const path = request.url?.split('?')[0] ?? ''
  const answer = /^\/(api|webhooks|messages)\b|\.json$/.test(path)
    ? json({ error: message }, status)
    : html(render(status, message), status)
  // What is left of a body that was not read would be taken for the next request.
  return status === 413 ? { ...answer, headers: { ...answer.headers, connection: 'close' } } : answer
}

function send(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...headers, ...answer.headers, 'content-length': String(body.length) })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
