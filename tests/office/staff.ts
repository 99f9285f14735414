/** Staff of the demo's world in journeys: their authenticator, their sign-in in a browser, and their calls without one. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { fromBase32, stepAt, totpCode } from '../../src/domain/staff/totp.ts'
import { type TestWorld, until } from '../world/world.ts'

type User = TestWorld['facts']['office']['users'][number]

/** The last step whose code was used, by secret: a code works once. */
const used = new Map<string, number>()

/** The next code that is good; waits where the present one and the one after it were used. */
export async function codeOf(totp_secret: string): Promise<string> {
  const step = await until('a code that is fresh', () => {
    const now = stepAt(new Date())
    const next = Math.max(now, (used.get(totp_secret) ?? 0) + 1)
    return next <= now + 1 ? next : undefined
  })
  used.set(totp_secret, step)
  return totpCode(fromBase32(totp_secret), step)
}

/** @param nth the first or the second of that role */
export function staffOf(world: TestWorld, role: User['role'], nth = 0): User {
  const found = world.facts.office.users.filter((user) => user.role === role)[nth]
  assert.ok(found !== undefined, `there is no ${role} ${nth}`)
  return found
}

/** Signs in at the page of the office and waits for its frame. */
export async function signInAt(page: Page, world: TestWorld, user: User): Promise<void> {
  await page.goto(world.facts.office.url)
  await page.getByLabel('Utilizator').fill(user.user)
  await page.getByLabel('Parolă').fill(user.password)
  await page.getByRole('button', { name: 'Continuă' }).click()
  const code = page.getByLabel(/Cod din aplicația/)
  await code.waitFor()
  await code.fill(await codeOf(user.totp_secret))
  await page.getByRole('button', { name: 'Continuă' }).click()
  await page.getByRole('navigation').first().waitFor()
}

export type StaffCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: unknown }>

/** With the session's cookie, for a browser that goes on with it. */
export type Signed = StaffCall & { readonly cookie: () => string }

/** Calls of one who is signed in, without a browser. */
export const callsOf = (world: TestWorld, user: User): Promise<Signed> =>
  callsAt(`${new URL(world.facts.office.url).origin}/office/api`, user)

/** The same at either surface. @param base `https://office.example/office/api`; bytes are sent as they are */
export async function callsAt(base: string, user: Pick<User, 'user' | 'password' | 'totp_secret'>): Promise<Signed> {
  let cookie = ''
  const call: StaffCall = async (method, path, body, headers = {}) => {
    const is_bytes = Buffer.isBuffer(body)
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        'x-punte-call': '1',
        cookie,
        ...(body !== undefined && { 'content-type': is_bytes ? 'application/octet-stream' : 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: is_bytes ? new Uint8Array(body) : JSON.stringify(body) }),
    })
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) cookie = set.split(';')[0] ?? ''
    const text = await response.text()
    const is_json = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: text === '' ? undefined : is_json ? JSON.parse(text) : text }
  }
  const first = await call('POST', '/sign-in', { user_name: user.user, password: user.password })
  assert.equal(first.status, 200, JSON.stringify(first.body))
  const second = await call('POST', '/sign-in/second-factor', { code: await codeOf(user.totp_secret) })
  assert.equal(second.status, 200, JSON.stringify(second.body))
  return Object.assign(call, { cookie: () => cookie })
}
