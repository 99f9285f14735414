import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { childOf, childrenOf, type Element, readXml, textOf } from '../../../xml.ts'
import type { BulkOrder, SingleOrder } from '../../connector.ts'
import { bicOf, pain001 } from './pain001.ts'

/**
 * The sequences of pain.001.001.03 for every element that is written, all their members in the schema's order:
 * `!` required, `*` any number, `!*` at least one.
 */
const SEQUENCES: Readonly<Record<string, string>> = {
  Document: 'CstmrCdtTrfInitn!',
  CstmrCdtTrfInitn: 'GrpHdr! PmtInf!*',
  GrpHdr: 'MsgId! CreDtTm! Authstn* NbOfTxs! CtrlSum InitgPty! FwdgAgt',
  InitgPty: 'Nm PstlAdr Id CtryOfRes CtctDtls',
  PmtInf:
    'PmtInfId! PmtMtd! BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt! PoolgAdjstmntDt Dbtr! DbtrAcct! DbtrAgt! DbtrAgtAcct UltmtDbtr ChrgBr ChrgsAcct ChrgsAcctAgt CdtTrfTxInf!*',
  PmtTpInf: 'InstrPrty SvcLvl LclInstrm CtgyPurp',
  SvcLvl: 'Cd!',
  Dbtr: 'Nm PstlAdr Id CtryOfRes CtctDtls',
  Cdtr: 'Nm PstlAdr Id CtryOfRes CtctDtls',
  DbtrAcct: 'Id! Tp Ccy Nm',
  CdtrAcct: 'Id! Tp Ccy Nm',
  DbtrAgt: 'FinInstnId! BrnchId',
  CdtrAgt: 'FinInstnId! BrnchId',
  FinInstnId: 'BIC ClrSysMmbId Nm PstlAdr Othr',
  Othr: 'Id! SchmeNm Issr',
  CdtTrfTxInf:
    'PmtId! PmtTpInf Amt! XchgRateInf ChrgBr ChqInstr UltmtDbtr IntrmyAgt1 IntrmyAgt1Acct IntrmyAgt2 IntrmyAgt2Acct IntrmyAgt3 IntrmyAgt3Acct CdtrAgt CdtrAgtAcct Cdtr CdtrAcct UltmtCdtr InstrForCdtrAgt* InstrForDbtrAgt Purp RgltryRptg* Tax RltdRmtInf* RmtInf',
  PmtId: 'InstrId EndToEndId!',
  Amt: 'InstdAmt',
  RmtInf: 'Ustrd* Strd*',
}
const AMOUNT = /^\d{1,16}\.\d{2}$/
const LEAVES: Readonly<Record<string, RegExp>> = {
  MsgId: /^.{1,35}$/,
  PmtInfId: /^.{1,35}$/,
  EndToEndId: /^.{1,35}$/,
  CreDtTm: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  NbOfTxs: /^\d{1,15}$/,
  CtrlSum: AMOUNT,
  InstdAmt: AMOUNT,
  Nm: /^.{1,140}$/s,
  PmtMtd: /^(CHK|TRF|TRA)$/,
  BtchBookg: /^(true|false)$/,
  Cd: /^[A-Z]{4}$/,
  ReqdExctnDt: /^\d{4}-\d\d-\d\d$/,
  IBAN: /^[A-Z]{2}\d{2}[a-zA-Z0-9]{1,30}$/,
  BIC: /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$/,
  ChrgBr: /^(DEBT|CRED|SHAR|SLEV)$/,
  Ustrd: /^.{1,140}$/s,
}

/** Faults against the schema as far as the tables go. */
function faultsOf(element: Element, parent = ''): string[] {
  // `Id` is an account's choice of IBAN and Othr, or the text of Othr.
  if (element.name === 'Id' && parent !== 'Othr') {
    const names = element.children.map(({ name }) => name)
    return names.length === 1 && names[0] === 'IBAN' ? element.children.flatMap((one) => faultsOf(one)) : ['Id']
  }
  const sequence = SEQUENCES[element.name]
  if (sequence === undefined) {
    const pattern = LEAVES[element.name] ?? (element.name === 'Id' ? /^.{1,35}$/ : /^$/)
    return element.children.length === 0 && pattern.test(element.text) ? [] : [`${element.name}: text`]
  }
  const faults: string[] = element.text.trim() === '' ? [] : [`${element.name}: text`]
  const rest = [...element.children]
  for (const member of sequence.split(' ')) {
    const name = member.replace(/[!*]+$/, '')
    const count = rest.findIndex((one) => one.name !== name)
    const taken = rest.splice(0, count < 0 ? rest.length : count)
    if (member.includes('!') && taken.length === 0) faults.push(`${element.name}: no ${name}`)
    if (!member.includes('*') && taken.length > 1) faults.push(`${element.name}: many ${name}`)
    faults.push(...taken.flatMap((one) => faultsOf(one, element.name)))
  }
  if (rest.length > 0) faults.push(`${element.name}: ${rest[0]?.name} out of order`)
  return faults
}

