/** From an initiation's body to an order, JSON or XML. First: the rules of one transfer, whatever it was written in. */

import { ibanFault } from '../../book/iban.ts'
import type { Transfer } from '../../book/order.ts'
import type { BankConfig } from '../../config.ts'
import { Refusal } from '../refusal.ts'

/** What reading an order depends on beside its body. */
export type OrderContext = {
  readonly config: Pick<BankConfig, 'services' | 'quirks' | 'bic'>
  /** The bank's day. */
  readonly today: string
}

/** Names of a transfer's members in the format it came in, for the `path` of a refusal. */
export type FieldNames = Readonly<Record<'amount' | 'creditor' | 'name' | 'remittance' | 'end_to_end', string>>

/** Characters every bank must accept (NextGenPSD2, "General remarks on data types"); this one accepts no others. */
const GUARANTEED = /^[A-Za-z0-9/\-?:().,'+ ]+$/
/** RON has two decimals; no leading zeros, no sign. */
const AMOUNT = /^(?:0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?$/

export const faulty = (path: string, text: string) => new Refusal('FORMAT_ERROR', text, { path })

/** @throws Refusal FORMAT_ERROR when the text is empty, too long or has characters outside the guaranteed set */
export function checkText(path: string, text: string, max_length: number): string {
  if (text.trim() === '') throw faulty(path, 'is empty')
  if (text.length > max_length) throw faulty(path, `has more than ${max_length} characters`)
  if (!GUARANTEED.test(text)) throw faulty(path, 'has characters outside the guaranteed set')
  return text
}

export function checkIban(path: string, iban: string | undefined): string {
  if (iban === undefined) throw faulty(path, 'is required')
  const fault = ibanFault(iban)
  if (fault !== undefined) throw faulty(path, fault)
  return iban
}

type TransferTexts = {
  readonly amount: string
  readonly creditor_iban: string | undefined
  readonly creditor_name: string
  readonly remittance: string | undefined
  readonly end_to_end_id: string | undefined
}

/** A domestic transfer in lei. @throws Refusal FORMAT_ERROR with the path */
export function readTransfer(texts: TransferTexts, names: FieldNames, debtor_iban: string): Transfer {
  const creditor_iban = checkIban(names.creditor, texts.creditor_iban)
  if (!creditor_iban.startsWith('RO')) throw faulty(names.creditor, 'a domestic payment goes to a Romanian account')
  if (creditor_iban === debtor_iban) throw faulty(names.creditor, 'is the debtor account')
  const { remittance, end_to_end_id } = texts
  return {
    amount_minor: readAmount(names.amount, texts.amount),
    creditor_iban,
    creditor_name: checkText(names.name, texts.creditor_name, 70),
    ...(remittance === undefined ? {} : { remittance: checkText(names.remittance, remittance, 140) }),
    ...(end_to_end_id === undefined ? {} : { end_to_end_id: checkText(names.end_to_end, end_to_end_id, 35) }),
  }
}

/** In bani, more than zero. @throws Refusal FORMAT_ERROR */
function readAmount(path: string, amount: string): number {
  const match = AMOUNT.exec(amount)
  if (match === null) throw faulty(path, 'is not an amount in RON, such as 12.50')
  const [lei = '0'] = amount.split('.')
  const amount_minor = Number(lei) * 100 + Number((match[1] ?? '').padEnd(2, '0'))
  if (amount_minor <= 0) throw faulty(path, 'must be more than zero')
  return amount_minor
}

/** The amount as the interface writes it: `12.50`. */
export function amountText(amount_minor: number): string {
  return `${Math.floor(amount_minor / 100)}.${String(amount_minor % 100).padStart(2, '0')}`
}

/** How many transfers a bulk may have, and that each can be told from the others afterwards. */
export function checkBulk(
  { config }: OrderContext,
  transfers: readonly Transfer[],
  names: (transfer_no: number) => FieldNames,
): readonly Transfer[] {
  const max_transfers = config.services['bulk-payments']?.max_transfers ?? 0
  if (transfers.length > max_transfers) throw faulty('payments', `has more than ${max_transfers} transfers`)
  const seen = new Set<string>()
  for (const [transfer_no, { end_to_end_id }] of transfers.entries()) {
    if (end_to_end_id === undefined) continue
    if (seen.has(end_to_end_id)) throw faulty(names(transfer_no).end_to_end, 'occurs twice')
    seen.add(end_to_end_id)
  }
  return transfers
}
