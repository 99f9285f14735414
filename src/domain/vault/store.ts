/** All SQL of the vault. A write that leaves work behind is one statement with its outbox row. */
import { isUniqueViolation } from '../../infra/database/database.ts'
import type { Context } from '../context.ts'
import type { CardToken } from './token.ts'

type Databased = Pick<Context, 'db'>
type TokenKey = Pick<CardToken, 'partner_id' | 'token'>
type DataKey = { readonly partner_id: number; readonly data_key_no: number; readonly key_enc: Buffer }

export async function loadDataKey(
  { db }: Databased,
  partner_id: number,
  data_key_no: number,
): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ key_enc: Buffer }>({
    text: 'select key_enc from data_keys where partner_id = $1 and data_key_no = $2',
    values: [partner_id, data_key_no],
  })
  return rows[0]?.key_enc
}

/** Records a key unless there is one of this number. */
export async function recordDataKey({ db }: Databased, key: DataKey & { readonly at: Date }): Promise<void> {
  await db.query({
    text: `insert into data_keys (partner_id, data_key_no, key_enc, created_at) values ($1, $2, $3, $4)
      on conflict (partner_id, data_key_no) do nothing`,
    values: [key.partner_id, key.data_key_no, key.key_enc, key.at],
  })
}

/** @param after the last key of the batch before */
export async function allDataKeys(
  { db }: Databased,
  after: Pick<DataKey, 'partner_id' | 'data_key_no'>,
  limit: number,
): Promise<DataKey[]> {
  const { rows } = await db.query<DataKey>({
    text: `select partner_id, data_key_no, key_enc from data_keys where (partner_id, data_key_no) > ($1, $2)
      order by partner_id, data_key_no limit $3`,
    values: [after.partner_id, after.data_key_no, limit],
  })
  return rows
}

export async function replaceDataKey({ db }: Databased, key: DataKey & { readonly seen: Buffer }): Promise<boolean> {
  const { rowCount } = await db.query({
    text: 'update data_keys set key_enc = $3 where partner_id = $1 and data_key_no = $2 and key_enc = $4',
    values: [key.partner_id, key.data_key_no, key.key_enc, key.seen],
  })
  return rowCount === 1
}

const COLUMNS = `partner_id, token, number_hash, number_enc, masked_number, brand, scheme, expiry_month, expiry_year,
  name_enc, status, scheme_token_state, scheme_token_enc, created_at, updated_at, updated_by, last_used_at`

/** What follows from a token that waits for its scheme token: the job that asks for it. */
const ASKED = `insert into outbox (task, payload)
  select 'scheme_token_issue', jsonb_build_object('partner_id', partner_id, 'token', token)
  from written where scheme_token_state = 'PENDING'`

export async function loadToken({ db }: Databased, { partner_id, token }: TokenKey): Promise<CardToken | undefined> {
  const { rows } = await db.query<CardToken>({
    name: 'card_token_load',
    text: `select ${COLUMNS} from card_tokens where partner_id = $1 and token = $2`,
    values: [partner_id, token],
  })
  return rows[0]
}

/** The one token of an account, in a repository that holds accounts once. */
export async function loadTokenOfAccount(
  { db }: Databased,
  partner_id: number,
  account_hash: Buffer,
): Promise<CardToken | undefined> {
  const { rows } = await db.query<CardToken>({
    name: 'card_token_of_account',
    // As an array, so that the plan made on an empty table is by this key, too, and not a walk through the partner's tokens.
    text: `select ${COLUMNS} from card_tokens where partner_id = $1 and account_hash = any(array(select $2::bytea))`,
    values: [partner_id, account_hash],
  })
  return rows[0]
}

/** The columns a card fills. */
export type CardColumns = Pick<
  CardToken,
  'number_hash' | 'number_enc' | 'masked_number' | 'brand' | 'scheme' | 'expiry_month' | 'expiry_year' | 'name_enc'
> & { readonly account_hash: Buffer | null }

type TokenWrite = TokenKey &
  CardColumns & {
    readonly scheme_token_state: CardToken['scheme_token_state']
    readonly at: Date
    readonly by: string
  }

