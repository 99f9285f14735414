import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { romanianIban } from '../../process/markup.ts'
import { readAmount } from './amount.ts'
import { readCsv, type Separator, separatorOf, writeCsv } from './csv.ts'
import { FileRefused, type ReadFile } from './lines.ts'
import { PAYROLL, payrollCsv, payrollPain001 } from './payroll.ts'
import { readPaymentFile } from './read.ts'
import { readXml } from './xml.ts'

const IBAN = 'RO49AAAA1B31007593840000'
const HEADER = 'Nume beneficiar;IBAN;Sumă;Detalii'
const read = (text: string | Uint8Array): ReadFile =>
  readPaymentFile(typeof text === 'string' ? Buffer.from(text) : text)
const refusal = (text: string | Uint8Array): string => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof FileRefused) return error.message
    throw error
  }
  return assert.fail('the file was read')
}
const reasons = (file: ReadFile) => file.rejected.map(({ line, reason }) => `${line}: ${reason}`)

describe('csv', () => {
  const separators = fc.constantFrom<Separator>(';', ',', '\t')
  const cell = fc.string({
    unit: fc.constantFrom('a', 'ș', ' ', '"', ';', ',', '\t', '\n', '\r\n', '😀', '1'),
    maxLength: 8,
  })

  it('reads back whatever it writes', () => {
    const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 })
    fc.assert(
      fc.property(records, separators, (written, separator) => {
        // What has no content at all is an empty line, and is left out.
        const kept = written.filter((fields) => fields.some((field) => field.trim() !== ''))
        const back = readCsv(writeCsv(written, separator), separator)
        assert.deepEqual(
          back.map(({ fields }) => fields),
          kept,
        )
      }),
      { numRuns: 500 },
    )
  })

  it('loses no character of any text: records, in order, are its lines', () => {
    fc.assert(
      fc.property(cell, fc.array(cell, { maxLength: 12 }), separators, (first, rest, separator) => {
        const text = [first, ...rest].join('\n')
        const records = readCsv(text, separator)
        const lines = text.split(/\r\n|\r|\n/)
        const covered = new Set(
          records.flatMap(({ line, lines: count }) => Array.from({ length: count }, (_, at) => line + at)),
        )
        for (const [at, line] of lines.entries())
          if (line.replaceAll('"', '').replaceAll(separator, '').trim() !== '')
            assert.ok(covered.has(at + 1), `line ${at + 1} of ${JSON.stringify(text)}`)
      }),
      { numRuns: 500 },
    )
  })

  it('tells a broken line and goes on at the next', () => {
    const records = readCsv('a;"b\nc;d\n"e"f;g\nh;i"j\n"k\nl";m\n', ';')
    assert.deepEqual(
      records.map((record) => [record.line, record.fields ?? record.fault]),
      [
        [1, 'AFTER_QUOTE'],
        [2, ['c', 'd']],
        [3, 'AFTER_QUOTE'],
        [4, 'QUOTE_INSIDE'],
        [5, ['k\nl', 'm']],
      ],
    )
    assert.equal(readCsv('x;"y', ';')[0]?.fault, 'QUOTE_OPEN')
  })

  it('finds the separator, and takes it from a spreadsheet that says it', () => {
    assert.deepEqual(
      ['a;b,c;d', 'a\tb', 'a,b', '"a;b;c",d', 'a'].map((text) => separatorOf(text).separator),
      [';', '\t', ',', ',', ';'],
    )
    assert.deepEqual(separatorOf('sep=,\r\na;b,c'), { separator: ',', text: 'a;b,c', skipped: 1 })
  })
})

describe('amounts', () => {
  it('reads every way in which a sum may be written, as one sum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999_999 }), (amount_minor) => {
        const whole = String(Math.trunc(amount_minor / 100))
        const bani = String(amount_minor % 100).padStart(2, '0')
        const apart = (sign: string) => whole.replace(/\B(?=(\d{3})+$)/g, sign)
        const ways = [
          `${whole}.${bani}`,
          `${whole},${bani}`,
          `${apart('.')},${bani}`,
          `${apart(',')}.${bani}`,
          `${apart(' ')},${bani}`,
        ]
        for (const way of [
          ...ways,
          `${apart('\u00a0')},${bani}`,
          `${whole},${bani} lei`,
          `RON ${whole}.${bani}`,
          ` ${whole},${bani} LEI `,
        ])
          assert.deepEqual(readAmount(way), { amount_minor }, way)
        if (bani.endsWith('0')) assert.deepEqual(readAmount(`${whole},${bani[0]}`), { amount_minor })
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what is not one sum', () => {
    const says = (text: string) => {
      const amount = readAmount(text)
      return 'fault' in amount ? amount.fault : `read as ${amount.amount_minor}`
    }
    for (const text of ['1.234', '1,234', '12,345', '999.999']) assert.match(says(text), /două feluri/, text)
    for (const text of ['10,005', '1.2345', '0,001', '1234.567']) assert.match(says(text), /zecimale|două feluri/, text)
    for (const text of ['-5', '−5,00', '(12,50)', '5-']) assert.match(says(text), /negativă/, text)
    for (const text of ['', ' ', 'lei']) assert.match(says(text), /lipsește/, text)
    for (const text of ['zece', '1e3', '0x10', '1.2.3', '12 34,00', '1,23.45', '1.2345,00', '=5+5', '+5'])
      assert.match(says(text), /nu este un număr/, text)
    assert.match(says('0,00'), /zero/)
    assert.match(says('1000000000,00'), /prea mare/)
    assert.match(says('9'.repeat(400)), /prea mare/)
    assert.deepEqual(readAmount('1.234.567'), { amount_minor: 123_456_700 })
  })
})

