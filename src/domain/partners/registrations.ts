/**
 * Registered certificates of partners: what is registered is the names that a certificate carries and the authority it
 * chains to. The certificate that is shown for it is read here, and not kept.
 */
import { X509Certificate } from 'node:crypto'
import { type Acting, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { type Authority, oneLineName, pemBlocks, readAuthorities, walkToAnchor } from './authorities.ts'
import { readCertificate } from './certificates.ts'
import { invalid } from './profile.ts'
import { readRevocationLists } from './revocation.ts'
import {
  type CertificateRow,
  findPartner,
  insertCertificate,
  markWithdrawn,
  type NewCertificate,
  updateRevocationList,
} from './store.ts'

type Registering = Pick<Context, 'db' | 'clock'> & Acting

export type CertificateInput = {
  /** A certificate of the partner (PEM): its subject and issuer become the registered ones. Its private key is never asked for. */
  readonly certificate_pem: string
  /** The issuing authority and all above it (PEM, concatenated). */
  readonly authority_pem: string
  /** PEM, or base64 DER. */
  readonly revocation_list?: string
  readonly revocation_list_url?: string
}

/** @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */
export function addCertificate(
  ctx: Registering,
  input: CertificateInput & { readonly client_id: string },
): Promise<{ readonly certificate_id: number }> {
  return inAct(ctx, async (db, record) => {
    const { after } = await addCertificateIn(ctx, db, input)
    await record({ act: 'partner.certificate-add', subject: subjectOf(input.client_id), after })
    return { certificate_id: after.certificate_id }
  })
}

/** The same on a connection that is in a transaction; the caller records it. */
export async function addCertificateIn(
  ctx: Pick<Context, 'clock'>,
  db: Queries,
  input: CertificateInput & { readonly client_id: string },
): Promise<{ readonly after: { readonly certificate_id: number } & ReturnType<typeof toldOf> }> {
  const certificate = await checkRegistration(ctx, input)
  const certificate_id = await insertCertificate(db, input.client_id, certificate)
  if (certificate_id === undefined) throw new PunteError('PARTNER_UNKNOWN')
  return { after: { certificate_id, ...toldOf(certificate) } }
}

/** From then on the certificate is refused. @throws PunteError FIELD_INVALID when there is none such */
export async function withdrawCertificate(
  ctx: Registering,
  input: { readonly client_id: string; readonly certificate_id: number },
): Promise<void> {
  await inAct(ctx, async (db, record) => {
    const { before } = await withdrawCertificateIn(ctx, db, input)
    const after = before
    await record({ act: 'partner.certificate-withdraw', subject: subjectOf(input.client_id), after })
  })
}

/** The same on a connection that is in a transaction; the caller records it. */
export async function withdrawCertificateIn(
  ctx: Pick<Context, 'clock'>,
  db: Queries,
  { client_id, certificate_id }: { readonly client_id: string; readonly certificate_id: number },
): Promise<{ readonly before: { readonly certificate_id: number } }> {
  if (!(await markWithdrawn(db, client_id, certificate_id, ctx.clock.now()))) throw unknownCertificate()
  return { before: { certificate_id } }
}

/**
 * Registers a newer revocation list, or none (null: revocation is no longer checked for this certificate).
 * @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID
 */
export async function setRevocationList(
  ctx: Registering,
  input: {
    readonly client_id: string
    readonly certificate_id: number
    readonly revocation_list: string | null
    readonly revocation_list_url?: string | null
  },
): Promise<void> {
  const partner = await findPartner(ctx.db, input.client_id)
  if (partner === undefined) throw new PunteError('PARTNER_UNKNOWN')
  const certificate = partner.certificates.find(
    (one) => one.certificate_id === input.certificate_id && one.withdrawn_at === null,
  )
  if (certificate === undefined) throw unknownCertificate()
  if (input.revocation_list !== null)
    await checkRevocationList(
      input.revocation_list,
      readAuthorities(certificate.authority_pem),
      ctx.clock.now().getTime(),
    )
  if (typeof input.revocation_list_url === 'string') checkRevocationListUrl(input.revocation_list_url)
  const { partner_id } = partner
  const { certificate_id, revocation_list, revocation_list_url } = input
  const change = {
    partner_id,
    certificate_id,
    revocation_list,
    ...(revocation_list_url !== undefined && { revocation_list_url }),
  }
  await inAct(ctx, async (db, record) => {
    if (!(await updateRevocationList(db, change))) throw unknownCertificate()
    const after = { certificate_id, has_revocation_list: revocation_list !== null }
    await record({ act: 'partner.revocation-list', subject: subjectOf(input.client_id), after })
  })
}

/** What staff see of a certificate before it is registered, and of the authorities of one that is. */
export type CertificateFacts = {
  readonly subject: string
  readonly issuer: string
  readonly serial_number: string
  readonly valid_from: Date
  readonly valid_to: Date
}
export type ReadRegistration = CertificateFacts & {
  /** From the issuing authority up to the last that is registered. */
  readonly chain: readonly CertificateFacts[]
  /** `EC P-256`, `RSA 2048` */
  readonly key: string
  readonly has_revocation_list: boolean
}

/** Reads what would be registered. @throws PunteError FIELD_INVALID, as it would be refused */
export async function readRegistration(
  ctx: Pick<Context, 'clock'>,
  input: CertificateInput,
): Promise<ReadRegistration> {
  await checkRegistration(ctx, input)
  const leaf = new X509Certificate(pemBlocks(input.certificate_pem, 'CERTIFICATE')[0] as string)
  const walk = walkToAnchor(leaf, readAuthorities(input.authority_pem), ctx.clock.now().getTime())
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details } = leaf.publicKey
  return {
    ...factsOf(leaf),
    chain: walk.kind === 'chained' ? walk.path.map(({ certificate }) => factsOf(certificate)) : [],
    key: `${type.toUpperCase()} ${details?.modulusLength ?? details?.namedCurve ?? ''}`.trim(),
    has_revocation_list: input.revocation_list !== undefined,
  }
}

