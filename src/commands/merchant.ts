/** Merchants by hand: partners on the card rail, their API passwords and acquirer links. */
import { text as readAll } from 'node:stream/consumers'
import { readSettings } from '../config.ts'
import {
  addMerchant,
  addPassword,
  dropPassword,
  type LinkInput,
  listMerchants,
  type ManageContext,
  type MerchantInput,
  setLink,
  setMerchant,
  showMerchant,
  TOKEN_GENERATIONS,
  TOKEN_MANAGEMENTS,
} from '../domain/merchants/manage.ts'
import { commandActor } from './actor.ts'
import { actionOf, parseOptions, UsageError, wholeNumber } from './command.ts'
import { onDatabase } from './on-database.ts'

type Action = (context: ManageContext, args: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = { add, list, show, set, password, link }

const TEXT = { type: 'string' } as const
const PROFILE_OPTIONS = {
  name: TEXT,
  'category-code': TEXT,
  operations: TEXT,
  tokenization: TEXT,
  'token-management': TEXT,
  'token-repository': TEXT,
  'scheme-tokens': { type: 'boolean' },
  'no-scheme-tokens': { type: 'boolean' },
} as const
const LINK_OPTIONS = {
  acquirer: TEXT,
  'acquirer-merchant-id': TEXT,
  terminal: TEXT,
  sources: TEXT,
  currencies: TEXT,
} as const
const LINK_USAGE =
  '--acquirer ID --acquirer-merchant-id ID --terminal ID --sources INTERNET,MERCHANT --currencies RON,EUR|none'

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = actionOf('merchant', ACTIONS, name)
  const settings = readSettings([])
  await onDatabase(settings, (db) => action({ db, actor: commandActor() }, rest))
  return 0
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

async function add(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values } = parseOptions(args, {
    ...PROFILE_OPTIONS,
    ...LINK_OPTIONS,
    'client-id': TEXT,
    'merchant-id': TEXT,
  })
  const { 'client-id': client_id, 'merchant-id': merchant_id } = values
  if (client_id === undefined || merchant_id === undefined) {
    throw new UsageError(`merchant add --client-id CLIENT_ID --merchant-id ID [--name NAME …] [${LINK_USAGE}]`)
  }
  const link = linkFrom(values)
  await addMerchant(context, {
    ...profileFrom(values),
    client_id,
    merchant_id,
    ...(link !== undefined && { link }),
  })
  say(`merchant_id  ${merchant_id}`)
  say(`It has no API password yet: punte merchant password ${merchant_id}`)
  if (link === undefined) say(`It has no acquirer yet: punte merchant link ${merchant_id} ${LINK_USAGE}`)
}

async function list(context: ManageContext, args: readonly string[]): Promise<void> {
  parseOptions(args, {})
  const merchants = await listMerchants(context)
  if (merchants.length === 0) say('no merchants yet')
  for (const { merchant_id, client_id, tokenization, token_generation, links, name } of merchants) {
    const acquirers = [...new Set(links.map((link) => link.acquirer_id))].join(', ') || 'no acquirer'
    const tokens = tokenization ? token_generation : 'no tokens'
    say(`${merchant_id.padEnd(24)} ${client_id.padEnd(34)} ${tokens.padEnd(17)} ${acquirers.padEnd(16)} ${name}`)
  }
}

async function show(context: ManageContext, args: readonly string[]): Promise<void> {
  const { positionals } = parseOptions(args, {}, { min: 1, max: 1 })
  const { links, password_1, password_2, ...merchant } = await showMerchant(context, positionals[0] as string)
  for (const [name, value] of Object.entries(merchant)) say(`${name.padEnd(20)} ${shown(value)}`)
  say(`${'password 2 (newest)'.padEnd(20)} ${password_2 ? 'set' : '–'}`)
  say(`${'password 1 (before)'.padEnd(20)} ${password_1 ? 'set' : '–'}`)
  for (const link of links) {
    say(`link ${link.link_no}`)
    say(`  acquirer    ${link.acquirer_id}: merchant ${link.acquirer_merchant_id}, terminal ${link.terminal_id}`)
    say(`  sources     ${link.sources.join(', ')}`)
    say(`  currencies  ${link.currencies.join(', ') || 'none: no new payments'}`)
  }
}

