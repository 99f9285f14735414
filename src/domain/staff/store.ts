/** All SQL about staff, their former passwords and recovery codes. */
import type { Queries } from '../audit/store.ts'
import type { AnyRole } from './roles.ts'

export type StaffRow = {
  staff_id: number
  user_name: string
  /** Whose person this is; null: staff of the installation. */
  partner_id: number | null
  person_enc: Buffer
  role: AnyRole
  status: 'active' | 'suspended'
  password_hash: string
  password_at: Date
  password_is_temporary: boolean
  tries: number
  locked_at: Date | null
  totp_enc: Buffer | null
  totp_step: number | null
  created_at: Date
}

const COLUMNS = `staff_id, user_name, partner_id, person_enc, role, status, password_hash, password_at, password_is_temporary, tries,
  locked_at, totp_enc, totp_step, created_at`

export async function findStaff(db: Queries, user_name: string): Promise<StaffRow | undefined> {
  const { rows } = await db.query<StaffRow>({
    text: `select ${COLUMNS} from staff where user_name = $1`,
    values: [user_name],
  })
  return rows[0]
}

/** Held until the transaction ends, so that what is changed is what was seen. */
export async function lockStaff(db: Queries, user_name: string): Promise<StaffRow | undefined> {
  const { rows } = await db.query<StaffRow>({
    text: `select ${COLUMNS} from staff where user_name = $1 for update`,
    values: [user_name],
  })
  return rows[0]
}

export async function staffById(db: Queries, staff_id: number): Promise<StaffRow | undefined> {
  const { rows } = await db.query<StaffRow>({
    text: `select ${COLUMNS} from staff where staff_id = $1`,
    values: [staff_id],
  })
  return rows[0]
}

/** @param partner_id whose; null: staff of the installation */
export async function listStaffRows(db: Queries, partner_id: number | null): Promise<StaffRow[]> {
  const { rows } = await db.query<StaffRow>({
    text: `select ${COLUMNS} from staff where partner_id is not distinct from $1 order by user_name`,
    values: [partner_id],
  })
  return rows
}

export type NewStaff = Pick<
  StaffRow,
  'user_name' | 'partner_id' | 'person_enc' | 'role' | 'password_hash' | 'created_at'
>

/** With a temporary password. @returns undefined: the user name is taken */
export async function insertStaff(db: Queries, staff: NewStaff): Promise<number | undefined> {
  const { rows } = await db.query<{ staff_id: number }>({
    text: `insert into staff (user_name, partner_id, person_enc, role, password_hash, password_at, password_is_temporary,
        created_at)
      values ($1, $2, $3, $4, $5, $6, true, $6) on conflict (user_name) do nothing returning staff_id`,
    values: [staff.user_name, staff.partner_id, staff.person_enc, staff.role, staff.password_hash, staff.created_at],
  })
  return rows[0]?.staff_id
}

const CHANGEABLE = ['role', 'status', 'tries', 'locked_at', 'totp_enc', 'totp_step'] as const
export type StaffChanges = Partial<Pick<StaffRow, (typeof CHANGEABLE)[number]>>

export async function updateStaff(db: Queries, staff_id: number, changes: StaffChanges): Promise<void> {
  const columns = CHANGEABLE.filter((column) => changes[column] !== undefined)
  await db.query({
    text: `update staff set ${columns.map((column, at) => `${column} = $${at + 2}`).join(', ')} where staff_id = $1`,
    values: [staff_id, ...columns.map((column) => changes[column])],
  })
}

/** @returns undefined: there is none, it is locked or suspended */
export async function activeStaff(db: Queries, staff_id: number): Promise<StaffRow | undefined> {
  const { rows } = await db.query<StaffRow>({
    text: `select ${COLUMNS} from staff where staff_id = $1 and status = 'active' and locked_at is null`,
    values: [staff_id],
  })
  return rows[0]
}

/** Whether it is the account that was looked at, with that password: held until the transaction ends. */
export async function holdUnchanged(db: Queries, { staff_id, password_hash }: StaffRow): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `select from staff where staff_id = $1 and password_hash = $2 and status = 'active' and locked_at is null
      for update`,
    values: [staff_id, password_hash],
  })
  return rowCount === 1
}

/**
 * Takes one of the codes that may be tried, before it is known whether it is good: of many at once no more are checked than
 * there were. @returns undefined: none is left, it is locked or suspended
 */
