/**
 * What operators do with partners, until there is a back office: add, show, certificates, addresses, suspension. Faults
 * are PunteErrors with the name of the field and a sentence for the operator. Running servers see a change within two
 * seconds, this process at once.
 */
import { X509Certificate } from 'node:crypto'
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { type Authority, pemBlocks, readAuthorities, walkToAnchor } from './authorities.ts'
import { readCertificate } from './certificates.ts'
import { type PartnerType, webhookSecretContext } from './directory.ts'
import { checkLogo } from './logo.ts'
import {
  checkColour,
  checkName,
  checkRate,
  checkRedirectUrls,
  checkWebhookSecret,
  checkWebhookUrl,
  invalid,
  newClientId,
  newWebhookSecret,
} from './profile.ts'
import { readRevocationLists } from './revocation.ts'
import {
  findPartner,
  insertCertificate,
  insertPartner,
  loadPartners,
  lockPartner,
  markWithdrawn,
  type NewCertificate,
  type PartnerChanges,
  type PartnerRow,
  updatePartner,
  updateRevocationList,
} from './store.ts'

/** With `actor`, whom the audit log names; else the program itself. */
export type ManageContext = Pick<Context, 'db' | 'keys' | 'clock'> & Acting

export type CertificateInput = {
  /** A certificate of the partner (PEM): its subject and issuer become the registered ones. Its private key is never asked for. */
  readonly certificate_pem: string
  /** The issuing authority and all above it (PEM, concatenated). */
  readonly authority_pem: string
  /** PEM, or base64 DER. */
  readonly revocation_list?: string
  readonly revocation_list_url?: string
}

export type NewPartnerInput = {
  readonly name: string
  readonly type: PartnerType
  readonly redirect_urls: readonly string[]
  /** Made from the name when absent. */
  readonly client_id?: string
  /** data: URI; see `logoFromFile`. */
  readonly logo?: string
  readonly colour?: string
  readonly require_signed_requests?: boolean
  readonly may_headless?: boolean
  readonly may_flexible_url?: boolean
  readonly webhook_url?: string
  /** Made when absent. */
  readonly webhook_secret?: string
  readonly requests_per_minute?: number
  readonly certificate?: CertificateInput
}

/** A partner as operators see it; without secrets. */
export type PartnerSummary = Omit<PartnerRow, 'webhook_secret_enc' | 'logo'> & {
  readonly has_logo: boolean
  readonly has_webhook_secret: boolean
}

const DEFAULT_COLOUR = '#0b5cad'

/**
 * @returns the partner's number and id, and the secret of its webhooks, which is not shown again
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID
 */
export async function addPartner(
  ctx: ManageContext,
  input: NewPartnerInput,
): Promise<{ readonly partner_id: number; readonly client_id: string; readonly webhook_secret: string }> {
  const name = checkName(input.name)
  const client_id = input.client_id ?? newClientId(name)
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(client_id)) throw invalid('client_id', 'must be 8 to 64 letters, digits, - or _')
  if (input.type !== 'Ecommerce' && input.type !== 'Finance') throw invalid('type', 'must be Ecommerce or Finance')
  const webhook_secret = checkWebhookSecret(input.webhook_secret ?? newWebhookSecret())
  const partner = {
    client_id,
    name,
    type: input.type,
    redirect_urls: checkRedirectUrls(input.redirect_urls),
    logo: input.logo === undefined ? null : checkLogo(input.logo),
    colour: checkColour(input.colour ?? DEFAULT_COLOUR),
    require_signed_requests: input.require_signed_requests ?? false,
    may_headless: input.may_headless ?? false,
    may_flexible_url: input.may_flexible_url ?? false,
    webhook_url: input.webhook_url === undefined ? null : checkWebhookUrl(input.webhook_url),
    webhook_secret_enc: ctx.keys.seal(webhook_secret, webhookSecretContext(client_id)),
    requests_per_minute: input.requests_per_minute === undefined ? null : checkRate(input.requests_per_minute),
  }
  const certificate = input.certificate === undefined ? undefined : await checkRegistration(ctx, input.certificate)
  const partner_id = await inAct(ctx, async (db, record) => {
    const added = await insertPartner(db, partner, certificate)
    if (added === undefined) throw invalid('client_id', 'is taken by another partner')
    const after = { ...partner, certificate: certificate && told(certificate) }
    await record({ act: 'partner.add', subject: subjectOf(client_id), after })
    return added
  })
  return { partner_id, client_id, webhook_secret }
}

export async function listPartners(ctx: Pick<ManageContext, 'db'>): Promise<PartnerSummary[]> {
  return (await loadPartners(ctx.db)).map(summary)
}

/** With withdrawn certificates. @throws PunteError CLIENT_UNKNOWN */
export async function showPartner(ctx: Pick<ManageContext, 'db'>, client_id: string): Promise<PartnerSummary> {
  const row = await findPartner(ctx.db, client_id)
  if (row === undefined) throw new PunteError('CLIENT_UNKNOWN')
  return summary(row)
}

/** @throws PunteError CLIENT_UNKNOWN, FIELD_INVALID */
export async function addCertificate(
  ctx: ManageContext,
  input: CertificateInput & { readonly client_id: string },
): Promise<{ readonly certificate_id: number }> {
  const certificate = await checkRegistration(ctx, input)
  return inAct(ctx, async (db, record) => {
    const certificate_id = await insertCertificate(db, input.client_id, certificate)
    if (certificate_id === undefined) throw new PunteError('CLIENT_UNKNOWN')
    const after = { certificate_id, ...told(certificate) }
    await record({ act: 'partner.certificate-add', subject: subjectOf(input.client_id), after })
    return { certificate_id }
  })
}

