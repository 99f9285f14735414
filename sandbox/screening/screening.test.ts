import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { configReader } from '../process/config.ts'
import { startScreening, UNANSWERED } from './screening.ts'

const service = await startScreening(configReader({ http: { port: 0 } }))
after(service.close)

const ask = async (...names: readonly string[]) => {
  const subjects = names.map((name, at) => ({ subject: String(at), name, is_person: true }))
  const headers = { 'content-type': 'application/json' }
  return fetch(`${service.url}/screen`, { method: 'POST', headers, body: JSON.stringify({ subjects }) })
}
const hits = async (...names: readonly string[]) =>
  ((await (await ask(...names)).json()) as { hits: { subject: string; kind: string; score: number }[] }).hits

test('a listed name is found in any order of words, without diacritics, with a slip', async () => {
  assert.deepEqual(
    (await hits('Ana Popescu', 'SANCTIUNESCU Vlad', 'Sancțiunescu Vladd', 'Ministrescu Doru')).map(
      ({ subject, kind }) => [subject, kind],
    ),
    [
      ['1', 'sanctions'],
      ['2', 'sanctions'],
      ['3', 'pep'],
    ],
  )
  assert.equal((await hits('Vlad Sancțiunescu'))[0]?.score, 100)
})

test('it fails where it is told to, and refuses what is no question', async () => {
  assert.equal((await ask(UNANSWERED)).status, 503)
  const headers = { 'content-type': 'application/json' }
  assert.equal((await fetch(`${service.url}/screen`, { method: 'POST', headers, body: '{}' })).status, 400)
})
