/**
 * What the demo shop and the demo ERP share: payments through the sdk, their memory, webhooks, and the pieces of pages that
 * tell how a payment stands. Written the way a partner would: the browser is believed nothing, Punte's signed word counts.
 */
import { isFinalStatus, type PaymentStatus } from '@punte/sdk'

/** How a payment stands as far as we know. */
export type Standing = {
  readonly status: PaymentStatus
  readonly reason?: string
  /** Of the event this came from; 0 when it came from a status call, which has no number. */
  readonly sequence: number
  /** When Punte set the status, ISO. */
  readonly status_at: string
}

/** ABND is Punte's word, not the bank's: a payer who authorised after all has paid. */
const OVERTAKES_ABANDONED: ReadonlySet<PaymentStatus> = new Set(['ACCP', 'ACSP', 'ACSC', 'PART'])

/**
 * The later of two standings. Webhooks may arrive twice and out of order, and a status call may have told more already:
 * a bank's final status stays, an event with a lower number or an earlier time changes nothing.
 */
export function laterStanding(known: Standing, news: Standing): Standing {
  if (known.status === 'ABND') return OVERTAKES_ABANDONED.has(news.status) ? withSequence(known, news) : known
  // The last unpaid line of a list may be paid late, too.
  if (known.status === 'PART' && news.status === 'ACSC') return withSequence(known, news)
  if (isFinalStatus(known.status)) return known
  if (isFinalStatus(news.status) && news.status !== 'ABND') return withSequence(known, news)
  if (news.sequence > 0 && news.sequence <= known.sequence) return known
  // INIT is dated by our own clock, which may be ahead of Punte's.
  if (known.status !== 'INIT' && Date.parse(news.status_at) < Date.parse(known.status_at)) return known
  return withSequence(known, news)
}

function withSequence(known: Standing, news: Standing): Standing {
  const same = known.status === news.status && known.reason === news.reason && known.status_at === news.status_at
  if (same && news.sequence <= known.sequence) return known
  return { ...news, sequence: Math.max(known.sequence, news.sequence) }
}
