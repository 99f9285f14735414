/**
 * A new key of the installation in the place of the active one. It takes longer than a transaction and writes a file, so an
 * approved rotation is a job of the worker, which puts on record what came of it. The worker must be able to write the key
 * file, and every process of the installation must read that same file.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../infra/database/database.ts'
import type { JobTask } from '../../infra/jobs/worker.ts'
import { activateKey, type KeyKind, listKeys, retireKey } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { rotateKey } from '../../infra/keys/reload.ts'
import { recordAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { resealAll } from '../resealing/reseal.ts'
import { rewrapDataKeys } from '../vault/data-keys.ts'
import { insertRotation } from './store.ts'

/** Running processes reread the key file every second; twice that, and some more for a busy machine. */
const REREAD_MS = 5_000
const RESEAL_PASSES = 10

/** Which key is active now. */
export function activeKeys(
  { settings }: Pick<Context, 'settings'>,
  kind: KeyKind,
): { readonly kind: KeyKind; readonly active: string | null } {
  const active = listKeys(settings.PUNTE_KEY_FILE, kind).find(({ state }) => state === 'active')
  return { kind, active: active?.id ?? null }
}

/** All keys of the installation by kind, without the keys. */
export function installationKeys({ settings }: Pick<Context, 'settings'>) {
  const of = (kind: KeyKind) => listKeys(settings.PUNTE_KEY_FILE, kind).map((key) => ({ kind, ...key }))
  return [...of('sealing'), ...of('signing')]
}

export async function queueRotation(
  context: Pick<Context, 'settings' | 'clock'>,
  db: Queries,
  input: { readonly approval_id: number; readonly kind: KeyKind },
): Promise<{ readonly after: { readonly kind: KeyKind } }> {
  const former = activeKeys(context, input.kind).active
  await insertRotation(db, { ...input, former }, context.clock.now())
  return { after: { kind: input.kind } }
}

/** Adds a key, or takes one that an earlier try left, waits until every process has learnt it, and makes it the active one. */
export async function activateNewKey(path: string, kind: KeyKind): Promise<string> {
  const left = listKeys(path, kind).find((key) => key.state === 'next')
  if (left === undefined) return await rotateKey(path, kind, REREAD_MS)
  await sleep(REREAD_MS)
  activateKey(path, kind, left.id)
  return left.id
}

/**
 * Seals again what older sealing keys sealed, and removes those keys.
 * @throws Error when rows sealed with a former key keep appearing
 */
export async function resealWithActive(
  db: Database,
  path: string,
): Promise<{ readonly resealed: number; readonly retired: readonly string[] }> {
  // A process that has not reread yet may still seal with the former key for a moment.
  await sleep(REREAD_MS)
  const keys = loadKeys(path)
  let resealed = 0
  for (let pass = 1; ; pass += 1) {
    const now = (await resealAll({ db, keys })) + (await rewrapDataKeys({ db, keys }))
    resealed += now
    if (now === 0) break
    if (pass === RESEAL_PASSES)
      throw new Error('rows sealed with a former key keep appearing; does a process run that cannot read the key file?')
  }
  const former = listKeys(path, 'sealing').filter((key) => key.state === 'readable')
  for (const key of former) retireKey(path, 'sealing', key.id)
  return { resealed, retired: former.map(({ id }) => id) }
}

type Job = { readonly approval_id: number; readonly kind: KeyKind; readonly former: string | null }

/** Broken off, it goes on where it was: a key that was activated before is not followed by another. */
async function rotate(context: Context, { approval_id, kind, former }: Job, is_last: boolean): Promise<void> {
  const path = context.settings.PUNTE_KEY_FILE
  const subject = { kind: 'key', id: kind } as const
  try {
    const { active } = activeKeys(context, kind)
    const id = active === former ? await activateNewKey(path, kind) : active
    const done = kind === 'sealing' ? await resealWithActive(context.db, path) : {}
    await recordAct(context.db, undefined, { act: 'key.rotated', subject, after: { id, approval_id, ...done } })
    context.log.info({ kind, id }, 'a new key is active')
  } catch (error) {
    if (is_last)
      await recordAct(context.db, undefined, {
        act: 'key.rotated',
        subject,
        outcome: 'refused',
        after: { approval_id },
      })
    throw error
  }
}

/** For the worker. */
export function keyTasks(context: Context): Record<'rotate_key', JobTask> {
  return {
    // Beside the other work: it waits for long, and seals for longer.
    rotate_key: {
      lane: 'keys',
      concurrency: 1,
      run: (payload, { last_attempt }) => rotate(context, payload as Job, last_attempt),
    },
  }
}
