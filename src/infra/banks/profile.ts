/**
 * The rules that a bank profile must keep beyond its shape (`profile-schema.ts`), and the files that it names. What an
 * installation writes and what the catalogue knows are put together in `profile-catalogue.ts`; `docs/add-a-bank.md`
 * explains each field to whoever adds a bank.
 */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { AccessProfile, BankProfile, StatusReport } from './connector.ts'
import { checkShape } from './profile-schema.ts'

type TokenAccess = Exclude<AccessProfile, { kind: 'certificate' }>

/** What the files that a profile names hold; the secrets never leave this process but to their bank. */
export type ProfileFiles = {
  readonly ca_pem?: string
  readonly secret_headers: Readonly<Record<string, string>>
  readonly client_secret?: string
}

export type ProfileCheck =
  | { readonly ok: true; readonly profile: BankProfile; readonly files: ProfileFiles }
  | { readonly ok: false; readonly faults: readonly string[] }

/** Headers that are ours or the connection's to write, or a payer's: a profile must not overrule them. */
const OWN_HEADERS: readonly string[] = [
  'authorization',
  'accept',
  'connection',
  'content-length',
  'content-type',
  'date',
  'digest',
  'expect',
  'host',
  'keep-alive',
  'psu-id',
  'psu-ip-address',
  'signature',
  'tpp-redirect-uri',
  'tpp-nok-redirect-uri',
  'tpp-signature-certificate',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
]
/** §14.17 of Berlin Group NextGenPSD2 1.3.12: what a bank's own word may be said to mean. */
const STATUSES: readonly StatusReport['status'][] = [
  'RCVD',
  'PDNG',
  'PATC',
  'ACTC',
  'ACFC',
  'ACCP',
  'ACWC',
  'ACSP',
  'ACWP',
  'ACSC',
  'ACCC',
  'PART',
  'RJCT',
  'CANC',
]
const SECRET = /^[!-~]([ -~]{0,4094}[!-~])?$/
/** Read or written by group or others. */
const OTHERS = 0o077

/**
 * @param value a whole profile, `extends` already resolved
 * @param folder what relative file names in it are relative to
 * @returns the profile with what its files hold, or every fault as `/path: what is wrong`
 */
export function checkProfile(value: unknown, folder: string): ProfileCheck {
  const rules = checkProfileRules(value)
  if (!rules.ok) return rules
  const { profile } = rules
  const faults: string[] = []
  const files = readProfileFiles(profile, folder, faults)
  return faults.length > 0 ? { ok: false, faults } : { ok: true, profile, files }
}

/** @param faults gets what is wrong with a file that the profile names; never what it holds */
export function readProfileFiles(profile: BankProfile, folder: string, faults: string[]): ProfileFiles {
  const read = (field: string, name: string, check: (path: string) => string): string | undefined =>
    reading(faults, field, () => check(resolve(folder, name)))
  const ca_pem = profile.ca_file === undefined ? undefined : read('/ca_file', profile.ca_file, readAuthority)
  const { access } = profile
  const secret_file = access.kind === 'certificate' ? undefined : access.client_secret_file
  const client_secret =
    secret_file === undefined ? undefined : read('/access/client_secret_file', secret_file, readSecret)
  const secret_headers: Record<string, string> = {}
  for (const [name, path] of Object.entries(profile.header_files ?? {})) {
    const secret = read(`/header_files/${name}`, path, readSecret)
    if (secret !== undefined) secret_headers[name] = secret
  }
  return {
    secret_headers,
    ...(ca_pem !== undefined && { ca_pem }),
    ...(client_secret !== undefined && { client_secret }),
  }
}

/** The same without the files: a profile is judged, not used. */
export function checkProfileRules(
  value: unknown,
): { readonly ok: true; readonly profile: BankProfile } | { readonly ok: false; readonly faults: readonly string[] } {
  const shape = checkShape(value)
  if (!shape.ok) return shape
  const profile: BankProfile = shape.value
  const faults = [
    ...addressFaults(profile),
    ...scaFaults(profile),
    ...(profile.access.kind === 'certificate' ? [] : tokenFaults(profile, profile.access)),
    ...signingFaults(profile),
    ...headerFaults(profile),
    ...statusFaults(profile),
    ...maintenanceFaults(profile),
    ...unverifiedFaults(profile),
  ]
  return faults.length > 0 ? { ok: false, faults } : { ok: true, profile }
}

function addressFaults(profile: BankProfile): string[] {
  const faults: string[] = []
  const base = URL.parse(profile.base_url)
  if (base?.protocol !== 'https:') faults.push('/base_url: must be https')
  if (base !== null && `${base.origin}${base.pathname}`.replace(/\/$/, '') !== profile.base_url) {
    faults.push(
      '/base_url: must be an origin and a path in plain form, without query, credentials or a slash at its end',
    )
  }
  for (const [index, text] of profile.redirect_origins.entries()) {
    const parsed = URL.parse(text)
    if (parsed === null || parsed.origin !== text)
      faults.push(`/redirect_origins/${index}: must be an origin such as https://login.bank.ro`)
    else if (parsed.protocol !== 'https:' && !isLocal(parsed))
      faults.push(`/redirect_origins/${index}: must be https (http only on this machine)`)
  }
  return faults
}

const isLocal = (url: URL): boolean =>
  url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)

