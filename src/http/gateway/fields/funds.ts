/** `sourceOfFunds.*`: the card, or the token that stands for it. */
import { alphanumeric, ascii, digits, matching, month, oneOf, type Rule, text } from '../grammar.ts'
import {
  ANSWERS,
  answered,
  CHARGES,
  type Field,
  field,
  group,
  SESSION_ANSWERS,
  TOKEN_ANSWERS,
  unsupported,
} from './table.ts'

/** Clients that mix up their fields would have the number kept, and shown, as a name. */
const nameOnCard = (): Rule => {
  const rule = text(256)
  return {
    ...rule,
    read: (value) => {
      const read = rule.read(value)
      return typeof read === 'string' && /\d{12}/.test(read.replace(/[ -]/g, ''))
        ? { fault: 'A name is expected, not a number.' }
        : read
    },
  }
}

const GIVES_CARD = [...CHARGES, 'TOKENIZE', 'PAYMENT_OPTIONS_INQUIRY'] as const
const TELLS_CARD = [...ANSWERS, ...TOKEN_ANSWERS, ...SESSION_ANSWERS]

const funds: readonly Field[] = group(
  'sourceOfFunds',
  { optional: GIVES_CARD, answer: TELLS_CARD, kept: false },
  {
    type: oneOf(['CARD', 'SCHEME_TOKEN'], {
      unsupported: [
        'ACH',
        'ALIPAY',
        'DIRECT_DEBIT_CANADA',
        'EBT_CARD',
        'GIFT_CARD',
        'GIROPAY',
        'IDEAL',
        'PAYPAL',
        'PAYSAFECARD',
        'SEPA',
        'SOFORT',
      ],
    }),
    token: field(alphanumeric(40), {
      optional: [...GIVES_CARD],
      address: ['RETRIEVE_TOKEN', 'DELETE_TOKEN'],
      secret: 'personal',
    }),
    tokenRequestorID: alphanumeric(11, 11),
    provided: {
      ach: unsupported(),
      benefits: unsupported(),
      directDebitCanada: unsupported(),
      ebt: unsupported(),
      giftCard: unsupported(),
      paypal: unsupported(),
      paysafecard: unsupported(),
      sepa: unsupported(),
    },
  },
)

const card: readonly Field[] = group(
  'sourceOfFunds.provided.card',
  { optional: GIVES_CARD, answer: TELLS_CARD, kept: false },
  {
    number: field(digits(19, 9), { secret: 'number' }),
    expiry: {
      month: field(month(), { needed: true, secret: 'personal' }),
      year: field(digits(2, 2), { needed: true, secret: 'personal' }),
    },
    securityCode: field(digits(4, 3), { secret: 'code' }),
    // No column of its own: it is kept with the rest of what was told.
    nameOnCard: field(nameOnCard(), { secret: 'personal', kept: true }),
    storedOnFile: oneOf(['NOT_STORED', 'STORED', 'TO_BE_STORED']),
    accountType: oneOf(['CHECKING', 'SAVINGS']),
    brand: answered(ascii(30)),
    scheme: answered(ascii(30)),
    fundingMethod: answered(ascii(20)),
    issuer: answered(text(100)),
    maskedFpan: field(matching('masked digits', 19, /^[0-9x]+$/, "It may consist of the characters 0-9, 'x'"), {
      secret: 'personal',
    }),
    maskedFpanExpiry: {
      month: field(month(), { secret: 'personal' }),
      year: field(digits(2, 2), { secret: 'personal' }),
    },
    // Cards that are read by a machine, and tokens of devices.
    devicePayment: unsupported(),
    emvRequest: unsupported(),
    encryption: unsupported(),
    mobileWallet: unsupported(),
    p2pe: unsupported(),
    pin: unsupported(),
    sequenceNumber: unsupported(),
    track1: unsupported(),
    track2: unsupported(),
  },
)

export const FUNDS: readonly Field[] = [...funds, ...card]