/** The authorities of a registration; what cannot be read has none. */
export function authoritiesOf({ authority_pem }: Pick<CertificateRow, 'authority_pem'>): CertificateFacts[] {
  try {
    return readAuthorities(authority_pem).map(({ certificate }) => factsOf(certificate))
  } catch {
    return []
  }
}

const factsOf = (certificate: X509Certificate): CertificateFacts => ({
  subject: oneLineName(certificate.subject),
  issuer: oneLineName(certificate.issuer),
  serial_number: certificate.serialNumber,
  valid_from: certificate.validFromDate,
  valid_to: certificate.validToDate,
})

const subjectOf = (client_id: string) => ({ kind: 'partner' as const, id: client_id })

/** What the audit log tells of a registration. */
export const toldOf = ({ subject, issuer, valid_to, revocation_list, revocation_list_url }: NewCertificate) => ({
  subject,
  issuer,
  valid_to,
  has_revocation_list: revocation_list !== null,
  revocation_list_url,
})

/** Reads the registered names off the certificate and proves that it chains to the authority given with it. */
export async function checkRegistration(ctx: Pick<Context, 'clock'>, input: CertificateInput): Promise<NewCertificate> {
  const now = ctx.clock.now().getTime()
  const block = pemBlocks(input.certificate_pem, 'CERTIFICATE')[0]
  if (block === undefined) throw invalid('certificate', 'holds no PEM certificate')
  let leaf: X509Certificate
  try {
    leaf = new X509Certificate(block)
  } catch {
    throw invalid('certificate', 'cannot be read')
  }
  let authorities: Authority[]
  try {
    authorities = readAuthorities(input.authority_pem)
  } catch (error) {
    throw invalid('authority', error instanceof Error ? error.message : 'cannot be read')
  }
  const { subject, issuer, valid_to } = readCertificate(leaf)
  if (subject === '') throw invalid('certificate', 'has no subject')
  if (now > valid_to) throw invalid('certificate', 'has expired')
  const walk = walkToAnchor(leaf, authorities, now)
  if (walk.kind === 'outdated') throw invalid('authority', 'has expired, or is not valid yet')
  if (walk.kind === 'none')
    throw invalid('authority', 'did not issue the certificate: give every authority from its issuer up')
  if (input.revocation_list !== undefined) await checkRevocationList(input.revocation_list, authorities, now)
  if (input.revocation_list_url !== undefined) checkRevocationListUrl(input.revocation_list_url)
  return {
    subject,
    issuer,
    // Kept without the text that often stands around the blocks.
    authority_pem: `${pemBlocks(input.authority_pem, 'CERTIFICATE').join('\n')}\n`,
    revocation_list: input.revocation_list ?? null,
    revocation_list_url: input.revocation_list_url ?? null,
    valid_from: leaf.validFromDate,
    valid_to: leaf.validToDate,
    serial_number: leaf.serialNumber,
  }
}

async function checkRevocationList(text: string, authorities: readonly Authority[], now: number): Promise<void> {
  const lists = await readRevocationLists(text, authorities).catch((error: unknown) => {
    throw invalid('revocation_list', error instanceof Error ? error.message : 'cannot be read')
  })
  if (lists.length === 0) throw invalid('revocation_list', 'is not a complete list signed by the registered authority')
  if (lists.some((list) => list.next_update < now)) throw invalid('revocation_list', 'is out of date')
}

function checkRevocationListUrl(text: string): void {
  // Lists are signed, so plain http is what authorities publish them under.
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol) || text.length > 2048)
    throw invalid('revocation_list_url', 'must be an http or https address')
}

function unknownCertificate(): PunteError {
  return new PunteError('FIELD_INVALID', { field: 'certificate_id', text: 'The partner has no such certificate.' })
}
