/**
 * Who is calling: the client certificate (QWAC) of the connection and the seal (QSEAL) on the message, checked in the
 * order certificate, chain and validity, PSD2 role, digest, seal certificate, signature. A bank may do without the seal,
 * or without the client certificate (then the seal alone says who calls).
 */
import type { TLSSocket } from 'node:tls'
import type { KeyIdForm } from '../config.ts'
import { type CertificateFacts, ROLE_PAYMENT_INITIATION, type Trust } from '../trust/certificate.ts'
import type { SignedRequest } from '../trust/signature.ts'
import { Refusal } from './refusal.ts'
import { checkBody, checkSignature, readSeal, type SealRule, sealFacts } from './seal.ts'

export type ThirdParty = {
  /** organizationIdentifier of the certificate. */
  readonly organization_id: string
  /** Thumbprint of the QWAC, which access tokens are bound to; of the seal where there is no client certificate. */
  readonly thumbprint: string
}

export type ThirdPartyChecks = {
  /** The third party at the other end of a connection. Throws Refusal CERTIFICATE_* or ROLE_INVALID. */
  identify(socket: TLSSocket): ThirdParty
  /**
   * Who sealed the message; where `third_party` is known, it must be the same.
   * @param key_id form of the keyId, where it is not that of the calls
   * Throws Refusal SIGNATURE_*, CERTIFICATE_*, ROLE_INVALID or TIMESTAMP_INVALID.
   */
  checkSeal(request: SignedRequest, body: Buffer, third_party: ThirdParty | undefined, key_id?: KeyIdForm): ThirdParty
}

/** @param rule how messages are signed at this bank; undefined where they are not */
export function createThirdPartyChecks(trust: Trust, rule: SealRule | undefined): ThirdPartyChecks {
  const by_socket = new WeakMap<TLSSocket, CertificateFacts>()
  /** Seals that a third party has shown, for messages that carry none. */
  const enrolled = new Map<string, CertificateFacts>()

  const qwacOf = (socket: TLSSocket): CertificateFacts => {
    const known = by_socket.get(socket)
    if (known !== undefined) return known
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) throw new Refusal('CERTIFICATE_MISSING', 'a client certificate (QWAC) is required')
    const facts = readFacts(trust, certificate.raw)
    by_socket.set(socket, facts)
    return facts
  }

  const requireCertificate = (facts: CertificateFacts, kind: 'web' | 'seal'): string => {
    const what = kind === 'web' ? 'client certificate' : 'signature certificate'
    if (!trust.issued(facts))
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not issued by a trusted authority`)
    const now = Date.now()
    if (now > facts.valid_to) throw new Refusal('CERTIFICATE_EXPIRED', `the ${what} has expired`)
    if (now < facts.valid_from) throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not valid yet`)
    if (facts.kind !== kind)
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} is not a qualified ${kind} certificate`)
    if (facts.organization_id === undefined || !/^PSD[A-Z]{2}-[A-Z]{2,8}-.+$/.test(facts.organization_id)) {
      throw new Refusal('CERTIFICATE_INVALID', `the ${what} has no PSD2 organizationIdentifier`)
    }
    if (!facts.roles.has(ROLE_PAYMENT_INITIATION))
      throw new Refusal('ROLE_INVALID', `the ${what} has not the role PSP_PI`)
    return facts.organization_id
  }

  return {
    identify(socket) {
      const facts = qwacOf(socket)
      const organization_id = requireCertificate(facts, 'web')
      return { organization_id, thumbprint: facts.thumbprint }
    },
    checkSeal(request, body, third_party, key_id) {
      if (rule === undefined) {
        if (third_party !== undefined) return third_party
        throw new Refusal('CERTIFICATE_MISSING', 'nothing says who calls')
      }
      const read = readSeal(request, rule)
      const seal = sealFacts(read, trust) ?? enrolled.get(third_party?.organization_id ?? '')
      if (seal === undefined) throw new Refusal('SIGNATURE_MISSING', 'TPP-Signature-Certificate is not known yet')
      checkBody(read, body)
      const organization_id = requireCertificate(seal, 'seal')
      if (third_party !== undefined && organization_id !== third_party.organization_id) {
        throw new Refusal('CERTIFICATE_INVALID', 'seal and client certificate name different organizations')
      }
      checkSignature(request, read, seal, rule, key_id)
      enrolled.set(organization_id, seal)
      return third_party ?? { organization_id, thumbprint: seal.thumbprint }
    },
  }
}

function readFacts(trust: Trust, der: Buffer): CertificateFacts {
  try {
    return trust.facts(der)
  } catch {
    throw new Refusal('CERTIFICATE_INVALID', 'the certificate cannot be read')
  }
}
