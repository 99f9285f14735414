/**
 * Passwords as they are kept: Argon2id with the parameters of API passwords, few at once, since each takes 19 MiB and a
 * core for 20 ms.
 */
import { randomInt } from 'node:crypto'
import { verify } from '@node-rs/argon2'
import { PasswordFaultsError, PunteError } from '../errors.ts'
import { hashPassword } from '../merchants/credentials.ts'
import { createTurns } from '../merchants/turns.ts'
import { dictionaryJudge } from './password-dictionaries.ts'
import {
  type Assessed,
  assessPassword,
  MAX_LENGTH,
  normalPassword,
  PASSWORD_FAULTS,
  type Person,
} from './password-rules.ts'

/** The threads of libuv are shared with files and names. */
const AT_ONCE = 2
const WAITING = 200
const WAITING_TIMEOUT_MS = 10_000
/** Passwords that may not come back, the present one among them. */
export const PASSWORDS_KEPT = 10

const turns = createTurns({ at_once: AT_ONCE, waiting: WAITING, order: 'first' })
const overloaded = () => new PunteError('OVERLOADED', { retry_after_s: 1, detail: 'too many password checks wait' })
const inTurn = <T>(work: () => Promise<T>): Promise<T> => turns.take(WAITING_TIMEOUT_MS, work, overloaded)

/** PHC text of Argon2id. @throws PunteError OVERLOADED */
export const hashStaffPassword = (password: string): Promise<string> =>
  inTurn(() => hashPassword(normalPassword(password)))

// Nobody's: what is compared where there is nobody of that name.
let nobody: Promise<string> | undefined

/** The same work whether or not there is a hash. @param hash undefined: false, in the time of a wrong password */
export function isPassword(hash: string | undefined, password: string): Promise<boolean> {
  return inTurn(async () => {
    nobody ??= hashPassword(String(randomInt(2 ** 40)))
    const usable = [...password].length <= MAX_LENGTH
    const fits = await verify(hash ?? (await nobody), usable ? normalPassword(password) : '').catch(() => false)
    return fits && usable && hash !== undefined
  })
}

/**
 * @param former hashes of the passwords that may not come back
 * @throws PasswordFaultsError with every rule that is broken
 */
export async function checkNewPassword(password: string, person: Person, former: readonly string[]): Promise<void> {
  const { faults } = await judgePassword(password, person)
  if (faults.length > 0)
    throw new PasswordFaultsError(faults.map((code) => ({ field: 'password', code, message: PASSWORD_FAULTS[code] })))
  for (const hash of former.slice(0, PASSWORDS_KEPT)) {
    if (!(await isPassword(hash, password))) continue
    const message = `It must be none of your last ${PASSWORDS_KEPT}.`
    throw new PasswordFaultsError([{ field: 'password', code: 'used_before', message }])
  }
}

/** Every rule that it breaks but that of the last ten, which takes seconds to know: for the hand that types. */
export async function judgePassword(password: string, person: Person): Promise<Assessed> {
  const judge = await dictionaryJudge()
  return inTurn(async () => assessPassword(password, person, undefined, judge))
}

// Without letters and digits that look alike.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 5
const GROUP = 5

/** For one use, to be read out or typed: 25 characters, 123 bits. */
export function temporaryPassword(): string {
  const group = () => Array.from({ length: GROUP }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}
