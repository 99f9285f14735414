/** What the calls of reports answer, as JSON. Counts are defined in the server's reports: a day is the one a payment was begun on. */
export type Counts = {
  readonly pages_reserved: number
  readonly pages_requested: number
  readonly pages_opened: number
  readonly pages_submitted: number
  readonly pages_at_bank: number
  readonly pages_authorised: number
  readonly pages_settled: number
  readonly payment_count: number
  readonly payment_minor: number
  readonly settled_count: number
  readonly settled_minor: number
  readonly try_count: number
  readonly try_settled_count: number
  readonly try_failed_count: number
}

export type Step = Extract<keyof Counts, `pages_${string}`>

export type BankRow = {
  readonly bank_id: string
  readonly try_count: number
  readonly try_settled_count: number
  readonly try_failed_count: number
  readonly success: number | null
  readonly settled_minor: number
}

type Quantiles = { readonly settled_count: number; readonly median_s: number | null; readonly p95_s: number | null }

export type ReasonRow = {
  readonly bank_id: string
  readonly outcome: string
  readonly reason: string
  readonly failed_count: number
  readonly failed_minor: number
}

export type Report = {
  readonly from: string
  readonly to: string
  readonly counted_until?: string
  readonly totals: Counts
  readonly days: readonly (Counts & { readonly day: string })[]
  readonly banks: readonly BankRow[]
  readonly steps: readonly { readonly step: Step; readonly pages: number }[]
  readonly times: Quantiles & {
    readonly distribution: readonly { readonly up_to_s: number | null; readonly settled_count: number }[]
    readonly by_bank: readonly (Quantiles & { readonly bank_id: string })[]
  }
  readonly reasons: readonly ReasonRow[]
}

export type CardRow = {
  readonly currency: string
  readonly source: string
  readonly scheme: string
  readonly result: string
  readonly gateway_code: string
  readonly transaction_count: number
  readonly transaction_minor: number
}

export type CardReport = { readonly counted_until?: string; readonly rows: readonly CardRow[] }

export type Choices = {
  readonly partners: readonly { readonly client_id: string; readonly name: string }[]
  readonly banks: readonly { readonly bank_id: string; readonly name: string }[]
}