describe('spreadsheets', () => {
  it('reads the payroll of the demo', () => {
    const file = read(payrollCsv(new Date('2026-03-10T10:00:00Z')))
    assert.deepEqual(
      file.accepted.map(({ line, name, iban, amount_minor }) => [line, name, iban, amount_minor]),
      PAYROLL.map(({ name, iban, amount_minor }, index) => [index + 2, name, iban, amount_minor]),
    )
    assert.deepEqual(
      [file.rejected.length, file.notes.length, file.accepted[0]?.details],
      [0, 0, 'Salariu martie 2026'],
    )
  })

  it('reads it in every encoding of Romanian spreadsheets', () => {
    const text = `${HEADER}\r\nȘtefania Țâră;${IBAN};1.234,50;Chirie îndelungată\r\n`
    const single: Record<string, number> = { ş: 0xba, ţ: 0xfe, Ş: 0xaa, Ţ: 0xde, ă: 0xe3, â: 0xe2, î: 0xee, Ă: 0xc3 }
    const old = Buffer.from(
      Array.from(text.replaceAll('Ș', 'Ş').replaceAll('Ț', 'Ţ'), (letter) => single[letter] ?? letter.charCodeAt(0)),
    )
    const quoted = Buffer.concat([old.subarray(0, -2), Buffer.from([0x20, 0x84, 0x61, 0x94, 0x0d, 0x0a])])
    const files = [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le'), old]
    for (const bytes of files) {
      const [line] = read(bytes).accepted
      assert.deepEqual(
        [line?.name, line?.amount_minor, line?.details],
        ['Ștefania Țâră', 123_450, 'Chirie îndelungată'],
      )
    }
    assert.match(read(old).notes.join(), /ISO-8859-2/)
    assert.match(read(quoted).notes.join(), /Windows-1250/)
    assert.equal(read(quoted).accepted[0]?.details, 'Chirie îndelungată „a”')
  })

  it('takes the columns by their names, in any order, in either language', () => {
    const files = [
      `details,amount,IBAN,Creditor name\nRent,"1,234.50",${IBAN},Ana`,
      `Explicație\tSuma (lei)\tCont IBAN\tAngajat\tMarca\nRent\t1234.5\tro49 AAAA 1B31 0075 9384 0000\tAna\t17`,
      `sep=;\n${HEADER};Moneda\n"Ana";${IBAN};1234,50;Rent;RON`,
    ]
    for (const text of files) {
      const [line] = read(text).accepted
      assert.deepEqual(
        [line?.name, line?.iban, line?.amount_minor, line?.details],
        ['Ana', IBAN, 123_450, 'Rent'],
        text,
      )
    }
    assert.deepEqual(read(files[1] ?? '').notes, ['Coloane nefolosite: Marca.'])
    assert.equal(read(files[2] ?? '').accepted[0]?.line, 3)
  })

  it('names every rejected line with its number, its text and why', () => {
    const file = read(
      [
        HEADER,
        `Ana;${IBAN};10,00;Bun`,
        '',
        ';;;',
        `;${IBAN};10,00;Fără nume`,
        `Ana;RO49AAAA1B31007593840001;10,00;Cifre`,
        'Ana;DE89370400440532013000;10,00;Străin',
        `Ana;${IBAN};1.234;Ambiguu`,
        `Ana;${IBAN};10,00;`,
        `Ana;${IBAN};10,00;${'x'.repeat(141)}`,
        `Ana;${IBAN};10,00;Prea;multe`,
        `Ana;${IBAN}`,
        `"Ana;${IBAN};10,00;Deschis`,
        `😀;${IBAN};0;—`,
        `Total;;20,00;`,
      ].join('\n'),
    )
    assert.deepEqual(
      file.accepted.map(({ line }) => line),
      [2],
    )
    assert.deepEqual(
      file.rejected.map(({ line }) => line),
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    )
    const told = reasons(file).join('\n')
    for (const words of [
      '5: lipsește numele',
      '6: IBAN-ul nu este corect',
      '7: IBAN-ul nu este din România',
      '8: suma „1.234” se poate citi în două feluri',
      '9: lipsesc detaliile',
      '10: detaliile: cel mult 140',
      '11: are mai multe câmpuri',
      '12: lipsesc detaliile; lipsește suma',
      '13: ghilimelele nu se închid',
      '14: numele beneficiarului: nicio literă',
    ])
      assert.ok(told.includes(words), `${words} in\n${told}`)
    assert.equal(file.rejected[0]?.text, `;${IBAN};10,00;Fără nume`)
  })

  it('does not let an open quotation mark swallow payments', () => {
    const file = read(
      [HEADER, `"Ana;${IBAN};10,00;Unu`, `Dan;${IBAN};20,00;Doi`, `Eva;${IBAN};30,00;"Trei"`].join('\n'),
    )
    assert.deepEqual(
      file.accepted.map(({ name }) => name),
      ['Dan', 'Eva'],
    )
    const across = read([HEADER, `Ana;${IBAN};10,00;"Unu`, `Dan;${IBAN};20,00;Doi"`].join('\n'))
    assert.deepEqual(
      [across.accepted.length, reasons(across)],
      [0, ['2: un câmp trece peste 2 rânduri; scrie fiecare plată pe un rând']],
    )
    assert.match(across.rejected[0]?.text ?? '', /Dan/)
  })

  it('accounts for every line: accepted and rejected are all there is', () => {
    const piece = fc.constantFrom('Ana', IBAN, '10,00', '"', ';', 'Detalii', '\u00a0', '1.234', 'ș', '""')
    const line = fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 15 }), (made) => {
        const lines = [`Ana;${IBAN};10,00;Bun`, ...made]
        const whole = [HEADER, ...lines].join('\n')
        const { accepted, rejected } = read(whole)
        const told = [...accepted.map(({ line: at }) => at), ...rejected.map(({ line: at }) => at)]
        assert.equal(new Set(told).size, told.length)
        const shown = rejected.map(({ text }) => text).join('\n')
        for (const [at, text] of lines.entries()) {
          const bare = text.replaceAll('"', '').replaceAll(';', '').trim()
          if (bare !== '' && !told.includes(at + 2))
            assert.ok(shown.includes(text.replace(/\s+/g, ' ').trim()), JSON.stringify([whole, at]))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('flags what repeats', () => {
    const line = `Ana;${IBAN};10,00;Chirie`
    const file = read([HEADER, line, `Altă Ana;${IBAN};10.00;chirie`, `Ana;${IBAN};10,01;Chirie`].join('\n'))
    assert.deepEqual(
      file.accepted.map(({ duplicate_of }) => duplicate_of),
      [undefined, 2, undefined],
    )
  })

  it('refuses files of another kind, by their content', () => {
    assert.match(refusal(''), /gol/)
    assert.match(refusal(' \n\n '), /gol/)
    assert.match(refusal(Buffer.from([0x50, 0x4b, 0x03, 0x04, 1, 2])), /Excel/)
    assert.match(refusal('%PDF-1.7 x'), /PDF/)
    assert.match(refusal(Buffer.from([1, 0, 2, 0, 3])), /nu este un text/)
    assert.match(refusal('Nume;IBAN;Detalii\nx;y;z'), /Lipsește: Sumă/)
    assert.match(refusal(`${HEADER};Suma lei\na;b;c;d;e`), /de două ori/)
    assert.match(refusal(HEADER), /nicio plată/)
    assert.match(refusal(`Ana;${IBAN};1,00;x`), /^Prima linie trebuie să numească coloanele/)
    assert.match(refusal(Buffer.alloc(1_048_577, 'a')), /1 MB/)
    assert.match(refusal(`${HEADER}\n${`Ana;${IBAN};1,00;x\n`.repeat(5001)}`), /cel mult 5000/)
  })
})

describe('pain.001.001.03', () => {
  const sample = payrollPain001(new Date('2026-03-10T10:00:00Z'), '2026-03-12', { name: 'A & B "SRL"', iban: IBAN })

  it('reads the payroll of the demo, with its date and account', () => {
    const file = read(sample)
    assert.deepEqual(
      file.accepted.map(({ name, iban, amount_minor }) => [name, iban, amount_minor]),
      PAYROLL.map(({ name, iban, amount_minor }) => [name, iban, amount_minor]),
    )
    assert.deepEqual([file.kind, file.debtor_iban, file.execution_date], ['pain.001', IBAN, '2026-03-12'])
    assert.deepEqual([file.rejected, file.notes, file.contradictions], [[], [], []])
  })

  it('tells where counts and totals differ, and reads the rest', () => {
    const told = read(
      sample.replace('<NbOfTxs>12<', '<NbOfTxs>13<').replaceAll(/<CtrlSum>[\d.]+</g, '<CtrlSum>5.5<'),
    ).contradictions
    assert.equal(told.length, 3)
    assert.match(told.join('\n'), /antetul fișierului spune că numărul plăților este 13, în fișier sunt 12/)
    assert.match(told.join('\n'), /totalul 5\.5, plățile însumează 66828\.65/)
  })

  it('rejects single transfers that a list cannot carry, with their lines', () => {
    const changed = sample
      .replace('Ccy="RON">9850.00', 'Ccy="EUR">9850.00')
      .replace('<Amt><InstdAmt Ccy="RON">7420.00</InstdAmt></Amt>', '<Amt><EqvtAmt/></Amt>')
      .replace('<InstdAmt Ccy="RON">6185.00', '<InstdAmt Ccy="RON">6185.005')
      .replace(/<RmtInf><Ustrd>[^<]*<\/Ustrd><\/RmtInf>/, '<UltmtCdtr><Nm>x</Nm></UltmtCdtr><RmtInf><Strd/></RmtInf>')
    const file = read(changed)
    assert.equal(file.accepted.length, 9)
    assert.match(reasons(file).join('\n'), /EUR[\s\S]*lipsește suma[\s\S]*zecimale/)
    assert.match(reasons(file)[0] ?? '', /^22: are beneficiar final.*structurate.*lipsesc detaliile.*EUR/)
    assert.match(file.rejected[0]?.text ?? '', /Ștefania/)
    const cheques = read(sample.replace('>TRF<', '>CHK<'))
    assert.deepEqual([cheques.accepted.length, cheques.rejected.length], [0, 12])
  })

  it('takes a prefix, comments and character references', () => {
    const prefixed = sample.replaceAll(/<(\/?)([A-Z])/g, '<$1p:$2').replace('xmlns=', 'xmlns:p=')
    assert.equal(read(prefixed.replace('<p:GrpHdr>', '<!-- salarii --><p:GrpHdr>')).accepted.length, 12)
    const [line] = read(sample.replace('Ștefania Țurcanu', 'A&amp;B &#x218;tefan &#39;x&apos;')).accepted
    assert.equal(line?.name, "A&B Ștefan 'x'")
  })

  it('refuses what is not well formed, not this version, or more than a file of payments', () => {
    const cases: [string, RegExp][] = [
      [sample.replace('<Document', '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document'), /DTD/],
      [sample.replace('Vasile Mânzatu', '&x;'), /entitate/],
      [sample.replace('Vasile Mânzatu', '&#0;'), /entitate/],
      [sample.replace('Vasile Mânzatu', 'A & B'), /entitate/],
      [sample.replace('Vasile Mânzatu', '<![CDATA[x]]>'), /CDATA/],
      [sample.replace('</PmtInf>', ''), /nu se închide/],
      [`${sample}<Document/>`, /mai mult de un/],
      [sample.slice(0, 900), /nu este întreg|nu este bine scrisă/],
      [sample.replace('001.001.03', '001.001.09'), /pain\.001\.001\.09; se primește/],
      [sample.replace(/xmlns="[^"]*"/, ''), /nu este un pain\.001/],
      ['<html><body>x</body></html>', /nu este un pain\.001/],
      [sample.replace('<Cdtr>', '<Evil/><Cdtr>'), /nu cunoaște <Evil>/],
      [sample.replace('<Cdtr>', '<Cdtr xmlns="urn:x">'), /nu cunoaște/],
      [sample.replace('<MsgId>', '<MsgId>a</MsgId><MsgId>'), /de două ori/],
      [sample.replace('encoding="UTF-8"', 'encoding="UTF-7"'), /UTF-7/],
      ['<a>'.repeat(30), /prea adânc/],
      [
        sample.replace(
          '</PmtInf>',
          `</PmtInf>${/<PmtInf>[\s\S]*<\/PmtInf>/.exec(sample)?.[0].replace(IBAN, romanianIban('BTRL', '0'.repeat(16)))}`,
        ),
        /2 conturi/,
      ],
    ]
    for (const [text, words] of cases) assert.match(refusal(text), words)
  })

  it('reads any text between its tags as it was meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '<', '>', '&', '"', "'", 'ș', ';', '#', ' ') }), (text) => {
        const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
        assert.equal(readXml(`<a b='${escaped.replaceAll("'", '&apos;')}'>${escaped}</a>`).root.text, text.trim())
      }),
      { numRuns: 300 },
    )
  })
})
