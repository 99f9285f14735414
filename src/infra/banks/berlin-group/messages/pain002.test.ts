import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BankProfile, PaymentService } from '../../connector.ts'
import { PROFILE } from '../testing/profile.ts'
import { readRefusal, readStatus, readTransfers } from './messages.ts'

const report = (inside: string, version = '03') => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.${version}">
  <CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2030-01-30T10:00:00</CreDtTm></GrpHdr>${inside}</CstmrPmtStsRpt>
</Document>`
const group = (inside = '') =>
  `<OrgnlGrpInfAndSts><OrgnlMsgId>P1-9-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>${inside}</OrgnlGrpInfAndSts>`
const payment = (inside: string) =>
  `<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1-9-1</OrgnlPmtInfId>${inside}</OrgnlPmtInfAndSts>`
const transaction = (id: string, status: string, more = '') =>
  `<TxInfAndSts><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>${status}</TxSts>${more}</TxInfAndSts>`
const why = (code: string, ...words: string[]) =>
  `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn>${words.map((word) => `<AddtlInf>${word}</AddtlInf>`).join('')}</StsRsnInf>`

const read = (xml: string, service?: PaymentService, profile: BankProfile = PROFILE) =>
  readStatus(Buffer.from(xml), 'p-1', profile, service)

test('the status of one payment, from whichever level tells it', () => {
  assert.deepEqual(read(report(group('<GrpSts>ACCP</GrpSts>'))), { status: 'ACCP' })
  assert.deepEqual(read(report(group('<GrpSts>ACTC</GrpSts>') + payment('<PmtInfSts>ACSC</PmtInfSts>'))), {
    status: 'ACSC',
  })
  const refused = transaction('P1-9-1', 'RJCT', why('AM04', 'Fonduri', 'insuficiente'))
  const whole = report(group('<GrpSts>ACCP</GrpSts>') + payment(`<PmtInfSts>ACCP</PmtInfSts>${refused}`))
  const told = {
    status: 'RJCT',
    reason_code: 'AM04',
    reason: 'Fonduri insuficiente',
    transfers: [{ end_to_end_id: 'P1-9-1', status: 'RJCT', reason_code: 'AM04', reason: 'Fonduri insuficiente' }],
  }
  assert.deepEqual(read(whole, 'payments'), told)
  const counted = whole.replace('<GrpSts>', '<OrgnlNbOfTxs>1</OrgnlNbOfTxs><GrpSts>')
  assert.deepEqual(read(counted), told)
})

test('one refused transfer that is listed alone does not refuse the list', () => {
  const xml = report(
    group('<GrpSts>PART</GrpSts>') +
      payment(`<PmtInfSts>PART</PmtInfSts>${transaction('P1-2-1', 'RJCT', why('AC04', 'Cont închis'))}`),
  )
  for (const service of ['bulk-payments', undefined] as const) {
    assert.deepEqual(read(xml, service), {
      status: 'PART',
      reason_code: 'AC04',
      reason: 'Cont închis',
      transfers: [{ end_to_end_id: 'P1-2-1', status: 'RJCT', reason_code: 'AC04', reason: 'Cont închis' }],
    })
  }
  assert.deepEqual(readTransfers(Buffer.from(xml), PROFILE), [
    { end_to_end_id: 'P1-2-1', status: 'RJCT', reason_code: 'AC04', reason: 'Cont închis' },
  ])
})

test('a list whose transfers alone are told comes to what they come to', () => {
  const of = (...statuses: string[]) =>
    read(report(group() + payment(statuses.map((status, no) => transaction(`P1-${no}-1`, status)).join(''))))?.status
  assert.equal(of('ACSC', 'ACSC'), 'ACSC')
  assert.equal(of('ACSC', 'ACSP', 'ACSC'), 'ACSP')
  assert.equal(of('ACSC', 'RJCT'), 'PART')
  assert.equal(of('ACSP', 'RJCT', 'ACSC'), 'ACSP', 'not settled while one is on its way')
  assert.equal(of('RJCT', 'RJCT'), 'RJCT')
  assert.equal(of('ACSC', 'done'), undefined)
})

test('the later version, prefixes, own words and own reasons', () => {
  const xml = report(
    group() +
      payment(`<PmtInfSts>ACTV</PmtInfSts>
        <StsRsnInf><Orgtr><Nm>Banca</Nm></Orgtr><Rsn><Prtry>OWN_1</Prtry></Rsn>
          <AddtlInf>Contul RO49 AAAA 1B31 0075 9384 0000&#10;e blocat</AddtlInf></StsRsnInf>`),
    '11',
  )
  const prefixed = xml.replaceAll(/<(\/?)([A-Z])/g, '<$1p:$2').replace('xmlns=', 'xmlns:p=')
  const own: BankProfile = { ...PROFILE, statuses: { meaning: { ACTV: 'ACSP' } } }
  for (const one of [xml, prefixed, `\ufeff${xml}`, `\n${xml}`]) {
    assert.deepEqual(read(one, 'payments', own), {
      status: 'ACSP',
      reason_code: 'OWN_1',
      reason: 'Contul (IBAN) e blocat',
    })
  }
})

test('a refusal may be a report as well', () => {
  const xml = report(group(`<GrpSts>RJCT</GrpSts>${why('FF01', 'Mesaj greșit')}`))
  assert.deepEqual(readRefusal(400, Buffer.from(xml)), { code: 'FF01', text: 'Mesaj greșit' })
  assert.deepEqual(readRefusal(400, Buffer.from('<html><body>nginx</body></html>')), { code: 'HTTP_400', text: '' })
})

test('what is no report is malformed', () => {
  const good = report(group('<GrpSts>ACCP</GrpSts>'))
  const bad = [
    '<html/>',
    '<Document/>',
    good.slice(0, -5),
    good.replace('ACCP', 'accepted'),
    good.replace('<Document', '<!DOCTYPE Document [<!ENTITY x "ACCP">]><Document').replace('ACCP<', '&x;<'),
    good.replace('ACCP', `${'<a>'.repeat(30)}${'</a>'.repeat(30)}`),
    `${good}${' '.repeat(1024 * 1024)}`,
  ]
  for (const xml of bad) assert.equal(read(xml), undefined, xml.slice(0, 200))
  const noise = fc.constantFrom(
    '<TxSts>',
    '</TxSts>',
    '<a b="',
    '"/>',
    '&#x110000;',
    '<![CDATA[',
    ']]>',
    '<!--',
    'RJCT',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(noise, fc.string()), { maxLength: 20 }), (parts) => {
      read(report(group(payment(parts.join('')))))
      read(`<${parts.join('')}`)
    }),
    { numRuns: 100 },
  )
})

test('five hundred transfers are read', () => {
  const xml = report(
    group() +
      payment(Array.from({ length: 500 }, (_, no) => transaction(`P1-${no}-1`, no % 2 ? 'ACSC' : 'RJCT')).join('')),
  )
  assert.equal(readTransfers(Buffer.from(xml), PROFILE)?.length, 500)
  assert.equal(read(xml, 'bulk-payments')?.status, 'PART')
})
