/** All SQL about passkeys. */
import type { Queries } from '../../audit/store.ts'

export type PasskeyRow = {
  passkey_id: string
  staff_id: number
  credential_id: Buffer
  public_key: Buffer
  counter: number
  transports: string[]
  is_backed_up: boolean
  name_enc: Buffer
  created_at: Date
  used_at: Date | null
}

const COLUMNS = `passkey_id, staff_id, credential_id, public_key, counter, transports, is_backed_up, name_enc, created_at, used_at`

export async function passkeysOf(db: Queries, staff_id: number): Promise<PasskeyRow[]> {
  const { rows } = await db.query<PasskeyRow>({
    text: `select ${COLUMNS} from staff_passkeys where staff_id = $1 order by created_at, passkey_id`,
    values: [staff_id],
  })
  return rows
}

export async function findPasskey(db: Queries, credential_id: Buffer): Promise<PasskeyRow | undefined> {
  const { rows } = await db.query<PasskeyRow>({
    text: `select ${COLUMNS} from staff_passkeys where credential_id = $1`,
    values: [credential_id],
  })
  return rows[0]
}

/** @returns false: there are `most` already, or the device's key is known */
export async function insertPasskey(db: Queries, row: Omit<PasskeyRow, 'used_at'>, most: number): Promise<boolean> {
  // Held, so that of two at once both are counted.
  await db.query({ text: 'select 1 from staff where staff_id = $1 for update', values: [row.staff_id] })
  const { rowCount } = await db.query({
    text: `insert into staff_passkeys (passkey_id, staff_id, credential_id, public_key, counter, transports, is_backed_up,
        name_enc, created_at)
      select $1, $2, $3, $4, $5, $6, $7, $8, $9
      where (select count(*) from staff_passkeys where staff_id = $2) < $10
      on conflict (credential_id) do nothing`,
    values: [
      row.passkey_id,
      row.staff_id,
      row.credential_id,
      row.public_key,
      row.counter,
      row.transports,
      row.is_backed_up,
      row.name_enc,
      row.created_at,
      most,
    ],
  })
  return rowCount === 1
}

/** @returns false: it was used or removed meanwhile */
export async function markUsed(
  db: Queries,
  input: { passkey_id: string; seen_counter: number; counter: number; is_backed_up: boolean; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update staff_passkeys set counter = $3, is_backed_up = $4, used_at = $5 where passkey_id = $1 and counter = $2`,
    values: [input.passkey_id, input.seen_counter, input.counter, input.is_backed_up, input.at],
  })
  return rowCount === 1
}

/** @param passkey_id one of them; absent: all @returns how many there were */
export async function deletePasskeys(db: Queries, staff_id: number, passkey_id?: string): Promise<number> {
  const { rowCount } = await db.query({
    text: 'delete from staff_passkeys where staff_id = $1 and ($2::uuid is null or passkey_id = $2)',
    values: [staff_id, passkey_id ?? null],
  })
  return rowCount ?? 0
}

/** Forgets the old ones on the way. @returns false: it was used before */
export async function takeChallenge(
  db: Queries,
  input: { challenge_hash: Buffer; expires_at: Date; at: Date },
): Promise<boolean> {
  await db.query({ text: 'delete from staff_challenges_used where expires_at < $1', values: [input.at] })
  const { rowCount } = await db.query({
    text: `insert into staff_challenges_used (challenge_hash, expires_at) values ($1, $2) on conflict do nothing`,
    values: [input.challenge_hash, input.expires_at],
  })
  return rowCount === 1
}
