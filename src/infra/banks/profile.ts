/**
 * The rules that a bank profile (`profiles/<id>.json`) must keep: shape by schema, then what a schema cannot say.
 * `profiles/README.md` explains each field to whoever adds a bank.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { BankProfile } from './connector.ts'

const url = Type.String({ maxLength: 500 })
const origin = Type.String({ maxLength: 200 })
/** With its offset: a time without one is another moment on every machine. */
const moment = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$' })

export const BankProfileSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9-]{2,32}$' }),
    name: Type.String({ minLength: 1, maxLength: 70 }),
    bic: Type.String({ pattern: '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$' }),
    iban_codes: Type.Array(Type.String({ pattern: '^[A-Z]{4}$' }), { minItems: 1, maxItems: 20 }),
    sca: Type.Union([Type.Literal('redirect'), Type.Literal('oauth'), Type.Literal('decoupled')]),
    needs_psu_id: Type.Boolean(),
    idempotent_initiation: Type.Boolean(),
    notifies: Type.Optional(Type.Boolean()),
    base_url: url,
    payment_product: Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' }),
    redirect_origins: Type.Array(origin, { maxItems: 10 }),
    oauth: Type.Optional(
      Type.Object(
        {
          discovery_url: url,
          client_id: Type.String({ pattern: '^[!-~]{1,256}$' }),
          scope: Type.String({ pattern: '^[!-~]+( [!-~]+)*$', maxLength: 200 }),
        },
        { additionalProperties: false },
      ),
    ),
    signing: Type.Object(
      {
        required: Type.Boolean(),
        digest: Type.Union([Type.Literal('SHA-256'), Type.Literal('SHA-512')]),
        headers: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' }), { maxItems: 20 }),
      },
      { additionalProperties: false },
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' }), Type.String({ pattern: '^[ -~]{0,500}$' })),
    ),
    timeout_ms: Type.Integer({ minimum: 1_000, maximum: 60_000 }),
    maintenance: Type.Optional(
      Type.Array(Type.Object({ from: moment, to: moment }, { additionalProperties: false }), { maxItems: 50 }),
    ),
    ca_file: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
)

const validator = Compile(BankProfileSchema)

export type ProfileCheck =
  | { readonly ok: true; readonly profile: BankProfile; readonly ca_pem: string | undefined }
  | { readonly ok: false; readonly faults: readonly string[] }

/**
 * @param folder what a relative `ca_file` is relative to
 * @returns the profile with its authority's PEM text, or every fault as `path: what is wrong`
 */
export function checkProfile(value: unknown, folder: string): ProfileCheck {
  if (!validator.Check(value)) {
    // An unknown field is told twice, the second time as `schema is false` without a name.
    const told = validator.Errors(value).filter(({ keyword }) => keyword !== 'boolean')
    const faults = told.map((fault) => `${fault.instancePath || '/'}: ${fault.message} ${extraOf(fault.params)}`.trim())
    return { ok: false, faults }
  }
  const profile: BankProfile = value satisfies Static<typeof BankProfileSchema>
  const faults = [
    ...addressFaults(profile),
    ...scaFaults(profile),
    ...signingFaults(profile),
    ...maintenanceFaults(profile),
  ]
  const ca = profile.ca_file === undefined ? {} : readAuthority(resolve(folder, profile.ca_file))
  if (ca.fault !== undefined) faults.push(`/ca_file: ${ca.fault}`)
  return faults.length > 0 ? { ok: false, faults } : { ok: true, profile, ca_pem: ca.pem }
}

function extraOf(params: object): string {
  return 'additionalProperties' in params ? String(params.additionalProperties) : ''
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
  if (profile.oauth !== undefined && URL.parse(profile.oauth.discovery_url)?.protocol !== 'https:') {
    faults.push('/oauth/discovery_url: must be https')
  }
  for (const [index, text] of profile.redirect_origins.entries()) {
    const parsed = URL.parse(text)
    const local = parsed?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
    if (parsed === null || parsed.origin !== text)
      faults.push(`/redirect_origins/${index}: must be an origin such as https://login.bank.ro`)
    else if (parsed.protocol !== 'https:' && !local)
      faults.push(`/redirect_origins/${index}: must be https (http only on this machine)`)
  }
  return faults
}

function scaFaults(profile: BankProfile): string[] {
  const faults: string[] = []
  if (profile.sca === 'oauth' && profile.oauth === undefined) faults.push('/oauth: is required where sca is oauth')
  if (profile.sca !== 'oauth' && profile.oauth !== undefined) faults.push('/oauth: only where sca is oauth')
  if (profile.sca !== 'decoupled' && profile.redirect_origins.length === 0) {
    faults.push('/redirect_origins: at least one, where the payer is sent to authorise')
  }
  return faults
}

function signingFaults(profile: BankProfile): string[] {
  if (!profile.signing.required) return []
  return ['digest', 'x-request-id']
    .filter((name) => !profile.signing.headers.includes(name))
    .map((name) => `/signing/headers: must hold ${name} (NextGenPSD2 §12.2)`)
}

function maintenanceFaults(profile: BankProfile): string[] {
  return (profile.maintenance ?? []).flatMap(({ from, to }, index) => {
    const [from_ms, to_ms] = [Date.parse(from), Date.parse(to)]
    if (Number.isNaN(from_ms) || Number.isNaN(to_ms)) return [`/maintenance/${index}: is no moment of the calendar`]
    return from_ms < to_ms ? [] : [`/maintenance/${index}: to must be after from`]
  })
}

function readAuthority(path: string): { readonly pem?: string; readonly fault?: string } {
  try {
    const pem = readFileSync(path, 'utf8')
    return pem.includes('-----BEGIN CERTIFICATE-----') ? { pem } : { fault: 'holds no PEM certificate' }
  } catch (error) {
    return { fault: `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'error'})` }
  }
}