/** From then on the certificate is refused. @throws PunteError FIELD_INVALID when there is none such */
export async function withdrawCertificate(
  ctx: ManageContext,
  input: { readonly client_id: string; readonly certificate_id: number },
): Promise<void> {
  const { client_id, certificate_id } = input
  await inAct(ctx, async (db, record) => {
    if (!(await markWithdrawn(db, client_id, certificate_id, ctx.clock.now()))) throw unknownCertificate()
    await record({ act: 'partner.certificate-withdraw', subject: subjectOf(client_id), after: { certificate_id } })
  })
}

/**
 * Registers a newer revocation list, or none (null: revocation is no longer checked for this certificate).
 * @throws PunteError CLIENT_UNKNOWN, FIELD_INVALID
 */
export async function setRevocationList(
  ctx: ManageContext,
  input: {
    readonly client_id: string
    readonly certificate_id: number
    readonly revocation_list: string | null
    readonly revocation_list_url?: string | null
  },
): Promise<void> {
  const partner = await showPartner(ctx, input.client_id)
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

/** @throws PunteError CLIENT_UNKNOWN, FIELD_INVALID */
export async function setRedirectUrls(
  ctx: ManageContext,
  input: { readonly client_id: string; readonly redirect_urls: readonly string[] },
): Promise<void> {
  await change(ctx, input.client_id, 'partner.redirect-url', { redirect_urls: checkRedirectUrls(input.redirect_urls) })
}

/** Its calls are refused from then on (PARTNER_SUSPENDED); what is under way at banks is settled. @throws PunteError CLIENT_UNKNOWN */
export async function suspendPartner(ctx: ManageContext, client_id: string): Promise<void> {
  await change(ctx, client_id, 'partner.suspend', { status: 'suspended' })
}

/** @throws PunteError CLIENT_UNKNOWN */
export async function resumePartner(ctx: ManageContext, client_id: string): Promise<void> {
  await change(ctx, client_id, 'partner.resume', { status: 'active' })
}

export type ProfileInput = Partial<
  Pick<
    NewPartnerInput,
    | 'name'
    | 'logo'
    | 'colour'
    | 'require_signed_requests'
    | 'may_headless'
    | 'may_flexible_url'
    | 'webhook_url'
    | 'requests_per_minute'
  >
>

/** Changes what is given. @throws PunteError CLIENT_UNKNOWN, FIELD_INVALID */
export async function updateProfile(
  ctx: ManageContext,
  input: ProfileInput & { readonly client_id: string },
): Promise<void> {
  await change(ctx, input.client_id, 'partner.profile', {
    ...(input.name !== undefined && { name: checkName(input.name) }),
    ...(input.logo !== undefined && { logo: checkLogo(input.logo) }),
    ...(input.colour !== undefined && { colour: checkColour(input.colour) }),
    ...(input.require_signed_requests !== undefined && { require_signed_requests: input.require_signed_requests }),
    ...(input.may_headless !== undefined && { may_headless: input.may_headless }),
    ...(input.may_flexible_url !== undefined && { may_flexible_url: input.may_flexible_url }),
    ...(input.webhook_url !== undefined && { webhook_url: checkWebhookUrl(input.webhook_url) }),
    ...(input.requests_per_minute !== undefined && { requests_per_minute: checkRate(input.requests_per_minute) }),
  })
}

/** A new secret for the partner's webhooks, valid at once. @returns it, this once @throws PunteError CLIENT_UNKNOWN */
export async function renewWebhookSecret(ctx: ManageContext, client_id: string): Promise<string> {
  const secret = newWebhookSecret()
  await change(ctx, client_id, 'partner.webhook-secret', {
    webhook_secret_enc: ctx.keys.seal(secret, webhookSecretContext(client_id)),
  })
  return secret
}

async function change(ctx: ManageContext, client_id: string, act: string, changes: PartnerChanges): Promise<void> {
  await inAct(ctx, async (db, record) => {
    const former = await lockPartner(db, client_id)
    if (former === undefined || !(await updatePartner(db, client_id, changes))) throw new PunteError('CLIENT_UNKNOWN')
    const names = Object.keys(changes) as (keyof PartnerChanges)[]
    const before = Object.fromEntries(names.map((name) => [name, former[name]]))
    await record({ act, subject: subjectOf(client_id), before, after: changes })
  })
}

const subjectOf = (client_id: string) => ({ kind: 'partner', id: client_id })

/** What the audit log tells of a registration. */
const told = ({ subject, issuer, revocation_list, revocation_list_url }: NewCertificate) => ({
  subject,
  issuer,
  has_revocation_list: revocation_list !== null,
  revocation_list_url,
})

function summary(row: PartnerRow): PartnerSummary {
  const { webhook_secret_enc, logo, ...shown } = row
  return { ...shown, has_logo: logo !== null, has_webhook_secret: webhook_secret_enc !== null }
}

// ---- Checks

/** Reads the registered names off the certificate and proves that it chains to the authority given with it. */
async function checkRegistration(ctx: ManageContext, input: CertificateInput): Promise<NewCertificate> {
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
