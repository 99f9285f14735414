/**
 * What of a message with a bank may be written down at all: everything but secrets. Pure. Tokens, codes, passwords,
 * signatures and certificates are replaced by `…` before anything else happens to a message; who people are stays in it,
 * which is why it is stored sealed and masked once more when it is shown (domain/explain).
 */
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { OutboundAnswer, OutboundRequest } from '../../infra/outbound.ts'

/** One side of an exchange as it is kept. */
export type Side = {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly content_type?: string
  readonly body?: string
  /** Of the whole body. */
  readonly bytes: number
  /** The body was longer than what is kept of it. */
  readonly cut?: true
}
export type Messages = { readonly request: Side; readonly answer?: Side }

const MAX_SIDE = 16 * 1024
const MAX_HEADER = 1_024
const MAX_HEADERS = 60
const MAX_NAMES = 2_000
const MAX_NAME = 64
/** Shorter ones would be found in every word. */
const SHORTEST_SECRET = 8
const HIDDEN = '…'

const SECRET_HEADER = /auth|token|secret|passw|cookie|signature|key|credential|session|jwt/i
/** Says why a token was refused, and holds none. */
const NO_SECRET_HEADER: ReadonlySet<string> = new Set(['www-authenticate'])
/** Of a name in lower case without signs. */
const SECRET_NAME =
  /(token|secret|password|passwd|verifier|assertion|signature|certificate|apikey|otp|credential|credentials|cookie|authorization|authenticationdata|sessionid|jwt)$|^(pin|pwd)$/
/** All that is kept of forms (they go to token endpoints) and of what is answered to them. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set([
  'granttype',
  'responsetype',
  'redirecturi',
  'clientid',
  'scope',
  'tokentype',
  'expiresin',
  'error',
  'errordescription',
  'errors',
  'status',
  'httpcode',
  'httpmessage',
  'moreinformation',
  'tppmessages',
  'category',
  'text',
])

const ADDRESS_WITH_QUERY = /(https?:\/\/[^\s?#"'<>\\]{0,2000})[?#][^\s"'<>\\]*/gi
/** Our own return addresses: what follows opens the payer's page. */
const OWN_ADDRESS = /(\/(?:payment-return|bank-notification|payment-initiation)\/)[^\s/?#"'<>\\]+/g
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,4000}\.[\w-]+(?:\.[\w-]*)*/g
const PAIR = /("?)([A-Za-z][\w.-]{1,60})(\1\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s"'&,;<>{}[\]]+)/g
const ELEMENT = /<((?:[\w.-]+:)?([\w.-]+))((?:\s[^<>]*)?)>([^<]+)/g
const RUN_CHARACTER = /[\w.~+/=%-]/
const RUN = /[\w.~+/-]{16,}={0,2}/g

/** @param about_tokens the call asks for tokens: of it only what is known to be harmless is kept */
export function redact(
  profile: Pick<BankProfile, 'access' | 'header_files'>,
  request: OutboundRequest,
  answer: OutboundAnswer,
  about_tokens: boolean,
): Messages {
  const secret_names = secretHeadersOf(profile)
  const sent = Object.entries(request.headers ?? {})
  const type = sent.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const hide = hiding(secretsOf(sent, secret_names, type, request.body))
  const asked = sideOf(sent, secret_names, type, request.body, about_tokens, hide)
  if (answer.kind !== 'answered') return { request: asked }
  const received = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  )
  const answer_type = answer.headers['content-type']
  return {
    request: asked,
    answer: sideOf(
      received,
      secret_names,
      answer_type === undefined ? undefined : String(answer_type),
      answer.body,
      about_tokens,
      hide,
    ),
  }
}

/** What a bank wants secret of its own: where its token goes, and headers whose values come from files. */
function secretHeadersOf({ access, header_files = {} }: Pick<BankProfile, 'access' | 'header_files'>): Set<string> {
  const names = Object.keys(header_files)
  if (access.kind !== 'certificate') names.push(access.token_header)
  return new Set(names.map((name) => name.toLowerCase()))
}

function isSecretHeader(name: string, own: ReadonlySet<string>): boolean {
  return own.has(name.toLowerCase()) || isNamedSecretly(name)
}

const isNamedSecretly = ofNames((name) => {
  const plain = name.toLowerCase()
  return SECRET_HEADER.test(plain) && !NO_SECRET_HEADER.has(plain)
})

/** Names come again and again, a hundred of them; those that strangers make up do not fill the memory. */
function ofNames<T>(work: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      found = work(name)
      if (known.size < MAX_NAMES && name.length <= MAX_NAME) known.set(name, found)
    }
    return found
  }
}

type Hide = (text: string) => string
type Headers = readonly (readonly [string, string])[]
type Body = Buffer | string | undefined

