import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { selectRows } from '../../domain/audit/store.ts'
import { approveAct } from '../../domain/four-eyes/approve.ts'
import { callsWritten, eraseOldCalls } from '../../domain/portal/calls.ts'
import { inviteAgain } from '../../domain/portal/users.ts'
import { resealAll } from '../../domain/resealing/reseal.ts'
import { addStaff } from '../../domain/staff/manage.ts'
import { requireSession } from '../../domain/staff/sessions.ts'
import { signIn } from '../../domain/staff/sign-in.ts'
import { createAuthority, issueClientCertificate } from '../../infra/certificates/issue.ts'
import { portalRoutes } from './routes.ts'
import { PASSWORD, portalWorld, REFERENCE, type Signed } from './testing/world.ts'

let world: Awaited<ReturnType<typeof portalWorld>>
let ana: Signed
let reader: Signed
let other: Signed
let own_payment: number
let their_payment: number

before(async () => {
  world = await portalWorld()
  ana = await world.signedUp('alfa-client', 'ana', 'partner_admin')
  reader = await world.signedUp('alfa-client', 'radu', 'partner_reader')
  other = await world.signedUp('beta-client', 'bob', 'partner_admin')
  own_payment = await world.payment('alfa-client')
  their_payment = await world.payment('beta-client')
  await callsWritten(world.context)
})
after(() => world.close())

const code = (wanted: string) => (error: { code?: string }) => error.code === wanted
const rowsOf = (body: Record<string, unknown>) => body.rows as Record<string, unknown>[]

test('the link sets a password once; who it is for is told, its mail says nothing else', async () => {
  const { context, mails, partner, post } = world
  const { partner_id, client_id, name } = partner('alfa-client')
  await inviteAgain(context, { partner_id, client_id, name }, 'radu@alfa-client')
  const mail = mails.at(-1)
  assert.equal(mail?.to, 'radu@shop.example')
  assert.ok(mail?.text.includes('radu@alfa-client') && mail.text.includes('https://portal.example/portal/invitation#'))
  const token = /#(\S+)/.exec(mail?.text ?? '')?.[1] as string
  const shown = await post('/invitation', { token })
  assert.deepEqual([shown.body.user_name, shown.body.partner_name], ['radu@alfa-client', 'Alfa'])
  const weak = await post('/invitation/password', { token, password: 'parola-alfa-2030' })
  assert.deepEqual([weak.status, weak.body.field], [400, 'password'])
  const next = 'garduri-verzi 41 sub ploaie'
  const both = await Promise.all([1, 2].map(() => post('/invitation/password', { token, password: next })))
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 410])
  // The mailbox alone opens nothing: the second factor is still asked for, and earlier sessions have ended.
  assert.equal(both.find(({ status }) => status === 200)?.body.stage, 'second_factor')
  assert.equal((await reader.call('GET', '/profile')).status, 401)
  assert.equal((await post('/invitation', { token })).status, 410)
  assert.equal((await post('/invitation', { token: 'x'.repeat(43) })).body.code, 'PASSWORD_LINK_ENDED')
  const first = await post('/sign-in', { user_name: 'radu@alfa-client', password: next })
  const done = await post('/sign-in/second-factor', { code: world.codeOf(reader.secret) }, first.cookie)
  assert.equal(done.body.stage, 'open')
  reader = { ...reader, cookie: done.cookie, call: world.caller(done.cookie) }
})

