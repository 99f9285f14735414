/** All acquirers of this installation, from their profiles; loaded once at start. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../log.ts'
import type { Outbound, TlsIdentity } from '../outbound.ts'
import type { AcquirerConnector, AcquirerRegistry } from './connector.ts'
import { type AcquirerProfile, checkProfile } from './profile.ts'
import { createSimulatorConnector } from './simulator/connector.ts'

/** Everything wrong with the profiles, told at once. */
export class AcquirerProfilesError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    const listed = faults.map((fault) => `  ${fault}`).join('\n')
    super(`The acquirer profiles have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${listed}`)
    this.name = 'AcquirerProfilesError'
    this.faults = faults
  }
}

/**
 * Reads every `*.json` of the folder. A folder that is not there has no profiles: an installation without a card rail.
 * @throws AcquirerProfilesError with all faults of all profiles
 */
export function loadAcquirers(input: {
  readonly profiles_dir: string
  readonly outbound: Outbound
  readonly log: Log
}): AcquirerRegistry {
  const faults: string[] = []
  const connectors = new Map<string, AcquirerConnector>()
  const files = new Map<string, string>()
  for (const { file, profile, tls } of readAcquirerProfiles(input.profiles_dir, faults)) {
    const other = files.get(profile.id)
    if (other !== undefined) faults.push(`${file}: the id ${profile.id} is already that of ${other}`)
    files.set(profile.id, file)
    connectors.set(profile.id, createSimulatorConnector({ profile, outbound: input.outbound, tls }))
  }
  if (faults.length > 0) throw new AcquirerProfilesError(faults)
  const all = [...connectors.values()]
  input.log.info({ acquirers: all.map(({ acquirer_id }) => acquirer_id) }, 'acquirer profiles loaded')
  return { get: (acquirer_id) => connectors.get(acquirer_id), all: () => all }
}

type Found = { readonly file: string; readonly profile: AcquirerProfile; readonly tls: TlsIdentity }

/** @param faults gets everything that is wrong with any of them */
export function readAcquirerProfiles(folder: string, faults: string[]): readonly Found[] {
  return profileFiles(folder, faults).flatMap((file) => {
    let value: unknown
    try {
      value = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    } catch (error) {
      faults.push(`${file}: ${error instanceof Error ? error.message : String(error)}`)
      return []
    }
    const checked = checkProfile(value, folder)
    if (checked.ok) return [{ file, profile: checked.profile, tls: checked.tls }]
    faults.push(...checked.faults.map((fault) => `${file} ${fault}`))
    return []
  })
}

function profileFiles(folder: string, faults: string[]): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'error'
    if (code !== 'ENOENT') faults.push(`${folder}: cannot be read (${code})`)
    return []
  }
}
