/** Payments of the shop and the ERP: start one, ask how it stands, take Punte's webhooks. */
import type { IncomingHttpHeaders } from 'node:http'
import {
  isFinalStatus,
  type PaymentReport,
  type PaymentRequest,
  type PunteClient,
  PunteWebhookError,
  type StartedPayment,
  verifyWebhook,
} from '@punte/sdk'
import { errorFacts, log } from '../process/lifecycle.ts'
import { parseLei } from '../process/markup.ts'
import type { Attempt, PaymentBook, ReceivedWebhook } from './book.ts'

/** Starts something else than one payment now: a list, a series, a link. */
export type Begin = (client: PunteClient) => Promise<StartedPayment>

export type Payments = {
  /**
   * Starts a payment, unless one is still open or already paid: then that one is the answer, so that nobody pays twice.
   * @throws what the sdk throws
   */
  start(purchase_id: string, request: PaymentRequest | Begin): Promise<Attempt>
  /**
   * The attempt after asking Punte, or as known when it was asked a moment ago or cannot be reached. `even_settled`: asks
   * whatever is known, for what the outcome of the whole does not tell.
   */
  ask(payment_id: number, even_settled?: boolean): Promise<Attempt | undefined>
  /** Asks Punte to cancel what is not executed yet. @throws what the sdk throws */
  cancel(payment_id: number): Promise<{ readonly redirect_url?: string }>
  /** Asks only when the outcome is there but not yet the sum: after a webhook, which does not carry it. */
  askIfFinal(payment_id: number): Promise<void>
  /** @throws PunteWebhookError when the delivery is not genuine */
  receive(delivery: { headers: IncomingHttpHeaders; body: Buffer }): Promise<ReceivedWebhook>
  attemptsOf(purchase_id: string): readonly Attempt[]
  webhooks(limit: number): { count: number; refused: number; recent: readonly ReceivedWebhook[] }
  close(): Promise<void>
}

/** A page that refreshes must not turn into a flood of status calls. */
const ASK_EVERY_MS = 1500
/** Without a webhook for so long, we ask by ourselves; doubling up to `ASK_LATE_MAX_MS`. */
const ASK_LATE_MS = 20_000
const ASK_LATE_MAX_MS = 600_000
const ASK_LATE_AT_ONCE = 5
const SWEEP_EVERY_MS = 5000

/** The attempt that tells how a purchase stands: the one that paid, also where another try came after it; else the last. */
export function standingAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find(({ status }) => status === 'ACSC') ?? attempts.at(-1)
}

