/** What may be written down of a message: JSON, XML, forms, text, whole and cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { OutboundAnswer, OutboundRequest } from '../../infra/outbound.ts'
import { processorMs } from '../../infra/testing/cost.ts'
import { redact, type Side } from './redact.ts'

const PROFILE: Pick<BankProfile, 'access' | 'header_files'> = {
  access: {
    kind: 'client_credentials',
    token_endpoint: 'https://bank.example/token',
    client_id: 'punte',
    client_authentication: 'client_secret_post',
    scope: '',
    pkce: false,
    token_header: 'oauth-1',
  },
  header_files: { 'X-Portal': 'portal.txt' },
}
const SECRET = 's3cret-value-0123456789'

const call = (more: Partial<OutboundRequest>): OutboundRequest => ({
  purpose: 'bank',
  method: 'POST',
  url: 'https://bank.example/v1/payments',
  timeout_ms: 1,
  max_bytes: 1,
  ...more,
})
const says = (body: string, type = 'application/json', status = 200): OutboundAnswer => ({
  kind: 'answered',
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
})
const answered = (answer: OutboundAnswer, request: Partial<OutboundRequest> = {}, about_tokens = false): Side => {
  const { answer: side } = redact(PROFILE, call(request), answer, about_tokens)
  return side ?? assert.fail()
}

test('headers: by their names, by the bank’s own secrets, and no address of ours with what opens it', () => {
  const headers = {
    Authorization: `Bearer ${SECRET}`,
    'oauth-1': SECRET,
    'x-portal': SECRET,
    'client-secret': SECRET,
    'x-ibm-client-id': 'public-id',
    'x-request-id': 'f07606f1-0119-4c7e-9e2a-2493f4eeb6e1',
    'tpp-redirect-uri': 'https://plati.example/payment-return/AAAAAQAAAAA/ok',
    'tpp-notification-uri': 'https://plati.example/bank-notification/AAAAAQAAAAA',
    location: 'https://bank.example/sca?ticket=abc#x',
  }
  const { request } = redact(PROFILE, call({ headers }), { kind: 'not_sent', reason: 'TIMEOUT' }, false)
  assert.deepEqual(Object.fromEntries(request.headers), {
    Authorization: '…',
    'oauth-1': '…',
    'x-portal': '…',
    'client-secret': '…',
    'x-ibm-client-id': 'public-id',
    'x-request-id': 'f07606f1-0119-4c7e-9e2a-2493f4eeb6e1',
    'tpp-redirect-uri': 'https://plati.example/payment-return/…/ok',
    'tpp-notification-uri': 'https://plati.example/bank-notification/…',
    location: 'https://bank.example/sca?…',
  })
})

test('JSON: secrets by name at any depth, links without their queries, error codes as they are', () => {
  const body = {
    tppMessages: [{ category: 'ERROR', code: 'TOKEN_INVALID', text: `token=${SECRET} is bad` }],
    data: [{ accessToken: SECRET, 'refresh-token': SECRET, psuData: { password: 'p' }, token_type: 'Bearer' }],
    _links: { scaRedirect: { href: `https://bank.example/sca?ticket=${SECRET}` } },
    jwt_like: `see eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.${SECRET}`,
  }
  assert.deepEqual(JSON.parse(answered(says(JSON.stringify(body))).body ?? ''), {
    tppMessages: [{ category: 'ERROR', code: 'TOKEN_INVALID', text: 'token=… is bad' }],
    data: [{ accessToken: '…', 'refresh-token': '…', psuData: { password: '…' }, token_type: 'Bearer' }],
    _links: { scaRedirect: { href: 'https://bank.example/sca?…' } },
    jwt_like: 'see …',
  })
})

test('forms and what is answered to them: only what is known to be harmless', () => {
  const form = `grant_type=authorization_code&code=${SECRET}&client_id=punte&code_verifier=${SECRET}&weird=${SECRET}`
  const request = { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  const answer = says(JSON.stringify({ access_token: SECRET, expires_in: 300, strange: SECRET, error: 'none' }))
  const both = redact(PROFILE, call(request), answer, true)
  assert.equal(both.request.body, 'grant_type=authorization_code&code=…&client_id=punte&code_verifier=…&weird=…')
  assert.deepEqual(JSON.parse(both.answer?.body ?? ''), {
    access_token: '…',
    expires_in: 300,
    strange: '…',
    error: 'none',
  })
  assert.equal(answered(says(`<html>${SECRET}`, 'text/html'), {}, true).body, '…', 'what cannot be read')
})

test('XML and text: elements and pairs that are named like secrets', () => {
  const xml = `<a:Doc><a:Token>${SECRET}</a:Token><Nm>Ana</Nm><Signature x="1">${SECRET}</Signature></a:Doc>`
  assert.equal(
    answered(says(xml, 'application/xml')).body,
    '<a:Doc><a:Token>…</a:Token><Nm>Ana</Nm><Signature x="1">…</Signature></a:Doc>',
  )
  const text = `Authorization: Bearer ${SECRET}\nclient_secret = ${SECRET}; user=ana`
  assert.equal(answered(says(text, 'text/plain')).body, 'Authorization: … …\nclient_secret = …; user=ana')
})

test('a bank that says our secrets back under any name tells nothing', () => {
  const headers = { 'oauth-1': SECRET, signature: `keyId="x",signature="${'Ab9+'.repeat(20)}"` }
  const side = answered(says(`you sent ${SECRET} and ${'Ab9+'.repeat(20)}`, 'text/plain'), { headers })
  assert.equal(side.body, 'you sent … and …')
})

test('a long body is cut to what a side may have, says so, and is without secrets all the same', () => {
  const item = { access_token: SECRET, name: 'ă'.repeat(100) }
  const body = JSON.stringify(Array.from({ length: 500 }, () => item))
  const side = answered(says(body))
  assert.deepEqual([side.cut, side.bytes], [true, Buffer.byteLength(body)])
  assert.ok(Buffer.byteLength(side.body ?? '') <= 16_384)
  assert.ok(
    !side.body?.includes(SECRET) && side.body?.startsWith('[{"access_token":…,"name":"ăă'),
    side.body?.slice(0, 60),
  )
  assert.ok(!side.body?.includes('\ufffd'))
  assert.equal(answered(says('{"a":1}')).cut, undefined)
  // A secret that stands across the cut.
  const headers = { 'oauth-1': SECRET }
  const across = answered(says(`${'x '.repeat(8_187)} ${SECRET}${SECRET}`, 'text/plain'), { headers })
  assert.ok(across.cut && !across.body?.includes(SECRET.slice(0, 5)), across.body?.slice(-30))
})

test('nothing that is answered breaks it, and a named secret never stays, wherever it stands', () => {
  const key = fc.constantFrom('access_token', 'clientSecret', 'code_verifier', 'password', 'X-Api-Key', 'id_token')
  fc.assert(
    fc.property(fc.jsonValue(), key, fc.boolean(), fc.nat(20_000), (value, name, about_tokens, padding) => {
      const body = JSON.stringify({ value, padding: 'x'.repeat(padding), inner: { [name]: SECRET } })
      assert.ok(!JSON.stringify(answered(says(body), {}, about_tokens)).includes(SECRET))
    }),
    { numRuns: 200 },
  )
  fc.assert(fc.property(fc.string(), (text) => answered(says(text)).bytes === Buffer.byteLength(text)))
  answered(says('['.repeat(16_000)))
  const hostile = ['x', 'http://', 'eyJ-', '"a', 'a: ', '<a ', 'a.', '=:'].map((part) => says(part.repeat(8_000)))
  const cost_ms = processorMs(() => hostile.forEach((answer) => void answered(answer)))
  assert.ok(cost_ms < 3_000, `a pattern runs away: ${cost_ms} ms`)
})
