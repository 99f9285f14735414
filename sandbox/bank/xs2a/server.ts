/** The interface over HTTPS: route, identify, verify, validate, carry out; faults on demand wrap the whole. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { BodyTooLarge, readBody } from '../http.ts'
import type { TokenCheck } from '../oauth/tokens.ts'
import type { FaultAction, Faults } from './faults.ts'
import { readHeaders } from './headers.ts'
import type { Messages } from './messages.ts'
import {
  type Answer,
  type Context,
  cancel,
  findPayment,
  type Headers,
  initiate,
  listAuthorisations,
  listCancellationAuthorisations,
  readCancellationScaStatus,
  readInformation,
  readScaStatus,
  readStatus,
  startAuthorisation,
  startCancellationAuthorisation,
} from './payments.ts'
import { Refusal, refusalBody } from './refusal.ts'
import { bodyLimit, type Route, readRoute } from './route.ts'
import type { ThirdParty, ThirdPartyChecks } from './third-party.ts'

export type Xs2aServices = {
  readonly context: Context
  readonly checks: ThirdPartyChecks
  readonly faults: Faults
  /** Present at a bank that demands an access token for reading payments. */
  readonly checkToken?: TokenCheck
  readonly messages: Messages
  log(entry: object): void
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** What a token that the payer gave after the initiation is asked for on; one given before it, on every call. */
const READS: ReadonlySet<string> = new Set(['status', 'information'])

/** Handles one request of the interface. Never throws; every answer is JSON, or XML where the bank speaks it. */
export async function handleXs2a(
  services: Xs2aServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request_id = request.headers['x-request-id']
  if (typeof request_id === 'string' && UUID.test(request_id)) response.setHeader('X-Request-ID', request_id)
  const fault = takeFault(services.faults, request)
  if (fault?.kind === 'delay') await delay(fault.delay_ms, undefined, { ref: false })
  if (fault?.kind === 'drop_before') return void request.socket.destroy()
  let answer: Answer
  const read: { body?: Buffer } = {}
  try {
    if (fault?.kind === 'status') answer = faultStatus(fault)
    else if (fault?.kind === 'problem_json') answer = PROBLEM
    else answer = await perform(services, request, read)
  } catch (error) {
    answer = refused(services, request, error)
  }
  if (fault?.kind === 'drop_after') return void request.socket.destroy()
  const sent = send(response, spoil(answer, fault), fault?.kind === 'malformed_json')
  services.messages.keep(request, read.body, answer.http_status, sent)
}

async function perform(services: Xs2aServices, request: IncomingMessage, read: { body?: Buffer }): Promise<Answer> {
  const { context, checks } = services
  const { config } = context
  const method = request.method ?? 'GET'
  const target = request.url ?? '/'
  const known = config.quirks.client_certificate ? checks.identify(request.socket as TLSSocket) : undefined
  const body = await readBody(request, bodyLimit(config, target))
  read.body = body
  const third_party = checks.checkSeal({ method, target, headers: request.headers }, body, known)
  const route = readRoute(config, method, target)
  const headers = readHeaders(config, route, request)
  if (route.operation !== 'initiate') return onPayment(services, third_party, route, headers)
  if (config.quirks.access.initiation_needs_token) {
    const login = services.checkToken?.(headers, undefined, third_party)
    if (login !== undefined) checkOwner(context, login, body)
  }
  return initiate(context, route.service, third_party, headers, body, headers['content-type'])
}

/** A payer lets the third party in to his own accounts only. What is no account at all is told with the order's faults. */
function checkOwner({ book }: Context, login: string, body: Buffer): void {
  const own = book.accountByLogin(login)?.person.iban
  const others = book.accounts().filter(({ person }) => person.iban !== own)
  if (own === undefined || body.includes(own) || !others.some(({ person }) => body.includes(person.iban))) return
  const path = 'debtorAccount.iban'
  throw new Refusal('RESOURCE_UNKNOWN', 'is not an account of this PSU', { path, http_status: 400 })
}

