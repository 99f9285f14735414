/** Configuration, client and the routes that shop and ERP have alike. */
import { readFileSync } from 'node:fs'
import {
  createPunteClient,
  type PaymentReport,
  PunteApiError,
  PunteConnectionError,
  PunteWebhookError,
} from '@punte/sdk'
import type { ConfigReader } from '../process/config.ts'
import { HttpError, json, type Route } from '../process/http.ts'
import { errorFacts, log } from '../process/lifecycle.ts'
import { type Attempt, openPaymentBook, type ReceivedWebhook } from './book.ts'
import { createPayments, type Payments } from './payments.ts'

export type PartnerConfig = {
  readonly http: { readonly host: string; readonly port: number; readonly url: string | undefined }
  readonly data_dir: string
  readonly beneficiary: { readonly name: string; readonly iban: string }
  readonly punte: {
    readonly base_url: string
    readonly client_id: string
    readonly certificate: Buffer
    readonly private_key: Buffer
    readonly ca: Buffer
    readonly sign_requests: boolean
  }
  readonly webhook_secret: string
}

const CALL_TIMEOUT_MS = 8000

/**
 * Reads `{http: {host, port, url?}, punte: {base_url, client_id, certificate_file, key_file, ca_file, sign_requests?},
 * webhook_secret, data_dir, beneficiary: {name, iban}}`.
 */
export function readPartnerConfig(config: ConfigReader): PartnerConfig {
  const http = {
    host: config.text('http.host', '127.0.0.1'),
    port: config.port('http.port'),
    url: config.optionalText('http.url'),
  }
  const files = {
    certificate: config.text('punte.certificate_file'),
    private_key: config.text('punte.key_file'),
    ca: config.text('punte.ca_file'),
  }
  const base_url = config.text('punte.base_url')
  const client_id = config.text('punte.client_id')
  const sign_requests = config.flag('punte.sign_requests', false)
  const webhook_secret = config.text('webhook_secret')
  const data_dir = config.text('data_dir')
  const beneficiary = { name: config.text('beneficiary.name'), iban: config.text('beneficiary.iban') }
  config.done()
  const { certificate, private_key, ca } = files
  return {
    http,
    data_dir,
    beneficiary,
    punte: {
      base_url,
      client_id,
      certificate: readFileSync(certificate),
      private_key: readFileSync(private_key),
      ca: readFileSync(ca),
      sign_requests,
    },
    webhook_secret,
  }
}

/** `onReport`: see `createPayments`. */
export async function openPayments(
  config: PartnerConfig,
  onReport?: (report: PaymentReport) => void | Promise<void>,
): Promise<Payments> {
  const book = await openPaymentBook(config.data_dir)
  const client = createPunteClient({
    ...config.punte,
    timeout_ms: CALL_TIMEOUT_MS,
    onTokens: (tokens) => (book.attempt(tokens.paymentId) === undefined ? undefined : book.renewed(tokens)),
  })
  return createPayments({ client, book, webhook_secret: config.webhook_secret, onReport })
}

/** `POST /webhooks/punte` and `GET /webhooks.json`. `onStatus` is told of every genuine delivery, before it is acknowledged. */
export function webhookRoutes(
  payments: Payments,
  onStatus: (payment_id: number, webhook: ReceivedWebhook) => void | Promise<void> = () => {},
): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/webhooks/punte',
      handle: async ({ headers, body }) => {
        try {
          const webhook = await payments.receive({ headers, body })
          await onStatus(webhook.payment_id, webhook)
          // A repeat or an overtaken event is received all the same: anything but 2xx would bring it again.
          return json({ received: true, applied: webhook.applied })
        } catch (error) {
          if (!(error instanceof PunteWebhookError)) throw error
          log('webhook_refused', { fault: error.fault })
          return json({ error: error.fault }, 400)
        }
      },
    },
    {
      method: 'GET',
      path: '/webhooks.json',
      handle: ({ query }) => json(payments.webhooks(Math.max(0, Math.trunc(Number(query.get('limit') ?? 100))) || 0)),
    },
  ]
}

/** An attempt as programs see it: everything but the tokens. */
export function attemptJson(attempt: Attempt) {
  const { tokens: _tokens, ...rest } = attempt
  return { ...rest, paid: attempt.status === 'ACSC' }
}

/** A failed call to Punte as an error for our own client. */
export function callFailure(error: unknown): HttpError {
  log('payment_not_started', errorFacts(error))
  if (error instanceof PunteApiError) {
    const asked = error.field === undefined ? '' : ` (${error.field})`
    return new HttpError(error.status >= 500 || error.status === 429 ? 503 : 502, `Punte: ${error.code}${asked}`)
  }
  if (error instanceof PunteConnectionError) return new HttpError(503, `Punte: ${error.code}`)
  return new HttpError(502, 'Punte: the answer could not be used')
}
