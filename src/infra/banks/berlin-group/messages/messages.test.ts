import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BankProfile } from '../../connector.ts'
import { PROFILE } from '../testing/profile.ts'
import {
  readCancelled,
  readInitiation,
  readRefusal,
  readScaStatus,
  readStarted,
  readStatus,
  readTransfers,
} from './messages.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const initiation = (value: unknown) => readInitiation(bytes(value), PROFILE)

test('an initiation answer, with links as objects and as strings, psuMessage above and inside _links', () => {
  const plain = { transactionStatus: 'RCVD', paymentId: 'p-1' }
  const url = 'https://bank.example/sca?id=1'
  assert.deepEqual(
    initiation({ ...plain, _links: { scaRedirect: { href: url }, self: { href: '/v1/payments/x/p-1' } } }),
    {
      bank_payment_id: 'p-1',
      status: 'RCVD',
      sca_redirect: url,
    },
  )
  assert.equal(
    initiation({ ...plain, _links: { scaRedirect: url, status: 'https://b/v1/payments/x/p-1/status' } })?.sca_redirect,
    url,
  )
  assert.equal(
    initiation({ ...plain, psuMessage: ' Deschideți\n\u0000aplicația ' })?.psu_message,
    'Deschideți aplicația',
  )
  assert.equal(initiation({ ...plain, _links: { psuMessage: 'Aici' } })?.psu_message, 'Aici')
  assert.equal(initiation({ ...plain, _links: { psuMessage: { href: 'Aici' } } })?.psu_message, 'Aici')
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
  for (const body of bad) assert.equal(initiation(body), undefined, JSON.stringify(body))
})

