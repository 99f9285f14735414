/**
 * A simulated Romanian bank: the third party of the demo world and of the tests. Each bank is a process of its own
 * (`main.ts`), reads one JSON file (this one says what may stand in it) and shares no code with `src/`, so that it
 * cannot share our mistakes. `README.md` says what it checks and how to drive it.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv } from 'ajv'
import { ibanFault } from './book/iban.ts'
import { type FREQUENCIES, schema } from './config-schema.ts'

/** How a person of the bank behaves: see README, "People". */
export type Character = 'normal' | 'broke' | 'slow' | 'expired' | 'locked'

export type Person = {
  readonly login: string
  readonly password: string
  readonly name: string
  readonly iban: string
  readonly balance_minor: number
  readonly character: Character
}

export type Timing = {
  /** From authorisation to debit; 0 debits at once. */
  readonly settle_ms: number
  /** The same for people of character `slow`. */
  readonly slow_ms: number
  /** A payment nobody authorised within this time is rejected. */
  readonly sca_timeout_ms: number
  readonly access_token_ttl_s: number
}

export type OauthSettings = {
  readonly client_id: string
  /** Needed where the client authenticates with it (`quirks.access.client_authentication`). */
  readonly client_secret?: string
  /** What may be asked for; `{paymentId}` stands for the bank's id of the payment, without it one leave serves them all. */
  readonly scope: string
  /** organizationIdentifier of the QWAC this client must authenticate with; absent: any third party, own payments only. */
  readonly organization_id?: string
  /** Absent: only addresses of the same origin as the payment's TPP-Redirect-URI. */
  readonly redirect_uris?: readonly string[]
  /** False: reading a payment needs no Bearer token (the certificate alone identifies the third party). */
  readonly token_required: boolean
  /** Whether clients may register themselves (RFC 7591) at `/register`. */
  readonly registration: boolean
}

export type Frequency = (typeof FREQUENCIES)[number]
export type ServiceName = 'payments' | 'bulk-payments' | 'periodic-payments'

/** Payment product in the API's paths, e.g. `domestic-credit-transfers-ro`, and what its bodies are written in. */
export type ServiceConfig = { readonly product: string; readonly format: 'json' | 'pain.001' }

export type Services = {
  readonly payments: ServiceConfig & { readonly future_dated: boolean }
  readonly 'bulk-payments'?: ServiceConfig & { readonly max_transfers: number }
  readonly 'periodic-payments'?: ServiceConfig & {
    /** The standard's name of each frequency known here, in this bank's word. */
    readonly frequencies: Readonly<Partial<Record<Frequency, string>>>
    /** 2: dayOfExecution is written `05`; 1: `5`. */
    readonly day_digits: 1 | 2
  }
}

export type KeyIdForm = 'sn_ca' | 'sn' | 'serial' | 'client_id'

/** How a message must be signed here; `any` takes every form that the standard allows. */
export type Signing = {
  readonly algorithm: 'any' | 'rsa-sha256' | 'rsa-sha512'
  readonly digest: 'any' | 'SHA-256' | 'SHA-512'
  readonly digest_label: 'any' | 'upper' | 'lower'
  /** What the signature must cover: `digest`, `date` and `(request-target)` always, the rest where the message has it. */
  readonly headers: readonly string[]
  /** sn_ca: `SN=<hex>,CA=<issuer>`; sn: `SN=<hex>`; serial: the bare decimal number; client_id: the OAuth client's. */
  readonly key_id: KeyIdForm
  /** TPP-Signature-Certificate: base64 of the DER, PEM with its armour in one line, or not wanted (known from enrolment). */
  readonly certificate: 'der' | 'pem' | 'none'
  /** keyId of a signed token request, where it differs. */
  readonly token_key_id?: KeyIdForm
}

export type Access = {
  /** Default: `authorization_code` when sca is "oauth", else `certificate`. */
  readonly kind: 'certificate' | 'authorization_code' | 'authorization_code_first' | 'client_credentials'
  /** `authorization` takes `Bearer <token>`; any other header takes the token bare. */
  readonly token_header: string
  readonly pkce_required: boolean
  /** Default: true for the kinds that have a token before the initiation. */
  readonly initiation_needs_token: boolean
  readonly client_authentication: 'tls_client_auth' | 'client_secret_basic' | 'client_secret_post' | 'signature'
  /** bcr: 403 `{"status": 403, "errors": […]}`. */
  readonly expired_token: 'standard' | 'bcr'
}

/** Where this bank departs from the textbook; every default is the textbook's. */
export type Quirks = {
  /** strings: `"scaRedirect": "https://…"`. */
  readonly links: 'objects' | 'strings'
  /** Where a decoupled payer's message stands: in the body, or inside `_links`. */
  readonly psu_message: 'body' | 'links'
  readonly first_status: 'RCVD' | 'ACTC'
  /** Status once the payer has logged in and chosen the account, before consent. */
  readonly account_chosen_status?: 'ACTC'
  /** The answer has `startAuthorisation` instead of `scaRedirect`. */
  readonly explicit_authorisation: boolean
  readonly status_path_has_product: boolean
  readonly status_format: 'json' | 'pain.002'
  /** Of a recurring order. */
  readonly running_status: 'ACSP' | 'ACTV'
  readonly ended_status: 'ACSC' | 'EXPI'
  /** DELETE is answered with 202 and a page where the payer confirms. */
  readonly cancellation_needs_payer: boolean
  readonly debtor_name_required: boolean
  /** Demanded on every call below `base_path`; `*` takes any value. Names in lower case. */
  readonly required_headers: Readonly<Record<string, string>>
  /** PSU-ID-Type demanded on an initiation. */
  readonly psu_id_type?: string
  /** False: no client certificate is asked for, the seal says who calls. */
  readonly client_certificate: boolean
  readonly signing: 'none' | Signing
  readonly access: Access
  /** The return address gets a `state` of the bank's own, the one of failure `error=true`. */
  readonly return_adds_state: boolean
}

