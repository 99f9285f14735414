import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BookError } from './book.ts'
import { readStatements } from './statement.ts'

const IBAN = 'RO49AAAA1B31007593840000'
const read = (xml: string) => readStatements(xml, 'may.xml', (iban) => `hash of ${iban}`)

const single = (id: string, amount: string, more = '') => `
  <Ntry><Amt Ccy="RON">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>${more}<Sts>BOOK</Sts><BookgDt><Dt>2026-05-04</Dt></BookgDt>
    <NtryDtls><TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><RltdPties><Dbtr><Nm>A &amp; B</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>`

const statement = (entries: string, head = '') => `<?xml version="1.0" encoding="UTF-8"?>
<!-- of the bank -->
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>1</Id><FrToDt><FrDtTm>2026-05-04T00:00:00</FrDtTm><ToDtTm>2026-05-05T00:00:00</ToDtTm></FrToDt>
<Acct><Id><IBAN>${IBAN}</IBAN></Id></Acct>${head}${entries}</Stmt></BkToCstmrStmt></Document>`

const BATCH = `<Ntry><Amt Ccy="RON">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-05-04T10:00:00Z</DtTm></BookgDt>
  <NtryDtls><TxDtls><Refs><EndToEndId>P1-3-1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="RON">10</Amt></TxAmt></AmtDtls></TxDtls>
  <TxDtls><Refs><EndToEndId>P1-4-1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="RON">20.00</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls></Ntry>`

test('booked entries with our ids are read, each with its own amount', () => {
  const pending = single('P1-9-1', '1.00').replace('BOOK', 'PDNG')
  const back = single('P1-5-2', '7.00', '<RvslInd>true</RvslInd>')
  const { books, entries, strangers } = read(
    statement(single('P1-2-1', '19.99') + single('RENT', '5.00') + BATCH + pending + back),
  )
  assert.deepEqual(
    entries.map(({ payment_id, attempt_no, amount_minor, direction, is_reversal }) => [
      payment_id,
      attempt_no,
      amount_minor,
      direction,
      is_reversal,
    ]),
    [
      [2, 1, 1_999, 'credit', false],
      [3, 1, 1_000, 'credit', false],
      [4, 1, 2_000, 'credit', false],
      [5, 2, 700, 'credit', true],
    ],
  )
  assert.equal(strangers, 1)
  // Days and times without zone are Romania's: three hours ahead in May.
  assert.equal(new Date(entries[0]?.at_ms ?? 0).toISOString(), '2026-05-03T21:00:00.000Z')
  const [book] = books
  assert.ok(book?.kind === 'statement')
  assert.equal(book.iban_hash, `hash of ${IBAN}`)
  assert.equal(new Date(book.to_ms).toISOString(), '2026-05-04T21:00:00.000Z')
})

test('prefixes and character references make no difference', () => {
  const prefixed = statement(single('P1&#45;2-1', '19.99'))
    .replaceAll(/<(\/?)([A-Z])/g, '<$1c:$2')
    .replace('xmlns=', 'xmlns:c=')
  assert.deepEqual(
    read(prefixed).entries.map(({ payment_id }) => payment_id),
    [2],
  )
})

test('a file that is no statement, or not wholly one, is refused without quoting it', () => {
  const good = statement(single('P1-2-1', '19.99'))
  const bad = [
    '',
    'text',
    '<Document/>',
    good.slice(0, -20),
    good.replace('</Stmt>', '</Other>'),
    good.replace('<Document', '<!DOCTYPE Document [<!ENTITY x "y">]><Document'),
    good.replace('A &amp; B', 'A & B'),
    good.replace('19.99', '19,99'),
    good.replace('Ccy="RON"', 'Ccy="LEI"'),
    good.replace('<CdtDbtInd>CRDT', '<CdtDbtInd>X'),
    good.replace('2026-05-04</Dt>', 'yesterday</Dt>'),
    good.replace('<IBAN>', '<Othr>').replace('</IBAN>', '</Othr>'),
    '<a>'.repeat(1_000),
  ]
  for (const xml of bad)
    assert.throws(
      () => read(xml),
      (error) => error instanceof BookError && !/RO49|A &|19[.,]99/.test(error.message),
      xml.slice(0, 200),
    )
})
