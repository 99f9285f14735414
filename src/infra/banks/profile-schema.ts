/** The shape of a bank profile; what a schema cannot say is in `profile.ts`. */
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

const url = Type.String({ maxLength: 500 })
const origin = Type.String({ maxLength: 200 })
/** With its offset: a time without one is another moment on every machine. */
const moment = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$' })
/** In lower case; the underscore is some bank's own. */
const HEADER_NAME = '^[a-z][a-z0-9_-]{1,63}$'
const PRODUCT = '^[A-Za-z0-9.-]{1,64}$'
const file = Type.String({ minLength: 1, maxLength: 500 })
const status = Type.String({ pattern: '^[A-Z]{4}$' })
const word = Type.Optional(Type.String({ pattern: '^[A-Za-z]{1,32}$' }))
const strict = { additionalProperties: false } as const

const format = Type.Union([Type.Literal('json'), Type.Literal('pain.001')])
const product = Type.String({ pattern: PRODUCT })

const services = Type.Object(
  {
    payments: Type.Object(
      { product, format, future_dated: Type.Boolean(), instant: Type.Optional(Type.Boolean()) },
      strict,
    ),
    'bulk-payments': Type.Optional(
      Type.Object({ product, format, max_transfers: Type.Integer({ minimum: 1, maximum: 500 }) }, strict),
    ),
    'periodic-payments': Type.Optional(
      Type.Object(
        {
          product,
          format,
          frequencies: Type.Object(
            {
              Daily: word,
              Weekly: word,
              EveryTwoWeeks: word,
              Monthly: word,
              EveryTwoMonths: word,
              Quarterly: word,
              SemiAnnual: word,
              Annual: word,
            },
            { ...strict, minProperties: 1 },
          ),
          day_digits: Type.Union([Type.Literal(1), Type.Literal(2)]),
        },
        strict,
      ),
    ),
  },
  strict,
)

const signing = Type.Object(
  {
    required: Type.Boolean(),
    digest: Type.Union([Type.Literal('SHA-256'), Type.Literal('SHA-512')]),
    digest_label: Type.Union([Type.Literal('upper'), Type.Literal('lower')]),
    algorithm: Type.Union([Type.Literal('rsa-sha256'), Type.Literal('rsa-sha512')]),
    headers: Type.Array(Type.String({ pattern: '^(\\(request-target\\)|[a-z][a-z0-9_-]{1,63})$' }), { maxItems: 20 }),
    key_id: Type.Union([Type.Literal('sn_ca'), Type.Literal('sn'), Type.Literal('serial'), Type.Literal('client_id')]),
    certificate: Type.Union([Type.Literal('der'), Type.Literal('pem'), Type.Literal('none')]),
  },
  strict,
)

export const BankProfileSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9-]{2,32}$' }),
    name: Type.String({ minLength: 1, maxLength: 70 }),
    bic: Type.String({ pattern: '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$' }),
    iban_codes: Type.Array(Type.String({ pattern: '^[A-Z]{4}$' }), { minItems: 1, maxItems: 20 }),
    environment: Type.Union([Type.Literal('production'), Type.Literal('sandbox'), Type.Literal('simulated')]),
    standard: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    sca: Type.Union([Type.Literal('redirect'), Type.Literal('oauth'), Type.Literal('decoupled')]),
    needs_psu_id: Type.Boolean(),
    psu_id_type: Type.Optional(Type.String({ pattern: '^[!-~]{1,50}$' })),
    idempotent_initiation: Type.Boolean(),
    notifies: Type.Optional(Type.Boolean()),
    base_url: url,
    client_certificate: Type.Boolean(),
    services,
    body: Type.Optional(
      Type.Object(
        { debtor_name: Type.Optional(Type.Boolean()), creditor_agent: Type.Optional(Type.Boolean()) },
        strict,
      ),
    ),
    status: Type.Object(
      { path_has_product: Type.Boolean(), format: Type.Union([Type.Literal('json'), Type.Literal('pain.002')]) },
      strict,
    ),
    statuses: Type.Optional(
      Type.Object(
        {
          unauthorised: Type.Optional(Type.Array(status, { maxItems: 10 })),
          meaning: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Z]{4}$' }), status)),
        },
        strict,
      ),
    ),
    redirect_origins: Type.Array(origin, { maxItems: 10 }),
    /** Only which kind it is: the rest by the schema of that kind, so that faults are told of it alone. */
    access: Type.Object({
      kind: Type.Union([
        Type.Literal('certificate'),
        Type.Literal('authorization_code'),
        Type.Literal('authorization_code_first'),
        Type.Literal('client_credentials'),
      ]),
    }),
    signing,
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: HEADER_NAME }), Type.String({ pattern: '^[ -~]{1,500}$' })),
    ),
    header_files: Type.Optional(Type.Record(Type.String({ pattern: HEADER_NAME }), file)),
    timeout_ms: Type.Integer({ minimum: 1_000, maximum: 60_000 }),
    maintenance: Type.Optional(Type.Array(Type.Object({ from: moment, to: moment }, strict), { maxItems: 50 })),
    ca_file: Type.Optional(file),
    unverified: Type.Optional(
      Type.Array(
        Type.Object(
          {
            field: Type.String({ pattern: '^(/[^/]{1,100}){1,6}$' }),
            note: Type.String({ minLength: 1, maxLength: 500 }),
          },
          strict,
        ),
        { maxItems: 60 },
      ),
    ),
  },
  strict,
)

