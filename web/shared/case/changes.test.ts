import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesBetween, contested, withChanges } from './changes.ts'
import { valueAt, withValue } from './path.ts'

test('values are read and written by path, and a copy is made', () => {
  const data = { company: { cui: '1' }, beneficial_owners: [{ cnp: 'a' }, { cnp: 'b' }] }
  assert.equal(valueAt(data, 'beneficial_owners[1].cnp'), 'b')
  assert.equal(valueAt(data, 'beneficial_owners[7].cnp'), undefined)
  const changed = withValue(data, 'beneficial_owners[1].cnp', 'c')
  assert.equal(valueAt(changed, 'beneficial_owners[1].cnp'), 'c')
  assert.equal(data.beneficial_owners[1]?.cnp, 'b')
  assert.deepEqual(withValue(data, 'company.cui', undefined), {
    company: {},
    beneficial_owners: data.beneficial_owners,
  })
  assert.deepEqual(withValue(undefined, 'sources[0].name', 'x'), { sources: [{ name: 'x' }] })
})

test('what I changed is put onto what somebody else has saved; what both changed is told', () => {
  const base = { company: { name: 'A', cui: '1', city: 'Iași' }, contact: { email: 'a@x.ro' } }
  const mine = { company: { name: 'B', cui: '1', city: 'Cluj' }, contact: { email: 'a@x.ro' } }
  const theirs = { company: { name: 'C', cui: '1', city: 'Cluj' }, contact: { email: 'b@x.ro' } }
  const my_changes = changesBetween(base, mine)
  const their_changes = changesBetween(base, theirs)
  assert.deepEqual(
    my_changes.map(({ field }) => field),
    ['company.name', 'company.city'],
  )
  assert.deepEqual(
    contested(my_changes, their_changes).map(({ field }) => field),
    ['company.name'],
  )
  assert.deepEqual(withChanges(theirs, my_changes), { company: mine.company, contact: theirs.contact })
})

test('absent, empty and reordered is no change', () => {
  assert.deepEqual(changesBetween({ company: { name: '', cui: '1' }, sources: [] }, { company: { cui: '1' } }), [])
  assert.deepEqual(
    changesBetween({ sources: [{ name: 'a', about: 'other' }] }, { sources: [{ about: 'other', name: 'a' }] }),
    [],
  )
})
