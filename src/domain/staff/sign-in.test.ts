import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { selectRows } from '../audit/store.ts'
import { resealAll } from '../resealing/reseal.ts'
import { changePassword } from './change-password.ts'
import { ADDRESS, PASSWORD, staffWorld } from './fixture.ts'
import {
  addStaff,
  listStaff,
  resetPassword,
  resetTotp,
  resumeStaff,
  setRole,
  showStaff,
  signOutStaff,
  suspendStaff,
  unlockStaff,
} from './manage.ts'
import { completeSecondFactor } from './second-factor.ts'
import { requireSession, signOut } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { readDevices, rememberDevice } from './tries/device.ts'

let world: Awaited<ReturnType<typeof staffWorld>>
before(async () => {
  world = await staffWorld()
})
after(() => world.close())

const code = (wanted: string) => (error: { code?: string }) => error.code === wanted
const NEXT = ['Lb!9zk-2mR#7qv Xw4T', 'garduri-verzi 41 sub ploaie', 'Tq4vN8xZ2mW6bKrP'] as const

test('a first sign-in: one-time password, own password, second factor; each step has its own token', async () => {
  const { context, enrolled } = world
  const user = await enrolled('first.one')
  assert.equal(user.first.stage, 'password')
  assert.equal(user.second.stage, 'enrolment')
  assert.equal(user.stage, 'open')
  assert.equal(user.recovery_codes.length, 10)
  assert.equal(new Set(user.recovery_codes).size, 10)
  assert.equal((await requireSession(context, user.token)).role, 'administrator')
  for (const token of [user.first.token, user.second.token, '', 'x'.repeat(500)])
    await assert.rejects(requireSession(context, token), code('SESSION_ENDED'))
  await assert.rejects(
    signIn(context, { user_name: 'first.one', password: user.temporary_password, address: ADDRESS }),
    code('SIGN_IN_REFUSED'),
  )
})

test('a token of a step is no session, and no step can be skipped', async () => {
  const { context, enrolled } = world
  const user = await enrolled('step.by.step')
  const { token, stage } = await signIn(context, { user_name: 'step.by.step', password: PASSWORD, address: ADDRESS })
  assert.equal(stage, 'second_factor')
  await assert.rejects(requireSession(context, token), code('SESSION_ENDED'))
  await assert.rejects(changePassword(context, { token, password: NEXT[0] }), code('SESSION_ENDED'))
  await assert.rejects(completeSecondFactor(context, { token: user.token, code: '123456' }), code('SESSION_ENDED'))
})

test('a code is taken once, also by two sign-ins at the same moment', async () => {
  const { context, enrolled, codeOf } = world
  const user = await enrolled('code.once')
  const tokens = await Promise.all(
    [1, 2, 3].map(() => signIn(context, { user_name: 'code.once', password: PASSWORD, address: ADDRESS })),
  )
  const same = codeOf(user.secret)
  const outcomes = await Promise.allSettled(
    tokens.map(({ token }) => completeSecondFactor(context, { token, code: same })),
  )
  assert.equal(outcomes.filter((one) => one.status === 'fulfilled').length, 1)
})

test('a recovery code stands in for the telephone, once', async () => {
  const { context, enrolled } = world
  const user = await enrolled('no.phone')
  const recovery = (user.recovery_codes[3] as string).toUpperCase()
  const one = await signIn(context, { user_name: 'no.phone', password: PASSWORD, address: ADDRESS })
  const done = await completeSecondFactor(context, { token: one.token, code: recovery })
  assert.equal(done.stage, 'open')
  assert.equal(done.recovery_codes_left, 9)
  const again = await signIn(context, { user_name: 'no.phone', password: PASSWORD, address: ADDRESS })
  await assert.rejects(
    completeSecondFactor(context, { token: again.token, code: recovery }),
    code('SECOND_FACTOR_REFUSED'),
  )
})

test('wrong passwords from everywhere make strangers wait and lock nobody; who is at work goes on', async () => {
  const { context, enrolled, signedIn, pass } = world
  const user = await enrolled('guessed.at')
  const wrong = (n: number) => ({ user_name: 'guessed.at', password: `wrong ${n}`, address: `198.51.100.${n}` })
  await Promise.all(
    Array.from({ length: 25 }, (_, n) => assert.rejects(signIn(context, wrong(n)), code('SIGN_IN_REFUSED'))),
  )
  assert.equal((await showStaff(context, 'guessed.at')).locked_at, null)
  const rows = await selectRows(context.db, { subject_kind: 'staff', subject_id: 'guessed.at' }, 100)
  const compared = rows.filter(({ outcome, after: then }) => outcome === 'refused' && String(then).includes('true'))
  assert.equal(compared.length, 10, 'of many at once no more are compared than may be')
  // The right one waits as well, and is answered as a wrong one.
  await assert.rejects(signedIn(user), code('SIGN_IN_REFUSED'))
  await requireSession(context, user.token)
  const changed = await changePassword(context, { token: user.token, current: PASSWORD, password: NEXT[0] })
  await requireSession(context, changed.token)
  pass(15)
  assert.equal((await signedIn(user, NEXT[0])).stage, 'open')
})

