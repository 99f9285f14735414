/** The operator's proof at the end of a chapter of faults: banks, acquirer, partners and payers were told the same. */
import { join } from 'node:path'
import { punteIn, type Ran } from '../world/punte.ts'
import { type TestWorld, until } from '../world/world.ts'

/** What ended a moment ago may still be on its way to partners and payers: asked again for a while. */
export async function assertProved(world: TestWorld): Promise<void> {
  let last: Ran | undefined
  const agrees = async () => {
    const ready_file = join(world.dir, 'ready.json')
    last = await punteIn(world, 'prove', '--to', new Date().toISOString(), '--ready-file', ready_file)
    return last.code === 0 && last.stdout.endsWith('\nall books agree\n')
  }
  await until('the agreement of all books', agrees).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${last?.stdout}${last?.stderr}`)
  })
}
