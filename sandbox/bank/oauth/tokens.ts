/**
 * The bank's OAuth 2.0 / OpenID Connect authorization server (oidc-provider), for the bank whose SCA is `oauth`. First:
 * what it has issued. Access tokens, refresh tokens and grants survive a restart (`data_dir/oauth.jsonl`); secrets are
 * kept as their SHA-256 only.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import { openJournal } from '../book/ledger.ts'
import type { BankConfig } from '../config.ts'
import { Refusal } from '../xs2a/refusal.ts'
import type { ThirdParty } from '../xs2a/third-party.ts'
import { scopesOf } from './scopes.ts'

/**
 * Throws Refusal TOKEN_* unless the call carries, in this bank's header, a token for this payment (none yet: for
 * initiating), bound to the caller's certificate. Answers the login of the payer who gave it, if one did.
 */
export type TokenCheck = (
  headers: Readonly<Record<string, string | undefined>>,
  payment_id: string | undefined,
  third_party: ThirdParty,
) => string | undefined

export type OauthStore = {
  readonly adapter: AdapterFactory
  readonly checkToken: TokenCheck
  close(): void
}

type Stored = { readonly payload: AdapterPayload; readonly expires_at: number }
type Line = { readonly key: string; readonly stored?: Stored }

const SECRET_MODELS = new Set([
  'AccessToken',
  'RefreshToken',
  'AuthorizationCode',
  'ClientCredentials',
  'RegistrationAccessToken',
])
const KEPT_MODELS = new Set([
  'AccessToken',
  'RefreshToken',
  'Grant',
  'ClientCredentials',
  'Client',
  'RegistrationAccessToken',
])
/** A token that the payer gave, or one of the third party's own. */
const TOKEN_MODELS = ['AccessToken', 'ClientCredentials'] as const
const MAX_ENTRIES = 150_000
const SWEEP_EVERY_MS = 30_000
/** Expired tokens are remembered this long, to be told from unknown ones. */
const REMEMBER_EXPIRED_MS = 600_000

const hash = (value: string) => createHash('sha256').update(value).digest('base64url')

/** @param path of the file that keeps what must survive a restart */
export function openOauthStore(path: string, config: BankConfig): OauthStore {
  const entries = loadEntries(path)
  const by_session_uid = new Map<string, string>()
  const by_grant = new Map<string, Set<string>>()
  const journal = openJournal(path, () => undefined)

  const remove = (key: string): void => {
    const stored = entries.get(key)
    if (stored === undefined) return
    entries.delete(key)
    if (stored.payload.uid !== undefined) by_session_uid.delete(stored.payload.uid)
    if (stored.payload.grantId !== undefined) by_grant.get(stored.payload.grantId)?.delete(key)
  }
  const index = (key: string, payload: AdapterPayload): void => {
    if (key.startsWith('Session:') && payload.uid !== undefined) by_session_uid.set(payload.uid, key)
    if (payload.grantId === undefined || !SECRET_MODELS.has(key.slice(0, key.indexOf(':')))) return
    const members = by_grant.get(payload.grantId) ?? new Set()
    by_grant.set(payload.grantId, members.add(key))
  }
  const put = (key: string, stored: Stored): void => {
    if (entries.size >= MAX_ENTRIES) remove(entries.keys().next().value ?? '')
    entries.set(key, stored)
    index(key, stored.payload)
  }
  for (const [key, stored] of entries) index(key, stored.payload)

  const sweep = setInterval(() => {
    const now = Date.now()
    for (const [key, { expires_at, payload }] of entries) {
      const keep_ms = TOKEN_MODELS.some((model) => key.startsWith(`${model}:`)) ? REMEMBER_EXPIRED_MS : 0
      if (expires_at + keep_ms > now) continue
      remove(key)
      if (key.startsWith('Grant:')) by_grant.delete(payload.jti ?? '')
    }
  }, SWEEP_EVERY_MS)

  const adapter = (model: string): Adapter => {
    const keyOf = (id: string) => `${model}:${SECRET_MODELS.has(model) ? hash(id) : id}`
    const keep = (line: Line) => {
      if (KEPT_MODELS.has(model)) journal.append(line)
    }
    const find = async (id: string): Promise<AdapterPayload | undefined> => {
      const stored = entries.get(keyOf(id))
      return stored === undefined ? undefined : { ...stored.payload, jti: id }
    }
    return {
      find,
      async upsert(id, payload, expires_in) {
        const { jti: _secret, ...rest } = payload
        const stored = {
          payload: SECRET_MODELS.has(model) ? rest : payload,
          // A registered client does not expire.
          expires_at: expires_in === undefined ? Number.MAX_SAFE_INTEGER : Date.now() + expires_in * 1000,
        }
        put(keyOf(id), stored)
        keep({ key: keyOf(id), stored })
      },
      async consume(id) {
        const stored = entries.get(keyOf(id))
        if (stored === undefined) return
        stored.payload.consumed = Math.floor(Date.now() / 1000)
        keep({ key: keyOf(id), stored })
      },
      async destroy(id) {
        remove(keyOf(id))
        keep({ key: keyOf(id) })
      },
      async findByUid(uid) {
        const key = by_session_uid.get(uid)
        return key === undefined ? undefined : entries.get(key)?.payload
      },
      async findByUserCode() {
        return undefined
      },
      async revokeByGrantId(grant_id) {
        for (const key of by_grant.get(grant_id) ?? []) {
          remove(key)
          keep({ key })
        }
        by_grant.delete(grant_id)
      },
    }
  }

  return {
    adapter,
    checkToken: createTokenCheck(config, (token) =>
      TOKEN_MODELS.map((model) => entries.get(`${model}:${hash(token)}`)).find((stored) => stored !== undefined),
    ),
    close() {
      clearInterval(sweep)
      journal.close()
    },
  }
}

