/** The status as pain.002.001.03 (CustomerPaymentStatusReport), for banks that answer XML. */
import { createHash } from 'node:crypto'
import type { Payment, TransferResult } from '../book/entries.ts'
import { totalOf } from '../book/order.ts'
import { amountText } from './order/transfer.ts'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const text = (value: string): string => value.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '')
const element = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<${name}>${text(value)}</${name}>`

function reason(result: Pick<TransferResult, 'code' | 'text'> | undefined): string {
  if (result?.code === undefined) return ''
  return `<StsRsnInf><Rsn><Cd>${text(result.code)}</Cd></Rsn>${element('AddtlInf', result.text?.slice(0, 105))}</StsRsnInf>`
}

/**
 * The report on a payment: group, payment information and each transfer. An order that came as JSON is named by its
 * payment's id, for want of a message id.
 * @param statuses by transfer
 */
export function statusDocument(payment: Payment, status: string, statuses: readonly string[]): string {
  const { order, payment_id, outcome, results } = payment
  const plain_id = payment_id.replaceAll('-', '')
  const { message_id, payment_information_id } = order.original ?? {
    message_id: plain_id,
    payment_information_id: plain_id,
  }
  const created = new Date(outcome?.at ?? payment.authorised_at ?? payment.created_at).toISOString().slice(0, 19)
  const report_id = createHash('sha256').update(`${payment_id} ${status}`).digest('hex').slice(0, 32)
  const transfers = order.transfers.map((transfer, transfer_no) => {
    const result = results[transfer_no] ?? (outcome?.status === 'RJCT' ? outcome : undefined)
    return `<TxInfAndSts>${element('OrgnlEndToEndId', transfer.end_to_end_id ?? 'NOTPROVIDED')}${element('TxSts', statuses[transfer_no])}${reason(result)}</TxInfAndSts>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>${report_id}</MsgId><CreDtTm>${created}</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts>${element('OrgnlMsgId', message_id)}<OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId><OrgnlNbOfTxs>${order.transfers.length}</OrgnlNbOfTxs><OrgnlCtrlSum>${amountText(totalOf(order))}</OrgnlCtrlSum>${element('GrpSts', status)}</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts>${element('OrgnlPmtInfId', payment_information_id)}${element('PmtInfSts', status)}${reason(outcome)}
${transfers.join('\n')}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`
}
