import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, matchingStep, stepAt, totpAddress, totpCode } from './totp.ts'

const secret = Buffer.from('12345678901234567890')
const at = (seconds: number) => new Date(seconds * 1000)

test('the vectors of RFC 6238 appendix B for SHA-1', () => {
  const vectors: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ]
  for (const [seconds, code] of vectors) assert.equal(totpCode(secret, stepAt(at(seconds)), 8), code)
})

test('the vectors of RFC 4226 appendix D, six digits', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  for (const [step, code] of codes.entries()) assert.equal(totpCode(secret, step), code)
})

test('a code is taken one step early or late, no more, and never twice nor after a later one', () => {
  const step = stepAt(at(1_000_000))
  for (const drift of [-1, 0, 1]) {
    assert.equal(matchingStep(secret, totpCode(secret, step + drift), at(1_000_000), 0), step + drift)
  }
  for (const drift of [-2, 2]) {
    assert.equal(matchingStep(secret, totpCode(secret, step + drift), at(1_000_000), 0), undefined)
  }
  assert.equal(matchingStep(secret, totpCode(secret, step), at(1_000_000), step), undefined)
  assert.equal(matchingStep(secret, totpCode(secret, step - 1), at(1_000_000), step), undefined)
  for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    assert.equal(matchingStep(secret, wrong, at(1_000_000), 0), undefined)
})

test('base32 as RFC 4648 §10 has it, without padding', () => {
  const vectors = { f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB', foobar: 'MZXW6YTBOI' }
  for (const [text, code] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), code)
  assert.match(
    totpAddress(secret, 'Punte', 'ana.pop'),
    /^otpauth:\/\/totp\/Punte:ana\.pop\?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&/,
  )
})
