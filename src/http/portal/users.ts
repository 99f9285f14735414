/** A partner's own people: by those of them who administer. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import { inviteAgain, inviteUser, listUsers } from '../../domain/portal/users.ts'
import { resetTotp, resumeStaff, setRole, signOutStaff, suspendStaff, unlockStaff } from '../../domain/staff/manage.ts'
import { PARTNER_ROLES } from '../../domain/staff/roles.ts'
import { type Acting, route, type TableRoute } from '../route-table.ts'
import { ownPartner, ownPartnerId, type Signed } from './own.ts'

const User = Type.Object({ user_name: Type.String({ maxLength: 100 }) })
const Role = Type.Enum([...PARTNER_ROLES])

type Call = Signed & { readonly acting: Acting; readonly params: { readonly user_name: string } }

/** The context in which only people of the own partner are known. @throws PunteError USER_OWN */
function overOther(call: Call): Acting & { readonly partner_id: number } {
  // Who shuts himself out, or takes his own rights away, leaves nobody behind who could give them back.
  if (call.params.user_name === call.session.user_name) throw new PunteError('USER_OWN')
  return { ...call.acting, partner_id: ownPartnerId(call) }
}

const change = (
  path: string,
  summary: string,
  act: (context: ReturnType<typeof overOther>, user_name: string) => Promise<unknown>,
  /** What takes away and gives nothing may always be done. */
  more: Pick<TableRoute, 'stays_open'> = {},
): TableRoute =>
  route({
    ...more,
    method: 'POST',
    path: `/users/:user_name/${path}`,
    act: 'own.change',
    summary,
    params: User,
    async handle(call) {
      await act(overOther(call), call.params.user_name)
    },
  })

export const userRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/users',
    act: 'own.change',
    stays_open: 'ended',
    summary: 'Who can sign in for the partner.',
    handle: async (call) => ({ users: await listUsers(call.context, { partner_id: ownPartnerId(call) }) }),
  }),
  route({
    method: 'POST',
    path: '/users',
    act: 'own.change',
    summary: 'Adds somebody and mails a link, with which a password is set.',
    body: Type.Object({
      user_name: Type.String({ maxLength: 32 }),
      name: Type.String({ maxLength: 200 }),
      email: Type.String({ maxLength: 254 }),
      role: Role,
    }),
    async handle(call) {
      const { link, ...invited } = await inviteUser(call.acting, ownPartner(call), call.body)
      return invited
    },
  }),
  route({
    method: 'POST',
    path: '/users/:user_name/invite',
    act: 'own.change',
    summary: 'A new link, for a first password or a lost one.',
    params: User,
    async handle(call) {
      const { link, ...invited } = await inviteAgain(call.acting, ownPartner(call), call.params.user_name)
      return invited
    },
  }),
  route({
    method: 'POST',
    path: '/users/:user_name/role',
    act: 'own.change',
    summary: 'Another role.',
    params: User,
    body: Type.Object({ role: Role }),
    async handle(call) {
      await setRole(overOther(call), { user_name: call.params.user_name, role: call.body.role })
    },
  }),
  change('suspend', 'Cannot sign in any more; sessions end.', suspendStaff, { stays_open: 'ended' }),
  change('resume', 'Can sign in again.', resumeStaff),
  change('unlock', 'May try again after too many wrong tries.', unlockStaff),
  change('reset-totp', 'Enrols a second factor anew at the next sign-in; sessions end.', resetTotp),
  change('sign-out', 'Ends all sessions.', signOutStaff, { stays_open: 'ended' }),
]
