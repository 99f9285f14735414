/** `order.*`: what is bought, for how much, and what the merchant calls it; and what answers say of the order so far. */
import {
  amount,
  boolean,
  date,
  dateTime,
  decimal,
  digits,
  email,
  identifier,
  letters,
  oneOf,
  phone,
  type Rule,
  signedAmount,
  text,
  url,
} from '../grammar.ts'
import { address } from './payer.ts'
import { ANSWERS, answered, CHARGES, type Field, field, group, keys, list, TRANSACTIONS, unsupported } from './table.ts'

const ORDER_STATUSES = [
  'INITIATED',
  'FAILED',
  'VERIFIED',
  'AUTHORIZED',
  'PARTIALLY_CAPTURED',
  'CAPTURED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'CANCELLED',
]

/** A line of an order or of one of its transactions. */
export const item = () => ({
  brand: text(127),
  category: text(127),
  description: text(127),
  detail: {
    acquirerCustom: text(4000),
    commodityCode: digits(16),
    tax: list({ amount: signedAmount(), rate: decimal(6), type: text(127) }),
    unitDiscountRate: decimal(6),
    unitTaxRate: decimal(6),
    unitTaxType: text(10),
    unspsc: digits(16),
    upc: digits(16),
  },
  industryCategory: oneOf(['HEALTHCARE_DENTAL', 'HEALTHCARE_OTHER', 'HEALTHCARE_PRESCRIPTION', 'HEALTHCARE_VISION']),
  name: field(text(127), { needed: true }),
  quantity: field(decimal(30), { needed: true }),
  sku: text(127),
  unitDiscountAmount: signedAmount(),
  unitOfMeasure: text(10),
  unitPrice: field(signedAmount(), { needed: true }),
  unitTaxAmount: signedAmount(),
})

/** Taxes that an amount holds. */
export const taxes = () => list({ amount: amount(), rate: decimal(6), type: text(50) })

// The statement descriptor and a sub-merchant have the address without the code of the state.
const plainAddress = (): { readonly [name: string]: Rule } => {
  const { stateProvinceCode: _, ...others } = address()
  return others
}

const money: readonly Field[] = group(
  'order',
  { kept: false, answer: ANSWERS },
  {
    // One of amount and netAmount, and one of the two places for an update: validate.ts.
    amount: field(amount(), { optional: [...CHARGES, 'UPDATE_AUTHORIZATION', 'PAYMENT_OPTIONS_INQUIRY'] }),
    netAmount: field(amount(), { optional: CHARGES, answer: [] }),
    currency: field(letters(3), {
      required: CHARGES,
      optional: ['UPDATE_AUTHORIZATION', 'PAYMENT_OPTIONS_INQUIRY'],
    }),
    id: field(identifier(40), {
      address: [...TRANSACTIONS, 'RETRIEVE_TRANSACTION', 'RETRIEVE_ORDER'],
      optional: ['UPDATE_SESSION'],
    }),
    status: answered(oneOf(ORDER_STATUSES)),
    creationTime: answered(dateTime()),
    lastUpdatedTime: answered(dateTime()),
    merchantAmount: answered(amount()),
    merchantCurrency: answered(letters(3)),
    totalAuthorizedAmount: answered(amount()),
    totalCapturedAmount: answered(amount()),
    totalDisbursedAmount: answered(amount(), 62),
    totalRefundedAmount: answered(amount()),
    authenticationStatus: answered(text(50)),
  },
)

const told: readonly Field[] = group(
  'order',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    reference: text(40),
    description: text(127),
    notificationUrl: url(),
    // What decides how the payment is made, told once.
    industryPracticePaymentReason: field(oneOf(['DELAYED_CHARGE', 'NO_SHOW_PENALTY', 'PARTIAL_SHIPMENT']), {
      optional: ['PAY', 'AUTHORIZE'],
    }),
    purchaseType: field(oneOf([], { unsupported: ['ACCOUNT_FUNDING'] }), { optional: CHARGES, kept: false }),
    merchantCategoryCode: digits(4, 4),
    merchantPartnerIdCode: digits(6),
    acceptPartialAmount: boolean(),
    certainty: oneOf(['ESTIMATED', 'FINAL']),
    custom: keys(text(250)),
    customerNote: text(250),
    customerOrderDate: date(),
    customerReference: text(25),
    invoiceNumber: text(25),
    localTaxNumber: text(40),
    owningEntity: text(40),
    requestorName: field(text(100), { secret: 'personal' }),
    supply: { preorder: boolean(), preorderAvailabilityDate: date(), reorder: text(20) },
    taxRegistrationId: text(30),
    walletIndicator: text(3, 3),
    walletProvider: oneOf([
      'AMEX_EXPRESS_CHECKOUT',
      'APPLE_PAY',
      'CHASE_PAY',
      'GOOGLE_PAY',
      'MASTERPASS_ONLINE',
      'SAMSUNG_PAY',
      'SECURE_REMOTE_COMMERCE',
      'VISA_CHECKOUT',
    ]),
    marketplace: { retailerLocation: oneOf(['DOMESTIC_ONLY', 'FOREIGN_AND_DOMESTIC', 'FOREIGN_ONLY']) },
  },
)

// Parts of the amount: said for the record, never added up.
const parts: readonly Field[] = group(
  'order',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    cashbackAmount: amount(),
    discount: { amount: amount(), code: text(40), description: text(127) },
    discountAmount: amount(),
    dutyAmount: amount(),
    gratuityAmount: amount(),
    item: list(item()),
    itemAmount: amount(),
    // A charge on top that the gateway would have to work out.
    merchantCharge: unsupported(),
    shippingAndHandlingAmount: amount(),
    shippingAndHandlingTaxAmount: amount(),
    shippingAndHandlingTaxRate: decimal(14),
    subtotalAmount: amount(),
    surchargeAmount: amount(),
    tax: taxes(),
    taxAmount: amount(),
    taxStatus: oneOf(['EXEMPT', 'NOT_EXEMPT', 'NOT_PROVIDED']),
    valueTransfer: unsupported(),
  },
)

const sellers: readonly Field[] = group(
  'order',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    statementDescriptor: {
      address: plainAddress(),
      name: text(100),
      phone: text(20),
      websiteUrl: url(),
    },
    subMerchant: {
      address: plainAddress(),
      bankIndustryCode: digits(4, 4),
      disputeContactPhone: phone(),
      email: email(),
      governmentCountryCode: letters(3),
      identifier: field(text(100), { needed: true }),
      marketplaceId: text(11),
      phone: text(20),
      registeredName: text(100),
      tradingName: field(text(100), { needed: true }),
      websiteUrl: url(),
    },
  },
)

export const ORDER: readonly Field[] = [...money, ...told, ...parts, ...sellers]
