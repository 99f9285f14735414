/** All SQL about partners, their certificates, and the token columns of payments. Hot statements are named (prepared). */
import type { Database } from '../../infra/database/database.ts'
import { CROWD_PAUSE_MS, gatherByKey } from '../../infra/database/gather.ts'
import { byteaText } from '../../infra/database/json-list.ts'

type Queries = Pick<Database, 'query'>

export type PartnerRow = {
  partner_id: number
  client_id: string
  name: string
  type: 'Ecommerce' | 'Finance'
  status: 'active' | 'suspended'
  redirect_urls: string[]
  logo: string | null
  colour: string
  require_signed_requests: boolean
  may_headless: boolean
  may_flexible_url: boolean
  webhook_url: string | null
  webhook_secret_enc: Buffer | null
  requests_per_minute: number | null
  max_amount_minor: number | null
  created_at: Date
  certificates: CertificateRow[]
}

export type CertificateRow = {
  certificate_id: number
  subject: string
  issuer: string
  authority_pem: string
  revocation_list: string | null
  revocation_list_url: string | null
  added_at: string
  withdrawn_at: string | null
  /** Of the certificate that was shown when it was registered; null in registrations of long ago. */
  valid_from: string | null
  valid_to: string | null
  serial_number: string | null
}

/**
 * A text that differs after any committed change to partners or their certificates. Made of the row versions (xmin),
 * not of updated_at: a slow transaction commits with an older time than one already seen.
 */
export async function loadFingerprint(db: Database): Promise<string> {
  const { rows } = await db.query<{ fingerprint: string }>({
    name: 'partners-fingerprint',
    text: `select
        (select count(*) || ':' || coalesce(sum(hashtextextended(partner_id || ':' || xmin::text || ctid::text, 0)), 0) from partners)
        || '/' ||
        (select count(*) || ':' || coalesce(sum(hashtextextended(certificate_id || ':' || xmin::text || ctid::text, 0)), 0) from partner_certificates)
        as fingerprint`,
    values: [],
  })
  return rows[0]?.fingerprint ?? ''
}

const PARTNER_COLUMNS = `p.partner_id, p.client_id, p.name, p.type, p.status, p.redirect_urls, p.logo, p.colour,
  p.require_signed_requests, p.may_headless, p.may_flexible_url, p.webhook_url, p.webhook_secret_enc, p.requests_per_minute,
  p.created_at, (select l.block_level from partner_limits l where l.partner_id = p.partner_id and l.indicator = 'max_amount')
    as max_amount_minor`

function partnersQuery(where: string, include_withdrawn: boolean): string {
  return `select ${PARTNER_COLUMNS}, coalesce(
      (select jsonb_agg(jsonb_build_object('certificate_id', c.certificate_id, 'subject', c.subject, 'issuer', c.issuer,
          'authority_pem', c.authority_pem, 'revocation_list', c.revocation_list, 'revocation_list_url', c.revocation_list_url,
          'added_at', c.added_at, 'withdrawn_at', c.withdrawn_at, 'valid_from', c.valid_from, 'valid_to', c.valid_to,
          'serial_number', c.serial_number) order by c.certificate_id)
        from partner_certificates c
        where c.partner_id = p.partner_id${include_withdrawn ? '' : ' and c.withdrawn_at is null'}),
      '[]'::jsonb) as certificates
    from partners p ${where} order by p.partner_id`
}

/** Every partner with the certificates that are not withdrawn. */
export async function loadPartners(db: Database): Promise<PartnerRow[]> {
  const { rows } = await db.query<PartnerRow>({ text: partnersQuery('', false), values: [] })
  return rows
}

/** One partner with all its certificates, withdrawn ones included. */
export async function findPartner(db: Queries, client_id: string): Promise<PartnerRow | undefined> {
  const { rows } = await db.query<PartnerRow>({
    text: partnersQuery('where p.client_id = $1', true),
    values: [client_id],
  })
  return rows[0]
}

