/**
 * What operators do with merchants: add one to a partner, passwords, acquirer links, changes. Faults are PunteErrors with
 * the name of the field and a sentence for the operator. Running servers see a change within two seconds.
 */
import { randomBytes } from 'node:crypto'
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { exponentOf } from '../currency.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { hashPassword, MAX_PASSWORD_LENGTH } from './credentials.ts'
import { type AcquirerLinkProfile, type Merchant, SOURCES, type Source } from './merchant.ts'
import {
  clearPassword,
  findMerchant,
  insertMerchant,
  isOtherLinkInUse,
  loadMerchants,
  lockMerchant,
  type MerchantChanges,
  type MerchantRow,
  pushPassword,
  putLink,
  updateMerchant,
} from './store.ts'

/** With `actor`, whom the audit log names; else the program itself. */
export type ManageContext = Pick<Context, 'db'> & Acting

export const OPERATIONS = ['PAY', 'AUTHORIZE', 'VERIFY'] as const
export const TOKEN_GENERATIONS = ['RANDOM_WITH_LUHN', 'PRESERVE_6_4', 'MERCHANT_PROVIDED'] as const
export const TOKEN_MANAGEMENTS = ['UNIQUE_ACCOUNT', 'UNIQUE_TOKEN'] as const

const MIN_PASSWORD_LENGTH = 16
const MAX_REPOSITORY_ID_LENGTH = 16
const MAX_LINKS = 20

export type MerchantInput = Partial<
  Pick<
    Merchant,
    | 'name'
    | 'category_code'
    | 'operations'
    | 'tokenization'
    | 'token_repository_id'
    | 'token_generation'
    | 'token_management'
    | 'scheme_tokens'
  >
>

export type LinkInput = {
  /** Absent: the first. */
  readonly link_no?: number
  readonly acquirer_id: string
  readonly acquirer_merchant_id: string
  readonly terminal_id: string
  readonly sources: readonly string[]
  readonly currencies: readonly string[]
}

/** A merchant as operators see it; passwords only as whether a slot is taken. */
export type MerchantSummary = Omit<MerchantRow, 'password_1_hash' | 'password_2_hash'> & {
  readonly password_1: boolean
  readonly password_2: boolean
}

/**
 * A partner is at most one merchant. Without a name the partner's id is the merchant's name; without a repository its
 * tokens stand in one named after it.
 *
 * @throws PunteError CLIENT_UNKNOWN, FIELD_INVALID
 */
export async function addMerchant(
  ctx: ManageContext,
  input: MerchantInput & { readonly client_id: string; readonly merchant_id: string; readonly link?: LinkInput },
): Promise<void> {
  const { merchant_id } = input
  if (!/^[0-9A-Za-z_-]{1,40}$/.test(merchant_id))
    throw invalid('merchant_id', 'must be 1 to 40 letters, digits, - or _')
  const merchant = {
    merchant_id,
    name: input.client_id,
    category_code: '5999',
    operations: [...OPERATIONS],
    tokenization: false,
    token_repository_id: merchant_id.slice(0, MAX_REPOSITORY_ID_LENGTH),
    token_generation: 'RANDOM_WITH_LUHN' as const,
    token_management: 'UNIQUE_ACCOUNT' as const,
    scheme_tokens: false,
    ...checkInput(input),
  }
  const link = input.link === undefined ? undefined : checkLink(input.link)
  await inAct(ctx, async (db, record) => {
    const outcome = await insertMerchant(db, input.client_id, merchant, link)
    if (outcome === 'no_partner') throw new PunteError('CLIENT_UNKNOWN')
    if (outcome === 'taken') throw invalid('merchant_id', 'is taken, or the partner is a merchant already')
    const after = { client_id: input.client_id, ...merchant, link }
    await record({ act: 'merchant.add', subject: subjectOf(merchant_id), after })
  })
}

