/** What surrounds a request: who asks, for which operation, under which ids; sessions; and what answers say of the call. */
import {
  alphanumeric,
  amount,
  ascii,
  boolean,
  dateTime,
  decimal,
  digits,
  identifier,
  integer,
  letters,
  oneOf,
  text,
} from '../grammar.ts'
import {
  ALL,
  ANSWERS,
  CHARGES,
  type Field,
  field,
  group,
  list,
  SESSION_ANSWERS,
  TOKEN_ANSWERS,
  TRANSACTIONS,
  unsupported,
} from './table.ts'

const RESULTS = ['FAILURE', 'PENDING', 'SUCCESS', 'UNKNOWN'] as const

const call: readonly Field[] = group(
  '',
  { kept: false },
  {
    apiOperation: field(identifier(40), { optional: ALL }),
    merchant: field(alphanumeric(40, 1, '-_'), { address: ALL, answer: ALL }),
    apiUsername: field(text(256), { optional: ALL, secret: 'credential' }),
    apiPassword: field(text(256), { optional: ALL, secret: 'credential' }),
    correlationId: field(text(100), { optional: ALL, answer: ALL }),
    responseControls: {
      // Nobody gets card numbers back: to UNMASK is not offered.
      sensitiveData: field(oneOf(['MASK'], { unsupported: ['UNMASK'] }), { optional: ALL }),
    },
    result: field(oneOf([...RESULTS, 'ERROR']), { answer: ALL }),
    version: field(digits(3), { answer: ANSWERS }),
    timeOfRecord: field(dateTime(), { answer: ANSWERS }),
    timeOfLastUpdate: field(dateTime(), { answer: ANSWERS }),
    gatewayEntryPoint: field(oneOf(['WEB_SERVICES_API', 'MERCHANT_ADMINISTRATION']), { answer: ANSWERS }),
    error: {
      cause: field(oneOf(['INVALID_REQUEST', 'REQUEST_REJECTED', 'SERVER_BUSY', 'SERVER_FAILED']), { answer: ALL }),
      explanation: field(text(1000), { answer: ALL }),
      field: field(text(100), { answer: ALL }),
      supportCode: field(text(100), { answer: ALL }),
      validationType: field(oneOf(['INVALID', 'MISSING', 'UNSUPPORTED']), { answer: ALL }),
    },
  },
)

const USES_SESSION = [...CHARGES, 'TOKENIZE', 'PAYMENT_OPTIONS_INQUIRY'] as const

const session: readonly Field[] = group(
  'session',
  { kept: false },
  {
    id: field(ascii(35, 31), {
      optional: USES_SESSION,
      address: ['UPDATE_SESSION', 'RETRIEVE_SESSION'],
      answer: SESSION_ANSWERS,
      secret: 'credential',
    }),
    version: field(ascii(10, 10), { optional: [...USES_SESSION, 'UPDATE_SESSION'], answer: SESSION_ANSWERS }),
    authenticationLimit: field(integer(0, 25), { optional: ['CREATE_SESSION'], answer: SESSION_ANSWERS }),
    updateStatus: field(oneOf(['SUCCESS', 'FAILURE', 'NO_UPDATE']), { answer: SESSION_ANSWERS }),
    aes256Key: field(ascii(44, 44), { answer: ['CREATE_SESSION'], secret: 'credential' }),
  },
)

const also: readonly Field[] = group(
  '',
  { optional: TRANSACTIONS, answer: ANSWERS },
  {
    referenceOrderId: field(identifier(40), { optional: [...CHARGES, 'REFUND', 'TOKENIZE'] }),
    partnerSolutionId: text(40),
    locale: field(ascii(5, 2), { optional: [...TRANSACTIONS, 'TOKENIZE', 'UPDATE_SESSION'] }),
    initiator: { userId: field(text(256), { secret: 'personal' }) },
    action: {
      refundAuthorization: field(boolean(), { optional: ['REFUND'], answer: [], kept: false }),
      bypassMerchantRiskRules: field(text(100), { optional: CHARGES, answer: [], kept: false }),
    },
    constraints: unsupported(),
    accountFunding: unsupported(),
    paymentPlan: unsupported(),
    posTerminal: unsupported(),
    '3DSecure': unsupported(),
    '3DSecureId': unsupported(),
    browserPayment: unsupported(),
    interaction: unsupported(),
    debtRepayment: unsupported(),
    transitAgency: unsupported(),
  },
)