test('a browser that its owner has signed in with is not kept out by what strangers try', async () => {
  const { context, enrolled, pass } = world
  const user = await enrolled('known.browser')
  const other = await enrolled('other.browser')
  const staff_id = (await requireSession(context, user.token)).staff_id
  const others = rememberDevice(context, (await requireSession(context, other.token)).staff_id, undefined)
  const devices = rememberDevice(context, staff_id, others)
  const typed = (password: string, more = {}) =>
    signIn(context, { user_name: 'known.browser', password, address: '203.0.113.80', ...more })
  for (let n = 0; n < 25; n += 1)
    await assert.rejects(typed('wrong', { address: `198.51.100.${n}` }), code('SIGN_IN_REFUSED'))
  await assert.rejects(typed(PASSWORD), code('SIGN_IN_REFUSED'))
  // Also one whose cookie is of a colleague, or made up.
  await assert.rejects(typed(PASSWORD, { devices: others }), code('SIGN_IN_REFUSED'))
  const forged = `${devices.slice(0, 50)}AAAAAA`
  await assert.rejects(typed(PASSWORD, { devices: forged }), code('SIGN_IN_REFUSED'))
  assert.equal((await typed(PASSWORD, { devices })).stage, 'second_factor')
  // It waits for itself: whoever has stolen it guesses as slowly as everybody.
  for (let n = 0; n < 6; n += 1) await assert.rejects(typed('wrong', { devices }), code('SIGN_IN_REFUSED'))
  await assert.rejects(typed(PASSWORD, { devices }), code('SIGN_IN_REFUSED'))
  pass(1)
  assert.equal((await typed(PASSWORD, { devices })).stage, 'second_factor')
  // Half a year later it is a browser like any other.
  pass(181 * 24 * 60)
  assert.deepEqual(readDevices(context, devices), [])
})

test('who collects cookies of his own has one queue with all of them', async () => {
  const { context, enrolled } = world
  const { staff_id } = await requireSession(context, (await enrolled('many.cookies')).token)
  const tries = await Promise.allSettled(
    Array.from({ length: 30 }, (_, n) =>
      signIn(context, {
        ...{ user_name: 'many.cookies', password: 'wrong', address: `203.0.113.${100 + n}` },
        devices: rememberDevice(context, staff_id, undefined),
      }),
    ),
  )
  const codes = tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'signed in'))
  assert.equal(codes.filter((one) => one === 'RATE_LIMITED').length, 6)
})

test('one address waits for itself alone, and an administrator ends all waiting', async () => {
  const { context, enrolled, signedIn } = world
  const user = await enrolled('one.address')
  for (let n = 0; n < 12; n += 1)
    await assert.rejects(
      signIn(context, { user_name: 'one.address', password: 'wrong', address: '203.0.113.81' }),
      code('SIGN_IN_REFUSED'),
    )
  const there = { user_name: 'one.address', password: PASSWORD, address: '203.0.113.81' }
  await assert.rejects(signIn(context, there), code('SIGN_IN_REFUSED'))
  assert.equal((await signedIn(user)).stage, 'open')
  await unlockStaff(context, 'one.address')
  assert.equal((await signIn(context, there)).stage, 'second_factor')
})

test('who finds a session open has ten guesses at its password; they cost the session, nothing else', async () => {
  const { context, enrolled, signedIn } = world
  const user = await enrolled('left.open')
  const guess = () => changePassword(context, { token: user.token, current: 'wrong', password: NEXT[0] })
  for (let n = 0; n < 9; n += 1) await assert.rejects(guess(), code('CURRENT_PASSWORD_WRONG'))
  await assert.rejects(guess(), code('SESSION_ENDED'))
  await assert.rejects(requireSession(context, user.token), code('SESSION_ENDED'))
  assert.equal((await signedIn(user)).stage, 'open')
})

