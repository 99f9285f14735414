/**
 * Token pairs: one for each payment, bound to the client certificate that asked for it. Access tokens are short-lived
 * and signed; refresh tokens rotate with every use, and one used twice revokes its pair, since it was stolen from
 * somebody: OAuth 2.0 Security BCP (RFC 9700 §4.14.2).
 */
import { timingSafeEqual } from 'node:crypto'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { type AccessClaims, signAccessToken, verifyAccessToken } from './access-token.ts'
import type { Partner } from './directory.ts'
import {
  newRefreshSecret,
  type RefreshClaims,
  readRefreshToken,
  refreshHash,
  writeRefreshToken,
} from './refresh-token.ts'
import {
  insertReservedPayment,
  loadTokenState,
  type PaymentFlags,
  replaceRefreshHash,
  revokeTokens,
  rotateRefreshHash,
} from './store.ts'

export type TokenContext = Pick<Context, 'settings' | 'db' | 'clock' | 'keys' | 'log'>

export type IssuedTokens = {
  readonly payment_id: number
  readonly access_token: string
  readonly refresh_token: string
  /** Seconds the access token lives. */
  readonly expires_in: number
}

const NO_FLAGS: PaymentFlags = { is_link: false, is_headless: false, flexible_url: false }

/** Reserves a new payment (status INIT, nothing asked yet) and issues its tokens. */
export async function issueTokens(
  ctx: TokenContext,
  input: { readonly partner: Partner; readonly certificate_thumbprint: string; readonly flags?: PaymentFlags },
): Promise<IssuedTokens> {
  const { partner, certificate_thumbprint, flags = NO_FLAGS } = input
  const at = ctx.clock.now()
  const secret = newRefreshSecret()
  const payment_id = await insertReservedPayment(ctx.db, {
    partner_id: partner.partner_id,
    certificate_thumbprint,
    refresh_hash: refreshHash(secret),
    at,
    expires_at: new Date(at.getTime() + ctx.settings.PUNTE_ABANDON_AFTER_MINUTES * 60_000),
    flags,
  })
  return makePair(ctx, partner, { payment_id, certificate_thumbprint, generation: 1, secret, now: at.getTime() })
}

/**
 * A new pair for a payment the partner already has: a series or a day to come outlives every refresh token, and must
 * still be asked about and cancelled. The earlier refresh token works no more.
 * It also follows a revocation: one of the partner's processes may have used the earlier one, which looks like theft.
 * @throws PunteError PAYMENT_UNKNOWN, also for another partner's payment
 */
export async function issueTokensAgain(
  ctx: TokenContext,
  input: { readonly partner: Partner; readonly certificate_thumbprint: string; readonly payment_id: number },
): Promise<IssuedTokens> {
  const { partner, certificate_thumbprint, payment_id } = input
  const secret = newRefreshSecret()
  const replaced = await replaceRefreshHash(ctx.db, {
    partner_id: partner.partner_id,
    payment_id,
    certificate_thumbprint,
    new_hash: refreshHash(secret),
  })
  if (!replaced) throw new PunteError('PAYMENT_UNKNOWN')
  const now = ctx.clock.now().getTime()
  return makePair(ctx, partner, { payment_id, certificate_thumbprint, generation: 1, secret, now })
}

/**
 * Exchanges a refresh token for a new pair; the old access token lives on until it expires by itself.
 *
 * @throws PunteError TOKEN_INVALID (not ours, of another partner, expired), TOKEN_REVOKED, TOKEN_CERTIFICATE_MISMATCH,
 *   REFRESH_TOKEN_REUSED (the pair is revoked by this call)
 */
