/**
 * Partners: who may call, with which certificate, under which name and colour. This file is the directory that every
 * request reads: all partners in memory, kept fresh from the database. Beside it: `certificates.ts` (is this client
 * certificate this partner's?), `revocation.ts` (revocation lists), `tokens.ts` (token pairs, one per payment),
 * `manage.ts` (what operators do), `store.ts` (all SQL).
 */
import type { Database } from '../../infra/database/database.ts'
import { keepFresh } from '../../infra/jobs/keep-fresh.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import type { Log } from '../../infra/log.ts'
import { type FormerSecretRow, loadFingerprint, loadFormerSecrets, loadPartners, type PartnerRow } from './store.ts'

export type PartnerType = 'Ecommerce' | 'Finance'

/** A certificate registration: the exact names a client certificate must carry, and the authority it must chain to. */
export type PartnerCertificate = {
  readonly certificate_id: number
  readonly subject: string
  readonly issuer: string
  /** Every certificate from the issuing authority up to the trust anchor (PEM, concatenated). */
  readonly authority_pem: string
  /** Revocation lists of those authorities (PEM, concatenated, or one base64 DER); absent: none registered. */
  readonly revocation_list?: string
  readonly revocation_list_url?: string
}

export type Partner = {
  readonly partner_id: number
  readonly client_id: string
  readonly name: string
  readonly type: PartnerType
  readonly status: 'active' | 'suspended'
  readonly redirect_urls: readonly string[]
  /** data: URI, PNG or SVG. */
  readonly logo?: string
  /** #rrggbb */
  readonly colour: string
  readonly require_signed_requests: boolean
  /** May show its own page instead of ours, so that the payer goes from it straight to the bank (isHeadless). */
  readonly may_headless: boolean
  /** May name any return address on a registered host, payment by payment (flexibleURL). */
  readonly may_flexible_url: boolean
  readonly webhook_url?: string
  /** `whsec_` + base64, opened. Never logged. */
  readonly webhook_secret?: string
  /** The one before: it signs, too, until then. */
  readonly former_webhook_secret?: { readonly secret: string; readonly until: Date }
  readonly requests_per_minute?: number
  /** A payment of more is blocked. */
  readonly max_amount_minor?: number
  /** Registrations that are not withdrawn. */
  readonly certificates: readonly PartnerCertificate[]
}

/** Partner objects are immutable and replaced as a whole when anything changed, so they may key caches. */
export type PartnerDirectory = {
  byId(id: number): Partner | undefined
  byClientId(client_id: string): Partner | undefined
  all(): readonly Partner[]
  /** Reads the database now; returns after the change, if there was one, is visible. */
  refresh(): Promise<void>
  /** Calls `listener` after every change (for example to load new certificate authorities into the TLS server). */
  onChange(listener: () => void): void
  close(): void
}

/** How long another process's change may stay unseen here. */
const REFRESH_EVERY_MS = 2_000

type DirectoryInput = {
  readonly db: Database
  readonly keys: Keys
  readonly log: Log
  readonly refresh_every_ms?: number
}

/**
 * Loads all partners and keeps them fresh: a cheap fingerprint of both tables is asked for every two seconds, the rows
 * only when it moved. A database that is away leaves the last known partners in place.
 *
 * @throws what the database throws, on the first load only
 */
export async function createPartnerDirectory(input: DirectoryInput): Promise<PartnerDirectory> {
  const { db, keys, log, refresh_every_ms = REFRESH_EVERY_MS } = input
  const listeners: (() => void)[] = []
  let by_id: ReadonlyMap<number, Partner> = new Map()
  let by_client_id: ReadonlyMap<string, Partner> = new Map()
  let all: readonly Partner[] = []
  let fingerprint = ''

  async function load(): Promise<void> {
    // The fingerprint is taken before the rows: a change in between is then seen once more, never missed.
    const current = await loadFingerprint(db)
    if (current === fingerprint) return
    // A secret that has changed has changed the partner's row with it.
    const [rows, former] = await Promise.all([loadPartners(db), loadFormerSecrets(db)])
    const formerOf = new Map(former.map((one) => [one.partner_id, one]))
    all = rows.map((row) => openPartner(row, formerOf.get(row.partner_id), keys, log))
    by_id = new Map(all.map((partner) => [partner.partner_id, partner]))
    by_client_id = new Map(all.map((partner) => [partner.client_id, partner]))
    fingerprint = current
    for (const listener of listeners) listener()
  }

  const fresh = await keepFresh({ load, every_ms: refresh_every_ms, what: 'the partner directory', log })
  return {
    byId: (id) => by_id.get(id),
    byClientId: (client_id) => by_client_id.get(client_id),
    all: () => all,
    refresh: fresh.refresh,
    onChange: (listener) => void listeners.push(listener),
    close: fresh.close,
  }
}

/** AAD of a partner's sealed webhook secret. */
export function webhookSecretContext(client_id: string): string {
  return `partners.webhook_secret:${client_id}`
}

function openPartner(row: PartnerRow, former: FormerSecretRow | undefined, keys: Keys, log: Log): Partner {
  let webhook_secret: string | undefined
  let former_webhook_secret: Partner['former_webhook_secret']
  try {
    if (former !== undefined) {
      const secret = keys.open(former.secret_enc, webhookSecretContext(row.client_id))
      former_webhook_secret = { secret, until: former.until }
    }
    if (row.webhook_secret_enc !== null)
      webhook_secret = keys.open(row.webhook_secret_enc, webhookSecretContext(row.client_id))
  } catch {
    // One damaged secret must not take every partner down; this partner's webhooks fail visibly instead.
    log.error(
      { partner_id: row.partner_id },
      'the webhook secret of a partner cannot be opened with the keys of this installation',
    )
  }
  return Object.freeze({
    partner_id: row.partner_id,
    client_id: row.client_id,
    name: row.name,
    type: row.type,
    status: row.status,
    redirect_urls: row.redirect_urls,
    ...(row.logo === null ? {} : { logo: row.logo }),
    colour: row.colour,
    require_signed_requests: row.require_signed_requests,
    may_headless: row.may_headless,
    may_flexible_url: row.may_flexible_url,
    ...(row.webhook_url === null ? {} : { webhook_url: row.webhook_url }),
    ...(webhook_secret === undefined ? {} : { webhook_secret }),
    ...(former_webhook_secret === undefined ? {} : { former_webhook_secret }),
    ...(row.requests_per_minute === null ? {} : { requests_per_minute: row.requests_per_minute }),
    ...(row.max_amount_minor === null ? {} : { max_amount_minor: row.max_amount_minor }),
    certificates: row.certificates.map((certificate) =>
      Object.freeze({
        certificate_id: certificate.certificate_id,
        subject: certificate.subject,
        issuer: certificate.issuer,
        authority_pem: certificate.authority_pem,
        ...(certificate.revocation_list === null ? {} : { revocation_list: certificate.revocation_list }),
        ...(certificate.revocation_list_url === null ? {} : { revocation_list_url: certificate.revocation_list_url }),
      }),
    ),
  })
}
