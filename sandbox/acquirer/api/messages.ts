/**
 * The protocol: one JSON message a call, one path a kind, nothing unknown let in. README.md explains every field to whoever
 * writes the other end.
 */
import { Ajv, type ValidateFunction } from 'ajv'
import { digitsOf } from '../issuers/currency.ts'

type Parties = { readonly reference: string; readonly merchantId: string; readonly terminalId: string }
type Money = { readonly amount: number; readonly currency: string }

export type CardMessage = Parties &
  Money & {
    readonly card: {
      readonly kind: 'card' | 'schemeToken'
      readonly number: string
      /** YYMM. */
      readonly expiry?: string
      readonly securityCode?: string
      readonly name?: string
    }
    readonly initiation: {
      readonly source: string
      readonly initiatedBy: 'cardholder' | 'merchant'
      readonly storedOnFile: 'NOT_STORED' | 'TO_BE_STORED' | 'STORED'
      readonly agreementType?: string
      readonly industryPractice?: string
      readonly traceId?: string
    }
    readonly address?: { readonly street?: string; readonly postcode?: string }
  }
export type FollowOnMessage = Parties &
  Money & { readonly original: { readonly reference: string; readonly transactionId?: string } }
export type InquiryMessage = Parties
export type ReversalMessage = Parties & Money
export type SchemeTokenMessage = Parties & { readonly number: string; readonly expiry: string }

const strict = (required: readonly string[], properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})
const pattern = (text: string) => ({ type: 'string', pattern: text })
const word = pattern('^[A-Z_]{1,30}$')
const reference = pattern('^[A-Za-z0-9-]{8,64}$')
const parties = { reference, merchantId: pattern('^[!-~]{1,40}$'), terminalId: pattern('^[!-~]{1,16}$') }
const money = {
  amount: { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 },
  currency: { type: 'string', format: 'currency' },
}
const number = pattern('^[0-9]{9,19}$')
const expiry = pattern('^[0-9]{2}(0[1-9]|1[0-2])$')

const card = strict(['reference', 'merchantId', 'terminalId', 'amount', 'currency', 'card', 'initiation'], {
  ...parties,
  ...money,
  card: strict(['kind', 'number'], {
    kind: { enum: ['card', 'schemeToken'] },
    number,
    expiry,
    securityCode: pattern('^[0-9]{3,4}$'),
    name: { type: 'string', minLength: 1, maxLength: 256 },
  }),
  initiation: strict(['source', 'initiatedBy', 'storedOnFile'], {
    source: word,
    initiatedBy: { enum: ['cardholder', 'merchant'] },
    storedOnFile: { enum: ['NOT_STORED', 'TO_BE_STORED', 'STORED'] },
    agreementType: { enum: ['RECURRING', 'INSTALLMENT', 'UNSCHEDULED', 'OTHER'] },
    industryPractice: { enum: ['DELAYED_CHARGE', 'NO_SHOW_PENALTY', 'PARTIAL_SHIPMENT'] },
    traceId: pattern('^[0-9A-Za-z]{1,15}$'),
  }),
  address: strict([], {
    street: { type: 'string', minLength: 1, maxLength: 100 },
    postcode: { type: 'string', minLength: 1, maxLength: 20 },
  }),
})
const follow_on = strict(['reference', 'merchantId', 'terminalId', 'amount', 'currency', 'original'], {
  ...parties,
  ...money,
  original: strict(['reference'], { reference, transactionId: pattern('^[0-9A-Za-z]{1,20}$') }),
})
const inquiry = strict(['reference', 'merchantId', 'terminalId'], parties)
const reversal = strict(['reference', 'merchantId', 'terminalId', 'amount', 'currency'], { ...parties, ...money })
const scheme_token = strict(['reference', 'merchantId', 'terminalId', 'number', 'expiry'], {
  ...parties,
  number,
  expiry,
})

const ajv = new Ajv({ allErrors: false, formats: { currency: (code: string) => digitsOf(code) !== undefined } })

/** A message that is not one; `field` is its place, never its content. */
export class FormatError extends Error {
  readonly field: string
  constructor(field: string, text: string) {
    super(text)
    this.field = field
  }
}

function reader<T>(validate: ValidateFunction<T>): (value: unknown) => T {
  return (value) => {
    if (validate(value)) return value
    const fault = validate.errors?.[0]
    throw new FormatError(fault?.instancePath || '/', fault?.message ?? 'is not understood')
  }
}

export const readCardMessage = reader(ajv.compile<CardMessage>(card))
export const readFollowOn = reader(ajv.compile<FollowOnMessage>(follow_on))
export const readInquiry = reader(ajv.compile<InquiryMessage>(inquiry))
export const readReversal = reader(ajv.compile<ReversalMessage>(reversal))
export const readSchemeToken = reader(ajv.compile<SchemeTokenMessage>(scheme_token))
