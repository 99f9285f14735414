/** Passkeys against a device made here: what it signs, and what is made of it by somebody else. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { selectRows } from '../../audit/store.ts'
import { resealAll } from '../../resealing/reseal.ts'
import { changePassword } from '../change-password.ts'
import { ADDRESS, PASSWORD, staffWorld } from '../fixture.ts'
import { resetPassword, resetTotp, suspendStaff, unlockStaff } from '../manage.ts'
import { completeSecondFactor } from '../second-factor.ts'
import { requireSession } from '../sessions.ts'
import { signIn } from '../sign-in.ts'
import { passkeyPlace } from './challenge.ts'
import { addPasskey, beginPasskey, listPasskeys, removePasskey } from './register.ts'
import { completeWithPasskey, passkeyFactorOptions, passkeyOptions, signInWithPasskey } from './sign-in.ts'

const place = passkeyPlace('https://office.example')
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest()
const code = (wanted: string) => (error: { code?: string }) => error.code === wanted

let world: Awaited<ReturnType<typeof staffWorld>>
before(async () => {
  world = await staffWorld()
})
after(() => world.close())

const UP = 0x01
const UV = 0x04
const AT = 0x40
type Lies = { origin?: string; rp_id?: string; flags?: number; counter?: number; type?: string }

/** An authenticator of one ES256 key (WebAuthn §6). */
function device() {
  const id = randomBytes(16)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let counter = 0
  const clientData = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(JSON.stringify({ type: lies.type ?? type, challenge, origin: lies.origin ?? 'https://office.example' }))
  const authData = (flags: number, count: number, rp_id = 'office.example') => {
    const counted = Buffer.alloc(4)
    counted.writeUInt32BE(count)
    return Buffer.concat([sha256(rp_id), Buffer.from([flags]), counted])
  }
  const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const answer = (response: Record<string, unknown>) => ({
    id: b64(id),
    rawId: b64(id),
    type: 'public-key',
    response,
    clientExtensionResults: {},
  })
  return {
    make(challenge: string, lies: Lies = {}) {
      const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
      const raw = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, raw(x)],
        [-3, raw(y)],
      ])
      const length = Buffer.from([0, id.length])
      const head = authData(lies.flags ?? UP | UV | AT, 0, lies.rp_id)
      const auth = Buffer.concat([head, Buffer.alloc(16), length, id, isoCBOR.encode(cose as never)])
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(auth)],
      ])
      return answer({
        clientDataJSON: b64(clientData('webauthn.create', challenge, lies)),
        attestationObject: b64(isoCBOR.encode(attestation as never)),
        transports: ['internal'],
      })
    },
    show(challenge: string, lies: Lies = {}) {
      counter += 1
      const auth = authData(lies.flags ?? UP | UV, lies.counter ?? counter, lies.rp_id)
      const data = clientData('webauthn.get', challenge, lies)
      const signature = sign('sha256', Buffer.concat([auth, sha256(data)]), privateKey)
      return answer({ clientDataJSON: b64(data), authenticatorData: b64(auth), signature: b64(signature) })
    },
  }
}

async function withPasskey(user_name: string) {
  const { context, enrolled } = world
  const user = await enrolled(user_name)
  const session = await requireSession(context, user.token)
  const key = device()
  const { challenge } = await beginPasskey(context, session, { place, current: PASSWORD })
  const { passkey_id } = await addPasskey(context, session, { place, name: 'Telefonul', response: key.make(challenge) })
  return { ...user, session, key, passkey_id }
}

const alone = async (key: ReturnType<typeof device>, lies: Lies = {}) => {
  const { challenge } = await passkeyOptions(world.context, place)
  return signInWithPasskey(world.context, { place, response: key.show(challenge, lies), address: ADDRESS })
}

test('a passkey is both factors: it signs in alone, and its use is on record', async () => {
  const { context } = world
  const { key, user_name, passkey_id, session } = await withPasskey('key.alone')
  const step = await alone(key)
  assert.equal(step.stage, 'open')
  assert.equal((await requireSession(context, step.token)).user_name, user_name)
  const [shown] = await listPasskeys(context, session.staff_id)
  assert.equal(shown?.name, 'Telefonul')
  assert.notEqual(shown?.used_at, null)
  const rows = await selectRows(context.db, { subject_kind: 'staff', subject_id: user_name }, 50)
  assert.ok(rows.some(({ act }) => act === 'staff.passkey-add'))
  assert.ok(rows.some(({ after: then }) => JSON.stringify(then).includes(passkey_id)))
  assert.doesNotMatch(JSON.stringify(rows), /Telefonul/)
})

