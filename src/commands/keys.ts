/** The installation's keys: created once, rotated without a stop of the service. */
import { readSettings } from '../config.ts'
import { recordAct } from '../domain/audit/record.ts'
import { activateNewKey, resealWithActive } from '../domain/four-eyes/key-rotation.ts'
import { createKeyFile, type KeyKind, listKeys, retireKey } from '../infra/keys/key-file.ts'
import { commandActor } from './actor.ts'
import { parseOptions, UsageError } from './command.ts'
import { onDatabase } from './on-database.ts'

const KINDS = ['sealing', 'signing'] as const

export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  switch (action) {
    case 'create':
      return create(rest)
    case 'status':
      return status(rest)
    case 'rotate':
      return await rotate(rest)
    case 'retire':
      return await retire(rest)
    default:
      throw new UsageError(
        action === undefined ? 'keys create, status, rotate or retire?' : `no such action: keys ${action}`,
      )
  }
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)
const keyFile = (): string => readSettings(['PUNTE_KEY_FILE']).PUNTE_KEY_FILE

function create(args: readonly string[]): number {
  const { positionals } = parseOptions(args, {}, { min: 0, max: 1 })
  const path = positionals[0] ?? keyFile()
  createKeyFile(path)
  say(`${path} created, readable by its owner only. Keep a copy in a safe place: without it the sealed data is lost.`)
  return 0
}

function status(args: readonly string[]): number {
  parseOptions(args, {})
  const path = keyFile()
  for (const kind of KINDS) {
    for (const { id, state, created_at } of listKeys(path, kind)) say(`${kind}  ${id}  ${state}  ${created_at}`)
  }
  return 0
}

/**
 * Sealing: a new key is added, every process learns it, it becomes the active one, what older keys sealed is sealed
 * again, the older ones are retired. Broken off, it is simply called again: it goes on where it was.
 */
async function rotate(args: readonly string[]): Promise<number> {
  const { values } = parseOptions(args, { signing: { type: 'boolean', default: false } })
  const kind: KeyKind = values.signing ? 'signing' : 'sealing'
  const settings = readSettings(['PUNTE_KEY_FILE'])
  const path = settings.PUNTE_KEY_FILE
  say(`adding a ${kind} key and waiting until every process has learnt it …`)
  // What cannot go on record is not begun.
  const id = await onDatabase(settings, async (db) => {
    const made = await activateNewKey(path, kind)
    await recordAct(db, commandActor(), { act: 'key.rotate', subject: { kind: 'key', id: made }, after: { kind } })
    return made
  })
  say(`${id} is active`)
  if (kind === 'signing') {
    say('The former key stays published, so that tokens and webhooks signed with it verify.')
    say('Retire it when they have expired: punte keys retire signing ID')
    return 0
  }
  const { resealed, retired } = await onDatabase(settings, (db) => resealWithActive(db, path))
  say(`${resealed} values sealed again; retired: ${retired.join(', ') || 'none'}`)
  return 0
}

async function retire(args: readonly string[]): Promise<number> {
  const { positionals } = parseOptions(args, {}, { min: 2, max: 2 })
  const [kind, id = ''] = positionals
  if (kind !== 'signing')
    throw new UsageError('only signing keys are retired by hand; `keys rotate` retires sealing keys')
  const settings = readSettings(['PUNTE_KEY_FILE'])
  await onDatabase(settings, async (db) => {
    retireKey(settings.PUNTE_KEY_FILE, kind, id)
    await recordAct(db, commandActor(), { act: 'key.retire', subject: { kind: 'key', id }, after: { kind } })
  })
  say(`${id} retired`)
  return 0
}
