/** Whether a partner may work: suspended or not, by whom, and why. */
import { type Act, inAct } from '../audit/record.ts'
import { hasEnded } from '../compliance/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import type { ManageContext } from './manage.ts'
import { invalid } from './profile.ts'
import { insertStanding, loadStandings } from './standing-store.ts'
import { lockPartner, updatePartner } from './store.ts'

const MAX_REASON = 1000

/** Its calls are refused from then on (PARTNER_SUSPENDED); what is under way at banks is settled. @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */
export async function suspendPartner(ctx: ManageContext, client_id: string, reason?: string): Promise<void> {
  await stand(ctx, client_id, { act: 'partner.suspend', status: 'suspended', reason })
}

/** @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */
export async function resumePartner(ctx: ManageContext, client_id: string, reason?: string): Promise<void> {
  await stand(ctx, client_id, { act: 'partner.resume', status: 'active', reason })
}

async function stand(
  ctx: ManageContext,
  client_id: string,
  to: { readonly act: Act['act']; readonly status: 'active' | 'suspended'; readonly reason: string | undefined },
): Promise<void> {
  const { act, status } = to
  const reason = to.reason === undefined ? undefined : checkReason(to.reason)
  await inAct(ctx, async (db, record) => {
    const former = await lockPartner(db, client_id)
    if (former === undefined) throw new PunteError('PARTNER_UNKNOWN')
    const { partner_id } = former
    if (status === 'active' && (await hasEnded(db, partner_id))) throw new PunteError('PARTNER_ENDED')
    await updatePartner(db, client_id, { status })
    const reason_enc = reason === undefined ? null : ctx.keys.seal(reason, standingPlace(partner_id))
    await insertStanding(db, { partner_id, status, by: ctx.actor?.name ?? 'punte', at: ctx.clock.now(), reason_enc })
    const before = { status: former.status }
    await record({ act, subject: { kind: 'partner', id: client_id }, before, after: { status } })
  })
}

/** Where the reasons of a partner's standing are sealed. */
export const standingPlace = (partner_id: number | string): string => `partner_standings.reason:${partner_id}`

/** Words of staff, for staff. @throws PunteError FIELD_INVALID */
export function checkReason(text: string): string {
  const words = text.normalize('NFC').trim()
  if (words === '' || [...words].length > MAX_REASON || words.includes('\0'))
    throw invalid('reason', `must be 1 to ${MAX_REASON} characters`)
  return words
}

export type Standing = {
  readonly status: 'active' | 'suspended'
  readonly by: string
  readonly at: Date
  readonly reason: string | null
}

/** The newest first. */
export async function listStandings(ctx: Pick<Context, 'db' | 'keys'>, partner_id: number): Promise<Standing[]> {
  const rows = await loadStandings(ctx.db, partner_id)
  return rows.map(({ reason_enc, ...row }) => ({
    ...row,
    reason: reason_enc === null ? null : ctx.keys.open(reason_enc, standingPlace(partner_id)),
  }))
}
