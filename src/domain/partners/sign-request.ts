/** Certificates for partners who have none: of the installation's own authority. */
import { X509Certificate } from 'node:crypto'
import { readOwnAuthority, signCertificateRequest } from '../../infra/certificates/issue.ts'
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { invalid } from './profile.ts'
import { findPartner } from './store.ts'

/**
 * Signs a partner's request with the installation's own authority. The names are those of the partner, whatever the request
 * says: under one authority a name is all that tells partners apart. It is registered as any other certificate.
 * @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID, FEATURE_UNSUPPORTED where the installation has no authority
 */
export async function signRequest(
  ctx: Pick<Context, 'db' | 'settings'> & Acting,
  { client_id, request_pem }: { readonly client_id: string; readonly request_pem: string },
): Promise<{ readonly certificate_pem: string; readonly authority_pem: string }> {
  const partner = await findPartner(ctx.db, client_id)
  if (partner === undefined) throw new PunteError('PARTNER_UNKNOWN')
  const authority = readOwnAuthority(ctx.settings)
  if (authority === undefined)
    throw new PunteError('FEATURE_UNSUPPORTED', { text: 'The installation has no authority of its own for partners.' })
  const subject = { common_name: client_id, organisation: partner.name }
  const certificate_pem = await signCertificateRequest(authority, { request_pem, subject }).catch(() => {
    throw invalid('request_pem', 'is not a certificate request whose signature verifies')
  })
  const { serialNumber: serial_number } = new X509Certificate(certificate_pem)
  await inAct(ctx, (_db, record) =>
    record({ act: 'partner.certificate-sign', subject: { kind: 'partner', id: client_id }, after: { serial_number } }),
  )
  return { certificate_pem, authority_pem: authority.certificate_pem }
}
