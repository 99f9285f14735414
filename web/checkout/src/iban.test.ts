import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caretAfterGrouping, compactIban, groupIban, isWholeIban, parseIban } from './iban.ts'

const IBAN = 'RO49AAAA1B31007593840000'

test('accepts a Romanian IBAN however it is spaced, and tells its bank code', () => {
  for (const text of [IBAN, 'ro49 aaaa 1b31 0075 9384 0000', 'RO49-AAAA-1B31-0075-9384-0000', `IBAN: ${IBAN}`]) {
    assert.deepEqual(parseIban(text), { ok: true, iban: IBAN, bankCode: 'AAAA' })
  }
})

test('finds every single wrong sign and every swap of neighbours', () => {
  for (let place = 0; place < IBAN.length; place += 1) {
    const sign = IBAN.charAt(place)
    const other = /\d/.test(sign) ? String((Number(sign) + 1) % 10) : sign === 'Z' ? 'Y' : 'Z'
    assert.equal(parseIban(IBAN.slice(0, place) + other + IBAN.slice(place + 1)).ok, false, `place ${place}`)
    const next = IBAN.charAt(place + 1)
    // 1B and B1 both count as 111: the one kind of swap that mod 97 cannot see.
    const digits = (text: string) => [...text].map((one) => Number.parseInt(one, 36)).join('')
    if (next === '' || digits(sign + next) === digits(next + sign)) continue
    assert.equal(parseIban(IBAN.slice(0, place) + next + sign + IBAN.slice(place + 2)).ok, false, `swap at ${place}`)
  }
})

test('tells empty, mistyped and foreign apart', () => {
  assert.deepEqual(parseIban(' '), { ok: false, fault: 'required' })
  assert.deepEqual(parseIban('RO49AAAA'), { ok: false, fault: 'invalid' })
  assert.deepEqual(parseIban(`${IBAN}0`), { ok: false, fault: 'invalid' })
  assert.deepEqual(parseIban('DE89370400440532013000'), { ok: false, fault: 'not_romanian' })
  assert.deepEqual(parseIban('DE89370400440532013001'), { ok: false, fault: 'invalid' })
  assert.deepEqual(parseIban('1234'), { ok: false, fault: 'invalid' })
})

test('groups by four, and grouping twice changes nothing', () => {
  assert.equal(groupIban(IBAN), 'RO49 AAAA 1B31 0075 9384 0000')
  assert.equal(groupIban(groupIban(IBAN)), groupIban(IBAN))
  assert.equal(groupIban('RO49'), 'RO49')
  assert.equal(compactIban('ro49 a'), 'RO49A')
  assert.equal(isWholeIban(IBAN), true)
  assert.equal(isWholeIban(IBAN.slice(1)), false)
})

test('the caret stays behind the sign it stood behind', () => {
  assert.equal(caretAfterGrouping('RO49A', 5), 6)
  assert.equal(caretAfterGrouping('RO49 AAAA', 2), 2)
  assert.equal(caretAfterGrouping('xRO49 AAAA', 0), 0)
  assert.equal(caretAfterGrouping('RO49 AXAAA', 7), 7)
})