/** Changes what is given. @throws PunteError FIELD_INVALID */
export async function setMerchant(
  ctx: ManageContext,
  input: MerchantInput & { readonly merchant_id: string },
): Promise<void> {
  const { merchant_id } = input
  const changes = checkInput(input)
  await inAct(ctx, async (db, record) => {
    const former = await lockMerchant(db, merchant_id)
    const outcome = await updateMerchant(db, merchant_id, changes)
    if (former === undefined || outcome === 'unknown') throw unknownMerchant()
    if (outcome === 'tokens_exist')
      throw invalid('token_management', 'cannot change while the vault holds tokens of the merchant')
    const names = Object.keys(changes) as (keyof MerchantChanges)[]
    const before = Object.fromEntries(names.map((name) => [name, former[name]]))
    await record({ act: 'merchant.set', subject: subjectOf(merchant_id), before, after: changes })
  })
}

/**
 * Gives a merchant a further API password; the one before goes on working, an older one ends.
 *
 * @param input.password one that the merchant has already; absent: 32 hexadecimal digits are made
 * @returns it, this once
 * @throws PunteError FIELD_INVALID
 */
export async function addPassword(
  ctx: ManageContext,
  input: { readonly merchant_id: string; readonly password?: string },
): Promise<string> {
  const password = input.password === undefined ? randomBytes(16).toString('hex') : checkPasswordText(input.password)
  const { merchant_id } = input
  const password_hash = await hashPassword(password)
  await inAct(ctx, async (db, record) => {
    if (!(await pushPassword(db, merchant_id, password_hash))) throw unknownMerchant()
    await record({ act: 'merchant.password-add', subject: subjectOf(merchant_id) })
  })
  return password
}

/** @param input.slot 2 is the newest password, 1 the one before @throws PunteError FIELD_INVALID */
export async function dropPassword(
  ctx: ManageContext,
  input: { readonly merchant_id: string; readonly slot: 1 | 2 },
): Promise<void> {
  const { merchant_id, slot } = input
  const is_dropped = await inAct(ctx, async (db, record) => {
    if (!(await clearPassword(db, merchant_id, slot))) return false
    await record({ act: 'merchant.password-drop', subject: subjectOf(merchant_id), after: { slot } })
    return true
  })
  if (is_dropped) return
  await showMerchant(ctx, merchant_id)
  throw invalid('slot', 'holds no password')
}

/** Adds an acquirer link, or replaces the one of that number. @throws PunteError FIELD_INVALID */
export async function setLink(
  ctx: ManageContext,
  input: LinkInput & { readonly merchant_id: string },
): Promise<AcquirerLinkProfile> {
  const link = checkLink(input)
  // What was paid under a link is captured, refunded and told under it: with another acquirer's merchant it would be lost.
  if (await isOtherLinkInUse(ctx.db, input.merchant_id, link))
    throw invalid('link_no', 'has payments: give the other acquirer merchant a link number of its own')
  const { merchant_id } = input
  await inAct(ctx, async (db, record) => {
    const former = await lockMerchant(db, merchant_id)
    if (former === undefined || !(await putLink(db, merchant_id, link))) throw unknownMerchant()
    const before = former.links.find((one) => one.link_no === link.link_no)
    await record({
      act: 'merchant.link',
      subject: subjectOf(merchant_id),
      ...(before !== undefined && { before }),
      after: link,
    })
  })
  return link
}

export async function listMerchants(ctx: ManageContext): Promise<MerchantSummary[]> {
  return (await loadMerchants(ctx.db)).map(summary)
}

/** @throws PunteError FIELD_INVALID where there is none such */
export async function showMerchant(ctx: ManageContext, merchant_id: string): Promise<MerchantSummary> {
  const row = await findMerchant(ctx.db, merchant_id)
  if (row === undefined) throw unknownMerchant()
  return summary(row)
}

const subjectOf = (merchant_id: string) => ({ kind: 'merchant' as const, id: merchant_id })

