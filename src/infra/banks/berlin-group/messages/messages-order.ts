/**
 * Our order as the bytes that are signed and sent: JSON (§5.3), pain.001 (§5.3 "XML", pain001.ts), or both in one
 * multipart message for a standing order whose transfer is XML. The same order and time always give the same bytes, so
 * that a repetition is one.
 */
import { createHash } from 'node:crypto'
import type {
  BankOrder,
  BankProfile,
  BulkOrder,
  Frequency,
  RecurringOrder,
  SingleOrder,
  Transfer,
} from '../../connector.ts'
import { bicOf, decimal, NOT_PROVIDED, pain001 } from './pain001.ts'

const JSON_TYPE = 'application/json'
const XML_TYPE = 'application/xml'

export type OrderBody = { readonly body: string; readonly content_type: string }

type Json = { readonly [name: string]: unknown }

/**
 * The body of `POST /{service}/{product}` in the format of the profile.
 * @param at when this initiation was first asked for, the same on every repetition; only XML tells it (CreDtTm, and
 *   ReqdExctnDt of a transfer that names no day)
 * @throws Error for a service or a frequency that the profile does not have: nothing of the kind may be offered there
 */
export function orderBody(order: BankOrder, profile: BankProfile, at: Date): OrderBody {
  const service = profile.services[order.service]
  if (service === undefined) throw new Error(`bank ${profile.id} has no ${order.service}`)
  if (service.format === 'json') return { body: JSON.stringify(jsonOf(order, profile)), content_type: JSON_TYPE }
  const xml = pain001(order, profile.bic, at)
  if (order.service !== 'periodic-payments') return { body: xml, content_type: XML_TYPE }
  return multipart([
    { name: 'xml_sct', type: XML_TYPE, content: xml },
    { name: 'json_standingorderType', type: JSON_TYPE, content: JSON.stringify(scheduleOf(order, profile)) },
  ])
}

function jsonOf(order: BankOrder, profile: BankProfile): Json {
  switch (order.service) {
    case 'payments':
      return { ...singleOf(order, profile), ...executionDate(order) }
    case 'periodic-payments':
      return { ...singleOf(order, profile), ...scheduleOf(order, profile) }
    case 'bulk-payments':
      return {
        batchBookingPreferred: order.batch_booking,
        ...debtorOf(order, profile),
        ...executionDate(order),
        payments: order.transfers.map((transfer) => transferOf(transfer, order.currency, profile)),
      }
  }
}

/** paymentInitiation_json without its day, which a standing order has elsewhere. */
function singleOf(order: SingleOrder | RecurringOrder, profile: BankProfile): Json {
  return { ...debtorOf(order, profile), ...transferOf(order, order.currency, profile) }
}

function debtorOf(order: BankOrder, profile: BankProfile): Json {
  const named = profile.body?.debtor_name === true ? { debtorName: order.debtor_name ?? NOT_PROVIDED } : {}
  return { debtorAccount: { iban: order.debtor_iban }, ...named }
}

/** paymentInitiationBulkElement_json: what every transfer says. */
function transferOf(transfer: Transfer, currency: string, profile: BankProfile): Json {
  const bic = profile.body?.creditor_agent === true ? bicOf(transfer.creditor_iban) : undefined
  return {
    endToEndIdentification: transfer.end_to_end_id,
    instructedAmount: { currency, amount: decimal(transfer.amount_minor) },
    creditorAccount: { iban: transfer.creditor_iban },
    ...(bic === undefined ? {} : { creditorAgent: bic }),
    creditorName: transfer.creditor_name,
    // Optional, and refused by some banks when empty.
    ...(transfer.remittance === '' ? {} : { remittanceInformationUnstructured: transfer.remittance }),
  }
}

function executionDate(order: SingleOrder | BulkOrder): Json {
  const day = order.requested_execution_date
  return day === undefined ? {} : { requestedExecutionDate: day }
}

/** periodicPaymentInitiation_xml-Part2-standingorderType_json; in JSON the same members stand beside the transfer's. */
function scheduleOf({ schedule }: RecurringOrder, profile: BankProfile): Json {
  const { start_date, end_date, frequency, day_of_execution } = schedule
  const { frequencies, day_digits } = profile.services['periodic-payments'] as {
    readonly frequencies: Readonly<Partial<Record<Frequency, string>>>
    readonly day_digits: 1 | 2
  }
  const word = frequencies[frequency]
  if (word === undefined) throw new Error(`bank ${profile.id} has no word for the frequency ${frequency}`)
  return {
    startDate: start_date,
    ...(end_date === undefined ? {} : { endDate: end_date }),
    frequency: word,
    ...(day_of_execution === undefined ? {} : { dayOfExecution: String(day_of_execution).padStart(day_digits, '0') }),
  }
}

type Part = { readonly name: string; readonly type: string; readonly content: string }

/** RFC 7578. The boundary is a digest of the parts: nobody can write a text that holds the one of its own message. */
function multipart(parts: readonly Part[]): OrderBody {
  const digest = createHash('sha256')
  for (const { content } of parts) digest.update(content)
  const boundary = `punte-${digest.digest('hex').slice(0, 40)}`
  const written = parts.map(
    ({ name, type, content }) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`,
  )
  return { body: `${written.join('')}--${boundary}--\r\n`, content_type: `multipart/form-data; boundary=${boundary}` }
}
