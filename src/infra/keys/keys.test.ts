import assert from 'node:assert/strict'
import { createDecipheriv, createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { calculateJwkThumbprint } from 'jose'
import { createLog } from '../log.ts'
import { until } from '../testing/until.ts'
import { activateKey, addKey, createKeyFile, KeyFileError, listKeys, retireKey } from './key-file.ts'
import { loadKeys, SealError } from './keys.ts'
import { rotateKey, watchKeys } from './reload.ts'

const dir = mkdtempSync(join(tmpdir(), 'punte-keys-'))
after(() => rmSync(dir, { recursive: true, force: true }))
let files = 0
function freshFile(): string {
  files += 1
  const path = join(dir, `keys-${files}.json`)
  createKeyFile(path)
  return path
}
const keys = loadKeys(freshFile())
const text = fc.string({ unit: 'binary', maxLength: 400 })

test('what is sealed opens again, under its own context only, and is not seen in the sealed value', () => {
  fc.assert(
    fc.property(text, text, text, (plaintext, context, other) => {
      const sealed = keys.seal(plaintext, context)
      assert.equal(keys.open(sealed, context), plaintext.toWellFormed())
      assert.equal(sealed.length, 1 + 4 + 12 + Buffer.byteLength(plaintext) + 16)
      if (Buffer.from(other).compare(Buffer.from(context)) !== 0)
        assert.throws(() => keys.open(sealed, other), SealError)
      assert.ok(plaintext.length < 4 || !sealed.includes(plaintext))
    }),
    { numRuns: 200 },
  )
  assert.notDeepEqual(keys.seal('same', 'c'), keys.seal('same', 'c'))
})

test('every altered byte and every cut is refused', () => {
  const sealed = keys.seal('RO49AAAA1B31007593840000', 'payments.terms:1:2')
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = Buffer.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 1
    assert.throws(() => keys.open(altered, 'payments.terms:1:2'), SealError)
    assert.throws(() => keys.open(sealed.subarray(0, at), 'payments.terms:1:2'), SealError)
  }
  assert.throws(() => loadKeys(freshFile()).open(sealed, 'payments.terms:1:2'), /does not have/)
})

test('hashes and MACs: 32 bytes, parted by kind and purpose, cut ones accepted from 16 bytes on', () => {
  assert.equal(keys.hash('iban', 'x').length, 32)
  assert.deepEqual(keys.hash('iban', 'x'), keys.hash('iban', 'x'))
  assert.notDeepEqual(keys.hash('iban', 'x'), keys.hash('email', 'x'))
  assert.notDeepEqual(keys.hash('iban', 'x'), keys.mac('iban', 'x'))
  const mac = keys.mac('state', 'message')
  for (const length of [16, 20, 32]) assert.ok(keys.verifyMac('state', 'message', mac.subarray(0, length)))
  for (const bad of [
    mac.subarray(0, 15),
    Buffer.alloc(0),
    Buffer.concat([mac, mac]),
    keys.mac('other', 'message'),
    keys.mac('state', 'messagE'),
  ]) {
    assert.equal(keys.verifyMac('state', 'message', bad), false)
  }
})

test('the signing key: Ed25519, verified from the published JWKS, kid as jose computes it, nothing private published', async () => {
  const signature = keys.signing.sign(Buffer.from('data'))
  const [jwk] = keys.signing.jwks().keys
  assert.ok(jwk !== undefined)
  assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  assert.equal(jwk.kid, await calculateJwkThumbprint(jwk))
  assert.ok(verify(null, Buffer.from('data'), createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }), signature))
  assert.ok(verify(null, Buffer.from('data'), keys.signing.publicKey(keys.signing.kid) ?? '', signature))
  assert.equal(keys.signing.publicKey('unknown'), undefined)
})

test('the file: 0600, never overwritten, refused when open to others, foreign or damaged, without saying a key', () => {
  const path = freshFile()
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.throws(() => createKeyFile(path), /exists already/)
  for (const mode of [0o640, 0o604, 0o610, 0o620, 0o660, 0o644]) {
    chmodSync(path, mode)
    assert.throws(
      () => loadKeys(path),
      (error) => error instanceof KeyFileError && /chmod 600/.test(error.message),
    )
  }
  chmodSync(path, 0o400)
  loadKeys(path)
  assert.throws(() => loadKeys(join(dir, 'none')), /does not exist/)
  assert.throws(() => loadKeys(dir), KeyFileError)
  const content = readFileSync(path, 'utf8')
  const secret = JSON.parse(content).hashing_key as string
  chmodSync(path, 0o600)
  for (const damaged of [
    content.slice(0, -20),
    content.replace(secret, secret.slice(4)),
    content.replaceAll('active', 'readable'),
    '{}',
    'null',
    '',
  ]) {
    writeFileSync(path, damaged)
    assert.throws(
      () => loadKeys(path),
      (error) => error instanceof KeyFileError && !error.message.includes(secret.slice(4)),
    )
  }
})