test('an answer is good once, in time, for what it was asked for, by its own device at its own place', async () => {
  const { context, pass } = world
  const { key } = await withPasskey('key.once')
  const { challenge } = await passkeyOptions(context, place)
  const response = key.show(challenge)
  const show = (given: unknown) => signInWithPasskey(context, { place, response: given, address: ADDRESS })
  assert.equal((await show(response)).stage, 'open')
  await assert.rejects(show(response), code('PASSKEY_REFUSED'))
  const kept = await selectRows(context.db, { subject_kind: 'staff', subject_id: 'key.once' }, 50)
  assert.equal(kept.at(-1)?.outcome, 'refused')
  // The same challenge, signed anew.
  await assert.rejects(show(key.show(challenge)), code('PASSKEY_REFUSED'))
  for (const lies of [
    { origin: 'https://office.example.evil.example' },
    { rp_id: 'evil.example' },
    { flags: UP },
    { flags: UV },
    { type: 'webauthn.create' },
    { counter: 1 },
  ])
    await assert.rejects(alone(key, lies), code('PASSKEY_REFUSED'), JSON.stringify(lies))
  const made_up = randomBytes(38).toString('base64url')
  await assert.rejects(show(key.show(made_up)), code('PASSKEY_REFUSED'))
  const { challenge: old } = await passkeyOptions(context, place)
  pass(6)
  await assert.rejects(show(key.show(old)), code('PASSKEY_REFUSED'))
  for (const odd of [{}, { id: 7 }, { id: 'A'.repeat(2_000) }, { ...response, response: {} }, device().show(challenge)])
    await assert.rejects(show(odd), code('PASSKEY_REFUSED'))
})

test('of many that show one answer at the same moment one comes in', async () => {
  const { context } = world
  const { key } = await withPasskey('key.raced')
  const { challenge } = await passkeyOptions(context, place)
  const response = key.show(challenge)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => signInWithPasskey(context, { place, response, address: ADDRESS })),
  )
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('after the password it stands for the code, of this sign-in and this person only', async () => {
  const { context } = world
  const one = await withPasskey('key.second')
  const other = await withPasskey('key.others')
  const begin = async () => {
    const { token } = await signIn(context, { user_name: 'key.second', password: PASSWORD, address: ADDRESS })
    const options = await passkeyFactorOptions(context, { place, token })
    assert.equal(options.allowCredentials?.length, 1)
    return { token, challenge: options.challenge }
  }
  const first = await begin()
  const second = await begin()
  const show = (token: string, response: unknown) => completeWithPasskey(context, { place, token, response })
  await assert.rejects(show(first.token, one.key.show(second.challenge)), code('PASSKEY_REFUSED'))
  await assert.rejects(show(first.token, other.key.show(first.challenge)), code('PASSKEY_REFUSED'))
  const { challenge } = await passkeyOptions(context, place)
  await assert.rejects(show(first.token, one.key.show(challenge)), code('PASSKEY_REFUSED'))
  // What was made for the second factor is no sign-in.
  const response = one.key.show(first.challenge)
  await assert.rejects(signInWithPasskey(context, { place, response, address: ADDRESS }), code('PASSKEY_REFUSED'))
  assert.equal((await show(first.token, one.key.show(first.challenge))).stage, 'open')
})

test('it does not go round what an account owes or lacks', async () => {
  const { context, pass, signedIn } = world
  const due = await withPasskey('key.due')
  pass(61 * 24 * 60)
  assert.equal((await alone(due.key)).stage, 'password')

  const reset = await withPasskey('key.reset')
  await resetPassword(context, reset.user_name)
  await assert.rejects(alone(reset.key), code('PASSKEY_REFUSED'))

  const lost = await withPasskey('key.lost')
  await resetTotp(context, lost.user_name)
  await assert.rejects(alone(lost.key), code('PASSKEY_REFUSED'))
  assert.deepEqual(await listPasskeys(context, lost.session.staff_id), [])

  const out = await withPasskey('key.out')
  await suspendStaff(context, out.user_name)
  await assert.rejects(alone(out.key), code('PASSKEY_REFUSED'))

  const removed = await withPasskey('key.removed')
  const other = await withPasskey('key.remover')
  await assert.rejects(removePasskey(context, other.session, removed.passkey_id), code('PASSKEY_UNKNOWN'))
  assert.equal((await alone(removed.key)).stage, 'open')
  await removePasskey(context, removed.session, removed.passkey_id)
  await assert.rejects(alone(removed.key), code('PASSKEY_REFUSED'))
  assert.ok((await signedIn(removed)).session)
})

