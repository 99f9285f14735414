import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOnce } from './open-once.ts'

test('a sealed value is opened once, and anew for every other context', () => {
  let opened = 0
  const keys = {
    open: (sealed: Uint8Array, context: string) => {
      opened += 1
      if (context !== 'mine') throw new Error('belongs elsewhere')
      return String(sealed)
    },
  }
  const open = openOnce<{ a: number }>()
  const sealed = Buffer.from('{"a":1}')
  assert.deepEqual(open(keys, sealed, 'mine'), { a: 1 })
  assert.deepEqual(open(keys, sealed, 'mine'), { a: 1 })
  assert.equal(opened, 1)
  assert.throws(() => open(keys, sealed, 'another'), /belongs elsewhere/)
  assert.deepEqual(open(keys, Buffer.from('{"a":2}'), 'mine'), { a: 2 })
})