const currencyConversion: readonly Field[] = group(
  'currencyConversion',
  { optional: ['PAY', 'AUTHORIZE', 'CAPTURE', 'REFUND', 'UPDATE_SESSION'], kept: false },
  {
    // A payment in the payer's currency is not offered; to say that it was not wanted is harmless.
    uptake: oneOf(['DECLINED', 'NOT_AVAILABLE', 'NOT_REQUIRED'], { unsupported: ['ACCEPTED'] }),
    exchangeRateTime: dateTime(),
    marginPercentage: decimal(8),
    payerAmount: amount(),
    payerCurrency: letters(3),
    payerExchangeRate: decimal(19),
    provider: ascii(50),
    providerReceipt: text(100),
    requestId: text(100),
  },
)

const risk: readonly Field[] = group(
  'risk',
  { optional: CHARGES },
  {
    bypassMerchantRiskRules: field(text(100), { optional: CHARGES, kept: false }),
    custom: unsupported(),
    // No risk service is asked, so that nothing of it is answered.
    paymentType: field(ascii(50), { kept: false }),
  },
)

const response: readonly Field[] = group(
  'response',
  { answer: ANSWERS },
  {
    gatewayCode: field(text(60), { answer: [...ANSWERS, ...TOKEN_ANSWERS] }),
    gatewayRecommendation: oneOf([
      'DO_NOT_PROCEED',
      'DO_NOT_PROCEED_ABANDON_ORDER',
      'PROCEED',
      'RESUBMIT_WITH_ALTERNATIVE_PAYMENT_DETAILS',
    ]),
    acquirerCode: text(100),
    acquirerMessage: text(255),
    cardSecurityCode: { acquirerCode: text(10), gatewayCode: text(30) },
    cardholderVerification: { avs: { acquirerCode: text(100), gatewayCode: text(60) } },
  },
)

const tokens: readonly Field[] = group(
  '',
  { answer: TOKEN_ANSWERS, kept: false },
  {
    repositoryId: text(16),
    // Of a token, or of the gateway itself.
    status: field(oneOf(['INVALID', 'OPERATING', 'VALID']), { answer: [...TOKEN_ANSWERS, 'INFORMATION'] }),
    token: field(alphanumeric(40), { answer: [...TOKEN_ANSWERS, 'DELETE_TOKEN'] }),
    verificationStrategy: field(oneOf(['BASIC', 'NONE'], { unsupported: ['ACQUIRER'] }), { optional: ['TOKENIZE'] }),
    usage: { lastUpdated: dateTime(), lastUpdatedBy: text(40), lastUsed: dateTime() },
    schemeToken: { status: text(20) },
  },
)

const inquiries: readonly Field[] = [
  ...group(
    '',
    { answer: ['PAYMENT_OPTIONS_INQUIRY'], kept: false },
    {
      transactionMode: oneOf(['AUTHORIZE_CAPTURE', 'PURCHASE']),
      supportedPaymentOperations: list({ supportedPaymentOperation: text(40) }),
      paymentTypes: {
        card: {
          cardTypes: list({ cardType: text(40) }),
          currencies: list({ currency: letters(3) }),
          transactionSources: list({ transactionSource: text(40) }),
        },
      },
    },
  ),
  ...group('', { answer: ['INFORMATION'], kept: false }, { gatewayVersion: text(40) }),
]

export const ENVELOPE: readonly Field[] = [
  ...call,
  ...session,
  ...also,
  ...currencyConversion,
  ...risk,
  ...response,
  ...tokens,
  ...inquiries,
]
