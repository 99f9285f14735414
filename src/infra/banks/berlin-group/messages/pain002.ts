/**
 * ISO 20022 CustomerPaymentStatusReport (pain.002.001.03 and later ones, .11 among them: what is read has kept its place)
 * as facts. A stranger's input: undefined when it is not one.
 */
import { childOf, childrenOf, type Element, readXml, textOf } from '../../../xml.ts'
import type { BankProfile, PaymentService, StatusReport, TransferReport } from '../../connector.ts'
import { cleanText, isCode, meaningOf, REFUSED, SETTLED, wholeOf, withoutContradictions } from './messages-words.ts'
import { NOT_PROVIDED } from './pain001.ts'

const MAX_LENGTH = 1024 * 1024
const MAX_DEPTH = 24
const MAX_TRANSFERS = 2_000
const MAX_END_TO_END_ID = 35

type Reason = Pick<StatusReport, 'reason_code' | 'reason'>
type Level = Reason & { readonly status: string | undefined }

/**
 * The status of the whole, and of each transfer that is named by its end-to-end id. Of a payment that is one transfer the
 * transfer's own status counts, else the payment's before the group's; where only transfers are told, what they come to.
 * @param profile whose `statuses.meaning` is applied
 * @param service of the payment; where it is not known, only a message that counts one transfer is about one
 * @param own_ids names that the payment goes by; a report that has names, and none of these, is about another payment
 */
export function readPain002(
  body: Buffer,
  profile: BankProfile | undefined,
  service?: PaymentService,
  own_ids: readonly string[] = [],
): Omit<StatusReport, 'session'> | undefined {
  const document = readXml(body.toString('utf8'), { max_length: MAX_LENGTH, max_depth: MAX_DEPTH })
  const report = childOf(document, 'CstmrPmtStsRpt')
  if (report === undefined) return undefined
  const group = levelOf(childOf(report, 'OrgnlGrpInfAndSts'), 'GrpSts', profile)
  const payments = childrenOf(report, 'OrgnlPmtInfAndSts')
  const transactions = payments.flatMap((one) => childrenOf(one, 'TxInfAndSts')).slice(0, MAX_TRANSFERS)
  const named = [
    textOf(report, 'OrgnlGrpInfAndSts', 'OrgnlMsgId'),
    ...payments.map((one) => textOf(one, 'OrgnlPmtInfId')),
    ...(service === 'bulk-payments' ? [] : transactions.map((one) => textOf(one, 'OrgnlEndToEndId'))),
  ].filter((name) => name !== '' && name !== NOT_PROVIDED)
  if (own_ids.length > 0 && named.length > 0 && !named.some((name) => own_ids.includes(name))) return undefined
  const payment = common(payments.map((one) => levelOf(one, 'PmtInfSts', profile)))
  const singles = transactions.map((one) => levelOf(one, 'TxSts', profile))
  const single = common(singles)
  // Of a bulk payment banks may list those transfers only that they refused: one alone does not speak for the whole.
  const counted = textOf(report, 'OrgnlGrpInfAndSts', 'OrgnlNbOfTxs') || textOf(payments[0], 'OrgnlNbOfTxs')
  const is_one = transactions.length === 1 && (service === undefined ? counted === '1' : service !== 'bulk-payments')
  const levels = is_one ? [single, payment, group] : [payment, group, single]
  const status = levels.find((level) => level.status !== undefined)?.status
  if (status === undefined) return undefined
  const statuses = singles.map((one) => one.status)
  const transfers = withoutContradictions(transactions.flatMap((one) => transferOf(one, profile)))
  return {
    status: wholeOf(status, service, statuses),
    ...reasonOf(levels),
    ...(transfers.length === 0 ? {} : { transfers }),
  }
}

function transferOf(element: Element, profile: BankProfile | undefined): TransferReport[] {
  const end_to_end_id = textOf(element, 'OrgnlEndToEndId')
  const { status, ...reason } = levelOf(element, 'TxSts', profile)
  if (end_to_end_id === '' || end_to_end_id.length > MAX_END_TO_END_ID || status === undefined) return []
  return [{ end_to_end_id, status, ...reason }]
}

function levelOf(element: Element | undefined, status_name: string, profile: BankProfile | undefined): Level {
  const given = childrenOf(element, 'StsRsnInf')
  const reason_code = given.flatMap((one) => [textOf(one, 'Rsn', 'Cd'), textOf(one, 'Rsn', 'Prtry')]).find(isCode)
  const words = given.flatMap((one) => childrenOf(one, 'AddtlInf').map(({ text }) => text.trim()))
  const reason = cleanText(words.join(' '))
  return {
    status: meaningOf(textOf(element, status_name), profile),
    ...(reason_code === undefined ? {} : { reason_code }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** From the least to the most that a bank can say of a payment that goes on; its own words come before all. */
const PROGRESS = ['RCVD', 'PDNG', 'PATC', 'ACTC', 'ACFC', 'ACCP', 'ACWC', 'ACSP', 'ACWP', 'ACSC', 'ACCC']

/**
 * What several parts come to together: the status of those least far; PART once some are refused and all others settled.
 * No status where a part has none.
 */
function common(levels: readonly Level[]): Level {
  const by_status = Map.groupBy(levels, ({ status }) => status)
  const [first] = levels
  if (first === undefined || by_status.has(undefined)) return { ...first, status: undefined }
  if (by_status.size === 1) return first
  const refused = levels.find(({ status = '' }) => REFUSED.includes(status))
  const [least = first] = levels
    .filter(({ status = '' }) => !REFUSED.includes(status))
    .toSorted((a, b) => PROGRESS.indexOf(a.status ?? '') - PROGRESS.indexOf(b.status ?? ''))
  if (refused === undefined) return least
  return { ...refused, status: SETTLED.includes(least.status ?? '') ? 'PART' : least.status }
}

/** The first reason given, from the level that speaks for the whole downwards. */
function reasonOf(levels: readonly Level[]): Reason {
  const { reason_code, reason } =
    levels.find((one) => one.reason_code !== undefined) ?? levels.find((one) => one.reason !== undefined) ?? {}
  return {
    ...(reason_code === undefined ? {} : { reason_code }),
    ...(reason === undefined ? {} : { reason }),
  }
}
