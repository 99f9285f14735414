/**
 * Issuing of certificates for sandboxes, tests and partners without an authority of their own: authorities, servers,
 * partners' clients, QWAC and QSEAL with their PSD2 attributes, revocation lists. PEM in, PEM out. What is issued here
 * is trusted by whoever is given the authority, and by nobody else: real QWAC and QSEAL come from a qualified provider.
 * qc-statements.ts: the PSD2 extension. sandbox-pki.ts: all that a sandbox world needs, in one folder.
 */
import 'reflect-metadata'
import { createPrivateKey, X509Certificate as NodeCertificate, randomBytes, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { integer, type Psd2Role, QC_STATEMENTS_OID, type QcType, qcStatements } from './qc-statements.ts'

export type Issued = { readonly certificate_pem: string; readonly key_pem: string }
export type Authority = Issued

export type DistinguishedName = {
  /** ISO 3166; RO unless told. */
  readonly country?: string
  readonly organisation?: string
  /** 2.5.4.97, e.g. `PSDRO-SBX-12345678` (ETSI EN 319 412-1 §5.1.4). */
  readonly organisation_identifier?: string
  readonly common_name: string
}

/** From an hour ago for a year unless told. */
export type Validity = { readonly valid_from?: Date; readonly valid_to?: Date }

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const AUTHORITY_LIFE_MS = 3650 * DAY_MS
const LEAF_LIFE_MS = 365 * DAY_MS
const REVOCATION_LIST_LIFE_MS = 7 * DAY_MS

const SANDBOX_AUTHORITY = { authority_name: 'Sandbox Authority (not a real NCA)', authority_id: 'RO-SBX' } as const

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const
// Banks verify seals with rsa-sha256 (Berlin Group 1.3 §12.2), hence RSA for QWAC and QSEAL and EC for the rest.
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const

const { digitalSignature, nonRepudiation, keyEncipherment, keyCertSign, cRLSign } = x509.KeyUsageFlags
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

/** A self-signed authority for ten years; it signs leaves only. */
export async function createAuthority(input: { name: string; organisation?: string } & Validity): Promise<Authority> {
  const keys = await generate(EC)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: nameOf({ common_name: input.name, organisation: input.organisation ?? 'Punte Sandbox' }),
    keys,
    serialNumber: serial(),
    notBefore: input.valid_from ?? new Date(Date.now() - HOUR_MS),
    notAfter: input.valid_to ?? new Date(Date.now() + AUTHORITY_LIFE_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return issued(certificate, keys.privateKey)
}

/** @param input.hosts names and addresses the server is reached by; the first is the common name */
export async function issueServerCertificate(
  authority: Authority,
  input: { hosts: readonly string[] } & Validity,
): Promise<Issued> {
  return issueLeaf(authority, EC, {
    ...input,
    subject: { common_name: input.hosts[0] ?? 'localhost', organisation: 'Punte Sandbox' },
    usages: digitalSignature,
    extended_usages: [serverAuth],
    extensions: [alternativeNames(input.hosts)],
  })
}

/** A partner's certificate. @param input.revocation_list_url goes into the CRL distribution points */
export async function issueClientCertificate(
  authority: Authority,
  input: { subject: DistinguishedName; revocation_list_url?: string } & Validity,
): Promise<Issued> {
  return issueLeaf(authority, EC, {
    ...input,
    usages: digitalSignature,
    extended_usages: [clientAuth],
    extensions: distributionPoints(input.revocation_list_url),
  })
}

/** The installation's own authority for partners. @throws Error where its files cannot be read */
export function readOwnAuthority(settings: {
  readonly PUNTE_PARTNER_CA_CERTIFICATE_FILE?: string | undefined
  readonly PUNTE_PARTNER_CA_KEY_FILE?: string | undefined
}): Authority | undefined {
  const { PUNTE_PARTNER_CA_CERTIFICATE_FILE: certificate, PUNTE_PARTNER_CA_KEY_FILE: key } = settings
  if (certificate === undefined || key === undefined) return undefined
  return { certificate_pem: readFileSync(certificate, 'utf8'), key_pem: readFileSync(key, 'utf8') }
}

/**
 * Signs a partner's certificate request (PKCS #10, PEM): the key is the request's, and its subject too where none is given,
 * everything else is ours.
 * @returns the certificate, PEM
 * @throws Error when it is not a request or its own signature does not verify
 */
export async function signCertificateRequest(
  authority: Authority,
  input: { request_pem: string; subject?: DistinguishedName; revocation_list_url?: string } & Validity,
): Promise<string> {
  const request = new x509.Pkcs10CertificateRequest(input.request_pem)
  if (!(await request.verify())) throw new Error('the signature of the certificate request does not verify')
  const certificate = await sign(authority, {
    ...input,
    subject: input.subject === undefined ? request.subjectName : nameOf(input.subject),
    public_key: await request.publicKey.export(),
    usages: digitalSignature,
    extended_usages: [clientAuth],
    extensions: distributionPoints(input.revocation_list_url),
  })
  return certificate.toString('pem')
}

export type EidasInput = {
  readonly organisation: string
  /** `PSD` country `-` authority `-` number; `PSDRO-SBX-…` in a sandbox. */
  readonly organisation_identifier: string
  /** PSP_PI unless told. */
  readonly roles?: readonly Psd2Role[]
} & Validity

/** Website authentication: the client certificate towards banks (and a server's, for their pushes). */
export async function issueQwac(
  authority: Authority,
  input: EidasInput & { hosts: readonly string[] },
): Promise<Issued> {
  return issueEidas(authority, 'web', input, {
    common_name: input.hosts[0] ?? 'localhost',
    usages: digitalSignature | keyEncipherment,
    extended_usages: [serverAuth, clientAuth],
    extensions: [alternativeNames(input.hosts)],
  })
}

/** Electronic seal: signs messages to banks. */
export async function issueQseal(authority: Authority, input: EidasInput): Promise<Issued> {
  return issueEidas(authority, 'seal', input, {
    common_name: `${input.organisation} (sandbox seal)`,
    usages: digitalSignature | nonRepudiation,
    extended_usages: [],
    extensions: [],
  })
}

function issueEidas(
  authority: Authority,
  type: QcType,
  input: EidasInput,
  shape: Pick<Shape, 'usages' | 'extended_usages' | 'extensions'> & { common_name: string },
): Promise<Issued> {
  const { organisation, organisation_identifier, roles = ['PSP_PI'] } = input
  const statements = qcStatements({ type, roles, ...SANDBOX_AUTHORITY })
  return issueLeaf(authority, RSA, {
    ...input,
    ...shape,
    subject: { common_name: shape.common_name, organisation, organisation_identifier },
    extensions: [...shape.extensions, new x509.Extension(QC_STATEMENTS_OID, false, new Uint8Array(statements))],
  })
}

/** A revocation list (X.509 v2, PEM) for a week unless told. @param input.serials hexadecimal, as certificates say them */
export async function issueRevocationList(
  authority: Authority,
  input: { serials: readonly string[]; number?: number } & Validity,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate_pem)
  const now = input.valid_from ?? new Date(Date.now() - HOUR_MS)
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: now,
    nextUpdate: input.valid_to ?? new Date(Date.now() + REVOCATION_LIST_LIFE_MS),
    entries: input.serials.map((serialNumber) => ({ serialNumber, revocationDate: now })),
    signingKey: await signingKey(authority),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.Extension('2.5.29.20', false, new Uint8Array(integer(input.number ?? Math.floor(Date.now() / 1000)))),
    ],
  })
  // The library's own PEM label is not the one of RFC 7468 §6, which openssl asks for.
  return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`
}

/** Hexadecimal serial number, as `issueRevocationList` takes it. */
export function serialOf(certificate_pem: string): string {
  return new NodeCertificate(certificate_pem).serialNumber
}

type Shape = {
  readonly usages: number
  readonly extended_usages: readonly string[]
  readonly extensions: readonly x509.Extension[]
} & Validity

async function issueLeaf(
  authority: Authority,
  algorithm: typeof EC | typeof RSA,
  shape: Shape & { subject: DistinguishedName },
): Promise<Issued> {
  const keys = await generate(algorithm)
  const certificate = await sign(authority, { ...shape, subject: nameOf(shape.subject), public_key: keys.publicKey })
  return issued(certificate, keys.privateKey)
}

async function sign(
  authority: Authority,
  shape: Shape & { subject: x509.Name; public_key: x509.PublicKeyType },
): Promise<x509.X509Certificate> {
  const issuer = new x509.X509Certificate(authority.certificate_pem)
  return x509.X509CertificateGenerator.create({
    subject: shape.subject,
    issuer: issuer.subjectName,
    publicKey: shape.public_key,
    signingKey: await signingKey(authority),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    serialNumber: serial(),
    notBefore: shape.valid_from ?? new Date(Date.now() - HOUR_MS),
    notAfter: shape.valid_to ?? new Date(Date.now() + LEAF_LIFE_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(shape.usages, true),
      ...(shape.extended_usages.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...shape.extended_usages])]),
      await x509.SubjectKeyIdentifierExtension.create(shape.public_key),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...shape.extensions,
    ],
  })
}

async function generate(algorithm: typeof EC | typeof RSA): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

async function signingKey(authority: Authority): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(authority.key_pem).export({ format: 'der', type: 'pkcs8' })
  return webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), EC, false, ['sign'])
}

async function issued(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Promise<Issued> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key)
  return {
    certificate_pem: `${certificate.toString('pem')}\n`,
    key_pem: `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`,
  }
}

function nameOf(name: DistinguishedName): x509.Name {
  const parts: x509.JsonNameParams = [{ C: [{ printableString: name.country ?? 'RO' }] }]
  if (name.organisation !== undefined) parts.push({ O: [{ utf8String: name.organisation }] })
  if (name.organisation_identifier !== undefined)
    parts.push({ '2.5.4.97': [{ utf8String: name.organisation_identifier }] })
  parts.push({ CN: [{ utf8String: name.common_name }] })
  return new x509.Name(parts)
}

function alternativeNames(hosts: readonly string[]): x509.Extension {
  return new x509.SubjectAlternativeNameExtension(
    hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
  )
}

function distributionPoints(url: string | undefined): x509.Extension[] {
  return url === undefined ? [] : [new x509.CRLDistributionPointsExtension([url])]
}

// Positive and without leading zeros, so that every library writes it alike (RFC 5280 §4.1.2.2: at most 20 bytes).
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}
