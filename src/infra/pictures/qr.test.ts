import assert from 'node:assert/strict'
import test from 'node:test'
import { inflateSync } from 'node:zlib'
import { encode } from 'uqr'
import { qrPng } from './qr.ts'

test('the PNG holds the code, module for module', () => {
  const text = 'https://plati.example/payment-initiation?payment=100000001&state=AAAA'
  const png = qrPng(text)
  const side = png.readUInt32BE(16)
  assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG')
  const data_length = png.readUInt32BE(33)
  assert.equal(png.subarray(37, 41).toString('latin1'), 'IDAT')
  const lines = inflateSync(png.subarray(41, 41 + data_length))
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const pixels = side / size
  const line_bytes = 1 + Math.ceil(side / 8)
  assert.equal(lines.length, side * line_bytes)
  const isDark = (x: number, y: number) =>
    (((lines[y * line_bytes + 1 + (x >> 3)] as number) >> (7 - (x & 7))) & 1) === 0
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const middle = (at: number) => at * pixels + Math.floor(pixels / 2)
      assert.equal(isDark(middle(column), middle(row)), data[row]?.[column], `${column},${row}`)
    }
  }
})