test('a password that is reset while it is being checked signs nobody in', async () => {
  const { context, enrolled } = world
  await enrolled('is.reset')
  let is_reset = false
  // Between the comparison and the session that comes of it.
  const db: typeof context.db = {
    ...context.db,
    async transaction(work) {
      const { rows } = await context.db.query<{ failures: number }>({
        text: `select failures from staff_tries join staff using (staff_id) where user_name = 'is.reset'`,
        values: [],
      })
      if (rows.length > 0 && !is_reset) {
        is_reset = true
        await resetPassword(context, 'is.reset')
      }
      return context.db.transaction(work)
    },
  }
  await assert.rejects(
    signIn({ ...context, db }, { user_name: 'is.reset', password: PASSWORD, address: ADDRESS }),
    code('SIGN_IN_REFUSED'),
  )
  assert.ok(is_reset)
})

test('a one-time password is good for three days', async () => {
  const { context, pass } = world
  const person = { user_name: 'on.leave', name: 'Dan', email: 'dan@office.example', role: 'support' as const }
  const { temporary_password: password } = await addStaff(context, person)
  pass(72 * 60)
  const late = { user_name: 'on.leave', password, address: ADDRESS }
  assert.equal((await signIn(context, late)).stage, 'password')
  pass(1)
  await assert.rejects(signIn(context, late), code('SIGN_IN_REFUSED'))
})

test('who has the password cannot guess codes for ever: ten lock, until somebody looks or the owner changes it', async () => {
  const { context, enrolled, signedIn } = world
  const user = await enrolled('half.known')
  const begin = () => signIn(context, { user_name: 'half.known', password: PASSWORD, address: ADDRESS })
  for (let n = 0; n < 10; n += 1) {
    const { token } = await begin()
    await assert.rejects(completeSecondFactor(context, { token, code: '00000x' }), code('SECOND_FACTOR_REFUSED'))
  }
  await assert.rejects(begin(), code('SIGN_IN_REFUSED'))
  assert.notEqual((await showStaff(context, 'half.known')).locked_at, null)
  await unlockStaff(context, 'half.known')
  assert.equal((await signedIn(user)).stage, 'open')
})

test('unknown, wrong, locked and suspended are one answer, in about one time', async () => {
  const { context, enrolled } = world
  await enrolled('is.suspended')
  await enrolled('is.known')
  await enrolled('is.waiting')
  await suspendStaff(context, 'is.suspended')
  const tries = Array.from({ length: 12 }, (_, n) =>
    signIn(context, { user_name: 'is.waiting', password: 'wrong', address: `198.51.100.${n}` }),
  )
  await Promise.allSettled(tries)
  const answers: { text: string; ms: number }[] = []
  for (const user_name of ['is.suspended', 'is.waiting', 'is.known', 'nobody.here', 'ț\0', '']) {
    const password = ['is.suspended', 'is.waiting'].includes(user_name) ? PASSWORD : 'wrong'
    const started = performance.now()
    const error: Error = await signIn(context, { user_name, password, address: '203.0.113.9' }).then(
      () => assert.fail('signed in'),
      (refused: Error) => refused,
    )
    answers.push({ text: JSON.stringify({ ...error, message: error.message }), ms: performance.now() - started })
  }
  assert.equal(new Set(answers.map((one) => one.text)).size, 1)
  const times = answers.map((one) => one.ms)
  assert.ok(Math.min(...times) >= 19, String(times))
})

test('a session ends when idle, after twelve hours, by signing out, and for everybody suspended or reset', async () => {
  const { context, enrolled, signedIn, pass } = world
  const user = await enrolled('comes.and.goes')
  const idle = await signedIn(user)
  pass(14)
  await requireSession(context, idle.token)
  pass(14)
  await requireSession(context, idle.token)
  pass(16)
  await assert.rejects(requireSession(context, idle.token), code('SESSION_ENDED'))

  const long = await signedIn(user)
  for (let minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
    await requireSession(context, long.token)
    pass(10)
  }
  pass(10)
  await assert.rejects(requireSession(context, long.token), code('SESSION_ENDED'))

  const left = await signedIn(user)
  await signOut(context, left.token)
  await assert.rejects(requireSession(context, left.token), code('SESSION_ENDED'))

  for (const act of [suspendStaff, resetPassword, resetTotp, signOutStaff]) {
    const one = await enrolled(`ended.by.${act.name.toLowerCase()}`)
    await act(context, one.user_name)
    await resumeStaff(context, one.user_name)
    await assert.rejects(requireSession(context, one.token), code('SESSION_ENDED'), act.name)
  }
})

