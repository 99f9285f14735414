/** The memory of payments: what was started for which purchase, how it stands, which webhooks came. Survives a kill. */
import { join } from 'node:path'
import { type AgreementStatus, isFinalStatus, type PaymentTokens } from '@punte/sdk'
import { openJournal } from '../process/journal.ts'
import { laterStanding, type Standing } from './standing.ts'

/** One delivery as received. `applied`: it changed the standing; else it was a repeat, overtaken, or of no payment of ours. */
export type ReceivedWebhook = Standing & {
  readonly webhook_id: string
  readonly payment_id: number
  readonly at: string
  readonly applied: boolean
}

export type Agreement = { readonly agreement_id: string; readonly status: AgreementStatus }

/** One try to pay for a purchase. */
export type Attempt = Standing & {
  readonly payment_id: number
  /** Order or invoice. */
  readonly purchase_id: string
  readonly redirect_url: string
  readonly tokens: PaymentTokens
  readonly started_at: string
  /** What Punte says was paid; known after a status call. */
  readonly amount_minor?: number
  readonly bank_reference?: string
  /** Of a recurring payment, as Punte told last. */
  readonly agreement?: Agreement
  /** Of a link: until when it may be used, and its address as a picture (a `data:` address). */
  readonly expires_at?: string
  readonly qr?: string
  readonly webhooks: readonly ReceivedWebhook[]
}

type Entry =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  | { readonly kind: 'tokens'; readonly tokens: PaymentTokens }
  | { readonly kind: 'told'; readonly payment_id: number; readonly told: Told }
  | { readonly kind: 'webhook'; readonly webhook: ReceivedWebhook }
  | { readonly kind: 'totals'; readonly webhooks: number }

/** What a status call told. */
export type Told = Standing & {
  readonly amount_minor?: number
  readonly bank_reference?: string
  readonly agreement?: Agreement
}

export type PaymentBook = {
  attempt(payment_id: number): Attempt | undefined
  /** In the order they were started. */
  attemptsOf(purchase_id: string): readonly Attempt[]
  /** Attempts that are not final, oldest first. */
  open(): Iterable<Attempt>
  started(attempt: Omit<Attempt, 'webhooks'>): Promise<Attempt>
  renewed(tokens: PaymentTokens): Promise<void>
  told(payment_id: number, told: Told): Promise<Attempt | undefined>
  /** Idempotent by `webhook_id`. */
  received(webhook: Omit<ReceivedWebhook, 'applied'>): Promise<ReceivedWebhook>
  /** Deliveries ever received, and the last ones, newest first. */
  webhooks(limit: number): { count: number; recent: readonly ReceivedWebhook[] }
  close(): Promise<void>
}

const MAX_ATTEMPTS = 30_000
const MAX_RECENT = 1000
const MAX_WEBHOOKS_OF_ATTEMPT = 40

