/**
 * A merchant's data keys: what belongs to a merchant is sealed under a key of its own, which the installation's key wraps.
 * A rotation of the installation's key rewraps one row a merchant and touches none of what the merchant's key sealed.
 *
 * A sealed value: version (1 byte, 1) | number of the data key (2) | IV (12, random) | ciphertext | GCM tag (16). As in
 * infra/keys/keys.ts each place (partner and `about`) has an AES key of its own, derived from the data key: the limit of
 * 2^32 random IVs a key, which a busy merchant's payments would reach in weeks, then holds per place.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import { SealError } from '../../infra/keys/keys.ts'
import type { Context } from '../context.ts'
import { allDataKeys, loadDataKey, recordDataKey, replaceDataKey } from './store.ts'

type Sealing = Pick<Context, 'db' | 'keys' | 'clock'>

const VERSION = 1
const HEADER = 3
const IV = 12
const TAG = 16
const KEY_BYTES = 32
/** The key everything is sealed under. The number in each value is room for a second one. */
const DATA_KEY_NO = 1
/** Merchants whose key is kept open in this process: 3 MB. */
const OPEN_KEYS_MOST = 10_000
const REWRAP_BATCH = 500

/**
 * AES-256-GCM under the merchant's data key, which is made on first use.
 *
 * @param about whose value it is, e.g. `card_tokens.number:${token}`; the same to open it
 */
export async function sealForMerchant(
  context: Sealing,
  partner_id: number,
  plaintext: string,
  about: string,
): Promise<Buffer> {
  const data_key = await dataKey(context, partner_id, DATA_KEY_NO)
  const place = placeOf(partner_id, about)
  const head = Buffer.allocUnsafe(HEADER + IV)
  head[0] = VERSION
  head.writeUInt16BE(DATA_KEY_NO, 1)
  takeIv(head)
  const cipher = createCipheriv('aes-256-gcm', keyOf(data_key, place), head.subarray(HEADER))
  cipher.setAAD(place)
  const body = cipher.update(plaintext, 'utf8')
  return Buffer.concat([head, body, cipher.final(), cipher.getAuthTag()])
}

/** @throws SealError when altered, of another place or merchant, or sealed under a key that is gone */
export async function openForMerchant(
  context: Sealing,
  partner_id: number,
  sealed: Buffer,
  about: string,
): Promise<string> {
  if (sealed.length < HEADER + IV + TAG || sealed[0] !== VERSION) throw new SealError('not a sealed value')
  const data_key = await dataKey(context, partner_id, sealed.readUInt16BE(1))
  const place = placeOf(partner_id, about)
  const iv = sealed.subarray(HEADER, HEADER + IV)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(data_key, place), iv, { authTagLength: TAG })
  decipher.setAAD(place)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  const body = decipher.update(sealed.subarray(HEADER + IV, sealed.length - TAG))
  try {
    return Buffer.concat([body, decipher.final()]).toString('utf8')
  } catch {
    throw new SealError('the sealed value was altered or belongs elsewhere')
  }
}

/**
 * After a new sealing key of the installation is active: wraps the data keys with it, while the service runs.
 *
 * @returns how many were wrapped again; run until it answers 0 for those made meanwhile
 */
export async function rewrapDataKeys(context: Pick<Context, 'db' | 'keys'>): Promise<number> {
  let rewrapped = 0
  let after = { partner_id: 0, data_key_no: 0 }
  for (;;) {
    const rows = await allDataKeys(context, after, REWRAP_BATCH)
    for (const { partner_id, data_key_no, key_enc } of rows) {
      if (!context.keys.needsReseal(key_enc)) continue
      const place = wrapPlace(partner_id, data_key_no)
      const again = context.keys.seal(context.keys.open(key_enc, place), place)
      if (await replaceDataKey(context, { partner_id, data_key_no, seen: key_enc, key_enc: again })) rewrapped += 1
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < REWRAP_BATCH) return rewrapped
    after = last
  }
}

// An open data key is a fact about a database and never changes: a rotation changes its wrapping only.
const open_keys_of_database = new WeakMap<Context['db'], Map<string, Promise<Buffer>>>()

function dataKey(context: Sealing, partner_id: number, data_key_no: number): Promise<Buffer> {
  let open_keys = open_keys_of_database.get(context.db)
  if (open_keys === undefined) {
    open_keys = new Map()
    open_keys_of_database.set(context.db, open_keys)
  }
  const name = `${partner_id}:${data_key_no}`
  const known = open_keys.get(name)
  if (known !== undefined) return known
  const oldest = open_keys.keys().next().value
  if (oldest !== undefined && open_keys.size >= OPEN_KEYS_MOST) open_keys.delete(oldest)
  const opened = openDataKey(context, partner_id, data_key_no)
  open_keys.set(name, opened)
  opened.catch(() => open_keys.delete(name))
  return opened
}

async function openDataKey(context: Sealing, partner_id: number, data_key_no: number): Promise<Buffer> {
  const place = wrapPlace(partner_id, data_key_no)
  let key_enc = await loadDataKey(context, partner_id, data_key_no)
  if (key_enc === undefined && data_key_no === DATA_KEY_NO) {
    const fresh = context.keys.seal(randomBytes(KEY_BYTES).toString('base64'), place)
    // Of two processes that are first at once one records its key; both take what is recorded.
    await recordDataKey(context, { partner_id, data_key_no, key_enc: fresh, at: context.clock.now() })
    key_enc = await loadDataKey(context, partner_id, data_key_no)
  }
  if (key_enc === undefined) throw new SealError('sealed under a data key that does not exist')
  const key = Buffer.from(context.keys.open(key_enc, place), 'base64')
  if (key.length !== KEY_BYTES) throw new SealError('a data key is damaged')
  return key
}

const wrapPlace = (partner_id: number, data_key_no: number) => `data_keys.key:${partner_id}:${data_key_no}`

const placeOf = (partner_id: number, about: string): Buffer => Buffer.from(`${partner_id}:${about}`)

// SP 800-56C §4.1: counter (1, one block suffices) || key || fixed information, to which the place is appended.
const COUNTER = Buffer.from([0, 0, 0, 1])
const LABEL = Buffer.from('punte/merchant-seal/1\0')

function keyOf(data_key: Buffer, place: Buffer): KeyObject {
  return createSecretKey(hash('sha256', Buffer.concat([COUNTER, data_key, LABEL, place]), 'buffer'))
}

// Random bytes are fetched for many IVs at once: one call costs as much as half the encryption.
const iv_pool = Buffer.alloc(IV * 512)
let iv_at = iv_pool.length

function takeIv(head: Buffer): void {
  if (iv_at === iv_pool.length) {
    randomFillSync(iv_pool)
    iv_at = 0
  }
  iv_pool.copy(head, HEADER, iv_at, iv_at + IV)
  iv_at += IV
}
