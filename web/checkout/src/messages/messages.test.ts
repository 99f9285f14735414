import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SHOP_VIEW } from '../fixtures.ts'
import { MESSAGES, wordsFor } from './messages.ts'
import { termsOf } from './terms.ts'

/** Every text with its path; functions are called with plain values. */
function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node === 'function') return [[path, String(node(...Array(node.length).fill(7)))]]
  return Object.entries(node as object).flatMap(([name, child]) => texts(child, `${path}.${name}`))
}

const languages = {
  ro: [...texts(MESSAGES.ro), ...texts(termsOf('ro', SHOP_VIEW.operator), '.terms')],
  en: [...texts(MESSAGES.en), ...texts(termsOf('en', SHOP_VIEW.operator), '.terms')],
}

test('both languages say the same things, and none is left empty', () => {
  assert.deepEqual(
    languages.en.map(([path]) => path),
    languages.ro.map(([path]) => path),
  )
  for (const [path, text] of [...languages.ro, ...languages.en]) assert.notEqual(text.trim(), '', path)
})

test('English is not left in Romanian', () => {
  const romanian = new Map(languages.ro)
  const same = languages.en.filter(([path, text]) => romanian.get(path) === text).map(([path]) => path)
  assert.deepEqual(same, ['.footer.contact'])
})

test('Romanian is written with comma-below letters and its own quotation marks', () => {
  for (const [path, text] of languages.ro) {
    assert.doesNotMatch(text, /[şţŞŢ]/, `${path}: cedilla`)
    assert.equal(text, text.normalize('NFC'), `${path}: decomposed`)
    assert.doesNotMatch(text, /["“]/, `${path}: quotation marks`)
    assert.doesNotMatch(
      text,
      /\b(Plateste|Renunta|Multumesc|platitor|Camp|banca ta si|plata si)\b/,
      `${path}: bare letters`,
    )
  }
})

test('the labels are those of the service description', () => {
  assert.deepEqual(Object.values(MESSAGES.ro.labels), [
    'Nume partener',
    'Selectează banca plătitor',
    'IBAN plătitor',
    'Suma de plată',
    'Email plătitor',
    'Nume beneficiar',
    'IBAN beneficiar',
    'Detalii de plată',
    'Cod utilizator',
  ])
  assert.equal(MESSAGES.ro.faults.required, 'Câmp obligatoriu')
  assert.deepEqual([MESSAGES.ro.pay, MESSAGES.ro.thanks, MESSAGES.ro.cancel], ['Plătește', 'Mulțumesc!', 'Renunță'])
})

test('Romanian counts seconds as Romanians do', () => {
  const said = [1, 2, 10, 19, 20, 60, 101, 119, 120].map(
    (count) => MESSAGES.ro.idle.warningText(count).split(' în ')[1],
  )
  assert.deepEqual(said, [
    'o secundă.',
    '2 secunde.',
    '10 secunde.',
    '19 secunde.',
    '20 de secunde.',
    '60 de secunde.',
    '101 secunde.',
    '119 secunde.',
    '120 de secunde.',
  ])
})

test('a code without words of its own gets the words of its kind', () => {
  assert.equal(wordsFor(MESSAGES.ro.problems, 'BANK_REFUSED', 'OTHER'), MESSAGES.ro.problems.BANK_REFUSED)
  assert.equal(wordsFor(MESSAGES.ro.problems, 'toString', 'OTHER'), MESSAGES.ro.problems.OTHER)
})