async function set(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, PROFILE_OPTIONS, { min: 1, max: 1 })
  const input = profileFrom(values)
  if (Object.keys(input).length === 0) throw new UsageError('nothing to change')
  await setMerchant(context, { ...input, merchant_id: positionals[0] as string })
  say('changed')
}

/** Two may work side by side, so that a merchant can change over in peace. */
async function password(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { stdin: { type: 'boolean' }, drop: TEXT }, { min: 1, max: 1 })
  const merchant_id = positionals[0] as string
  if (values.drop !== undefined) {
    if (values.stdin === true) throw new UsageError('--stdin and --drop do not go together')
    const slot = wholeNumber('--drop', values.drop, { min: 1, max: 2 }) as 1 | 2
    await dropPassword(context, { merchant_id, slot })
    say(`password ${slot} no longer works`)
    return
  }
  const given = values.stdin === true ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : undefined
  const made = await addPassword(context, { merchant_id, ...(given !== undefined && { password: given }) })
  if (given === undefined) {
    say(`API user      merchant.${merchant_id}`)
    say(`API password  ${made}`)
    say('The password is shown this once; hand it over on a safe way.')
  } else say('the password works')
  const { password_1 } = await showMerchant(context, merchant_id)
  if (password_1) say(`The one before works too, until: punte merchant password ${merchant_id} --drop 1`)
}

async function link(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { ...LINK_OPTIONS, number: TEXT }, { min: 1, max: 1 })
  const input = linkFrom(values)
  if (input === undefined) throw new UsageError(`merchant link MERCHANT_ID [--number N] ${LINK_USAGE}`)
  const { link_no, acquirer_id } = await setLink(context, {
    ...input,
    merchant_id: positionals[0] as string,
    ...(values.number !== undefined && { link_no: wholeNumber('--number', values.number, { min: 1, max: 20 }) }),
  })
  say(`link ${link_no}: ${acquirer_id}`)
}

type Values<O> = { readonly [K in keyof O]?: (O[K] extends { type: 'boolean' } ? boolean : string) | undefined }

function profileFrom(values: Values<typeof PROFILE_OPTIONS>): MerchantInput {
  const { name, tokenization, operations, 'category-code': category_code, 'token-repository': repository } = values
  const management = values['token-management']
  const scheme_tokens = values['scheme-tokens'] ?? (values['no-scheme-tokens'] === true ? false : undefined)
  return {
    ...(name !== undefined && { name }),
    ...(category_code !== undefined && { category_code }),
    ...(operations !== undefined && {
      operations: listFrom(operations).map((one) => chosen('--operations', one, ['PAY', 'AUTHORIZE', 'VERIFY'])),
    }),
    ...(tokenization !== undefined && tokenizationFrom(tokenization)),
    ...(management !== undefined && { token_management: chosen('--token-management', management, TOKEN_MANAGEMENTS) }),
    ...(repository !== undefined && { token_repository_id: repository }),
    ...(scheme_tokens !== undefined && { scheme_tokens }),
  }
}

function tokenizationFrom(value: string): MerchantInput {
  if (value === 'off') return { tokenization: false }
  return { tokenization: true, token_generation: chosen('--tokenization (or off)', value, TOKEN_GENERATIONS) }
}

function linkFrom(values: Values<typeof LINK_OPTIONS>): LinkInput | undefined {
  const { acquirer, 'acquirer-merchant-id': acquirer_merchant_id, terminal, sources, currencies } = values
  const given = [acquirer, acquirer_merchant_id, terminal, sources, currencies]
  if (given.every((value) => value === undefined)) return undefined
  if (
    acquirer === undefined ||
    acquirer_merchant_id === undefined ||
    terminal === undefined ||
    sources === undefined ||
    currencies === undefined
  )
    throw new UsageError(`an acquirer link takes ${LINK_USAGE}`)
  return {
    acquirer_id: acquirer,
    acquirer_merchant_id,
    terminal_id: terminal,
    sources: listFrom(sources),
    // A link that takes no new payments keeps serving what was paid through it.
    currencies: currencies === 'none' ? [] : listFrom(currencies),
  }
}

const listFrom = (text: string): string[] => text.split(',').map((one) => one.trim().toUpperCase())

function chosen<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new UsageError(`${option} must be of ${known.join(', ')}`)
  return found
}

const shown = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : Array.isArray(value) ? value.join(', ') : String(value ?? '–')
