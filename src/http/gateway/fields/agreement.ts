/** `agreement.*`: what the payer agreed to; and `authentication.*`, what is known of who they are. */
import { amount, ascii, date, identifier, integer, oneOf, text, url } from '../grammar.ts'
import { ANSWERS, answered, CHARGES, type Field, field, group, unsupported } from './table.ts'

const agreement: readonly Field[] = group(
  'agreement',
  { optional: [...CHARGES, 'REFUND'], answer: [...ANSWERS, 'RETRIEVE_AGREEMENT'] },
  {
    id: field(identifier(100), { optional: [...CHARGES, 'REFUND'], address: ['RETRIEVE_AGREEMENT'] }),
    type: oneOf(['INSTALLMENT', 'OTHER', 'RECURRING', 'UNSCHEDULED']),
    amountVariability: oneOf(['FIXED', 'VARIABLE']),
    startDate: date(),
    expiryDate: date(),
    numberOfPayments: integer(1, 999),
    minimumDaysBetweenPayments: integer(1, 9999),
    paymentFrequency: oneOf([
      'AD_HOC',
      'DAILY',
      'FORTNIGHTLY',
      'MONTHLY',
      'OTHER',
      'QUARTERLY',
      'TWICE_YEARLY',
      'WEEKLY',
      'YEARLY',
    ]),
    minimumAmountPerPayment: amount(),
    maximumAmountPerPayment: amount(),
    customData: field(text(2048), { secret: 'personal' }),
    retailer: { abbreviatedTradingName: text(10), merchantCategoryCode: text(4), tradingName: text(100) },
    status: answered(text(30)),
  },
)

// Names that clients send along or leave in a session. What an authentication of the payer found, here or elsewhere, may not be
// passed over in silence (the payment would go out as if nobody had been authenticated), so that is refused.
const authentication: readonly Field[] = group(
  'authentication',
  { optional: CHARGES, answer: ANSWERS },
  {
    transactionId: unsupported(),
    acceptVersions: ascii(20),
    challengePreference: ascii(60),
    channel: oneOf(['MERCHANT_REQUESTED', 'PAYER_APP', 'PAYER_BROWSER']),
    payerInteraction: oneOf(['NOT_POSSIBLE', 'NOT_REQUIRED', 'POSSIBLE', 'REQUIRED']),
    // An exemption asks something of the acquirer, which no connector tells it yet.
    psd2: { exemption: unsupported(), whitelistStatus: unsupported() },
    purpose: ascii(40),
    redirectResponseUrl: field(url(), { kept: false }),
    '3ds': unsupported(),
    '3ds1': unsupported(),
    '3ds2': unsupported(),
  },
)

const psd2: readonly Field[] = group('psd2', { answer: ANSWERS, kept: false }, { exemption: text(40) })

export const AGREEMENT: readonly Field[] = [...agreement, ...authentication, ...psd2]