export async function refreshTokens(
  ctx: TokenContext,
  input: { readonly partner: Partner; readonly certificate_thumbprint: string; readonly refresh_token: string },
): Promise<IssuedTokens> {
  const { partner, certificate_thumbprint } = input
  const claims = readRefreshToken(ctx.keys, input.refresh_token)
  if (claims.partner_id !== partner.partner_id)
    throw new PunteError('TOKEN_INVALID', { detail: 'refresh token of another partner' })
  const now = ctx.clock.now().getTime()
  if (now >= (claims.issued_at + ctx.settings.PUNTE_REFRESH_TOKEN_HOURS * 3600) * 1000) {
    throw new PunteError('TOKEN_INVALID', { text: 'The refresh token has expired.' })
  }
  const secret = newRefreshSecret()
  const rotated = await rotateRefreshHash(ctx.db, {
    partner_id: claims.partner_id,
    payment_id: claims.payment_id,
    certificate_thumbprint,
    old_hash: refreshHash(claims.secret),
    new_hash: refreshHash(secret),
  })
  if (!rotated) await refuseRefresh(ctx, claims, certificate_thumbprint)
  return makePair(ctx, partner, {
    payment_id: claims.payment_id,
    certificate_thumbprint,
    generation: claims.generation + 1,
    secret,
    now,
  })
}

// The guarded update matched nothing: says why. A genuine token that is not the current one was used before.
async function refuseRefresh(ctx: TokenContext, claims: RefreshClaims, certificate_thumbprint: string): Promise<never> {
  const { partner_id, payment_id } = claims
  const state = await loadTokenState(ctx.db, partner_id, payment_id)
  if (state === undefined) throw new PunteError('TOKEN_INVALID', { detail: 'refresh token of no payment' })
  if (state.revoked) throw new PunteError('TOKEN_REVOKED')
  if (timingSafeEqual(state.refresh_hash, refreshHash(claims.secret))) {
    if (state.certificate_thumbprint !== certificate_thumbprint) throw new PunteError('TOKEN_CERTIFICATE_MISMATCH')
    throw new PunteError('OVERLOADED', { retry_after_s: 1, detail: 'refresh token state changed while it was read' })
  }
  await revokeTokens(ctx.db, {
    partner_id,
    payment_id,
    at: ctx.clock.now(),
    detail: { reason: 'refresh_token_reused', generation: claims.generation },
  })
  ctx.log.warn(
    { partner_id, payment_id, generation: claims.generation },
    'a refresh token was used twice; its tokens are revoked',
  )
  throw new PunteError('REFRESH_TOKEN_REUSED')
}

/**
 * Checks the access token of a call about a payment. Whether its pair was revoked meanwhile is not known from the token:
 * it stands in the payment's row, which every such call reads anyway (initiatePayment refuses, readStatus tells).
 *
 * @throws PunteError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_CERTIFICATE_MISMATCH, TOKEN_FOR_OTHER_PAYMENT
 */
export function authenticate(
  ctx: Pick<TokenContext, 'settings' | 'clock' | 'keys'>,
  input: { readonly bearer: string; readonly certificate_thumbprint: string; readonly payment_id: number },
): AccessClaims {
  const claims = verifyAccessToken(ctx.keys, ctx.settings.PUNTE_PARTNER_URL, input.bearer, ctx.clock.now().getTime())
  // The certificate first: who does not hold the token's certificate learns nothing about its payment.
  if (claims.certificate_thumbprint !== input.certificate_thumbprint) throw new PunteError('TOKEN_CERTIFICATE_MISMATCH')
  if (claims.payment_id !== input.payment_id) throw new PunteError('TOKEN_FOR_OTHER_PAYMENT')
  return claims
}

function makePair(
  ctx: TokenContext,
  partner: Partner,
  input: { payment_id: number; certificate_thumbprint: string; generation: number; secret: Buffer; now: number },
): IssuedTokens {
  const { payment_id, certificate_thumbprint, generation, secret, now } = input
  const lifetime_s = ctx.settings.PUNTE_ACCESS_TOKEN_SECONDS
  const claims = { partner_id: partner.partner_id, payment_id, client_id: partner.client_id, certificate_thumbprint }
  return {
    payment_id,
    access_token: signAccessToken(ctx.keys, ctx.settings.PUNTE_PARTNER_URL, claims, now, lifetime_s),
    refresh_token: writeRefreshToken(ctx.keys, {
      partner_id: partner.partner_id,
      payment_id,
      generation,
      issued_at: Math.floor(now / 1000),
      secret,
    }),
    expires_in: lifetime_s,
  }
}
