/**
 * What an eIDAS certificate of a third party says (ETSI EN 319 412-5, TS 119 495): who it is (organizationIdentifier),
 * what kind (website authentication or seal) and which PSD2 roles it has.
 */
import 'reflect-metadata'
import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { X509Certificate as ParsedCertificate } from '@peculiar/x509'
import { type DerNode, derNodes, oidText, TAG } from './der.ts'

export type CertificateFacts = {
  /** RFC 8705 thumbprint: base64url of the SHA-256 of the DER. */
  readonly thumbprint: string
  /** 2.5.4.97, e.g. PSDRO-NBR-12345678. */
  readonly organization_id?: string
  readonly kind: 'web' | 'seal' | 'other'
  /** OIDs of 0.4.0.19495.1.x. */
  readonly roles: ReadonlySet<string>
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serial: string
  readonly issuer_name: string
  readonly valid_from: number
  readonly valid_to: number
  readonly public_key: KeyObject
  readonly certificate: X509Certificate
}

export const ROLE_PAYMENT_INITIATION = '0.4.0.19495.1.2'

const QC_STATEMENTS = '1.3.6.1.5.5.7.1.3'
const QC_TYPE = '0.4.0.1862.1.6'
const QC_TYPE_SEAL = '0.4.0.1862.1.6.2'
const QC_TYPE_WEB = '0.4.0.1862.1.6.3'
const PSD2_STATEMENT = '0.4.0.19495.2'
const ORGANIZATION_IDENTIFIER = '2.5.4.97'

/** Reads a certificate (DER). Throws an Error when it is not one or its qcStatements are not well formed. */
export function readCertificate(der: Buffer): CertificateFacts {
  const certificate = new X509Certificate(der)
  const parsed = new ParsedCertificate(new Uint8Array(der))
  const organization_id = parsed.subjectName.getField(ORGANIZATION_IDENTIFIER)[0]
  const extension = parsed.getExtension(QC_STATEMENTS)
  const { kind, roles } = qcStatements(extension === null ? undefined : Buffer.from(extension.value))
  return {
    thumbprint: createHash('sha256').update(der).digest('base64url'),
    ...(organization_id === undefined ? {} : { organization_id }),
    kind,
    roles,
    serial: trimZeros(certificate.serialNumber.toLowerCase()),
    issuer_name: parsed.issuerName.getField('CN')[0] ?? parsed.issuer,
    valid_from: parsed.notBefore.getTime(),
    valid_to: parsed.notAfter.getTime(),
    public_key: certificate.publicKey,
    certificate,
  }
}

export const trimZeros = (hexadecimal: string): string => hexadecimal.replace(/^0+(?=.)/, '')

/** QCStatements ::= SEQUENCE OF SEQUENCE { statementId OID, statementInfo ANY OPTIONAL } */
function qcStatements(value: Buffer | undefined): Pick<CertificateFacts, 'kind' | 'roles'> {
  let kind: CertificateFacts['kind'] = 'other'
  let roles: ReadonlySet<string> = new Set()
  const list = value === undefined ? undefined : derNodes(value)[0]
  for (const statement of list === undefined ? [] : derNodes(list.content)) {
    const [id, info] = derNodes(statement.content)
    if (id?.tag !== TAG.oid || info === undefined) continue
    const name = oidText(id.content)
    if (name === QC_TYPE) {
      const types = derNodes(info.content).map((type) => oidText(type.content))
      kind = types.includes(QC_TYPE_WEB) ? 'web' : types.includes(QC_TYPE_SEAL) ? 'seal' : 'other'
    } else if (name === PSD2_STATEMENT) roles = psd2Roles(info)
  }
  return { kind, roles }
}

/** PSD2QcType ::= SEQUENCE { rolesOfPSP SEQUENCE OF { OID, UTF8String }, nCAName UTF8String, nCAId UTF8String } */
function psd2Roles(info: DerNode): ReadonlySet<string> {
  const [role_list, authority_name, authority_id] = derNodes(info.content)
  if (role_list === undefined || authority_name?.tag !== TAG.utf8 || authority_id?.tag !== TAG.utf8) {
    throw new Error('PSD2 statement without roles, authority name and authority id')
  }
  const roles = new Set<string>()
  for (const role of derNodes(role_list.content)) {
    const [oid] = derNodes(role.content)
    if (oid?.tag === TAG.oid) roles.add(oidText(oid.content))
  }
  return roles
}

export type Trust = {
  /** Facts of a certificate; cached by its bytes, so that a repeated certificate costs a map lookup. */
  facts(der: Buffer): CertificateFacts
  /** The same from base64 of the DER, as the TPP-Signature-Certificate header carries it. */
  factsOfBase64(base64: string): CertificateFacts
  /** True when one of the configured authorities issued it (validity in time is a separate question). */
  issued(facts: CertificateFacts): boolean
}

const CACHED_CERTIFICATES = 500

/** @param authorities_pem one or several CA certificates */
export function createTrust(authorities_pem: string): Trust {
  const authorities = (authorities_pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  )
  if (authorities.length === 0) throw new Error('no authority certificate in the file of client authorities')
  const cache = new Map<string, CertificateFacts>()
  const verdicts = new WeakMap<CertificateFacts, boolean>()

  const factsOfBase64 = (base64: string): CertificateFacts => {
    const known = cache.get(base64)
    if (known !== undefined) return known
    const facts = readCertificate(Buffer.from(base64, 'base64'))
    if (cache.size >= CACHED_CERTIFICATES) cache.delete(cache.keys().next().value ?? '')
    cache.set(base64, facts)
    return facts
  }

  return {
    factsOfBase64,
    facts: (der) => factsOfBase64(der.toString('base64')),
    issued(facts) {
      const known = verdicts.get(facts)
      if (known !== undefined) return known
      const verdict = authorities.some(
        (authority) => facts.certificate.checkIssued(authority) && facts.certificate.verify(authority.publicKey),
      )
      verdicts.set(facts, verdict)
      return verdict
    },
  }
}
