import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { initialsOf, maskIban, maskMail, maskText } from './mask.ts'

test('an account, a name and an address keep enough to be told apart', () => {
  assert.equal(maskIban('RO49 AAAA 1B31 0075 9384 0000'), 'RO49…0000')
  assert.equal(maskIban('RO49'), '…')
  assert.equal(initialsOf('Ștefan  Ionescu-Popa'), 'Ș. I. P.')
  assert.equal(maskMail('ana.pop@example.ro'), 'a…@example.ro')
})

test('codes and words stay as they are', () => {
  for (const text of [
    'INSUFFICIENT_FUNDS',
    'PSU_CREDENTIALS_INVALID',
    'HTTP 503',
    'connection refused',
    "acquirer's staff: never arrived, 19.99 RON, on 22.11.2026",
    'telephone-confirmation',
    'payment 100000001',
  ])
    assert.equal(maskText(text), text)
})

test('what a terminal or a reader would take for something else becomes a space', () => {
  assert.equal(maskText('a\n  ACSC\u001b[2J\u202eb'), 'a   ACSC [2J b')
})

test('an IBAN in a text stays recognisable, however it is written', () => {
  for (const iban of ['RO49AAAA1B31007593840000', 'ro49 aaaa 1b31 0075 9384 0000', 'RO49-AAAA-1B31-0075-9384-0000'])
    assert.match(maskText(`the account ${iban}.`), /^the account ro49…0000\.$/i)
})

test('a card number behind an IBAN in groups is not cut in two by it', () => {
  assert.doesNotMatch(maskText('RO49 AAAA 1B31 0075 9384 0000 5123450000000008'), /\d{6}/)
})

test('a known name goes in whatever case, with its signs taken as letters only', () => {
  const known = [{ value: 'Ana (Ion) S.R.L.', as: 'A.' }]
  assert.equal(maskText('for ANA (ION) S.R.L. and Ana Ion SxRxL', known), 'for A. and Ana Ion SxRxL')
})

const from = (letters: string, lengths: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...letters), ...lengths })
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'
const iban = fc
  .tuple(from(DIGITS, { minLength: 2, maxLength: 2 }), from(CAPITALS + DIGITS, { minLength: 20, maxLength: 20 }))
  .map(([check, rest]) => `RO${check}${rest}`)
const inGroups = (text: string) => text.replace(/(.{4})(?=.)/g, '$1 ')
const name = fc
  .array(from('abcdefghilmnoprstuvzăâîșț', { minLength: 3, maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' '))
// Hashed, since made-up bytes are often all the same: a run of one letter may be a word.
const token = fc.uint8Array().map((bytes) => createHash('sha256').update(bytes).digest('base64url'))
const number = from(DIGITS, { minLength: 13, maxLength: 19 })
const mail = fc
  .tuple(from('abcdef.0123', { minLength: 2, maxLength: 20 }), name)
  .map(([local]) => `${local}@example.ro`)
const between = fc.constantFrom(' ', ' to ', ', IBAN:', ' = "', '\n', ' / ')

test('no IBAN, name, mail address, card number or token of a text comes out of it', () => {
  fc.assert(
    fc.property(
      iban,
      name,
      token,
      number,
      mail,
      between,
      fc.string(),
      (account, who, secret, card, address, gap, noise) => {
        const known = [{ value: who, as: initialsOf(who) }]
        const parts = [
          noise,
          account,
          who,
          secret,
          inGroups(account),
          card,
          address,
          `https://bank.example/ok?code=${secret}`,
        ]
        const masked = maskText(parts.join(gap), known)
        for (const secret_part of [account, inGroups(account), who, secret, card, address])
          assert.ok(!masked.includes(secret_part), `${secret_part} in ${masked}`)
      },
    ),
    { numRuns: 2_000 },
  )
})
