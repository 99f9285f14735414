/** The listener that every surface has: what it does with those who never get as far as a request. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { createAuthority, issueServerCertificate } from '../infra/certificates/issue.ts'
import { createLog } from '../infra/log.ts'
import { addressKey, createServer, refusalOf } from './server.ts'

test('a connection that never says a word of TLS is closed, and so is one that says something else', async () => {
  const authority = await createAuthority({ name: 'Server CA' })
  const { certificate_pem, key_pem } = await issueServerCertificate(authority, { hosts: ['localhost'] })
  const server = createServer({
    log: createLog('silent'),
    name: 'test',
    body_limit: 1024,
    https: { cert: certificate_pem, key: key_pem, handshakeTimeout: 200 },
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  try {
    for (const said of ['', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n', Buffer.from('16030100c8010000c40303', 'hex')]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).resume()
      if (said !== '') socket.write(said)
      try {
        await once(socket, 'close', { signal: AbortSignal.timeout(60_000) })
      } finally {
        socket.destroy()
      }
    }
  } finally {
    await server.close()
  }
})

test('limits count a household as one, however its address is written', () => {
  const household = addressKey('2001:db8:1:2::1')
  for (const same of ['2001:db8:1:2:ffff::9', '2001:0DB8:0001:0002::', '2001:db8:1:2:1:2:3:4%eth0'])
    assert.equal(addressKey(same), household)
  assert.notEqual(addressKey('2001:db8:1:3::1'), household)
  assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(addressKey('::ffff:c000:207'), '192.0.2.7')
  assert.equal(addressKey(undefined), '')
  assert.equal(addressKey('x'.repeat(500)).length, 64)
})

test('a client that goes away in the middle of its body is no fault of the database', async () => {
  const server = createServer({ log: createLog('silent'), name: 'test', body_limit: 1024 })
  const refused = Promise.withResolvers<string>()
  server.setErrorHandler((error, _request, reply) => {
    refused.resolve(refusalOf(error).code)
    return reply.code(400).send()
  })
  server.post('/', async () => 'read')
  await server.listen({ host: '127.0.0.1', port: 0 })
  try {
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{', () =>
      setTimeout(() => socket.destroy(), 50),
    )
    assert.equal(await refused.promise, 'BODY_MALFORMED')
  } finally {
    await server.close()
  }
  const away = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  assert.equal(refusalOf(away).code, 'OVERLOADED')
})
