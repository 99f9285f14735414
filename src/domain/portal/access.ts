/**
 * How far the portal is open to a partner's people, by how their partner stands. A suspended partner's people go on reading,
 * and see why and whom to ask; what could widen what somebody gets at, or change how the partner is reached, waits. Once the
 * relationship has ended they may read for as long as a payer may still contest a payment at his bank, then nothing.
 */
import { SYSTEM } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { Partner } from '../partners/directory.ts'
import { selectStopped } from './access-store.ts'

/** Thirteen months: Article 71 of Directive (EU) 2015/2366, Article 178 of Law 209/2019. */
const READ_AFTER_END_MONTHS = 13

/** `closed`: nothing is shown any more. */
type Access = 'open' | 'suspended' | 'ended' | 'closed'

type Standing = {
  readonly access: Access
  /** What staff wrote of it is for staff: it may be what a partner must not be told (Article 38 of Law 129/2019). */
  readonly why: 'review' | 'operator' | 'ended' | null
  readonly since: Date | null
  /** Until when an ended partner's people may read. */
  readonly until: Date | null
}

const OPEN: Standing = { access: 'open', why: null, since: null, until: null }

/** Asks the database of suspended partners only. */
export async function standingOfPartner(
  context: Pick<Context, 'db' | 'clock'>,
  partner: Pick<Partner, 'partner_id' | 'status'>,
): Promise<Standing> {
  if (partner.status === 'active') return OPEN
  const row = await selectStopped(context.db, partner.partner_id)
  const now = context.clock.now()
  if (row.ended_at !== null) {
    const until = monthsAfter(row.ended_at, READ_AFTER_END_MONTHS)
    return { access: now < until ? 'ended' : 'closed', why: 'ended', since: row.ended_at, until }
  }
  const { suspended_at: since, suspended_by, next_review_at } = row
  const is_overdue = suspended_by === SYSTEM.name && next_review_at !== null && next_review_at <= now
  return { access: 'suspended', why: is_overdue ? 'review' : 'operator', since, until: null }
}

/**
 * @param stays until which standing this call stays open; undefined: only of a partner that works
 * @throws PunteError PARTNER_SUSPENDED, PARTNER_ENDED
 */
export function requireOpen({ access }: Pick<Standing, 'access'>, stays: 'suspended' | 'ended' | undefined): void {
  if (access === 'open' || access === stays || (access === 'suspended' && stays === 'ended')) return
  throw new PunteError(access === 'suspended' ? 'PARTNER_SUSPENDED' : 'PARTNER_ENDED')
}

/** The same day of the month where there is one, else its last. */
function monthsAfter(at: Date, months: number): Date {
  const later = new Date(at)
  later.setUTCMonth(at.getUTCMonth() + months)
  if (later.getUTCDate() !== at.getUTCDate()) later.setUTCDate(0)
  return later
}
