/** From an initiation's body to an order: the Berlin Group schema first, then the rules of the domestic RON product. */

import type { Order } from '../book/book.ts'
import { ibanFault } from '../book/iban.ts'
import { Refusal } from './refusal.ts'
import { firstFault, paymentBodyValidator } from './schema.ts'

type PaymentBody = {
  readonly endToEndIdentification?: string
  readonly debtorAccount: { readonly iban?: string; readonly currency?: string }
  readonly creditorAccount: { readonly iban?: string; readonly currency?: string }
  readonly instructedAmount: { readonly currency: string; readonly amount: string }
  readonly creditorName: string
  readonly remittanceInformationUnstructured?: string
}

/** Characters every bank must accept (NextGenPSD2, "General remarks on data types"); this one accepts no others. */
const GUARANTEED = /^[A-Za-z0-9/\-?:().,'+ ]+$/
/** RON has two decimals; no leading zeros, no sign. */
const AMOUNT = /^(?:0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?$/

const validate = paymentBodyValidator()

/** Throws Refusal FORMAT_ERROR (with the path) when the body is not a payment this product can carry. */
export function readOrder(body: Buffer): Order {
  const payment = parseBody(body)
  const { instructedAmount, debtorAccount, creditorAccount } = payment
  if (instructedAmount.currency !== 'RON') throw faulty('instructedAmount.currency', 'only RON')
  const debtor_iban = readIban('debtorAccount', debtorAccount)
  const creditor_iban = readIban('creditorAccount', creditorAccount)
  if (!creditor_iban.startsWith('RO'))
    throw faulty('creditorAccount.iban', 'a domestic payment goes to a Romanian account')
  if (creditor_iban === debtor_iban) throw faulty('creditorAccount.iban', 'is the debtor account')
  const texts = {
    creditorName: payment.creditorName,
    remittanceInformationUnstructured: payment.remittanceInformationUnstructured,
    endToEndIdentification: payment.endToEndIdentification,
  }
  for (const [path, text] of Object.entries(texts)) {
    if (text === undefined) continue
    if (text.trim() === '') throw faulty(path, 'is empty')
    if (!GUARANTEED.test(text)) throw faulty(path, 'has characters outside the guaranteed set')
  }
  return {
    amount_minor: readAmount(instructedAmount.amount),
    debtor_iban,
    creditor_iban,
    creditor_name: payment.creditorName,
    ...(texts.remittanceInformationUnstructured === undefined
      ? {}
      : { remittance: texts.remittanceInformationUnstructured }),
    ...(texts.endToEndIdentification === undefined ? {} : { end_to_end_id: texts.endToEndIdentification }),
  }
}

const faulty = (path: string, text: string) => new Refusal('FORMAT_ERROR', text, { path })

function parseBody(body: Buffer): PaymentBody {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new Refusal('FORMAT_ERROR', 'the body is not JSON in UTF-8')
  }
  if (!validate(parsed)) {
    const fault = firstFault(validate)
    throw faulty(fault.path, fault.text)
  }
  return parsed as PaymentBody
}

function readIban(path: string, account: { readonly iban?: string; readonly currency?: string }): string {
  if (account.iban === undefined) throw faulty(`${path}.iban`, 'is required')
  const fault = ibanFault(account.iban)
  if (fault !== undefined) throw faulty(`${path}.iban`, fault)
  if (account.currency !== undefined && account.currency !== 'RON') throw faulty(`${path}.currency`, 'only RON')
  return account.iban
}

function readAmount(amount: string): number {
  const match = AMOUNT.exec(amount)
  if (match === null) throw faulty('instructedAmount.amount', 'is not an amount in RON, such as 12.50')
  const [lei = '0'] = amount.split('.')
  const amount_minor = Number(lei) * 100 + Number((match[1] ?? '').padEnd(2, '0'))
  if (amount_minor <= 0) throw faulty('instructedAmount.amount', 'must be more than zero')
  return amount_minor
}

/** The amount as the interface writes it: `12.50`. */
export function amountText(amount_minor: number): string {
  return `${Math.floor(amount_minor / 100)}.${String(amount_minor % 100).padStart(2, '0')}`
}