/** Undefined: the token's value or, where accounts are held once, the account is taken. */
export async function insertToken({ db }: Databased, t: TokenWrite): Promise<CardToken | undefined> {
  const { rows } = await db.query<CardToken>({
    name: 'card_token_insert',
    text: `with written as (
        insert into card_tokens (partner_id, token, number_hash, account_hash, number_enc, masked_number, brand, scheme,
          expiry_month, expiry_year, name_enc, scheme_token_state, created_at, updated_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
        on conflict do nothing returning ${COLUMNS}),
      asked as (${ASKED})
      select ${COLUMNS} from written`,
    values: writeValues(t),
  })
  return rows[0]
}

/**
 * Replaces the card's columns, if the token still is of the card seen; expiry and name of the same card stay where none are
 * given. New card details make a token VALID. Undefined: changed or deleted meanwhile; `account_taken`: another token has
 * the account.
 *
 * @param t.asks whether the scheme is to be asked for a token; else one of the same card stays
 */
export async function updateToken(
  { db }: Databased,
  t: TokenWrite & { readonly seen_number_hash: Buffer; readonly asks: boolean },
): Promise<CardToken | 'account_taken' | undefined> {
  try {
    const { rows } = await db.query<CardToken>({
      name: 'card_token_update',
      // What stays is read in the statement: a job may have stored the scheme token since the row was seen.
      text: `with written as (
          update card_tokens set number_hash = $3, number_enc = $5, masked_number = $6, brand = $7,
            scheme = $8, status = 'VALID', updated_at = $13, updated_by = $14,
            account_hash = case when number_hash = $3 then account_hash else $4 end,
            expiry_month = case when number_hash = $3 then coalesce($9, expiry_month) else $9 end,
            expiry_year = case when number_hash = $3 then coalesce($10, expiry_year) else $10 end,
            name_enc = case when number_hash = $3 then coalesce($11, name_enc) else $11 end,
            scheme_token_state = case when number_hash = $3 and not $16 then scheme_token_state else $12 end,
            scheme_token_enc = case when number_hash = $3 and not $16 then scheme_token_enc end
          where partner_id = $1 and token = $2 and number_hash = $15
          returning ${COLUMNS}),
        asked as (${ASKED} and $16)
        select ${COLUMNS} from written`,
      values: [...writeValues(t), t.seen_number_hash, t.asks],
    })
    return rows[0]
  } catch (error) {
    // Of its unique keys the statement touches but this one.
    if (isUniqueViolation(error)) return 'account_taken'
    throw error
  }
}

const writeValues = (t: TokenWrite) => [
  t.partner_id,
  t.token,
  t.number_hash,
  t.account_hash,
  t.number_enc,
  t.masked_number,
  t.brand,
  t.scheme,
  t.expiry_month,
  t.expiry_year,
  t.name_enc,
  t.scheme_token_state,
  t.at,
  t.by,
]

/** The row is gone; undefined: there was none. */
export async function removeToken({ db }: Databased, { partner_id, token }: TokenKey): Promise<CardToken | undefined> {
  const { rows } = await db.query<CardToken>({
    name: 'card_token_delete',
    text: `delete from card_tokens where partner_id = $1 and token = $2 returning ${COLUMNS}`,
    values: [partner_id, token],
  })
  return rows[0]
}

/** Records the scheme's answer about the very card it was asked for. False: that card is gone, or it was answered. */
export async function recordSchemeToken(
  { db }: Databased,
  t: TokenKey &
    Pick<CardToken, 'number_hash' | 'scheme_token_enc'> & { readonly scheme_token_state: 'ACTIVE' | 'NONE' },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'card_token_scheme_token',
    text: `update card_tokens set scheme_token_state = $4, scheme_token_enc = $5
      where partner_id = $1 and token = $2 and number_hash = $3 and scheme_token_state = 'PENDING'`,
    values: [t.partner_id, t.token, t.number_hash, t.scheme_token_state, t.scheme_token_enc],
  })
  return rowCount === 1
}
