import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PunteError } from '../errors.ts'
import { placeText, readPlace } from './filter.ts'
import { searchPayments } from './payments.ts'

const refused = (error: unknown) => error instanceof PunteError && error.code === 'FIELD_INVALID'
const place = (at: string, id: string) => placeText({ at, id })

test('a place that no list gave is a fault of who asks, before the database sees it', async () => {
  const at = '2030-02-28T23:59:59.123456Z'
  assert.deepEqual(readPlace(place(at, '1/Ț 1')), { at, id: '1/Ț 1' })
  for (const wrong of ['2030-02-31T00:00:00.000000Z', '2030-13-01T00:00:00.000000Z', '2030-01-01T24:00:00.000000Z'])
    assert.throws(() => readPlace(place(wrong, '1')), refused, wrong)
  for (const wrong of ['x', '%%%', place(at, 'a\0b'), Buffer.from(`${at} `).toString('base64url')])
    assert.throws(() => readPlace(wrong), refused, wrong)
  const partners = { all: () => [{ partner_id: 1, client_id: 'a' }] }
  const context = { partners, db: {} } as unknown as Parameters<typeof searchPayments>[0]
  for (const id of ['x', '1e3', '99999999999999999999', '-1'])
    await assert.rejects(searchPayments(context, { after: place(at, id) }), refused, id)
})
