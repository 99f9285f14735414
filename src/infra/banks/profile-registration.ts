/** A bank's file before and after this installation is registered there (`punte bank register`). */
import { randomUUID } from 'node:crypto'
import { readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { AccessProfile, BankProfile } from './connector.ts'
import { checkProfileRules, type ProfileFiles, readProfileFiles, valueAt } from './profile.ts'
import { mergePatch, resolveProfile } from './profile-catalogue.ts'
import { readProfileFile, trying } from './profile-folder.ts'

const NOT_YET = 'not-registered-yet'
const OWNER_ONLY = 0o600

type TokenAccess = Exclude<AccessProfile, { kind: 'certificate' }>
export type Registrable = {
  readonly path: string
  readonly profile: BankProfile
  readonly access: TokenAccess
  readonly registration_url: string
  readonly files: ProfileFiles
  /** It holds a client_id already. */
  readonly is_registered: boolean
}

/** @returns the bank as it will be once registered, or why it cannot be */
export function readRegistrable(folder: string, id: string): Registrable | { readonly faults: readonly string[] } {
  const unread: string[] = []
  const file = findFile(folder, id, unread)
  if (file === undefined) return { faults: [`no file in ${folder} is of the bank ${id}`, ...unread] }
  const { path, value } = file
  const of_bank = resolveProfile(mergePatch({ access: { client_id: NOT_YET, client_secret_file: NOT_YET } }, value))
  if (!of_bank.ok) return of_bank
  const none = ['/access/registration_url: this bank has none; enrol at its developer portal']
  if (valueAt(of_bank.value, '/access/registration_url') === undefined) return { faults: none }
  const by_secret = String(valueAt(of_bank.value, '/access/client_authentication')).startsWith('client_secret')
  const whole = by_secret ? of_bank.value : mergePatch(of_bank.value, { access: { client_secret_file: null } })
  const checked = checkProfileRules(whole)
  if (!checked.ok) return checked
  const { profile } = checked
  const { access } = profile
  if (access.kind === 'certificate' || access.registration_url === undefined) return { faults: none }
  const faults: string[] = []
  const { client_secret_file: _not_yet, ...without_secret } = access
  const files = readProfileFiles({ ...profile, access: without_secret }, folder, faults)
  if (faults.length > 0) return { faults }
  const is_registered = valueAt(value, '/access/client_id') !== undefined
  return { path, profile, access, registration_url: access.registration_url, files, is_registered }
}

function findFile(
  folder: string,
  id: string,
  unread: string[],
): { readonly path: string; readonly value: unknown } | undefined {
  const names = trying(unread, folder, () => readdirSync(folder)) ?? []
  for (const name of names.filter((one) => one.endsWith('.json')).toSorted()) {
    const path = join(folder, name)
    const value = trying(unread, name, () => readProfileFile(path))
    if ((valueAt(value, '/id') ?? valueAt(value, '/extends')) === id) return { path, value }
  }
  return undefined
}

/**
 * Writes the bank's answer, its secret (each a file of its owner's only) and, last, the ids into the profile.
 * @returns the names of the files, beside the profile
 */
export function writeRegistration(
  path: string,
  registration: { readonly client_id: string; readonly client_secret?: string; readonly document: string },
): readonly string[] {
  const folder = dirname(path)
  const name = basename(path, '.json')
  const { client_id, client_secret, document } = registration
  const answer_file = `${name}.registration`
  const secret_file = `${name}.client-secret`
  replaceFile(join(folder, answer_file), `${document}\n`, OWNER_ONLY)
  if (client_secret !== undefined) replaceFile(join(folder, secret_file), `${client_secret}\n`, OWNER_ONLY)
  const access = { client_id, ...(client_secret !== undefined && { client_secret_file: secret_file }) }
  const profile = mergePatch(readProfileFile(path), { access })
  replaceFile(path, `${JSON.stringify(profile, null, 2)}\n`, statSync(path).mode & 0o777)
  return client_secret === undefined ? [answer_file] : [answer_file, secret_file]
}

/** Whole or not at all, and never readable by others meanwhile. */
function replaceFile(path: string, text: string, mode: number): void {
  // Not by the process's number, which in a container is that of the one that died here before.
  const temporary = `${path}.${randomUUID()}.new`
  writeFileSync(temporary, text, { mode, flag: 'wx', flush: true })
  renameSync(temporary, path)
}
