/** The pages' files, of payers, staff and partners: built once from `web/`, by a process of its own, since the bundler is heavy. */
import { existsSync } from 'node:fs'
import { CommandError, ROOT } from './command.ts'
import { captureChild } from './process.ts'

/** Where the built pages lie. */
export const PAGES_DIR = `${ROOT}web/checkout/dist`
export const OFFICE_DIR = `${ROOT}web/office/dist`
export const PORTAL_DIR = `${ROOT}web/portal/dist`

const BUILD_TIMEOUT_MS = 180_000

/** Builds the pages where their sources changed since; the builder knows. @throws CommandError with its words */
export async function ensurePages(): Promise<void> {
  const builder = `${ROOT}web/build.ts`
  if (!existsSync(builder)) throw new CommandError(`${builder} is missing`)
  const built = await captureChild(process.execPath, [builder], { timeout_ms: BUILD_TIMEOUT_MS })
  if (built.code !== 0) throw new CommandError(`the pages cannot be built:\n${built.output}`)
}
