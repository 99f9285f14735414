/**
 * The operations of the card API: where each answers over REST, what NVP calls it, and who does it. Wire facts: the card
 * gateway's reference, §1 and §4.
 */
import type { Handler } from './call.ts'
import type { GatewayOperation } from './grammar.ts'
import { NVP_PATH, PATHS } from './paths.ts'
import {
  changeSession,
  openSession,
  removeToken,
  showAgreement,
  showPaymentOptions,
  showSession,
  showToken,
  tokenize,
} from './records.ts'
import { actOnOrder, chargeCard, showOrder, showTransaction } from './transactions.ts'

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'
type Route = readonly [RestMethod, keyof typeof PATHS]

export type OperationRow = {
  readonly rest: readonly Route[]
  /** Whether a REST body must name it; elsewhere method and path do, and a body may repeat it. */
  readonly named_in_body: boolean
  /** NVP's `apiOperation`; REST's, too, where it is named in the body. */
  readonly nvp: string
  /** HTTP status over REST of an operation that was carried out, a declined payment among them. */
  readonly status: 200 | 201
  readonly handle: Handler
}

const put: Route = ['PUT', 'transaction']
const row = (nvp: string, rest: readonly Route[], status: 200 | 201, handle: Handler): OperationRow => ({
  rest,
  named_in_body: rest.includes(put),
  nvp,
  status,
  handle,
})

export const OPERATION_TABLE: Readonly<Record<Exclude<GatewayOperation, 'INFORMATION'>, OperationRow>> = {
  PAY: row('PAY', [put], 201, chargeCard),
  AUTHORIZE: row('AUTHORIZE', [put], 201, chargeCard),
  VERIFY: row('VERIFY', [put], 201, chargeCard),
  CAPTURE: row('CAPTURE', [put], 201, actOnOrder),
  REFUND: row('REFUND', [put], 201, actOnOrder),
  VOID: row('VOID', [put], 201, actOnOrder),
  UPDATE_AUTHORIZATION: row('UPDATE_AUTHORIZATION', [put], 201, actOnOrder),
  RETRIEVE_TRANSACTION: row('RETRIEVE_TRANSACTION', [['GET', 'transaction']], 200, showTransaction),
  RETRIEVE_ORDER: row('RETRIEVE_ORDER', [['GET', 'order']], 200, showOrder),
  CREATE_SESSION: row('CREATE_SESSION', [['POST', 'sessions']], 201, openSession),
  UPDATE_SESSION: row('UPDATE_SESSION', [['PUT', 'session']], 200, changeSession),
  RETRIEVE_SESSION: row('RETRIEVE_SESSION', [['GET', 'session']], 200, showSession),
  TOKENIZE: row(
    'TOKENIZE',
    [
      ['POST', 'tokens'],
      ['PUT', 'token'],
    ],
    201,
    tokenize,
  ),
  RETRIEVE_TOKEN: row('RETRIEVE_TOKEN', [['GET', 'token']], 200, showToken),
  DELETE_TOKEN: row('DELETE_TOKEN', [['DELETE', 'token']], 200, removeToken),
  RETRIEVE_AGREEMENT: row('RETRIEVE_AGREEMENT', [['GET', 'agreement']], 200, showAgreement),
  PAYMENT_OPTIONS_INQUIRY: row(
    'PAYMENT_OPTIONS_INQUIRY',
    [
      ['GET', 'payment_options'],
      ['POST', 'payment_options'],
    ],
    200,
    showPaymentOptions,
  ),
}

export type ServedOperation = keyof typeof OPERATION_TABLE

const patterns = [
  ...Object.values(OPERATION_TABLE).flatMap(({ rest }) => rest.map(([method, path]) => [method, PATHS[path]] as const)),
  ['GET', PATHS.information] as const,
  ['POST', NVP_PATH] as const,
].map(([method, path]) => ({ method, pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`) }))

/** Which methods an address answers, for 405; asked only when no route matched. */
export function methodsOf(path: string): string[] {
  return [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))]
}
