/** Answers of the partner API as schemas: fast serialisation, and the OpenAPI text. */
import { Type } from 'typebox'
import { ERRORS } from '../../domain/errors.ts'
import { PAYMENT_STATUSES } from '../../domain/initiation/state.ts'
import { BANKS_ANSWER, CANCELLATION_ANSWER, INITIATION_ANSWERS, STATUS_ANSWERS } from './examples.ts'

const PaymentId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of the payment.' })
const ExternalPaymentId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The same as paymentId.',
})
const Status200 = Type.Literal(200)
const STATUSES = [...PAYMENT_STATUSES]

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
  redirectUri: Type.Optional(
    Type.String({
      format: 'uri',
      description:
        "Send the payer's browser here: our page, or of a headless payment the bank's. Absent beside psuMessage.",
    }),
  ),
  redirectURL: Type.Optional(Type.String({ format: 'uri', description: 'The same as redirectUri.' })),
  psuMessage: Type.Optional(
    Type.String({
      description: 'Headless: what the bank tells the payer to do, in its own app. Show it, and ask for the status.',
    }),
  ),
  expiresAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'Of a payment link: until when it may be used.' }),
  ),
  qr: Type.Optional(
    Type.String({ description: 'Of a payment link: its address as a picture, `data:image/svg+xml;base64,…`.' }),
  ),
  payments: Type.Optional(
    Type.Array(
      Type.Object({
        no: Type.Integer({ minimum: 1, description: 'Place in the list, from 1.' }),
        paymentId: Type.Integer({
          description: 'Its own number, by which the status of the list tells of it.',
        }),
      }),
      { description: 'Of a list: its payments, in the order of the request.' },
    ),
  ),
}
export const InitiationAnswer = Type.Object(
  { status: Status200, messageStatus: Type.Literal('OK'), ...InitiationFields, result: Type.Object(InitiationFields) },
  { title: 'InitiationAnswer', examples: INITIATION_ANSWERS },
)

export const StatusAnswer = Type.Object(
  {
    status: Status200,
    messageStatus: Type.String({
      description: 'SUCCESS when, and only when, the payment is paid (ACSC); otherwise the status code.',
    }),
    result: Type.Object({
      paymentStatus: Type.String({
        enum: STATUSES,
        description:
          'ACSC is paid; of a list, all of it; of a recurring payment, that it has ended as agreed. ACSC, RJCT, CANC, BLOCKED and ' +
          'PART (of a list: some is paid and some is not) are final; ask again after the others. ABND is nearly so: a payer who ' +
          'authorised at the bank after all has paid, and the status then moves on, to ACSC in the end.',
      }),
      paymentId: PaymentId,
      externalPaymentID: ExternalPaymentId,
      kind: Type.String({ enum: ['single', 'list', 'recurring'] }),
      reason: Type.Optional(Type.String({ description: 'Machine code of why, e.g. INSUFFICIENT_FUNDS.' })),
      createdAt: Type.String({ format: 'date-time' }),
      statusAt: Type.String({ format: 'date-time', description: 'When the payment reached this status.' }),
      bankReference: Type.Optional(Type.String({ description: "The bank's own number of the payment." })),
      amount: Type.Optional(Type.Number({ description: 'Lei; on a Finance page the payer may have changed it.' })),
      currency: Type.Literal('RON'),
      executionDate: Type.Optional(
        Type.String({ format: 'date', description: 'The day on which the bank is to pay.' }),
      ),
      agreement: Type.Optional(
        Type.Object(
          {
            agreementId: Type.String(),
            status: Type.String({
              enum: ['PENDING', 'ACTIVE', 'CANCELLED', 'ENDED', 'REFUSED'],
              description: 'ACTIVE: the payer authorised, the bank pays on each day of the schedule.',
            }),
          },
          { description: 'Of a recurring payment.' },
        ),
      ),
      payments: Type.Optional(
        Type.Array(
          Type.Object({
            no: Type.Integer({ minimum: 1 }),
            paymentId: PaymentId,
            paymentStatus: Type.String({ enum: STATUSES }),
            reason: Type.Optional(Type.String()),
            amount: Type.Number(),
          }),
          {
            description:
              'Of a list: how each of its payments stands, in the order of the request; a moment later than the list itself, at times.',
          },
        ),
      ),
    }),
  },
  { title: 'StatusAnswer', examples: STATUS_ANSWERS },
)

