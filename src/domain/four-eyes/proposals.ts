/** What may be proposed: the inputs of acts that take two people. No secrets, no personal data: they are stored as they are. */
import { Type } from 'typebox'
import { INDICATORS } from '../limits/indicators.ts'

const PEM_MAX = 60_000
const LIST_MAX = 130_000
const LEVEL_MAX = 1_000_000_000_000

const strict = { additionalProperties: false } as const
const certificate_id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
const level = Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: LEVEL_MAX }), Type.Null()]))

/** A certificate (PEM) with the authorities above it, and the authority's revocation list where its lists are used. */
export const CertificateFiles = {
  certificate_pem: Type.String({ minLength: 1, maxLength: PEM_MAX }),
  authority_pem: Type.String({ minLength: 1, maxLength: PEM_MAX }),
  revocation_list: Type.Optional(Type.String({ minLength: 1, maxLength: LIST_MAX })),
  revocation_list_url: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
}

export const CertificateProposal = Type.Union([
  Type.Object({ kind: Type.Literal('add'), ...CertificateFiles }, strict),
  Type.Object({ kind: Type.Literal('withdraw'), certificate_id }, strict),
])

export const RedirectUrlProposal = Type.Object(
  { redirect_urls: Type.Array(Type.String({ minLength: 1, maxLength: 2048 }), { minItems: 1, maxItems: 20 }) },
  strict,
)

/** The subject says which partner. */
export const FlexibleUrlProposal = Type.Object({}, strict)

/** null takes a level away; what is left out stays. Counts, or bani. */
export const LimitChanges = Type.Array(
  Type.Object(
    {
      indicator: Type.Union(INDICATORS.map(({ indicator }) => Type.Literal(indicator))),
      estimate: level,
      warn_level: level,
      block_level: level,
    },
    strict,
  ),
  { minItems: 1, maxItems: INDICATORS.length },
)

export const LimitProposal = Type.Object({ changes: LimitChanges }, strict)

export const KeyProposal = Type.Object({ kind: Type.Union([Type.Literal('sealing'), Type.Literal('signing')]) }, strict)

/** The subject says which payment: `{kind: 'payment', id}`. */
export const PaymentCloseProposal = Type.Object({}, strict)

const merchant_id = Type.String({ minLength: 1, maxLength: 40 })
const order_id = Type.String({ minLength: 1, maxLength: 40 })

/** Minor units of the order's currency. */
export const OrderRefundProposal = Type.Object(
  { merchant_id, order_id, amount_minor: Type.Integer({ minimum: 1, maximum: 999_999_999_999_999 }) },
  strict,
)

/** What the acquirer's people said became of the transaction under way. */
export const OrderCloseProposal = Type.Object({ merchant_id, order_id, is_success: Type.Boolean() }, strict)

/** The version of the case that was looked at. */
export const CaseProposal = Type.Object({ version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }, strict)
