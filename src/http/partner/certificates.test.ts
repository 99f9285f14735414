import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { addCertificate, setRevocationList, withdrawCertificate } from '../../domain/partners/registrations.ts'
import { resumePartner, suspendPartner } from '../../domain/partners/standing.ts'
import {
  type Authority,
  createAuthority,
  type Issued,
  issueClientCertificate,
  issueRevocationList,
  issueServerCertificate,
  serialOf,
} from '../../infra/certificates/issue.ts'
import { until } from '../../infra/testing/until.ts'
import { createWorld, type TestWorld } from './testing/world.ts'

const HOUR_MS = 3_600_000
let world: TestWorld
let authority: Authority
let other_authority: Authority
let shop: Awaited<ReturnType<TestWorld['partner']>>
let other: Awaited<ReturnType<TestWorld['partner']>>
const subject = (common_name: string) => ({ common_name, organisation: common_name })

before(async () => {
  world = await createWorld()
  authority = await createAuthority({ name: 'Partner CA' })
  other_authority = await createAuthority({ name: 'Other CA' })
  shop = await world.partner({ authority, common_name: 'Shop' })
  other = await world.partner({ authority: other_authority, common_name: 'Other' })
})
after(() => world.close())

function askToken(client_id: string, as: Issued | undefined, tls: object = {}) {
  return world.call({ method: 'POST', path: `/gateway/authenticate/rest/api/token?client_id=${client_id}`, as, tls })
}

test('a registered certificate is let in, over TLS 1.2 and 1.3', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const answer = await askToken(shop.client_id, shop.issued, { minVersion: version, maxVersion: version })
    assert.equal(answer.status, 200, answer.text)
  }
})

test('each kind of bad certificate is refused with its own code, in the envelope', async () => {
  const cases: [string, Issued | undefined, string, string?][] = [
    ['none', undefined, 'CERTIFICATE_REQUIRED'],
    [
      'of an authority nobody registered',
      await issueClientCertificate(await createAuthority({ name: 'Partner CA' }), { subject: subject('Shop') }),
      'CERTIFICATE_UNTRUSTED',
    ],
    [
      "of another partner's authority, with the right subject",
      await issueClientCertificate(other_authority, { subject: subject('Shop') }),
      'CERTIFICATE_UNTRUSTED',
    ],
    ['another partner, wholly valid there', other.issued, 'CERTIFICATE_UNTRUSTED'],
    [
      'right authority, other subject',
      await issueClientCertificate(authority, { subject: subject('Shop 2') }),
      'CERTIFICATE_MISMATCH',
    ],
    [
      'right authority, subject in other case',
      await issueClientCertificate(authority, { subject: subject('shop') }),
      'CERTIFICATE_MISMATCH',
    ],
    [
      'expired',
      await issueClientCertificate(authority, {
        subject: subject('Shop'),
        valid_from: new Date(Date.now() - 48 * HOUR_MS),
        valid_to: new Date(Date.now() - HOUR_MS),
      }),
      'CERTIFICATE_EXPIRED',
    ],
    [
      'not valid yet',
      await issueClientCertificate(authority, {
        subject: subject('Shop'),
        valid_from: new Date(Date.now() + HOUR_MS),
        valid_to: new Date(Date.now() + 48 * HOUR_MS),
      }),
      'CERTIFICATE_EXPIRED',
    ],
    ['a server certificate', await issueServerCertificate(authority, { hosts: ['Shop'] }), 'CERTIFICATE_UNTRUSTED'],
    ['unknown client id', shop.issued, 'CLIENT_UNKNOWN', 'no-such-client'],
  ]
  for (const [name, as, code, client_id] of cases) {
    const answer = await askToken(client_id ?? shop.client_id, as)
    assert.equal(answer.status, 401, name)
    assert.equal(answer.json.code, code, name)
    assert.equal(answer.json.messageStatus, 'ERROR', name)
    assert.equal(answer.json.traceId, answer.headers['x-trace-id'], name)
  }
})

test('a renewed certificate of the same subject and issuer is let in without a change of the profile', async () => {
  const renewed = await issueClientCertificate(authority, { subject: subject('Shop') })
  assert.equal((await askToken(shop.client_id, renewed)).status, 200)
})

test('revocation: revoked, good, and out of date', async () => {
  const ca = await createAuthority({ name: 'CRL CA' })
  const partner = await world.partner({ authority: ca, common_name: 'Listed', revoked: [] })
  assert.equal((await askToken(partner.client_id, partner.issued)).status, 200)
  const stranger = await issueRevocationList(await createAuthority({ name: 'CRL CA' }), { serials: [] })
  const certificate_id = world.context.partners.byClientId(partner.client_id)?.certificates[0]?.certificate_id as number
  const set = async (revocation_list: string) => {
    await setRevocationList(world.context, { client_id: partner.client_id, certificate_id, revocation_list })
    await world.context.partners.refresh()
  }
  await assert.rejects(set(stranger), /signed by the registered authority/)
  await set(await issueRevocationList(ca, { serials: [serialOf(partner.issued.certificate_pem)] }))
  assert.equal((await askToken(partner.client_id, partner.issued)).json.code, 'CERTIFICATE_REVOKED')
  const soon = new Date(Date.now() + 2 * HOUR_MS)
  await set(await issueRevocationList(ca, { serials: [], valid_to: soon }))
  assert.equal((await askToken(partner.client_id, partner.issued)).status, 200)
  world.pass(3 * HOUR_MS)
  try {
    assert.equal((await askToken(partner.client_id, partner.issued)).json.code, 'CERTIFICATE_STATUS_UNKNOWN')
  } finally {
    world.pass(-3 * HOUR_MS)
  }
})

