/**
 * What operators and staff do with partners: add, show, certificates, addresses, suspension. Faults
 * are PunteErrors with the name of the field and a sentence for the operator. Running servers see a change within two
 * seconds, this process at once.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Act, type Acting, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
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
import { type CertificateInput, checkRegistration, toldOf } from './registrations.ts'
import {
  findPartner,
  insertPartner,
  keepFormerSecret,
  loadPartners,
  lockPartner,
  type PartnerChanges,
  type PartnerRow,
  updatePartner,
} from './store.ts'

/** With `actor`, whom the audit log names; else the program itself. */
export type ManageContext = Pick<Context, 'db' | 'keys' | 'clock'> & Acting

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

/** The secret is that of its webhooks, which is not shown again. */
export type AddedPartner = {
  readonly partner_id: number
  readonly client_id: string
  readonly webhook_secret: string
}

/** @throws PunteError FIELD_REQUIRED, FIELD_INVALID */
export function addPartner(ctx: ManageContext, input: NewPartnerInput): Promise<AddedPartner> {
  return inAct(ctx, async (db, record) => {
    const { after, ...added } = await addPartnerIn(ctx, db, input)
    await record({ act: 'partner.add', subject: subjectOf(added.client_id), after })
    return added
  })
}

/**
 * The same on a connection that is in a transaction; the caller records what it answers under `after`.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID
 */
export async function addPartnerIn(
  ctx: Pick<ManageContext, 'keys' | 'clock'>,
  db: Queries,
  input: NewPartnerInput,
): Promise<AddedPartner & { readonly after: NonNullable<Act['after']> }> {
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
  const partner_id = await insertPartner(db, partner, certificate)
  if (partner_id === undefined) throw invalid('client_id', 'is taken by another partner')
  const after = { ...partner, certificate: certificate && toldOf(certificate) }
  return { partner_id, client_id, webhook_secret, after }
}

export async function listPartners(ctx: Pick<ManageContext, 'db'>): Promise<PartnerSummary[]> {
  return (await loadPartners(ctx.db)).map(summary)
}

/** With withdrawn certificates. @throws PunteError PARTNER_UNKNOWN */
export async function showPartner(ctx: Pick<ManageContext, 'db'>, client_id: string): Promise<PartnerSummary> {
  const row = await findPartner(ctx.db, client_id)
  if (row === undefined) throw new PunteError('PARTNER_UNKNOWN')
  return summary(row)
}

/** @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */

/** @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */
export async function setRedirectUrls(
  ctx: ManageContext,
  input: { readonly client_id: string; readonly redirect_urls: readonly string[] },
): Promise<void> {
  await inAct(ctx, async (db, record) => {
    const told = await setRedirectUrlsIn(db, input)
    await record({ act: 'partner.redirect-url', subject: subjectOf(input.client_id), ...told })
  })
}

/** The same on a connection that is in a transaction; the caller records it. */
export function setRedirectUrlsIn(
  db: Queries,
  input: { readonly client_id: string; readonly redirect_urls: readonly string[] },
): Promise<Changed> {
  return changeIn(db, input.client_id, { redirect_urls: checkRedirectUrls(input.redirect_urls) })
}

/** From now on the partner may name any address of the origins that are registered; the caller records it. */
export function allowFlexibleUrlIn(db: Queries, client_id: string): Promise<Changed> {
  return changeIn(db, client_id, { may_flexible_url: true })
}

/** What is left out stays; null takes away. */
export type ProfileInput = Partial<
  Pick<NewPartnerInput, 'name' | 'colour' | 'require_signed_requests' | 'may_headless' | 'may_flexible_url'>
> & {
  readonly logo?: string | null
  readonly webhook_url?: string | null
  readonly requests_per_minute?: number | null
}

/**
 * Changes what is given.
 * @param seen fields as whoever asks saw them; where one is another by now nothing is changed
 * @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID, PARTNER_CHANGED
 */
export async function updateProfile(
  ctx: ManageContext,
  input: ProfileInput & { readonly client_id: string },
  seen: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { client_id, logo, webhook_url, requests_per_minute: rate } = input
  const changes: PartnerChanges = {
    ...(input.name !== undefined && { name: checkName(input.name) }),
    ...(logo !== undefined && { logo: logo === null ? null : checkLogo(logo) }),
    ...(input.colour !== undefined && { colour: checkColour(input.colour) }),
    ...(input.require_signed_requests !== undefined && { require_signed_requests: input.require_signed_requests }),
    ...(input.may_headless !== undefined && { may_headless: input.may_headless }),
    ...(input.may_flexible_url !== undefined && { may_flexible_url: input.may_flexible_url }),
    ...(webhook_url !== undefined && { webhook_url: webhook_url === null ? null : checkWebhookUrl(webhook_url) }),
    ...(rate !== undefined && { requests_per_minute: rate === null ? null : checkRate(rate) }),
  }
  await inAct(ctx, async (db, record) => {
    const told = await changeIn(db, client_id, changes)
    for (const [field, value] of Object.entries(told.before))
      if (Object.hasOwn(seen, field) && !isDeepStrictEqual(seen[field], value))
        throw new PunteError('PARTNER_CHANGED', { field })
    await record({ act: 'partner.profile', subject: subjectOf(client_id), ...told })
  })
}

/** For how long the former secret signs, too. */
const FORMER_SECRET_MS = 24 * 60 * 60_000

/**
 * A new secret for the partner's webhooks, valid at once; for a day they are signed with the one before, too.
 * @returns it, this once @throws PunteError PARTNER_UNKNOWN
 */
export async function renewWebhookSecret(ctx: ManageContext, client_id: string): Promise<string> {
  const secret = newWebhookSecret()
  const changes = { webhook_secret_enc: ctx.keys.seal(secret, webhookSecretContext(client_id)) }
  await inAct(ctx, async (db, record) => {
    await keepFormerSecret(db, client_id, new Date(ctx.clock.now().getTime() + FORMER_SECRET_MS))
    const told = await changeIn(db, client_id, changes)
    await record({ act: 'partner.webhook-secret', subject: subjectOf(client_id), ...told })
  })
  return secret
}

type Changed = { readonly before: Readonly<Record<string, unknown>>; readonly after: PartnerChanges }

async function changeIn(db: Queries, client_id: string, changes: PartnerChanges): Promise<Changed> {
  const former = await lockPartner(db, client_id)
  if (former === undefined || !(await updatePartner(db, client_id, changes))) throw new PunteError('PARTNER_UNKNOWN')
  const names = Object.keys(changes) as (keyof PartnerChanges)[]
  return { before: Object.fromEntries(names.map((name) => [name, former[name]])), after: changes }
}

const subjectOf = (client_id: string) => ({ kind: 'partner' as const, id: client_id })

function summary(row: PartnerRow): PartnerSummary {
  const { webhook_secret_enc, logo, ...shown } = row
  return { ...shown, has_logo: logo !== null, has_webhook_secret: webhook_secret_enc !== null }
}
