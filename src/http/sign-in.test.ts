/** The sign-in over its calls, and what is tried against it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { selectRows } from '../domain/audit/store.ts'
import { addStaff, suspendStaff } from '../domain/staff/manage.ts'
import { DELAYS } from '../domain/staff/sign-in.ts'
import { fromBase32, stepAt, totpCode } from '../domain/staff/totp.ts'
import { realOffice } from './office/testing/real.ts'
import { sessionCookie } from './session-cookie.ts'

const PASSWORD = 'vq7#Rm2-kz9!Twx4Lb'
const NEXT_PASSWORD = 'Lb!9zk-2mR#7qv Xw4T'
const MINUTE_MS = 60_000

let world: Awaited<ReturnType<typeof realOffice>>
before(async () => {
  Object.assign(DELAYS, { refused_ms: 20, first_ms: 1, last_ms: 5 })
  world = await realOffice()
})
after(() => world.close())

type Answer = { status: number; json: Record<string, unknown>; cookie: string; set: string }

/** A browser: keeps the one cookie it is given. */
function browser(address = '192.0.2.1') {
  let cookie = ''
  const call = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    headers = {},
  ): Promise<Answer> => {
    const answer = await world.server.inject({
      method,
      url: `/office/api${path}`,
      remoteAddress: address,
      headers: { cookie, 'x-punte-call': '1', ...headers },
      ...(body !== undefined && { payload: body }),
    })
    const set = String(answer.headers['set-cookie'] ?? '')
    if (set !== '') cookie = set.split(';')[0] as string
    const json = answer.payload === '' ? {} : (answer.json() as Record<string, unknown>)
    return { status: answer.statusCode, json, cookie, set }
  }
  return { call, use: (other: string) => (cookie = other), cookie: () => cookie }
}

const codeOf = (secret: string) => totpCode(fromBase32(secret), stepAt(world.context.clock.now()))
const pass = (ms: number) => world.pass(ms)

async function enrolled(user_name: string) {
  const person = { user_name, name: 'Ion Țărmure', email: `${user_name}@office.example`, role: 'auditor' as const }
  const { temporary_password: password } = await addStaff(world.context, person)
  const { call, cookie, use } = browser()
  const cookies: string[] = []
  const step = async (path: string, body: object, stage: string) => {
    const answer = await call('POST', path, body)
    assert.equal(answer.json.stage, stage, JSON.stringify(answer.json))
    assert.equal(answer.json.token, undefined, 'the token is in the cookie alone')
    cookies.push(cookie())
    return answer
  }
  await step('/sign-in', { user_name, password }, 'password')
  await step('/sign-in/password', { password: PASSWORD }, 'enrolment')
  const { json } = await call('POST', '/sign-in/enrolment', {})
  const secret = String(json.secret)
  assert.match(String(json.qr_svg), /^<svg/)
  await step('/sign-in/enrolment/confirm', { code: codeOf(secret) }, 'open')
  pass(MINUTE_MS)
  return { user_name, secret, cookies, call, cookie, use }
}

async function signIn(user: { user_name: string; secret: string }, who = browser()) {
  await who.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  const { json } = await who.call('POST', '/sign-in/second-factor', { code: codeOf(user.secret) })
  pass(MINUTE_MS)
  assert.equal(json.stage, 'open')
  return who
}

test('nobody changes his own role or standing, an administrator’s neither', async () => {
  const { server, cookies } = world
  for (const [path, body] of [
    ['role', { role: 'auditor' }],
    ['suspend', {}],
    ['unlock', {}],
    ['reset-password', {}],
    ['reset-second-factor', {}],
  ] as const) {
    const answer = await server.inject({
      method: 'POST',
      url: `/office/api/staff/one.of.administrator/${path}`,
      headers: { cookie: cookies.administrator, 'x-punte-call': '1' },
      payload: body,
    })
    assert.equal(answer.statusCode, 409, path)
    assert.equal(answer.json().code, 'USER_OWN')
  }
})

