/**
 * The rules that an acquirer's profile (`profiles/<id>.json`) must keep: shape by schema, then what a schema cannot say.
 * `profiles/README.md` explains each field to whoever adds an acquirer.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TlsIdentity } from '../outbound.ts'

const file = Type.String({ minLength: 1, maxLength: 500 })

const AcquirerProfileSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_-]{2,40}$' }),
    name: Type.String({ minLength: 1, maxLength: 70 }),
    kind: Type.Literal('simulator'),
    url: Type.String({ maxLength: 500 }),
    timeout_ms: Type.Optional(Type.Integer({ minimum: 500, maximum: 60_000 })),
    ca_file: Type.Optional(file),
    client_certificate_file: file,
    client_key_file: file,
  },
  { additionalProperties: false },
)

const validator = Compile(AcquirerProfileSchema)
const DEFAULT_TIMEOUT_MS = 10_000

export type AcquirerProfile = Omit<Static<typeof AcquirerProfileSchema>, 'timeout_ms'> & { readonly timeout_ms: number }

export type AcquirerProfileCheck =
  | { readonly ok: true; readonly profile: AcquirerProfile; readonly tls: TlsIdentity }
  | { readonly ok: false; readonly faults: readonly string[] }

/**
 * @param folder what relative files are relative to
 * @returns the profile with our certificate and the acquirer's authority, or every fault as `path: what is wrong`
 */
export function checkProfile(value: unknown, folder: string): AcquirerProfileCheck {
  if (!validator.Check(value)) {
    // An unknown field is told twice, the second time as `schema is false` without a name.
    const told = validator.Errors(value).filter(({ keyword }) => keyword !== 'boolean')
    const faults = told.map((fault) => `${fault.instancePath || '/'}: ${fault.message} ${extraOf(fault.params)}`.trim())
    return { ok: false, faults }
  }
  const faults = addressFaults(value.url)
  const read = (path: string, name: string): string | undefined => {
    try {
      return readFileSync(resolve(folder, path), 'utf8')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'error'
      faults.push(`/${name}: cannot be read (${code})`)
      return undefined
    }
  }
  const ca = value.ca_file === undefined ? undefined : read(value.ca_file, 'ca_file')
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    faults.push('/ca_file: holds no PEM certificate')
  }
  const cert = read(value.client_certificate_file, 'client_certificate_file')
  const key = read(value.client_key_file, 'client_key_file')
  if (cert !== undefined && key !== undefined) faults.push(...pairFaults(cert, key))
  if (faults.length > 0 || cert === undefined || key === undefined) return { ok: false, faults }
  const profile = { ...value, timeout_ms: value.timeout_ms ?? DEFAULT_TIMEOUT_MS }
  return { ok: true, profile, tls: { cert, key, ...(ca === undefined ? {} : { ca }) } }
}

function extraOf(params: object): string {
  return 'additionalProperties' in params ? String(params.additionalProperties) : ''
}

function addressFaults(url: string): string[] {
  const parsed = URL.parse(url)
  if (parsed?.protocol !== 'https:') return ['/url: must be https']
  const is_plain = `${parsed.origin}${parsed.pathname}`.replace(/\/$/, '') === url
  return is_plain ? [] : ['/url: must be in plain form, without query, credentials or a slash at its end']
}

/** The parser's own words are left out: they may quote the key. */
function pairFaults(cert: string, key: string): string[] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch {
    return ['/client_certificate_file: holds no PEM certificate']
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return []
    return ['/client_key_file: is not the key of the certificate']
  } catch {
    return ['/client_key_file: holds no PEM private key']
  }
}
