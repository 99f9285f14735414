/** Paths of the interface (NextGenPSD2 1.3.12 §4.2), below this bank's `base_path` and with its services. */
import type { BankConfig, ServiceName } from '../config.ts'
import { Refusal } from './refusal.ts'

export type Operation =
  | 'initiate'
  | 'information'
  | 'status'
  | 'authorisations'
  | 'start_authorisation'
  | 'sca_status'
  | 'cancel'
  | 'cancellation_authorisations'
  | 'start_cancellation'
  | 'cancellation_sca_status'

export type Route = {
  readonly operation: Operation
  readonly service: ServiceName
  readonly payment_id: string
  readonly authorisation_id: string
}

const SERVICES: readonly string[] = ['payments', 'bulk-payments', 'periodic-payments']
const MAX_SEGMENTS = 6

/** @throws Refusal RESOURCE_UNKNOWN, SERVICE_INVALID, PRODUCT_UNKNOWN or PARAMETER_NOT_SUPPORTED */
export function readRoute(config: BankConfig, method: string, target: string): Route {
  const [path = '', query] = target.split('?')
  const nothing = () => new Refusal('RESOURCE_UNKNOWN', 'there is nothing at this path')
  if (!path.startsWith(`${config.base_path}/`)) throw nothing()
  const segments = path.slice(config.base_path.length + 1).split('/')
  const [service = '', ...rest] = segments
  if (!SERVICES.includes(service) || segments.length > MAX_SEGMENTS || segments.length < 2 || segments.includes(''))
    throw nothing()
  const offered = config.services[service as ServiceName]
  if (offered === undefined) throw new Refusal('SERVICE_INVALID', 'this payment service is not offered')
  if (query !== undefined) throw new Refusal('PARAMETER_NOT_SUPPORTED', 'no query parameter is supported')
  const route = { service: service as ServiceName, authorisation_id: '' }
  const { status_path_has_product } = config.quirks
  const [first = '', second = '', part, ...more] = rest
  if (!status_path_has_product && rest.length === 2 && second === 'status') {
    if (method !== 'GET') throw notOffered()
    return { ...route, operation: 'status', payment_id: first }
  }
  if (first !== offered.product) throw new Refusal('PRODUCT_UNKNOWN', 'the payment product is not offered')
  if (!status_path_has_product && part === 'status')
    throw new Refusal('RESOURCE_UNKNOWN', 'the status is at /{payment-service}/{paymentId}/status')
  const operation = operationOf(method, second, part, more)
  if (operation === undefined) throw notOffered()
  return { ...route, operation, payment_id: second, authorisation_id: more[0] ?? '' }
}

const notOffered = () => new Refusal('SERVICE_INVALID', 'the method is not offered on this resource')

function operationOf(
  method: string,
  payment_id: string,
  part: string | undefined,
  more: readonly string[],
): Operation | undefined {
  if (payment_id === '') return method === 'POST' ? 'initiate' : undefined
  if (part === undefined) return method === 'DELETE' ? 'cancel' : method === 'GET' ? 'information' : undefined
  if (part === 'status') return method === 'GET' && more.length === 0 ? 'status' : undefined
  if (more.length > 1) return undefined
  const [list, start, one] =
    part === 'authorisations'
      ? (['authorisations', 'start_authorisation', 'sca_status'] as const)
      : part === 'cancellation-authorisations'
        ? (['cancellation_authorisations', 'start_cancellation', 'cancellation_sca_status'] as const)
        : []
  if (method === 'POST') return more.length === 0 ? start : undefined
  if (method !== 'GET') return undefined
  return more.length === 0 ? list : one
}

/** The largest body that the call may have, in bytes; many transfers need more room than one. */
export function bodyLimit(config: BankConfig, target: string): number {
  const service = target.slice(config.base_path.length + 1).split('/', 1)[0] ?? ''
  const offered = SERVICES.includes(service) ? config.services[service as ServiceName] : undefined
  return service === 'bulk-payments' || offered?.format === 'pain.001' ? 1024 * 1024 : 64 * 1024
}
