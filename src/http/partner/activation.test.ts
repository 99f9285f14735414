import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { showCase } from '../../domain/compliance/show.ts'
import { type Authority, createAuthority } from '../../infra/certificates/issue.ts'
import { createWorld, type TestWorld } from './testing/world.ts'

let world: TestWorld
let authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>

before(async () => {
  world = await createWorld()
  authority = await createAuthority({ name: 'Partner CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
})
after(() => world.close())

const PATH = '/gateway/core/rest/api/clientActivation'
const MERCHANT = {
  name: 'Brutăria Dor SRL',
  cifCnp: 'RO41251980',
  tradeRegisterNumber: 'J40/1/2020',
  officeAddress: 'Str. Pâinii 2, București',
  iban: 'RO49AAAA1B31007593840000',
  contactPerson: 'Pop Dan',
  contactEmail: 'dan@dor.example',
  vatPayer: true,
  persAcceptTCSF: true,
  dataAcceptTCSF: '2030-01-31T10:00:00',
  platformURL: 'https://dor.example',
}
const activate = (body: unknown, headers: Record<string, string> = { clientId: shop.client_id }, path = PATH) =>
  world.call({
    ...{ method: 'POST', path, as: shop.issued, body: typeof body === 'string' ? body : JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  })

test('a merchant told of is a draft; told again, in any spelling of the call, it is the same', async () => {
  const first = await activate(MERCHANT)
  assert.equal(first.status, 200, first.text)
  assert.equal(first.json.messageStatus, 'OK')
  assert.equal(first.json.result.activationStatus, 'RECEIVED')
  for (const path of [PATH, '/core/rest/api/core/clientActivation', '/core/rest/api/clientActivation'])
    assert.equal(
      (await activate({ ...MERCHANT, name: 'Altul' }, undefined, path)).json.result.activationId,
      first.json.result.activationId,
    )
  const shown = await showCase(world.context, first.json.result.activationId)
  assert.equal(shown.state, 'draft')
  assert.equal(shown.introduced_by, shop.client_id)
  assert.equal(shown.data.company?.name, 'Brutăria Dor SRL')
})

test('faults are told all at once, by the names that were sent', async () => {
  const answer = await activate({ vatPayer: 'maybe', contactEmail: 'x'.repeat(300), name: '' })
  assert.equal(answer.status, 400)
  assert.deepEqual(answer.json.faults.map(({ field }: { field: string }) => field).sort(), [
    'cifCnp',
    'contactEmail',
    'name',
    'vatPayer',
  ])
  assert.equal((await activate({ ...MERCHANT, cifCnp: '41251981' })).json.field, 'cifCnp')
  assert.equal(
    (await activate({ ...MERCHANT, cifCnp: '99123452', logo: 'data:text/html;base64,AAAA' })).json.field,
    'logo',
  )
  assert.equal((await activate('[]')).json.code, 'BODY_MALFORMED')
  assert.equal((await activate(MERCHANT, {})).json.field, 'clientId')
})

test('only the partner itself tells of its merchants', async () => {
  const other = await world.partner({ authority, common_name: 'Other' })
  assert.equal((await activate(MERCHANT, { clientId: other.client_id })).json.code, 'CERTIFICATE_MISMATCH')
  assert.equal((await activate(MERCHANT, { clientId: 'nobody-at-all' })).json.code, 'CLIENT_UNKNOWN')
})