test('each step has a new cookie, hidden from scripts and other sites; the ones before are worth nothing', async () => {
  const user = await enrolled('ana.one')
  assert.equal(new Set(user.cookies).size, 3)
  const again = browser()
  const { set } = await again.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  assert.match(set, /^punte_office=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  for (const cookie of user.cookies.slice(0, -1)) {
    const thief = browser()
    thief.use(cookie)
    assert.equal((await thief.call('GET', '/me')).status, 401)
    assert.equal((await thief.call('POST', '/sign-in/enrolment', {})).status, 401)
  }
})

test('fixation: a cookie that somebody slipped to the browser does not become the session', async () => {
  const user = await enrolled('ana.fixed')
  // Of the attacker's own unfinished sign-in, and one of his own making.
  const attacker = browser('203.0.113.5')
  await attacker.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  for (const planted of [attacker.cookie(), `punte_office=${'A'.repeat(43)}`]) {
    const victim = browser()
    victim.use(planted)
    await signIn(user, victim)
    assert.notEqual(victim.cookie(), planted)
    const thief = browser('203.0.113.5')
    thief.use(planted)
    assert.equal((await thief.call('GET', '/me')).status, 401)
  }
  // Of two cookies of one name neither is believed.
  const both = browser()
  const own = await signIn(user)
  both.use(`punte_office=${'A'.repeat(43)}; ${own.cookie()}`)
  assert.equal((await both.call('GET', '/me')).status, 401)
})

test('a copied cookie is worth nothing after sign-out, and after the password was changed', async () => {
  const user = await enrolled('ana.copied')
  const copy = user.cookie()
  const out = await user.call('POST', '/sign-out', {})
  assert.match(out.set, /Max-Age=0/)
  const thief = browser()
  thief.use(copy)
  assert.equal((await thief.call('GET', '/me')).status, 401)
  // Twice is no fault.
  assert.equal((await user.call('POST', '/sign-out', {})).status, 204)

  const own = await signIn(user)
  const before = own.cookie()
  const wrong = await own.call('POST', '/me/password', { current: 'x', password: NEXT_PASSWORD })
  assert.deepEqual([wrong.status, wrong.json.code, wrong.json.field], [403, 'CURRENT_PASSWORD_WRONG', 'current'])
  const weak = await own.call('POST', '/me/password', { current: PASSWORD, password: 'ana.copied-2026' })
  assert.equal(weak.json.field, 'password')
  assert.ok((weak.json.faults as { code: string }[]).some(({ code }) => code === 'own_words'))
  assert.equal((await own.call('POST', '/me/password', { current: PASSWORD, password: NEXT_PASSWORD })).status, 200)
  thief.use(before)
  assert.equal((await thief.call('GET', '/me')).status, 401)
  assert.equal((await own.call('GET', '/me')).status, 200)
})

test('who signs out between two steps leaves no step behind', async () => {
  const user = await enrolled('dora.nine')
  const who = browser()
  const { cookie } = await who.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  assert.equal((await who.call('POST', '/sign-out', {})).status, 204)
  const thief = browser()
  thief.use(cookie)
  const { json } = await thief.call('POST', '/sign-in/second-factor', { code: codeOf(user.secret) })
  assert.equal(json.code, 'SESSION_ENDED')
})

test('the token of a step that was stolen opens nothing, and its owner sees and ends it', async () => {
  const user = await enrolled('ana.stolen')
  const thief = browser('203.0.113.66')
  await thief.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  for (const [method, path] of [
    ['GET', '/me'],
    ['GET', '/me/account'],
    ['POST', '/me/recovery-codes'],
    ['GET', '/staff'],
  ] as const) {
    const { status } = await thief.call(method, path, method === 'POST' ? { current: PASSWORD } : undefined)
    assert.equal(status, 401, path)
  }
  assert.equal((await thief.call('POST', '/sign-in/password', { password: NEXT_PASSWORD })).status, 401)
  assert.equal((await thief.call('POST', '/sign-in/password/check', { password: 'x' })).status, 401)
  const own = await signIn(user)
  const { json } = await own.call('GET', '/me/account')
  type Shown = { session_id: string; address: string; stage: string; is_current: boolean }
  const begun = (json.sessions as Shown[]).find(({ address }) => address === '203.0.113.66')
  assert.equal(begun?.stage, 'second_factor')
  assert.deepEqual((json.sessions as Shown[]).filter(({ is_current }) => is_current).length, 1)
  await own.call('DELETE', `/me/sessions/${begun?.session_id}`)
  const late = await thief.call('POST', '/sign-in/second-factor', { code: codeOf(user.secret) })
  assert.equal(late.json.code, 'SESSION_ENDED')
  // One's own sessions only.
  const other = await enrolled('ana.other')
  const { json: theirs } = await other.call('GET', '/me/account')
  const their_id = (theirs.sessions as Shown[])[0]?.session_id
  assert.deepEqual((await own.call('DELETE', `/me/sessions/${their_id}`)).json, { ended: 0 })
  assert.equal((await other.call('GET', '/me')).status, 200)
})

test('an administrator ends one session of somebody, or all', async () => {
  const user = await enrolled('ana.ended')
  const second = await signIn(user)
  const third = await signIn(user)
  const asAdministrator = async (method: 'GET' | 'POST', path: string, payload?: object) => {
    const headers = { cookie: world.cookies.administrator, 'x-punte-call': '1' }
    const url = `/office/api/staff/${user.user_name}${path}`
    return (await world.server.inject({ method, url, headers, ...(payload !== undefined && { payload }) })).json()
  }
  const { json } = await second.call('GET', '/me/account')
  const { session_id } =
    (json.sessions as { session_id: string; is_current: boolean }[]).find((one) => one.is_current) ?? {}
  assert.deepEqual(await asAdministrator('POST', '/sign-out', { session_id }), { ended: 1 })
  assert.equal((await second.call('GET', '/me')).status, 401)
  assert.equal((await third.call('GET', '/me')).status, 200)
  assert.deepEqual(await asAdministrator('POST', '/sign-out', {}), { ended: 2 })
  assert.equal((await third.call('GET', '/me')).status, 401)
  const shown = await asAdministrator('GET', '')
  assert.equal(shown.sessions.filter(({ ended_at }: { ended_at: string | null }) => ended_at === null).length, 0)
  assert.doesNotMatch(JSON.stringify(shown), /hash|secret|_enc|token/)
})

test('polls in the background do not keep a session, calls do; the end is told beforehand', async () => {
  const user = await enrolled('ana.idle')
  const poll = () => user.call('GET', '/me', undefined, { 'x-punte-background': '1' })
  await user.call('GET', '/me')
  const started = world.context.clock.now().getTime()
  pass(14 * MINUTE_MS)
  const { json } = await poll()
  assert.equal(Date.parse(String(json.idle_ends_at)) - started, 15 * MINUTE_MS)
  assert.equal(json.idle_seconds, 900)
  await user.call('GET', '/me')
  pass(14 * MINUTE_MS)
  assert.equal((await poll()).status, 200)
  pass(2 * MINUTE_MS)
  assert.equal((await poll()).json.code, 'SESSION_ENDED')
  // What changes something is never in the background.
  const busy = await signIn(user)
  pass(12 * MINUTE_MS)
  await busy.call('POST', '/sign-in/password/check', { password: 'abc' }, { 'x-punte-background': '1' })
  await busy.call('DELETE', '/me/sessions/00000000-0000-4000-8000-000000000000', undefined, {
    'x-punte-background': '1',
  })
  pass(12 * MINUTE_MS)
  assert.equal((await busy.call('GET', '/me')).status, 200)
})

test('user names that are headers, records or markup are nobody’s, and are not kept', async () => {
  const names = [
    'ana\r\nset-cookie: punte_office=x',
    'ana\u0000',
    "ana' or '1'='1",
    '<script>alert(1)</script>',
    '../../me',
    '\u{1F600}'.repeat(20),
    '',
  ]
  for (const user_name of names) {
    const { status, json, set } = await browser('198.51.100.9').call('POST', '/sign-in', { user_name, password: 'x' })
    assert.equal(status, 401, user_name)
    assert.equal(json.code, 'SIGN_IN_REFUSED')
    assert.equal(set, '')
  }
  const long = await browser().call('POST', '/sign-in', { user_name: 'a'.repeat(101), password: 'x' })
  assert.equal(long.status, 400)
  for (const body of [{ user_name: ['ana'], password: 'x' }, { user_name: 'ana' }, []])
    assert.equal((await browser().call('POST', '/sign-in', body)).status, 400)
  const rows = await selectRows(world.context.db, { subject_id: 'unknown' }, 100)
  assert.ok(rows.length >= names.length)
  assert.doesNotMatch(JSON.stringify(rows), /script|set-cookie|1'='1/)
})

test('there being such a user or not, suspended or locked: one answer, after about one time', async () => {
  const user = await enrolled('ana.known')
  const suspended = await enrolled('ana.suspended')
  await suspendStaff(world.context, suspended.user_name)
  DELAYS.refused_ms = 150
  try {
    const times: number[] = []
    const answers = new Set<string>()
    for (const user_name of [user.user_name, suspended.user_name, 'nobody.here']) {
      for (let tries = 0; tries < 3; tries += 1) {
        const started = performance.now()
        const { json } = await browser(`198.51.100.${20 + tries}`).call('POST', '/sign-in', {
          user_name,
          password: 'no',
        })
        times.push(performance.now() - started)
        const { trace_id: _, ...told } = json
        answers.add(JSON.stringify(told))
      }
    }
    assert.equal(answers.size, 1)
    assert.ok(Math.min(...times) >= 149, String(times))
  } finally {
    DELAYS.refused_ms = 20
  }
})

test('a browser is known again by a cookie of its own, which outlives sessions and opens none', async () => {
  const user = await enrolled('ana.device')
  const who = browser()
  await who.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  const { set, json } = await who.call('POST', '/sign-in/second-factor', { code: codeOf(user.secret) })
  pass(MINUTE_MS)
  const device = /(punte_office_device=[A-Za-z0-9_-]{56}); Path=\/; HttpOnly; SameSite=Strict; Max-Age=15552000$/.exec(
    set,
  )
  assert.ok(device?.[1] !== undefined, set)
  assert.doesNotMatch(JSON.stringify(json), /device/)
  const thief = browser()
  thief.use(device[1].replace('_device', ''))
  assert.equal((await thief.call('GET', '/me')).status, 401)
  assert.match((await who.call('POST', '/sign-out', {})).set, /^punte_office=;[^,]*$/, 'it stays after signing out')

  // Strangers from everywhere, and a crowd at the very address of the owner.
  const guess = (address: string) =>
    browser(address).call('POST', '/sign-in', { user_name: user.user_name, password: 'x' })
  await Promise.all(Array.from({ length: 15 }, (_, n) => guess(`198.51.100.${100 + n}`)))
  const crowd = Array.from({ length: 60 }, () => guess('192.0.2.77'))
  const begin = async (cookie: string) => {
    const own = browser('192.0.2.77')
    own.use(cookie)
    return (await own.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })).json.stage
  }
  assert.equal(await begin(device[1]), 'second_factor')
  await Promise.all(crowd)
  assert.equal(await begin('punte_office=x'), undefined)
})

