/**
 * The partner's client of Punte: certificate, tokens, payments, signatures, webhooks. No dependencies.
 * `createPunteClient` is where to begin; README.md shows a whole payment.
 */
export { createPunteClient, type PunteClient, type PunteClientOptions } from './client.ts'
export {
  type AnswerFault,
  PunteAnswerError,
  PunteApiError,
  PunteConnectionError,
  PunteWebhookError,
  type WebhookFault,
} from './errors.ts'
export type { Jwks } from './jwks.ts'
export { contentDigest } from './signatures.ts'
export {
  type InitiatedPayment,
  isFinalStatus,
  PAYMENT_STATUSES,
  type PaymentReport,
  type PaymentRequest,
  type PaymentStatus,
  type PaymentTokens,
  type StartedPayment,
} from './types.ts'
export { type PaymentStatusEvent, verifyWebhook, type WebhookRequest } from './webhook.ts'