test('an authority is added, a certificate withdrawn, a partner suspended without a restart', async () => {
  const ca = await createAuthority({ name: 'Late CA' })
  const late = await issueClientCertificate(ca, { subject: subject('Late') })
  assert.equal((await askToken(shop.client_id, late)).json.code, 'CERTIFICATE_UNTRUSTED')
  const { certificate_id } = await addCertificate(world.context, {
    client_id: shop.client_id,
    certificate_pem: late.certificate_pem,
    authority_pem: ca.certificate_pem,
  })
  // Nobody calls refresh: the running server notices by itself.
  await until('the change', async () => (await askToken(shop.client_id, late)).status === 200)
  assert.equal((await askToken(shop.client_id, shop.issued)).status, 200)
  await withdrawCertificate(world.context, { client_id: shop.client_id, certificate_id })
  await until('the change', async () => (await askToken(shop.client_id, late)).json.code === 'CERTIFICATE_UNTRUSTED')
  await suspendPartner(world.context, shop.client_id)
  await until('the change', async () => (await askToken(shop.client_id, shop.issued)).json.code === 'PARTNER_SUSPENDED')
  await resumePartner(world.context, shop.client_id)
  await until('the change', async () => (await askToken(shop.client_id, shop.issued)).status === 200)
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a resumed session (${version}) is judged by its own certificate, each time`, async () => {
    const ca = await createAuthority({ name: `Resumed CA ${version}` })
    const partner = await world.partner({ authority: ca, common_name: `Resumed ${version}`, revoked: [] })
    const session = await sessionOf(partner.issued, version)
    const tls = { minVersion: version, maxVersion: version, session }
    // No certificate is offered now: it is the session that carries it.
    const resumed = await askToken(partner.client_id, undefined, tls)
    assert.equal(resumed.resumed, true)
    assert.equal(resumed.status, 200, resumed.text)
    assert.equal((await askToken(shop.client_id, undefined, tls)).json.code, 'CERTIFICATE_UNTRUSTED')
    const certificate_id = world.context.partners.byClientId(partner.client_id)?.certificates[0]
      ?.certificate_id as number
    const revocation_list = await issueRevocationList(ca, { serials: [serialOf(partner.issued.certificate_pem)] })
    await setRevocationList(world.context, { client_id: partner.client_id, certificate_id, revocation_list })
    await world.context.partners.refresh()
    const revoked = await askToken(partner.client_id, undefined, tls)
    assert.equal(revoked.resumed, true)
    assert.equal(revoked.json.code, 'CERTIFICATE_REVOKED')
  })

  test(`a resumed session (${version}) without a certificate stays without one`, async () => {
    const session = await sessionOf(undefined, version)
    const answer = await askToken(shop.client_id, undefined, { minVersion: version, maxVersion: version, session })
    assert.equal(answer.resumed, true)
    assert.equal(answer.json.code, 'CERTIFICATE_REQUIRED')
    // Offering a certificate on a session made without one: the session decides.
    const offered = await askToken(shop.client_id, shop.issued, { minVersion: version, maxVersion: version, session })
    if (offered.resumed) assert.equal(offered.json.code, 'CERTIFICATE_REQUIRED')
  })

  test(`a session of an untrusted certificate (${version}) does not become trusted by resuming`, async () => {
    const foreign = await issueClientCertificate(await createAuthority({ name: 'Partner CA' }), {
      subject: subject('Shop'),
    })
    const session = await sessionOf(foreign, version)
    const answer = await askToken(shop.client_id, undefined, { minVersion: version, maxVersion: version, session })
    assert.equal(answer.status, 401)
  })
}

test('the token is bound to the certificate, the payment and the partner', async () => {
  const tokens = await world.token(shop.client_id, shop.issued)
  const status = (payment_id: number, as: Issued | undefined, bearer = tokens.access_token) =>
    world.call({
      path: `/gateway/core/rest/api/status/${payment_id}`,
      as,
      headers: { authorization: `Bearer ${bearer}` },
    })
  assert.equal((await status(tokens.paymentId, shop.issued)).status, 200)
  assert.equal((await status(tokens.paymentId, other.issued)).json.code, 'TOKEN_CERTIFICATE_MISMATCH')
  assert.equal((await status(tokens.paymentId, undefined)).json.code, 'CERTIFICATE_REQUIRED')
  const renewed = await issueClientCertificate(authority, { subject: subject('Shop') })
  assert.equal((await status(tokens.paymentId, renewed)).json.code, 'TOKEN_CERTIFICATE_MISMATCH')
  const second = await world.token(shop.client_id, shop.issued)
  assert.equal((await status(second.paymentId, shop.issued)).json.code, 'TOKEN_FOR_OTHER_PAYMENT')
})

/** Handshakes with a certificate (or none) and returns the session as a ticket that other connections may resume. */
async function sessionOf(as: Issued | undefined, version: 'TLSv1.2' | 'TLSv1.3'): Promise<Buffer> {
  const identity = as === undefined ? {} : { cert: as.certificate_pem, key: as.key_pem }
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: world.port,
    servername: 'localhost',
    ca: world.ca,
    minVersion: version,
    maxVersion: version,
    ...identity,
  })
  const session = once(socket, 'session')
  await once(socket, 'secureConnect')
  socket.write('GET /.well-known/jwks.json HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [ticket] = (await session) as [Buffer]
  socket.destroy()
  return ticket
}
