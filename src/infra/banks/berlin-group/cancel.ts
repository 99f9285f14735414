/** Dropping a payment that is not executed yet, or ending a standing order (§5.6, §5.7 of the standard). */
import { randomUUID } from 'node:crypto'
import type { BankAnswer, BankConnector, BankSession, Cancelled } from '../connector.ts'
import { type Access, withTokens } from './access.ts'
import { type BerlinGroupParts, browserUrl, paymentPath, psuHeaders, returnHeaders, send } from './calls.ts'
import { start } from './initiate.ts'
import { type CancelAnswer, readCancelled, readStarted } from './messages/messages.ts'

type Back = Parameters<BankConnector['cancel']>[1]
type Parts = BerlinGroupParts & { readonly access: Access }

/**
 * 204 and 200 are done. 202 leads to the payer, who must authorise it: on the page that the answer links to or, where the
 * bank waits to be asked (`startAuthorisation`), on the one that the answer to that links to.
 */
export async function cancel(parts: Parts, session: BankSession, back: Back): Promise<BankAnswer<Cancelled>> {
  const { profile } = parts
  const path = paymentPath(profile, session)
  if (path === undefined) return { kind: 'not_sent', reason: 'SERVICE_NOT_OFFERED' }
  const headers = back === undefined ? {} : { ...psuHeaders(back.psu), ...returnHeaders(profile, back) }
  const { answer, renewed } = await parts.access.ask(session, (token) =>
    send(parts, { method: 'DELETE', path, request_id: randomUUID(), headers: { ...headers, ...token } }),
  )
  const fresh = renewed === undefined ? {} : { session: withTokens(session, renewed) }
  if (answer.kind !== 'ok') return { ...answer, ...fresh }
  if (answer.http_status !== 202) {
    // 200 is not the standard's: some banks tell there how the payment stands, and that may be that it goes on.
    const { status = 'CANC' } = (answer.http_status === 200 && readCancelled(answer.value, profile)) || {}
    const cancelled = (answer.http_status === 204 || answer.http_status === 200) && status === 'CANC'
    return { kind: 'ok', value: { cancelled, ...fresh } }
  }
  const said = readCancelled(answer.value, profile)
  const link = back === undefined ? undefined : await payerLink(parts, fresh.session ?? session, said, headers)
  const authorise_url = link === undefined ? undefined : browserUrl(link, profile)
  return {
    kind: 'ok',
    value: { cancelled: said?.status === 'CANC', ...(authorise_url !== undefined && { authorise_url }), ...fresh },
  }
}

/** Nothing is lost when there is none: the payment stays as it is, and the caller asks for its status. */
async function payerLink(
  parts: Parts,
  session: BankSession,
  said: CancelAnswer | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (said?.sca_redirect !== undefined || said?.start_authorisation !== true) return said?.sca_redirect
  const answer = await start(parts, session, 'cancellation-authorisations', headers)
  return answer.kind === 'ok' ? readStarted(answer.value, parts.profile)?.sca_redirect : undefined
}