test('on https both cookies are bound to this very host', () => {
  const set: string[] = []
  const reply = { header: (_name: string, value: string) => set.push(value) } as unknown as FastifyReply
  const cookie = sessionCookie('punte_office', 'https://office.example')
  cookie.set(reply, 'a')
  cookie.device.set(reply, 'b')
  assert.deepEqual(set, [
    '__Host-punte_office=a; Path=/; HttpOnly; SameSite=Strict; Secure',
    '__Host-punte_office_device=b; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=15552000',
  ])
})

test('a flood of sign-ins from one address waits and is sent away; others come in meanwhile', async () => {
  const user = await enrolled('ana.flooded')
  const flood = Array.from({ length: 120 }, (_, n) =>
    browser('203.0.113.200').call('POST', '/sign-in', { user_name: `guess.${n}`, password: 'x' }),
  )
  const own = await signIn(user, browser('192.0.2.55'))
  assert.equal((await own.call('GET', '/me')).status, 200)
  const statuses = (await Promise.all(flood)).map(({ status }) => status)
  assert.ok(statuses.includes(429), 'nobody was sent away')
  assert.ok(statuses.every((status) => status === 401 || status === 429))
})

test('new recovery codes take the password, and the old ones end', async () => {
  const user = await enrolled('ana.codes')
  assert.equal((await user.call('POST', '/me/recovery-codes', { current: 'wrong' })).status, 403)
  const first = (await user.call('POST', '/me/recovery-codes', { current: PASSWORD })).json.recovery_codes as string[]
  const second = (await user.call('POST', '/me/recovery-codes', { current: PASSWORD })).json.recovery_codes as string[]
  assert.equal(new Set([...first, ...second]).size, 20)
  const who = browser()
  await who.call('POST', '/sign-in', { user_name: user.user_name, password: PASSWORD })
  assert.equal((await who.call('POST', '/sign-in/second-factor', { code: first[0] })).status, 401)
  assert.equal((await who.call('POST', '/sign-in/second-factor', { code: second[0] })).json.stage, 'open')
  const acts = (await selectRows(world.context.db, { subject_id: user.user_name }, 50)).map(({ act }) => act)
  assert.ok(acts.includes('staff.recovery-codes'))
})

test('who signs in anew in the same browser leaves no session behind; a wrong password ends none', async () => {
  const first = await enrolled('ana.first')
  const second = await enrolled('ana.second')
  const before = first.cookie()
  await first.call('POST', '/sign-in', { user_name: second.user_name, password: 'wrong' })
  assert.equal((await first.call('GET', '/me')).json.user_name, 'ana.first')
  await first.call('POST', '/sign-in', { user_name: second.user_name, password: PASSWORD })
  const kept = browser()
  kept.use(before)
  assert.equal((await kept.call('GET', '/me')).status, 401)
})