function createTokenCheck({ oauth, quirks }: BankConfig, find: (token: string) => Stored | undefined): TokenCheck {
  const { token_header, kind } = quirks.access
  const bearer = token_header === 'authorization'
  const form = bearer ? /^Bearer ([A-Za-z0-9._~+/-]+=*)$/ : /^([A-Za-z0-9._~+/-]+=*)$/
  const scopes = scopesOf(oauth?.scope ?? '')
  return (headers, payment_id, third_party) => {
    const value = headers[token_header]
    if (value === undefined)
      throw new Refusal('TOKEN_UNKNOWN', `an access token is required${bearer ? '' : ` in the header ${token_header}`}`)
    const [, token] = form.exec(value) ?? []
    if (token === undefined)
      throw new Refusal(
        'TOKEN_INVALID',
        bearer ? 'Authorization is not a Bearer token' : `${token_header} is not a bare token`,
      )
    const stored = find(token)
    if (stored === undefined) throw new Refusal('TOKEN_UNKNOWN', 'the access token is not known')
    if (stored.expires_at <= Date.now()) throw new Refusal('TOKEN_EXPIRED', 'the access token has expired')
    const bound_to: unknown = stored.payload['x5t#S256']
    if (quirks.client_certificate && bound_to !== third_party.thumbprint)
      throw new Refusal('TOKEN_INVALID', 'the access token belongs to another certificate')
    const given = stored.payload.scope?.split(' ') ?? []
    // A third party's own token says no more than who it is.
    if (kind === 'client_credentials' && stored.payload.scope === undefined) return undefined
    if (!scopes.needed(payment_id).every((word) => given.includes(word)))
      throw new Refusal(
        'TOKEN_INVALID',
        `the access token is for ${scopes.name_payment ? 'another payment' : 'something else'}`,
      )
    return stored.payload.accountId
  }
}

/** Reads what is still valid and rewrites the file to just that. */
function loadEntries(path: string): Map<string, Stored> {
  const entries = new Map<string, Stored>()
  if (!existsSync(path)) return entries
  for (const text of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const { key, stored } = JSON.parse(text) as Line
    if (stored === undefined) entries.delete(key)
    else if (stored.expires_at > Date.now()) entries.set(key, stored)
  }
  const lines = [...entries].map(([key, stored]) => `${JSON.stringify({ key, stored })}\n`)
  writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return entries
}
