/** People who operate the installation, as administrators manage them. Nobody changes his own role or standing here. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
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
} from '../../domain/staff/manage.ts'
import { listPasskeys } from '../../domain/staff/passkeys/register.ts'
import { ROLES } from '../../domain/staff/roles.ts'
import type { Session } from '../../domain/staff/sessions.ts'
import { findStaff } from '../../domain/staff/store.ts'
import { Uuid } from '../account.ts'
import { route, type TableRoute } from '../route-table.ts'

const UserName = Type.String({ minLength: 1, maxLength: 64 })
const Who = Type.Object({ user_name: UserName })
const OneRole = Type.Union(ROLES.map((role) => Type.Literal(role)))
const Text = (maxLength: number) => Type.String({ maxLength })

/** Another administrator must do it: so the last one cannot shut himself out, and nobody raises himself. */
function ofOthers({ user_name }: Session, params: { readonly user_name: string }): string {
  if (params.user_name === user_name) throw new PunteError('USER_OWN')
  return params.user_name
}

export const staffRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/staff',
    act: 'staff.read',
    summary: 'Everybody who may sign in, and how they stand.',
    handle: async ({ context }) => ({ staff: await listStaff(context) }),
  }),
  route({
    method: 'POST',
    path: '/staff',
    act: 'staff.change',
    summary: 'Adds somebody; answers a password for one use, this once.',
    body: Type.Object({ user_name: UserName, name: Text(200), email: Text(254), role: OneRole }),
    handle: ({ acting, body }) => addStaff(acting, body),
  }),
  route({
    method: 'GET',
    path: '/staff/:user_name',
    act: 'staff.read',
    summary: 'One of them, with the latest sessions and the passkeys.',
    params: Who,
    async handle({ context, params }) {
      const [shown, row] = await Promise.all([
        showStaff(context, params.user_name),
        findStaff(context.db, params.user_name),
      ])
      const passkeys = row === undefined ? [] : await listPasskeys(context, row.staff_id)
      // What somebody calls his devices is his own.
      return { ...shown, passkeys: passkeys.map(({ name: _, ...passkey }) => passkey), now: context.clock.now() }
    },
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/role',
    act: 'staff.change',
    summary: 'Another role; open sessions have it at once.',
    params: Who,
    body: Type.Object({ role: OneRole }),
    handle: ({ acting, session, params, body }) => setRole(acting, { user_name: ofOthers(session, params), ...body }),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/suspend',
    act: 'staff.change',
    summary: 'May not sign in any more; sessions end.',
    params: Who,
    handle: ({ acting, session, params }) => suspendStaff(acting, ofOthers(session, params)),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/resume',
    act: 'staff.change',
    summary: 'May sign in again.',
    params: Who,
    handle: ({ acting, session, params }) => resumeStaff(acting, ofOthers(session, params)),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/unlock',
    act: 'staff.change',
    summary: 'After too many wrong tries.',
    params: Who,
    // Who sits at somebody's open session would give himself tries at the password for ever.
    handle: ({ acting, session, params }) => unlockStaff(acting, ofOthers(session, params)),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/reset-password',
    act: 'staff.change',
    summary: 'A password for one use, answered this once; sessions end.',
    params: Who,
    handle: async ({ acting, session, params }) => ({
      temporary_password: await resetPassword(acting, ofOthers(session, params)),
    }),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/reset-second-factor',
    act: 'staff.change',
    summary: 'For a lost telephone: secret, recovery codes and passkeys are forgotten; sessions end.',
    params: Who,
    handle: ({ acting, session, params }) => resetTotp(acting, ofOthers(session, params)),
  }),
  route({
    method: 'POST',
    path: '/staff/:user_name/sign-out',
    act: 'staff.change',
    summary: 'Ends one session of theirs, or all.',
    params: Who,
    body: Type.Object({ session_id: Type.Optional(Uuid) }),
    handle: async ({ acting, params, body }) => ({
      ended: await signOutStaff(acting, params.user_name, body.session_id),
    }),
  }),
]
