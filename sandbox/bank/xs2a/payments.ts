/** The operations on a payment: initiate, read, status, authorisations, cancel. Each answers or throws a Refusal. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Book, Initiation, Order, Payment } from '../book/book.ts'
import type { Lifecycle } from '../book/lifecycle.ts'
import type { BankConfig } from '../config.ts'
import { amountText, readOrder } from './order.ts'
import { Refusal } from './refusal.ts'
import type { ThirdParty } from './third-party.ts'

export type Answer = {
  readonly http_status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
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

/** POST /v1/payments/{product}. The same X-Request-ID with the same body is the same payment and the same answer. */
export function initiate(context: Context, third_party: ThirdParty, headers: Headers, body: Buffer): Answer {
  const { book } = context
  const order = readOrder(body)
  const request_id = (headers['x-request-id'] ?? '').toLowerCase()
  const body_hash = createHash('sha256').update(body).digest('base64url')
  const earlier = book.paymentByRequest(third_party.organization_id, request_id)
  if (earlier !== undefined) {
    if (earlier.body_hash === body_hash) return initiationAnswer(context, earlier)
    throw new Refusal('FORMAT_ERROR', 'X-Request-ID was used for another payment', { path: 'X-Request-ID' })
  }
  checkDebtor(context, order, headers['psu-id'])
  if (!book.hasRoom())
    throw new Refusal('SERVICE_BLOCKED', 'too many payments wait for authorisation', { http_status: 503 })
  const redirect_uri = headers['tpp-redirect-uri']
  const nok_redirect_uri = headers['tpp-nok-redirect-uri']
  const notification_uri = context.config.push ? headers['tpp-notification-uri'] : undefined
  const payment: Initiation = {
    payment_id: randomUUID(),
    organization_id: third_party.organization_id,
    request_id,
    body_hash,
    order,
    ...(redirect_uri === undefined ? {} : { redirect_uri }),
    ...(nok_redirect_uri === undefined ? {} : { nok_redirect_uri }),
    ...(notification_uri === undefined ? {} : { notification_uri }),
    ...(context.config.sca === 'decoupled' ? { psu_id: headers['psu-id'] ?? '' } : {}),
    authorisation_id: randomUUID(),
    sca_key: randomBytes(18).toString('base64url'),
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

/** Depends on nothing but the initiation, so that a repeated call gets the same words. */
function initiationAnswer({ config, addresses }: Context, payment: Initiation): Answer {
  const path = `/v1/payments/${config.product}/${payment.payment_id}`
  // The decoupled bank writes relative links, as the specification's own examples do.
  const self = config.sca === 'decoupled' ? path : `${addresses.api_url}${path}`
  const sca_links = {
    redirect: { scaRedirect: { href: `${addresses.pages_url}/sca/${payment.sca_key}` } },
    oauth: { scaOAuth: { href: `${addresses.api_url}/.well-known/openid-configuration` } },
    decoupled: {},
  }[config.sca]
  const instruction = `Deschide aplicația ${config.name} pe telefon și autorizează plata către ${payment.order.creditor_name}.`
  return {
    http_status: 201,
    headers: {
      Location: `${addresses.api_url}${path}`,
      'ASPSP-SCA-Approach': config.sca === 'decoupled' ? 'DECOUPLED' : 'REDIRECT',
      'ASPSP-Notification-Support': 'false',
    },
    body: {
      transactionStatus: 'RCVD',
      paymentId: payment.payment_id,
      ...(config.sca === 'decoupled' ? { psuMessage: instruction } : {}),
      _links: {
        ...sca_links,
        self: { href: self },
        status: { href: `${self}/status` },
        scaStatus: { href: `${self}/authorisations/${payment.authorisation_id}` },
      },
    },
  }
}

/** A third party's own payment; another's is as unknown as one that does not exist. */
export function findPayment({ book }: Context, third_party: ThirdParty, payment_id: string): Payment {
  const payment = book.payment(payment_id)
  if (payment === undefined || payment.organization_id !== third_party.organization_id) {
    throw new Refusal('RESOURCE_UNKNOWN', 'there is no such payment')
  }
  return payment
}

/** GET …/{paymentId}/status */
export function readStatus({ lifecycle }: Context, payment: Payment): Answer {
  const transactionStatus = lifecycle.status(payment)
  const reason = reasonOf(payment)
  const funds = transactionStatus === 'ACCP' ? { fundsAvailable: true } : {}
  const psu_message = payment.outcome?.text === undefined ? {} : { psuMessage: payment.outcome.text }
  return { http_status: 200, body: { transactionStatus, ...funds, ...psu_message, ...reason } }
}

/** GET …/{paymentId} */
export function readInformation({ lifecycle }: Context, payment: Payment): Answer {
  const { order } = payment
  return {
    http_status: 200,
    body: {
      ...(order.end_to_end_id === undefined ? {} : { endToEndIdentification: order.end_to_end_id }),
      debtorAccount: { iban: order.debtor_iban },
      instructedAmount: { currency: 'RON', amount: amountText(order.amount_minor) },
      creditorAccount: { iban: order.creditor_iban },
      creditorName: order.creditor_name,
      ...(order.remittance === undefined ? {} : { remittanceInformationUnstructured: order.remittance }),
      transactionStatus: lifecycle.status(payment),
      ...reasonOf(payment),
    },
  }
}

function reasonOf(payment: Payment): object {
  const outcome = payment.outcome
  if (outcome?.status !== 'RJCT') return {}
  const code = outcome.code === 'AM04' ? 'FUNDS_NOT_AVAILABLE' : 'PAYMENT_FAILED'
  return { tppMessage: [{ category: 'ERROR', code, text: `${outcome.code}: ${outcome.text}` }] }
}

/** GET …/{paymentId}/authorisations */
export function listAuthorisations(payment: Payment): Answer {
  return { http_status: 200, body: { authorisationIds: [payment.authorisation_id] } }
}

/** GET …/{paymentId}/authorisations/{authorisationId} */
export function readScaStatus(payment: Payment, authorisation_id: string): Answer {
  if (authorisation_id !== payment.authorisation_id)
    throw new Refusal('RESOURCE_UNKNOWN', 'there is no such authorisation')
  return { http_status: 200, body: { scaStatus: payment.sca_status } }
}

/** DELETE …/{paymentId}: 204 as long as settlement has not begun; repeating it changes nothing. */
export function cancel({ lifecycle }: Context, payment: Payment): Answer {
  if (payment.outcome?.status === 'CANC' || lifecycle.cancel(payment)) return { http_status: 204 }
  throw new Refusal('CANCELLATION_INVALID', 'the payment can no longer be cancelled')
}
