import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { selectRows } from '../audit/store.ts'
import { areTied } from './approval-store.ts'
import { approve, listApprovals, propose, refuse, withdraw } from './approvals.ts'
import { staffWorld } from './fixture.ts'
import { resetPassword, resumeStaff, setRole, suspendStaff } from './manage.ts'
import { ACTS, mayDo, PARTNER_ROLES, ROLES, requireAct, type StaffAct, takesTwo } from './roles.ts'
import type { Session } from './sessions.ts'
import { findStaff, type StaffRow } from './store.ts'

let world: Awaited<ReturnType<typeof staffWorld>>
let ana: Session
let ion: Session
let support: Session
before(async () => {
  world = await staffWorld()
  const open = async (name: string, role: 'administrator' | 'operations' | 'support') =>
    (await world.signedIn(await world.enrolled(name, role))).session
  ana = await open('ana.one', 'operations')
  ion = await open('ion.two', 'administrator')
  support = await open('support.three', 'support')
})
after(() => world.close())

const code = (wanted: string) => (error: { code?: string }) => error.code === wanted
const change = {
  act: 'partner.redirect-url',
  subject: { kind: 'partner', id: 'shop-12345678' },
  input: { redirect_urls: ['https://shop.example/'] },
} as const
const nothing = async () => ({})

test('the table: the auditor changes nothing, four-eyes acts have two roles or more people, all is said', () => {
  for (const act of Object.keys(ACTS) as StaffAct[]) {
    if (!/\.(read|export|verify)$/.test(act)) assert.equal(mayDo('auditor', act), false, act)
    assert.ok([...ROLES, ...PARTNER_ROLES].some((role) => mayDo(role, act)))
  }
  const two = (Object.keys(ACTS) as StaffAct[]).filter(takesTwo)
  assert.deepEqual(two.sort(), [
    'key.rotate',
    'limit.raise',
    'order.close',
    'order.refund',
    'partner.approve',
    'partner.certificate',
    'partner.flexible-url',
    'partner.redirect-url',
    'payment.close',
  ])
  assert.throws(() => requireAct({ role: 'support' }, 'staff.change'), code('ROLE_NOT_ALLOWED'))
})

test('proposed by one, approved by another and done in the same step, once, with the input as it was proposed', async () => {
  const { context } = world
  const { approval_id } = await propose(context, ana, change)
  assert.ok((await listApprovals(context)).some((one) => one.approval_id === approval_id))
  let done: unknown
  await approve(context, ion, approval_id, async (_db, { input }) => {
    done = input
    return { before: { redirect_urls: [] }, after: input }
  })
  assert.deepEqual(done, change.input)
  await assert.rejects(approve(context, ion, approval_id, nothing), code('APPROVAL_CLOSED'))
  const acts = (await selectRows(context.db, { subject_kind: 'partner' }, 10)).map((row) => [row.actor, row.act])
  assert.deepEqual(acts, [
    ['ana.one', 'approval.propose'],
    ['ion.two', 'approval.approved'],
    ['ion.two', 'partner.redirect-url'],
  ])
})

test('nobody approves his own, nor what his role does not allow, nor what two are not needed for', async () => {
  const { context } = world
  const { approval_id } = await propose(context, ana, change)
  await assert.rejects(approve(context, ana, approval_id, nothing), code('APPROVAL_OWN'))
  await assert.rejects(refuse(context, ana, approval_id), code('APPROVAL_OWN'))
  await assert.rejects(approve(context, support, approval_id, nothing), code('ROLE_NOT_ALLOWED'))
  await assert.rejects(withdraw(context, ion, approval_id), code('ROLE_NOT_ALLOWED'))
  await assert.rejects(propose(context, support, change), code('ROLE_NOT_ALLOWED'))
  await assert.rejects(propose(context, ana, { ...change, act: 'partner.suspend' }), code('FIELD_INVALID'))
  await assert.rejects(approve(context, ion, 987_654, nothing), code('APPROVAL_UNKNOWN'))
  await withdraw(context, ana, approval_id)
  await assert.rejects(approve(context, ion, approval_id, nothing), code('APPROVAL_CLOSED'))
})

test('an account that somebody has just had in his hands is not another person', async () => {
  const { context } = world
  const of_ion = { ...context, actor: ion.actor }
  // The fixture adds as the command line does, which nobody is tied to; these are made by an administrator's session.
  const made = async (user_name: string) => {
    await world.enrolled(user_name, 'operations')
    await resetPassword(of_ion, user_name)
    const { staff_id, role } = (await findStaff(context.db, user_name)) as StaffRow
    return { staff_id, role, actor: { kind: 'staff', name: user_name } } as const
  }
  const [dan, eva] = [await made('dan.four'), await made('eva.five')]
  const of_eva = await propose(context, eva, change)
  const of_ion_himself = await propose(context, ion, change)
  await assert.rejects(approve(context, ion, of_eva.approval_id, nothing), code('APPROVAL_TIED'))
  await assert.rejects(approve(context, eva, of_ion_himself.approval_id, nothing), code('APPROVAL_TIED'))
  // Both in the hands of one.
  await assert.rejects(approve(context, dan, of_eva.approval_id, nothing), code('APPROVAL_TIED'))
  await approve(context, ana, of_eva.approval_id, nothing)
  await approve(context, ana, of_ion_himself.approval_id, nothing)
  assert.equal(await areTied(context.db, [ion.staff_id, eva.staff_id], 1), true)
  assert.equal(await areTied(context.db, [ion.staff_id, eva.staff_id], 0), false)
  assert.equal(await areTied(context.db, [ion.staff_id, ana.staff_id], 1), false)
})

test('what somebody proposed who was shut out since, or has another role, is not done', async () => {
  const { context } = world
  const { approval_id } = await propose(context, ana, change)
  await suspendStaff(context, 'ana.one')
  await assert.rejects(approve(context, ion, approval_id, nothing), code('APPROVAL_VOID'))
  await resumeStaff(context, 'ana.one')
  await setRole(context, { user_name: 'ana.one', role: 'support' })
  await assert.rejects(approve(context, ion, approval_id, nothing), code('APPROVAL_VOID'))
  await setRole(context, { user_name: 'ana.one', role: 'operations' })
  await approve(context, ion, approval_id, nothing)
})

test('the database refuses an own approval too', async () => {
  const { context } = world
  const { approval_id } = await propose(context, ana, change)
  await assert.rejects(
    context.db.query({
      text: `update approvals set state = 'approved', decided_by = proposed_by, decided_at = now() where approval_id = $1`,
      values: [approval_id],
    }),
    /check constraint/,
  )
})

test('it expires', async () => {
  const { context, pass } = world
  const waiting = await propose(context, ana, change)
  pass(72 * 60)
  await assert.rejects(approve(context, ion, waiting.approval_id, nothing), code('APPROVAL_CLOSED'))
  assert.deepEqual(await listApprovals(context), [])
})

test('of many who approve at once one does; what fails is not done, and is proposed still', async () => {
  const { context } = world
  const { approval_id } = await propose(context, ana, change)
  await assert.rejects(
    approve(context, ion, approval_id, () => Promise.reject(new Error('no'))),
    /no/,
  )
  let done = 0
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      approve(context, ion, approval_id, async () => {
        done += 1
        return {}
      }),
    ),
  )
  assert.equal(outcomes.filter((one) => one.status === 'fulfilled').length, 1)
  assert.equal(done, 1)
})