const AT = new Date('2030-01-30T22:30:00.123Z')
const SINGLE: SingleOrder = {
  service: 'payments',
  amount_minor: 123_405,
  currency: 'RON',
  debtor_iban: 'RO27BRDE0000999900000001',
  creditor_iban: 'RO98BTRL0000999900000001',
  creditor_name: 'Floraria Ana',
  remittance: 'Comanda 7',
  end_to_end_id: 'P1-2-1',
}
const BULK: BulkOrder = {
  service: 'bulk-payments',
  currency: 'RON',
  debtor_iban: SINGLE.debtor_iban,
  debtor_name: 'Ion Pop',
  end_to_end_id: 'P1-9-1',
  amount_minor: 303,
  batch_booking: true,
  requested_execution_date: '2030-02-01',
  transfers: [1, 2].map((no) => ({
    amount_minor: 101 * no,
    creditor_iban: no === 1 ? 'RO98BTRL0000999900000001' : 'RO09PORL7789778256833565',
    creditor_name: `Firma ${no}`,
    remittance: no === 1 ? 'Factura 1' : '',
    end_to_end_id: `P1-${no}-1`,
  })),
}

const read = (xml: string): Element => readXml(xml) ?? assert.fail('not well-formed')

test('one transfer, whole', () => {
  assert.equal(
    pain001(SINGLE, 'BRDEROBU', AT).replaceAll('><', '>\n<'),
    `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
<CstmrCdtTrfInitn>
<GrpHdr>
<MsgId>P1-2-1</MsgId>
<CreDtTm>2030-01-30T22:30:00Z</CreDtTm>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>1234.05</CtrlSum>
<InitgPty>
<Nm>NOTPROVIDED</Nm>
</InitgPty>
</GrpHdr>
<PmtInf>
<PmtInfId>P1-2-1</PmtInfId>
<PmtMtd>TRF</PmtMtd>
<BtchBookg>false</BtchBookg>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>1234.05</CtrlSum>
<PmtTpInf>
<SvcLvl>
<Cd>SEPA</Cd>
</SvcLvl>
</PmtTpInf>
<ReqdExctnDt>2030-01-31</ReqdExctnDt>
<Dbtr>
<Nm>NOTPROVIDED</Nm>
</Dbtr>
<DbtrAcct>
<Id>
<IBAN>RO27BRDE0000999900000001</IBAN>
</Id>
</DbtrAcct>
<DbtrAgt>
<FinInstnId>
<BIC>BRDEROBU</BIC>
</FinInstnId>
</DbtrAgt>
<ChrgBr>SLEV</ChrgBr>
<CdtTrfTxInf>
<PmtId>
<EndToEndId>P1-2-1</EndToEndId>
</PmtId>
<Amt>
<InstdAmt Ccy="RON">1234.05</InstdAmt>
</Amt>
<CdtrAgt>
<FinInstnId>
<BIC>BTRLRO22</BIC>
</FinInstnId>
</CdtrAgt>
<Cdtr>
<Nm>Floraria Ana</Nm>
</Cdtr>
<CdtrAcct>
<Id>
<IBAN>RO98BTRL0000999900000001</IBAN>
</Id>
</CdtrAcct>
<RmtInf>
<Ustrd>Comanda 7</Ustrd>
</RmtInf>
</CdtTrfTxInf>
</PmtInf>
</CstmrCdtTrfInitn>
</Document>`,
  )
})

