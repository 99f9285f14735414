/** The operations on a payment: initiate, read, status, authorisations. Each answers or throws a Refusal. */
import { createHash, randomUUID } from 'node:crypto'
import type { Book } from '../book/book.ts'
import type { Initiation, Payment } from '../book/entries.ts'
import type { Lifecycle } from '../book/lifecycle.ts'
import type { Order, Service } from '../book/order.ts'
import type { BankConfig } from '../config.ts'
import { initiationAnswer, startedAnswer } from './answers.ts'
import { readOrder } from './order/read.ts'
import { newScaKey, returnAddresses } from './payer.ts'
import { Refusal } from './refusal.ts'
import type { ThirdParty } from './third-party.ts'

export type Answer = {
  readonly http_status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a text as XML. */
  readonly body?: object | string
}

/** Where the interface and the human pages are reached from outside. */
export type Addresses = { readonly api_url: string; readonly pages_url: string }

export type Context = {
  readonly config: BankConfig
  readonly book: Book
  readonly lifecycle: Lifecycle
  readonly addresses: Addresses
}

export type Headers = Readonly<Record<string, string | undefined>>

/**
 * POST {base_path}/{service}/{product}. The same X-Request-ID with the same body is the same payment and the same answer.
 * @param content_type as sent: it must be of the format that the bank takes for this service
 */
export function initiate(
  context: Context,
  service: Service,
  third_party: ThirdParty,
  headers: Headers,
  body: Buffer,
  content_type: string | undefined,
): Answer {
  const { book } = context
  const request_id = (headers['x-request-id'] ?? '').toLowerCase()
  const body_hash = createHash('sha256').update(body).digest('base64url')
  const earlier = book.paymentByRequest(third_party.organization_id, request_id)
  // Before the body is judged: a day that it names may have passed since the first call.
  if (earlier !== undefined) {
    if (earlier.body_hash === body_hash && earlier.order.service === service) return initiationAnswer(context, earlier)
    throw new Refusal('FORMAT_ERROR', 'X-Request-ID was used for another payment', { path: 'X-Request-ID' })
  }
  const order = readOrder({ config: context.config, today: context.lifecycle.today() }, service, body, content_type)
  checkDebtor(context, order, headers['psu-id'])
  if (!book.hasRoom())
    throw new Refusal('SERVICE_BLOCKED', 'too many payments wait for authorisation', { http_status: 503 })
  const notification_uri = context.config.push ? headers['tpp-notification-uri'] : undefined
  const payment: Initiation & { readonly order: Order } = {
    payment_id: randomUUID(),
    organization_id: third_party.organization_id,
    request_id,
    body_hash,
    order,
    ...returnAddresses(headers),
    ...(notification_uri === undefined ? {} : { notification_uri }),
    ...(context.config.sca === 'decoupled' ? { psu_id: headers['psu-id'] ?? '' } : {}),
    authorisation_id: randomUUID(),
    sca_key: newScaKey(),
  }
  book.record({ kind: 'created', at: Date.now(), payment })
  return initiationAnswer(context, payment)
}

/** The payer must be known (decoupled: by PSU-ID), own the account and not be locked out. */
function checkDebtor({ config, book }: Context, order: Order, psu_id: string | undefined): void {
  if (config.sca === 'decoupled') {
    if (psu_id === undefined) throw new Refusal('FORMAT_ERROR', 'PSU-ID is required', { path: 'PSU-ID' })
    if (book.accountByLogin(psu_id) === undefined) throw new Refusal('PSU_CREDENTIALS_INVALID', 'PSU-ID is not known')
  }
  const account = book.accountByIban(order.debtor_iban)
  const path = 'debtorAccount.iban'
  if (account === undefined)
    throw new Refusal('RESOURCE_UNKNOWN', 'is not an account of this bank', { path, http_status: 400 })
  if (config.sca === 'decoupled' && account.person.login !== psu_id) {
    throw new Refusal('RESOURCE_UNKNOWN', 'is not an account of this PSU', { path, http_status: 400 })
  }
  if (account.person.character === 'locked') throw new Refusal('SERVICE_BLOCKED', 'the PSU is blocked by the bank')
}

/** A third party's own payment of that service; another's is as unknown as one that does not exist. */
export function findPayment(
  { book }: Context,
  third_party: ThirdParty,
  payment_id: string,
  service: Service = 'payments',
): Payment {
  const payment = book.payment(payment_id)
  const own = payment?.organization_id === third_party.organization_id && payment.order.service === service
  if (payment === undefined || !own) throw new Refusal('RESOURCE_UNKNOWN', 'there is no such payment')
  return payment
}

/** POST …/{paymentId}/authorisations, at a bank that has it started explicitly. Repeating it is the same authorisation. */
export function startAuthorisation(context: Context, payment: Payment, headers: Headers): Answer {
  if (!context.config.quirks.explicit_authorisation)
    throw new Refusal('SERVICE_INVALID', 'the authorisation was started with the initiation')
  if (payment.outcome !== undefined || payment.authorised_at !== undefined)
    throw new Refusal('STATUS_INVALID', 'the payment no longer waits for authorisation')
  const given = returnAddresses(headers)
  const same =
    (given.redirect_uri ?? payment.redirect_uri) === payment.redirect_uri &&
    (given.nok_redirect_uri ?? payment.nok_redirect_uri) === payment.nok_redirect_uri
  if (!payment.authorisation_started || !same) {
    const { payment_id } = payment
    context.book.record({ kind: 'authorisation_started', at: Date.now(), payment_id, ...given })
  }
  return startedAnswer(context, payment)
}

const isStarted = ({ config }: Context, payment: Payment): boolean =>
  !config.quirks.explicit_authorisation || payment.authorisation_started

/** GET …/{paymentId}/authorisations */
export function listAuthorisations(context: Context, payment: Payment): Answer {
  const authorisationIds = isStarted(context, payment) ? [payment.authorisation_id] : []
  return { http_status: 200, body: { authorisationIds } }
}

/** GET …/{paymentId}/authorisations/{authorisationId} */
export function readScaStatus(context: Context, payment: Payment, authorisation_id: string): Answer {
  if (!isStarted(context, payment) || authorisation_id !== payment.authorisation_id)
    throw new Refusal('RESOURCE_UNKNOWN', 'there is no such authorisation')
  return { http_status: 200, body: { scaStatus: payment.sca_status } }
}

export { readInformation, readStatus } from './answers.ts'
export {
  cancel,
  listCancellationAuthorisations,
  readCancellationScaStatus,
  startCancellationAuthorisation,
} from './cancellation.ts'
