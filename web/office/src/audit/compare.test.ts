import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differences } from './compare.ts'

test('fields that differ, are new or gone, however deep', () => {
  assert.deepEqual(
    differences({ a: 1, b: { c: 'x', d: [1] }, gone: null }, { a: 1, b: { c: 'y', d: [1] }, fresh: true }),
    [
      { field: 'a', before: '1', after: '1', is_changed: false },
      { field: 'b.c', before: 'x', after: 'y', is_changed: true },
      { field: 'b.d', before: '[1]', after: '[1]', is_changed: false },
      { field: 'gone', before: 'null', after: undefined, is_changed: true },
      { field: 'fresh', before: undefined, after: 'true', is_changed: true },
    ],
  )
  assert.deepEqual(differences(null, { a: 1 }), [{ field: 'a', before: undefined, after: '1', is_changed: false }])
  assert.deepEqual(differences(null, null), [])
})
