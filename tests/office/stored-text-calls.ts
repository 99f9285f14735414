/** Makes the calls of office and portal with hostile texts in every field, and knows which calls have been made. */
import assert from 'node:assert/strict'
import { mayPropose, ROLES, type Role } from '../../src/domain/staff/roles.ts'
import { officeRoutes } from '../../src/http/office/routes.ts'
import { portalRoutes } from '../../src/http/portal/routes.ts'
import type { TableRoute } from '../../src/http/route-table.ts'
import type { TestWorld } from '../world/world.ts'
import { callsAt, callsOf, type Signed, staffOf } from './staff.ts'
import { bodyOf, filled, hostile, SINGLE, textFields, withValue } from './stored-text.ts'

export type Making = Awaited<ReturnType<typeof makingOf>>

type Entry = {
  readonly params?: Readonly<Record<string, string>>
  /** What is no text, and texts that must name what there is. */
  readonly given?: object
  /** By path, texts of a form of their own, with one that fits: the hostile ones are refused. */
  readonly strict?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

const named = (surface: string, rows: readonly TableRoute[]) =>
  rows.map((row) => ({ name: `${surface} ${row.method} ${row.path}`, row }))

/** @param client_id whose administrator calls at the portal */
export async function makingOf(world: TestWorld, client_id: string) {
  const rows = [...named('office', officeRoutes), ...named('portal', portalRoutes)].filter(
    ({ row }) => textFields(bodyOf(row)).length > 0,
  )
  const roles = ROLES.filter((role) => role !== 'auditor')
  const owner = world.facts.portal.users.find((user) => user.client_id === client_id && user.role === 'partner_admin')
  assert.ok(owner !== undefined)
  const [portal, ...signed] = await Promise.all([
    callsAt(`${new URL(world.facts.portal.url).origin}/portal/api`, owner),
    ...roles.map((role) => callsOf(world, staffOf(world, role))),
  ])
  const staff = new Map<Role, Signed | undefined>(roles.map((role, at) => [role, signed[at]]))
  const office = (role: Role): Signed => staff.get(role) as Signed
  /** Which field a mark is of. */
  const marks = new Map<string, string>()
  const made = new Set<string>()

  const markOf = (field: string): string => {
    const mark = [...marks].find(([, one]) => one === field)?.[0] ?? `§${100 + marks.size}`
    marks.set(mark, field)
    return mark
  }

  function callerOf(name: string, { act }: TableRoute): Signed {
    if (name.startsWith('portal')) return portal
    const role = roles.find((one) => act === 'session' || (act !== 'public' && mayPropose({ role: one }, act)))
    assert.ok(role !== undefined, `nobody may call ${name}`)
    return office(role)
  }

  /** Makes a call with all its texts hostile. @returns the answer's body */
  async function make<T = Record<string, unknown>>(name: string, entry: Entry = {}): Promise<T> {
    const row = rows.find((one) => one.name === name)?.row
    assert.ok(row !== undefined, `there is no call ${name} that takes texts`)
    made.add(name)
    const path = row.path.replaceAll(/:([a-z_]+)/g, (_, param: string) => entry.params?.[param] ?? `no-${param}`)
    const send = (body: unknown) => callerOf(name, row)(row.method, path, body, entry.headers)
    /** How many texts were too long for a field: schemas bound what is read, use-cases what is kept. */
    const shorter = new Map<string, number>()
    const textOf = (at: string, max: number): string => {
      const text = hostile(max, shorter.get(at) ?? 0)
      assert.ok(text !== undefined, `${name} takes nothing hostile in ${at}: say which form it has`)
      return text + markOf(`${name} ${at}`)
    }
    const fitting = Object.entries(entry.strict ?? {}).reduce<unknown>(
      (body, [at, value]) => withValue(body, at, value),
      entry.given ?? {},
    )
    const fields = textFields(bodyOf(row))
    for (;;) {
      const body = filled(bodyOf(row), fitting, textOf)
      const answer = await send(body)
      const field = (answer.body as { readonly field?: string } | undefined)?.field
      const at = fields.find((one) => field !== undefined && (one === field || one.endsWith(`.${field}`)))
      if (answer.status === 400 && at !== undefined) {
        shorter.set(at, (shorter.get(at) ?? 0) + 1)
        continue
      }
      assert.ok(answer.status < 300, `${name}: ${answer.status} ${JSON.stringify(answer.body)}`)
      for (const strict of Object.keys(entry.strict ?? {}))
        for (const text of SINGLE) {
          const value = Array.isArray(entry.strict?.[strict]) ? [text] : text
          const refused = await send(withValue(body, strict, value))
          assert.match(String(refused.status), /^4/, `${name} takes ${strict}: ${text}`)
        }
      return answer.body as T
    }
  }
  return {
    make,
    office,
    portal,
    marks,
    markOf,
    /** Calls that take texts and were not made. */
    left: () => rows.map(({ name }) => name).filter((name) => !made.has(name)),
  }
}