function summary({ password_1_hash, password_2_hash, ...shown }: MerchantRow): MerchantSummary {
  return { ...shown, password_1: password_1_hash !== null, password_2: password_2_hash !== null }
}

// ---- Checks

function checkInput(input: MerchantInput): MerchantChanges {
  const { tokenization, scheme_tokens, token_repository_id, category_code } = input
  if (category_code !== undefined && !/^\d{4}$/.test(category_code))
    throw invalid('category_code', 'must be four digits')
  if (token_repository_id !== undefined && !/^[0-9A-Za-z_-]{1,16}$/.test(token_repository_id))
    throw invalid('token_repository_id', 'must be 1 to 16 letters, digits, - or _')
  return {
    ...(input.name !== undefined && { name: checkName(input.name) }),
    ...(category_code !== undefined && { category_code }),
    ...(input.operations !== undefined && { operations: listOf('operations', input.operations, OPERATIONS) }),
    ...(tokenization !== undefined && { tokenization }),
    ...(token_repository_id !== undefined && { token_repository_id }),
    ...(input.token_generation !== undefined && {
      token_generation: oneOf('token_generation', input.token_generation, TOKEN_GENERATIONS),
    }),
    ...(input.token_management !== undefined && {
      token_management: oneOf('token_management', input.token_management, TOKEN_MANAGEMENTS),
    }),
    ...(scheme_tokens !== undefined && { scheme_tokens }),
  }
}

function checkName(name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || [...trimmed].length > 100 || /\p{Cc}/u.test(trimmed))
    throw invalid('name', 'must be 1 to 100 characters on one line')
  return trimmed
}

function checkLink(input: LinkInput): AcquirerLinkProfile {
  const { link_no = 1, acquirer_id, acquirer_merchant_id, terminal_id } = input
  if (!Number.isInteger(link_no) || link_no < 1 || link_no > MAX_LINKS)
    throw invalid('link_no', `must be a whole number, 1 to ${MAX_LINKS}`)
  if (!/^[0-9A-Za-z_-]{1,40}$/.test(acquirer_id))
    throw invalid('acquirer_id', 'must be the id of an acquirer profile: 1 to 40 letters, digits, - or _')
  if (!/^[\x21-\x7e]{1,40}$/.test(acquirer_merchant_id))
    throw invalid('acquirer_merchant_id', 'must be 1 to 40 characters without spaces')
  if (!/^[\x21-\x7e]{1,16}$/.test(terminal_id))
    throw invalid('terminal_id', 'must be 1 to 16 characters without spaces')
  const sources = input.sources.map((source) => (source === 'CALL_CENTER' ? 'CALL_CENTRE' : source))
  const unknown = input.currencies.filter((code) => !/^[A-Z]{3}$/.test(code) || exponentOf(code) === undefined)
  if (unknown.length > 0) throw invalid('currencies', `must be letters of ISO 4217: ${unknown.join(', ')} is none`)
  return {
    link_no,
    acquirer_id,
    acquirer_merchant_id,
    terminal_id,
    sources: listOf<Source>('sources', sources, SOURCES),
    currencies: [...new Set(input.currencies)],
  }
}

function listOf<T extends string>(field: string, given: readonly string[], known: readonly T[]): T[] {
  if (given.length === 0) throw invalid(field, `must name at least one of ${known.join(', ')}`)
  return [...new Set(given.map((one) => oneOf(field, one, known)))]
}

function oneOf<T extends string>(field: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given)
  if (found === undefined) throw invalid(field, `must be of ${known.join(', ')}`)
  return found
}

// Header fields carry it: no control characters. Others than ASCII are written in two ways by HTTP clients.
function checkPasswordText(password: string): string {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
    throw invalid('password', `must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`)
  if (!/^[\x20-\x7e]+$/.test(password)) throw invalid('password', 'must be of printable ASCII characters')
  return password
}

function unknownMerchant(): PunteError {
  return new PunteError('FIELD_INVALID', { field: 'merchant_id', text: 'There is no such merchant.' })
}
