/**
 * Resource status notifications (Berlin Group, Resource Status Notification Service 1.0): a bank with `push` tells the
 * TPP-Notification-URI of a payment when the payment has its outcome. Not signed: the third party asks before it believes.
 */
import type { Book } from './book/book.ts'

const TIMEOUT_MS = 3_000
const TRIES = 3
const RETRY_AFTER_MS = 1_000

/** The same book, whose outcomes are told. */
export function withPush(book: Book, log: (entry: object) => void): Book {
  return {
    ...book,
    record(entry) {
      const payment = 'payment_id' in entry ? book.payment(entry.payment_id) : undefined
      const had_outcome = payment?.outcome !== undefined
      book.record(entry)
      if (payment?.notification_uri === undefined || payment.outcome === undefined || had_outcome) return
      const body = JSON.stringify({ paymentId: payment.payment_id, transactionStatus: payment.outcome.status })
      void tell(payment.notification_uri, body, log)
    },
  }
}

async function tell(uri: string, body: string, log: (entry: object) => void): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(uri, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await answer.arrayBuffer()
      if (answer.ok) return
    } catch {
      // Told again below; the third party asks by itself anyway.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS * tries).unref())
  }
  log({ event: 'notification not delivered' })
}
