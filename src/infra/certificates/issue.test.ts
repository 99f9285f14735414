import 'reflect-metadata'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import {
  type Authority,
  createAuthority,
  issueClientCertificate,
  issueQwac,
  issueRevocationList,
  serialOf,
  signCertificateRequest,
} from './issue.ts'
import { readAuthority, writeSandboxPki } from './sandbox-pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-pki-'))
const path = (name: string) => join(dir, name)
const pem = (name: string) => readFileSync(path(name), 'utf8')
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
before(() => writeSandboxPki(dir))
after(() => rmSync(dir, { recursive: true, force: true }))

test('openssl verifies every certificate for its purpose, and refuses it for another', () => {
  const strict = ['verify', '-x509_strict', '-purpose']
  for (const [purpose, authority, name] of [
    ['sslserver', 'ca', 'server'],
    ['sslserver', 'ca', 'bank'],
    ['sslserver', 'ca', 'acquirer'],
    ['sslclient', 'acquirer-ca', 'acquirer-client'],
    ['sslserver', 'eidas-ca', 'qwac'],
    ['sslclient', 'eidas-ca', 'qwac'],
    ['any', 'eidas-ca', 'qseal'],
    ['sslclient', 'partner-ca', 'shop'],
    ['sslclient', 'partner-ca', 'erp'],
  ] as const) {
    assert.match(openssl(...strict, purpose, '-CAfile', `${authority}.pem`, `${name}.pem`), /: OK/)
  }
  const refused = (...args: string[]) => spawnSync('openssl', [...strict, ...args], { cwd: dir }).status !== 0
  assert.ok(refused('sslserver', '-CAfile', 'partner-ca.pem', 'shop.pem'))
  assert.ok(refused('sslclient', '-CAfile', 'ca.pem', 'server.pem'))
  assert.ok(refused('sslclient', '-CAfile', 'ca.pem', 'shop.pem'))
})

test('QWAC and QSEAL carry organizationIdentifier, type, role and the sandbox authority', () => {
  for (const [name, type] of [
    ['qwac', '0.4.0.1862.1.6.3'],
    ['qseal', '0.4.0.1862.1.6.2'],
  ] as const) {
    const text = openssl('x509', '-in', `${name}.pem`, '-noout', '-text')
    assert.match(text, /(organizationIdentifier|2\.5\.4\.97) ?= ?PSDRO-SBX-10000001/)
    assert.match(text, /qcStatements/)
    assert.match(text, /Public-Key: \(2048 bit\)/)
    const extension = new x509.X509Certificate(pem(`${name}.pem`)).getExtension('1.3.6.1.5.5.7.1.3')
    assert.ok(extension !== null)
    writeFileSync(path('qc.der'), Buffer.from(extension.value))
    // An independent reader of DER. It shows OIDs it has a name for by name.
    const parsed = openssl('asn1parse', '-inform', 'DER', '-in', 'qc.der')
    for (const expected of [
      type,
      '0.4.0.19495.2',
      '0.4.0.19495.1.2',
      'PSP_PI',
      'Sandbox Authority (not a real NCA)',
      'RO-SBX',
    ]) {
      assert.ok(parsed.includes(expected), `${name} lacks ${expected}:\n${parsed}`)
    }
  }
  const data = Buffer.from('a message')
  const signature = sign('RSA-SHA256', data, createPrivateKey(pem('qseal.key')))
  assert.ok(verify('RSA-SHA256', data, createPublicKey(pem('qseal.pem')), signature))
})

test('keys are the owner’s alone; a second run issues nothing, a lost or foreign file is issued again', async () => {
  for (const name of ['ca', 'eidas-ca', 'partner-ca', 'server', 'bank', 'qwac', 'qseal', 'shop', 'erp']) {
    assert.equal(statSync(path(`${name}.key`)).mode & 0o777, 0o600)
  }
  assert.deepEqual((await writeSandboxPki(dir)).issued, [])
  rmSync(path('erp.key'))
  const soon = await issueClientCertificate(readAuthority(dir, 'partner-ca'), {
    subject: { common_name: 'soon' },
    valid_to: new Date(Date.now() + 5 * 24 * 3_600_000),
  })
  writeFileSync(path('shop.pem'), soon.certificate_pem)
  writeFileSync(path('shop.key'), soon.key_pem)
  assert.deepEqual((await writeSandboxPki(dir)).issued.sort(), ['erp', 'shop'])
})

