import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { before, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { oneLineName, readAuthorities, walkToAnchor } from './authorities.ts'
import { checkCertificate, readCertificate } from './certificates.ts'
import type { Partner } from './directory.ts'
import { normalSerial, readRevocationLists } from './revocation.ts'

const DAY_MS = 86_400_000
const now = Date.now()
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

type Made = { certificate: x509.X509Certificate; keys: webcrypto.CryptoKeyPair; pem: string }
type Shape = {
  name: string
  by?: Made
  authority?: boolean
  path_length?: number
  from?: number
  to?: number
  serial?: string
  keys?: webcrypto.CryptoKeyPair
  usages?: number
}

async function make(shape: Shape): Promise<Made> {
  const keys =
    shape.keys ?? ((await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair)
  const issuer = shape.by
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${shape.name}`,
    issuer: issuer?.certificate.subject ?? `CN=${shape.name}`,
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: EC,
    serialNumber: shape.serial ?? '01',
    notBefore: new Date(now + (shape.from ?? -DAY_MS)),
    notAfter: new Date(now + (shape.to ?? DAY_MS)),
    extensions: [
      new x509.BasicConstraintsExtension(shape.authority ?? false, shape.path_length, true),
      ...(shape.authority
        ? [
            new x509.KeyUsagesExtension(
              shape.usages ?? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
              true,
            ),
          ]
        : []),
    ],
  })
  return { certificate, keys, pem: `${certificate.toString('pem')}\n` }
}

let root: Made
let middle: Made
let leaf: Made
before(async () => {
  root = await make({ name: 'Root', authority: true })
  middle = await make({ name: 'Middle', by: root, authority: true, path_length: 0 })
  leaf = await make({ name: 'Leaf', by: middle, serial: '0badcafe' })
})

const walk = (certificate: Made, ...bundle: Made[]) =>
  walkToAnchor(
    readCertificate(certificate.pem).certificate,
    readAuthorities(bundle.map((one) => one.pem).join('')),
    now,
  ).kind

test('a certificate chains through its issuers to the registered anchor, and through nothing else', async () => {
  assert.equal(walk(leaf, middle, root), 'chained')
  assert.equal(walk(leaf, root, middle), 'chained')
  assert.equal(walk(leaf, middle), 'chained')
  assert.equal(walk(leaf, root), 'none')
  // The same names with other keys.
  const false_middle = await make({
    name: 'Middle',
    by: await make({ name: 'Root', authority: true }),
    authority: true,
  })
  assert.equal(walk(leaf, false_middle, root), 'none')
  assert.equal(walk(await make({ name: 'Leaf', by: false_middle }), middle, root), 'none')
  // Its issuer is known by name only: the registered Root did not sign the registered Middle, so Middle alone is the anchor.
  assert.equal(walk(leaf, middle, await make({ name: 'Root', authority: true })), 'chained')
})

test('dates and path lengths of authorities count', async () => {
  assert.equal(
    walk(
      leaf,
      await make({ name: 'Middle', by: root, authority: true, keys: middle.keys, from: -2 * DAY_MS, to: -DAY_MS }),
      root,
    ),
    'outdated',
  )
  assert.equal(
    walk(leaf, middle, await make({ name: 'Root', authority: true, keys: root.keys, from: -3 * DAY_MS, to: -DAY_MS })),
    'outdated',
  )
  // A renewed authority beside the expired one: one good path is enough.
  assert.equal(
    walk(
      leaf,
      await make({ name: 'Middle', by: root, authority: true, keys: middle.keys, from: -2 * DAY_MS, to: -DAY_MS }),
      middle,
      root,
    ),
    'chained',
  )
  const low = await make({ name: 'Low', by: middle, authority: true })
  assert.equal(walk(await make({ name: 'X', by: low }), low, middle, root), 'none')
})

test('a chain deeper than five authorities is refused', async () => {
  const chain = [await make({ name: 'CA 0', authority: true })]
  for (let depth = 1; depth < 6; depth += 1)
    chain.push(await make({ name: `CA ${depth}`, by: chain[depth - 1] as Made, authority: true }))
  assert.equal(walk(await make({ name: 'X', by: chain[4] as Made }), ...chain.slice(0, 5)), 'chained')
  assert.equal(walk(await make({ name: 'X', by: chain[5] as Made }), ...chain), 'none')
})

test('a bundle holds authorities only', async () => {
  assert.throws(() => readAuthorities(leaf.pem), /not an authority/)
  assert.throws(() => readAuthorities('nothing'), /no PEM certificate/)
  assert.throws(() => readAuthorities(root.pem.repeat(11)), /more than 10/)
  const signs_nothing = x509.KeyUsageFlags.digitalSignature
  const useless = await make({ name: 'Useless', authority: true, usages: signs_nothing })
  assert.throws(() => readAuthorities(useless.pem), /not an authority/)
})

test('names on one line cannot be confused: separators inside values are escaped', async () => {
  const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const one = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ['A, CN=B'] }],
    keys,
    signingAlgorithm: EC,
  })
  const two = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ['A'] }, { CN: ['B'] }],
    keys,
    signingAlgorithm: EC,
  })
  const [a, b] = [readCertificate(one.toString('pem')).subject, readCertificate(two.toString('pem')).subject]
  assert.equal(b, 'O=A, CN=B')
  assert.notEqual(a, b)
  assert.equal(oneLineName(undefined), '')
})

type List = { by: Made; serials?: string[]; from?: number; to?: number; extensions?: x509.Extension[] }
async function list(input: List): Promise<string> {
  const crl = await x509.X509CrlGenerator.create({
    issuer: input.by.certificate.subject,
    thisUpdate: new Date(now + (input.from ?? -DAY_MS)),
    nextUpdate: new Date(now + (input.to ?? DAY_MS)),
    entries: (input.serials ?? []).map((serialNumber) => ({ serialNumber, revocationDate: new Date(now) })),
    signingKey: input.by.keys.privateKey,
    signingAlgorithm: EC,
    extensions: input.extensions ?? [],
  })
  return `${crl.toString('pem')}\n`
}

function partnerWith(bundle: Made[], revocation_list?: string): Partner {
  const { subject, issuer } = readCertificate(leaf.pem)
  const certificate = {
    certificate_id: 1,
    subject,
    issuer,
    authority_pem: bundle.map((one) => one.pem).join(''),
    ...(revocation_list !== undefined && { revocation_list }),
  }
  return {
    partner_id: 1,
    client_id: 'partner-1',
    name: 'Partner',
    type: 'Ecommerce',
    status: 'active',
    redirect_urls: [],
    colour: '#000000',
    require_signed_requests: false,
    may_headless: false,
    may_flexible_url: false,
    certificates: [certificate],
  }
}

async function verdict(partner: Partner, at = now, certificate: Made = leaf): Promise<string> {
  try {
    await checkCertificate(partner, readCertificate(certificate.pem), at)
    return 'good'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('revocation lists: of the leaf’s issuer, of the authorities above, stale, forged, partial', async () => {
  const bundle = [middle, root]
  const own = await list({ by: middle })
  assert.equal(await verdict(partnerWith(bundle)), 'good')
  assert.equal(await verdict(partnerWith(bundle, own)), 'good')
  assert.equal(
    await verdict(partnerWith(bundle, await list({ by: middle, serials: ['0badcafe'] }))),
    'CERTIFICATE_REVOKED',
  )
  assert.equal(await verdict(partnerWith(bundle, await list({ by: middle, serials: ['0bad'] }))), 'good')
  // A list of the root alone says nothing of the leaf; with its own it also guards the intermediate.
  assert.equal(await verdict(partnerWith(bundle, await list({ by: root }))), 'CERTIFICATE_STATUS_UNKNOWN')
  assert.equal(
    await verdict(partnerWith(bundle, own + (await list({ by: root, serials: ['01'] })))),
    'CERTIFICATE_REVOKED',
  )
  assert.equal(
    await verdict(partnerWith(bundle, own + (await list({ by: root, to: -1000, from: -DAY_MS })))),
    'CERTIFICATE_STATUS_UNKNOWN',
  )
  assert.equal(await verdict(partnerWith(bundle, await list({ by: middle, to: -1000 }))), 'CERTIFICATE_STATUS_UNKNOWN')
  assert.equal(
    await verdict(partnerWith(bundle, await list({ by: middle, from: 60_000 }))),
    'CERTIFICATE_STATUS_UNKNOWN',
  )
  const forger = await make({ name: 'Middle', authority: true })
  assert.equal(await verdict(partnerWith(bundle, await list({ by: forger }))), 'CERTIFICATE_STATUS_UNKNOWN')
  assert.equal(await verdict(partnerWith(bundle, 'rubbish')), 'CERTIFICATE_STATUS_UNKNOWN')
  // Even an outdated list's word about a revoked certificate stands.
  assert.equal(
    await verdict(partnerWith(bundle, await list({ by: middle, serials: ['0badcafe'], to: -1000 }))),
    'CERTIFICATE_REVOKED',
  )
})

test('lists that cover only a part are not taken for the whole', async () => {
  const authorities = readAuthorities(middle.pem)
  const scope = (der: string) => new x509.Extension('2.5.29.28', true, Buffer.from(der, 'hex'))
  const lists = async (extensions: x509.Extension[]) =>
    (await readRevocationLists(await list({ by: middle, extensions }), authorities)).length
  assert.equal(await lists([]), 1)
  assert.equal(await lists([scope('30038101ff')]), 1) // only user certificates
  assert.equal(await lists([scope('30038201ff')]), 0) // only authorities
  assert.equal(await lists([scope('30038401ff')]), 0) // indirect
  assert.equal(await lists([scope('3004830206c0')]), 0) // some reasons
  assert.equal(await lists([new x509.Extension('2.5.29.27', true, Buffer.from('020101', 'hex'))]), 0) // delta
  assert.equal(await lists([new x509.Extension('1.2.3.4', true, Buffer.from('0500', 'hex'))]), 0)
  assert.equal(await lists([new x509.Extension('1.2.3.4', false, Buffer.from('0500', 'hex'))]), 1)
})

test('a verdict is kept for seconds only, and never beyond the certificate’s end', async () => {
  const partner = partnerWith([middle, root], await list({ by: middle, to: 5_000 }))
  assert.equal(await verdict(partner), 'good')
  assert.equal(await verdict(partner, now + 9_000), 'good')
  assert.equal(await verdict(partner, now + 11_000), 'CERTIFICATE_STATUS_UNKNOWN')
  const short = await make({ name: 'Leaf', by: middle, to: 2_000 })
  const plain = partnerWith([middle, root])
  assert.equal(await verdict(plain, now, short), 'good')
  assert.equal(await verdict(plain, now + 3_000, short), 'CERTIFICATE_EXPIRED')
})

test('an authority’s own certificate is no client certificate', async () => {
  const partner = partnerWith([root])
  assert.equal(await verdict(partner, now, middle), 'CERTIFICATE_UNTRUSTED')
})

test('serials compare without leading zeros', () => {
  assert.equal(normalSerial('00ab'), 'AB')
  assert.equal(normalSerial('00'), '0')
})
