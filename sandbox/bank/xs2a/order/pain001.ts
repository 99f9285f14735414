/** Orders as pain.001.001.03: structure, counts and sums, then the same rules as for JSON. One debtor, lei only. */
import { isDay, realToday } from '../../book/calendar.ts'
import type { Order, Service, Transfer } from '../../book/order.ts'
import { Refusal } from '../refusal.ts'
import { readExecutionDate } from './schedule.ts'
import { checkStructure } from './structure.ts'
import {
  amountText,
  checkBulk,
  checkIban,
  checkText,
  type FieldNames,
  faulty,
  type OrderContext,
  readTransfer,
} from './transfer.ts'
import { parseXml, type XmlElement, XmlFault } from './xml.ts'

const INFORMATION = 'CstmrCdtTrfInitn.PmtInf'

/** @throws Refusal FORMAT_ERROR with the path of the element, EXECUTION_DATE_INVALID */
export function readXmlOrder(context: OrderContext, service: Service, body: Buffer): Order {
  const initiation = one(parseDocument(body), 'CstmrCdtTrfInitn')
  const [header, information] = [one(initiation, 'GrpHdr'), one(initiation, 'PmtInf')]
  const debtor_iban = checkIban(`${INFORMATION}.DbtrAcct.Id.IBAN`, textAt(information, 'DbtrAcct', 'Id', 'IBAN'))
  checkDebtorAgent(context, information)
  const transfers = information.children
    .filter(({ name }) => name === 'CdtTrfTxInf')
    .map((element, transfer_no) => readXmlTransfer(element, namesAt(transfer_no), debtor_iban))
  checkTotals(header, 'CstmrCdtTrfInitn.GrpHdr', transfers)
  checkTotals(information, INFORMATION, transfers)
  const bulk = service === 'bulk-payments'
  if (!bulk && transfers.length > 1) throw faulty(`${INFORMATION}.CdtTrfTxInf`, 'a single payment has one transfer')
  const batch = textAt(information, 'BtchBookg')
  const batch_booking = batch === 'true' || batch === '1'
  return {
    service,
    debtor_iban,
    transfers: bulk ? checkBulk(context, transfers, namesAt) : transfers,
    ...(bulk && batch !== undefined ? { batch_booking } : {}),
    ...(service === 'periodic-payments' ? {} : readDay(context, textAt(information, 'ReqdExctnDt') ?? '')),
    original: {
      message_id: checkText('CstmrCdtTrfInitn.GrpHdr.MsgId', textAt(header, 'MsgId') ?? '', 35),
      payment_information_id: checkText(`${INFORMATION}.PmtInfId`, textAt(information, 'PmtInfId') ?? '', 35),
    },
  }
}

function parseDocument(body: Buffer): XmlElement {
  let document: XmlElement
  try {
    document = parseXml(body)
  } catch (error) {
    if (error instanceof XmlFault) throw new Refusal('FORMAT_ERROR', `the message ${error.message}`)
    throw error
  }
  checkStructure(document)
  return document
}

/**
 * ReqdExctnDt is never absent: today's means now. The day that it really is means now too when the bank's calendar was
 * moved ahead of it.
 */
function readDay(context: OrderContext, date: string): { execution_date?: string } {
  const path = `${INFORMATION}.ReqdExctnDt`
  if (isDay(date) && date >= utcToday() && date <= context.today) return {}
  return readExecutionDate(context, date, path)
}

/** Some clients name the day by UTC, which lags behind Romania's. */
function utcToday(): string {
  const utc = new Date().toISOString().slice(0, 10)
  const real = realToday()
  if (utc < real) return utc
  return real
}

function checkDebtorAgent({ config }: OrderContext, information: XmlElement): void {
  const bic = textAt(information, 'DbtrAgt', 'FinInstnId', 'BIC')
  if (bic !== undefined && bic.slice(0, 8) !== config.bic.slice(0, 8))
    throw faulty(`${INFORMATION}.DbtrAgt.FinInstnId.BIC`, 'is not of this bank')
}

function checkTotals(element: XmlElement, path: string, transfers: readonly Transfer[]): void {
  const count = textAt(element, 'NbOfTxs')
  if (count !== undefined && Number(count) !== transfers.length)
    throw faulty(`${path}.NbOfTxs`, 'is not the number of transfers')
  const sum = textAt(element, 'CtrlSum')
  const total_minor = transfers.reduce((sum_minor, { amount_minor }) => sum_minor + amount_minor, 0)
  if (sum !== undefined && withTwoDecimals(sum) !== amountText(total_minor))
    throw faulty(`${path}.CtrlSum`, 'is not the sum of the amounts')
}

function withTwoDecimals(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return `${whole.replace(/^0+(?=\d)/, '')}.${fraction.padEnd(2, '0')}`
}

function namesAt(transfer_no: number): FieldNames {
  const path = `${INFORMATION}.CdtTrfTxInf[${transfer_no}]`
  return {
    amount: `${path}.Amt.InstdAmt`,
    creditor: `${path}.CdtrAcct.Id.IBAN`,
    name: `${path}.Cdtr.Nm`,
    remittance: `${path}.RmtInf.Ustrd`,
    end_to_end: `${path}.PmtId.EndToEndId`,
  }
}

function readXmlTransfer(element: XmlElement, names: FieldNames, debtor_iban: string): Transfer {
  const amount = one(one(element, 'Amt'), 'InstdAmt')
  if (amount.attributes.Ccy !== 'RON') throw faulty(`${names.amount}.Ccy`, 'only RON')
  const end_to_end_id = textAt(element, 'PmtId', 'EndToEndId')
  const texts = {
    amount: amount.text,
    creditor_iban: textAt(element, 'CdtrAcct', 'Id', 'IBAN'),
    creditor_name: textAt(element, 'Cdtr', 'Nm') ?? '',
    remittance: textAt(element, 'RmtInf', 'Ustrd'),
    end_to_end_id: end_to_end_id === 'NOTPROVIDED' ? undefined : end_to_end_id,
  }
  return readTransfer(texts, names, debtor_iban)
}

/** An element that the structure demands. */
function one(parent: XmlElement, name: string): XmlElement {
  const child = parent.children.find((element) => element.name === name)
  if (child === undefined) throw faulty(name, 'is missing')
  return child
}

function textAt(element: XmlElement, ...names: readonly string[]): string | undefined {
  let at: XmlElement | undefined = element
  for (const name of names) at = at?.children.find((child) => child.name === name)
  return at?.text
}
