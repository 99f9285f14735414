/**
 * The body of initPayment, as a table: which names partners use for a field, what it holds, and which field of the
 * domain's request it becomes. Names and types only; what the values mean is checked in `domain/initiation`.
 */
import { type Static, Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import type { InitiationRequest } from '../../domain/initiation/initiate.ts'
import { parseAmount } from '../../domain/money.ts'
import { isRecord, type ParsedBody } from './bodies.ts'

const nullable = (max: number, description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: max }), Type.Null()], { description }))

/** The contract; texts are limited by their length in code points. `null` and an empty text mean absent. */
export const InitiationBody = Type.Object(
  {
    creditorName: nullable(
      70,
      'Beneficiary. Required of Ecommerce partners; a Finance payer may fill it in on the page.',
    ),
    creditorIban: nullable(42, 'IBAN of the beneficiary, an account in Romania. Required of Ecommerce partners.'),
    amount: Type.Optional(
      Type.Union([Type.Number(), Type.String({ maxLength: 32 }), Type.Null()], {
        description:
          'RON, as a number or as text with a decimal point and at most two decimals. Required of Ecommerce partners.',
        examples: [125.5, '125.50'],
      }),
    ),
    currency: Type.Optional(
      Type.Union([Type.Literal('RON'), Type.Null()], { description: 'Only RON; may be left out.' }),
    ),
    details: nullable(140, 'What the payment is for, at most 140 characters. Required of Ecommerce partners.'),
    psuIntermediarId: Type.Optional(
      Type.Union([Type.String({ maxLength: 140 }), Type.Integer(), Type.Null()], {
        description: "The partner's own id of the payer. Also accepted as ClientIDPSU.",
      }),
    ),
    ClientIDPSU: Type.Optional(
      Type.Union([Type.String({ maxLength: 140 }), Type.Integer(), Type.Null()], {
        description: 'The same as psuIntermediarId.',
      }),
    ),
    debtorIban: nullable(42, 'IBAN of the payer, when known; stays editable on the page.'),
    psuEmail: nullable(254, 'E-mail of the payer, when known; stays editable on the page.'),
    debtorBank: nullable(64, 'Id of a bank chosen beforehand.'),
    redirectURL: nullable(
      2048,
      "Where the payer returns; must lie under an address registered in the partner's profile.",
    ),
    externalPaymentID: Type.Optional(
      Type.Union([Type.String({ maxLength: 16 }), Type.Integer(), Type.Null()], {
        description: 'If sent: the payment of the path.',
      }),
    ),
  },
  // Today's clients send flags that mean nothing here (ibanOptimization, TCAccepted): ignored, not refused.
  { additionalProperties: true, title: 'InitiationRequest' },
)

/** Fields that ask for something else than one payment now; quietly making one payment of them would be wrong. */
const OTHER_KINDS = ['startDate', 'endDate', 'Frequency', 'frequency', 'dayOfExecution', 'payments', 'bulk'] as const
const OTHER_FLAGS = ['isLink2Pay', 'flexibleURL', 'isHeadless'] as const

/** @throws PunteError FEATURE_UNSUPPORTED */
export function refuseOtherKinds(body: unknown): void {
  if (Array.isArray(body))
    throw new PunteError('FEATURE_UNSUPPORTED', { text: 'Several payments in one call are not offered yet.' })
  if (!isRecord(body)) return
  for (const field of OTHER_KINDS) if (!isAbsent(body[field])) throw new PunteError('FEATURE_UNSUPPORTED', { field })
  for (const field of OTHER_FLAGS) if (isTrue(body[field])) throw new PunteError('FEATURE_UNSUPPORTED', { field })
}

/** Flags in a token request: the same refusal, in whatever encoding they come. */
export function refuseOtherFlags(read: (name: string) => string | undefined): void {
  for (const field of OTHER_FLAGS) if (isTrue(read(field))) throw new PunteError('FEATURE_UNSUPPORTED', { field })
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(true|1|yes|on)$/i.test(value))
}

/**
 * Takes the JSON object out of the parsed body, before it is validated.
 * @throws PunteError MEDIA_TYPE_UNSUPPORTED, BODY_MALFORMED, FEATURE_UNSUPPORTED
 */
export function jsonObject(body: ParsedBody | undefined): unknown {
  if (body === undefined) throw new PunteError('BODY_MALFORMED', { text: 'The body is missing.' })
  if (body.kind !== 'json') throw new PunteError('MEDIA_TYPE_UNSUPPORTED', { text: 'The body must be JSON.' })
  refuseOtherKinds(body.value)
  if (!isRecord(body.value)) throw new PunteError('BODY_MALFORMED', { text: 'The body must be a JSON object.' })
  return body.value
}

const TEXTS = {
  creditorName: 'creditor_name',
  creditorIban: 'creditor_iban',
  details: 'details',
  debtorIban: 'debtor_iban',
  psuEmail: 'psu_email',
  debtorBank: 'debtor_bank',
  redirectURL: 'redirect_url',
} as const satisfies Partial<Record<keyof Static<typeof InitiationBody>, keyof InitiationRequest>>

/**
 * The validated body as the domain's request.
 * @throws PunteError AMOUNT_INVALID, FIELD_INVALID
 */
export function toInitiationRequest(body: Static<typeof InitiationBody>, payment_id: number): InitiationRequest {
  const request: { -readonly [K in keyof InitiationRequest]: InitiationRequest[K] } = {}
  for (const [wire, field] of Object.entries(TEXTS) as [keyof typeof TEXTS, (typeof TEXTS)[keyof typeof TEXTS]][]) {
    const value = cleanText(body[wire], wire)
    if (value !== undefined) request[field] = value
  }
  const payer = cleanText(body.psuIntermediarId, 'psuIntermediarId') ?? cleanText(body.ClientIDPSU, 'ClientIDPSU')
  if (payer !== undefined) request.psu_intermediar_id = payer
  if (!isAbsent(body.amount)) {
    const amount = parseAmount(body.amount)
    if (!amount.ok) throw new PunteError('AMOUNT_INVALID', { field: 'amount', detail: amount.fault })
    request.amount_minor = amount.amount_minor
  }
  const external = body.externalPaymentID
  if (!isAbsent(external) && String(external) !== String(payment_id)) {
    throw new PunteError('FIELD_INVALID', {
      field: 'externalPaymentID',
      text: 'externalPaymentID is not the payment of the path.',
    })
  }
  return request
}

// NUL and lone surrogates cannot be stored as text; other characters are the domain's business.
function cleanText(value: string | number | null | undefined, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = String(value)
  if (text.trim() === '') return undefined
  if (text.includes('\0') || !text.isWellFormed()) throw new PunteError('FIELD_INVALID', { field })
  return text
}
