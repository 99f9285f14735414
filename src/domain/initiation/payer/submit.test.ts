/** Submitting again and again: the limit on tries. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { PunteError } from '../../errors.ts'
import { type Fixture, openFixture } from '../fixture.ts'

let f: Fixture
before(async () => {
  f = await openFixture()
})
after(() => f?.close())

test('a payment is tried at banks twenty times at most: a page is no way to ring strangers without end', async () => {
  const key = await f.initiated()
  f.bank.initiate = [{ kind: 'refused', http_status: 400, code: 'FORMAT_ERROR', text: '' }]
  for (let tried = 0; tried < 20; tried += 1) await f.submit(key)
  await assert.rejects(f.submit(key), (error: PunteError) => error.code === 'RATE_LIMITED')
  assert.equal(f.bank.asked.initiate.length, 20)
  assert.equal(await f.statusOf(key), 'INIT')
})
