/** The one way to write to the audit log. */
import type { Database } from '../../infra/database/database.ts'
import type { AuditAct, AuditField, Subject } from './acts.ts'
import { appendRow, type Queries } from './store.ts'

export type Actor = {
  readonly kind: 'staff' | 'partner' | 'system' | 'command'
  /** A user name, a client id, or the user of the operating system. */
  readonly name: string
  /** A network address, or the machine of a command. */
  readonly origin?: string
}

export type Act = {
  /** What was done: `partner.suspend`. */
  readonly act: AuditAct
  readonly subject: Subject
  /** `refused`: it was tried in vain. */
  readonly outcome?: 'done' | 'refused'
  readonly before?: Told
  readonly after?: Told
}

/** Fields by their names, so that pages have words for each. */
export type Told = { readonly [Field in AuditField]?: unknown }

/** Where a use-case is not told who acts, the program itself does. */
export const SYSTEM: Actor = { kind: 'system', name: 'punte' }

export type Acting = { readonly db: Database; readonly actor?: Actor }

/** Members that are never written down, whoever forgets. */
const UNTOLD = /password|secret|(^|_)token$|iban|e-?mail|person|cnp|_enc$|_hash$|_pem$|^logo$/i
const WITHHELD = 'not shown'
const MAX_TEXT = 500
const MAX_ITEMS = 50
const MAX_DEPTH = 5

/** @param db the connection of the transaction that does what is told, or the pool where it has happened already */
export async function recordAct(db: Queries, actor: Actor | undefined, act: Act): Promise<void> {
  const { kind, name, origin } = actor ?? SYSTEM
  await appendRow(db, {
    actor_kind: kind,
    actor: name.slice(0, 100),
    origin: origin?.slice(0, 200) ?? null,
    act: act.act,
    subject_kind: act.subject.kind,
    subject_id: act.subject.id.slice(0, 200),
    outcome: act.outcome ?? 'done',
    before: act.before === undefined ? null : JSON.stringify(tellable(act.before)),
    after: act.after === undefined ? null : JSON.stringify(tellable(act.after)),
  })
}

/**
 * One transaction for an act and its row: neither is without the other. `work` may run again after a serialization failure.
 * The lock on the chain is held from `record` to the end: call it last.
 */
export function inAct<T>(
  context: Acting,
  work: (db: Queries, record: (act: Act) => Promise<void>) => Promise<T>,
): Promise<T> {
  return context.db.transaction((client) => {
    const db = { query: (statement) => client.query({ ...statement, values: [...statement.values] }) } as Queries
    return work(db, (act) => recordAct(db, context.actor, act))
  })
}

/** Without secrets and personal data, and of bounded size. */
export function tellable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    // PostgreSQL's json takes no NUL, and no half of a surrogate pair.
    const text = value.replaceAll('\0', '').toWellFormed()
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text
  }
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (depth >= MAX_DEPTH || ArrayBuffer.isView(value)) return WITHHELD
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((one) => tellable(one, depth + 1))
  const members = Object.entries(value).slice(0, MAX_ITEMS)
  return Object.fromEntries(
    members.map(([name, inside]) => [name, isUntold(name, inside) ? WITHHELD : tellable(inside, depth + 1)]),
  )
}

// Whether there is one, or how many, is no secret.
const isUntold = (name: string, value: unknown): boolean =>
  UNTOLD.test(name) && value !== null && typeof value !== 'boolean' && typeof value !== 'number'
