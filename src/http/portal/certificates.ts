/** A partner's certificates: what is registered, when it ends, and a change of it, which staff approve. */
import { Type } from 'typebox'
import { PunteError } from '../../domain/errors.ts'
import { CertificateFiles, CertificateProposal } from '../../domain/four-eyes/proposals.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { readRegistration } from '../../domain/partners/registrations.ts'
import { listOwnCertificates } from '../../domain/portal/certificates.ts'
import { route, type TableRoute } from '../route-table.ts'
import { ownPartner } from './own.ts'

const BODY_LIMIT = 256 * 1024
/** Of one partner: more would bury what staff have to look at. */
const MOST_WAITING = 5

export const certificateRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/certificates',
    act: 'own.read',
    summary: 'Registered certificates, the one that was shown last, and what waits for approval.',
    handle: (call) => listOwnCertificates(call.context, ownPartner(call)),
  }),
  route({
    method: 'POST',
    path: '/certificates/read',
    act: 'own.change',
    summary: 'What a certificate says that is to be registered.',
    body: Type.Object(CertificateFiles),
    body_limit: BODY_LIMIT,
    handle: (call) => readRegistration(call.context, call.body),
  }),
  route({
    method: 'POST',
    path: '/certificates/changes',
    act: 'own.change',
    summary: 'Asks for a certificate to be registered or withdrawn; it is done when staff approve it.',
    body: CertificateProposal,
    body_limit: BODY_LIMIT,
    async handle(call) {
      const { waiting } = await listOwnCertificates(call.context, ownPartner(call))
      if (waiting.length >= MOST_WAITING) throw new PunteError('RATE_LIMITED', { retry_after_s: 3_600 })
      const subject = { kind: 'partner', id: ownPartner(call).client_id } as const
      const proposal = { act: 'partner.certificate', subject, input: call.body } as const
      call.reply.code(202)
      return proposeAct(call.context, call.session, proposal)
    },
  }),
]
