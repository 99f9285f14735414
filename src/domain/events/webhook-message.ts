/**
 * What a partner's endpoint receives: Standard Webhooks (https://www.standardwebhooks.com, specification "Webhook
 * scheme"), signed twice: `v1` with the secret shared with the partner, `v1a` with the installation's Ed25519 key,
 * whose public half is in the published JWKS under the id in `punte-signing-key`.
 */
import { createHmac } from 'node:crypto'
import type { Keys } from '../../infra/keys/keys.ts'

export type PaymentEventFacts = {
  readonly partner_id: number
  readonly payment_id: number
  readonly event_no: number
  readonly status: string
  /** Machine code. */
  readonly reason: string | null
  readonly at: Date
}

/** Names the event for ever: the same in every try, so that the receiver can tell a repetition. */
export function webhookId(event: Pick<PaymentEventFacts, 'partner_id' | 'payment_id' | 'event_no'>): string {
  return `evt_${event.partner_id}_${event.payment_id}_${event.event_no}`
}

/** No personal data: who wants more asks for the status. `sequence` grows per payment; deliveries may come out of order. */
export function webhookBody(event: PaymentEventFacts): string {
  const at = event.at.toISOString()
  return JSON.stringify({
    type: 'payment.status',
    timestamp: at,
    data: {
      paymentId: event.payment_id,
      externalPaymentID: event.payment_id,
      status: event.status,
      ...(event.reason !== null && { reason: event.reason }),
      paid: event.status === 'ACSC',
      statusAt: at,
      sequence: event.event_no,
    },
  })
}

/**
 * @param message.secret `whsec_` and the key in base64; absent: only the installation signs
 * @param message.former_secret for as long as the partner may still check with the one before
 */
export function webhookHeaders(
  keys: Pick<Keys, 'signing'>,
  message: {
    readonly id: string
    readonly body: string
    readonly secret: string | undefined
    readonly former_secret?: string | undefined
    readonly sent_at: Date
  },
): Record<string, string> {
  const timestamp = String(Math.floor(message.sent_at.getTime() / 1000))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = [`v1a,${keys.signing.sign(Buffer.from(signed)).toString('base64')}`]
  // The present secret's stands first.
  for (const secret of [message.former_secret, message.secret]) {
    if (secret === undefined) continue
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    signatures.unshift(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  }
  return {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
    'punte-signing-key': keys.signing.kid,
  }
}