export type NewPartner = Pick<
  PartnerRow,
  | 'client_id'
  | 'name'
  | 'type'
  | 'redirect_urls'
  | 'logo'
  | 'colour'
  | 'require_signed_requests'
  | 'may_headless'
  | 'may_flexible_url'
  | 'webhook_url'
  | 'webhook_secret_enc'
  | 'requests_per_minute'
>
export type NewCertificate = Pick<
  CertificateRow,
  'subject' | 'issuer' | 'authority_pem' | 'revocation_list' | 'revocation_list_url' | 'serial_number'
> & { readonly valid_from: Date | null; readonly valid_to: Date | null }

/** @returns the new id, or undefined when the client id is taken */
export async function insertPartner(
  db: Queries,
  partner: NewPartner,
  certificate: NewCertificate | undefined,
): Promise<number | undefined> {
  const { rows } = await db.query<{ partner_id: number }>({
    text: `with added as (
        insert into partners (client_id, name, type, redirect_urls, logo, colour, require_signed_requests, webhook_url,
          webhook_secret_enc, requests_per_minute, may_headless, may_flexible_url)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (client_id) do nothing
        returning partner_id),
      certified as (
        insert into partner_certificates (partner_id, subject, issuer, authority_pem, revocation_list, revocation_list_url,
          valid_from, valid_to, serial_number)
        select partner_id, $13, $14, $15, $16, $17, $18, $19, $20 from added where $13::text is not null)
      select partner_id from added`,
    values: [
      partner.client_id,
      partner.name,
      partner.type,
      partner.redirect_urls,
      partner.logo,
      partner.colour,
      partner.require_signed_requests,
      partner.webhook_url,
      partner.webhook_secret_enc,
      partner.requests_per_minute,
      partner.may_headless,
      partner.may_flexible_url,
      ...certificateValues(certificate),
    ],
  })
  return rows[0]?.partner_id
}

function certificateValues(certificate: NewCertificate | undefined): (string | Date | null)[] {
  return certificate === undefined
    ? [null, null, null, null, null, null, null, null]
    : [
        certificate.subject,
        certificate.issuer,
        certificate.authority_pem,
        certificate.revocation_list,
        certificate.revocation_list_url,
        certificate.valid_from,
        certificate.valid_to,
        certificate.serial_number,
      ]
}

export async function insertCertificate(
  db: Queries,
  client_id: string,
  certificate: NewCertificate,
): Promise<number | undefined> {
  const { rows } = await db.query<{ certificate_id: number }>({
    text: `insert into partner_certificates (partner_id, subject, issuer, authority_pem, revocation_list, revocation_list_url,
        valid_from, valid_to, serial_number)
      select partner_id, $2, $3, $4, $5, $6, $7, $8, $9 from partners where client_id = $1
      returning certificate_id`,
    values: [client_id, ...certificateValues(certificate)],
  })
  return rows[0]?.certificate_id
}

/** @returns false when there is no such certificate or it was withdrawn before */
export async function markWithdrawn(
  db: Queries,
  client_id: string,
  certificate_id: number,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update partner_certificates c set withdrawn_at = $3, updated_at = now()
      from partners p
      where p.client_id = $1 and c.partner_id = p.partner_id and c.certificate_id = $2 and c.withdrawn_at is null`,
    values: [client_id, certificate_id, at],
  })
  return rowCount === 1
}

export async function updateRevocationList(
  db: Queries,
  input: {
    partner_id: number
    certificate_id: number
    revocation_list: string | null
    revocation_list_url?: string | null
  },
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update partner_certificates set revocation_list = $3,
        revocation_list_url = case when $4 then $5 else revocation_list_url end, updated_at = now()
      where partner_id = $1 and certificate_id = $2 and withdrawn_at is null`,
    values: [
      input.partner_id,
      input.certificate_id,
      input.revocation_list,
      input.revocation_list_url !== undefined,
      input.revocation_list_url ?? null,
    ],
  })
  return rowCount === 1
}

