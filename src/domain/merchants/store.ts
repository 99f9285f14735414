/** All SQL about merchants and their acquirer links. */
import type { Database } from '../../infra/database/database.ts'
import type { AcquirerLinkProfile, Merchant } from './merchant.ts'

type Queries = Pick<Database, 'query'>

export type MerchantRow = {
  partner_id: number
  merchant_id: string
  name: string
  category_code: string
  password_1_hash: string | null
  password_2_hash: string | null
  operations: Merchant['operations'][number][]
  tokenization: boolean
  token_repository_id: string
  token_generation: Merchant['token_generation']
  token_management: Merchant['token_management']
  scheme_tokens: boolean
  created_at: Date
  client_id: string
  /** By link_no. */
  links: AcquirerLinkProfile[]
}

/** A text that differs after any committed change to merchants or links; made of row versions, as that of partners is. */
export async function loadMerchantsMark(db: Database): Promise<string> {
  const { rows } = await db.query<{ mark: string }>({
    name: 'merchants-mark',
    text: `select
        (select count(*) || ':' || coalesce(sum(hashtextextended(partner_id || ':' || xmin::text || ctid::text, 0)), 0) from merchants)
        || '/' ||
        (select count(*) || ':' || coalesce(sum(hashtextextended(partner_id || ':' || link_no || ':' || xmin::text || ctid::text, 0)), 0)
          from acquirer_links)
        as mark`,
    values: [],
  })
  return rows[0]?.mark ?? ''
}

const SELECT = `select m.partner_id, m.merchant_id, m.name, m.category_code, m.password_1_hash, m.password_2_hash, m.operations,
    m.tokenization, m.token_repository_id, m.token_generation, m.token_management, m.scheme_tokens, m.created_at, p.client_id,
    coalesce(
      (select jsonb_agg(jsonb_build_object('link_no', l.link_no, 'acquirer_id', l.acquirer_id,
          'acquirer_merchant_id', l.acquirer_merchant_id, 'terminal_id', l.terminal_id, 'sources', l.sources,
          'currencies', l.currencies) order by l.link_no)
        from acquirer_links l where l.partner_id = m.partner_id),
      '[]'::jsonb) as links
  from merchants m join partners p using (partner_id)`

/** Every merchant's number with a text that differs after any change to its row or its links. */
export async function loadVersions(db: Database): Promise<{ partner_id: number; version: string }[]> {
  const { rows } = await db.query<{ partner_id: number; version: string }>({
    name: 'merchants-versions',
    text: `select m.partner_id, m.xmin::text || m.ctid::text || coalesce(l.version, '') as version
      from merchants m left join (
        select partner_id, string_agg(xmin::text || ctid::text, '/' order by link_no) as version from acquirer_links
        group by partner_id) l using (partner_id)`,
    values: [],
  })
  return rows
}

/** @param partner_ids absent: all */
export async function loadMerchants(db: Database, partner_ids?: readonly number[]): Promise<MerchantRow[]> {
  const { rows } = await db.query<MerchantRow>({
    text: `${SELECT} where $1::integer[] is null or m.partner_id = any($1) order by m.partner_id`,
    values: [partner_ids ?? null],
  })
  return rows
}

export async function findMerchant(db: Queries, merchant_id: string): Promise<MerchantRow | undefined> {
  const { rows } = await db.query<MerchantRow>({ text: `${SELECT} where m.merchant_id = $1`, values: [merchant_id] })
  return rows[0]
}

/** Held until the transaction ends, so that what is changed is what was seen. */
export async function lockMerchant(db: Queries, merchant_id: string): Promise<MerchantRow | undefined> {
  const { rows } = await db.query<MerchantRow>({
    text: `${SELECT} where m.merchant_id = $1 for update of m`,
    values: [merchant_id],
  })
  return rows[0]
}

export type NewMerchant = Pick<
  MerchantRow,
  | 'merchant_id'
  | 'name'
  | 'category_code'
  | 'operations'
  | 'tokenization'
  | 'token_repository_id'
  | 'token_generation'
  | 'token_management'
  | 'scheme_tokens'
>

/** With its first link, in one statement. What stands in the way is told as a word, not as an error. */
export async function insertMerchant(
  db: Queries,
  client_id: string,
  merchant: NewMerchant,
  link: AcquirerLinkProfile | undefined,
): Promise<'added' | 'no_partner' | 'taken'> {
  const { rows } = await db.query<{ known: boolean; added: boolean }>({
    text: `with partner as (select partner_id from partners where client_id = $1),
      added as (
        insert into merchants (partner_id, merchant_id, name, category_code, operations, tokenization, token_repository_id,
          token_generation, token_management, scheme_tokens)
        select partner_id, $2, $3, $4, $5::text[], $6, $7, $8, $9, $10 from partner
        on conflict do nothing
        returning partner_id),
      linked as (
        insert into acquirer_links (partner_id, link_no, acquirer_id, acquirer_merchant_id, terminal_id, sources, currencies)
        select partner_id, $11, $12, $13, $14, $15::text[], $16::text[] from added where $11::integer is not null)
      select exists (select from partner) as known, exists (select from added) as added`,
    values: [
      client_id,
      merchant.merchant_id,
      merchant.name,
      merchant.category_code,
      merchant.operations,
      merchant.tokenization,
      merchant.token_repository_id,
      merchant.token_generation,
      merchant.token_management,
      merchant.scheme_tokens,
      ...linkValues(link),
    ],
  })
  if (rows[0]?.added === true) return 'added'
  return rows[0]?.known === true ? 'taken' : 'no_partner'
}

