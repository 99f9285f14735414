import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWebAddress, openedLink, readLink } from './links.ts'

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

test('a return of which the bank left nothing leads to the payment that this tab was about', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  }
  const tab = () => storage
  const link = { paymentId: '1001', state: 'ab.c-_1' }
  assert.equal(openedLink('', tab), undefined)
  assert.deepEqual(openedLink('?payment=1001&state=ab.c-_1', tab), link)
  assert.deepEqual(openedLink('', tab), link)
  assert.equal(openedLink('?payment=1&state=', tab), undefined, 'an address that is spoiled is no other payment')
  const closed = (): never => {
    throw new Error('storage is switched off')
  }
  assert.deepEqual(openedLink('?payment=1001&state=ab.c-_1', closed), link)
  assert.equal(openedLink('', closed), undefined)
})

test('only web addresses are followed', () => {
  assert.equal(isWebAddress('https://shop.example/r?x=1'), true)
  assert.equal(isWebAddress('http://localhost:3000/'), true)
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '/relative', '', undefined]) {
    assert.equal(isWebAddress(address), false)
  }
})
