import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { createAuthority, type Issued, issueClientCertificate, issueServerCertificate } from './certificates/issue.ts'
import { createLog } from './log.ts'
import { createOutbound, type Outbound, type OutboundRequest, observeExchanges, type TlsIdentity } from './outbound.ts'
import { until } from './testing/until.ts'

let authority: Issued
let server_pair: Issued
let ours: TlsIdentity
let outbound: Outbound
const servers: Server[] = []
/** Of calls that are answered, however slow the machine. */
const PATIENCE_MS = 60_000
/** Of calls that wait in vain, long enough to be connected by then. */
const IN_VAIN_MS = 1_500

before(async () => {
  authority = await createAuthority({ name: 'Test CA' })
  server_pair = await issueServerCertificate(authority, { hosts: ['localhost'] })
  const client = await issueClientCertificate(authority, { subject: { common_name: 'client' } })
  ours = { cert: client.certificate_pem, key: client.key_pem, ca: authority.certificate_pem }
  outbound = createOutbound({ log: createLog('silent'), private_addresses_allowed: true, user_agent: 'punte-test' })
})
after(async () => {
  await outbound.close()
  for (const server of servers) server.close()
})

const mutual = () => ({
  key: server_pair.key_pem,
  cert: server_pair.certificate_pem,
  ca: authority.certificate_pem,
  requestCert: true,
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A TCP server that does `react` when the bytes of a whole request head have come. */
const rawServer = (react: (socket: Socket, count: number) => void) => {
  let count = 0
  return createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      count += 1
      react(socket, count)
    })
  })
}

const post = (url: string, more: Partial<OutboundRequest> = {}) =>
  outbound.request({
    purpose: 'bank',
    method: 'POST',
    url,
    body: '{"a":1}',
    timeout_ms: PATIENCE_MS,
    max_bytes: 1_000,
    ...more,
  })

test('an answer comes with status, headers and body; redirects are not followed', async () => {
  const seen: string[] = []
  const port = await listen(
    createHttpServer((request, response) => {
      request.on('data', (chunk) =>
        seen.push(`${request.method} ${request.url} ${request.headers['user-agent']} ${chunk}`),
      )
      request.on('end', () => response.writeHead(302, { location: 'http://127.0.0.1:1/', 'x-a': 'b' }).end('moved'))
    }),
  )
  const answer = await post(`http://127.0.0.1:${port}/p?q=1`)
  assert.equal(answer.kind, 'answered')
  assert.ok(answer.kind === 'answered')
  assert.deepEqual([answer.status, answer.headers['x-a'], answer.body.toString()], [302, 'b', 'moved'])
  assert.deepEqual(seen, ['POST /p?q=1 punte-test {"a":1}'])
})

test('not_sent: the name is unknown, the port is closed, the address is unusable', async () => {
  const port = await listen(createServer())
  await new Promise((resolve) => servers.pop()?.close(resolve))
  assert.deepEqual(await post(`http://127.0.0.1:${port}/`), { kind: 'not_sent', reason: 'ECONNREFUSED' })
  const unknown_name = await post('http://no-such-host.invalid/')
  assert.equal(unknown_name.kind, 'not_sent')
  assert.deepEqual(await post('ftp://127.0.0.1/'), { kind: 'not_sent', reason: 'URL_INVALID' })
  assert.deepEqual(await post('http://a:b@127.0.0.1/'), { kind: 'not_sent', reason: 'URL_INVALID' })
  assert.deepEqual(await post('no url'), { kind: 'not_sent', reason: 'URL_INVALID' })
  assert.equal((await post(`http://127.0.0.1:${port}/`, { headers: { 'x-a': 'b\r\nc: d' } })).kind, 'not_sent')
  assert.equal(
    (await post(`https://127.0.0.1:${port}/`, { tls: { cert: 'rubbish', key: 'rubbish' } })).kind,
    'not_sent',
  )
})

