import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Context } from '../context.ts'
import { CaseFaultsError, type ErrorCode, PunteError } from '../errors.ts'
import { approveAct } from '../four-eyes/approve.ts'
import { proposeAct } from '../four-eyes/propose.ts'
import { resumePartner } from '../partners/standing.ts'
import type { Role } from '../staff/roles.ts'
import { COMPANY, complianceWorld, NATURAL } from './fixture.ts'
import { endRelationship, refuseCase } from './move.ts'
import { saveCase } from './save.ts'
import { showCase } from './show.ts'

const world = await complianceWorld()
const { filled, reviewed, approved, seen } = world
const context = world.context as unknown as Context
after(world.close)

const refuses = (code: ErrorCode) => (error: unknown) => error instanceof PunteError && error.code === code

async function staff(user_name: string, role: Role) {
  const { rows } = await context.db.query<{ staff_id: number }>({
    text: `insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, created_at)
      values ($1, '', $2, 'hash', now(), false, now()) returning staff_id`,
    values: [user_name, role],
  })
  return { staff_id: rows[0]?.staff_id ?? 0, role, actor: { kind: 'staff', name: user_name } as const }
}
const maria = await staff('maria', 'compliance')
const radu = await staff('radu', 'administrator')
const olga = await staff('olga', 'operations')
const propose = async (case_id: number, by = maria) => {
  const { version } = await seen(case_id)
  return proposeAct({ ...context, actor: by.actor } as Context, by, {
    ...{ act: 'partner.approve', subject: { kind: 'case', id: String(case_id) }, input: { version } },
  })
}

test('two people make a partner, once', async () => {
  const case_id = await reviewed()
  await assert.rejects(propose(case_id, olga), refuses('ROLE_NOT_ALLOWED'))
  const { approval_id } = await propose(case_id)
  await assert.rejects(approveAct(context, maria, approval_id), refuses('APPROVAL_OWN'))
  const both = await Promise.allSettled([
    approveAct(context, radu, approval_id),
    approveAct(context, radu, approval_id),
  ])
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, JSON.stringify(both))
  const shown = await showCase(world.context, case_id)
  assert.equal(shown.state, 'approved')
  const { rows } = await context.db.query<{ n: number }>({
    text: 'select count(*)::integer as n from partners where name = $1',
    values: [COMPANY.company.name],
  })
  assert.equal(rows[0]?.n, 1)
  const acts = await context.db.query<{ actor: string; after: { client_id?: string } }>({
    text: `select actor, after from audit_log where act = 'partner.approve' and subject_id = $1`,
    values: [String(case_id)],
  })
  assert.equal(acts.rows.length, 1)
  assert.equal(acts.rows[0]?.actor, 'radu')
})

test('what lacks is told when it is proposed; what changed since is not approved', async () => {
  const bare = await filled()
  await assert.rejects(propose(bare), refuses('CASE_STATE'))
  const case_id = await reviewed()
  const { version } = await seen(case_id)
  await saveCase(world.context, { case_id, version, assessment: {} })
  await assert.rejects(propose(case_id), CaseFaultsError)
  const other = await reviewed()
  const { approval_id } = await propose(other)
  const contact = { ...COMPANY.contact, phone: '+40 755 000 000' }
  await saveCase(world.context, { ...(await seen(other)), data: { ...COMPANY, contact } })
  await assert.rejects(approveAct(context, radu, approval_id), refuses('CASE_CHANGED'))
  const refused = await reviewed()
  const proposal = await propose(refused)
  await refuseCase(world.context, { ...(await seen(refused)), text: 'Nu.' })
  await assert.rejects(approveAct(context, radu, proposal.approval_id), refuses('CASE_STATE'))
})

test('nobody’s name is in the client id of a natural person', async () => {
  const { client_id } = await approved(NATURAL)
  assert.match(client_id, /^partner-[0-9a-f]{10}$/)
})

test('a partner whose relationship has ended does not come back', async () => {
  const { case_id, client_id } = await approved()
  await endRelationship(world.context, { ...(await seen(case_id)), text: 'Închidere' })
  await assert.rejects(resumePartner(context, client_id, 'din greșeală'), refuses('PARTNER_ENDED'))
})
