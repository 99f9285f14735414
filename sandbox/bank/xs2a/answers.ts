/** What the interface says of a payment, in this bank's own words and forms (`quirks`). */
import type { Initiation, Payment, TransferResult } from '../book/entries.ts'
import { firstTransfer, type Order, type Transfer } from '../book/order.ts'
import { paymentsText } from '../pages/details.ts'
import { amountText } from './order/transfer.ts'
import { statusDocument } from './pain002.ts'
import type { Answer, Context } from './payments.ts'

/** In a periodic payment the bank's words for running and ended, before authorisation its first status. */
export function shownStatus({ config, lifecycle }: Context, payment: Payment): string {
  const status = lifecycle.status(payment)
  const { quirks } = config
  if (status === 'RCVD')
    return (payment.account_chosen ? quirks.account_chosen_status : undefined) ?? quirks.first_status
  if (payment.order.schedule === undefined) return status
  return status === 'ACSP' ? quirks.running_status : status === 'ACSC' ? quirks.ended_status : status
}

type PlacedPayment = Pick<Initiation, 'payment_id'> & { readonly order: Order }

/** Path of a payment in the interface; its status may be found elsewhere. */
export function pathsOf({ config, addresses }: Context, { payment_id, order }: PlacedPayment) {
  const { base_path, services, quirks, sca } = config
  const product = services[order.service]?.product ?? ''
  const path = `${base_path}/${order.service}/${product}/${payment_id}`
  const status_path = quirks.status_path_has_product ? path : `${base_path}/${order.service}/${payment_id}`
  // The decoupled bank writes relative links, as the specification's own examples do.
  const host = sca === 'decoupled' ? '' : addresses.api_url
  return { self: `${host}${path}`, status: `${host}${status_path}/status`, location: `${addresses.api_url}${path}` }
}

/**
 * `_links` in the form that this bank writes, and the payer's message where this bank puts it.
 * @param hrefs addresses by the link's name; those undefined are left out
 */
export function withLinks(
  { config }: Context,
  hrefs: Readonly<Record<string, string | undefined>>,
  psu_message?: string,
): object {
  const { links, psu_message: place } = config.quirks
  const written = Object.entries(hrefs)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, href]) => [name, links === 'strings' ? href : { href }])
  const message = psu_message === undefined ? {} : { psuMessage: psu_message }
  return {
    ...(place === 'body' ? message : {}),
    _links: { ...Object.fromEntries(written), ...(place === 'links' ? message : {}) },
  }
}

/** Where the payer authorises: nowhere that a link leads to when he does it on his phone. */
export function scaLink({ config, addresses }: Context, sca_key: string): Readonly<Record<string, string>> {
  if (config.sca === 'decoupled') return {}
  if (config.sca === 'redirect') return { scaRedirect: `${addresses.pages_url}/sca/${sca_key}` }
  return { scaOAuth: `${addresses.api_url}/.well-known/openid-configuration` }
}

/** What the payer of a decoupled bank is told, in Romanian. */
function instructionOf({ config }: Context, order: Order): string | undefined {
  if (config.sca !== 'decoupled') return undefined
  const { creditor_name } = firstTransfer(order)
  const what = {
    payments: `plata către ${creditor_name}`,
    'bulk-payments': `lista: ${paymentsText(order.transfers.length)}`,
    'periodic-payments': `plata recurentă către ${creditor_name}`,
  }[order.service]
  return `Deschide aplicația ${config.name} pe telefon și autorizează ${what}.`
}

/** 201 of an initiation. Depends on nothing but the initiation, so that a repeated call gets the same words. */
export function initiationAnswer(
  context: Context,
  payment: PlacedPayment & Pick<Initiation, 'sca_key' | 'authorisation_id'>,
): Answer {
  const { config } = context
  const { self, status, location } = pathsOf(context, payment)
  const explicit = config.quirks.explicit_authorisation
  const authorisation = explicit
    ? { startAuthorisation: `${self}/authorisations` }
    : { ...scaLink(context, payment.sca_key), scaStatus: `${self}/authorisations/${payment.authorisation_id}` }
  return {
    http_status: 201,
    headers: {
      Location: location,
      'ASPSP-SCA-Approach': config.sca === 'decoupled' ? 'DECOUPLED' : 'REDIRECT',
      'ASPSP-Notification-Support': 'false',
    },
    body: {
      transactionStatus: config.quirks.first_status,
      paymentId: payment.payment_id,
      ...withLinks(
        context,
        { ...authorisation, self, status },
        explicit ? undefined : instructionOf(context, payment.order),
      ),
    },
  }
}

/** 201 of an authorisation that the third party started. */
export function startedAnswer(context: Context, payment: Payment): Answer {
  const { self, status } = pathsOf(context, payment)
  const scaStatus = `${self}/authorisations/${payment.authorisation_id}`
  const links = { ...scaLink(context, payment.sca_key), scaStatus, self, status }
  return {
    http_status: 201,
    headers: { 'ASPSP-SCA-Approach': context.config.sca === 'decoupled' ? 'DECOUPLED' : 'REDIRECT' },
    body: {
      scaStatus: payment.sca_status,
      authorisationId: payment.authorisation_id,
      ...withLinks(context, links, instructionOf(context, payment.order)),
    },
  }
}

