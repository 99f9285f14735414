/** The installation's folder of bank profiles: every `*.json` in it is one bank. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BankProfile } from './connector.ts'
import { checkProfile, type ProfileFiles } from './profile.ts'
import { CATALOGUE_DIR, resolveProfile } from './profile-catalogue.ts'

const MAX_FILE_BYTES = 256 * 1024

export type Found = { readonly file: string; readonly profile: BankProfile; readonly files: ProfileFiles }

/**
 * @param faults gets everything that is wrong with any of them, as `file /path: what is wrong`
 * @returns the banks without a fault; none where the folder is the catalogue itself, which knows banks but enrols nowhere
 */
export function readProfiles(folder: string, faults: string[]): readonly Found[] {
  if (resolve(folder) === resolve(CATALOGUE_DIR)) return []
  const names = trying(faults, folder, () => readdirSync(folder)) ?? []
  const found = names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .flatMap((file): readonly Found[] => {
      const given = trying(faults, file, () => readProfileFile(join(folder, file)))
      if (given === undefined) return []
      const resolved = resolveProfile(given)
      const checked = resolved.ok ? checkProfile(resolved.value, folder) : resolved
      if (checked.ok) return [{ file, profile: checked.profile, files: checked.files }]
      faults.push(...checked.faults.map((fault) => `${file} ${fault}`))
      return []
    })
  faults.push(
    ...duplicates(found, ({ profile }) => [profile.id], 'the id'),
    ...duplicates(found, ({ profile }) => profile.iban_codes, 'the IBAN code'),
  )
  return found
}

/** @throws Error when it cannot be read, is too large or is no JSON */
export function readProfileFile(path: string): unknown {
  const text = readFileSync(path, 'utf8')
  if (text.length > MAX_FILE_BYTES) throw new Error('is larger than a profile can be')
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own words quote the file, which may be somebody's secret with the wrong ending.
    const place = error instanceof Error ? /line \d+ column \d+/.exec(error.message)?.[0] : undefined
    throw new Error(`is no JSON${place === undefined ? '' : ` (${place})`}`)
  }
}

function duplicates(found: readonly Found[], valuesOf: (one: Found) => readonly string[], what: string): string[] {
  const first = new Map<string, string>()
  const faults: string[] = []
  for (const one of found) {
    for (const value of valuesOf(one)) {
      const other = first.get(value)
      if (other === undefined) first.set(value, one.file)
      else faults.push(`${one.file}: ${what} ${value} is already that of ${other}`)
    }
  }
  return faults
}

/** Does the work; where it fails, says so under `what` and gives undefined. */
export function trying<T>(faults: string[], what: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