export type BankConfig = {
  readonly id: string
  readonly name: string
  readonly bic: string
  readonly iban_code: string
  readonly sca: 'redirect' | 'oauth' | 'decoupled'
  readonly colour: string
  /** Of the interface, up to and with the version. */
  readonly base_path: string
  readonly services: Services
  readonly quirks: Quirks
  readonly api: {
    readonly host: string
    readonly port: number
    readonly certificate_file: string
    readonly key_file: string
    /** Authorities that QWAC and QSEAL must be issued by (PEM, one or several). */
    readonly client_ca_file: string
  }
  /** Base address of the API as third parties write it; absent: https://localhost:{the port listened on}. */
  readonly api_url?: string
  /** Human pages and `/sandbox`; plain HTTP. */
  readonly pages: { readonly host: string; readonly port: number; readonly url?: string }
  readonly data_dir: string
  readonly people: readonly Person[]
  readonly timing: Timing
  readonly oauth?: OauthSettings
  /** Whether the bank tells TPP-Notification-URI of outcomes. */
  readonly push: boolean
  readonly limits: { readonly payments: number }
}

const validate = new Ajv({ allErrors: true, useDefaults: true, strict: false }).compile<BankConfig>(schema)

/**
 * Checks a bank's configuration and fills in the defaults. Throws an Error that names every fault.
 * @param input the parsed JSON; a copy is returned, with file paths made absolute against `base_dir`
 */
export function parseConfig(input: unknown, base_dir: string): BankConfig {
  const config: unknown = structuredClone(input)
  const faults: string[] = []
  if (!validate(config)) {
    for (const error of validate.errors ?? []) faults.push(`${error.instancePath || '/'} ${error.message ?? ''}`)
    throw new Error(`configuration of the bank:\n  ${faults.join('\n  ')}`)
  }
  const logins = new Set<string>()
  for (const person of config.people) {
    if (logins.has(person.login)) faults.push(`login ${person.login} occurs twice`)
    logins.add(person.login)
    const fault = ibanFault(person.iban)
    if (fault !== undefined) faults.push(`the IBAN of ${person.login} ${fault}`)
    else if (person.iban.slice(4, 8) !== config.iban_code)
      faults.push(`the IBAN of ${person.login} is not of ${config.iban_code}`)
  }
  if (new Set(config.people.map((person) => person.iban)).size !== config.people.length)
    faults.push('an IBAN occurs twice')
  const quirks = { ...config.quirks, access: withAccessDefaults(config) }
  faults.push(...quirkFaults({ ...config, quirks }))
  if (faults.length > 0) throw new Error(`configuration of the bank:\n  ${faults.join('\n  ')}`)
  const at = (path: string) => resolve(base_dir, path)
  return {
    ...config,
    quirks,
    data_dir: at(config.data_dir),
    api: {
      ...config.api,
      certificate_file: at(config.api.certificate_file),
      key_file: at(config.api.key_file),
      client_ca_file: at(config.api.client_ca_file),
    },
  }
}

function withAccessDefaults({ sca, quirks }: BankConfig): Access {
  const { access } = quirks
  const kind = access.kind ?? (sca === 'oauth' ? 'authorization_code' : 'certificate')
  const early = kind === 'authorization_code_first' || kind === 'client_credentials'
  return { ...access, kind, initiation_needs_token: access.initiation_needs_token ?? early }
}

/** What does not go together. */
function quirkFaults({ sca, oauth, quirks }: BankConfig): string[] {
  const { access, signing } = quirks
  const seal = signing === 'none' ? undefined : signing
  const with_secret = access.client_authentication.startsWith('client_secret_')
  const rules: [broken: boolean, fault: string][] = [
    [sca === 'oauth' && oauth === undefined, '/oauth is required when sca is "oauth"'],
    [access.kind !== 'certificate' && oauth === undefined, '/oauth is required by quirks.access.kind'],
    [sca === 'oauth' && access.kind !== 'authorization_code', 'sca "oauth" goes with access.kind authorization_code'],
    [sca !== 'oauth' && access.kind === 'authorization_code', 'access.kind authorization_code goes with sca "oauth"'],
    [
      with_secret && access.kind !== 'certificate' && oauth?.client_secret === undefined,
      '/oauth/client_secret is required',
    ],
    [!quirks.client_certificate && seal === undefined, 'without a client certificate messages must be signed'],
    [seal?.key_id === 'client_id' && oauth === undefined, 'key_id client_id needs /oauth'],
    [
      access.client_authentication === 'signature' && seal === undefined,
      'client_authentication "signature" needs signing',
    ],
    [access.initiation_needs_token && access.kind === 'authorization_code', 'there is no token yet at the initiation'],
  ]
  return rules.filter(([broken]) => broken).map(([, fault]) => fault)
}

/** Reads the JSON file given as `--config`; relative paths in it count from the working directory. */
export function readConfig(path: string): BankConfig {
  return parseConfig(JSON.parse(readFileSync(path, 'utf8')), process.cwd())
}