const CertificateAccess = Type.Object({ kind: Type.Literal('certificate') }, strict)

const TokenAccess = Type.Object(
  {
    kind: Type.Union([
      Type.Literal('authorization_code'),
      Type.Literal('authorization_code_first'),
      Type.Literal('client_credentials'),
    ]),
    discovery_url: Type.Optional(url),
    authorization_endpoint: Type.Optional(url),
    token_endpoint: Type.Optional(url),
    registration_url: Type.Optional(url),
    client_id: Type.String({ pattern: '^[!-~]{1,256}$' }),
    client_authentication: Type.Union([
      Type.Literal('tls_client_auth'),
      Type.Literal('client_secret_basic'),
      Type.Literal('client_secret_post'),
      Type.Literal('signature'),
    ]),
    client_secret_file: Type.Optional(file),
    scope: Type.String({ pattern: '^([!-~]+( [!-~]+)*)?$', maxLength: 200 }),
    pkce: Type.Boolean(),
    token_header: Type.String({ pattern: HEADER_NAME }),
  },
  strict,
)

export type ProfileShape = Omit<Static<typeof BankProfileSchema>, 'access'> & {
  readonly access: Static<typeof CertificateAccess> | Static<typeof TokenAccess>
}

const validator = Compile(BankProfileSchema)
const certificate_access = Compile(CertificateAccess)
const token_access = Compile(TokenAccess)

/** @returns the value as a profile, or every fault of its shape as `/path: what is wrong` */
export function checkShape(
  value: unknown,
): { readonly ok: true; readonly value: ProfileShape } | { readonly ok: false; readonly faults: readonly string[] } {
  const access = typeof value === 'object' && value !== null && 'access' in value ? value.access : undefined
  const by_certificate =
    typeof access === 'object' && access !== null && 'kind' in access && access.kind === 'certificate'
  const faults = faultsOf(validator, value, '')
  if (access !== undefined && !faults.some((fault) => fault.startsWith('/access')))
    faults.push(...faultsOf(by_certificate ? certificate_access : token_access, access, '/access'))
  if (faults.length > 0 || !validator.Check(value)) return { ok: false, faults }
  if (certificate_access.Check(access) || token_access.Check(access)) return { ok: true, value: { ...value, access } }
  return { ok: false, faults }
}

type Checker = {
  Errors(value: unknown): { keyword: string; instancePath: string; message: string; params: object }[]
}

function faultsOf(checker: Checker, value: unknown, under: string): string[] {
  // An unknown field is told twice, the second time as `schema is false` without a name.
  return checker
    .Errors(value)
    .filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message, params }) =>
      `${`${under}${instancePath}` || '/'}: ${message} ${'additionalProperties' in params ? String(params.additionalProperties) : ''}`.trim(),
    )
}
