/**
 * What was said on the wire lately, as it was said: `GET /sandbox/messages` on the pages' host. For people who want to
 * see a bank's dialect, and for tests that hold the messages against the text of the standard. In memory only.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

export type WireMessage = {
  readonly at: string
  readonly method: string
  readonly target: string
  readonly request_headers: IncomingHttpHeaders
  readonly request_body: string
  readonly http_status: number
  readonly body: string
}

export type Messages = {
  keep(request: IncomingMessage, request_body: Buffer | undefined, http_status: number, body: string): void
  /** Oldest first. */
  list(): readonly WireMessage[]
}

const KEPT = 200
const MAX_TEXT = 32_768
/** Told by their names alone. */
const SECRET_HEADERS = new Set(['authorization', 'oauth-1', 'web-api-key'])

export function createMessages(): Messages {
  const kept: WireMessage[] = []
  return {
    keep(request, request_body, http_status, body) {
      const headers = Object.entries(request.headers).map(([name, value]) => [
        name,
        SECRET_HEADERS.has(name) ? '…' : value,
      ])
      kept.push({
        at: new Date().toISOString(),
        method: request.method ?? '',
        target: request.url ?? '',
        request_headers: Object.fromEntries(headers) as IncomingHttpHeaders,
        request_body: request_body?.toString('utf8').slice(0, MAX_TEXT) ?? '',
        http_status,
        body: body.slice(0, MAX_TEXT),
      })
      if (kept.length > KEPT) kept.shift()
    },
    list: () => kept,
  }
}

export function sendMessages(messages: Messages, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify({ messages: messages.list() }))
}
