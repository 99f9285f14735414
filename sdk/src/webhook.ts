/**
 * Webhooks of Punte follow Standard Webhooks (https://www.standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`,
 * `webhook-signature`; `v1` is an HMAC with the partner's secret, `v1a` an Ed25519 signature with the installation's key.
 */
import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import { PunteWebhookError } from './errors.ts'
import { ed25519Keys, type Jwks } from './jwks.ts'
import { isPaymentStatus, type PaymentStatus } from './types.ts'

/** A payment's status changed. */
export type PaymentStatusEvent = {
  readonly type: 'payment.status'
  /** When the event was made, ISO. */
  readonly timestamp: string
  /** `webhook-id`: the same for every delivery of this event; handle each id once. */
  readonly webhookId: string
  readonly data: {
    readonly paymentId: number
    readonly status: PaymentStatus
    readonly reason?: string
    /** True exactly when the money left the payer's account (ACSC). */
    readonly paid: boolean
    readonly statusAt: string
    /** Grows per payment. Deliveries may overtake each other: ignore an event whose number is not above the last one. */
    readonly sequence: number
  }
}

export type WebhookRequest = {
  /** A fetch `Headers`, or Node's `request.headers`. */
  readonly headers:
    | { get(name: string): string | null }
    | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body exactly as received: its bytes or text, not parsed and written again. */
  readonly body: string | Uint8Array
  /** The partner's webhook secret, `whsec_…`; several while it is being changed. */
  readonly secret?: string | readonly string[]
  /** The installation's published keys, to check `v1a`. */
  readonly jwks?: Jwks
}

const MAX_SIGNATURES = 20

/**
 * Verifies a delivery and returns its event. One good signature, by the secret or by a published key, is enough.
 * @throws PunteWebhookError when it is not genuine or not within `tolerance_s` (default 300) of now
 * @throws TypeError when neither a secret nor keys are given, or a secret is malformed
 */
export function verifyWebhook(
  request: WebhookRequest,
  options: { tolerance_s?: number; now?: Date } = {},
): PaymentStatusEvent {
  const secrets = (typeof request.secret === 'string' ? [request.secret] : (request.secret ?? [])).map(secretBytes)
  const keys = request.jwks === undefined ? [] : [...ed25519Keys(request.jwks).values()]
  return verifyWebhookWith(request, secrets, keys, options)
}

/** As `verifyWebhook`, with secrets and keys already read. */
export function verifyWebhookWith(
  request: Pick<WebhookRequest, 'headers' | 'body'>,
  secrets: readonly Buffer[],
  keys: readonly KeyObject[],
  options: { tolerance_s?: number; now?: Date },
): PaymentStatusEvent {
  if (secrets.length === 0 && keys.length === 0)
    throw new TypeError('a webhook is verified with a secret or with published keys')
  const id = header(request.headers, 'webhook-id')
  const timestamp = header(request.headers, 'webhook-timestamp')
  const signatures = header(request.headers, 'webhook-signature')
  if (id === undefined || timestamp === undefined || signatures === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new PunteWebhookError('HEADERS_MISSING', 'The webhook headers are missing or malformed.')
  }
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : Buffer.from(request.body)
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  // The signature first: what the sender says about time counts only if it is the sender.
  if (!anySignatureHolds(signatures, signed, secrets, keys)) {
    throw new PunteWebhookError('SIGNATURE_INVALID', 'The signature of the webhook does not verify.')
  }
  const seconds = (options.now ?? new Date()).getTime() / 1000
  if (Math.abs(seconds - Number(timestamp)) > (options.tolerance_s ?? 300)) {
    throw new PunteWebhookError('TIMESTAMP_OUT_OF_TOLERANCE', 'The webhook is too old or from the future.')
  }
  return parseEvent(id, body)
}

/** The bytes of a `whsec_…` secret. */
export function secretBytes(secret: string): Buffer {
  const text = secret.replace(/^whsec_/, '')
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text))
    throw new TypeError('the webhook secret is malformed')
  return bytes
}

function anySignatureHolds(
  field: string,
  signed: Buffer,
  secrets: readonly Buffer[],
  keys: readonly KeyObject[],
): boolean {
  let holds = false
  for (const part of field.split(' ').slice(0, MAX_SIGNATURES)) {
    const [version, text = ''] = part.split(',', 2)
    const claimed = Buffer.from(text, 'base64')
    if (version === 'v1') {
      for (const secret of secrets) {
        const mac = createHmac('sha256', secret).update(signed).digest()
        if (claimed.length === mac.length && timingSafeEqual(claimed, mac)) holds = true
      }
    } else if (version === 'v1a' && claimed.length === 64) {
      if (keys.some((key) => verify(null, signed, key, claimed))) holds = true
    }
  }
  return holds
}

function header(headers: WebhookRequest['headers'], name: string): string | undefined {
  if (typeof headers.get === 'function') return (headers as { get(name: string): string | null }).get(name) ?? undefined
  const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name]
  return typeof value === 'string' ? value : value?.[0]
}

function parseEvent(id: string, body: Buffer): PaymentStatusEvent {
  const malformed = new PunteWebhookError('BODY_MALFORMED', 'The body of the webhook is not an event of a known shape.')
  let event: { type?: unknown; timestamp?: unknown; data?: Record<string, unknown> | null }
  try {
    event = JSON.parse(body.toString('utf8'))
  } catch {
    throw malformed
  }
  const data = event?.data
  if (
    event?.type !== 'payment.status' ||
    typeof event.timestamp !== 'string' ||
    typeof data !== 'object' ||
    data === null
  ) {
    throw malformed
  }
  const { paymentId, status, reason, paid, statusAt, sequence } = data
  if (!Number.isSafeInteger(paymentId) || !isPaymentStatus(status) || typeof statusAt !== 'string') throw malformed
  if (!Number.isSafeInteger(sequence) || paid !== (status === 'ACSC')) throw malformed
  return {
    type: 'payment.status',
    timestamp: event.timestamp,
    webhookId: id,
    data: {
      paymentId: paymentId as number,
      status,
      ...(typeof reason === 'string' ? { reason } : {}),
      paid,
      statusAt,
      sequence: sequence as number,
    },
  }
}
