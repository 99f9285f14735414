/** Signing in, step by step, and the session that comes of it: the same calls on every surface that people sign in to. */
import { Type } from 'typebox'
import { PunteError } from '../domain/errors.ts'
import { changePassword } from '../domain/staff/change-password.ts'
import { type PasskeyPlace, passkeyPlace } from '../domain/staff/passkeys/challenge.ts'
import {
  completeWithPasskey,
  passkeyFactorOptions,
  passkeyOptions,
  signInWithPasskey,
} from '../domain/staff/passkeys/sign-in.ts'
import { judgePassword } from '../domain/staff/passwords.ts'
import { openPerson } from '../domain/staff/person.ts'
import { ACTS, type AnyRole, mayDo, type StaffAct } from '../domain/staff/roles.ts'
import { beginEnrolment, completeSecondFactor, confirmEnrolment } from '../domain/staff/second-factor.ts'
import { findSession, type Step, signOut } from '../domain/staff/sessions.ts'
import { signIn } from '../domain/staff/sign-in.ts'
import { findStaff, staffById } from '../domain/staff/store.ts'
import { rememberDevice } from '../domain/staff/tries/device.ts'
import { qrSvg } from '../infra/pictures/qr.ts'
import { accountRoutes, Credential } from './account.ts'
import { type PublicCall, publicRoute, route, type TableRoute } from './route-table.ts'
import { addressKey } from './server.ts'
import type { SessionCookie } from './session-cookie.ts'

const Text = (maxLength: number) => Type.String({ maxLength })
const Code = Type.Object({ code: Text(100) })

/**
 * @param cookie of the surface: each step's token travels in it, and in nothing else
 * @param public_url of the surface: passkeys are bound to its host
 */
export function signInRoutes(cookie: SessionCookie, public_url: string): readonly TableRoute[] {
  const carrier = carrierOf(cookie)
  return [
    ...stepRoutes(carrier),
    ...passkeyRoutes(carrier, passkeyPlace(public_url)),
    ...sessionRoutes(cookie, passkeyPlace(public_url)),
    ...accountRoutes(cookie, public_url),
  ]
}

type Any = PublicCall<unknown, unknown, unknown>
type Carrier = {
  tokenOf(call: Any): string
  devicesOf(call: Any): { readonly devices?: string }
  /** Ends what the browser's cookie still opens: whoever signs in anew leaves no session behind that nobody holds. */
  leave(call: Any): Promise<void>
  answer<S extends Step>(call: Any, step: S): Promise<Omit<S, 'token'>>
}

const carrierOf = (cookie: SessionCookie): Carrier => ({
  tokenOf({ request }) {
    const token = cookie.read(request)
    if (token === undefined) throw new PunteError('SESSION_ENDED')
    return token
  },
  devicesOf({ request }) {
    const devices = cookie.device.read(request)
    return devices === undefined ? {} : { devices }
  },
  leave: (call) => endFormer(call, cookie),
  async answer({ context, request, reply }, { token, ...step }) {
    cookie.set(reply, token)
    // Signed in whole: this browser is its owner's from now on.
    if (step.stage === 'open') {
      const { staff_id } = await findSession(context, token, ['open'])
      cookie.device.set(reply, rememberDevice(context, staff_id, cookie.device.read(request)))
    }
    return step
  },
})

async function endFormer({ context, request }: Any, cookie: SessionCookie): Promise<void> {
  const token = cookie.read(request)
  if (token === undefined) return
  await signOut(context, token).catch((error: unknown) => {
    // It has ended already, which is what was asked for.
    if (!(error instanceof PunteError) || error.code !== 'SESSION_ENDED') throw error
  })
}