test('mutual TLS in Node: the partner is let in, one of another authority is not', async () => {
  const server = createServer(
    {
      cert: pem('server.pem'),
      key: pem('server.key'),
      ca: pem('partner-ca.pem'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (incoming, response) => {
      const socket = incoming.socket as TLSSocket
      response.end(JSON.stringify({ authorized: socket.authorized, subject: socket.getPeerX509Certificate()?.subject }))
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const call = (host: string, cert: string, key: string) =>
    new Promise<{ authorized: boolean; subject: string }>((resolve, reject) => {
      const outgoing = request({ host, port: address.port, ca: pem('ca.pem'), cert, key, agent: false }, (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve(JSON.parse(text)))
      })
      outgoing.on('error', reject).end()
    })
  const shop = await call('localhost', pem('shop.pem'), pem('shop.key'))
  assert.equal(shop.authorized, true)
  assert.match(shop.subject, /O=Floraria Ana SRL/)
  const foreign = await issueClientCertificate(await createAuthority({ name: 'Other' }), {
    subject: { common_name: 'x' },
  })
  assert.equal((await call('127.0.0.1', foreign.certificate_pem, foreign.key_pem)).authorized, false)
  server.close()
})

test('openssl sees the revoked as revoked, the others as good', async () => {
  const authority = readAuthority(dir, 'partner-ca')
  writeFileSync(path('list.pem'), await issueRevocationList(authority, { serials: [serialOf(pem('shop.pem'))] }))
  const check = (name: string) =>
    spawnSync('openssl', ['verify', '-crl_check', '-CAfile', 'partner-ca.pem', '-CRLfile', 'list.pem', `${name}.pem`], {
      cwd: dir,
      encoding: 'utf8',
    })
  assert.match(check('shop').stderr, /certificate revoked/)
  assert.equal(check('erp').status, 0)
  const list = new x509.X509Crl(pem('list.pem'))
  assert.ok(await list.verify({ publicKey: new x509.X509Certificate(authority.certificate_pem) }))
})

test('a partner’s own request is signed with its subject and key; an altered one is refused', async () => {
  const authority: Authority = readAuthority(dir, 'partner-ca')
  openssl(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'own.key',
    '-out',
    'own.csr',
    '-subj',
    '/C=RO/O=Own SRL/CN=own.example',
    '-utf8',
  )
  const request_pem = pem('own.csr')
  const certificate_pem = await signCertificateRequest(authority, {
    request_pem,
    revocation_list_url: 'http://crl.example/list',
  })
  writeFileSync(path('own.pem'), certificate_pem)
  const certificate = new X509Certificate(certificate_pem)
  assert.ok(certificate.checkPrivateKey(createPrivateKey(pem('own.key'))))
  assert.equal(certificate.subject, 'C=RO\nO=Own SRL\nCN=own.example')
  assert.match(openssl('verify', '-purpose', 'sslclient', '-CAfile', 'partner-ca.pem', 'own.pem'), /OK/)
  const der = Buffer.from(x509.PemConverter.decode(request_pem)[0] as ArrayBuffer)
  const at = der.indexOf('own.example')
  der.write('OWN', at)
  const altered = x509.PemConverter.encode(new Uint8Array(der), 'CERTIFICATE REQUEST')
  await assert.rejects(signCertificateRequest(authority, { request_pem: altered }), /does not verify/)
})

test('bad ones can be made on purpose: expired, and without the payment role', async () => {
  const eidas = readAuthority(dir, 'eidas-ca')
  const input = { organisation: 'X', organisation_identifier: 'PSDRO-SBX-1', hosts: ['x.example'] }
  const expired = await issueQwac(eidas, {
    ...input,
    valid_from: new Date('2020-01-01'),
    valid_to: new Date('2021-01-01'),
  })
  assert.ok(new X509Certificate(expired.certificate_pem).validToDate < new Date())
  const informer = await issueQwac(eidas, { ...input, roles: ['PSP_AI'] })
  const extension = new x509.X509Certificate(informer.certificate_pem).getExtension('1.3.6.1.5.5.7.1.3')
  const value = Buffer.from(extension?.value ?? new ArrayBuffer(0))
  assert.ok(value.includes('PSP_AI') && !value.includes('PSP_PI'))
})