test('wrong passwords and codes keep no owner of a key out, and what is no answer of it counts as no try', async () => {
  const { context } = world
  const { key, user_name } = await withPasskey('key.locked')
  const guess = (n: number) =>
    signIn(context, { user_name, password: `wrong ${n}`, address: `198.51.100.${n}` }).then(() => assert.fail())
  await Promise.allSettled(Array.from({ length: 12 }, (_, n) => guess(n)))
  assert.equal((await alone(key)).stage, 'open')
  await unlockStaff(context, user_name)
  const begin = () => signIn(context, { user_name, password: PASSWORD, address: ADDRESS })
  for (let n = 0; n < 12; n += 1) {
    const { token } = await begin()
    const response = key.show(randomBytes(38).toString('base64url'))
    await assert.rejects(completeWithPasskey(context, { place, token, response }), code('PASSKEY_REFUSED'))
  }
  const { token } = await begin()
  for (let n = 0; n < 10; n += 1)
    await assert.rejects(completeSecondFactor(context, { token, code: 'wrong' }), code('SECOND_FACTOR_REFUSED'))
  await assert.rejects(begin(), code('SIGN_IN_REFUSED'))
  // Somebody knows the password: its owner comes in with the key, changes it, and the lock has nothing to keep out any more.
  const own = await alone(key)
  assert.equal(own.stage, 'open')
  const password = 'Lb!9zk-2mR#7qv Xw4T'
  await changePassword(context, { token: own.token, current: PASSWORD, password })
  assert.equal((await signIn(context, { user_name, password, address: ADDRESS })).stage, 'second_factor')
})

test('the other realm knows nothing of it', async () => {
  const { context } = world
  const { key } = await withPasskey('key.realm')
  const portal = { ...context, realm: 'portal' } as const
  const { challenge } = await passkeyOptions(portal, place)
  const shown = { place, response: key.show(challenge), address: ADDRESS }
  await assert.rejects(signInWithPasskey(portal, shown), code('PASSKEY_REFUSED'))
})

test('adding one takes the password, a verified owner and a fresh challenge of this session; ten at most', async () => {
  const { context, signedIn } = world
  const user = await withPasskey('key.adder')
  const begin = (session = user.session) => beginPasskey(context, session, { place, current: PASSWORD })
  await assert.rejects(beginPasskey(context, user.session, { place, current: 'wrong' }), code('CURRENT_PASSWORD_WRONG'))
  const { challenge, excludeCredentials } = await begin()
  assert.equal(excludeCredentials?.length, 1)
  const add = (response: unknown, name = 'Cheia', session = user.session) =>
    addPasskey(context, session, { place, name, response })
  for (const lies of [{ flags: UP | AT }, { origin: 'https://evil.example' }, { rp_id: 'evil.example' }])
    await assert.rejects(add(device().make(challenge, lies)), code('PASSKEY_REFUSED'))
  const { session: elsewhere } = await signedIn(user)
  await assert.rejects(add(device().make(challenge), 'Cheia', elsewhere), code('PASSKEY_REFUSED'))
  for (const name of ['', ' ', 'a\nb', 'x'.repeat(61)])
    await assert.rejects(add(device().make(challenge), name), code('FIELD_INVALID'))
  await add(device().make(challenge))
  await assert.rejects(add(device().make(challenge)), code('PASSKEY_REFUSED'))
  // A key that somebody has already is nobody else's.
  await assert.rejects(add(user.key.make((await begin()).challenge)), code('PASSKEY_LIMIT'))
  for (let count = 2; count < 10; count += 1) await add(device().make((await begin()).challenge))
  await assert.rejects(add(device().make((await begin()).challenge)), code('PASSKEY_LIMIT'))
})

test('there are none at a network address or without TLS, but on localhost', () => {
  for (const url of ['https://192.0.2.7', 'https://[2001:db8::1]:8443', 'http://office.example', 'http://127.0.0.1:1'])
    assert.equal(passkeyPlace(url), undefined, url)
  assert.deepEqual(passkeyPlace('https://office.example:8443/x'), {
    rp_id: 'office.example',
    origin: 'https://office.example:8443',
  })
  assert.equal(passkeyPlace('http://localhost:8090')?.rp_id, 'localhost')
})

test('their names are sealed, and sealed again under a new key', async () => {
  const { context } = world
  const { session } = await withPasskey('key.sealed')
  const { rows } = await context.db.query<{ text: string }>({
    text: 'select json_agg(p)::text as text from staff_passkeys p',
    values: [],
  })
  assert.doesNotMatch(rows[0]?.text ?? '', /Telefonul/)
  await resealAll({ db: context.db, keys: { ...context.keys, needsReseal: () => true } })
  assert.equal((await listPasskeys(context, session.staff_id))[0]?.name, 'Telefonul')
})
