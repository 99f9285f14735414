/** For tests: a database with staff, a clock that is set, an authenticator. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { changePassword } from './change-password.ts'
import { addStaff } from './manage.ts'
import type { Role } from './roles.ts'
import { beginEnrolment, completeSecondFactor, confirmEnrolment } from './second-factor.ts'
import { requireSession, type StaffContext } from './sessions.ts'
import { DELAYS, signIn } from './sign-in.ts'
import { fromBase32, stepAt, totpCode } from './totp.ts'

export const PASSWORD = 'vq7#Rm2-kz9!Twx4Lb'
export const ADDRESS = '192.0.2.7'

export async function staffWorld() {
  Object.assign(DELAYS, { refused_ms: 20, first_ms: 1, last_ms: 5 })
  const dir = mkdtempSync(join(tmpdir(), 'punte-staff-'))
  const path = join(dir, 'keys.json')
  createKeyFile(path)
  const database = await testDatabase({ pool_size: 12 })
  let now = Date.parse('2030-03-01T10:00:00Z')
  const context: StaffContext = {
    db: database.db,
    keys: loadKeys(path),
    clock: { now: () => new Date(now) },
    settings: { PUNTE_PASSWORD_DAYS: 60, PUNTE_STAFF_IDLE_MINUTES: 15 },
  }
  const pass = (minutes: number) => {
    now += minutes * 60_000
  }
  const codeOf = (secret: string) => totpCode(fromBase32(secret), stepAt(context.clock.now()))

  /** Goes through a first sign-in. */
  async function enrolled(user_name: string, role: Role = 'administrator') {
    const person = { user_name, name: 'Ion Țărmure', email: `${user_name}@office.example` }
    const { temporary_password } = await addStaff(context, { ...person, role })
    const first = await signIn(context, { user_name, password: temporary_password, address: ADDRESS })
    const second = await changePassword(context, { token: first.token, password: PASSWORD })
    const { secret } = await beginEnrolment(context, { token: second.token })
    const done = await confirmEnrolment(context, { token: second.token, code: codeOf(secret) })
    // The next code is of a later step.
    pass(1)
    return { user_name, secret, temporary_password, first, second, ...done }
  }

  async function signedIn(user: { user_name: string; secret: string }, password = PASSWORD) {
    const { token } = await signIn(context, { user_name: user.user_name, password, address: ADDRESS })
    const step = await completeSecondFactor(context, { token, code: codeOf(user.secret) })
    pass(1)
    return { ...step, session: await requireSession(context, step.token) }
  }

  async function close(): Promise<void> {
    await database.drop()
    rmSync(dir, { recursive: true, force: true })
  }
  return { context, pass, codeOf, enrolled, signedIn, close }
}
