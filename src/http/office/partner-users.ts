/** People of partners as staff manage them: the first of each is invited here; and what they tell of their partner. */
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { showPartner } from '../../domain/partners/manage.ts'
import { closeNotice, waitingNotices } from '../../domain/portal/notices.ts'
import { inviteAgain, inviteUser, listUsers } from '../../domain/portal/users.ts'
import { resetTotp, resumeStaff, signOutStaff, suspendStaff, unlockStaff } from '../../domain/staff/manage.ts'
import { PARTNER_ROLES } from '../../domain/staff/roles.ts'
import { type Acting, route, type TableRoute } from '../route-table.ts'

const Partner = Type.Object({ client_id: Type.String({ maxLength: 64 }) })
const User = Type.Object({ client_id: Type.String({ maxLength: 64 }), user_name: Type.String({ maxLength: 100 }) })

/** @throws PunteError PARTNER_UNKNOWN */
async function ownerOf(context: Context, { client_id }: { readonly client_id: string }) {
  const { partner_id, name } = await showPartner(context, client_id)
  return { partner_id, client_id, name }
}

const change = (
  path: string,
  summary: string,
  act: (context: Acting & { readonly partner_id: number }, user_name: string) => Promise<unknown>,
): TableRoute =>
  route({
    method: 'POST',
    path: `/partners/:client_id/users/:user_name/${path}`,
    act: 'partner-user.manage',
    summary,
    params: User,
    async handle({ acting, params }) {
      const { partner_id } = await ownerOf(acting, params)
      await act({ ...acting, partner_id }, params.user_name)
    },
  })

export const partnerUserRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/partners/:client_id/users',
    act: 'partner.read',
    summary: 'Who can sign in for a partner.',
    params: Partner,
    handle: async ({ context, params }) => ({ users: await listUsers(context, await ownerOf(context, params)) }),
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/users',
    act: 'partner-user.manage',
    summary: 'Adds somebody of a partner and mails a link, with which a password is set.',
    params: Partner,
    body: Type.Object({
      user_name: Type.String({ maxLength: 32 }),
      name: Type.String({ maxLength: 200 }),
      email: Type.String({ maxLength: 254 }),
      role: Type.Enum([...PARTNER_ROLES]),
    }),
    async handle({ acting, params, body }) {
      const { link, ...invited } = await inviteUser(acting, await ownerOf(acting, params), body)
      return invited
    },
  }),
  route({
    method: 'POST',
    path: '/partners/:client_id/users/:user_name/invite',
    act: 'partner-user.manage',
    summary: 'A new link, for a first password or a lost one.',
    params: User,
    async handle({ acting, params }) {
      const { link, ...invited } = await inviteAgain(acting, await ownerOf(acting, params), params.user_name)
      return invited
    },
  }),
  change('suspend', 'Cannot sign in any more; sessions end.', suspendStaff),
  change('resume', 'Can sign in again.', resumeStaff),
  change('unlock', 'May try again after too many wrong tries.', unlockStaff),
  change('reset-totp', 'Enrols a second factor anew at the next sign-in; sessions end.', resetTotp),
  change('sign-out', 'Ends all sessions.', signOutStaff),
  route({
    method: 'GET',
    path: '/partner-notices',
    act: 'partner-notice.read',
    summary: 'What people of partners have told and nobody has taken over yet, the oldest first.',
    async handle({ context }) {
      const notices = await waitingNotices(context)
      const nameOf = (partner_id: number) => context.partners.byId(partner_id)
      return {
        notices: notices.map((one) => ({
          ...one,
          client_id: nameOf(one.partner_id)?.client_id ?? null,
          partner_name: nameOf(one.partner_id)?.name ?? null,
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/partner-notices/:partner_id/:notice_no/close',
    act: 'partner-notice.close',
    summary: 'It has been taken over into what is known of the partner.',
    params: Type.Object({
      partner_id: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
      notice_no: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
    }),
    async handle({ acting, session, params }) {
      const { partner_id, notice_no } = params
      const key = { partner_id: Number(partner_id), notice_no: Number(notice_no) }
      await closeNotice(acting, { ...key, done_by: session.staff_id })
    },
  }),
]
