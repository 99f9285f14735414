/** Schema of a bank's configuration, with the textbook's defaults: see `config.ts` for what each member means. */

const text = { type: 'string', minLength: 1, maxLength: 200 }
const port = { type: 'integer', minimum: 0, maximum: 65535 }
const milliseconds = (standard: number) => ({ type: 'integer', minimum: 0, maximum: 86_400_000, default: standard })
const address = { type: 'string', pattern: '^https?://[^/\\s]+$' }
const header_name = { type: 'string', pattern: '^(?:\\(request-target\\)|[a-z0-9_-]{1,60})$' }
const choice = (standard: string, ...others: string[]) => ({ enum: [standard, ...others], default: standard })
const yes = (standard: boolean) => ({ type: 'boolean', default: standard })

const closed = (properties: Record<string, object>, required: string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})

const person = closed(
  {
    login: { type: 'string', pattern: '^[a-z0-9._-]{1,40}$' },
    password: text,
    name: text,
    iban: text,
    balance_minor: { type: 'integer', minimum: 0, maximum: 1e15 },
    character: { enum: ['normal', 'broke', 'slow', 'expired', 'locked'] },
  },
  ['login', 'password', 'name', 'iban', 'balance_minor', 'character'],
)

export const FREQUENCIES = [
  'Daily',
  'Weekly',
  'EveryTwoWeeks',
  'Monthly',
  'EveryTwoMonths',
  'Quarterly',
  'SemiAnnual',
  'Annual',
] as const

const product = { type: 'string', pattern: '^[a-z0-9.-]{1,60}$' }
const format = choice('json', 'pain.001')
const services = closed(
  {
    payments: closed({ product, format, future_dated: yes(false) }, ['product']),
    'bulk-payments': closed(
      { product, format, max_transfers: { type: 'integer', minimum: 1, maximum: 10_000, default: 500 } },
      ['product'],
    ),
    'periodic-payments': closed(
      {
        product,
        format,
        frequencies: {
          type: 'object',
          propertyNames: { enum: [...FREQUENCIES] },
          minProperties: 1,
          additionalProperties: { type: 'string', pattern: '^[A-Za-z]{1,30}$' },
          default: Object.fromEntries(FREQUENCIES.map((name) => [name, name])),
        },
        day_digits: { enum: [1, 2], default: 1 },
      },
      ['product'],
    ),
  },
  ['payments'],
)

const signing = {
  default: {},
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: closed({
    algorithm: choice('any', 'rsa-sha256', 'rsa-sha512'),
    digest: choice('any', 'SHA-256', 'SHA-512'),
    digest_label: choice('any', 'upper', 'lower'),
    headers: {
      type: 'array',
      items: header_name,
      minItems: 1,
      maxItems: 20,
      default: ['digest', 'date', 'x-request-id', 'psu-id', 'psu-corporate-id', 'tpp-redirect-uri'],
    },
    key_id: choice('sn_ca', 'sn', 'serial', 'client_id'),
    certificate: choice('der', 'pem', 'none'),
    token_key_id: { enum: ['sn_ca', 'sn', 'serial', 'client_id'] },
  }),
  else: { enum: ['none'] },
}

const quirks = {
  ...closed({
    links: choice('objects', 'strings'),
    psu_message: choice('body', 'links'),
    first_status: choice('RCVD', 'ACTC'),
    account_chosen_status: { enum: ['ACTC'] },
    explicit_authorisation: yes(false),
    status_path_has_product: yes(true),
    status_format: choice('json', 'pain.002'),
    running_status: choice('ACSP', 'ACTV'),
    ended_status: choice('ACSC', 'EXPI'),
    cancellation_needs_payer: yes(false),
    debtor_name_required: yes(false),
    required_headers: {
      type: 'object',
      maxProperties: 20,
      propertyNames: header_name,
      additionalProperties: text,
      default: {},
    },
    psu_id_type: text,
    client_certificate: yes(true),
    signing,
    access: {
      ...closed({
        kind: { enum: ['certificate', 'authorization_code', 'authorization_code_first', 'client_credentials'] },
        token_header: { ...header_name, default: 'authorization' },
        pkce_required: yes(true),
        initiation_needs_token: { type: 'boolean' },
        client_authentication: choice('tls_client_auth', 'client_secret_basic', 'client_secret_post', 'signature'),
        expired_token: choice('standard', 'bcr'),
      }),
      default: {},
    },
    return_adds_state: yes(false),
  }),
  default: {},
}

export const schema = closed(
  {
    id: { type: 'string', pattern: '^[A-Za-z0-9-]{1,40}$' },
    name: text,
    bic: { type: 'string', pattern: '^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$' },
    iban_code: { type: 'string', pattern: '^[A-Z]{4}$' },
    sca: { enum: ['redirect', 'oauth', 'decoupled'] },
    colour: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$', default: '#1d4e6b' },
    base_path: { type: 'string', pattern: '^(?:/[A-Za-z0-9._-]{1,40}){1,8}$', default: '/v1' },
    services,
    quirks,
    api: closed(
      {
        host: { ...text, default: '127.0.0.1' },
        port,
        certificate_file: text,
        key_file: text,
        client_ca_file: text,
      },
      ['port', 'certificate_file', 'key_file', 'client_ca_file'],
    ),
    api_url: address,
    pages: closed({ host: { ...text, default: '127.0.0.1' }, port, url: address }, ['port']),
    data_dir: text,
    people: { type: 'array', minItems: 1, maxItems: 10_000, items: person },
    timing: {
      ...closed({
        settle_ms: milliseconds(1500),
        slow_ms: milliseconds(20_000),
        sca_timeout_ms: milliseconds(15 * 60_000),
        access_token_ttl_s: { type: 'integer', minimum: 1, maximum: 86_400, default: 3600 },
      }),
      default: {},
    },
    oauth: closed(
      {
        client_id: text,
        client_secret: { type: 'string', minLength: 16, maxLength: 200 },
        scope: { type: 'string', minLength: 1, maxLength: 100, default: 'PIS:{paymentId}' },
        organization_id: text,
        redirect_uris: { type: 'array', items: text, minItems: 1, maxItems: 20 },
        token_required: yes(true),
        registration: yes(false),
      },
      ['client_id'],
    ),
    push: yes(false),
    limits: {
      ...closed({ payments: { type: 'integer', minimum: 10, maximum: 5_000_000, default: 200_000 } }),
      default: {},
    },
  },
  ['id', 'name', 'bic', 'iban_code', 'sca', 'services', 'api', 'pages', 'data_dir', 'people'],
)
