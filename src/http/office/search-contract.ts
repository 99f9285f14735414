/** What the pages of payments, orders, agreements and tokens are told, as types: those of the domain, with moments as text. */
import type * as filters from '../../domain/search/filter.ts'
import type * as orders from '../../domain/search/orders.ts'
import type * as payment from '../../domain/search/payment.ts'
import type * as payments from '../../domain/search/payments.ts'
import type * as series from '../../domain/search/series.ts'
import type { Wire } from './case-contract.ts'

export type Found<Row> = Wire<filters.Found<Row>>
export type PaymentLine = Wire<payments.PaymentLine>
export type ShownPayment = Wire<payment.ShownPayment>
export type ShownTerms = Wire<payment.ShownTerms>
export type OrderLine = Wire<orders.OrderLine>
export type ShownOrder = Wire<orders.ShownOrder>
export type AgreementLine = Wire<series.AgreementLine>
export type ShownAgreement = Wire<series.ShownAgreement>
export type TokenLine = Wire<series.TokenLine>

/** What filters offer to choose from. */
export type PaymentChoices = {
  readonly partners: readonly { readonly client_id: string; readonly name: string }[]
  readonly banks: readonly { readonly bank_id: string; readonly name: string }[]
  readonly merchants: readonly { readonly merchant_id: string; readonly name: string }[]
}
