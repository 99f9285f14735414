import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createAuthority, issueClientCertificate } from '../../infra/certificates/issue.ts'
import { basic, createGatewayWorld, type GatewayWorld } from './testing/world.ts'

let world: GatewayWorld
type Made = Awaited<ReturnType<GatewayWorld['merchant']>>
let one: Made
let two: Made

const ORDER = '/api/rest/version/100/merchant/ONE/order/none'

before(async () => {
  world = await createGatewayWorld()
  one = await world.merchant('ONE')
  two = await world.merchant('TWO')
})
after(() => world.close())

const refused = { error: { cause: 'INVALID_REQUEST', explanation: 'Invalid credentials.' }, result: 'ERROR' }

test('Basic merchant.{id} with the API password', async () => {
  const answer = await world.call({ path: ORDER, as: one })
  assert.equal(answer.status, 400)
  assert.equal(answer.json.error.explanation, 'Unable to find order none for merchant ONE')
})

test('without credentials 401 with a challenge, with wrong ones 401 without', async () => {
  const absent = await world.call({ path: ORDER })
  assert.equal(absent.status, 401)
  assert.match(absent.headers['www-authenticate'] ?? '', /^Basic realm=/)
  assert.equal(absent.json.error.cause, 'INVALID_REQUEST')
  for (const authorization of [
    basic('merchant.ONE', 'wrong'),
    basic('merchant.NOBODY', one.password),
    basic('ONE', one.password),
    basic('merchant.ONE', ''),
    basic('merchant.ONE', 'x'.repeat(300)),
    'Basic !!!',
    'Bearer abc',
    'Basic',
  ]) {
    const answer = await world.call({ path: ORDER, headers: { authorization } })
    assert.equal(answer.status, 401, authorization)
    assert.deepEqual(answer.json, refused)
    assert.equal(answer.headers['www-authenticate'], undefined)
  }
})

test("another merchant's address is refused, whether it exists or not", async () => {
  for (const merchant of ['TWO', 'NOBODY']) {
    const answer = await world.call({ path: `/api/rest/version/100/merchant/${merchant}/order/none`, as: one })
    assert.equal(answer.status, 401)
    assert.equal(
      answer.json.error.explanation,
      'Authenticated entity not authorised to perform operation for target entity',
    )
  }
})

test("a client certificate of the merchant's partner stands for a password; anybody else's does not", async () => {
  const own = await world.call({ path: ORDER, certificate: one.issued })
  assert.equal(own.status, 400)
  const stranger = await issueClientCertificate(await createAuthority({ name: 'Other CA' }), {
    subject: { common_name: 'ONE' },
  })
  for (const certificate of [two.issued, stranger]) {
    const answer = await world.call({ path: ORDER, certificate })
    assert.equal(answer.status, 401)
    assert.deepEqual(answer.json, refused)
  }
  const unknown = await world.call({ path: ORDER.replace('ONE', 'NOBODY'), certificate: one.issued })
  assert.deepEqual(unknown.json, refused)
})

test('NVP: apiUsername and apiPassword, or Basic', async () => {
  const path = '/api/nvp/version/100'
  const form = 'merchant=ONE&apiOperation=RETRIEVE_ORDER&order.id=none'
  const ask = (body: string, headers = {}) => world.call({ method: 'POST', path, body, headers })
  for (const answer of [
    await ask(`${form}&apiUsername=merchant.ONE&apiPassword=${one.password}`),
    await ask(`${form}&apiPassword=${one.password}`),
    await ask(form, { authorization: basic('merchant.ONE', one.password) }),
  ])
    assert.equal(answer.form.get('error.explanation'), 'Unable to find order none for merchant ONE')
  const wrong = await ask(`${form}&apiUsername=merchant.ONE&apiPassword=wrong`)
  assert.equal(wrong.status, 401)
  assert.equal(wrong.text, 'error.cause=INVALID_REQUEST&error.explanation=Invalid+credentials.&result=ERROR')
  const foreign = await ask(`${form.replace('ONE', 'TWO')}&apiUsername=merchant.ONE&apiPassword=${one.password}`)
  assert.equal(foreign.status, 401)
  assert.match(foreign.form.get('error.explanation') ?? '', /not authorised/)
  const absent = await ask(form)
  assert.equal(absent.status, 401)
  assert.equal(absent.form.get('error.cause'), 'INVALID_REQUEST')
})

test("a session's id is the password of that session only, and not for ever", async () => {
  const base = '/api/rest/version/100/merchant/ONE/session'
  const body = { session: { authenticationLimit: 2 } }
  const created = await world.call({ method: 'POST', path: base, as: one, body })
  const other = await world.call({ method: 'POST', path: base, as: one })
  const id: string = created.json.session.id
  const as = { merchant_id: 'ONE', password: id }
  const answers = {
    other_session: await world.call({ path: `${base}/${other.json.session.id}`, as }),
    order: await world.call({ path: ORDER, as }),
    create: await world.call({ method: 'POST', path: base, as }),
    own: await world.call({ path: `${base}/${id}`, as }),
    own_update: await world.call({ method: 'PUT', path: `${base}/${id}`, as, body: { locale: 'ro' } }),
    used_up: await world.call({ path: `${base}/${id}`, as }),
    of_nobody: await world.call({ path: `${base}/${id}`, as: { ...as, merchant_id: 'TWO' } }),
  }
  const statuses = Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status]))
  assert.deepEqual(statuses, {
    other_session: 401,
    order: 401,
    create: 401,
    own: 200,
    own_update: 200,
    used_up: 401,
    of_nobody: 401,
  })
})

test('information needs no authentication and may be cached', async () => {
  const answer = await world.call({ path: '/api/rest/version/54/information' })
  assert.equal(answer.status, 200)
  assert.equal(answer.json.status, 'OPERATING')
  assert.match(answer.headers['cache-control'] ?? '', /public/)
})

test('a suspended partner is turned away with a code for support, and no reason', async () => {
  const three = await world.merchant('THREE')
  await world.suspend(three.client_id)
  const answer = await world.call({ path: ORDER.replace('ONE', 'THREE'), as: three })
  assert.equal(answer.status, 403)
  assert.deepEqual(answer.json, {
    error: { cause: 'REQUEST_REJECTED', supportCode: answer.headers['x-trace-id'] },
    result: 'ERROR',
  })
})

test('no password, session id or card number is logged', async () => {
  const log = world.log_lines.join('')
  assert.ok(log.includes('"surface":"gateway"'))
  for (const secret of [one.password, two.password, 'SESSION', basic('merchant.ONE', one.password).slice(6)])
    assert.ok(!log.includes(secret), 'a secret is logged')
})
