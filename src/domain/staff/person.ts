/** Name and mail address of staff: personal data, sealed, bound to the user name. */
import type { Keys } from '../../infra/keys/keys.ts'
import { invalid } from '../partners/profile.ts'
import type { Person } from './password-rules.ts'
import type { StaffRow } from './store.ts'

export const personPlace = (user_name: string): string => `staff.person:${user_name}`

export const totpPlace = (user_name: string): string => `staff.totp:${user_name}`

export const passkeyNamePlace = (staff_id: number | string, passkey_id: string): string =>
  `staff_passkeys.name:${staff_id}:${passkey_id}`

export function sealPerson(keys: Keys, { user_name, name, email }: Person): Buffer {
  return keys.seal(JSON.stringify({ name, email }), personPlace(user_name))
}

export function openPerson(keys: Keys, row: Pick<StaffRow, 'user_name' | 'person_enc'>): Person {
  const { name, email } = JSON.parse(keys.open(row.person_enc, personPlace(row.user_name))) as Omit<Person, 'user_name'>
  return { user_name: row.user_name, name, email }
}

/** @throws PunteError FIELD_INVALID */
export function checkPerson(given: Person): Person {
  const person = { user_name: given.user_name, name: given.name.trim(), email: given.email.trim() }
  if (!/^[a-z][a-z0-9._-]{2,31}$/.test(person.user_name))
    throw invalid('user_name', 'must be 3 to 32 small letters, digits, dots, dashes or underscores, a letter first')
  if (person.name === '' || [...person.name].length > 70 || /\p{Cc}/u.test(person.name))
    throw invalid('name', 'must be 1 to 70 characters on one line')
  if (person.email.length > 254 || !/^[^\s@<>"',;]+@[^\s@<>"',;]+\.[^\s@<>"',;]+$/.test(person.email))
    throw invalid('email', 'must be a mail address')
  return person
}
