/**
 * What the explanations of both rails are made of: entries with a code and facts. Words for them are made where people read
 * (`web/shared/told/`), from tables that the compiler holds complete: a code that is new here does not compile without words.
 *
 * In facts people are masked (mask.ts), moments are ISO 8601 in UTC, spans are milliseconds, amounts minor units.
 */
import type { OrderStatus, StoredOnFile, Transaction, TransactionType } from '../cards/model.ts'
import type { Reason } from '../initiation/settling/reasons.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import type { Cause } from '../initiation/store.ts'
import type { ExchangeFacts } from './exchanges.ts'

/** Who or what made something happen. `message`: a call to a bank; `sweep`: the worker's question to an acquirer. */
export type Source = Cause | 'bank' | 'message' | 'merchant' | 'acquirer' | 'sweep'

type None = Readonly<Record<never, never>>
type OfAttempt = { readonly attempt_no: number }
/** Only the last status of a payment has its reason kept. */
type Why = { readonly reason?: Reason }
/** What a webhook or a mail was about. Absent where the event is not known any more. */
type About = { readonly event_no: number; readonly status?: PaymentStatus }
type OfTransaction = { readonly transaction_id: string }

/** An event that this version knows no code for: its own name, and what it brought. */
export type OtherFacts = {
  readonly type: string
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

export type CardAskedFacts = OfTransaction & {
  readonly type: TransactionType
  readonly source: Transaction['source']
  readonly target_transaction_id?: string
  readonly amount_minor: number
  readonly currency: string
  readonly card?: {
    readonly brand?: string
    /** First six and last four. */
    readonly masked_number: string
    readonly is_scheme_token: boolean
    readonly stored_on_file?: StoredOnFile
  }
  readonly agreement_id?: string
  readonly api_version: number
  /** Where the merchant's link is gone: its number. */
  readonly acquirer: string
  readonly reference: string
}

/** What may have happened, and the facts that each is told with. */
export type HappeningFacts = {
  readonly reserved: None
  readonly initiated: { readonly item_count?: number }
  readonly bank_chosen: { readonly bank_id: string; readonly way: 'together' | 'one_by_one' }
  readonly submitted: OfAttempt & { readonly bank_id: string }
  readonly cancel_asked: { readonly answer: 'ok' | 'refused' | 'not_sent' | 'unknown' }
  readonly tokens_revoked: { readonly is_reuse: boolean }
  readonly contradicted: { readonly bank_status?: string }
  readonly other: OtherFacts
  // Statuses: by the bank's word, by its list or items, by our own word.
  readonly bank_took: OfAttempt & Why & { readonly bank_status: string; readonly after_ms: number }
  readonly bank_took_again: OfAttempt & Why & { readonly bank_status: string }
  readonly bank_said: OfAttempt & Why & { readonly bank_status: string }
  readonly items_stand: Why
  readonly list_stands: Why & { readonly bank_status?: string }
  readonly given_up: Why
  readonly expired: Why
  readonly returned_unpaid: Why
  readonly refused_and_dropped: Why
  readonly cancelled_unsent: Why
  readonly blocked: Why
  readonly status_changed: Why
  // Attempts at banks.
  readonly browser_back: OfAttempt
  readonly attempt_closed: OfAttempt
  readonly attempt_ended: OfAttempt & { readonly bank_status?: string }
  readonly attempt_left: OfAttempt
  readonly attempt_unreached: OfAttempt & { readonly after_ms: number }
  readonly attempt_lost: OfAttempt & { readonly after_ms: number }
  readonly attempt_refused: OfAttempt & { readonly after_ms: number; readonly bank_code: string }
  readonly exchange: ExchangeFacts
  // Who was told.
  readonly webhook_failed: About & { readonly tries: number; readonly outcome?: string; readonly is_given_up: boolean }
  /** Later ones brought it through. */
  readonly webhook_failed_at_first: About
  readonly webhook_delivered: About & {
    readonly tries: number
    readonly outcome?: string
    readonly since_first_ms?: number
  }
  /** It was asked for again since. */
  readonly webhook_delivered_before: About
  readonly mail_sent: About
  readonly mail_given_up: About
  // The card rail.
  readonly card_asked: CardAskedFacts
  readonly card_succeeded: CardEndedFacts
  readonly card_failed: CardEndedFacts
  readonly card_unknown: OfTransaction & { readonly after_ms?: number; readonly fault: string }
  readonly reversal_sent: OfTransaction
  readonly reversal_refused: OfTransaction & { readonly acquirer_code: string }
  /** By word of the acquirer's people; the note is staff's. */
  readonly closed_by_word: OfTransaction & { readonly note: string }
  readonly card_other: OfTransaction & OtherFacts
}

export type CardEndedFacts = OfTransaction & {
  readonly after_ms?: number
  readonly gateway_code: string
  readonly acquirer_code?: string
  readonly acquirer_message?: string
}

/** What is under way, or was to follow and is not recorded. */
export type OpenFacts = {
  readonly attempt_open: OfAttempt & { readonly payment_id: number; readonly bank_id: string; readonly ask_at?: string }
  readonly attempt_unknown: OfAttempt & {
    readonly payment_id: number
    readonly bank_id: string
    readonly ask_at?: string
  }
  readonly webhook_due: About & { readonly try_no: number; readonly try_at?: string }
  readonly webhook_not_tried: About
  readonly mail_not_recorded: About
  readonly transaction_open: OfTransaction & {
    readonly merchant_id: string
    readonly order_id: string
    readonly is_unknown: boolean
    /** How often the worker has taken it up. */
    readonly asked_no: number
  }
}

/** What it is, beside what happened to it. */
export type BackgroundFacts = {
  readonly parties: PartiesFacts
  readonly executed_on: { readonly day: string }
  readonly item_of: {
    readonly item_no: number | null
    readonly list_payment_id: number
    readonly list_status?: PaymentStatus
    /** What was said with the bank is told of the list. */
    readonly is_sent_together: boolean
  }
  readonly list: { readonly item_count: number; readonly way?: 'together' | 'one_by_one' }
  readonly item: PartiesFacts &
    Why & { readonly item_no: number | null; readonly payment_id: number; readonly status: PaymentStatus }
  readonly agreement: {
    readonly agreement_id: string
    readonly status?: string
    readonly frequency?: string
    readonly day_of_execution?: number
    readonly start_date?: string
    readonly end_date?: string
  }
  /** The names under which the bank's staff find it. */
  readonly attempt: OfAttempt & {
    readonly bank_id: string
    readonly state: string
    readonly request_id: string
    readonly end_to_end_id?: string
    readonly bank_payment_id?: string
  }
  readonly totals: {
    readonly currency: string
    readonly amount_minor: number
    readonly authorized_minor: number
    readonly captured_minor: number
    readonly refunded_minor: number
  }
}

export type PartiesFacts = {
  readonly amount_minor: number | null
  readonly debtor_iban?: string
  readonly creditor_iban?: string
  readonly creditor_initials?: string
  readonly email?: string
}

/** One code of a table with its facts. */
export type Told<Table, Code extends keyof Table = keyof Table> = {
  readonly [One in Code]: { readonly code: One; readonly facts: Table[One] }
}[Code]

export type Happening = Told<HappeningFacts>
export type Open = Told<OpenFacts>
export type Background = Told<BackgroundFacts>

/** Something that happened. Where it changed the status: from what, to what. */
export type Moment<At = Date> = Happening & {
  readonly at: At
  readonly by: Source
  readonly from?: PaymentStatus | OrderStatus
  readonly to?: PaymentStatus | OrderStatus
}

/** @typeParam At moments are dates here, and text where they have gone over a wire */
export type Explanation<At = Date> = {
  readonly about:
    | {
        readonly kind: 'payment'
        readonly payment_id: number
        readonly partner_id: number
        readonly client_id?: string
        readonly partner_name?: string
        readonly status: PaymentStatus
        readonly reason?: Reason
      }
    | {
        readonly kind: 'order'
        readonly order_id: string
        readonly merchant_id: string
        readonly merchant_name: string
        readonly status: OrderStatus
      }
  readonly background: readonly Background[]
  /** Oldest first. */
  readonly moments: readonly Moment<At>[]
  readonly open: readonly Open[]
}

/**
 * Puts several histories into one order. Those of the same moment stay in the order in which they are given.
 * @param histories each in its own true order, which is kept even where the clocks of two processes disagreed
 */
export function weave(...histories: readonly (readonly Moment[])[]): Moment[] {
  const placed = histories.flatMap((history) => {
    let latest = Number.NEGATIVE_INFINITY
    return history.map((moment) => {
      latest = Math.max(latest, moment.at.getTime())
      return { moment, place: latest }
    })
  })
  return placed.sort((a, b) => a.place - b.place).map(({ moment }) => moment)
}

export const msBetween = (from: Date, to: Date): number => to.getTime() - from.getTime()
