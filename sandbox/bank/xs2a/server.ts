/** The interface over HTTPS: route, identify, verify, validate, carry out; faults on demand wrap the whole. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { BodyTooLarge, readBody } from '../http.ts'
import type { TokenCheck } from '../oauth/tokens.ts'
import type { FaultAction, Faults } from './faults.ts'
import {
  type Answer,
  type Context,
  cancel,
  findPayment,
  type Headers,
  initiate,
  listAuthorisations,
  readInformation,
  readScaStatus,
  readStatus,
} from './payments.ts'
import { Refusal, refusalBody } from './refusal.ts'
import { firstFault, headerValidatorOf } from './schema.ts'
import type { ThirdParty, ThirdPartyChecks } from './third-party.ts'

export type Xs2aServices = {
  readonly context: Context
  readonly checks: ThirdPartyChecks
  readonly faults: Faults
  /** Present at a bank that demands an access token for reading payments. */
  readonly checkToken?: TokenCheck
  log(entry: object): void
}

const MAX_BODY_BYTES = 64 * 1024
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const ROUTE =
  /^\/v1\/(payments|bulk-payments|periodic-payments)\/([^/]+)(?:\/([^/]+)(?:\/(status|authorisations)(?:\/([^/]+))?)?)?$/

type Operation = 'initiate' | 'information' | 'status' | 'authorisations' | 'sca_status' | 'cancel'
type Route = {
  readonly operation: Operation
  readonly product: string
  readonly payment_id: string
  readonly authorisation_id: string
}

const header_validators = {
  initiate: headerValidatorOf('initiatePayment'),
  cancel: headerValidatorOf('cancelPayment'),
  read: headerValidatorOf('getPaymentInformation'),
}

/** Handles one request below /v1. Never throws; every answer is JSON. */
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
  try {
    if (fault?.kind === 'status') answer = faultStatus(fault)
    else if (fault?.kind === 'problem_json') answer = PROBLEM
    else answer = await perform(services, request)
  } catch (error) {
    answer = refused(services, request, error)
  }
  if (fault?.kind === 'drop_after') return void request.socket.destroy()
  send(response, spoil(answer, fault), fault?.kind === 'malformed_json')
}

async function perform(services: Xs2aServices, request: IncomingMessage): Promise<Answer> {
  const { context, checks } = services
  const target = request.url ?? '/'
  const third_party = checks.identify(request.socket as TLSSocket)
  const body = await readBody(request, MAX_BODY_BYTES)
  checks.checkSeal({ method: request.method ?? 'GET', target, headers: request.headers }, body, third_party)
  const route = readRoute(request.method ?? 'GET', target)
  const headers = readHeaders(context, route.operation, request)
  if (route.product !== context.config.product)
    throw new Refusal('PRODUCT_UNKNOWN', 'the payment product is not offered')
  if (route.operation === 'initiate') return initiate(context, third_party, headers, body)
  return onPayment(services, third_party, route, headers)
}

function onPayment(services: Xs2aServices, third_party: ThirdParty, route: Route, headers: Headers): Answer {
  const { context } = services
  const payment = findPayment(context, third_party, route.payment_id)
  if (route.operation === 'cancel') return cancel(context, payment)
  if (route.operation === 'authorisations') return listAuthorisations(payment)
  if (route.operation === 'sca_status') return readScaStatus(payment, route.authorisation_id)
  services.checkToken?.(headers.authorization, payment.payment_id, third_party.thumbprint)
  return route.operation === 'status' ? readStatus(context, payment) : readInformation(context, payment)
}

function readRoute(method: string, target: string): Route {
  const [path = '', query] = target.split('?')
  const [, service, product = '', payment_id = '', part, authorisation_id = ''] = ROUTE.exec(path) ?? []
  if (service === undefined) throw new Refusal('RESOURCE_UNKNOWN', 'there is nothing at this path')
  if (service !== 'payments') throw new Refusal('SERVICE_INVALID', 'only single payments are offered')
  if (query !== undefined) throw new Refusal('PARAMETER_NOT_SUPPORTED', 'no query parameter is supported')
  const operation = operationOf(method, payment_id, part, authorisation_id)
  if (operation === undefined) throw new Refusal('SERVICE_INVALID', 'the method is not offered on this resource')
  return { operation, product, payment_id, authorisation_id }
}

function operationOf(
  method: string,
  payment_id: string,
  part: string | undefined,
  authorisation_id: string,
): Operation | undefined {
  if (payment_id === '') return method === 'POST' ? 'initiate' : undefined
  if (part === undefined && method === 'DELETE') return 'cancel'
  if (method !== 'GET') return undefined
  if (part === undefined) return 'information'
  if (part === 'status') return authorisation_id === '' ? 'status' : undefined
  return authorisation_id === '' ? 'authorisations' : 'sca_status'
}

/** Header parameters by the schema of the operation, then what this bank requires beyond it. */
function readHeaders({ config }: Context, operation: Operation, request: IncomingMessage): Headers {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (Array.isArray(value)) throw new Refusal('FORMAT_ERROR', 'is repeated', { path: name })
    headers[name] = value
  }
  const validate =
    operation === 'initiate' || operation === 'cancel' ? header_validators[operation] : header_validators.read
  if (!validate(headers)) {
    const fault = firstFault(validate)
    throw new Refusal('FORMAT_ERROR', fault.text, { path: fault.path })
  }
  if (operation !== 'initiate') return headers
  if (!/^application\/json(?:; ?charset=utf-8)?$/i.test(headers['content-type'] ?? '')) {
    throw new Refusal('FORMAT_ERROR', 'Content-Type must be application/json', {
      path: 'Content-Type',
      http_status: 415,
    })
  }
  if (config.sca !== 'decoupled' && headers['tpp-redirect-uri'] === undefined) {
    throw new Refusal('FORMAT_ERROR', 'TPP-Redirect-URI is required', { path: 'TPP-Redirect-URI' })
  }
  for (const name of ['tpp-redirect-uri', 'tpp-nok-redirect-uri']) {
    if (headers[name] !== undefined && !/^https?:$/.test(URL.parse(headers[name])?.protocol ?? '')) {
      throw new Refusal('FORMAT_ERROR', 'must be an http or https address', { path: name })
    }
  }
  return headers
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
  if (fault === undefined || answer.body === undefined || answer.http_status >= 300) return answer
  const body = answer.body as { readonly _links?: object }
  if (fault.kind === 'repeat_old_status') return { ...answer, body: { transactionStatus: 'RCVD' } }
  if (fault.kind === 'wrong_payment_id')
    return { ...answer, body: { ...body, paymentId: '00000000-0000-4000-8000-000000000000' } }
  if (fault.kind !== 'foreign_link') return answer
  const foreign = { href: 'https://phishing.invalid/login' }
  const links = {
    ...body._links,
    ...('scaOAuth' in (body._links ?? {}) ? { scaOAuth: foreign } : { scaRedirect: foreign }),
  }
  return { ...answer, body: { ...body, _links: links } }
}

function send(response: ServerResponse, answer: Answer, malformed: boolean): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
  const payload = malformed ? text.slice(0, Math.max(1, Math.floor(text.length / 2))) : text
  response.writeHead(answer.http_status, {
    ...(text === '' ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
    'Cache-Control': 'no-store',
    ...answer.headers,
  })
  response.end(payload)
}