/** Columns of a profile that operators may change one by one. */
const CHANGEABLE = [
  'name',
  'status',
  'redirect_urls',
  'logo',
  'colour',
  'require_signed_requests',
  'may_headless',
  'may_flexible_url',
  'webhook_url',
  'webhook_secret_enc',
  'requests_per_minute',
] as const
export type PartnerChanges = Partial<Pick<PartnerRow, (typeof CHANGEABLE)[number]>>

/**
 * A partner without its certificates, held until the transaction ends, so that what is changed is what was seen. Its
 * payments do not wait: a row that only names the partner may be written meanwhile.
 */
export async function lockPartner(
  db: Queries,
  client_id: string,
): Promise<Omit<PartnerRow, 'certificates'> | undefined> {
  const { rows } = await db.query<Omit<PartnerRow, 'certificates'>>({
    text: `select ${PARTNER_COLUMNS} from partners p where p.client_id = $1 for no key update`,
    values: [client_id],
  })
  return rows[0]
}

/** Keeps the present secret of webhooks beside the one that is about to take its place; nothing where there is none. */
export async function keepFormerSecret(db: Queries, client_id: string, until: Date): Promise<void> {
  await db.query({
    text: `insert into partner_former_secrets (partner_id, client_id, secret_enc, until)
      select partner_id, client_id, webhook_secret_enc, $2 from partners
        where client_id = $1 and webhook_secret_enc is not null for no key update
      on conflict (partner_id) do update set secret_enc = excluded.secret_enc, until = excluded.until`,
    values: [client_id, until],
  })
}

export type FormerSecretRow = { partner_id: number; secret_enc: Buffer; until: Date }

export async function loadFormerSecrets(db: Queries): Promise<FormerSecretRow[]> {
  const { rows } = await db.query<FormerSecretRow>({
    text: 'select partner_id, secret_enc, until from partner_former_secrets',
    values: [],
  })
  return rows
}

/** @returns false when there is no such partner */
export async function updatePartner(db: Queries, client_id: string, changes: PartnerChanges): Promise<boolean> {
  const columns = CHANGEABLE.filter((column) => changes[column] !== undefined)
  const assignments = columns.map((column, index) => `${column} = $${index + 2}`)
  const { rowCount } = await db.query({
    text: `update partners set ${[...assignments, 'updated_at = now()'].join(', ')} where client_id = $1`,
    values: [client_id, ...columns.map((column) => changes[column])],
  })
  return rowCount === 1
}

// ---- Tokens: one pair belongs to one payment, so its state lives in the payment's row.

/** What a token call asks beside a number: a link that can be sent, the partner's own page, a free return address. */
export type PaymentFlags = { readonly is_link: boolean; readonly is_headless: boolean; readonly flexible_url: boolean }

type Reservation = {
  readonly partner_id: number
  readonly certificate_thumbprint: string
  /** Of random bits: no two are alike. */
  readonly refresh_hash: Buffer
  readonly at: Date
  readonly expires_at: Date
  readonly flags: PaymentFlags
}

/** Reserves a payment number with its token pair and first event; those of a partner that come together in one statement. */
export function insertReservedPayment(db: Database, input: Reservation): Promise<number> {
  return reserveTogether(db, input.partner_id, input)
}