function sideOf(
  given: Headers,
  secret_names: ReadonlySet<string>,
  content_type: string | undefined,
  body: Body,
  about_tokens: boolean,
  hide: Hide,
): Side {
  const headers = given.slice(0, MAX_HEADERS).map(([name, value]) => {
    const kept = isSecretHeader(name, secret_names) ? HIDDEN : hide(withoutCapabilities(value)).slice(0, MAX_HEADER)
    return [name, kept] as const
  })
  const size = body === undefined ? 0 : Buffer.byteLength(body)
  const type = content_type === undefined ? {} : { content_type: content_type.slice(0, 100) }
  if (body === undefined || size === 0) return { headers, ...type, bytes: size }
  const room = MAX_SIDE - headers.reduce((sum, [name, value]) => sum + name.length + value.length + 6, 0)
  // Some characters more than are kept: what is redacted becomes shorter.
  const text = typeof body === 'string' ? body.slice(0, MAX_SIDE) : body.subarray(0, MAX_SIDE).toString('utf8')
  const whole = size <= MAX_SIDE
  // What was cut in two would not be recognised.
  const clean = hide(redactBody(whole ? text : withoutLastRun(text), { content_type, whole, about_tokens }))
  const kept = whole && Buffer.byteLength(clean) <= room ? clean : cutTo(clean, Math.max(0, room))
  return { headers, ...type, body: kept, bytes: size, ...((!whole || kept !== clean) && { cut: true as const }) }
}

// By hand: a pattern bound to the end alone is tried at every place before it.
function withoutLastRun(text: string): string {
  let end = text.length
  while (end > 0 && RUN_CHARACTER.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

// Whole characters: what is cut within one loses it.
function cutTo(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '')
}

function redactBody(
  text: string,
  {
    content_type = '',
    whole,
    about_tokens,
  }: { content_type?: string | undefined; whole: boolean; about_tokens: boolean },
): string {
  if (isForm(content_type)) return redactForm(text)
  const first = text.trimStart()[0]
  if (whole && (first === '{' || first === '[')) {
    try {
      return JSON.stringify(redactValue(JSON.parse(text), about_tokens))
    } catch {
      // Not JSON after all.
    }
  }
  // What cannot be read may say a token in any way.
  return about_tokens ? HIDDEN : redactText(text)
}

const isForm = (content_type: string): boolean => content_type.toLowerCase().includes('x-www-form-urlencoded')
const normal = ofNames((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''))

function redactForm(text: string): string {
  return text
    .split('&')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=')
      return `${name}=${TOKEN_FIELDS.has(normal(name)) ? value : HIDDEN}`
    })
    .join('&')
}

function redactValue(value: unknown, about_tokens: boolean): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map((one) => redactValue(one, about_tokens))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const plain = normal(name)
      const holds_more = typeof one === 'object' && one !== null
      const is_secret = SECRET_NAME.test(plain) || (about_tokens && !holds_more && !TOKEN_FIELDS.has(plain))
      return [name, is_secret ? HIDDEN : redactValue(one, about_tokens)]
    }),
  )
}

/** Text of no known form: what is named like a secret, and what looks like one. */
function redactText(text: string): string {
  const hasPairs = text.includes('=') || text.includes(':')
  let clean = withoutCapabilities(text)
  if (clean.includes('<')) {
    clean = clean.replace(ELEMENT, (all, tag: string, name: string, more: string) =>
      SECRET_NAME.test(normal(name)) ? `<${tag}${more}>${HIDDEN}` : all,
    )
  }
  if (!hasPairs) return clean.replace(JSON_WEB_TOKEN, HIDDEN)
  return clean
    .replace(BEARER, `$1 ${HIDDEN}`)
    .replace(PAIR, (all, quote: string, name: string, sign: string) =>
      SECRET_NAME.test(normal(name)) ? `${quote}${name}${sign}${HIDDEN}` : all,
    )
    .replace(JSON_WEB_TOKEN, HIDDEN)
}

/** Addresses without what follows `?`, and our own without what opens the payer's page. */
function withoutCapabilities(text: string): string {
  if (!text.includes('/')) return text
  const without_queries = text.includes('://') ? text.replace(ADDRESS_WITH_QUERY, `$1?${HIDDEN}`) : text
  return without_queries.replace(OWN_ADDRESS, `$1${HIDDEN}`)
}

/** Values that were secret in the request: a bank that says them back tells them under any name. */
function secretsOf(headers: Headers, own: ReadonlySet<string>, type: string | undefined, body: Body): string[] {
  const found: string[] = []
  for (const [name, value] of headers) {
    if (isSecretHeader(name, own)) found.push(...(value.match(RUN) ?? []), value)
  }
  if (type !== undefined && isForm(type) && body !== undefined) {
    for (const [name, value] of new URLSearchParams(String(body)))
      if (!TOKEN_FIELDS.has(normal(name))) found.push(value, encodeURIComponent(value))
  }
  return found.filter((value) => value.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length)
}

function hiding(secrets: readonly string[]): Hide {
  return (text) =>
    secrets.reduce((clean, secret) => (clean.includes(secret) ? clean.replaceAll(secret, HIDDEN) : clean), text)
}
