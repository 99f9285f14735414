/** For tests: the back office on a real database, with somebody of every role signed in. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../../config.ts'
import type { Context } from '../../../domain/context.ts'
import { type Fixture, openFixture } from '../../../domain/initiation/fixture.ts'
import { personPlace, totpPlace } from '../../../domain/staff/person.ts'
import { ROLES, type Role } from '../../../domain/staff/roles.ts'
import { insertSession } from '../../../domain/staff/session-store.ts'
import { tokenHash } from '../../../domain/staff/sessions.ts'
import { createKeyFile } from '../../../infra/keys/key-file.ts'
import { loadKeys } from '../../../infra/keys/keys.ts'
import { createAppServer } from '../../app-pages.ts'
import { serveRoutes, type TableRoute } from '../../route-table.ts'
import { sessionCookie } from '../../session-cookie.ts'

export type Answer = { readonly status: number; readonly json: Record<string, unknown> }
export type Person = {
  readonly name: string
  readonly role: Role
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer>
  /** What is no JSON. */
  file(path: string): Promise<{ status: number; text: string; headers: Readonly<Record<string, unknown>> }>
}
export type OfficeWorld = Awaited<ReturnType<typeof openOffice>>

/** @param routes those under test */
export async function openOffice(routes: readonly TableRoute[], settings: Partial<Settings> = {}) {
  const key_file = join(tmpdir(), `punte-office-${randomBytes(6).toString('hex')}.json`)
  createKeyFile(key_file)
  const fixture = await openFixture('Ecommerce', {
    PUNTE_OFFICE_URL: 'http://localhost:1',
    PUNTE_ADDRESS_RATE_PER_MINUTE: 100_000,
    PUNTE_TRUSTED_PROXIES: [],
    PUNTE_PASSWORD_DAYS: 60,
    PUNTE_STAFF_IDLE_MINUTES: 15,
    PUNTE_KEY_FILE: key_file,
    ...settings,
  })
  const context: Context = {
    ...fixture.context,
    keys: loadKeys(key_file),
    merchants: { ...fixture.context.merchants, byPartnerId: () => undefined },
  }
  const public_url = context.settings.PUNTE_OFFICE_URL
  const server = createAppServer(context, 'office', public_url)
  const cookie = sessionCookie('punte_office', public_url)
  await serveRoutes(server, { context, cookie, prefix: '/office/api', public_url }, routes)
  let count = 0
  /** Signed in without the steps of it, which have tests of their own. */
  async function person(role: Role): Promise<Person> {
    count += 1
    const name = `${role}.${count}`
    const { rows } = await context.db.query<{ staff_id: number }>({
      text: `insert into staff (user_name, person_enc, role, password_hash, password_at, password_is_temporary, totp_enc, totp_step, created_at)
        values ($1, $4, $2, 'x', $3, false, $5, 1, $3) returning staff_id`,
      values: [
        name,
        role,
        context.clock.now(),
        context.keys.seal(JSON.stringify({ name, email: `${name}@office.example` }), personPlace(name)),
        context.keys.seal('secret', totpPlace(name)),
      ],
    })
    const token = randomBytes(32).toString('base64url')
    const at = context.clock.now()
    const { staff_id } = rows[0] as { staff_id: number }
    const ends_at = new Date(at.getTime() + 12 * 3_600_000)
    await insertSession(context.db, {
      token_hash: tokenHash(token),
      staff_id,
      stage: 'open',
      address: '192.0.2.7',
      at,
      ends_at,
    })
    return {
      name,
      role,
      async call(method, path, body) {
        const { statusCode, payload } = await server.inject({
          method,
          url: `/office/api${path}`,
          headers: { cookie: `punte_office=${token}`, 'x-punte-call': '1' },
          ...(body !== undefined && { payload: body }),
        })
        return { status: statusCode, json: payload === '' ? {} : JSON.parse(payload) } as Answer
      },
      async file(path) {
        const headers = { cookie: `punte_office=${token}`, 'x-punte-call': '1' }
        const answer = await server.inject({ method: 'GET', url: `/office/api${path}`, headers })
        return { status: answer.statusCode, text: answer.payload, headers: answer.headers }
      },
    }
  }
  const of = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await person(role)])))
  const close = async () => {
    await server.close()
    await fixture.close()
    await rm(key_file, { force: true })
  }
  return { fixture: fixture as Fixture, context, of: of as Record<Role, Person>, person, key_file, close }
}
