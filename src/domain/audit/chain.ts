/**
 * The audit log: what staff, partners, operators and the system did, appended to one chain an installation. `record.ts`
 * writes, `verify.ts` proves, `anchor.ts` fixes the end of the chain outside the database, this file says what is hashed.
 *
 * A row's hash is SHA-256 over its fields, the hash of the row before among them, each written as the number of its
 * UTF-8 bytes, a colon and the text, or as a minus where there is none, with commas between: no two rows have one
 * encoding. The database computes it when the row is written (migrations/0007-audit.sql), we when it is proved.
 */
import { hash } from 'node:crypto'

const VERSION = 'punte-audit-1'

/** What the first row is bound to. */
export const GENESIS: string = hash('sha256', VERSION, 'hex')

export type ChainRow = {
  readonly number: number
  /** ISO 8601 with microseconds, UTC: what was hashed, which a Date cannot hold. */
  readonly at: string
  readonly actor_kind: string
  readonly actor: string
  readonly origin: string | null
  readonly act: string
  readonly subject_kind: string
  readonly subject_id: string
  readonly outcome: string
  /** JSON as it was written. */
  readonly before: string | null
  readonly after: string | null
  /** Hexadecimal, as is `hash`. */
  readonly previous_hash: string
  readonly hash: string
}

/** SHA-256, hexadecimal, over what the row says and binds itself to. */
export function hashOf(row: Omit<ChainRow, 'hash'>): string {
  const fields = [
    VERSION,
    String(row.number),
    row.previous_hash,
    row.at,
    row.actor_kind,
    row.actor,
    row.origin,
    row.act,
    row.subject_kind,
    row.subject_id,
    row.outcome,
    row.before,
    row.after,
  ]
  const text = fields.map((field) => (field === null ? '-' : `${Buffer.byteLength(field)}:${field}`)).join(',')
  return hash('sha256', text, 'hex')
}