export async function openPaymentBook(data_dir: string): Promise<PaymentBook> {
  const attempts = new Map<number, Attempt>()
  const by_purchase = new Map<string, number[]>()
  const open = new Set<number>()
  let recent: ReceivedWebhook[] = []
  let webhook_count = 0

  const put = (attempt: Attempt): Attempt => {
    attempts.set(attempt.payment_id, attempt)
    if (isFinalStatus(attempt.status)) open.delete(attempt.payment_id)
    else open.add(attempt.payment_id)
    return attempt
  }
  const dropOldest = (): void => {
    const oldest = attempts.values().next().value
    if (attempts.size <= MAX_ATTEMPTS || oldest === undefined) return
    attempts.delete(oldest.payment_id)
    open.delete(oldest.payment_id)
    by_purchase.delete(oldest.purchase_id)
  }
  const apply = (entry: Entry): void => {
    if (entry.kind === 'attempt') {
      const { payment_id, purchase_id } = entry.attempt
      if (!attempts.has(payment_id)) by_purchase.set(purchase_id, [...(by_purchase.get(purchase_id) ?? []), payment_id])
      put(entry.attempt)
      dropOldest()
    } else if (entry.kind === 'tokens') {
      const attempt = attempts.get(entry.tokens.paymentId)
      if (attempt !== undefined) put({ ...attempt, tokens: entry.tokens })
    } else if (entry.kind === 'told') {
      const attempt = attempts.get(entry.payment_id)
      if (attempt !== undefined) put(withTold(attempt, entry.told))
    } else if (entry.kind === 'webhook') {
      const { webhook } = entry
      webhook_count += 1
      recent.push(webhook)
      if (recent.length > 2 * MAX_RECENT) recent = recent.slice(-MAX_RECENT)
      const attempt = attempts.get(webhook.payment_id)
      if (attempt !== undefined) put(withWebhook(attempt, webhook))
    } else {
      webhook_count = entry.webhooks
    }
  }

  const journal = await openJournal<Entry>(join(data_dir, 'payments.jsonl'), apply)
  if (journal.count > 2 * attempts.size + MAX_RECENT) {
    await journal.rewrite([
      ...Array.from(attempts.values(), (attempt): Entry => ({ kind: 'attempt', attempt })),
      { kind: 'totals', webhooks: webhook_count },
    ])
  }
  const write = async (entry: Entry): Promise<void> => {
    apply(entry)
    await journal.append(entry)
  }

  return {
    attempt: (payment_id) => attempts.get(payment_id),
    attemptsOf: (purchase_id) => (by_purchase.get(purchase_id) ?? []).flatMap((id) => attempts.get(id) ?? []),
    open: function* () {
      for (const payment_id of open) {
        const attempt = attempts.get(payment_id)
        if (attempt !== undefined) yield attempt
      }
    },
    started: async (begun) => {
      let attempt: Attempt = { ...begun, webhooks: [] }
      // A webhook may have been faster than the answer to our own call.
      for (const early of recent.filter((webhook) => webhook.payment_id === begun.payment_id)) {
        attempt = withWebhook(attempt, { ...early, applied: true })
      }
      await write({ kind: 'attempt', attempt })
      return attempt
    },
    renewed: (tokens) => write({ kind: 'tokens', tokens }),
    told: async (payment_id, told) => {
      const attempt = attempts.get(payment_id)
      if (attempt !== undefined && withTold(attempt, told) !== attempt) await write({ kind: 'told', payment_id, told })
      return attempts.get(payment_id)
    },
    received: async (delivery) => {
      const attempt = attempts.get(delivery.payment_id)
      const repeated = attempt?.webhooks.find((webhook) => webhook.webhook_id === delivery.webhook_id)
      const applied = attempt !== undefined && repeated === undefined && laterStanding(attempt, delivery) !== attempt
      const webhook = { ...delivery, applied }
      await write({ kind: 'webhook', webhook })
      return webhook
    },
    webhooks: (limit) => ({ count: webhook_count, recent: recent.slice(-Math.min(limit, MAX_RECENT)).reverse() }),
    close: journal.close,
  }
}

function withStanding(attempt: Attempt, news: Standing): Attempt {
  const standing = laterStanding(attempt, news)
  if (standing === attempt) return attempt
  const { reason: _reason, ...rest } = attempt
  const { status, sequence, status_at, reason } = standing
  return { ...rest, status, sequence, status_at, ...(reason === undefined ? {} : { reason }) }
}

function withTold(attempt: Attempt, told: Told): Attempt {
  const { amount_minor = attempt.amount_minor, bank_reference = attempt.bank_reference } = told
  const updated = withStanding(attempt, told)
  const agreement = told.agreement?.status === attempt.agreement?.status ? attempt.agreement : told.agreement
  const same_sum = amount_minor === attempt.amount_minor && bank_reference === attempt.bank_reference
  if (updated === attempt && same_sum && agreement === attempt.agreement) return attempt
  return {
    ...updated,
    ...(amount_minor === undefined ? {} : { amount_minor }),
    ...(bank_reference === undefined ? {} : { bank_reference }),
    ...(agreement === undefined ? {} : { agreement }),
  }
}

function withWebhook(attempt: Attempt, webhook: ReceivedWebhook): Attempt {
  const updated = webhook.applied ? withStanding(attempt, webhook) : attempt
  return { ...updated, webhooks: [...attempt.webhooks, webhook].slice(-MAX_WEBHOOKS_OF_ATTEMPT) }
}