export const CancellationAnswer = Type.Object(
  {
    status: Status200,
    messageStatus: Type.Literal('OK'),
    result: Type.Object({
      paymentId: PaymentId,
      externalPaymentID: ExternalPaymentId,
      paymentStatus: Type.String({ enum: STATUSES, description: 'How the payment stands now.' }),
      cancelled: Type.Boolean({ description: 'True: nothing more of it will be paid.' }),
      redirectUri: Type.Optional(
        Type.String({ format: 'uri', description: "The bank wants the payer's word: send the browser here." }),
      ),
      redirectURL: Type.Optional(Type.String({ format: 'uri', description: 'The same as redirectUri.' })),
    }),
  },
  { title: 'CancellationAnswer', examples: [CANCELLATION_ANSWER] },
)

const Bank = Type.Object(
  {
    code: Type.String({ description: 'For debtorBank.', examples: ['BT'] }),
    name: Type.String(),
    bic: Type.String(),
    active: Type.Boolean({ description: 'Whether payers may be sent there now.' }),
    sca: Type.String({
      enum: ['redirect', 'oauth', 'decoupled'],
      description: "decoupled: no page of the bank's; the payer confirms in the bank's app (psuMessage).",
    }),
    ibanCodes: Type.Array(Type.String(), { description: 'Places 5 to 8 of the IBANs of this bank.' }),
    requiredParameters: Type.Object({
      requiresPSUId: Type.Boolean({ description: 'psuId is needed.' }),
      requiresPSUIdType: Type.Boolean({ description: 'Always false: the installation knows the type.' }),
      requiresIban: Type.Boolean({ description: 'debtorIban is needed.' }),
    }),
    services: Type.Object({
      list: Type.String({
        enum: ['together', 'one_by_one'],
        description: 'Whether the payer authorises a list at once, or each payment of it by itself.',
      }),
      recurring: Type.Boolean(),
      frequencies: Type.Array(Type.String(), { description: 'What it takes as Frequency of a recurring payment.' }),
      futureDated: Type.Boolean({ description: 'Whether it takes an executionDate.' }),
    }),
  },
  { title: 'Bank' },
)
export const BanksAnswer = Type.Object(
  { status: Status200, messageStatus: Type.Literal('OK'), result: Type.Array(Bank) },
  { title: 'BanksAnswer', examples: [BANKS_ANSWER] },
)

export const ErrorAnswer = Type.Object(
  {
    status: Type.Integer({ description: 'The HTTP status again.' }),
    messageStatus: Type.Literal('ERROR'),
    code: Type.String({ enum: Object.keys(ERRORS), description: 'What is wrong, for programs.' }),
    message: Type.String({ description: 'The same for people.' }),
    field: Type.Optional(Type.String({ description: 'Which field it is about.' })),
    faults: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Counted from 0.', examples: ['payments[3].creditorIban'] }),
          code: Type.String(),
          message: Type.String(),
        }),
        {
          description:
            'Of a list of payments: everything that is wrong with it; code, message and field are of the first.',
        },
      ),
    ),
    traceId: Type.String({ description: 'Tell it to support.' }),
  },
  { title: 'ErrorAnswer' },
)

/** What every call of the seed's family may answer. */
export const ActivationAnswer = Type.Object(
  {
    status: Status200,
    messageStatus: Type.Literal('OK'),
    result: Type.Object({
      activationId: Type.Integer({ description: 'Number of the case; the same for the same cifCnp.' }),
      activationStatus: Type.Literal('RECEIVED'),
    }),
  },
  { title: 'ActivationAnswer' },
)

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
