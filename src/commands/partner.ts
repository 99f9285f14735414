/** Partners by hand, beside the back office. */
import { readFileSync } from 'node:fs'
import { readSettings } from '../config.ts'
import { logoFromFile } from '../domain/partners/logo.ts'
import {
  addPartner,
  listPartners,
  type ManageContext,
  renewWebhookSecret,
  setRedirectUrls,
  showPartner,
  updateProfile,
} from '../domain/partners/manage.ts'
import { addCertificate, setRevocationList, withdrawCertificate } from '../domain/partners/registrations.ts'
import { resumePartner, suspendPartner } from '../domain/partners/standing.ts'
import { systemClock } from '../infra/clock.ts'
import { loadKeys } from '../infra/keys/keys.ts'
import { commandActor } from './actor.ts'
import { actionOf, CommandError, parseOptions, UsageError, wholeNumber } from './command.ts'
import { onDatabase } from './on-database.ts'
import { partnerUser } from './partner-user.ts'

type Action = (context: ManageContext, args: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = {
  add,
  list,
  show,
  profile,
  certificate,
  'revocation-list': revocationList,
  'redirect-url': redirectUrl,
  'webhook-secret': webhookSecret,
  user: partnerUser,
  suspend: (context, args) => standing(context, args, suspendPartner, 'suspended'),
  resume: (context, args) => standing(context, args, resumePartner, 'active again'),
}

const TEXT = { type: 'string' } as const
const TEXTS = { type: 'string', multiple: true } as const
const CERTIFICATE_OPTIONS = { certificate: TEXT, authority: TEXT, crl: TEXT, 'crl-url': TEXT } as const
const PROFILE_OPTIONS = {
  name: TEXT,
  logo: TEXT,
  colour: TEXT,
  'webhook-url': TEXT,
  'requests-per-minute': TEXT,
  'signed-requests': { type: 'boolean' },
  'no-signed-requests': { type: 'boolean' },
  headless: { type: 'boolean' },
  'no-headless': { type: 'boolean' },
  'flexible-url': { type: 'boolean' },
  'no-flexible-url': { type: 'boolean' },
} as const

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = actionOf('partner', ACTIONS, name)
  const settings = readSettings(['PUNTE_KEY_FILE'])
  const keys = loadKeys(settings.PUNTE_KEY_FILE)
  await onDatabase(settings, (db) => action({ db, keys, clock: systemClock, actor: commandActor() }, rest))
  return 0
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

async function add(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values } = parseOptions(args, {
    ...PROFILE_OPTIONS,
    ...CERTIFICATE_OPTIONS,
    type: TEXT,
    'client-id': TEXT,
    'redirect-url': TEXTS,
  })
  if (values.name === undefined || values.type === undefined || values['redirect-url'] === undefined) {
    throw new UsageError(
      'partner add --name NAME --type Ecommerce|Finance --redirect-url URL [--certificate CERT.pem --authority CA.pem …]',
    )
  }
  const { type } = values
  if (type !== 'Ecommerce' && type !== 'Finance') throw new UsageError('--type must be Ecommerce or Finance')
  const certificate = certificateFrom(values)
  const added = await addPartner(context, {
    ...profileFrom(values),
    name: values.name,
    type,
    redirect_urls: values['redirect-url'],
    ...(values['client-id'] !== undefined && { client_id: values['client-id'] }),
    ...(certificate !== undefined && { certificate }),
  })
  say(`client_id       ${added.client_id}`)
  say(`webhook secret  ${added.webhook_secret}`)
  say('The secret is shown this once; hand it over on a safe way.')
  if (certificate === undefined)
    say('It has no certificate yet: punte partner certificate CLIENT_ID --certificate … --authority …')
}

async function list(context: ManageContext, args: readonly string[]): Promise<void> {
  parseOptions(args, {})
  const partners = await listPartners(context)
  if (partners.length === 0) say('no partners yet')
  for (const { client_id, type, status, name } of partners)
    say(`${client_id.padEnd(34)} ${type.padEnd(9)} ${status.padEnd(9)} ${name}`)
}

async function show(context: ManageContext, args: readonly string[]): Promise<void> {
  const client_id = clientId(args)
  const { certificates, ...partner } = await showPartner(context, client_id)
  for (const [name, value] of Object.entries(partner)) say(`${name.padEnd(24)} ${shown(value)}`)
  for (const one of certificates) {
    say(
      `certificate ${one.certificate_id}${one.withdrawn_at === null ? '' : ` (withdrawn ${shown(one.withdrawn_at)})`}`,
    )
    say(`  subject          ${one.subject}`)
    say(`  issuer           ${one.issuer}`)
    say(
      `  revocation list  ${one.revocation_list === null ? 'none' : 'registered'}${one.revocation_list_url === null ? '' : `, ${one.revocation_list_url}`}`,
    )
  }
}

async function profile(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, PROFILE_OPTIONS, { min: 1, max: 1 })
  await updateProfile(context, { ...profileFrom(values), client_id: positionals[0] as string })
  say('changed')
}

