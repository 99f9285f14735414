/**
 * ISO 20022 pain.001.001.03 (CustomerCreditTransferInitiationV03), the version of the Romanian clearing, with what the
 * European rulebook's customer-to-bank guideline asks of a transfer. Elements stand in the order of the schema.
 */
import type { BankOrder, Transfer } from '../../connector.ts'

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'
const MAX_ID = 35
/** The guideline's word for a party that is not known, as the payer's name is not to who initiates for him. */
export const NOT_PROVIDED = 'NOTPROVIDED'
/** As the schema knows it (BICIdentifier). */
const BIC = /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?$/

/**
 * Places 5–8 of an IBAN to the BIC of the bank that runs the account. Only where both are established: accounts of banks
 * that were merged keep their old letters, and whose BIC they answer to now is not written anywhere.
 */
const BICS: Readonly<Record<string, string>> = {
  BACX: 'BACXROBU',
  BRDE: 'BRDEROBU',
  BREL: 'BRELROBU',
  BTRL: 'BTRLRO22',
  CECE: 'CECEROBU',
  INGB: 'INGBROBU',
  REVO: 'REVOROBB',
  RNCB: 'RNCBROBU',
  RZBR: 'RZBRROBU',
  TREZ: 'TREZROBU',
}

/** The BIC of an account in Romania; undefined when it is not known. */
export function bicOf(iban: string): string | undefined {
  const code = iban.slice(4, 8)
  return iban.startsWith('RO') && Object.hasOwn(BICS, code) ? BICS[code] : undefined
}

/** Bani as lei with two digits after the point: 123405 is `1234.05`. */
export function decimal(amount_minor: number): string {
  return `${Math.trunc(amount_minor / 100)}.${String(amount_minor % 100).padStart(2, '0')}`
}

/** An element: its name, and its text or what is inside; absent ones are left out. */
type Node = readonly [name: string, content: string | readonly (Node | undefined)[], attributes?: string]

/**
 * @param debtor_bic of the bank that is called
 * @param at CreDtTm, and ReqdExctnDt (the day it is in Romania) of an order that names no day. MsgId and PmtInfId are the
 *   order's end-to-end id: a repetition carries the same.
 */
export function pain001(order: BankOrder, debtor_bic: string, at: Date): string {
  const transfers = order.service === 'bulk-payments' ? order.transfers : [order]
  const id = order.end_to_end_id.slice(0, MAX_ID)
  const count = String(transfers.length)
  const sum = decimal(transfers.reduce((total, { amount_minor }) => total + amount_minor, 0))
  const debtor_name: Node = ['Nm', order.debtor_name ?? NOT_PROVIDED]
  const message: Node = [
    'CstmrCdtTrfInitn',
    [
      [
        'GrpHdr',
        [
          ['MsgId', id],
          ['CreDtTm', `${at.toISOString().slice(0, 19)}Z`],
          ['NbOfTxs', count],
          ['CtrlSum', sum],
          ['InitgPty', [debtor_name]],
        ],
      ],
      [
        'PmtInf',
        [
          ['PmtInfId', id],
          ['PmtMtd', 'TRF'],
          ['BtchBookg', String(order.service === 'bulk-payments' && order.batch_booking)],
          ['NbOfTxs', count],
          ['CtrlSum', sum],
          ['PmtTpInf', [['SvcLvl', [['Cd', 'SEPA']]]]],
          ['ReqdExctnDt', executionDay(order, at)],
          ['Dbtr', [debtor_name]],
          ['DbtrAcct', [['Id', [['IBAN', order.debtor_iban]]]]],
          ['DbtrAgt', [institution(debtor_bic)]],
          ['ChrgBr', 'SLEV'],
          ...transfers.map((transfer) => transaction(transfer, order.currency)),
        ],
      ],
    ],
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(['Document', [message], `xmlns="${NAMESPACE}"`])}`
}

function transaction(transfer: Transfer, currency: string): Node {
  const bic = bicOf(transfer.creditor_iban)
  return [
    'CdtTrfTxInf',
    [
      ['PmtId', [['EndToEndId', transfer.end_to_end_id.slice(0, MAX_ID)]]],
      ['Amt', [['InstdAmt', decimal(transfer.amount_minor), `Ccy="${escaped(currency)}"`]]],
      bic === undefined ? undefined : ['CdtrAgt', [institution(bic)]],
      ['Cdtr', [['Nm', transfer.creditor_name]]],
      ['CdtrAcct', [['Id', [['IBAN', transfer.creditor_iban]]]]],
      transfer.remittance === '' ? undefined : ['RmtInf', [['Ustrd', transfer.remittance]]],
    ],
  ]
}

function institution(bic: string): Node {
  const known = BIC.test(bic)
  return ['FinInstnId', known ? [['BIC', bic]] : [['Othr', [['Id', NOT_PROVIDED]]]]]
}

const ROMANIAN_DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' })

function executionDay(order: BankOrder, at: Date): string {
  const named = order.service === 'periodic-payments' ? order.schedule.start_date : order.requested_execution_date
  return named ?? ROMANIAN_DAY.format(at)
}

function written([name, content, attributes]: Node): string {
  const open = attributes === undefined ? name : `${name} ${attributes}`
  const inside =
    typeof content === 'string'
      ? escaped(content)
      : content.map((node) => (node === undefined ? '' : written(node))).join('')
  return `<${open}>${inside}</${name}>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text as XML 1.0 can hold it (§2.2 Char); what it cannot is left out. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string)
}
