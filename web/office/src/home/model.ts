/** What `GET /home` answers, as JSON. null: not for whoever asks. */
import type { Deadline } from '../registers/deadline.tsx'
import type { BankRow, Counts } from '../reports/model.ts'

export type Home = {
  readonly now: string
  readonly alerts: { readonly open: number; readonly taken: number; readonly mine: number } | null
  readonly approvals: { readonly waiting: number; readonly own: number }
  readonly cases: { readonly submitted: number; readonly in_review: number; readonly review_overdue: number } | null
  readonly deadlines: readonly Deadline[] | null
  readonly unsettled: {
    readonly payments: readonly {
      readonly client_id: string
      readonly payment_id: number
      readonly bank_id: string
      readonly submitted_at: string
    }[]
    readonly transactions: readonly {
      readonly client_id: string
      readonly order_id: string
      readonly transaction_id: string
      readonly submitted_at: string
    }[]
  } | null
  readonly today: {
    readonly day: string
    readonly counted_until?: string
    readonly totals: Counts
    readonly median_s: number | null
    readonly banks: readonly (BankRow & { readonly name: string; readonly obstacle: string | null })[]
  } | null
}