test('not_sent: the TLS handshake fails on either side, or never ends', async () => {
  let requests = 0
  const options = mutual()
  const answer = () =>
    createHttpsServer({ ...options, rejectUnauthorized: true }, (_request, response) => {
      requests += 1
      response.end('ok')
    })
  const port = await listen(answer())
  const { ca: _ca, ...no_authority } = ours
  assert.deepEqual(await post(`https://localhost:${port}/`, { tls: no_authority }), {
    kind: 'not_sent',
    reason: 'SELF_SIGNED_CERT_IN_CHAIN',
  })
  const wrong_name = await listen(answer())
  assert.equal((await post(`https://127.0.0.2:${wrong_name}/`, { tls: ours })).kind, 'not_sent')

  // TLS 1.2 tells about our missing certificate within the handshake, TLS 1.3 after our request is written.
  const strict12 = await listen(
    createHttpsServer({ ...options, maxVersion: 'TLSv1.2' }, (_request, response) => response.end('ok')),
  )
  const no_certificate: TlsIdentity = { ca: authority.certificate_pem }
  assert.equal((await post(`https://localhost:${strict12}/`, { tls: no_certificate })).kind, 'not_sent')
  const in13 = await post(`https://localhost:${port}/`, { tls: no_certificate })
  assert.deepEqual(in13, { kind: 'not_sent', reason: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })
  assert.equal(requests, 0)

  const mute = await listen(createServer(() => {}))
  assert.deepEqual(await post(`https://localhost:${mute}/`, { tls: ours, timeout_ms: 150 }), {
    kind: 'not_sent',
    reason: 'TIMEOUT',
  })
  const closing = await listen(createServer((socket) => socket.destroy()))
  assert.equal((await post(`https://localhost:${closing}/`, { tls: ours })).kind, 'not_sent')

  assert.equal((await post(`https://localhost:${port}/`, { tls: ours })).kind, 'answered')
})

test('unknown: cut, silent, slow, partial, too large, no HTTP', async () => {
  const cases: readonly [string, (socket: Socket) => void, string | RegExp][] = [
    ['closed after the request', (socket) => socket.end(), /UND_ERR_SOCKET/],
    ['reset after the request', (socket) => socket.resetAndDestroy(), /ECONNRESET|UND_ERR_SOCKET/],
    ['no answer', () => {}, 'TIMEOUT'],
    ['half a head', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-le'), 'TIMEOUT'],
    [
      'half a body, then silence',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'),
      'TIMEOUT',
    ],
    [
      'half a body, then the end',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'),
      /UND_ERR/,
    ],
    [
      'too large',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n${'x'.repeat(1_500)}`),
      'ANSWER_TOO_LARGE',
    ],
    [
      'endless',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n800\r\n${'x'.repeat(2048)}\r\n`),
      'ANSWER_TOO_LARGE',
    ],
    ['no HTTP', (socket) => socket.write('SSH-2.0-OpenSSH\r\n'), /HTTPParserError|HPE/],
  ]
  await Promise.all(
    cases.map(async ([name, react, reason]) => {
      const port = await listen(rawServer(react))
      const answer = await post(`http://127.0.0.1:${port}/`, reason === 'TIMEOUT' ? { timeout_ms: IN_VAIN_MS } : {})
      assert.equal(answer.kind, 'unknown', `${name}: ${JSON.stringify(answer)}`)
      if (answer.kind === 'unknown') {
        if (typeof reason === 'string') assert.equal(answer.reason, reason, name)
        else assert.match(answer.reason, reason, name)
      }
    }),
  )
})

test('a slow drip of bytes does not outlive the time-out', async () => {
  const port = await listen(
    rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
      const timer = setInterval(() => socket.write('.'), 20)
      socket.on('close', () => clearInterval(timer))
    }),
  )
  // All of it would take twenty seconds to come.
  const answer = await post(`http://127.0.0.1:${port}/`, { timeout_ms: IN_VAIN_MS })
  assert.deepEqual(answer, { kind: 'unknown', reason: 'TIMEOUT' })
})

test('a kept connection is used again; one that dies under the next POST leaves it unknown and unrepeated', async () => {
  let connections = 0
  let requests = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('error', () => {})
    let on_this = 0
    socket.on('data', () => {
      requests += 1
      on_this += 1
      if (on_this < 3) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      else socket.destroy()
    })
  })
  const port = await listen(server)
  const url = `http://127.0.0.1:${port}/`
  // A connection is free again in the turn after its answer.
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal((await post(url)).kind, 'answered')
  await pause()
  assert.equal((await post(url)).kind, 'answered')
  assert.equal(connections, 1)
  await pause()
  assert.equal((await post(url)).kind, 'unknown')
  assert.deepEqual([connections, requests], [1, 3])
  assert.equal(
    (await outbound.request({ purpose: 'bank', method: 'GET', url, timeout_ms: PATIENCE_MS, max_bytes: 10 })).kind,
    'answered',
  )
  assert.deepEqual([connections, requests], [2, 4])
})

