import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REFUSALS } from '../../../shared/refusals.ts'
import { ACTS, actName, FAMILIES, SUBJECT_KINDS, subjectName } from './act-words.ts'
import { fieldName } from './field-words.ts'
import { valueName } from './value-words.ts'

test('acts, families and subjects have words of their own in both languages, each act another', () => {
  for (const table of [ACTS, FAMILIES, SUBJECT_KINDS])
    for (const [code, { ro, en }] of Object.entries(table)) {
      assert.match(ro, /^\p{Lu}[^.]+$/u, code)
      assert.match(en, /^\p{Lu}[^.]+$/u, code)
    }
  for (const language of ['ro', 'en'] as const) {
    const names = Object.values(ACTS).map((words) => words[language])
    assert.equal(new Set(names).size, names.length, language)
  }
})

test('no English stands in the Romanian words, no Romanian in the English ones', () => {
  const english = /(?<!\p{L})(the|of|is|was|and|by|from|with|this|not)(?!\p{L})/iu
  const all = [...Object.values(ACTS), ...Object.values(FAMILIES), ...Object.values(SUBJECT_KINDS)]
  for (const { ro, en } of all) {
    assert.doesNotMatch(ro, english)
    assert.doesNotMatch(en, /[ăâîșț]/i)
  }
  for (const text of Object.values(REFUSALS.ro)) assert.doesNotMatch(text, english)
})

test('what a former version wrote is shown as it was written', () => {
  assert.equal(actName('former.act', 'en'), 'former.act')
  assert.equal(subjectName('constructor', 'ro'), 'constructor')
  assert.equal(fieldName('toString', 'ro'), 'toString')
  assert.equal(valueName('status', 'constructor', 'ro'), undefined)
})

test('fields within fields, and values, by their words', () => {
  assert.equal(fieldName('daily_volume.warn_level', 'ro'), 'Plăți pe zi, avertizează peste')
  assert.equal(fieldName('filters.bank_id', 'en'), 'Filters, bank_id')
  assert.equal(valueName('max_amount.block_level', '20000', 'ro'), '200,00 RON')
  assert.equal(valueName('max_amount.block_level', '20000', 'en'), '200.00 RON')
  assert.equal(valueName('daily_volume.warn_level', 'null', 'ro'), 'fără')
  assert.equal(valueName('role', 'partner_admin', 'en'), 'administrator of the partner')
  assert.equal(valueName('act', 'key.rotate', 'ro'), 'Cheie nouă')
  assert.equal(valueName('name', 'suspended', 'ro'), undefined)
})