export function createPayments(input: {
  client: PunteClient
  book: PaymentBook
  webhook_secret: string
  now?: () => Date
  /** Is told of every answer of a status call, before the asker is. */
  onReport?: ((report: PaymentReport) => void | Promise<void>) | undefined
}): Payments {
  const { client, book } = input
  const now = input.now ?? (() => new Date())
  const starting = new Map<string, Promise<Attempt>>()
  const asked_at = new Map<number, number>()
  const late = new Map<number, { at: number; wait_ms: number }>()
  let refused = 0

  const start = async (purchase_id: string, request: PaymentRequest | Begin): Promise<Attempt> => {
    const standing = standingAttempt(book.attemptsOf(purchase_id))
    if (standing !== undefined && (!isFinalStatus(standing.status) || standing.status === 'ACSC')) return standing
    const { paymentId, redirectUrl, tokens, expiresAt, qr } = await (typeof request === 'function'
      ? request(client)
      : client.startPayment(request))
    const started_at = now().toISOString()
    return book.started({
      payment_id: paymentId,
      purchase_id,
      redirect_url: redirectUrl,
      tokens,
      started_at,
      status: 'INIT',
      sequence: 0,
      status_at: started_at,
      ...(expiresAt !== undefined && { expires_at: expiresAt }),
      ...(qr !== undefined && { qr }),
    })
  }

  const ask = async (payment_id: number, even_settled = false): Promise<Attempt | undefined> => {
    const attempt = book.attempt(payment_id)
    const settled = attempt !== undefined && isFinalStatus(attempt.status) && attempt.amount_minor !== undefined
    const just_asked = now().getTime() - (asked_at.get(payment_id) ?? 0) < ASK_EVERY_MS
    if (attempt === undefined || (!even_settled && (settled || just_asked))) return attempt
    asked_at.set(payment_id, now().getTime())
    if (asked_at.size > 10_000) asked_at.delete(asked_at.keys().next().value ?? 0)
    try {
      const report = await client.status({ paymentId: payment_id, tokens: attempt.tokens })
      await input.onReport?.(report)
      return await book.told(payment_id, toldBy(report, now()))
    } catch (error) {
      log('status_call_failed', { payment_id, ...errorFacts(error) })
      return book.attempt(payment_id)
    }
  }

  // Webhooks can be lost; a payment that nobody told us about is asked for.
  const sweep = async (): Promise<void> => {
    const at = now().getTime()
    let asked = 0
    for (const attempt of book.open()) {
      const planned = late.get(attempt.payment_id) ?? {
        at: Date.parse(attempt.started_at) + ASK_LATE_MS,
        wait_ms: ASK_LATE_MS,
      }
      if (planned.at > at || asked >= ASK_LATE_AT_ONCE) continue
      const wait_ms = Math.min(planned.wait_ms * 2, ASK_LATE_MAX_MS)
      late.set(attempt.payment_id, { at: at + wait_ms, wait_ms })
      asked += 1
      await ask(attempt.payment_id)
    }
    for (const payment_id of late.keys()) {
      const attempt = book.attempt(payment_id)
      if (attempt === undefined || isFinalStatus(attempt.status)) late.delete(payment_id)
    }
  }
  let sweeping: Promise<void> = Promise.resolve()
  let swept = true
  const timer = setInterval(() => {
    if (!swept) return
    swept = false
    sweeping = sweep()
      .catch((error: unknown) => log('sweep_failed', errorFacts(error)))
      .finally(() => (swept = true))
  }, SWEEP_EVERY_MS)
  timer.unref()

  return {
    // Two clicks at once start one payment.
    start: (purchase_id, request) => {
      const running = starting.get(purchase_id)
      if (running !== undefined) return running
      const started = start(purchase_id, request).finally(() => starting.delete(purchase_id))
      starting.set(purchase_id, started)
      return started
    },
    ask,
    cancel: async (payment_id) => {
      const attempt = book.attempt(payment_id)
      if (attempt === undefined) throw new TypeError('no such payment')
      const { redirectUrl, status } = await client.cancelPayment({ paymentId: payment_id, tokens: attempt.tokens })
      await book.told(payment_id, { status, sequence: 0, status_at: now().toISOString() })
      return redirectUrl === undefined ? {} : { redirect_url: redirectUrl }
    },
    askIfFinal: async (payment_id) => {
      const attempt = book.attempt(payment_id)
      if (attempt?.status === 'ACSC' && attempt.amount_minor === undefined) await ask(payment_id)
    },
    receive: async ({ headers, body }) => {
      try {
        const { webhookId, data } = verifyWebhook({ headers, body, secret: input.webhook_secret })
        return await book.received({
          webhook_id: webhookId,
          payment_id: data.paymentId,
          at: now().toISOString(),
          status: data.status,
          ...(data.reason === undefined ? {} : { reason: data.reason }),
          sequence: data.sequence,
          status_at: data.statusAt,
        })
      } catch (error) {
        if (error instanceof PunteWebhookError) refused += 1
        throw error
      }
    },
    attemptsOf: book.attemptsOf,
    webhooks: (limit) => ({ ...book.webhooks(limit), refused }),
    close: async () => {
      clearInterval(timer)
      client.close()
      await sweeping
      await book.close()
    },
  }
}

function toldBy(report: PaymentReport, now: Date) {
  const amount_minor = report.amount === undefined ? undefined : parseLei(report.amount)
  return {
    status: report.status,
    ...(report.reason === undefined ? {} : { reason: report.reason }),
    sequence: 0,
    status_at: report.statusAt ?? now.toISOString(),
    ...(amount_minor === undefined ? {} : { amount_minor }),
    ...(report.bankReference === undefined ? {} : { bank_reference: report.bankReference }),
    ...(report.agreement === undefined
      ? {}
      : { agreement: { agreement_id: report.agreement.agreementId, status: report.agreement.status } }),
  }
}
