import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { paymentBody, readInitiation, readRefusal, readStatus } from './messages.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

test('an order becomes the body of the standard', () => {
  const body = paymentBody({
    amount_minor: 123405,
    currency: 'RON',
    debtor_iban: 'RO49AAAA1B31007593840000',
    creditor_iban: 'RO09PORL7789778256833565',
    creditor_name: 'Floraria Ana',
    remittance: 'Comanda 7',
    end_to_end_id: 'P1',
  })
  assert.deepEqual(JSON.parse(body), {
    endToEndIdentification: 'P1',
    debtorAccount: { iban: 'RO49AAAA1B31007593840000' },
    instructedAmount: { currency: 'RON', amount: '1234.05' },
    creditorAccount: { iban: 'RO09PORL7789778256833565' },
    creditorName: 'Floraria Ana',
    remittanceInformationUnstructured: 'Comanda 7',
  })
})

test('an initiation answer, with links as objects and as strings, psuMessage above and inside _links', () => {
  const plain = { transactionStatus: 'RCVD', paymentId: 'p-1' }
  const url = 'https://bank.example/sca?id=1'
  assert.deepEqual(
    readInitiation(bytes({ ...plain, _links: { scaRedirect: { href: url }, self: { href: '/v1/payments/x/p-1' } } })),
    {
      bank_payment_id: 'p-1',
      status: 'RCVD',
      sca_redirect: url,
    },
  )
  assert.equal(
    readInitiation(bytes({ ...plain, _links: { scaRedirect: url, status: 'https://b/v1/payments/x/p-1/status' } }))
      ?.sca_redirect,
    url,
  )
  assert.equal(
    readInitiation(bytes({ ...plain, psuMessage: ' Deschideți\n\u0000aplicația ' }))?.psu_message,
    'Deschideți aplicația',
  )
  assert.equal(readInitiation(bytes({ ...plain, _links: { psuMessage: 'Aici' } }))?.psu_message, 'Aici')
  assert.equal(readInitiation(bytes({ ...plain, _links: { psuMessage: { href: 'Aici' } } }))?.psu_message, 'Aici')
})

test('an initiation answer that is not one is malformed', () => {
  const good = { transactionStatus: 'RCVD', paymentId: 'p-1' }
  const bad: unknown[] = [
    '',
    '{"transactionStatus":"RCVD"',
    '<html>',
    'null',
    [],
    {},
    { ...good, paymentId: undefined },
    { ...good, paymentId: 7 },
    { ...good, paymentId: '' },
    { ...good, paymentId: 'a/b' },
    { ...good, paymentId: '..' },
    { ...good, paymentId: 'a b' },
    { ...good, paymentId: 'a\\b' },
    { ...good, paymentId: 'x'.repeat(65) },
    { ...good, paymentId: 'ș' },
    { ...good, transactionStatus: 'received' },
    { ...good, transactionStatus: ['RCVD'] },
    { ...good, _links: { self: { href: '/v1/payments/x/p-2' } } },
    { ...good, _links: { status: '/v1/payments/x/p-2/status?p-1' } },
  ]
  for (const body of bad) assert.equal(readInitiation(bytes(body)), undefined, JSON.stringify(body))
})

test('a status with its reason, in the shapes banks use', () => {
  const of = (more: object) => readStatus(bytes({ transactionStatus: 'RJCT', ...more }), 'p-1')
  assert.deepEqual(of({}), { status: 'RJCT' })
  assert.deepEqual(of({ tppMessages: [{ category: 'ERROR', code: 'AM04', text: 'Fonduri insuficiente' }] }), {
    status: 'RJCT',
    reason_code: 'AM04',
    reason: 'Fonduri insuficiente',
  })
  assert.deepEqual(of({ tppMessage: { code: 'PSU_CREDENTIALS_INVALID' }, psuMessage: 'Cont blocat' }), {
    status: 'RJCT',
    reason_code: 'PSU_CREDENTIALS_INVALID',
    reason: 'Cont blocat',
  })
  assert.deepEqual(of({ stsRsnInf: { rsn: { cd: 'AC04' }, addtlInf: 'Cont închis' } }), {
    status: 'RJCT',
    reason_code: 'AC04',
    reason: 'Cont închis',
  })
  assert.deepEqual(of({ fundsAvailable: false }), { status: 'RJCT', reason_code: 'FUNDS_NOT_AVAILABLE' })
  assert.equal(of({ paymentId: 'p-1' })?.status, 'RJCT')
  assert.equal(of({ paymentId: 'p-2' }), undefined)
  assert.equal(of({ transactionStatus: null }), undefined)
  assert.equal(readStatus(bytes('{"transactionStatus"'), 'p-1'), undefined)
})