function scaFaults({ sca, access, redirect_origins }: BankProfile): string[] {
  const faults: string[] = []
  if (sca === 'oauth' && access.kind !== 'authorization_code')
    faults.push('/access/kind: must be authorization_code where sca is oauth')
  if (sca !== 'oauth' && access.kind === 'authorization_code')
    faults.push('/access/kind: authorization_code only where sca is oauth')
  const led = sca !== 'decoupled' || access.kind === 'authorization_code_first'
  if (led && redirect_origins.length === 0)
    faults.push('/redirect_origins: at least one, where the payer is sent to authorise')
  return faults
}

function tokenFaults(profile: BankProfile, access: TokenAccess): string[] {
  const faults: string[] = []
  for (const name of ['discovery_url', 'token_endpoint', 'registration_url'] as const) {
    if (access[name] !== undefined && !isPlainHttps(access[name])) faults.push(`/access/${name}: must be https`)
  }
  const has_page = access.kind !== 'client_credentials'
  const { authorization_endpoint } = access
  if (access.discovery_url === undefined) {
    if (access.token_endpoint === undefined) faults.push('/access/token_endpoint: is required without discovery_url')
    if (has_page && authorization_endpoint === undefined)
      faults.push('/access/authorization_endpoint: is required without discovery_url')
  } else if (access.token_endpoint !== undefined || authorization_endpoint !== undefined) {
    faults.push('/access/discovery_url: not beside authorization_endpoint and token_endpoint, which it tells')
  }
  const page = authorization_endpoint === undefined ? undefined : URL.parse(authorization_endpoint)
  if (page === null || (page !== undefined && !profile.redirect_origins.includes(page.origin)))
    faults.push('/access/authorization_endpoint: must be of one of the redirect_origins')
  const by_secret = access.client_authentication.startsWith('client_secret')
  if (by_secret && access.client_secret_file === undefined)
    faults.push(`/access/client_secret_file: is required for ${access.client_authentication}`)
  if (!by_secret && access.client_secret_file !== undefined)
    faults.push('/access/client_secret_file: only for client_secret_basic and client_secret_post')
  if (access.client_authentication === 'tls_client_auth' && !profile.client_certificate)
    faults.push('/access/client_authentication: tls_client_auth needs client_certificate')
  if (access.client_authentication === 'signature' && !profile.signing.required)
    faults.push('/access/client_authentication: signature needs signing.required')
  if (access.kind !== 'authorization_code' && access.scope.includes('{paymentId}'))
    faults.push(`/access/scope: {paymentId} is not known yet where kind is ${access.kind}`)
  if (access.token_header !== 'authorization' && OWN_HEADERS.includes(access.token_header))
    faults.push('/access/token_header: is a header with another meaning')
  return faults
}

function isPlainHttps(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'https:' && url.username === '' && url.password === ''
}

function signingFaults({ signing, access }: BankProfile): string[] {
  if (!signing.required) return []
  const faults = ['digest', 'x-request-id']
    .filter((name) => !signing.headers.includes(name))
    .map((name) => `/signing/headers: must hold ${name} (NextGenPSD2 §12.2)`)
  if (signing.key_id === 'client_id' && access.kind === 'certificate')
    faults.push('/signing/key_id: client_id needs an access with a client_id')
  return faults
}

function headerFaults({ headers = {}, header_files = {} }: BankProfile): string[] {
  const own = [
    ...Object.keys(headers).map((name) => ['headers', name]),
    ...Object.keys(header_files).map((name) => ['header_files', name]),
  ]
    .filter(([, name]) => OWN_HEADERS.includes(name ?? ''))
    .map(([field, name]) => `/${field}/${name}: is written by the connector`)
  const twice = Object.keys(header_files)
    .filter((name) => Object.hasOwn(headers, name))
    .map((name) => `/header_files/${name}: is already in headers`)
  return [...own, ...twice]
}

function statusFaults({ statuses }: BankProfile): string[] {
  return Object.entries(statuses?.meaning ?? {})
    .filter(([, meaning]) => !STATUSES.includes(meaning))
    .map(([word]) => `/statuses/meaning/${word}: must be one of ${STATUSES.join(' ')}`)
}

function maintenanceFaults(profile: BankProfile): string[] {
  return (profile.maintenance ?? []).flatMap(({ from, to }, index) => {
    const [from_ms, to_ms] = [Date.parse(from), Date.parse(to)]
    if (Number.isNaN(from_ms) || Number.isNaN(to_ms)) return [`/maintenance/${index}: is no moment of the calendar`]
    return from_ms < to_ms ? [] : [`/maintenance/${index}: to must be after from`]
  })
}

function unverifiedFaults(profile: BankProfile): string[] {
  return (profile.unverified ?? []).flatMap(({ field }, index) =>
    valueAt(profile, field) === undefined ? [`/unverified/${index}/field: ${field} is not in the profile`] : [],
  )
}

/** RFC 6901 (JSON pointer); undefined where there is nothing. */
export function valueAt(value: unknown, pointer: string): unknown {
  let at = value
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[name]
  }
  return at
}

function reading(faults: string[], field: string, read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `cannot be read (${String(error.code)})` : undefined
    faults.push(`${field}: ${code ?? (error instanceof Error ? error.message : 'cannot be read')}`)
    return undefined
  }
}

function readAuthority(path: string): string {
  const pem = readFileSync(path, 'utf8')
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('holds no PEM certificate')
  return pem
}

function readSecret(path: string): string {
  if ((statSync(path).mode & OTHERS) !== 0) throw new Error('may be read by others than its owner (chmod 600 the file)')
  const secret = readFileSync(path, 'utf8').trim()
  if (!SECRET.test(secret)) throw new Error('must hold one line of at most 4096 printable ASCII characters')
  return secret
}
