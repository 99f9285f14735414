/**
 * THE table of the card API's fields: path, form, length, values, secrecy, and per operation whether a field is required,
 * optional or answered, from which version on. Both protocols take their names, their checks (validate.ts), their masking
 * (mask.ts) and their manual (reference.ts) from here. A field's NVP name is its path, with `[n]` for each element of a list.
 */
import { AGREEMENT } from './fields/agreement.ts'
import { ENVELOPE } from './fields/envelope.ts'
import { FUNDS } from './fields/funds.ts'
import { ORDER } from './fields/order.ts'
import { PAYER } from './fields/payer.ts'
import type { Field } from './fields/table.ts'
import { TRANSACTION } from './fields/transaction.ts'
import { TRAVEL } from './fields/travel.ts'

export const FIELDS: readonly Field[] = [
  ...ENVELOPE,
  ...ORDER,
  ...TRANSACTION,
  ...FUNDS,
  ...AGREEMENT,
  ...PAYER,
  ...TRAVEL,
]