/** Adds a registration, or withdraws one. Several may stand side by side, so that a partner can change over in peace. */
async function certificate(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { ...CERTIFICATE_OPTIONS, withdraw: TEXT }, { min: 1, max: 1 })
  const client_id = positionals[0] as string
  const input = certificateFrom(values)
  if (input === undefined && values.withdraw === undefined) {
    throw new UsageError(
      'partner certificate CLIENT_ID --certificate CERT.pem --authority CA.pem [--crl LIST] | --withdraw ID',
    )
  }
  if (input !== undefined)
    say(`certificate ${(await addCertificate(context, { client_id, ...input })).certificate_id} registered`)
  if (values.withdraw !== undefined) {
    const certificate_id = wholeNumber('--withdraw', values.withdraw, { min: 1, max: 2_147_483_647 })
    await withdrawCertificate(context, { client_id, certificate_id })
    say(`certificate ${certificate_id} withdrawn`)
  }
}

async function revocationList(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { crl: TEXT, none: { type: 'boolean' } }, { min: 2, max: 2 })
  if ((values.crl === undefined) === (values.none !== true))
    throw new UsageError('partner revocation-list CLIENT_ID CERTIFICATE_ID --crl LIST | --none')
  const [client_id = '', id = ''] = positionals
  await setRevocationList(context, {
    client_id,
    certificate_id: wholeNumber('CERTIFICATE_ID', id, { min: 1, max: 2_147_483_647 }),
    revocation_list: values.crl === undefined ? null : readList(values.crl),
  })
  say('changed')
}

async function redirectUrl(context: ManageContext, args: readonly string[]): Promise<void> {
  const { positionals } = parseOptions(args, {}, { min: 2, max: 21 })
  const [client_id = '', ...redirect_urls] = positionals
  await setRedirectUrls(context, { client_id, redirect_urls })
  say(`${redirect_urls.length} registered; the former are gone`)
}

async function webhookSecret(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { renew: { type: 'boolean' } }, { min: 1, max: 1 })
  if (values.renew !== true) throw new UsageError('partner webhook-secret CLIENT_ID --renew')
  say(`webhook secret  ${await renewWebhookSecret(context, positionals[0] as string)}`)
  say('The secret is shown this once; for 24 hours the former one signs, too.')
}

async function standing(
  context: ManageContext,
  args: readonly string[],
  act: (context: ManageContext, client_id: string) => Promise<void>,
  words: string,
): Promise<void> {
  const client_id = clientId(args)
  await act(context, client_id)
  say(`${client_id} is ${words}`)
}

const clientId = (args: readonly string[]): string =>
  parseOptions(args, {}, { min: 1, max: 1 }).positionals[0] as string

type ProfileValues = {
  readonly name?: string | undefined
  readonly logo?: string | undefined
  readonly colour?: string | undefined
  readonly 'webhook-url'?: string | undefined
  readonly 'requests-per-minute'?: string | undefined
  readonly 'signed-requests'?: boolean | undefined
  readonly 'no-signed-requests'?: boolean | undefined
  readonly headless?: boolean | undefined
  readonly 'no-headless'?: boolean | undefined
  readonly 'flexible-url'?: boolean | undefined
  readonly 'no-flexible-url'?: boolean | undefined
}

function profileFrom(values: ProfileValues) {
  const rate = values['requests-per-minute']
  const signed = onOrOff(values['signed-requests'], values['no-signed-requests'])
  const headless = onOrOff(values.headless, values['no-headless'])
  const flexible = onOrOff(values['flexible-url'], values['no-flexible-url'])
  return {
    ...(values.name !== undefined && { name: values.name }),
    ...(values.logo !== undefined && { logo: logoFromFile(readBytes('--logo', values.logo)) }),
    ...(values.colour !== undefined && { colour: values.colour }),
    ...(values['webhook-url'] !== undefined && { webhook_url: values['webhook-url'] }),
    ...(rate !== undefined && {
      requests_per_minute: wholeNumber('--requests-per-minute', rate, { min: 1, max: 1_000_000 }),
    }),
    ...(signed !== undefined && { require_signed_requests: signed }),
    ...(headless !== undefined && { may_headless: headless }),
    ...(flexible !== undefined && { may_flexible_url: flexible }),
  }
}

/** Of `--x` and `--no-x`; undefined: as it is. */
function onOrOff(on: boolean | undefined, off: boolean | undefined): boolean | undefined {
  return on ?? (off === true ? false : undefined)
}

type CertificateValues = { readonly [K in keyof typeof CERTIFICATE_OPTIONS]?: string | undefined }

function certificateFrom(values: CertificateValues) {
  const { certificate: path, authority, crl, 'crl-url': url } = values
  if (path === undefined && authority === undefined && crl === undefined && url === undefined) return undefined
  if (path === undefined || authority === undefined)
    throw new UsageError('--certificate and --authority belong together')
  return {
    certificate_pem: readBytes('--certificate', path).toString('utf8'),
    authority_pem: readBytes('--authority', authority).toString('utf8'),
    ...(crl !== undefined && { revocation_list: readList(crl) }),
    ...(url !== undefined && { revocation_list_url: url }),
  }
}

/** PEM as it is; DER, as authorities publish lists, in base64. */
function readList(path: string): string {
  const bytes = readBytes('--crl', path)
  const text = bytes.toString('utf8')
  return text.includes('-----BEGIN') ? text : bytes.toString('base64')
}

function readBytes(option: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new CommandError(`${option}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}

const shown = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : Array.isArray(value) ? value.join(', ') : String(value ?? '–')