export async function takeTry(db: Queries, staff_id: number, tries_most: number): Promise<StaffRow | undefined> {
  const { rows } = await db.query<StaffRow>({
    text: `update staff set tries = tries + 1
      where staff_id = $1 and status = 'active' and locked_at is null and tries < $2 returning ${COLUMNS}`,
    values: [staff_id, tries_most],
  })
  return rows[0]
}

/** @returns whether it was locked now */
export async function lockWhereSpent(db: Queries, staff_id: number, tries_most: number, at: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'update staff set locked_at = $3 where staff_id = $1 and tries >= $2 and locked_at is null',
    values: [staff_id, tries_most, at],
  })
  return rowCount === 1
}

/** @returns false: a second factor is enrolled already */
export async function putTotpSecret(db: Queries, staff_id: number, totp_enc: Buffer): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'update staff set totp_enc = $2 where staff_id = $1 and totp_step is null',
    values: [staff_id, totp_enc],
  })
  return rowCount === 1
}

/** Takes the code of a step of that secret, once. @returns false: another sign-in has used it, or a later one; or it is another secret */
export async function takeStep(
  db: Queries,
  { staff_id, totp_enc }: Pick<StaffRow, 'staff_id' | 'totp_enc'>,
  step: number,
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update staff set totp_step = $2
      where staff_id = $1 and totp_enc = $3 and (totp_step is null or totp_step < $2)`,
    values: [staff_id, step, totp_enc],
  })
  return rowCount === 1
}

// ---- Passwords

/** The newest first. */
export async function formerPasswords(db: Queries, staff_id: number): Promise<string[]> {
  const { rows } = await db.query<{ password_hash: string }>({
    text: 'select password_hash from staff_passwords where staff_id = $1 order by password_no desc',
    values: [staff_id],
  })
  return rows.map((row) => row.password_hash)
}

/**
 * The new password in the place of the one that was there when it was judged, with its place in the history.
 * @returns false: it has changed meanwhile
 */
export async function replacePassword(
  db: Queries,
  input: {
    readonly staff_id: number
    readonly seen_hash: string
    readonly password_hash: string
    readonly is_temporary: boolean
    readonly at: Date
    readonly kept: number
  },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update staff set password_hash = $3, password_is_temporary = $4, password_at = $5
      where staff_id = $1 and password_hash = $2`,
    values: [input.staff_id, input.seen_hash, input.password_hash, input.is_temporary, input.at],
  })
  if (rowCount !== 1) return false
  await keepPassword(db, input)
  return true
}

export async function keepPassword(
  db: Queries,
  input: { readonly staff_id: number; readonly password_hash: string; readonly at: Date; readonly kept: number },
): Promise<void> {
  await db.query({
    text: `insert into staff_passwords (staff_id, password_no, password_hash, set_at)
      select $1, coalesce(max(password_no), 0) + 1, $2, $3 from staff_passwords where staff_id = $1`,
    values: [input.staff_id, input.password_hash, input.at],
  })
  await db.query({
    text: `delete from staff_passwords where staff_id = $1
      and password_no <= (select max(password_no) - $2 from staff_passwords where staff_id = $1)`,
    values: [input.staff_id, input.kept],
  })
}

// ---- Recovery codes

export async function replaceRecoveryCodes(db: Queries, staff_id: number, hashes: readonly Buffer[]): Promise<void> {
  await db.query({ text: 'delete from staff_recovery_codes where staff_id = $1', values: [staff_id] })
  await db.query({
    text: 'insert into staff_recovery_codes (staff_id, code_hash) select $1, unnest($2::bytea[])',
    values: [staff_id, hashes],
  })
}

/** @returns whether the code was one of those not used yet */
export async function takeRecoveryCode(db: Queries, staff_id: number, hash: Buffer, at: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'update staff_recovery_codes set used_at = $3 where staff_id = $1 and code_hash = $2 and used_at is null',
    values: [staff_id, hash, at],
  })
  return rowCount === 1
}

export async function recoveryCodesLeft(db: Queries, staff_id: number): Promise<number> {
  const { rows } = await db.query<{ left: number }>({
    text: 'select count(*)::integer as left from staff_recovery_codes where staff_id = $1 and used_at is null',
    values: [staff_id],
  })
  return rows[0]?.left ?? 0
}
