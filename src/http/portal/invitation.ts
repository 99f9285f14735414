/** The way in for somebody who was invited: the link shows whom it is for, and takes a password. */
import { Type } from 'typebox'
import { acceptInvitation, showInvitation } from '../../domain/portal/invitation.ts'
import { publicRoute, type TableRoute } from '../route-table.ts'
import { addressKey } from '../server.ts'
import type { SessionCookie } from '../session-cookie.ts'

// In the body: what stands in an address is written down by those who pass it on.
const Token = Type.String({ minLength: 1, maxLength: 100 })

export function invitationRoutes(cookie: SessionCookie): readonly TableRoute[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/invitation',
      summary: 'Whom the link of an invitation is for.',
      body: Type.Object({ token: Token }),
      handle: ({ context, body }) => showInvitation(context, body.token),
    }),
    publicRoute({
      method: 'POST',
      path: '/invitation/password',
      summary: 'Sets the password with the link; answers what is asked next, as a sign-in does.',
      body: Type.Object({ token: Token, password: Type.String({ maxLength: 1024 }) }),
      async handle({ context, body, request, reply }) {
        const { token, ...step } = await acceptInvitation(context, { ...body, address: addressKey(request.ip) })
        cookie.set(reply, token)
        return step
      },
    }),
  ]
}