function onPayment(services: Xs2aServices, third_party: ThirdParty, route: Route, headers: Headers): Answer {
  const { context } = services
  const { operation } = route
  const payment = findPayment(context, third_party, route.payment_id, route.service)
  if (READS.has(operation) || context.config.quirks.access.initiation_needs_token)
    services.checkToken?.(headers, payment.payment_id, third_party)
  switch (operation) {
    case 'status':
      return readStatus(context, payment)
    case 'cancel':
      return cancel(context, payment, headers)
    case 'authorisations':
      return listAuthorisations(context, payment)
    case 'start_authorisation':
      return startAuthorisation(context, payment, headers)
    case 'sca_status':
      return readScaStatus(context, payment, route.authorisation_id)
    case 'cancellation_authorisations':
      return listCancellationAuthorisations(payment)
    case 'start_cancellation':
      return startCancellationAuthorisation(context, payment, headers)
    case 'cancellation_sca_status':
      return readCancellationScaStatus(payment, route.authorisation_id)
    default:
      return readInformation(context, payment)
  }
}

function refused(services: Xs2aServices, request: IncomingMessage, error: unknown): Answer {
  if (error instanceof BodyTooLarge) {
    return {
      http_status: 413,
      body: refusalBody(new Refusal('FORMAT_ERROR', 'the body is too large')),
      headers: { Connection: 'close' },
    }
  }
  if (error instanceof Refusal) {
    const { code, http_status, path, message } = error
    services.log({ refused: code, http_status, path, text: message, method: request.method })
    if (code === 'TOKEN_EXPIRED' && services.context.config.quirks.access.expired_token === 'bcr')
      return { http_status: 403, body: { status: 403, errors: [{ error: code, error_description: message }] } }
    return { http_status, body: refusalBody(error) }
  }
  services.log({ failed: error instanceof Error ? error.stack : String(error) })
  return { http_status: 500, body: { tppMessages: [{ category: 'ERROR', code: 'INTERNAL_SERVER_ERROR' }] } }
}

function takeFault(faults: Faults, request: IncomingMessage): FaultAction | undefined {
  if (request.method === 'POST') return faults.take('initiate')
  return request.url?.endsWith('/status') ? faults.take('status') : undefined
}

function faultStatus(fault: { readonly http_status: number; readonly code?: string }): Answer {
  const code = fault.code ?? 'INTERNAL_SERVER_ERROR'
  return {
    http_status: fault.http_status,
    body: { tppMessages: [{ category: 'ERROR', code, text: 'a fault on demand' }] },
  }
}

const PROBLEM: Answer = {
  http_status: 400,
  headers: { 'Content-Type': 'application/problem+json' },
  body: {
    type: 'https://berlingroup.com/error-codes/FORMAT_ERROR',
    title: 'FORMAT_ERROR',
    detail: 'a fault on demand',
    code: 'FORMAT_ERROR',
  },
}

function spoil(answer: Answer, fault: FaultAction | undefined): Answer {
  if (fault === undefined || answer.http_status >= 300) return answer
  if (answer.body === undefined) return answer
  if (typeof answer.body === 'string') {
    if (fault.kind !== 'repeat_old_status') return answer
    return { ...answer, body: answer.body.replace(/<(TxSts|GrpSts)>[A-Z]{4}</g, '<$1>RCVD<') }
  }
  const body = answer.body as { readonly _links?: object }
  if (fault.kind === 'repeat_old_status') return { ...answer, body: { transactionStatus: 'RCVD' } }
  if (fault.kind === 'wrong_payment_id')
    return { ...answer, body: { ...body, paymentId: '00000000-0000-4000-8000-000000000000' } }
  if (fault.kind !== 'foreign_link') return answer
  const href = 'https://phishing.invalid/login'
  const given: Readonly<Record<string, unknown>> = { ...body._links }
  const name = ['scaOAuth', 'startAuthorisation'].find((link) => link in given) ?? 'scaRedirect'
  const links = { ...given, [name]: typeof given[name] === 'string' ? href : { href } }
  return { ...answer, body: { ...body, _links: links } }
}

/** @returns what was sent as the body */
function send(response: ServerResponse, answer: Answer, malformed: boolean): string {
  const { body } = answer
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'application/xml' : 'application/json'
  const payload = malformed ? text.slice(0, Math.max(1, Math.floor(text.length / 2))) : text
  response.writeHead(answer.http_status, {
    ...(text === '' ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(payload) }),
    'Cache-Control': 'no-store',
    ...answer.headers,
  })
  response.end(payload)
  return payload
}
