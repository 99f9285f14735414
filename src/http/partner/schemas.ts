/** Answers of the partner API as schemas: fast serialisation, and the OpenAPI text. */
import { Type } from 'typebox'
import { ERRORS } from '../../domain/errors.ts'

const PaymentId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of the payment.' })
const ExternalPaymentId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The same as paymentId.',
})
const Status200 = Type.Literal(200)

const TokenFields = {
  access_token: Type.String({
    description: 'Bearer token for initPayment and status of this payment, bound to the client certificate (RFC 8705).',
  }),
  refresh_token: Type.String({ description: 'Good for one refresh; every refresh hands out a new one.' }),
  accessToken: Type.String({ description: 'The same as access_token.' }),
  refreshToken: Type.String({ description: 'The same as refresh_token.' }),
  paymentId: PaymentId,
  externalPaymentID: ExternalPaymentId,
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds the access token lives.' }),
}
export const TokenAnswer = Type.Object(
  { status: Status200, messageStatus: Type.Literal('OK'), result: Type.Object(TokenFields) },
  { title: 'TokenAnswer' },
)

const InitiationFields = {
  paymentId: PaymentId,
  externalPaymentID: ExternalPaymentId,
  redirectUri: Type.String({ format: 'uri', description: "Send the payer's browser here." }),
  redirectURL: Type.String({ format: 'uri', description: 'The same as redirectUri.' }),
}
export const InitiationAnswer = Type.Object(
  { status: Status200, messageStatus: Type.Literal('OK'), ...InitiationFields, result: Type.Object(InitiationFields) },
  { title: 'InitiationAnswer' },
)

export const StatusAnswer = Type.Object(
  {
    status: Status200,
    messageStatus: Type.String({
      description: 'SUCCESS when, and only when, the payment is paid (ACSC); otherwise the status code.',
    }),
    result: Type.Object({
      paymentStatus: Type.String({
        enum: ['INIT', 'RCVD', 'ACTC', 'ACCP', 'ACSP', 'PDNG', 'ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED'],
        description:
          'ACSC is paid. ACSC, RJCT, CANC and BLOCKED are final; ask again after the others. ABND is nearly so: a payer who ' +
          'authorised at the bank after all has paid, and the status then moves on, to ACSC in the end.',
      }),
      paymentId: PaymentId,
      externalPaymentID: ExternalPaymentId,
      reason: Type.Optional(Type.String({ description: 'Machine code of why, e.g. INSUFFICIENT_FUNDS.' })),
      createdAt: Type.String({ format: 'date-time' }),
      statusAt: Type.String({ format: 'date-time', description: 'When the payment reached this status.' }),
      bankReference: Type.Optional(Type.String({ description: "The bank's own number of the payment." })),
      amount: Type.Optional(Type.Number({ description: 'Lei; on a Finance page the payer may have changed it.' })),
      currency: Type.Literal('RON'),
    }),
  },
  { title: 'StatusAnswer' },
)

export const ErrorAnswer = Type.Object(
  {
    status: Type.Integer({ description: 'The HTTP status again.' }),
    messageStatus: Type.Literal('ERROR'),
    code: Type.String({ enum: Object.keys(ERRORS), description: 'What is wrong, for programs.' }),
    message: Type.String({ description: 'The same for people.' }),
    field: Type.Optional(Type.String({ description: 'Which field it is about.' })),
    traceId: Type.String({ description: 'Tell it to support.' }),
  },
  { title: 'ErrorAnswer' },
)

/** What every call of the seed's family may answer. */
export const errorAnswers = { '4xx': ErrorAnswer, '5xx': ErrorAnswer }

export const OauthTokenAnswer = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer(),
    refresh_token: Type.String(),
    payment_id: PaymentId,
  },
  { title: 'OauthTokenAnswer' },
)
export const OauthErrorAnswer = Type.Object(
  { error: Type.String(), error_description: Type.String(), trace_id: Type.String() },
  { title: 'OauthErrorAnswer', description: 'RFC 6749 §5.2' },
)
