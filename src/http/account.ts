/** What those who are signed in do with their own account: password, sessions, recovery codes, passkeys. */
import { Type } from 'typebox'
import { PunteError } from '../domain/errors.ts'
import { changePassword } from '../domain/staff/change-password.ts'
import { type PasskeyPlace, passkeyPlace } from '../domain/staff/passkeys/challenge.ts'
import { addPasskey, beginPasskey, listPasskeys, removePasskey } from '../domain/staff/passkeys/register.ts'
import { PASSWORDS_KEPT } from '../domain/staff/passwords.ts'
import { renewRecoveryCodes } from '../domain/staff/second-factor.ts'
import { livingSessions } from '../domain/staff/session-store.ts'
import { endStaffSessions, sessionIdleSince } from '../domain/staff/sessions.ts'
import { recoveryCodesLeft, staffById } from '../domain/staff/store.ts'
import { route, type TableRoute } from './route-table.ts'
import type { SessionCookie } from './session-cookie.ts'

const Password = Type.String({ maxLength: 1024 })
const Current = Type.Object({ current: Password })
const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
export const Uuid = Type.String({ pattern: UUID })
/** What `PublicKeyCredential.toJSON()` gives; its inside is for the one that verifies it. */
export const Credential = Type.Object({
  id: Type.String({ maxLength: 1400 }),
  rawId: Type.String({ maxLength: 1400 }),
  type: Type.Literal('public-key'),
  response: Type.Record(Type.String({ maxLength: 50 }), Type.Unknown()),
})
const SESSIONS_SHOWN = 50

/** @param public_url of the surface: passkeys are bound to its host */
export function accountRoutes(cookie: SessionCookie, public_url: string): readonly TableRoute[] {
  const place = passkeyPlace(public_url)
  return [showRoute(place), ...changeRoutes(cookie), ...passkeyRoutes(place)]
}

const showRoute = (place: PasskeyPlace | undefined): TableRoute =>
  route({
    method: 'GET',
    path: '/me/account',
    act: 'session',
    summary: 'The account of who is signed in: age of the password, open sessions, recovery codes left, passkeys.',
    async handle({ context, session }) {
      const { staff_id } = session
      const idle_since = sessionIdleSince(context)
      const [row, sessions, recovery_codes_left, passkeys] = await Promise.all([
        staffById(context.db, staff_id),
        livingSessions(context.db, { staff_id, at: context.clock.now(), idle_since, limit: SESSIONS_SHOWN }),
        recoveryCodesLeft(context.db, staff_id),
        listPasskeys(context, staff_id),
      ])
      return {
        password_at: row?.password_at,
        password_days: context.settings.PUNTE_PASSWORD_DAYS,
        passwords_kept: PASSWORDS_KEPT,
        recovery_codes_left,
        sessions: sessions.map((one) => ({ ...one, is_current: one.session_id === session.session_id })),
        passkeys,
        passkeys_possible: place !== undefined,
      }
    },
  })

const changeRoutes = (cookie: SessionCookie): readonly TableRoute[] => [
  route({
    method: 'POST',
    path: '/me/password',
    act: 'session',
    summary: 'A new password; all other sessions end.',
    body: Type.Object({ current: Password, password: Password }),
    async handle({ context, body, request, reply }) {
      const former = cookie.read(request)
      if (former === undefined) throw new PunteError('SESSION_ENDED')
      const { token, ...step } = await changePassword(context, { token: former, ...body })
      cookie.set(reply, token)
      return step
    },
  }),
  route({
    method: 'POST',
    path: '/me/recovery-codes',
    act: 'session',
    summary: 'Ten new recovery codes, this once; those of before are worth nothing from then on.',
    body: Current,
    handle: ({ context, session, body }) => renewRecoveryCodes(context, session, body.current),
  }),
  route({
    method: 'DELETE',
    path: '/me/sessions/:session_id',
    act: 'session',
    summary: 'Ends one session of one’s own.',
    params: Type.Object({ session_id: Uuid }),
    async handle({ acting, session, params }) {
      const { staff_id } = session
      const ended = await endStaffSessions(acting, { staff_id, only: params.session_id, reason: 'ended by its owner' })
      return { ended }
    },
  }),
]

const passkeyRoutes = (place: PasskeyPlace | undefined): readonly TableRoute[] => [
  route({
    method: 'POST',
    path: '/me/passkeys/options',
    act: 'session',
    summary: 'What the browser is asked for to make a passkey; takes the password.',
    body: Current,
    handle: ({ context, session, body }) => beginPasskey(context, session, { place, ...body }),
  }),
  route({
    method: 'POST',
    path: '/me/passkeys',
    act: 'session',
    summary: 'Adds the passkey that the browser made.',
    body: Type.Object({ name: Type.String({ maxLength: 200 }), response: Credential }),
    handle: ({ context, session, body }) => addPasskey(context, session, { place, ...body }),
  }),
  route({
    method: 'DELETE',
    path: '/me/passkeys/:passkey_id',
    act: 'session',
    summary: 'Removes a passkey: its device signs in no more.',
    params: Type.Object({ passkey_id: Uuid }),
    handle: ({ context, session, params }) => removePasskey(context, session, params.passkey_id),
  }),
]