test('a password is warned of from day 50, and must be changed at day 60', async () => {
  const { context, enrolled, signedIn, pass, codeOf } = world
  const user = await enrolled('grows.old')
  const DAY = 24 * 60
  pass(49 * DAY)
  assert.equal((await signedIn(user)).password_days_left, undefined)
  pass(DAY)
  assert.equal((await signedIn(user)).password_days_left, 10)
  pass(10 * DAY)
  const { token } = await signIn(context, { user_name: 'grows.old', password: PASSWORD, address: ADDRESS })
  const due = await completeSecondFactor(context, { token, code: codeOf(user.secret) })
  assert.equal(due.stage, 'password')
  await assert.rejects(requireSession(context, due.token), code('SESSION_ENDED'))
  await assert.rejects(changePassword(context, { token: due.token, password: PASSWORD }), code('FIELD_INVALID'))
  await assert.rejects(
    changePassword(context, { token: due.token, password: 'grows.old-Tq4vN8xZ2mW6' }),
    code('FIELD_INVALID'),
  )
  const changed = await changePassword(context, { token: due.token, password: NEXT[0] })
  assert.equal(changed.stage, 'open')
})

test('none of the last ten passwords comes back; the eleventh may', async () => {
  const { context, enrolled } = world
  const user = await enrolled('goes.round')
  let { token } = user
  let current: string = PASSWORD
  const change = async (password: string) => {
    ;({ token } = await changePassword(context, { token, current, password }))
    current = password
  }
  await assert.rejects(
    changePassword(context, { token, current: 'wrong', password: NEXT[1] }),
    code('CURRENT_PASSWORD_WRONG'),
  )
  for (let n = 0; n < 9; n += 1) await change(`${NEXT[1]} ${n}${n}${n * 7}`)
  await assert.rejects(change(PASSWORD), code('FIELD_INVALID'))
  await change(NEXT[2])
  await change(PASSWORD)
  assert.equal((await requireSession(context, token)).user_name, 'goes.round')
})

test('changing the password ends the other sessions and gives a new token', async () => {
  const { context, enrolled, signedIn } = world
  const user = await enrolled('one.of.two')
  const other = await signedIn(user)
  const changed = await changePassword(context, { token: user.token, current: PASSWORD, password: NEXT[0] })
  for (const token of [user.token, other.token])
    await assert.rejects(requireSession(context, token), code('SESSION_ENDED'))
  await requireSession(context, changed.token)
})

test('a role changes at once in open sessions; names and roles are checked; nothing personal lies open', async () => {
  const { context, enrolled } = world
  const user = await enrolled('changes.role')
  await setRole(context, { user_name: 'changes.role', role: 'auditor' })
  assert.equal((await requireSession(context, user.token)).role, 'auditor')
  await assert.rejects(
    setRole(context, { user_name: 'changes.role', role: 'root' as 'auditor' }),
    code('FIELD_INVALID'),
  )
  await assert.rejects(setRole(context, { user_name: 'not.there', role: 'auditor' }), code('STAFF_UNKNOWN'))
  const person = { name: 'Ana', email: 'ana@office.example', role: 'support' as const }
  for (const user_name of ['changes.role', 'X', 'ana pop', "a';--", 'Ana'])
    await assert.rejects(addStaff(context, { ...person, user_name }), code('FIELD_INVALID'))
  assert.ok((await listStaff(context)).some((one) => one.name === 'Ion Țărmure'))
  const { rows } = await context.db.query<{ text: string }>({
    text: `select (select json_agg(s)::text from staff s) || (select json_agg(a)::text from audit_log a)
      || (select json_agg(s)::text from staff_sessions s) as text`,
    values: [],
  })
  const text = rows[0]?.text ?? ''
  for (const open of ['rmure', 'office.example', PASSWORD, user.secret, user.token, user.temporary_password])
    assert.ok(!text.includes(open), open)
})

test('what was tried and done is on record, the refused too, without what was typed', async () => {
  const { context, enrolled } = world
  await enrolled('on.record')
  await assert.rejects(signIn(context, { user_name: 'hunter2-as-a-name', password: 'x', address: '203.0.113.77' }))
  const rows = await selectRows(context.db, { subject_kind: 'staff', subject_id: 'on.record' }, 100)
  const acts = rows.map((row) => row.act)
  assert.deepEqual(acts, ['staff.add', 'staff.sign-in', 'staff.password', 'staff.totp-enrol'])
  const unknown = await selectRows(context.db, { subject_id: 'unknown' }, 100)
  const last = unknown.at(-1)
  assert.equal(last?.outcome, 'refused')
  assert.equal(last?.origin, '203.0.113.77')
  assert.ok(!JSON.stringify(unknown).includes('hunter2'))
})

test('sealed columns of staff are among those that a new key seals again', async () => {
  // Nothing to do under one key; that every row opens under the place it is looked for is what is tried.
  const all_old = { ...world.context.keys, needsReseal: () => true }
  assert.ok((await resealAll({ db: world.context.db, keys: all_old })) > 0)
  assert.ok((await listStaff(world.context)).length > 0)
})