test('a link ends after three days, and with the next one', async () => {
  const { context, mails, partner, pass, post } = world
  const owner = partner('beta-client')
  const tokens: string[] = []
  for (let n = 0; n < 2; n += 1) {
    await inviteAgain(context, owner, 'bob@beta-client')
    tokens.push(/#(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1] as string)
  }
  assert.equal((await post('/invitation', { token: tokens[0] })).status, 410)
  assert.equal((await post('/invitation', { token: tokens[1] })).status, 200)
  await assert.rejects(inviteAgain(context, owner, 'ana@alfa-client'), code('STAFF_UNKNOWN'))
  const kept = context.clock.now
  Object.assign(context.clock, { now: () => new Date(kept().getTime() + 72 * 3_600_000) })
  assert.equal((await post('/invitation', { token: tokens[1] })).status, 410)
  Object.assign(context.clock, { now: kept })
  pass(0)
})

test('staff are nobody at the portal, people of partners nobody at the office, each answered as an unknown user is', async () => {
  const { context, post } = world
  const person = { user_name: 'staff.one', name: 'Dan', email: 'dan@office.example', role: 'operations' as const }
  const { temporary_password } = await addStaff(context, person)
  const wrong = await post('/sign-in', { user_name: 'staff.one', password: temporary_password })
  const unknown = await post('/sign-in', { user_name: 'nobody.here', password: temporary_password })
  assert.deepEqual(
    [wrong.status, wrong.body.code, wrong.body.message],
    [unknown.status, unknown.body.code, unknown.body.message],
  )
  const address = '192.0.2.9'
  const office = { ...context }
  await assert.rejects(
    signIn(office, { user_name: 'ana@alfa-client', password: PASSWORD, address }),
    code('SIGN_IN_REFUSED'),
  )
  const staff = await signIn(office, { user_name: 'staff.one', password: temporary_password, address })
  // Tokens are of one realm, too, at every step.
  const step = await post('/sign-in/password', { password: PASSWORD }, `__Host-punte_portal=${staff.token}`)
  assert.equal(step.body.code, 'SESSION_ENDED')
  await assert.rejects(requireSession(office, ana.cookie.split('=')[1] as string), code('SESSION_ENDED'))
  // Wrong tries there do not lock an account of the other realm.
  for (let n = 0; n < 12; n += 1)
    await assert.rejects(
      signIn(office, { user_name: 'ana@alfa-client', password: 'x', address }),
      code('SIGN_IN_REFUSED'),
    )
  assert.equal((await ana.call('GET', '/users')).text.includes('"locked_at":null'), true)
})

test('a partner sees its payments, masked, with its own timeline and nothing that a bank said', async () => {
  const found = await ana.call('POST', '/payments/search', { reference: REFERENCE })
  assert.deepEqual(
    rowsOf(found.body).map(({ payment_id }) => payment_id),
    [own_payment],
  )
  const shown = await ana.call('GET', `/payments/${own_payment}`)
  assert.equal(shown.body.creditor_name, 'Florăria alfa-client')
  assert.equal(shown.body.creditor_iban, 'RO49…0000')
  const kinds = (shown.body.timeline as { kind: string }[]).map(({ kind }) => kind)
  assert.deepEqual([...new Set(kinds)].sort(), ['call', 'state', 'webhook'])
  assert.ok(!shown.text.includes('the bank said this'))
  for (const wanted of [
    { payment_id: own_payment },
    { statuses: ['INIT'] },
    { min_minor: 12_345, max_minor: 12_345 },
    { kind: 'single', from: '2020-01-01' },
  ])
    assert.equal(rowsOf((await ana.call('POST', '/payments/search', wanted)).body).length, 1, JSON.stringify(wanted))
  for (const wanted of [{ statuses: ['ACSC'] }, { min_minor: 12_346 }, { until: '2020-01-01' }, { reference: 'x' }])
    assert.equal(rowsOf((await ana.call('POST', '/payments/search', wanted)).body).length, 0, JSON.stringify(wanted))
})

test('pages follow each other without gap or repetition', async () => {
  const ids = [own_payment]
  for (let n = 0; n < 60; n += 1) ids.push(await world.payment('alfa-client'))
  await callsWritten(world.context)
  const walk = async (ask: (after?: string) => ReturnType<Signed['call']>, key: string) => {
    const seen: unknown[] = []
    let after: string | undefined
    do {
      const { status, body, text } = await ask(after)
      assert.equal(status, 200, text)
      seen.push(...rowsOf(body).map((row) => row[key]))
      after = (body.next as string | null) ?? undefined
    } while (after !== undefined)
    return seen
  }
  const query = (after?: string) => (after === undefined ? '' : `?after=${after}`)
  const searched = await walk(
    (after) => ana.call('POST', '/payments/search', after === undefined ? {} : { after }),
    'payment_id',
  )
  assert.deepEqual(searched.map(Number).sort(), ids.map(Number).sort())
  const told = await walk((after) => ana.call('GET', `/webhooks${query(after)}`), 'payment_id')
  assert.deepEqual(
    told,
    ids.toSorted((a, b) => b - a),
  )
  const called = await walk((after) => ana.call('GET', `/calls${query(after)}`), 'trace_id')
  assert.equal(new Set(called).size, 61)
  for (const path of ['/webhooks?after=x', '/calls?after=x'])
    assert.equal((await ana.call('GET', path)).body.field, 'after')
})

test('nothing of another partner by any id in any call', async () => {
  const theirs = [
    ['GET', `/payments/${their_payment}`],
    ['POST', `/webhooks/${their_payment}/900/redeliver`],
    ['POST', '/users/bob@beta-client/invite'],
    ['POST', '/users/bob@beta-client/suspend'],
    ['POST', '/users/bob@beta-client/resume'],
    ['POST', '/users/bob@beta-client/unlock'],
    ['POST', '/users/bob@beta-client/reset-totp'],
    ['POST', '/users/bob@beta-client/sign-out'],
    ['POST', '/users/bob@beta-client/role', { role: 'partner_reader' }],
    ['POST', '/users/staff.one/suspend'],
  ] as const
  for (const [method, path, body] of theirs)
    assert.equal((await ana.call(method, path, body ?? (method === 'POST' ? {} : undefined))).status, 404, path)
  const tried = new Set(
    theirs.map(
      ([method, path]) => `${method} ${path.replace(/\/\d+/g, '/:n').replace(/\/(bob@beta-client|staff\.one)/, '/:n')}`,
    ),
  )
  // Every call that names something is tried above; certificates and slots of passwords are below.
  const named = portalRoutes
    .filter(({ act, path }) => act !== 'public' && path.includes('/:'))
    .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':n')}`)
    .filter((one) => one !== 'DELETE /merchant/passwords/:n')
  assert.deepEqual([...tried].toSorted(), named.toSorted())
  assert.equal(rowsOf((await ana.call('POST', '/payments/search', { payment_id: their_payment })).body).length, 0)
  assert.equal(rowsOf((await ana.call('GET', `/webhooks?payment_id=${their_payment}`)).body).length, 0)
  for (const path of [
    '/standing',
    '/webhooks',
    '/calls',
    '/certificates',
    '/merchant',
    '/profile',
    '/notices',
    '/users',
  ]) {
    const mine = await ana.call('GET', path)
    assert.equal(mine.status, 200, path)
    assert.ok(!/beta|BETA|bob/.test(mine.text), path)
    assert.ok(!mine.text.includes(String(their_payment)), path)
  }
  assert.equal((await other.call('GET', `/payments/${their_payment}`)).status, 200)
})

test('a reader changes nothing; without a session, a header or from elsewhere nothing is answered', async () => {
  for (const { method, path, act } of portalRoutes.filter((one) => one.act !== 'public')) {
    const url = path
      .replace(':payment_id', String(own_payment))
      .replace(/:slot/, '1')
      .replace(/:event_no/, '900')
      .replace(/:user_name/, 'ana@alfa-client')
    const asked = method as 'GET' | 'POST' | 'DELETE'
    const { status } = await reader.call(asked, url, method === 'POST' ? {} : undefined)
    if (act === 'own.change') assert.equal(status, 403, `${method} ${path}`)
    else assert.ok(status < 300 || status === 400, `${method} ${path}: ${status}`)
    const stranger = await world.inject({ method: asked, url: `/portal/api${url}` })
    assert.equal(stranger.status, 401, `${method} ${path}`)
    if (method === 'GET') continue
    const elsewhere = await world.inject(
      { method: asked, url: `/portal/api${url}`, headers: { origin: 'https://evil.example' } },
      ana.cookie,
    )
    assert.equal(elsewhere.status, 403, `${method} ${path}`)
  }
})

test('failed webhooks are told again, one or all, once, and it is on record', async () => {
  const { context } = world
  assert.equal((await ana.call('POST', `/webhooks/${own_payment}/900/redeliver`, {})).status, 204)
  assert.equal((await ana.call('POST', `/webhooks/${own_payment}/901/redeliver`, {})).status, 404)
  const failed = async () => rowsOf((await ana.call('GET', '/webhooks?state=failed')).body).length
  assert.equal(await failed(), 50)
  const both = await Promise.all([1, 2].map(() => ana.call('POST', '/webhooks/redeliver-failed', {})))
  assert.equal(
    both.reduce((sum, { body }) => sum + (body.restarted as number), 0),
    60,
  )
  assert.equal(await failed(), 0)
  assert.equal(rowsOf((await other.call('GET', '/webhooks?state=failed')).body).length, 1)
  const { rows } = await context.db.query<{ count: number }>({
    text: `select count(*)::integer as count from outbox where task = 'deliver_webhook' and payload->>'partner_id' = $1`,
    values: [String(world.partner('alfa-client').partner_id)],
  })
  assert.equal(rows[0]?.count, 61)
  const acts = await selectRows(context.db, { act: 'webhook.redeliver' }, 10)
  assert.ok(
    acts.length >= 2 && acts.every(({ actor, actor_kind }) => actor === 'ana@alfa-client' && actor_kind === 'partner'),
  )
})

test('secrets and passwords are shown once and end the former ones as they should', async () => {
  const { secret } = (await ana.call('POST', '/webhooks/secret', {})).body
  assert.match(String(secret), /^whsec_/)
  await world.context.partners.refresh()
  assert.equal(world.partner('alfa-client').webhook_secret, secret)
  // The one before signs for another day.
  const { former_webhook_secret: former } = world.partner('alfa-client')
  assert.ok(former !== undefined && former.secret !== secret && former.until > world.context.clock.now())
  assert.equal(world.partner('beta-client').former_webhook_secret, undefined)
  assert.notEqual(world.partner('beta-client').webhook_secret, secret)
  assert.match(String((await ana.call('POST', '/merchant/passwords', {})).body.password), /^[0-9a-f]{32}$/)
  assert.equal((await ana.call('GET', '/merchant')).body.password_2, true)
  assert.equal((await other.call('GET', '/merchant')).body.password_2, false)
  assert.equal((await other.call('DELETE', '/merchant/passwords/2')).status, 400)
  assert.equal((await ana.call('DELETE', '/merchant/passwords/2')).status, 204)
  const told = JSON.stringify(await selectRows(world.context.db, {}, 1_000))
  assert.ok(!told.includes(String(secret)))
})

test('people: invited, changed by administrators, never oneself; their names stand in no log', async () => {
  const added = await ana.call('POST', '/users', {
    user_name: 'vlad',
    name: 'Vlad Ţepeş',
    email: 'vlad@shop.example',
    role: 'partner_reader',
  })
  assert.equal(added.body.user_name, 'vlad@alfa-client')
  assert.equal(added.body.link, undefined)
  const again = await ana.call('POST', '/users', {
    user_name: 'vlad',
    name: 'V',
    email: 'v@shop.example',
    role: 'partner_reader',
  })
  assert.equal(again.body.field, 'user_name')
  for (const role of ['administrator', 'support'])
    assert.equal(
      (await ana.call('POST', '/users', { user_name: 'eve', name: 'E', email: 'e@shop.example', role })).status,
      400,
    )
  assert.equal((await ana.call('POST', '/users/ana@alfa-client/suspend', {})).body.code, 'USER_OWN')
  assert.equal(
    (await ana.call('POST', '/users/ana@alfa-client/role', { role: 'partner_reader' })).body.code,
    'USER_OWN',
  )
  assert.equal((await ana.call('POST', '/users/vlad@alfa-client/role', { role: 'partner_admin' })).status, 204)
  assert.equal((await ana.call('POST', '/users/radu@alfa-client/suspend', {})).status, 204)
  assert.equal((await reader.call('GET', '/profile')).status, 401)
  const rows = JSON.stringify(await selectRows(world.context.db, {}, 1_000))
  assert.ok(!/Vlad|vlad@shop/.test(rows))
})

test('a certificate that partners ask for waits for one of the staff, of whom they are none', async () => {
  const { context, partner } = world
  const authority = await createAuthority({ name: 'Test CA' })
  const { certificate_pem } = await issueClientCertificate(authority, { subject: { common_name: 'alfa.example' } })
  const files = { certificate_pem, authority_pem: authority.certificate_pem }
  const read = await ana.call('POST', '/certificates/read', files)
  assert.match(String(read.body.subject), /alfa\.example/)
  const asked = await ana.call('POST', '/certificates/changes', { kind: 'add', ...files })
  assert.equal(asked.status, 202)
  const { waiting } = (await ana.call('GET', '/certificates')).body as { waiting: { kind: string }[] }
  assert.deepEqual(
    waiting.map(({ kind }) => kind),
    ['add'],
  )
  assert.deepEqual((await other.call('GET', '/certificates')).body.waiting, [])
  const approval_id = asked.body.approval_id as number
  const self = await requireSession({ ...context, realm: 'portal' }, ana.cookie.split('=')[1] as string)
  await assert.rejects(approveAct(context, self, approval_id), code('ROLE_NOT_ALLOWED'))
  const theirs = await requireSession({ ...context, realm: 'portal' }, other.cookie.split('=')[1] as string)
  await assert.rejects(approveAct(context, theirs, approval_id), code('ROLE_NOT_ALLOWED'))
  assert.equal(partner('alfa-client').certificates.length, 0)
  const second = await ana.call('POST', '/certificates/changes', { kind: 'withdraw', certificate_id: 1 })
  assert.equal(second.body.field, 'certificate_id')
})

test('what a partner tells waits for compliance, sealed, and is sealed again with a new key', async () => {
  const text = 'Ne-am mutat pe strada Ulmului 7 <script>alert(1)</script>'
  assert.equal((await ana.call('POST', '/notices', { kind: 'address', text })).body.notice_no, 1)
  assert.equal((await other.call('POST', '/notices', { kind: 'other', text: 'x' })).body.notice_no, 1)
  const { notices } = (await ana.call('GET', '/notices')).body as { notices: { text: string; told_by: string }[] }
  assert.deepEqual([notices.length, notices[0]?.text, notices[0]?.told_by], [1, text, 'ana@alfa-client'])
  const { rows } = await world.context.db.query<{ text: string }>({
    text: 'select text_enc::text as text from partner_notices',
    values: [],
  })
  assert.ok(rows.every((row) => !row.text.includes('Ulmului')))
  assert.ok(!JSON.stringify(await selectRows(world.context.db, {}, 1_000)).includes('Ulmului'))
  assert.equal(await resealAll(world.context), 0)
  for (let n = 0; n < 19; n += 1) await other.call('POST', '/notices', { kind: 'other', text: 'x' })
  assert.equal((await other.call('POST', '/notices', { kind: 'other', text: 'x' })).status, 429)
})

test('the log of calls is kept for 14 days', async () => {
  const { context } = world
  assert.equal(await eraseOldCalls(context), 0)
  const later = {
    ...context,
    clock: { now: () => new Date(context.clock.now().getTime() + 14 * 86_400_000 + 3_600_000) },
  }
  assert.equal(await eraseOldCalls(later), 62)
  assert.equal(rowsOf((await ana.call('GET', '/calls')).body).length, 0)
})
