/** How the partner of whoever is signed in stands, and what its people may still do where it does not work. */
import type { Context } from '../../domain/context.ts'
import { requireOpen, standingOfPartner } from '../../domain/portal/access.ts'
import type { Session } from '../../domain/staff/sessions.ts'
import { route, type TableRoute } from '../route-table.ts'
import { ownPartner } from './own.ts'

export const companyRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/company',
    // Also where nothing else is answered any more: the page says why.
    act: 'session',
    summary: 'Whether the partner works; where not, why, since when, and whom to ask.',
    async handle(call) {
      const { PUNTE_OPERATOR_NAME: name, PUNTE_OPERATOR_CONTACT: contact } = call.context.settings
      const partner = ownPartner(call)
      const standing = await standingOfPartner(call.context, partner)
      return { name: partner.name, ...standing, operator: { name, contact } }
    },
  }),
]

/** @throws PunteError PARTNER_SUSPENDED, PARTNER_ENDED, SESSION_ENDED */
export async function requireStanding(context: Context, session: Session, row: TableRoute): Promise<void> {
  const stays = row.act === 'own.read' ? 'ended' : row.stays_open
  requireOpen(await standingOfPartner(context, ownPartner({ context, session })), stays)
}
