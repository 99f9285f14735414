import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createLog } from '../log.ts'
import { createOutbound } from '../outbound.ts'
import { askScreening } from './connector.ts'

const seen: { method: string | undefined; url: string | undefined; body: string }[] = []
const next = { status: 200, body: '{"hits":[]}' }
const server = createServer(async (request: IncomingMessage, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  seen.push({ method: request.method, url: request.url, body: Buffer.concat(parts).toString() })
  response.writeHead(next.status, { 'content-type': 'application/json' }).end(next.body)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const outbound = createOutbound({ log: createLog('silent'), private_addresses_allowed: false, user_agent: 'test' })
after(async () => {
  await outbound.close()
  server.close()
})

const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lists/`
const SUBJECTS = [{ subject: 'company', is_person: false, name: 'Florăria Ana', country: 'RO' }]
const HIT = { subject: 'company', listed_name: 'Floraria Anei', list: 'EU', kind: 'sanctions', score: 88 }
const ask = async (body: unknown, status = 200) => {
  Object.assign(next, { status, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return askScreening({ outbound, url }, SUBJECTS)
}

test('names go in the body, resemblances come back', async () => {
  assert.deepEqual(await ask({ hits: [{ ...HIT, more: 1 }] }), { kind: 'answered', hits: [HIT] })
  assert.deepEqual(seen.at(-1), { method: 'POST', url: '/lists/screen', body: JSON.stringify({ subjects: SUBJECTS }) })
  assert.deepEqual(await ask({ hits: [] }), { kind: 'answered', hits: [] })
})

test('an answer that cannot be read is none', async () => {
  const wrong = [
    '',
    'null',
    '<html>',
    {},
    { hits: 'none' },
    { hits: [{ ...HIT, subject: 'somebody' }] },
    { hits: [{ ...HIT, score: 101 }] },
    { hits: [{ ...HIT, kind: 'rumour' }] },
    { hits: [null] },
    { hits: Array.from({ length: 501 }, () => HIT) },
  ]
  for (const body of wrong)
    assert.deepEqual(await ask(body), { kind: 'failed', reason: 'ANSWER_INVALID' }, JSON.stringify(body))
  assert.deepEqual(await ask({ hits: [] }, 500), { kind: 'failed', reason: 'STATUS_500' })
  const nobody = await askScreening({ outbound, url: 'http://127.0.0.1:1' }, SUBJECTS)
  assert.deepEqual(nobody, { kind: 'failed', reason: 'ECONNREFUSED' })
})
