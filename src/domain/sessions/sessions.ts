/**
 * Sessions of the card API: create, update, retrieve, take for a payment. Fields are sealed under the merchant's key, but
 * for the security code, which stays in memory. A session is its merchant's alone and is forgotten some time after its last
 * update.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { openForMerchant, sealForMerchant } from '../vault/data-keys.ts'
import { CODE_TTL_MS, dropSecurityCode, heldSecurityCode, holdSecurityCode } from './security-codes.ts'
import {
  isOtherCard,
  mergeFields,
  partSecurityCode,
  type Session,
  type SessionFields,
  withSecurityCode,
} from './session.ts'
import {
  countAuthentication,
  deleteExpired,
  expiredSessions,
  insertSession,
  loadSession,
  recordCodeForgotten,
  replaceSession,
  type SessionRow,
} from './store.ts'

export type { Session, SessionFields } from './session.ts'

type SessionOf = { readonly merchant: Merchant; readonly session_id: string }

/** What `fields_enc` seals: the fields, and which code in memory belongs to them. */
type Content = { readonly fields: SessionFields; readonly code_id?: string }

// 31 characters in all, 120 of their bits random: an id is a password, too. No letter that reads as another.
const ID_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ID_LENGTH = 24
const ID = /^SESSION[0-9A-Z]{24,28}$/
const VERSION_BYTES = 5
const AUTHENTICATIONS_DEFAULT = 5
const AUTHENTICATIONS_MOST = 25
const FIELDS_BYTES_MOST = 64 * 1024
/** Updates that name no version are merged one after another; this many may overtake one. */
const UPDATE_TRIES = 10
const EXPIRED_BATCH = 500
const MASKED_CODE = 'xxx'

/**
 * POST /session.
 *
 * @param input.authentication_limit 0 to 25, 5 unless told
 * @throws PunteError FIELD_INVALID
 */
export async function createSession(
  context: Context,
  input: { readonly merchant: Merchant; readonly authentication_limit?: number },
): Promise<Session> {
  const { merchant, authentication_limit = AUTHENTICATIONS_DEFAULT } = input
  if (
    !Number.isInteger(authentication_limit) ||
    authentication_limit < 0 ||
    authentication_limit > AUTHENTICATIONS_MOST
  )
    throw new PunteError('FIELD_INVALID', { field: 'session.authenticationLimit' })
  const row = {
    partner_id: merchant.partner_id,
    session_id: newId(),
    version: newVersion(),
    security_code_given: false,
    authentication_limit,
  }
  const content: Content = { fields: {} }
  const fields_enc = await seal(context, row, content)
  await insertSession(context, { ...row, fields_enc, ...times(context) })
  return sessionOf(context, { ...row, fields_enc }, content, 'NO_UPDATE')
}

/**
 * PUT /session/{id}: merges the fields into the session's, one by one, under a new version. A new card number without its
 * security code takes the former card's code away.
 *
 * @param input.version refuse unless the session has it
 * @throws PunteError SESSION_UNKNOWN, SESSION_VERSION, BODY_TOO_LARGE (over 64 kB in all), SERVER_BUSY
 */
export async function updateSession(
  context: Context,
  input: SessionOf & { readonly version?: string; readonly fields: SessionFields },
): Promise<Session> {
  const { fields, security_code } = partSecurityCode(input.fields)
  // Held before the row says so: a row never names a code that nobody has yet.
  const new_code_id =
    security_code === undefined
      ? undefined
      : holdSecurityCode(context, input.merchant.partner_id, security_code, codeTtl(context))
  try {
    for (let tries = 0; tries < UPDATE_TRIES; tries += 1) {
      const seen = await load(context, input)
      requireVersion(seen, input.version)
      const updated = await write(context, seen, fields, new_code_id)
      if (updated !== undefined) return updated
    }
    throw new PunteError('SERVER_BUSY', { detail: 'a session was updated by others again and again' })
  } catch (error) {
    if (new_code_id !== undefined) dropSecurityCode(context, new_code_id)
    throw error
  }
}

/** GET /session/{id}. @throws PunteError SESSION_UNKNOWN (another merchant's and an expired one, too) */
export async function retrieveSession(context: Context, input: SessionOf): Promise<Session> {
  const row = await load(context, input)
  const content = await open(context, row)
  const is_updated = row.security_code_given || Object.keys(content.fields).length > 0
  return sessionOf(context, row, content, is_updated ? 'SUCCESS' : 'NO_UPDATE')
}

/**
 * The session's fields for a payment, security code included where one was given.
 *
 * @throws PunteError SESSION_UNKNOWN, SESSION_VERSION; SESSION_CODE_GONE when the code given is held no longer, or not by
 *   this process: going on without it would be another payment than the payer confirmed
 */
