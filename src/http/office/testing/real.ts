/** For tests: the back office as it is put together for service, with somebody of each role whom it knows. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../../domain/context.ts'
import { openFixture } from '../../../domain/initiation/fixture.ts'
import { sealPerson } from '../../../domain/staff/person.ts'
import { ROLES, type Role } from '../../../domain/staff/roles.ts'
import { insertSession } from '../../../domain/staff/session-store.ts'
import { tokenHash } from '../../../domain/staff/sessions.ts'
import { insertStaff, updateStaff } from '../../../domain/staff/store.ts'
import { createKeyFile } from '../../../infra/keys/key-file.ts'
import { buildOffice } from '../server.ts'

export const OFFICE_URL = 'http://localhost:1'

export async function realOffice() {
  const key_file = join(tmpdir(), `punte-office-${randomBytes(6).toString('hex')}.json`)
  createKeyFile(key_file)
  const fixture = await openFixture('Ecommerce', {
    PUNTE_OFFICE_URL: OFFICE_URL,
    PUNTE_ADDRESS_RATE_PER_MINUTE: 100_000,
    PUNTE_TRUSTED_PROXIES: [],
    PUNTE_PASSWORD_DAYS: 60,
    PUNTE_STAFF_IDLE_MINUTES: 15,
    PUNTE_RETENTION_YEARS: 5,
    PUNTE_INVITATION_DAYS: 14,
    PUNTE_KEY_FILE: key_file,
  })
  const { merchants, partners } = fixture.context
  const context: Context = {
    ...fixture.context,
    merchants: { ...merchants, byMerchantId: () => undefined, byPartnerId: () => undefined },
    partners: { ...partners, byClientId: () => undefined },
    acquirers: { get: () => undefined, all: () => [] },
  } as Context
  const server = await buildOffice(context)

  /** @returns the cookie of an open session */
  async function signedIn(role: Role): Promise<string> {
    const at = context.clock.now()
    const person = { user_name: `one.of.${role}`, name: 'Ana Pop', email: 'ana@office.example' }
    const staff_id = await insertStaff(context.db, {
      user_name: person.user_name,
      partner_id: null,
      person_enc: sealPerson(context.keys, person),
      role,
      password_hash: 'none',
      created_at: at,
    })
    if (staff_id === undefined) throw new Error('that name is taken')
    await updateStaff(context.db, staff_id, { totp_enc: Buffer.from('none'), totp_step: 1 })
    const token = randomBytes(32).toString('base64url')
    const ends_at = new Date(at.getTime() + 12 * 3_600_000)
    const session = {
      token_hash: tokenHash(token),
      staff_id,
      stage: 'open',
      address: '192.0.2.7',
      at,
      ends_at,
    } as const
    await insertSession(context.db, session)
    return `punte_office=${token}`
  }
  const cookies = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await signedIn(role)])))
  const close = async () => {
    await server.close()
    await fixture.close()
    await rm(key_file, { force: true })
  }
  const pass = (ms: number) => {
    fixture.now = new Date(fixture.now.getTime() + ms)
  }
  return { context, server, pass, cookies: cookies as Record<Role, string>, close }
}