test('a connection that the server closed while it was idle is replaced', async () => {
  let connections = 0
  let ended = 0
  const port = await listen(
    createServer((socket) => {
      connections += 1
      socket.on('error', () => {})
      socket.on('close', () => {
        ended += 1
      })
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        setTimeout(() => socket.end(), 10)
      })
    }),
  )
  for (let i = 0; i < 3; i += 1) {
    assert.equal((await post(`http://127.0.0.1:${port}/`)).kind, 'answered')
    await until('the end of the connection', () => ended === i + 1)
  }
  assert.equal(connections, 3)
})

test('TLS sessions are resumed on the next connection, in both versions', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const reused: boolean[] = []
    const server = createHttpsServer({ ...mutual(), maxVersion: version }, (_request, response) =>
      response.setHeader('connection', 'close').end('ok'),
    )
    server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()))
    const url = `https://localhost:${await listen(server)}/`
    for (let i = 0; i < 2; i += 1) assert.equal((await post(url, { tls: ours })).kind, 'answered')
    assert.deepEqual(reused, [false, true], version)
  }
})

test('a request given up while it waited for a connection is never written', async () => {
  let requests = 0
  const server = createHttpServer((_request, response) => {
    requests += 1
    setTimeout(() => response.end('ok'), 400)
  })
  const url = `http://127.0.0.1:${await listen(server)}/`
  const ask = (timeout_ms: number) =>
    outbound.request({ purpose: 'crl', method: 'GET', url, timeout_ms, max_bytes: 10 })
  // Two connections for this purpose: the third waits.
  const first = [ask(PATIENCE_MS), ask(PATIENCE_MS)]
  assert.deepEqual(await ask(100), { kind: 'not_sent', reason: 'TIMEOUT' })
  assert.deepEqual(
    (await Promise.all(first)).map(({ kind }) => kind),
    ['answered', 'answered'],
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(requests, 2)
})

test('webhooks and revocation lists go to public addresses only, unless a sandbox says otherwise', async () => {
  let requests = 0
  const port = await listen(
    createHttpServer((_request, response) => {
      requests += 1
      response.end('ok')
    }),
  )
  const strict = createOutbound({ log: createLog('silent'), private_addresses_allowed: false, user_agent: 'x' })
  const ask = (purpose: OutboundRequest['purpose'], url: string) =>
    strict.request({ purpose, method: 'POST', url, timeout_ms: PATIENCE_MS, max_bytes: 10 })
  try {
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      '2130706433',
      '169.254.169.254',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
    ]) {
      assert.deepEqual(
        await ask('webhook', `https://${host}:${port}/`),
        { kind: 'not_sent', reason: 'ADDRESS_REFUSED' },
        host,
      )
      assert.deepEqual(
        await ask('crl', `http://${host}:${port}/`),
        { kind: 'not_sent', reason: 'ADDRESS_REFUSED' },
        host,
      )
    }
    assert.deepEqual(await ask('webhook', `http://localhost:${port}/`), { kind: 'not_sent', reason: 'HTTPS_REQUIRED' })
    assert.equal(requests, 0)
    assert.equal((await ask('bank', `http://127.0.0.1:${port}/`)).kind, 'answered')
    assert.equal((await post(`http://localhost:${port}/`, { purpose: 'webhook' })).kind, 'answered')
  } finally {
    await strict.close()
  }
  assert.deepEqual(
    await strict.request({ purpose: 'bank', method: 'GET', url: 'http://127.0.0.1/', timeout_ms: 1, max_bytes: 1 }),
    {
      kind: 'not_sent',
      reason: 'CLOSED',
    },
  )
})

test('calls to banks are observed wherever they are made, others and those outside are not', async () => {
  const port = await listen(createHttpServer((_request, response) => response.writeHead(202).end('done')))
  const seen: string[] = []
  const call = (more: Partial<OutboundRequest> = {}) => post(`http://localhost:${port}/a?b=c`, more)
  const observed = observeExchanges(
    (request) => (answer, duration_ms) => {
      const status = answer.kind === 'answered' ? answer.status : answer.reason
      seen.push(`${request.method} ${request.url.slice(-6)} ${status} ${duration_ms >= 0}`)
    },
    async () => {
      await new Promise((resolve) => setImmediate(resolve))
      await Promise.all([call(), call({ purpose: 'webhook' }), post('ftp://localhost/x?b=d')])
    },
  )
  await call()
  await observed
  assert.deepEqual(seen.toSorted(), ['POST /a?b=c 202 true', 'POST /x?b=d URL_INVALID true'])
})