export async function takeSession(
  context: Context,
  input: SessionOf & { readonly version?: string },
): Promise<SessionFields> {
  const row = await load(context, input)
  requireVersion(row, input.version)
  const { fields, code_id } = await open(context, row)
  if (!row.security_code_given) return fields
  const security_code = code_id === undefined ? undefined : heldSecurityCode(context, code_id)
  if (security_code === undefined) throw new PunteError('SESSION_CODE_GONE', { field: 'session.id' })
  return withSecurityCode(fields, security_code)
}

/** After a payment with it: the session goes on without its security code. Does nothing where there is none. */
export async function forgetSecurityCode(context: Context, input: SessionOf): Promise<void> {
  if (!ID.test(input.session_id)) return
  const row = await loadSession(context, keyOf(input), context.clock.now())
  if (row === undefined || !row.security_code_given) return
  const { code_id } = await open(context, row)
  if (code_id !== undefined) dropSecurityCode(context, code_id)
  await recordCodeForgotten(context, row)
}

/**
 * Whether the session's id may stand as the merchant's password; each yes counts against the session's limit. For calls of
 * that very session only, which the caller sees to.
 */
export async function isSessionPassword(context: Context, input: SessionOf): Promise<boolean> {
  return ID.test(input.session_id) && (await countAuthentication(context, keyOf(input), context.clock.now()))
}

/** Deletes some sessions whose time is over. @returns how many; call again while there are any */
export async function forgetExpiredSessions(context: Context): Promise<number> {
  const now = context.clock.now()
  const of_partner = new Map<number, string[]>()
  for (const { partner_id, session_id } of await expiredSessions(context, now, EXPIRED_BATCH))
    of_partner.set(partner_id, [...(of_partner.get(partner_id) ?? []), session_id])
  let forgotten = 0
  for (const [partner_id, session_ids] of of_partner)
    forgotten += await deleteExpired(context, partner_id, session_ids, now)
  return forgotten
}

async function write(
  context: Context,
  seen: SessionRow,
  given: SessionFields,
  new_code_id: string | undefined,
): Promise<Session | undefined> {
  const before = await open(context, seen)
  const fields = mergeFields(before.fields, given)
  if (Buffer.byteLength(JSON.stringify(fields)) > FIELDS_BYTES_MOST)
    throw new PunteError('BODY_TOO_LARGE', { text: 'The session holds more than allowed.' })
  const former_code_id = seen.security_code_given ? before.code_id : undefined
  const code_id = new_code_id ?? (isOtherCard(before.fields, fields) ? undefined : former_code_id)
  const content: Content = { fields, ...(code_id !== undefined && { code_id }) }
  const row = {
    ...seen,
    version: newVersion(),
    fields_enc: await seal(context, seen, content),
    security_code_given: code_id !== undefined,
  }
  if (!(await replaceSession(context, { ...row, seen_version: seen.version, ...times(context) }))) return undefined
  if (former_code_id !== undefined && former_code_id !== code_id) dropSecurityCode(context, former_code_id)
  return sessionOf(context, row, content, 'SUCCESS')
}

async function load(context: Context, input: SessionOf): Promise<SessionRow> {
  const row = ID.test(input.session_id) ? await loadSession(context, keyOf(input), context.clock.now()) : undefined
  if (row === undefined) throw new PunteError('SESSION_UNKNOWN', { field: 'session.id' })
  return row
}

function requireVersion(row: SessionRow, version: string | undefined): void {
  if (version !== undefined && version !== row.version)
    throw new PunteError('SESSION_VERSION', { field: 'session.version' })
}

const about = (session_id: string): string => `card_sessions.fields:${session_id}`

const seal = (
  context: Context,
  { partner_id, session_id }: Pick<SessionRow, 'partner_id' | 'session_id'>,
  c: Content,
) => sealForMerchant(context, partner_id, JSON.stringify(c), about(session_id))

async function open(context: Context, { partner_id, session_id, fields_enc }: SessionRow): Promise<Content> {
  return JSON.parse(await openForMerchant(context, partner_id, fields_enc, about(session_id))) as Content
}

function sessionOf(
  context: Context,
  row: SessionRow,
  { fields }: Content,
  update_status: Session['update_status'],
): Session {
  const { partner_id, session_id, version, authentication_limit } = row
  return {
    session_id,
    version,
    authentication_limit,
    update_status,
    fields: row.security_code_given ? withSecurityCode(fields, MASKED_CODE) : fields,
    aes256_key: context.keys.mac('session-aes', `${partner_id}:${session_id}`).toString('base64'),
  }
}

const keyOf = ({ merchant, session_id }: SessionOf) => ({ partner_id: merchant.partner_id, session_id })

const newId = (): string =>
  `SESSION${Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')}`

const newVersion = (): string => randomBytes(VERSION_BYTES).toString('hex')

const sessionTtl = ({ settings }: Context): number => settings.PUNTE_GATEWAY_SESSION_MINUTES * 60_000

const codeTtl = (context: Context): number => Math.min(CODE_TTL_MS, sessionTtl(context))

function times(context: Context): { at: Date; expires_at: Date } {
  const at = context.clock.now()
  return { at, expires_at: new Date(at.getTime() + sessionTtl(context)) }
}