function stepRoutes({ tokenOf, devicesOf, leave, answer }: Carrier): readonly TableRoute[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/sign-in',
      summary: 'The first step: user name and password. Answers what is asked next.',
      body: Type.Object({ user_name: Text(100), password: Text(1024) }),
      async handle(call) {
        const address = addressKey(call.request.ip)
        const step = await signIn(call.context, { ...call.body, ...devicesOf(call), address })
        await leave(call)
        return answer(call, step)
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/second-factor',
      summary: 'A code of the authenticator app, or a recovery code.',
      body: Code,
      handle: async (call) =>
        answer(call, await completeSecondFactor(call.context, { token: tokenOf(call), ...call.body })),
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/password',
      summary: 'A new password, where one is asked for.',
      body: Type.Object({ password: Text(1024) }),
      handle: async (call) => answer(call, await changePassword(call.context, { token: tokenOf(call), ...call.body })),
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/password/check',
      summary:
        'What is wrong with a password that is being typed: the codes of the rules it breaks, and its strength, 1 being enough.',
      body: Type.Object({ password: Text(1024) }),
      async handle(call) {
        const { context, body } = call
        const { staff_id } = await findSession(context, tokenOf(call), ['password', 'open'])
        const row = await staffById(context.db, staff_id)
        if (row === undefined) throw new PunteError('SESSION_ENDED')
        return judgePassword(body.password, openPerson(context.keys, row))
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/enrolment',
      summary: 'A secret for an authenticator app, as text and as a QR picture.',
      async handle(call) {
        const { secret, address } = await beginEnrolment(call.context, { token: tokenOf(call) })
        return { secret, address, qr_svg: qrSvg(address) }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/enrolment/confirm',
      summary: 'The first code of the app; answers ten recovery codes, this once.',
      body: Code,
      handle: async (call) =>
        answer(call, await confirmEnrolment(call.context, { token: tokenOf(call), ...call.body })),
    }),
  ]
}

function passkeyRoutes({ tokenOf, leave, answer }: Carrier, place: PasskeyPlace | undefined): readonly TableRoute[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/sign-in/passkey/options',
      summary: 'What the browser is asked for to sign in with a passkey alone.',
      handle: ({ context }) => passkeyOptions(context, place),
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/passkey',
      summary: 'Both factors at once: a passkey whose device has verified its owner.',
      body: Type.Object({ response: Credential }),
      async handle(call) {
        const { context, body, request } = call
        const address = addressKey(request.ip)
        const step = await signInWithPasskey(context, { place, response: body.response, address })
        await leave(call)
        return answer(call, step)
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/second-factor/passkey/options',
      summary: 'What the browser is asked for to show a passkey after the password.',
      handle: (call) => passkeyFactorOptions(call.context, { place, token: tokenOf(call) }),
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-in/second-factor/passkey',
      summary: 'A passkey in the place of a code.',
      body: Type.Object({ response: Credential }),
      async handle(call) {
        const { response } = call.body
        return answer(call, await completeWithPasskey(call.context, { place, token: tokenOf(call), response }))
      },
    }),
  ]
}

function sessionRoutes(cookie: SessionCookie, place: PasskeyPlace | undefined): readonly TableRoute[] {
  return [
    publicRoute({
      method: 'GET',
      path: '/sign-in',
      summary: 'What this address offers to those who are not signed in.',
      handle: async () => ({ passkeys_possible: place !== undefined }),
    }),
    route({
      method: 'GET',
      path: '/me',
      summary: 'Who is signed in, what they may do, and until when.',
      act: 'session',
      async handle({ context, session }) {
        const { user_name, role, ends_at, idle_ends_at, password_days_left } = session
        const row = await findStaff(context.db, user_name)
        return {
          user_name,
          name: row === undefined ? user_name : openPerson(context.keys, row).name,
          role,
          acts: actsOf(role),
          ends_at,
          idle_ends_at,
          idle_seconds: context.settings.PUNTE_STAFF_IDLE_MINUTES * 60,
          now: context.clock.now(),
          ...(password_days_left !== undefined && { password_days_left }),
        }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/sign-out',
      summary: 'Ends the session; its token is worth nothing from then on.',
      async handle(call) {
        cookie.clear(call.reply)
        await endFormer(call, cookie)
      },
    }),
  ]
}

const actsOf = (role: AnyRole): readonly StaffAct[] =>
  (Object.keys(ACTS) as readonly StaffAct[]).filter((act) => mayDo(role, act))