const reserveTogether = gatherByKey<Reservation, number>({
  at_once: 1,
  most: 64,
  pause_ms: CROWD_PAUSE_MS,
  run: async (db, partner_id, reservations) => {
    const list = reservations.map(({ flags, refresh_hash, certificate_thumbprint, at, expires_at }) => ({
      ...{ ...flags, certificate_thumbprint, at, expires_at },
      refresh_hash: byteaText(refresh_hash),
    }))
    const { rows } = await db.query<{ payment_id: number; refresh_hash: Buffer }>({
      name: 'tokens-issue',
      text: `with reserved as (
          insert into payments (partner_id, certificate_thumbprint, refresh_hash, event_no, created_at, status_at, expires_at,
            is_link, is_headless, flexible_url)
          select $1, certificate_thumbprint, refresh_hash, 1, at, at, expires_at, is_link, is_headless, flexible_url
          from json_to_recordset($2) as r(certificate_thumbprint text, refresh_hash bytea, at timestamptz,
            expires_at timestamptz, is_link boolean, is_headless boolean, flexible_url boolean)
          returning payment_id, refresh_hash, created_at),
        told as (
          insert into payment_events (partner_id, payment_id, event_no, type, status, cause, at)
          select $1, payment_id, 1, 'payment.reserved', 'INIT', 'partner', created_at from reserved)
        select payment_id, refresh_hash from reserved`,
      values: [partner_id, JSON.stringify(list)],
    })
    const reserved = new Map(rows.map(({ payment_id, refresh_hash }) => [refresh_hash.toString('hex'), payment_id]))
    return reservations.map(({ refresh_hash }) => {
      const payment_id = reserved.get(refresh_hash.toString('hex'))
      if (payment_id === undefined) throw new Error('reserving a payment returned no row')
      return payment_id
    })
  },
})

/**
 * Gives a payment that the partner already has a new refresh token, for whichever of its certificates asks; what was
 * handed out before for it is refreshed no more. Also where the pair was revoked: the certificate proves who asks.
 * @returns whether there is such a payment, of the calls' own kind
 */
export async function replaceRefreshHash(
  db: Database,
  input: { partner_id: number; payment_id: number; certificate_thumbprint: string; new_hash: Buffer },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'tokens-again',
    text: `update payments set refresh_hash = $4, certificate_thumbprint = $3, tokens_revoked_at = null
      where partner_id = $1 and payment_id = $2 and kind <> 'item'`,
    values: [input.partner_id, input.payment_id, input.certificate_thumbprint, input.new_hash],
  })
  return rowCount === 1
}

/** Puts the new refresh token in the place of the presented one. @returns whether that one was the current one */
export async function rotateRefreshHash(
  db: Database,
  input: { partner_id: number; payment_id: number; certificate_thumbprint: string; old_hash: Buffer; new_hash: Buffer },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'tokens-rotate',
    text: `update payments set refresh_hash = $5
      where partner_id = $1 and payment_id = $2 and certificate_thumbprint = $3 and refresh_hash = $4 and tokens_revoked_at is null`,
    values: [input.partner_id, input.payment_id, input.certificate_thumbprint, input.old_hash, input.new_hash],
  })
  return rowCount === 1
}

export type TokenState = { certificate_thumbprint: string; refresh_hash: Buffer; revoked: boolean }

export async function loadTokenState(
  db: Database,
  partner_id: number,
  payment_id: number,
): Promise<TokenState | undefined> {
  const { rows } = await db.query<TokenState>({
    name: 'tokens-state',
    text: `select certificate_thumbprint, refresh_hash, tokens_revoked_at is not null as revoked
      from payments where partner_id = $1 and payment_id = $2`,
    values: [partner_id, payment_id],
  })
  return rows[0]
}

/** Revokes the pair of a payment, with its event; a pair already revoked stays as it is. */
export async function revokeTokens(
  db: Database,
  input: { partner_id: number; payment_id: number; at: Date; detail: object },
): Promise<void> {
  await db.query({
    name: 'tokens-revoke',
    text: `with revoked as (
        update payments set tokens_revoked_at = $3, event_no = event_no + 1
        where partner_id = $1 and payment_id = $2 and tokens_revoked_at is null
        returning partner_id, payment_id, event_no, status)
      insert into payment_events (partner_id, payment_id, event_no, type, status, cause, detail, at)
      select partner_id, payment_id, event_no, 'tokens.revoked', status, 'partner', $4::jsonb, $3 from revoked`,
    values: [input.partner_id, input.payment_id, input.at, JSON.stringify(input.detail)],
  })
}
