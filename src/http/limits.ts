/**
 * How much one partner and one network address may ask. Counted in this process: with several processes behind one
 * address the limit is that many times higher.
 */
import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { PunteError } from '../domain/errors.ts'
import type { Partner } from '../domain/partners/directory.ts'
import { addressKey } from './server.ts'

const WINDOW_S = 60
/** Refused authentications of one address, a minute: more is somebody trying. */
const FAILURES_PER_MINUTE = 300
// The limiter compares with a fixed number; ours differs from partner to partner, so it only counts.
const UNCOUNTED = Number.MAX_SAFE_INTEGER

type Counted = Pick<Partner, 'partner_id' | 'requests_per_minute'>

export type Limits = {
  /** @throws PunteError RATE_LIMITED */
  countAddress(request: FastifyRequest): Promise<void>
  /** @throws PunteError RATE_LIMITED */
  countPartner(partner: Counted): Promise<void>
  /** After a 401: once an address has too many of them, its requests are refused unseen. */
  countFailure(request: FastifyRequest): Promise<void>
}

/** `partner_per_minute`: where the partner's own profile says nothing. */
export function createLimits(most: {
  readonly address_per_minute: number
  readonly partner_per_minute: number
}): Limits {
  const addresses = new RateLimiterMemory({ points: UNCOUNTED, duration: WINDOW_S })
  const failures = new RateLimiterMemory({ points: UNCOUNTED, duration: WINDOW_S })
  const partners = new RateLimiterMemory({ points: UNCOUNTED, duration: WINDOW_S })
  return {
    async countAddress(request) {
      const key = addressKey(request.socket.remoteAddress)
      const failed = await failures.get(key)
      if (failed !== null) refuseAbove(failed, FAILURES_PER_MINUTE)
      refuseAbove(await addresses.consume(key), most.address_per_minute)
    },
    async countPartner(partner) {
      const limit = partner.requests_per_minute ?? most.partner_per_minute
      refuseAbove(await partners.consume(partner.partner_id), limit)
    },
    async countFailure(request) {
      await failures.consume(addressKey(request.socket.remoteAddress))
    },
  }
}

function refuseAbove(counted: { readonly consumedPoints: number; readonly msBeforeNext: number }, limit: number): void {
  if (counted.consumedPoints > limit)
    throw new PunteError('RATE_LIMITED', { retry_after_s: Math.ceil(counted.msBeforeNext / 1000) })
}