test('a list: counted, summed, each transfer its own, on its day', () => {
  const root = read(pain001(BULK, 'BRDEROBU', AT))
  assert.deepEqual(faultsOf(root), [])
  const payment = childOf(root, 'CstmrCdtTrfInitn', 'PmtInf')
  assert.deepEqual(
    ['BtchBookg', 'NbOfTxs', 'CtrlSum', 'ReqdExctnDt'].map((name) => textOf(payment, name)),
    ['true', '2', '3.03', '2030-02-01'],
  )
  assert.equal(textOf(payment, 'Dbtr', 'Nm'), 'Ion Pop')
  assert.deepEqual(
    childrenOf(payment, 'CdtTrfTxInf').map((one) => [
      textOf(one, 'PmtId', 'EndToEndId'),
      textOf(one, 'Amt', 'InstdAmt'),
      textOf(one, 'CdtrAgt', 'FinInstnId', 'BIC'),
      childOf(one, 'RmtInf') !== undefined,
    ]),
    [
      ['P1-1-1', '1.01', 'BTRLRO22', true],
      ['P1-2-1', '2.02', '', false],
    ],
  )
})

test('the order of elements is checked by a check that can fail', () => {
  const xml = pain001(SINGLE, 'BRDEROBU', AT)
  for (const [from, to] of [
    ['<PmtMtd>TRF</PmtMtd>', ''],
    ['<MsgId>P1-2-1</MsgId>', `<MsgId>${'x'.repeat(36)}</MsgId>`],
    ['<CtrlSum>1234.05</CtrlSum><InitgPty>', '<InitgPty>'],
    ['<BtchBookg>false</BtchBookg><NbOfTxs>1</NbOfTxs>', '<NbOfTxs>1</NbOfTxs><BtchBookg>false</BtchBookg>'],
    ['<ChrgBr>SLEV</ChrgBr>', '<ChrgBr>SLEV</ChrgBr><ChrgBr>SLEV</ChrgBr>'],
  ] as const) {
    assert.ok(xml.includes(from))
    const faults = faultsOf(read(xml.replace(from, to)))
    // CtrlSum alone may be missing.
    assert.equal(faults.length > 0, !from.startsWith('<CtrlSum>'), from)
  }
})

test('an unknown BIC is said to be so, and a day is that of Romania', () => {
  const root = read(pain001(SINGLE, 'AAAARO0O', AT))
  assert.deepEqual(faultsOf(root), [])
  assert.equal(textOf(root, 'CstmrCdtTrfInitn', 'PmtInf', 'DbtrAgt', 'FinInstnId', 'Othr', 'Id'), 'NOTPROVIDED')
  const day = (at: string) =>
    textOf(read(pain001(SINGLE, 'BRDEROBU', new Date(at))), 'CstmrCdtTrfInitn', 'PmtInf', 'ReqdExctnDt')
  assert.equal(day('2030-07-31T20:59:59Z'), '2030-07-31')
  assert.equal(day('2030-07-31T21:00:00Z'), '2030-08-01')
  assert.equal(bicOf('RO24CECE0000999900000001'), 'CECEROBU')
  assert.equal(bicOf('RO49toString0007593840000'), undefined)
})

test('no text breaks out of its element, and what XML cannot hold is left out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 70 }), fc.string({ maxLength: 140 }), (name, remittance) => {
      const xml = pain001({ ...SINGLE, creditor_name: `A${name}`, remittance: `B${remittance}` }, 'BRDEROBU', AT)
      const root = read(xml)
      assert.deepEqual(
        faultsOf(root).filter((fault) => fault !== 'Nm: text'),
        [],
      )
      const transaction = childOf(root, 'CstmrCdtTrfInitn', 'PmtInf', 'CdtTrfTxInf')
      assert.equal(childOf(transaction, 'RmtInf', 'Ustrd')?.text, `B${remittance}`)
    }),
    { numRuns: 100 },
  )
  const name = (creditor_name: string) =>
    childOf(
      read(pain001({ ...SINGLE, creditor_name }, 'BRDEROBU', AT)),
      'CstmrCdtTrfInitn',
      'PmtInf',
      'CdtTrfTxInf',
      'Cdtr',
      'Nm',
    )?.text
  assert.equal(name('</Nm><!--&amp;"\'\u0000\u0008\ufffe x'), '</Nm><!--&amp;"\' x')
  assert.equal(name('a\ud800b'), 'a\ufffdb')
})
