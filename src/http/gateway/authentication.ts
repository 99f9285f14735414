/**
 * Who calls the card API: Basic `merchant.{id}` with an API password, NVP's apiUsername and apiPassword, a client
 * certificate of the merchant's partner, or a session's id as the password for that very session. A merchant that does not
 * exist, a wrong password and somebody else's certificate get one answer, in one time.
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { checkPassword } from '../../domain/merchants/credentials.ts'
import type { Merchant } from '../../domain/merchants/merchant.ts'
import { checkCertificate } from '../../domain/partners/certificates.ts'
import { isSessionPassword } from '../../domain/sessions/sessions.ts'
import type { Limits } from '../limits.ts'
import { addressKey } from '../server.ts'
import { type TlsCaller, tlsCaller } from '../tls.ts'

/** Longer is no user or password of anybody, and is not worth hashing. */
const MAX_CREDENTIAL_LENGTH = 256
const USER_PREFIX = 'merchant.'

/** `WWW-Authenticate` of a call that named nobody; some clients send Basic only when asked for it. */
export const CHALLENGE = { 'www-authenticate': 'Basic realm="card API", charset="UTF-8"' } as const

/** Asked for where there is no such merchant, so that this takes as long. */
const NOBODY = { partner_id: 0 } as Merchant

export type Credentials = { readonly user: string; readonly password: string }

/** Who calls. `by_session`: with a session's id for a password, so from the payer's device perhaps. */
export type Authenticated = { readonly merchant: Merchant; readonly by_session: boolean }

export type Claim = {
  readonly credentials: Credentials | undefined
  /** Whose resource is asked for: the merchant of the path, or of the field. */
  readonly merchant_id: string
  /** Only where a session's id may stand for the password: the session asked for. */
  readonly session_id?: string | undefined
}

/**
 * @throws PunteError CREDENTIALS_MISSING, CREDENTIALS_INVALID, ENTITY_NOT_AUTHORISED, PARTNER_SUSPENDED, RATE_LIMITED
 */
export async function authenticate(
  context: Context,
  limits: Limits,
  request: FastifyRequest,
  claim: Claim,
): Promise<Authenticated> {
  const { merchant, by_session } =
    claim.credentials === undefined
      ? { merchant: await byCertificate(context, request, claim.merchant_id), by_session: false }
      : await byPassword(context, request, claim, claim.credentials)
  // Only a proven merchant is named in logs and counted: a stranger cannot use up its limit.
  request.partner_id = merchant.partner_id
  // A limit of the partner's profile is of the account rail, where a payment takes a person.
  await limits.countPartner({ partner_id: merchant.partner_id })
  if (merchant.partner.status === 'suspended') throw new PunteError('PARTNER_SUSPENDED')
  if (merchant.merchant_id !== claim.merchant_id) throw new PunteError('ENTITY_NOT_AUTHORISED')
  return { merchant, by_session }
}

/**
 * Of the Authorization header; undefined: there is none.
 * @throws PunteError CREDENTIALS_INVALID
 */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined) return undefined
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header)?.[1]
  if (encoded === undefined) throw new PunteError('CREDENTIALS_INVALID', { detail: 'not Basic' })
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw new PunteError('CREDENTIALS_INVALID', { detail: 'no colon' })
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

async function byPassword(
  context: Context,
  request: FastifyRequest,
  claim: Claim,
  { user, password }: Credentials,
): Promise<Authenticated> {
  if (user.length > MAX_CREDENTIAL_LENGTH || password.length > MAX_CREDENTIAL_LENGTH)
    throw new PunteError('CREDENTIALS_INVALID')
  const merchant = user.startsWith(USER_PREFIX)
    ? context.merchants.byMerchantId(user.slice(USER_PREFIX.length))
    : undefined
  const { session_id } = claim
  if (session_id !== undefined && sameText(password, session_id)) {
    const is_session = await isSessionPassword(context, { merchant: merchant ?? NOBODY, session_id })
    if (is_session && merchant !== undefined) return { merchant, by_session: true }
  }
  const address = addressKey(request.ip)
  if (!(await checkPassword(context, { merchant, password, address })) || merchant === undefined)
    throw new PunteError('CREDENTIALS_INVALID')
  return { merchant, by_session: false }
}

// Why a certificate is refused is for the log: said to the caller, it would tell which merchants there are.
async function byCertificate(context: Context, request: FastifyRequest, merchant_id: string): Promise<Merchant> {
  const tls = presentedBy(request)
  if (tls === undefined) throw new PunteError('CREDENTIALS_MISSING')
  const merchant = context.merchants.byMerchantId(merchant_id)
  if (merchant === undefined) throw new PunteError('CREDENTIALS_INVALID', { detail: 'certificate, unknown merchant' })
  try {
    await checkCertificate(merchant.partner, tls.presented, context.clock.now().getTime())
  } catch (error) {
    if (!(error instanceof PunteError)) throw error
    throw new PunteError('CREDENTIALS_INVALID', { detail: `${error.code}: ${error.detail ?? ''}` })
  }
  // Our own walk passed; the library's path validation must too. It judged when the connection began.
  if (!tls.authorized) throw new PunteError('CREDENTIALS_INVALID', { detail: 'not authorised by the TLS library' })
  return merchant
}

function presentedBy(request: FastifyRequest): TlsCaller | undefined {
  try {
    return tlsCaller(request)
  } catch (error) {
    if (error instanceof PunteError) return undefined
    throw error
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