test('a status with its reason, in the shapes banks use', () => {
  const of = (more: object) => readStatus(bytes({ transactionStatus: 'RJCT', ...more }), 'p-1', PROFILE)
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
  assert.equal(readStatus(bytes('{"transactionStatus"'), 'p-1', PROFILE), undefined)
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

test('links lead on: OAuth metadata, an authorisation to begin, its id, relative ones made absolute', () => {
  const plain = { transactionStatus: 'RCVD', paymentId: 'p-1' }
  const known = { bank_payment_id: 'p-1', status: 'RCVD' }
  const of = (links: object, more: object = {}) => initiation({ ...plain, ...more, _links: links })
  assert.deepEqual(of({ scaOAuth: { href: 'https://b/.well-known/oauth' } }), {
    ...known,
    sca_oauth: 'https://b/.well-known/oauth',
  })
  for (const name of ['startAuthorisation', 'startAuthorisationWithPsuIdentification']) {
    assert.deepEqual(of({ [name]: 'payments/x/p-1/authorisations' }), { ...known, start_authorisation: true })
  }
  assert.deepEqual(of({ startAuthorisationWithPsuAuthentication: '/a', updatePsuAuthentication: '/b' }), known)
  const sca_status = { href: '/v1/payments/x/p-1/authorisations/a-1?x=/y' }
  assert.deepEqual(of({ scaStatus: sca_status }), { ...known, authorisation_id: 'a-1' })
  assert.deepEqual(of({ scaStatus: '/authorisations/a-1/status' }), { ...known, authorisation_id: 'a-1' })
  assert.deepEqual(of({ scaStatus: sca_status }, { authorisationId: 'a-2' }), { ...known, authorisation_id: 'a-2' })
  assert.deepEqual(of({ scaStatus: '/authorisations/..' }), known)
  const redirect = (link: string) => of({ scaRedirect: link })?.sca_redirect
  assert.equal(redirect('/sca?id=1'), 'https://bank.example/sca?id=1')
  assert.equal(redirect('//other.example/sca'), 'https://other.example/sca', 'judged by who follows it')
  assert.equal(redirect('javascript:alert(1)'), 'javascript:alert(1)', 'judged by who follows it')
  assert.equal(redirect('https://'), undefined)
  assert.equal(redirect(`https://b/${'x'.repeat(3_000)}`), undefined)
})

test('statuses come back in the words of the standard', () => {
  const ing: BankProfile = { ...PROFILE, statuses: { meaning: { ACTV: 'ACSP', EXPI: 'ACSC' } } }
  const status = (transactionStatus: string) => readStatus(bytes({ transactionStatus }), 'p', ing)?.status
  assert.deepEqual(['ACTV', 'EXPI', 'RCVD', 'NEWS'].map(status), ['ACSP', 'ACSC', 'RCVD', 'NEWS'])
  assert.equal(readInitiation(bytes({ transactionStatus: 'ACTV', paymentId: 'p' }), ing)?.status, 'ACSP')
  assert.equal(readStatus(bytes({ transactionStatus: 'ACTV' }), 'p', PROFILE)?.status, 'ACTV')
})

test('a started authorisation and a cancellation that the payer must authorise', () => {
  const sca_redirect = 'https://bank.example/sca/2'
  const links = { scaRedirect: { href: sca_redirect }, scaStatus: { href: '/v1/x/authorisations/a-1' } }
  assert.deepEqual(readStarted(bytes({ scaStatus: 'received', authorisationId: 'a-1', _links: links }), PROFILE), {
    sca_status: 'received',
    sca_redirect,
    authorisation_id: 'a-1',
  })
  assert.deepEqual(readStarted(bytes({ scaStatus: 'started', psuMessage: 'Aplicația' }), PROFILE), {
    sca_status: 'started',
    psu_message: 'Aplicația',
  })
  for (const bad of [{}, [], '', { scaStatus: 7 }]) assert.equal(readStarted(bytes(bad), PROFILE), undefined)
  assert.deepEqual(
    readCancelled(bytes({ transactionStatus: 'ACSP', _links: { startAuthorisation: { href: '/c' } } }), PROFILE),
    { status: 'ACSP', start_authorisation: true },
  )
  assert.deepEqual(readCancelled(bytes({ _links: { scaRedirect: sca_redirect } }), PROFILE), { sca_redirect })
  assert.equal(readCancelled(bytes(''), PROFILE), undefined)
  assert.equal(readScaStatus(bytes({ scaStatus: 'finalised' })), 'finalised')
  assert.equal(readScaStatus(bytes({ scaStatus: 'fina lised' })), undefined)
})

test('the transfers of a list, each with its status and reason', () => {
  const ing: BankProfile = { ...PROFILE, statuses: { meaning: { DONE: 'ACSC' } } }
  const answer = {
    transactionStatus: 'PART',
    debtorAccount: { iban: 'RO49AAAA1B31007593840000' },
    payments: [
      { endToEndIdentification: 'P1-1-1', transactionStatus: 'DONE', creditorName: 'Ana' },
      {
        endToEndIdentification: 'P1-2-1',
        transactionStatus: 'RJCT',
        tppMessages: [{ category: 'ERROR', code: 'AC04', text: 'Contul RO09PORL7789778256833565 e închis' }],
      },
      { endToEndIdentification: 'P1-3-1', transactionStatus: 'RJCT', stsRsnInf: [{ rsn: { cd: 'AM04' } }] },
      { endToEndIdentification: 'P1-4-1' },
      { endToEndIdentification: 'P1-4-2', transactionStatus: 'PART' },
      { endToEndIdentification: 'P1-5-1', transactionStatus: 'accepted' },
      { endToEndIdentification: 'x'.repeat(36), transactionStatus: 'ACSC' },
      { transactionStatus: 'ACSC' },
      { endToEndIdentification: 'P1-6-1', transactionStatus: 'ACSC' },
      { endToEndIdentification: 'P1-6-1', transactionStatus: 'RJCT' },
      { endToEndIdentification: 'P1-7-1', transactionStatus: 'ACSC' },
      { endToEndIdentification: 'P1-7-1', transactionStatus: 'ACSC' },
      null,
      'P1-8-1',
    ],
  }
  const transfers = [
    { end_to_end_id: 'P1-1-1', status: 'ACSC' },
    { end_to_end_id: 'P1-2-1', status: 'RJCT', reason_code: 'AC04', reason: 'Contul (IBAN) e închis' },
    { end_to_end_id: 'P1-3-1', status: 'RJCT', reason_code: 'AM04' },
    { end_to_end_id: 'P1-7-1', status: 'ACSC' },
  ]
  assert.deepEqual(readTransfers(bytes(answer), ing), transfers)
  assert.deepEqual(readStatus(bytes(answer), 'p', ing), { status: 'PART', transfers })
  assert.deepEqual(readTransfers(bytes({ transactionStatus: 'RCVD' }), ing), [])
  for (const bad of ['', '[]', 'null', '<a/>', '<html>']) assert.equal(readTransfers(bytes(bad), ing), undefined, bad)
})

test('reasons of ING, and errors that are bare words', () => {
  const status = (more: object) => readStatus(bytes({ transactionStatus: 'ACTC', ...more }), 'p', PROFILE)
  assert.deepEqual(status({ stsRsnInf: { addtlInf: 'fundsAvailable: false' } }), {
    status: 'ACTC',
    reason_code: 'FUNDS_NOT_AVAILABLE',
    reason: 'fundsAvailable: false',
  })
  assert.equal(status({ stsRsnInf: { addtlInf: 'fundsAvailable: true' } })?.reason_code, undefined)
  assert.deepEqual(status({ stsRsnInf: [{ rsn: { prtry: 'ING_ERROR' }, addtlInf: ['Prea', 'mult'] }] }), {
    status: 'ACTC',
    reason_code: 'ING_ERROR',
    reason: 'Prea',
  })
  const refusal = (value: unknown) => readRefusal(403, bytes(value))
  assert.deepEqual(refusal({ status: 403, errors: ['TOKEN_EXPIRED'] }), { code: 'TOKEN_EXPIRED', text: '' })
  assert.deepEqual(refusal({ status: 403, errors: ['Token a expirat'] }), { code: 'HTTP_403', text: 'Token a expirat' })
  assert.deepEqual(refusal({ status: 403, errors: [{ error: 'TOKEN_EXPIRED', message: 'gone' }] }), {
    code: 'TOKEN_EXPIRED',
    text: 'gone',
  })
})

function readAll(body: Buffer): void {
  readInitiation(body, PROFILE)
  readStarted(body, PROFILE)
  readCancelled(body, PROFILE)
  readStatus(body, 'p', PROFILE)
  readTransfers(body, PROFILE)
  readScaStatus(body)
}

test('no bytes make the readers throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
      readAll(Buffer.from(text))
      readRefusal(400, Buffer.from(text))
    }),
    { numRuns: 100 },
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
      'payments',
      'endToEndIdentification',
      'stsRsnInf',
      'scaRedirect',
    ),
  })
  fc.assert(
    fc.property(messages, (value) => {
      const { code, text } = readRefusal(400, bytes(value))
      assert.match(code, /^[A-Za-z0-9_.-]{1,64}$/)
      assert.ok(text.length <= 500)
      readAll(bytes(value))
    }),
    { numRuns: 100 },
  )
})
