/** Messages over HTTPS with the gateway's certificate: read, carry out, answer in the manner that the test tables or a fault ask for. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { errorFacts, log } from '../../process/lifecycle.ts'
import type { Book } from '../book/book.ts'
import type { AcquirerConfig } from '../config.ts'
import { ReferenceConflict } from '../issuers/host.ts'
import type { Manner } from '../issuers/issuer.ts'
import type { FaultAction, Faults } from './faults.ts'
import { FormatError } from './messages.ts'
import { OPERATIONS, type Worked } from './operations.ts'

export type Api = {
  readonly port: number
  /** Stops listening and cuts every connection. */
  leave(): Promise<void>
  /** Listens again on the same port. */
  comeBack(): Promise<void>
  close(): Promise<void>
}

const MAX_BODY_BYTES = 16_384
/** A message that is never answered holds its connection this long. */
const SILENCE_MS = 120_000

type Services = { readonly book: Book; readonly faults: Faults; readonly config: AcquirerConfig }

export async function startApi(services: Services): Promise<Api> {
  const { api } = services.config
  const server = createServer(
    {
      cert: readFileSync(api.certificate_file),
      key: readFileSync(api.key_file),
      ca: readFileSync(api.client_ca_file),
      requestCert: true,
      // Refused with words below: a connection just closed would leave the caller not knowing whether it was heard.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // Nagle's algorithm would hold back answers of two writes.
      noDelay: true,
    },
    (request, response) => receive(services, request, response),
  )
  server.headersTimeout = 10_000
  server.requestTimeout = 20_000
  server.keepAliveTimeout = 65_000
  server.maxRequestsPerSocket = 0
  server.maxConnections = 5_000
  // All of them: a connection that still shakes hands is none of HTTP's yet, and would keep `close` waiting for it.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const port = await listen(server, api.host, api.port)
  const leave = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve()
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return {
    port,
    leave,
    comeBack: async () => {
      if (!server.listening) await listen(server, api.host, port)
    },
    close: leave,
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

function receive(services: Services, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  })
  request.on('end', () => {
    const body = size > MAX_BODY_BYTES ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    perform(services, request, response, body).catch((error: unknown) => {
      log('message_failed', errorFacts(error))
      if (!response.headersSent) send(response, 500, { responseCode: '96', responseText: 'System malfunction' })
    })
  })
  request.on('error', () => {})
}

async function perform(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | undefined,
): Promise<void> {
  if (!(request.socket as TLSSocket).authorized) {
    log('certificate_refused', { code: String((request.socket as TLSSocket).authorizationError) })
    return send(response, 403, { responseCode: '58', responseText: 'Not permitted to terminal' })
  }
  const kind = /^\/v1\/([a-z-]{1,20})$/.exec(request.url ?? '')?.[1] ?? ''
  const operation = OPERATIONS.get(kind)
  if (operation === undefined) return refuse(response, 404, '/', 'there is nothing at this path')
  if (request.method !== 'POST') return refuse(response, 405, '/', 'only POST')
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(response, 415, '/', 'only application/json')
  }
  if (body === undefined) return refuse(response, 413, '/', 'the message is too long')
  const fault = services.faults.take(kind)
  if (fault?.kind === 'lost') return hang(response)
  if (fault?.kind === 'drop_before') return cut(response)
  if (fault?.kind === 'status')
    return send(response, fault.http_status, { responseCode: '96', responseText: 'a fault on demand' })
  let worked: Worked
  try {
    worked = operation(services.book, JSON.parse(body.toString('utf8')))
    await worked.written
  } catch (error) {
    if (error instanceof FormatError) return refuse(response, 400, error.field, error.message)
    if (error instanceof SyntaxError) return refuse(response, 400, '/', 'is not JSON')
    if (error instanceof ReferenceConflict) {
      return send(response, 409, { responseCode: '94', responseText: 'Reference used for another message' })
    }
    throw error
  }
  answer(services.config, response, worked, fault)
}

/** A fault on demand goes before the manner that the message itself asks for. */
function answer(
  config: AcquirerConfig,
  response: ServerResponse,
  worked: Worked,
  fault: FaultAction | undefined,
): void {
  const manner: Manner | 'garbage' | 'slow' =
    fault?.kind === 'drop_after_booking' ? 'drop' : fault?.kind === 'garbage' ? 'garbage' : mannerOf(worked, fault)
  if (manner === 'silent' || manner === 'lost') hang(response)
  else if (manner === 'drop') cut(response)
  else if (manner === 'garbage') sendHalf(response, worked.body)
  else if (manner === 'plain') send(response, 200, worked.body)
  else {
    const delay_ms = fault?.kind === 'slow' ? fault.delay_ms : config.timing.late_ms
    setTimeout(() => send(response, 200, worked.body), delay_ms).unref()
  }
}

const mannerOf = (worked: Worked, fault: FaultAction | undefined): Manner | 'slow' =>
  fault?.kind === 'silent' ? 'silent' : fault?.kind === 'slow' ? 'slow' : worked.manner

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function sendHalf(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(text.slice(0, Math.floor(text.length / 2)))
}

/** Logged without what the message held. */
function refuse(response: ServerResponse, status: number, field: string, text: string): void {
  log('message_refused', { status, field, text })
  send(response, status, { responseCode: '30', responseText: 'Format error', field, fault: text })
}

const cut = (response: ServerResponse): void => void response.socket?.destroy()
const hang = (response: ServerResponse): void => {
  const timer = setTimeout(() => cut(response), SILENCE_MS).unref()
  response.on('close', () => clearTimeout(timer))
}
