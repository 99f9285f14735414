import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWebAddress, readLink } from './links.ts'

test('reads the payment and its state', () => {
  assert.deepEqual(readLink('?payment=1001&state=ab.c-_1%3D'), { paymentId: '1001', state: 'ab.c-_1=' })
})

test('an address that lacks or spoils either is no link', () => {
  const searches = [
    '',
    '?payment=1',
    '?state=x',
    '?payment=&state=x',
    '?payment=1a&state=x',
    '?payment=../1&state=x',
    '?payment=1&state=%0d%0aX',
    `?payment=1&state=${'x'.repeat(3000)}`,
  ]
  for (const search of searches) assert.equal(readLink(search), undefined, search)
})

test('only web addresses are followed', () => {
  assert.equal(isWebAddress('https://shop.example/r?x=1'), true)
  assert.equal(isWebAddress('http://localhost:3000/'), true)
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '/relative', '', undefined]) {
    assert.equal(isWebAddress(address), false)
  }
})
