import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BankChoice } from '../../../src/http/checkout/contract.ts'
import { bankInitials, bankMeant, searchBanks } from './bank-search.ts'

const bank = (id: string, name: string, code: string): BankChoice => ({
  id,
  name,
  ibanCodes: [code],
  sca: 'redirect',
  needsUserCode: false,
  available: true,
})
const BANKS = [
  bank('a', 'Banca Transilvania', 'BTRL'),
  bank('b', 'Banca Românească', 'BRMA'),
  bank('c', 'Țara Bank', 'TARA'),
  bank('d', 'BCR', 'RNCB'),
]
const found = (query: string) => searchBanks(BANKS, query).map(({ id }) => id)

test('finds by the beginning of a word, with or without diacritics, by initials and by IBAN code', () => {
  assert.deepEqual(found('trans'), ['a'])
  assert.deepEqual(found('ROMANEASCA'), ['b'])
  assert.deepEqual(found('românească'), ['b'])
  assert.deepEqual(found('tara'), ['c'])
  assert.deepEqual(found('bt'), ['a'])
  assert.deepEqual(found('rncb'), ['d'])
  assert.deepEqual(found('ban'), ['a', 'b', 'c'])
  assert.deepEqual(found('banca trans'), ['a'])
  assert.deepEqual(found(''), ['a', 'b', 'c', 'd'])
  assert.deepEqual(found('silvania'), [])
})

test('knows which bank is meant, or that none is', () => {
  assert.equal(bankMeant(BANKS, 'banca transilvania')?.id, 'a')
  assert.equal(bankMeant(BANKS, 'trans')?.id, 'a')
  assert.equal(bankMeant(BANKS, 'banca'), undefined)
  assert.equal(bankMeant(BANKS, ' '), undefined)
})

test('draws initials from the words that matter', () => {
  assert.deepEqual(
    ['Banca Transilvania', 'BCR', 'Banca de Export', 'Țara Bank', 'Libra (simulată)'].map(bankInitials),
    ['BT', 'BC', 'BE', 'TB', 'LI'],
  )
})