function linkValues(link: AcquirerLinkProfile | undefined): unknown[] {
  return link === undefined
    ? [null, null, null, null, null, null]
    : [
        link.link_no,
        link.acquirer_id,
        link.acquirer_merchant_id,
        link.terminal_id,
        [...link.sources],
        [...link.currencies],
      ]
}

const CHANGEABLE = [
  'name',
  'category_code',
  'operations',
  'tokenization',
  'token_repository_id',
  'token_generation',
  'token_management',
  'scheme_tokens',
] as const
export type MerchantChanges = Partial<Pick<MerchantRow, (typeof CHANGEABLE)[number]>>

/** How an account is kept cannot change while the vault holds tokens kept the other way. */
export async function updateMerchant(
  db: Queries,
  merchant_id: string,
  changes: MerchantChanges,
): Promise<'changed' | 'unknown' | 'tokens_exist'> {
  const columns = CHANGEABLE.filter((column) => changes[column] !== undefined)
  const assignments = columns.map((column, index) => `${column} = $${index + 3}`)
  const { rows } = await db.query<{ known: boolean; changed: boolean }>({
    text: `with changed as (
        update merchants m set ${[...assignments, 'updated_at = now()'].join(', ')}
        where merchant_id = $1 and ($2::text is null or token_management = $2
          or not exists (select from card_tokens t where t.partner_id = m.partner_id))
        returning 1)
      select exists (select from merchants where merchant_id = $1) as known, exists (select from changed) as changed`,
    values: [merchant_id, changes.token_management ?? null, ...columns.map((column) => changes[column])],
  })
  if (rows[0]?.changed === true) return 'changed'
  return rows[0]?.known === true ? 'tokens_exist' : 'unknown'
}

/** Slot 2 is the newest: what it held moves to slot 1, whose former password ends. @returns false: no such merchant */
export async function pushPassword(db: Queries, merchant_id: string, password_hash: string): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update merchants set password_1_hash = coalesce(password_2_hash, password_1_hash), password_2_hash = $2,
        updated_at = now()
      where merchant_id = $1`,
    values: [merchant_id, password_hash],
  })
  return rowCount === 1
}

/** @returns false: no such merchant, or the slot is empty */
export async function clearPassword(db: Queries, merchant_id: string, slot: 1 | 2): Promise<boolean> {
  const column = slot === 1 ? 'password_1_hash' : 'password_2_hash'
  const { rowCount } = await db.query({
    text: `update merchants set ${column} = null, updated_at = now() where merchant_id = $1 and ${column} is not null`,
    values: [merchant_id],
  })
  return rowCount === 1
}

/** Whether a link was paid through, and names its acquirer's merchant otherwise than `link` does. */
export async function isOtherLinkInUse(db: Database, merchant_id: string, link: AcquirerLinkProfile): Promise<boolean> {
  const { rows } = await db.query<{ in_use: boolean }>({
    text: `select exists (select from merchants m join acquirer_links l using (partner_id)
        where m.merchant_id = $1 and l.link_no = $2 and (l.acquirer_id, l.acquirer_merchant_id) is distinct from ($3, $4)
          and exists (select from card_transactions t where t.partner_id = m.partner_id and t.link_no = $2)) as in_use`,
    values: [merchant_id, link.link_no, link.acquirer_id, link.acquirer_merchant_id],
  })
  return rows[0]?.in_use === true
}

/** Adds the link or replaces the one of its number. @returns false: no such merchant */
export async function putLink(db: Queries, merchant_id: string, link: AcquirerLinkProfile): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `insert into acquirer_links (partner_id, link_no, acquirer_id, acquirer_merchant_id, terminal_id, sources, currencies)
      select partner_id, $2, $3, $4, $5, $6::text[], $7::text[] from merchants where merchant_id = $1
      on conflict (partner_id, link_no) do update set acquirer_id = excluded.acquirer_id,
        acquirer_merchant_id = excluded.acquirer_merchant_id, terminal_id = excluded.terminal_id, sources = excluded.sources,
        currencies = excluded.currencies, updated_at = now()`,
    values: [merchant_id, ...linkValues(link)],
  })
  return rowCount === 1
}
