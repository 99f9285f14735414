/** Orders in JSON: the Berlin Group schema first, then the rules of the domestic product in lei. */
import type { Order, Service, Transfer } from '../../book/order.ts'
import { Refusal } from '../refusal.ts'
import { bodyValidator, firstFault } from '../schema.ts'
import { readExecutionDate, readSchedule, type ScheduleBody } from './schedule.ts'
import {
  checkBulk,
  checkIban,
  checkText,
  type FieldNames,
  faulty,
  type OrderContext,
  readTransfer,
} from './transfer.ts'

type Account = { readonly iban?: string; readonly currency?: string }

type TransferBody = {
  readonly endToEndIdentification?: string
  readonly creditorAccount: Account
  readonly instructedAmount: { readonly currency: string; readonly amount: string }
  readonly creditorName: string
  readonly remittanceInformationUnstructured?: string
}

type CommonBody = {
  readonly debtorAccount: Account
  readonly debtorName?: string
  readonly requestedExecutionDate?: string
}

type SingleBody = CommonBody & TransferBody
type PeriodicBody = SingleBody & ScheduleBody
type BulkBody = CommonBody & { readonly batchBookingPreferred?: boolean; readonly payments: readonly TransferBody[] }

const validators = {
  payments: bodyValidator('paymentInitiation_json', ['requestedExecutionDate', 'debtorName']),
  'bulk-payments': bodyValidator('bulkPaymentInitiation_json', ['debtorName']),
  'periodic-payments': bodyValidator('periodicPaymentInitiation_json', ['debtorName']),
  element: bodyValidator('paymentInitiationBulkElement_json', []),
  standing_order: bodyValidator('periodicPaymentInitiation_xml-Part2-standingorderType_json', []),
}

/** @throws Refusal */
export function readJsonOrder(context: OrderContext, service: Service, body: Buffer): Order {
  const parsed = parseJson(body)
  if (service === 'bulk-payments') return readBulk(context, checked<BulkBody>('bulk-payments', parsed))
  if (service === 'periodic-payments') {
    const periodic = checked<PeriodicBody>('periodic-payments', parsed)
    return { ...readOne(context, service, periodic), schedule: readSchedule(context, periodic) }
  }
  const single = checked<SingleBody>('payments', parsed)
  return { ...readOne(context, service, single), ...readExecutionDate(context, single.requestedExecutionDate) }
}

/** The JSON part of a periodic payment that is otherwise a pain.001. @throws Refusal */
export const readStandingOrder = (body: Buffer): ScheduleBody =>
  checked<ScheduleBody>('standing_order', parseJson(body))

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Refusal('FORMAT_ERROR', 'the body is not JSON in UTF-8')
  }
}

function checked<Body>(kind: keyof typeof validators, parsed: unknown, prefix = ''): Body {
  const validate = validators[kind]
  if (validate(parsed)) return parsed as Body
  const fault = firstFault(validate)
  throw faulty(`${prefix}${fault.path}`, fault.text)
}

function readOne(context: OrderContext, service: Service, body: SingleBody): Order {
  const debtor_iban = readDebtor(context, body)
  return { service, debtor_iban, transfers: [readJsonTransfer(body, '', debtor_iban)] }
}

function readBulk(context: OrderContext, body: BulkBody): Order {
  const debtor_iban = readDebtor(context, body)
  if (body.payments.length === 0) throw faulty('payments', 'is empty')
  const max_transfers = context.config.services['bulk-payments']?.max_transfers ?? 0
  if (body.payments.length > max_transfers) throw faulty('payments', `has more than ${max_transfers} transfers`)
  const transfers = body.payments.map((element, transfer_no) => {
    const prefix = `payments[${transfer_no}].`
    return readJsonTransfer(checked<TransferBody>('element', element, prefix), prefix, debtor_iban)
  })
  const batch_booking = body.batchBookingPreferred
  return {
    service: 'bulk-payments',
    debtor_iban,
    transfers: checkBulk(context, transfers, (transfer_no) => namesAt(`payments[${transfer_no}].`)),
    ...(batch_booking === undefined ? {} : { batch_booking }),
    ...readExecutionDate(context, body.requestedExecutionDate),
  }
}

function readDebtor({ config }: OrderContext, { debtorAccount, debtorName }: CommonBody): string {
  const wanted = config.quirks.debtor_name_required
  if (wanted && debtorName === undefined) throw faulty('debtorName', 'is required')
  if (!wanted && debtorName !== undefined) throw faulty('debtorName', 'must NOT have additional properties')
  if (debtorName !== undefined) checkText('debtorName', debtorName, 70)
  return readAccount('debtorAccount', debtorAccount)
}

function readAccount(path: string, { iban, currency }: Account): string {
  const checked_iban = checkIban(`${path}.iban`, iban)
  if (currency !== undefined && currency !== 'RON') throw faulty(`${path}.currency`, 'only RON')
  return checked_iban
}

const namesAt = (prefix: string): FieldNames => ({
  amount: `${prefix}instructedAmount.amount`,
  creditor: `${prefix}creditorAccount.iban`,
  name: `${prefix}creditorName`,
  remittance: `${prefix}remittanceInformationUnstructured`,
  end_to_end: `${prefix}endToEndIdentification`,
})

function readJsonTransfer(body: TransferBody, prefix: string, debtor_iban: string): Transfer {
  const { instructedAmount, creditorAccount } = body
  if (instructedAmount.currency !== 'RON') throw faulty(`${prefix}instructedAmount.currency`, 'only RON')
  const texts = {
    amount: instructedAmount.amount,
    creditor_iban: readAccount(`${prefix}creditorAccount`, creditorAccount),
    creditor_name: body.creditorName,
    remittance: body.remittanceInformationUnstructured,
    end_to_end_id: body.endToEndIdentification,
  }
  return readTransfer(texts, namesAt(prefix), debtor_iban)
}
