/**
 * The partner's client of Punte: certificate, tokens, payments, signatures, webhooks. No dependencies.
 * `createPunteClient` is where to begin; README.md shows a whole payment.
 */
export { createPunteClient, type PunteClient, type PunteClientOptions } from './client.ts'
export {
  type AnswerFault,
  type ListFault,
  PunteAnswerError,
  PunteApiError,
  PunteConnectionError,
  PunteWebhookError,
  type WebhookFault,
} from './errors.ts'
export type { Jwks } from './jwks.ts'
export { contentDigest } from './signatures.ts'
export {
  type AgreementStatus,
  type AnyRequest,
  type Bank,
  type Cancellation,
  type Frequency,
  type HeadlessRequest,
  type InitiatedPayment,
  isFinalStatus,
  type ListedPayment,
  type ListedReport,
  PAYMENT_STATUSES,
  type PayerBrowser,
  type PaymentLink,
  type PaymentListRequest,
  type PaymentReport,
  type PaymentRequest,
  type PaymentStatus,
  type PaymentTokens,
  type RecurringRequest,
  type StartedHeadless,
  type StartedList,
  type StartedPayment,
  type TokenFlags,
  type Transfer,
} from './types.ts'
export { type PaymentStatusEvent, verifyWebhook, type WebhookRequest } from './webhook.ts'
