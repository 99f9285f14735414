/** Bodies and answers as the OpenAPI text shows them. Tests read each body as a partner's, and hold answers to their schemas. */
const creditor = { creditorName: 'Florăria Ana SRL', creditorIban: 'RO49AAAA1B31007593840000' }
const payer = { psuIntermediarId: 'customer-77', psuEmail: 'ana@example.com' }

export const INITIATION_EXAMPLES = [
  // One payment now.
  { ...creditor, amount: '149.00', details: 'Comanda 1001', ...payer, redirectURL: 'https://shop.example/orders/1001' },
  // Salaries on a day to come.
  {
    payments: [
      {
        creditorName: 'Ion Popescu',
        creditorIban: 'RO09PORL7789778256833565',
        amount: '4200.00',
        details: 'Salariu ianuarie',
      },
      {
        creditorName: 'Maria Ionescu',
        creditorIban: 'RO88SBXA0000000010001111',
        amount: '5100.50',
        details: 'Salariu ianuarie',
      },
    ],
    psuEmail: 'contabilitate@firma.example',
    executionDate: '2030-01-31',
    batchBookingPreferred: true,
  },
  // The same amount every month, until it is cancelled.
  {
    ...creditor,
    amount: '50.00',
    details: 'Donație lunară',
    ...payer,
    startDate: '2030-01-15',
    Frequency: 'Monthly',
    dayOfExecution: 15,
    agreementId: 'donation-77',
  },
  // A link, sent by mail; the token was asked for with isLink2Pay.
  { ...creditor, amount: '149.00', details: 'Factura 1002', ...payer, linkValidHours: 72, sendLink: true },
  // From the partner's own page to the bank at once; the token was asked for with isHeadless.
  {
    ...creditor,
    amount: '149.00',
    details: 'Comanda 1003',
    ...payer,
    debtorBank: 'BT',
    debtorIban: 'RO88SBXA0000000010001111',
    TCAccepted: true,
  },
]

const numbered = { paymentId: 100_000_001, externalPaymentID: 100_000_001 }
const page = 'https://pay.example/payment-initiation?payment=100000001&state=AQBv3kP0'
const toPage = { ...numbered, redirectUri: page, redirectURL: page }
const ok = { status: 200, messageStatus: 'OK' }
const listed = [
  { no: 1, paymentId: 100_000_002 },
  { no: 2, paymentId: 100_000_003 },
]
const link = { ...toPage, expiresAt: '2030-01-18T09:30:00.000Z', qr: 'data:image/svg+xml;base64,PHN2ZyB4…' }
const in_app = { ...numbered, psuMessage: 'Confirmă plata în aplicația băncii.' }

export const INITIATION_ANSWERS = [toPage, { ...toPage, payments: listed }, link, in_app].map((fields) => ({
  ...ok,
  ...fields,
  result: fields,
}))

const times = { createdAt: '2030-01-15T09:30:00.000Z', statusAt: '2030-01-15T09:31:12.000Z', currency: 'RON' }

export const STATUS_ANSWERS = [
  {
    status: 200,
    messageStatus: 'SUCCESS',
    result: { paymentStatus: 'ACSC', ...numbered, kind: 'single', ...times, bankReference: 'b-4711', amount: 149 },
  },
  {
    status: 200,
    messageStatus: 'PART',
    result: {
      paymentStatus: 'PART',
      ...numbered,
      kind: 'list',
      ...times,
      amount: 9300.5,
      payments: [
        { ...listed[0], paymentStatus: 'ACSC', amount: 4200 },
        { ...listed[1], paymentStatus: 'RJCT', reason: 'ACCOUNT_INVALID', amount: 5100.5 },
      ],
    },
  },
  {
    status: 200,
    messageStatus: 'ACSP',
    result: {
      paymentStatus: 'ACSP',
      ...numbered,
      kind: 'recurring',
      ...times,
      amount: 50,
      agreement: { agreementId: 'donation-77', status: 'ACTIVE' },
    },
  },
]

export const CANCELLATION_ANSWER = { ...ok, result: { ...numbered, paymentStatus: 'CANC', cancelled: true } }

export const BANKS_ANSWER = {
  ...ok,
  result: [
    {
      code: 'TXB',
      name: 'Banca Manualului',
      bic: 'TXBKROBU',
      active: true,
      sca: 'redirect',
      ibanCodes: ['TXBK'],
      requiredParameters: { requiresPSUId: false, requiresPSUIdType: false, requiresIban: true },
      services: { list: 'together', recurring: true, frequencies: ['Weekly', 'Monthly'], futureDated: true },
    },
  ],
}
