/** `transaction.*`: one step of an order; and what the acquirer said of it. */
import { alphanumeric, amount, decimal, digits, identifier, letters, oneOf, onlyFalse, text } from '../grammar.ts'
import { item, taxes } from './order.ts'
import { ANSWERS, answered, CHARGES, type Field, field, group, list, TRANSACTIONS, unsupported } from './table.ts'

const TRANSACTION_TYPES = [
  'PAYMENT',
  'AUTHORIZATION',
  'VERIFICATION',
  'CAPTURE',
  'REFUND',
  'AUTHORIZATION_UPDATE',
  'VOID_AUTHORIZATION',
  'VOID_CAPTURE',
  'VOID_PAYMENT',
  'VOID_REFUND',
]

const what: readonly Field[] = group(
  'transaction',
  { kept: false, answer: ANSWERS },
  {
    id: field(identifier(40), {
      address: [...TRANSACTIONS, 'RETRIEVE_TRANSACTION'],
      optional: ['UPDATE_SESSION'],
    }),
    // An update of an authorisation may say them in order.* instead: validate.ts.
    amount: field(amount(), { required: ['CAPTURE', 'REFUND'], optional: ['UPDATE_AUTHORIZATION'] }),
    currency: field(letters(3), {
      required: ['CAPTURE', 'REFUND'],
      optional: ['UPDATE_AUTHORIZATION', 'TOKENIZE'],
    }),
    source: field(
      oneOf(
        ['INTERNET', 'MOTO', 'MAIL_ORDER', 'TELEPHONE_ORDER', 'VOICE_RESPONSE', 'CALL_CENTRE', 'MERCHANT'],
        // The guides of the interface spell it so.
        { aliases: { CALL_CENTER: 'CALL_CENTRE' }, unsupported: ['CARD_PRESENT', 'PAYER_PRESENT'] },
      ),
      { optional: CHARGES },
    ),
    targetTransactionId: field(identifier(40), { required: ['VOID'], optional: ['CAPTURE', 'REFUND'] }),
    type: answered(oneOf(TRANSACTION_TYPES)),
    authorizationCode: answered(text(8)),
    receipt: answered(text(100)),
    stan: answered(digits(6)),
    terminal: answered(text(16)),
    authenticationStatus: answered(text(50)),
  },
)

const acquirer: readonly Field[] = group(
  'transaction.acquirer',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    customData: field(text(2048), { secret: 'personal' }),
    traceId: field(text(15), { optional: [...CHARGES, 'REFUND'] }),
    transactionId: text(100),
    batch: answered(text(40)),
    date: answered(text(10)),
    id: answered(text(40)),
    merchantId: answered(text(127)),
    settlementDate: answered(text(10)),
    timeZone: answered(text(6)),
  },
)

const told: readonly Field[] = group(
  'transaction',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    reference: text(40),
    merchantNote: text(250),
    discountAmount: amount(),
    dutyAmount: amount(),
    item: list(item()),
    itemAmount: amount(),
    priorApproval: unsupported(),
    // Charging again what failed for want of funds has rules of its own.
    resubmission: field(onlyFalse(), { optional: ['PAY', 'AUTHORIZE'], kept: false }),
    serviceLocation: {
      city: text(100),
      country: letters(3),
      postCodeZip: alphanumeric(10, 1, ' -'),
      stateProvinceCode: text(3),
    },
    shippingAndHandlingAmount: amount(),
    shippingAndHandlingTaxAmount: amount(),
    shippingAndHandlingTaxRate: decimal(14),
    tax: taxes(),
    taxAmount: amount(),
    taxStatus: oneOf(['EXEMPT', 'NOT_EXEMPT', 'NOT_PROVIDED']),
  },
)

const authorization: readonly Field[] = group(
  'authorizationResponse',
  { answer: ANSWERS, kept: false },
  {
    cardSecurityCodeError: text(1),
    date: text(4),
    financialNetworkCode: text(3),
    financialNetworkDate: text(10),
    posData: text(12),
    posEntryMode: text(4),
    processingCode: text(6),
    responseCode: text(3),
    stan: text(6),
    time: text(6),
    transactionIdentifier: text(15),
  },
)

export const TRANSACTION: readonly Field[] = [...what, ...acquirer, ...told, ...authorization]
