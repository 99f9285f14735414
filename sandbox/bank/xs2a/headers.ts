/** Header parameters: by the schema of the operation, then what this bank requires beyond it. */
import type { IncomingMessage } from 'node:http'
import type { BankConfig } from '../config.ts'
import type { Headers } from './payments.ts'
import { Refusal } from './refusal.ts'
import type { Operation, Route } from './route.ts'
import { firstFault, headerValidatorOf } from './schema.ts'

const validators = {
  initiate: headerValidatorOf('initiatePayment'),
  cancel: headerValidatorOf('cancelPayment'),
  read: headerValidatorOf('getPaymentInformation'),
}

/** Operations that have a JSON body beside the initiation. */
const STARTS: ReadonlySet<Operation> = new Set(['start_authorisation', 'start_cancellation'])
const MEDIA = {
  json: { name: 'application/json', pattern: /^application\/json(?:; ?charset=utf-8)?$/i },
  xml: { name: 'application/xml', pattern: /^application\/xml(?:; ?charset=utf-8)?$/i },
  multipart: { name: 'multipart/form-data', pattern: /^multipart\/form-data; ?boundary=/i },
} as const

/** Names in lower case. @throws Refusal FORMAT_ERROR that names the header */
export function readHeaders(config: BankConfig, route: Route, request: IncomingMessage): Headers {
  const { operation } = route
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (Array.isArray(value)) throw new Refusal('FORMAT_ERROR', 'is repeated', { path: name })
    headers[name] = value
  }
  const validate = operation === 'initiate' || operation === 'cancel' ? validators[operation] : validators.read
  // The standard's is base64; armoured it is another text, which the seal's check has read already.
  const { signing } = config.quirks
  const armoured = signing !== 'none' && signing.certificate === 'pem'
  if (!validate(armoured ? { ...headers, 'tpp-signature-certificate': undefined } : headers)) {
    const fault = firstFault(validate)
    throw new Refusal('FORMAT_ERROR', fault.text, { path: fault.path })
  }
  for (const [name, value] of Object.entries(config.quirks.required_headers)) {
    if (headers[name] === undefined) throw new Refusal('FORMAT_ERROR', `${name} is required`, { path: name })
    if (value !== '*' && headers[name] !== value) throw new Refusal('FORMAT_ERROR', 'is not known', { path: name })
  }
  checkRedirectAddresses(config, operation, headers)
  if (operation === 'initiate' || STARTS.has(operation)) checkContentType(config, route, headers)
  const { psu_id_type } = config.quirks
  if (operation === 'initiate' && psu_id_type !== undefined && headers['psu-id-type'] !== psu_id_type)
    throw new Refusal('FORMAT_ERROR', `PSU-ID-Type must be ${psu_id_type}`, { path: 'PSU-ID-Type' })
  return headers
}

function checkContentType(config: BankConfig, { operation, service }: Route, headers: Headers): void {
  const format = operation === 'initiate' ? config.services[service]?.format : 'json'
  const kind = format !== 'pain.001' ? 'json' : service === 'periodic-payments' ? 'multipart' : 'xml'
  const { name, pattern } = MEDIA[kind]
  if (!pattern.test(headers['content-type'] ?? ''))
    throw new Refusal('FORMAT_ERROR', `Content-Type must be ${name}`, { path: 'Content-Type', http_status: 415 })
}

function checkRedirectAddresses(config: BankConfig, operation: Operation, headers: Headers): void {
  const needed = config.quirks.explicit_authorisation ? 'start_authorisation' : 'initiate'
  if (operation === needed && config.sca !== 'decoupled' && headers['tpp-redirect-uri'] === undefined)
    throw new Refusal('FORMAT_ERROR', 'TPP-Redirect-URI is required', { path: 'TPP-Redirect-URI' })
  for (const name of ['tpp-redirect-uri', 'tpp-nok-redirect-uri']) {
    if (headers[name] !== undefined && !/^https?:$/.test(URL.parse(headers[name])?.protocol ?? ''))
      throw new Refusal('FORMAT_ERROR', 'must be an http or https address', { path: name })
  }
}
