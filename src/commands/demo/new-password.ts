import { randomBytes } from 'node:crypto'
import { type Person, passwordFaults } from '../../domain/staff/password-rules.ts'

const BYTES = 18

/** Drawn anew until no rule is broken: one in some thousands holds a short name of its owner by chance. */
export function newPassword(person: Person): string {
  for (;;) {
    const password = randomBytes(BYTES).toString('base64url')
    if (passwordFaults(password, person).length === 0) return password
  }
}
