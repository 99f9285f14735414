import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toBankText } from './transliterate.ts'

test('what people write becomes what banks accept', () => {
  const cases: readonly [string, string][] = [
    ['Florăria Ștefania și Țăndărică', 'Floraria Stefania si Tandarica'],
    ['ŞŢşţ cedilla, ȘȚșț virgulă', 'STst cedilla, STst virgula'],
    ['S\u0326i t\u0326ara', 'Si tara'],
    ['Müller & Søn Łódź straße', 'Muller + Son Lodz strasse'],
    ['„Comanda” nr. 7 – 50 €', "'Comanda' nr. 7 - 50 EUR"],
    ['plată 🎉 flori 🌷', 'plata flori'],
    ['//factura//12/ /3/', 'factura/12/3'],
    ['  a \t\n b  ', 'a b'],
    ['12,50; ok_da', '12,50, ok-da'],
    ['№ 5', 'No 5'],
    ['🎉🎉', ''],
    ['Здравствуй', ''],
    ['', ''],
  ]
  for (const [from, to] of cases) assert.equal(toBankText(from, 140), to, from)
})

test('the limit counts what is sent', () => {
  assert.equal(toBankText('ß'.repeat(100), 70), 's'.repeat(70))
  assert.equal(toBankText(`${'a'.repeat(69)} b`, 70), 'a'.repeat(69))
  assert.equal(toBankText(`${'a'.repeat(69)}/b`, 70), 'a'.repeat(69))
})

test('whatever comes in, what goes out is in the set, within the limit and stable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 140 }), (text, max) => {
      const out = toBankText(text, max)
      assert.match(out, /^[a-zA-Z0-9/\-?:().,'+ ]*$/)
      assert.ok(out.length <= max)
      assert.ok(
        !out.startsWith('/') && !out.endsWith('/') && !out.includes('//') && !out.includes('  ') && out === out.trim(),
      )
      assert.equal(toBankText(out, max), out)
    }),
    { numRuns: 300 },
  )
  // Dense in the awkward characters.
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('/', ' ', '€', 'ș', '\\', '🎉', 'a', '\u0338', '⁄'), maxLength: 40 }),
      (text) => {
        const out = toBankText(text, 20)
        assert.ok(
          out.length <= 20 && !out.startsWith('/') && !out.includes('//') && !out.includes('  ') && out === out.trim(),
        )
      },
    ),
    { numRuns: 300 },
  )
})
