/** Messages with banks as they are shown: people masked by what they are called, numbers for the bank's staff as they are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Side } from '../exchanges/redact.ts'
import { shownSide } from './message.ts'

const IBAN = 'RO49AAAA1B31007593840000'
const side = (body: string, content_type: string, more: Partial<Side> = {}): Side => ({
  headers: [],
  content_type,
  body,
  bytes: body.length,
  ...more,
})
const shown = (body: string, type = 'application/json', more: Partial<Side> = {}) =>
  shownSide(side(body, type, more), [{ value: 'Ana Pop', as: 'A. P.' }]).body

test('JSON', () => {
  const body = {
    creditorName: 'Florăria Ana',
    creditorAccount: { iban: IBAN },
    creditorAddress: { street: 'Lungă', buildingNumber: 17 },
    remittanceInformationUnstructured: 'Comanda 17',
    remittanceInformationStructured: { reference: 'RF18' },
    endToEndIdentification: 'P1-100000001-1',
    paymentId: '3f07606f-0119-4c7e-9e2a-2493f4eeb6e1',
    instructedAmount: { amount: '12.00' },
    psuMessage: 'Dragă Ion',
    tppMessages: [{ code: 'FORMAT_ERROR', text: `no account ${IBAN} of ana pop` }],
  }
  assert.deepEqual(JSON.parse(shown(JSON.stringify(body)) ?? ''), {
    creditorName: 'F. A.',
    creditorAccount: { iban: 'RO49…0000' },
    creditorAddress: { street: '…', buildingNumber: '…' },
    remittanceInformationUnstructured: '…',
    remittanceInformationStructured: '…',
    endToEndIdentification: 'P1-100000001-1',
    paymentId: '3f07606f-0119-4c7e-9e2a-2493f4eeb6e1',
    instructedAmount: { amount: '12.00' },
    psuMessage: '…',
    tppMessages: [{ code: 'FORMAT_ERROR', text: 'no account RO49…0000 of A. P.' }],
  })
  const cut = `{"creditorName":"Florăria Ana","creditorAccount":{"iban":"${IBAN}"},"remittanceInformationUnstructured":"Comanda 1`
  assert.equal(
    shown(cut),
    '{"creditorName":"F. A.","creditorAccount":{"iban":"RO49…0000"},"remittanceInformationUnstructured":"…',
  )
})

test('XML, with a prefix and without, and a multipart of it', () => {
  const xml = `<CstmrCdtTrfInitn><p:Cdtr><p:Nm>Florăria Ana</p:Nm></p:Cdtr><IBAN>${IBAN}</IBAN><Ustrd>Comanda 17</Ustrd><EndToEndId>P1-100000001-1</EndToEndId><AddtlInf>ana pop are ${IBAN}</AddtlInf></CstmrCdtTrfInitn>`
  const masked =
    '<CstmrCdtTrfInitn><p:Cdtr><p:Nm>F. A.</p:Nm></p:Cdtr><IBAN>RO49…0000</IBAN><Ustrd>…</Ustrd><EndToEndId>P1-100000001-1</EndToEndId><AddtlInf>A. P. are RO49…0000</AddtlInf></CstmrCdtTrfInitn>'
  assert.equal(shown(xml, 'application/xml'), masked)
  const multipart = `--b\r\nContent-Type: application/xml\r\n\r\n${xml}\r\n--b\r\n\r\n{"name":"Ana Pop"}`
  const text = shown(multipart, 'multipart/mixed; boundary=b') ?? ''
  for (const person of ['Florăria', IBAN, 'Comanda', 'Ana Pop'])
    assert.ok(!text.includes(person), `${person} in ${text}`)
})

test('addresses keep the words of their paths, and numbers of payments', () => {
  const uuid = '3f07606f-0119-4c7e-9e2a-2493f4eeb6e1'
  for (const [link, wanted] of [
    [`https://api.bank.ro:8443/psd2/v1.3/payments/ron-payment/${uuid}/status`],
    ['/v1/payments/domestic-credit-transfers-ro/123456789'],
    ['https://login.bank.ro/sca/Xy12-secretTicket?…', 'https://login.bank.ro/sca/…?…'],
    ['http://plati.example/payment-return/…/ok'],
    [`/accounts/${IBAN}/x`, '/accounts/…/x'],
    ['https://login.bank.ro/anaPop@example.ro', 'https://login.bank.ro/…'],
  ] as const)
    assert.equal(JSON.parse(shown(JSON.stringify({ href: link })) ?? '').href, wanted ?? link)
})

test('headers and forms', () => {
  const headers = [
    ['x-request-id', 'f07606f1-0119-4c7e-9e2a-2493f4eeb6e1'],
    ['psu-id', 'ana.pop'],
    ['psu-ip-address', '10.1.2.3'],
    ['x-note', `for ${IBAN}\r\nx-forged: 1`],
  ] as const
  assert.deepEqual(shownSide({ headers, bytes: 0 }, []).headers, [
    ['x-request-id', 'f07606f1-0119-4c7e-9e2a-2493f4eeb6e1'],
    ['psu-id', '…'],
    ['psu-ip-address', '…'],
    ['x-note', 'for RO49…0000 x-forged: 1'],
  ])
  assert.equal(
    shown('grant_type=client_credentials&code=…&name=Ana+Pop', 'application/x-www-form-urlencoded'),
    'grant_type=client_credentials&code=…&name=A. P.',
  )
})