/** GET …/{paymentId}/status */
export function readStatus(context: Context, payment: Payment): Answer {
  const status = shownStatus(context, payment)
  if (context.config.quirks.status_format === 'pain.002')
    return { http_status: 200, body: statusDocument(payment, status, transferStatuses(context, payment)) }
  const funds = status === 'ACCP' && payment.order.service === 'payments' ? { fundsAvailable: true } : {}
  const message = messageOf(payment)
  return {
    http_status: 200,
    body: {
      transactionStatus: status,
      ...funds,
      ...(message === undefined ? {} : { psuMessage: message }),
      ...reasonsOf(payment),
    },
  }
}

/** GET …/{paymentId}: the order as it was given, and how it stands; in a bulk payment how each transfer stands. */
export function readInformation(context: Context, payment: Payment): Answer {
  const { order } = payment
  const head = { debtorAccount: { iban: order.debtor_iban } }
  const date = order.execution_date === undefined ? {} : { requestedExecutionDate: order.execution_date }
  const status = { transactionStatus: shownStatus(context, payment), ...reasonsOf(payment) }
  if (order.service === 'bulk-payments') {
    const statuses = transferStatuses(context, payment)
    const payments = order.transfers.map((transfer, transfer_no) => ({
      ...transferBody(transfer),
      transactionStatus: statuses[transfer_no],
      ...tppMessage(payment.results[transfer_no]),
    }))
    const batch = order.batch_booking === undefined ? {} : { batchBookingPreferred: order.batch_booking }
    return { http_status: 200, body: { ...head, ...batch, ...date, payments, ...status } }
  }
  const body = { ...head, ...transferBody(firstTransfer(order)), ...date, ...scheduleBody(context, order), ...status }
  return { http_status: 200, body }
}

/** By transfer; before authorisation the bank's first status, like the whole. */
function transferStatuses(context: Context, payment: Payment): readonly string[] {
  const whole = shownStatus(context, payment)
  return payment.order.transfers.map((_transfer, transfer_no) => payment.results[transfer_no]?.status ?? whole)
}

function transferBody(transfer: Transfer): object {
  return {
    ...(transfer.end_to_end_id === undefined ? {} : { endToEndIdentification: transfer.end_to_end_id }),
    instructedAmount: { currency: 'RON', amount: amountText(transfer.amount_minor) },
    creditorAccount: { iban: transfer.creditor_iban },
    creditorName: transfer.creditor_name,
    ...(transfer.remittance === undefined ? {} : { remittanceInformationUnstructured: transfer.remittance }),
  }
}

function scheduleBody({ config }: Context, { schedule }: Order): object {
  if (schedule === undefined) return {}
  const { start_date, end_date, frequency, day_of_execution } = schedule
  const service = config.services['periodic-payments']
  const day =
    day_of_execution === undefined ? undefined : String(day_of_execution).padStart(service?.day_digits ?? 1, '0')
  return {
    startDate: start_date,
    ...(end_date === undefined ? {} : { endDate: end_date }),
    frequency: service?.frequencies[frequency] ?? frequency,
    ...(day === undefined ? {} : { dayOfExecution: day }),
  }
}

/** Words for the payer, in Romanian. */
function messageOf({ order, outcome, results, executions }: Payment): string | undefined {
  if (outcome?.status === 'PART') {
    const paid = results.filter((result) => result?.status === 'ACSC').length
    return `S-au executat ${paid} din ${paymentsText(order.transfers.length)}. ${outcome.text ?? ''}`.trim()
  }
  if (outcome !== undefined) return outcome.text
  const failed = executions.at(-1)
  return failed?.status === 'RJCT' ? `Execuția din ${failed.day} nu a reușit. ${failed.text ?? ''}`.trim() : undefined
}

/** tppMessage of the status: why the payment was rejected, or which of a bulk payment's transfers were, and why. */
function reasonsOf({ order, outcome, results }: Payment): object {
  if (outcome?.status === 'RJCT') return tppMessage({ ...outcome, status: 'RJCT' })
  if (outcome?.status !== 'PART') return {}
  const messages = order.transfers.flatMap((_transfer, transfer_no) => {
    const result = results[transfer_no]
    return result?.status === 'RJCT' ? [{ ...messageBody(result), path: `payments[${transfer_no}]` }] : []
  })
  return { tppMessage: messages }
}

const tppMessage = (result: TransferResult | undefined): object =>
  result?.status === 'RJCT' ? { tppMessage: [messageBody(result)] } : {}

function messageBody({ code, text }: Pick<TransferResult, 'code' | 'text'>) {
  const named = code === 'AM04' ? 'FUNDS_NOT_AVAILABLE' : 'PAYMENT_FAILED'
  return { category: 'ERROR', code: named, text: `${code}: ${text}` }
}