test('a refusal in every shape of tppMessages, problem+json and OAuth', () => {
  const cases: [unknown, string, string][] = [
    [{ tppMessages: [{ category: 'ERROR', code: 'FORMAT_ERROR', text: 'x', path: 'a' }] }, 'FORMAT_ERROR', 'x'],
    [{ tppMessages: { category: 'ERROR', code: 'PRODUCT_UNKNOWN' } }, 'PRODUCT_UNKNOWN', ''],
    [
      {
        tppMessages: [
          { category: 'WARNING', code: 'W' },
          { category: 'ERROR', code: 'E' },
        ],
      },
      'E',
      '',
    ],
    [{ tppMessages: ['text', null, { category: 'ERROR', code: 'E' }] }, 'E', ''],
    [{ type: 'https://b/e', title: 'Bad', detail: 'Worse', code: 'SIGNATURE_INVALID' }, 'SIGNATURE_INVALID', 'Worse'],
    [
      { type: 'https://b/e', title: 'Bad', additionalErrors: [{ title: 'T', code: 'ROLE_INVALID' }] },
      'ROLE_INVALID',
      'T',
    ],
    [{ error: 'invalid_token', error_description: 'gone' }, 'invalid_token', 'gone'],
    [{ status: 403, errors: [{ code: 'CONSENT_INVALID', message: 'no' }] }, 'CONSENT_INVALID', 'no'],
    [{ tppMessages: [{ code: 'BAD CODE\r\n', text: 'only text' }] }, 'HTTP_400', 'only text'],
    [{ tppMessages: [] }, 'HTTP_400', ''],
    ['<html>nginx</html>', 'HTTP_400', ''],
    ['', 'HTTP_400', ''],
    [[1], 'HTTP_400', ''],
  ]
  for (const [body, code, text] of cases)
    assert.deepEqual(readRefusal(400, bytes(body)), { code, text }, JSON.stringify(body))
})

test('the words of a bank are short, one line and without accounts or addresses', () => {
  const words = (text: string) => readRefusal(400, bytes({ tppMessages: [{ code: 'X', text }] })).text
  assert.equal(words('a\r\n\u001b[31mb\u2028c\u202ed'), 'a [31mb c d')
  assert.equal(words(`${'x'.repeat(10_000)}`).length, 500)
  for (const iban of [
    'RO49AAAA1B31007593840000',
    'RO49 AAAA 1B31 0075 9384 0000',
    'ro49aaaa1b31007593840000',
    'DE89 3704 0044 0532 0130 00',
    'DE89370400440532013000',
  ]) {
    assert.equal(words(`Contul ${iban} este blocat`), 'Contul (IBAN) este blocat', iban)
  }
  assert.equal(words('scrieți la ion.pop@exemplu.ro, vă rugăm'), 'scrieți la (email) vă rugăm')
})

test('no bytes make the readers throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
      readInitiation(Buffer.from(text))
      readStatus(Buffer.from(text), 'p')
      readRefusal(400, Buffer.from(text))
    }),
    { numRuns: 200 },
  )
  const messages = fc.object({
    key: fc.constantFrom(
      'tppMessages',
      'code',
      'text',
      '_links',
      'psuMessage',
      'href',
      'transactionStatus',
      'errors',
      'error',
    ),
  })
  fc.assert(
    fc.property(messages, (value) => {
      const { code, text } = readRefusal(400, bytes(value))
      assert.match(code, /^[A-Za-z0-9_.-]{1,64}$/)
      assert.ok(text.length <= 500)
      readInitiation(bytes(value))
      readStatus(bytes(value), 'p')
    }),
    { numRuns: 200 },
  )
})
