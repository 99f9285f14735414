/**
 * Who calls: certificate, limits, client id or access token, request signature, in this order. The result of a call's
 * beginning is a `Caller`; handlers never look at certificates or tokens themselves.
 */
import type { FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { checkCertificate } from '../../domain/partners/certificates.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import { authenticate } from '../../domain/partners/tokens.ts'
import type { Limits } from '../limits.ts'
import { type TlsCaller, tlsCaller } from '../tls.ts'
import { targetUri } from './answer-signature.ts'
import { checkRequestSignature } from './request-signature.ts'

export type Caller = { readonly partner: Partner; readonly certificate_thumbprint: string }
export type PaymentCaller = Caller & { readonly payment_id: number }

/**
 * Of a call that names its client id (token, refresh).
 * @throws PunteError CLIENT_UNKNOWN, PARTNER_SUSPENDED, CERTIFICATE_*, SIGNATURE_*, RATE_LIMITED
 */
export async function callerByClientId(
  context: Context,
  limits: Limits,
  request: FastifyRequest,
  client_id: string,
): Promise<Caller> {
  const tls = tlsCaller(request)
  const partner = context.partners.byClientId(client_id)
  if (partner === undefined) throw new PunteError('CLIENT_UNKNOWN')
  await admit(context, limits, request, partner, tls)
  checkSignature(context, request, partner, tls)
  return { partner, certificate_thumbprint: tls.presented.thumbprint }
}

/**
 * Of a call about a payment, before its body is read: the access token names partner and payment.
 * @throws PunteError TOKEN_*, PARTNER_SUSPENDED, CERTIFICATE_*, RATE_LIMITED
 */
export async function callerByToken(context: Context, limits: Limits, request: FastifyRequest): Promise<PaymentCaller> {
  const tls = tlsCaller(request)
  const bearer = bearerOf(request)
  const payment_id = paymentIdOf(request)
  const certificate_thumbprint = tls.presented.thumbprint
  const claims = authenticate(context, { bearer, certificate_thumbprint, payment_id })
  const partner = context.partners.byId(claims.partner_id)
  if (partner === undefined || partner.client_id !== claims.client_id) throw new PunteError('CLIENT_UNKNOWN')
  await admit(context, limits, request, partner, tls)
  return { partner, certificate_thumbprint, payment_id }
}

/** @throws PunteError SIGNATURE_REQUIRED, SIGNATURE_INVALID */
export function checkSignature(
  context: Context,
  request: FastifyRequest,
  partner: Partner,
  tls: TlsCaller = tlsCaller(request),
): void {
  const { headers } = request
  if (!partner.require_signed_requests && headers.signature === undefined && headers['signature-input'] === undefined)
    return
  const signed = {
    method: request.method,
    target_uri: targetUri(context.settings.PUNTE_PARTNER_URL, request.raw.url ?? '/'),
    raw_headers: request.raw.rawHeaders,
    body: request.raw_body,
  }
  checkRequestSignature(signed, tls.presented, partner.require_signed_requests, context.clock.now().getTime())
}

async function admit(
  context: Context,
  limits: Limits,
  request: FastifyRequest,
  partner: Partner,
  tls: TlsCaller,
): Promise<void> {
  await checkCertificate(partner, tls.presented, context.clock.now().getTime())
  // Our own walk passed; the library's path validation must too (key strength, purposes, name constraints). It
  // judged when the connection began, so a partner registered since then has to connect again.
  if (!tls.authorized) throw new PunteError('CERTIFICATE_UNTRUSTED', { detail: 'not authorised by the TLS library' })
  // Only a proven partner is named in logs and counted: a stranger cannot use up its limit.
  request.partner_id = partner.partner_id
  await limits.countPartner(partner)
  if (partner.status === 'suspended') throw new PunteError('PARTNER_SUSPENDED')
}

function bearerOf(request: FastifyRequest): string {
  const { authorization } = request.headers
  if (authorization === undefined) throw new PunteError('TOKEN_MISSING')
  const bearer = /^bearer +(\S+)$/i.exec(authorization)?.[1]
  if (bearer === undefined) throw new PunteError('TOKEN_INVALID', { detail: 'not a bearer token' })
  return bearer
}

/** @throws PunteError FIELD_INVALID */
function paymentIdOf(request: FastifyRequest): number {
  const text = (request.params as { paymentId?: string }).paymentId ?? ''
  const payment_id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(payment_id)) throw new PunteError('FIELD_INVALID', { field: 'paymentId' })
  return payment_id
}
