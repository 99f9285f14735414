import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PunteError } from '../../domain/errors.ts'
import { amountNumber, readJson } from './json.ts'

const read = (text: string) => readJson(Buffer.from(text))

function refusal(text: string | Buffer): string {
  try {
    readJson(Buffer.from(text))
  } catch (error) {
    if (error instanceof PunteError && error.code === 'BODY_MALFORMED') return error.message
    throw error
  }
  assert.fail('was read')
}

test('whatever the language writes is read as the language reads it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 }), { noNullPrototype: true }), (value) => {
      const text = JSON.stringify(value)
      // Control characters are refused on purpose.
      fc.pre(!/\\u00[01]|\\[bf]|[\u007f-\u009f]/.test(text))
      assert.deepEqual(read(text), JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('no body, a blank one and an empty list are no fields', () => {
  for (const text of ['', '  \r\n\t', '{}', '[]', ' { } ', '\ufeff{}']) assert.deepEqual(read(text), {})
})

test('a fault is told with its place', () => {
  assert.equal(refusal('{"order":{"am:1'), 'Json encoded payload error: Unexpected end at [character 16 line 1]')
  assert.equal(
    refusal('{"order": abc'),
    "Json encoded payload error: Unexpected character 'a' at [character 11 line 1]",
  )
  assert.equal(
    refusal('{\n"a":1,\n b}'),
    "Json encoded payload error: Unexpected character 'b' at [character 2 line 3]",
  )
  assert.match(refusal('{"a":1}}'), /Unexpected character '}' at \[character 8 line 1\]/)
})

test('one name twice is refused at any depth, also when one of them is escaped', () => {
  assert.match(refusal('{"a":1,"a":1}'), /Duplicate name 'a' at \[character 8 line 1\]/)
  assert.match(refusal('{"o":{"b":{"a":1,"\\u0061":2}}}'), /Duplicate name 'a'/)
})

test('a card number as a name is not repeated', () => {
  const told = refusal('{"5123450000000008":1,"5123450000000008":2}')
  assert.match(told, /Duplicate name 'x{16}'/)
})

test('depth, number of values, numbers without end', () => {
  assert.match(refusal('['.repeat(1000) + ']'.repeat(1000)), /Nested deeper than 32/)
  assert.match(refusal('{"a":'.repeat(1000)), /Nested deeper than 32/)
  assert.match(refusal(`{"a":[${'1,'.repeat(5000)}1]}`), /More than 2000 values/)
  assert.match(refusal(`{"a":${'9'.repeat(400)}}`), /A number is too long/)
  assert.match(refusal('{"a":1e999}'), /A number is too long/)
})

test('2 MB are read or refused within a blink', () => {
  const started = process.hrtime.bigint()
  assert.match(refusal(`{${Array.from({ length: 150_000 }, (_, i) => `"n${i}":"xx"`).join(',')}}`), /More than 2000/)
  assert.match(refusal(`{"a":"${'\\"'.repeat(1_000_000)}`), /Unexpected end/)
  assert.equal((read(`{"a":"${'x'.repeat(2_000_000)}"}`).a as string).length, 2_000_000)
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n)
})

test('characters that are none', () => {
  assert.match(refusal('{"a":"x\u0001"}'), /Control character/)
  assert.match(refusal('{"a":"x\ny"}'), /Control character/)
  assert.match(refusal('{"a":"\\u0000"}'), /Control character/)
  assert.match(refusal('{"a":"\\u0085"}'), /Control character/)
  assert.match(refusal('{"a":"\\ud83d"}'), /surrogate/)
  assert.match(refusal(Buffer.from('{"a":"ș"}', 'latin1')), /Json encoded/)
  assert.match(refusal(Buffer.from([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d])), /not UTF-8/)
  assert.deepEqual(read('{"a":"x\\ny\\t\\u0219 \\ud83d\\ude00"}'), { a: 'x\ny\tș 😀' })
})

test('what JSON has not', () => {
  for (const text of [
    '{"a":01}',
    '{"a":+1}',
    "{'a':1}",
    '{"a":1,}',
    '{"a":.5}',
    '{a:1}',
    '{"a":NaN}',
    '1',
    '"x"',
    '[1]',
    '{"a":tru}',
  ])
    assert.match(refusal(text), /^Json encoded payload error: /, text)
})

test('names of the prototype are names', () => {
  const value = read('{"__proto__":{"a":1},"constructor":2,"toString":3}')
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'toString'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
})

test('amounts of answers keep their zeros', () => {
  const answer = { ron: amountNumber(1050, 'RON'), yen: amountNumber(1050, 'JPY'), dinar: amountNumber(0, 'BHD') }
  assert.equal(JSON.stringify(answer), '{"ron":10.50,"yen":1050,"dinar":0.000}')
})
