/**
 * DELETE, and the payer's word on it where the bank wants that: 202 with a link to a page of the bank, at once or after
 * an explicit start (NextGenPSD2 §5.6, §5.7). The payment is cancelled when the payer confirms.
 */
import { randomUUID } from 'node:crypto'
import type { CancellationRequest, Payment } from '../book/entries.ts'
import { pathsOf, shownStatus, withLinks } from './answers.ts'
import { newScaKey, returnAddresses } from './payer.ts'
import type { Answer, Context, Headers } from './payments.ts'
import { Refusal } from './refusal.ts'

/** DELETE …/{paymentId}: 204 as long as nothing was settled (periodic: as long as it runs); repeating it changes nothing. */
export function cancel(context: Context, payment: Payment, headers: Headers): Answer {
  const { lifecycle, config } = context
  if (payment.outcome?.status === 'CANC') return { http_status: 204 }
  if (!lifecycle.canCancel(payment)) throw cannot()
  const asks = config.quirks.cancellation_needs_payer && payment.authorised_at !== undefined
  if (!asks) {
    lifecycle.cancel(payment)
    return { http_status: 204 }
  }
  const { self, status } = pathsOf(context, payment)
  const body = { transactionStatus: shownStatus(context, payment) }
  if (config.quirks.explicit_authorisation) {
    const startAuthorisation = `${self}/cancellation-authorisations`
    return { http_status: 202, body: { ...body, ...withLinks(context, { startAuthorisation, self, status }) } }
  }
  const asked = ask(context, payment, headers)
  const links = { ...pageLink(context, asked), scaStatus: scaStatusLink(self, asked), self, status }
  return { http_status: 202, body: { ...body, ...withLinks(context, links, instruction(context)) } }
}

/** POST …/{paymentId}/cancellation-authorisations, for a payment that DELETE was answered with 202. */
export function startCancellationAuthorisation(context: Context, payment: Payment, headers: Headers): Answer {
  const { quirks, sca } = context.config
  if (!quirks.cancellation_needs_payer) throw new Refusal('SERVICE_INVALID', 'cancellations need no authorisation here')
  if (!context.lifecycle.canCancel(payment) || payment.authorised_at === undefined)
    throw new Refusal('STATUS_INVALID', 'there is no cancellation to authorise')
  const asked = ask(context, payment, headers)
  const { self, status } = pathsOf(context, payment)
  const links = { ...pageLink(context, asked), scaStatus: scaStatusLink(self, asked), self, status }
  return {
    http_status: 201,
    headers: { 'ASPSP-SCA-Approach': sca === 'decoupled' ? 'DECOUPLED' : 'REDIRECT' },
    body: {
      scaStatus: payment.cancellation?.sca_status ?? 'received',
      authorisationId: asked.authorisation_id,
      ...withLinks(context, links, instruction(context)),
    },
  }
}

/** GET …/{paymentId}/cancellation-authorisations */
export function listCancellationAuthorisations(payment: Payment): Answer {
  const ids = payment.cancellation === undefined ? [] : [payment.cancellation.authorisation_id]
  return { http_status: 200, body: { authorisationIds: ids } }
}

/** GET …/{paymentId}/cancellation-authorisations/{authorisationId} */
export function readCancellationScaStatus(payment: Payment, authorisation_id: string): Answer {
  if (payment.cancellation === undefined || payment.cancellation.authorisation_id !== authorisation_id)
    throw new Refusal('RESOURCE_UNKNOWN', 'there is no such authorisation')
  return { http_status: 200, body: { scaStatus: payment.cancellation.sca_status } }
}

const cannot = () => new Refusal('CANCELLATION_INVALID', 'the payment can no longer be cancelled')

/** The question that is put to the payer: one that waits already is kept unless it would lead back elsewhere. */
function ask({ book }: Context, payment: Payment, headers: Headers): CancellationRequest {
  const back = returnAddresses(headers)
  const open = payment.cancellation
  const same = open?.redirect_uri === back.redirect_uri && open?.nok_redirect_uri === back.nok_redirect_uri
  if (open !== undefined && open.sca_status !== 'failed' && same) return open
  const cancellation = { authorisation_id: randomUUID(), sca_key: newScaKey(), ...back }
  book.record({ kind: 'cancellation_asked', at: Date.now(), payment_id: payment.payment_id, cancellation })
  return cancellation
}

/** The payer confirms on a plain page of the bank, also where payments are authorised by OAuth. */
const pageLink = ({ config, addresses }: Context, asked: CancellationRequest): Readonly<Record<string, string>> =>
  config.sca === 'decoupled' ? {} : { scaRedirect: `${addresses.pages_url}/cancel/${asked.sca_key}` }

const scaStatusLink = (self: string, asked: CancellationRequest): string =>
  `${self}/cancellation-authorisations/${asked.authorisation_id}`

const instruction = ({ config }: Context): string | undefined =>
  config.sca === 'decoupled' ? `Deschide aplicația ${config.name} pe telefon și confirmă anularea.` : undefined