test('rotation of the sealing key: learn, activate, seal again, retire; hashes stay', () => {
  const path = freshFile()
  const old = loadKeys(path)
  const sealed = old.seal('value', 'c')
  const [former] = listKeys(path, 'sealing')
  const id = addKey(path, 'sealing')
  assert.throws(() => addKey(path, 'sealing'), /not active yet/)
  const learnt = loadKeys(path)
  activateKey(path, 'sealing', id)
  const rotated = loadKeys(path)
  const anew = rotated.seal('value', 'c')
  assert.equal(
    learnt.open(anew, 'c'),
    'value',
    'a process that has not seen the activation yet opens what the new key sealed',
  )
  assert.equal(rotated.open(sealed, 'c'), 'value')
  assert.deepEqual(
    [rotated.needsReseal(sealed), rotated.needsReseal(anew), old.needsReseal(sealed)],
    [true, false, false],
  )
  assert.deepEqual(rotated.hash('k', 'v'), old.hash('k', 'v'))
  assert.deepEqual(rotated.mac('k', 'v'), old.mac('k', 'v'))
  assert.throws(() => retireKey(path, 'sealing', id), /active/)
  retireKey(path, 'sealing', former?.id ?? '')
  assert.throws(() => loadKeys(path).open(sealed, 'c'), SealError)
  assert.equal(loadKeys(path).open(anew, 'c'), 'value')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!existsSync(`${path}.new`))
})

test('rotation of the signing key: published before it signs, the former still verifies', () => {
  const path = freshFile()
  const old = loadKeys(path)
  const kid = addKey(path, 'signing')
  assert.deepEqual([loadKeys(path).signing.kid, loadKeys(path).signing.jwks().keys.length], [old.signing.kid, 2])
  activateKey(path, 'signing', kid)
  const rotated = loadKeys(path)
  assert.equal(rotated.signing.kid, kid)
  assert.ok(
    verify(
      null,
      Buffer.from('d'),
      rotated.signing.publicKey(old.signing.kid) ?? '',
      old.signing.sign(Buffer.from('d')),
    ),
  )
  retireKey(path, 'signing', old.signing.kid)
  assert.equal(loadKeys(path).signing.publicKey(old.signing.kid), undefined)
})

test('a broken-off change is not overrun', () => {
  const path = freshFile()
  writeFileSync(`${path}.new`, 'left over', { mode: 0o600 })
  assert.throws(() => addKey(path, 'sealing'), /under way/)
  assert.equal(readFileSync(`${path}.new`, 'utf8'), 'left over')
})

test('a running process follows the file; one that became unprotected changes nothing', async () => {
  const path = freshFile()
  const lines: string[] = []
  const watched = watchKeys(path, {
    log: createLog('info', { write: (line) => void lines.push(line) }),
    interval_ms: 10,
  })
  const sealed = watched.seal('value', 'c')
  const { signing } = watched
  const id = await rotateKey(path, 'sealing', 50)
  const kid = await rotateKey(path, 'signing', 50)
  await until('both new keys', () => signing.kid === kid && watched.needsReseal(sealed))
  assert.equal(watched.seal('v', 'c').subarray(1, 5).toString('hex'), id)
  assert.equal(watched.open(sealed, 'c'), 'value')
  const before_change = lines.length
  chmodSync(path, 0o644)
  utimesSync(path, new Date(), new Date())
  await until('a line of the log', () => lines.length > before_change)
  assert.match(lines.at(-1) ?? '', /keys not reloaded/)
  assert.equal(watched.open(sealed, 'c'), 'value')
  watched.close()
  const file = JSON.parse(readFileSync(path, 'utf8'))
  for (const secret of [file.mac_key, file.hashing_key, ...file.sealing.map((key: { key: string }) => key.key)])
    assert.ok(!lines.join('').includes(secret))
})

test('the seal is AES-256-GCM as documented: opened here by hand', () => {
  const path = freshFile()
  const { sealing } = JSON.parse(readFileSync(path, 'utf8'))
  const sealed = loadKeys(path).seal('ăîșț', 'payments.terms:1:2')
  assert.equal(sealed.subarray(1, 5).toString('hex'), sealing[0].id)
  const key = createHash('sha256')
    .update(Buffer.from([0, 0, 0, 1]))
    .update(Buffer.from(sealing[0].key, 'base64'))
    .update('punte/seal/1\0payments.terms:1:2')
    .digest()
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(5, 17))
  decipher.setAAD(Buffer.from('payments.terms:1:2')).setAuthTag(sealed.subarray(-16))
  assert.equal(Buffer.concat([decipher.update(sealed.subarray(17, -16)), decipher.final()]).toString(), 'ăîșț')
})
