/**
 * The token beside the certificates: where a bank wants one, which, in which header, and what to do when it says that
 * the token is no good any more. Tokens of payers live in their sessions; the one of our own lives here, in memory.
 */
import type { AccessSession, BankAnswer, BankSession } from '../connector.ts'
import type { BerlinGroupParts, Sent } from './calls.ts'
import { createOAuthClient, type OAuthClient, type Tokens } from './oauth.ts'
import type { Headers } from './signing.ts'

/** tppMessages codes (§14.11) that a fresh access token may cure. */
const TOKEN_FAULTS: readonly string[] = ['TOKEN_EXPIRED', 'TOKEN_INVALID', 'TOKEN_UNKNOWN', 'invalid_token', 'HTTP_401']
/** The codes that the standard has for 403: none of them is about the token, as another bank's own word may be. */
const OF_403: readonly string[] = [
  'CONSENT_UNKNOWN',
  'SERVICE_BLOCKED',
  'RESOURCE_UNKNOWN',
  'RESOURCE_EXPIRED',
  'PRODUCT_INVALID',
  'ROLE_INVALID',
]
/** Our own token is renewed so long before its end, or at half of a shorter life. */
const BEFORE_END_MS = 30_000
/** Life of a token whose bank says nothing of it. */
const UNTOLD_LIFE_MS = 5 * 60_000
/** Longer than a call that was sent with the token of before. */
const RENEWAL_KEPT_MS = 120_000

export type Access = {
  /** Absent where certificates are enough. */
  readonly oauth?: OAuthClient
  /**
   * Asks with the token that is held, or with our own; where the bank says that it is no good, renews it and asks once
   * more. `renewed` must be kept whatever the answer is: the bank accepts the old ones no more.
   */
  ask(
    held: AccessSession,
    call: (token: Headers) => Promise<Sent>,
  ): Promise<{ readonly answer: Sent; readonly renewed?: Tokens }>
  /** Our own token (client_credentials), asked for anew where the cached one is near its end. */
  own(): Promise<BankAnswer<Tokens>>
}

export function createAccess(parts: BerlinGroupParts): Access {
  const { access } = parts.profile
  if (access.kind === 'certificate') {
    const own = async (): Promise<BankAnswer<Tokens>> => ({ kind: 'not_sent', reason: 'NO_TOKENS_HERE' })
    return { ask: async (_held, call) => ({ answer: await call({}) }), own }
  }
  const oauth = createOAuthClient({ ...parts, access })
  const headerOf = (token: string): Headers =>
    access.token_header === 'authorization' ? { authorization: `Bearer ${token}` } : { [access.token_header]: token }
  const ours = ownToken(parts, oauth)
  const renew = onceEach(parts, oauth)

  async function askAsPayer(held: AccessSession, call: (token: Headers) => Promise<Sent>) {
    if (typeof held.access_token !== 'string') return { answer: await call({}) }
    const first = await call(headerOf(held.access_token))
    if (!isTokenFault(first) || typeof held.refresh_token !== 'string') return { answer: first }
    const tokens = await renew(held.refresh_token)
    if (tokens.kind !== 'ok') return { answer: first }
    return { answer: await call(headerOf(tokens.value.access_token)), renewed: tokens.value }
  }
  async function askAsOurselves(call: (token: Headers) => Promise<Sent>): Promise<{ answer: Sent }> {
    const token = await ours.get()
    if (token.kind !== 'ok') return { answer: withoutToken(token) }
    const first = await call(headerOf(token.value.access_token))
    if (!isTokenFault(first)) return { answer: first }
    ours.forget(token.value)
    const next = await ours.get()
    return { answer: next.kind === 'ok' ? await call(headerOf(next.value.access_token)) : first }
  }
  return {
    oauth,
    ask: (held, call) => (access.kind === 'client_credentials' ? askAsOurselves(call) : askAsPayer(held, call)),
    own: ours.get,
  }
}

/** However the question for a token ended, the call itself was not made. */
const withoutToken = (answer: Exclude<BankAnswer<Tokens>, { kind: 'ok' }>): Sent => ({
  kind: 'not_sent',
  reason: answer.kind === 'refused' ? answer.code : answer.reason,
})

/**
 * A refresh token works once, and a bank that sees it twice may take back everything given for it (RFC 9700 §4.14.2), so
 * that nobody could ask it about the payment again. Who asks with the old one meanwhile gets what the first one got.
 */
function onceEach({ clock }: BerlinGroupParts, oauth: OAuthClient): OAuthClient['renew'] {
  const renewals = new Map<string, { readonly answer: Promise<BankAnswer<Tokens>>; readonly until_ms: number }>()
  return (refresh_token) => {
    const now_ms = clock.now().getTime()
    for (const [token, { until_ms }] of renewals) if (until_ms <= now_ms) renewals.delete(token)
    const known = renewals.get(refresh_token)
    if (known !== undefined) return known.answer
    const answer = oauth.renew(refresh_token)
    renewals.set(refresh_token, { answer, until_ms: now_ms + RENEWAL_KEPT_MS })
    // What failed may be tried again.
    void answer.then(({ kind }) => kind !== 'ok' && renewals.delete(refresh_token))
    return answer
  }
}

/** One request for a token at a time, whoever asks; kept until shortly before it ends. */
function ownToken({ clock }: BerlinGroupParts, oauth: OAuthClient) {
  let kept: { readonly tokens: Tokens; readonly until_ms: number } | undefined
  let asking: Promise<BankAnswer<Tokens>> | undefined

  async function ask(): Promise<BankAnswer<Tokens>> {
    const begun_ms = clock.now().getTime()
    const answer = await oauth.own()
    if (answer.kind === 'ok') {
      const { expires_in_s, ...tokens } = answer.value
      const life_ms = expires_in_s === undefined ? UNTOLD_LIFE_MS : expires_in_s * 1_000
      kept = { tokens, until_ms: begun_ms + Math.max(life_ms - BEFORE_END_MS, life_ms / 2) }
      return { kind: 'ok', value: tokens }
    }
    return answer
  }
  return {
    async get(): Promise<BankAnswer<Tokens>> {
      if (kept !== undefined && clock.now().getTime() < kept.until_ms) return { kind: 'ok', value: kept.tokens }
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    /** Unless another call has replaced it already. */
    forget(tokens: Tokens): void {
      if (kept?.tokens.access_token === tokens.access_token) kept = undefined
    },
  }
}

/** 401 with a code about tokens; or 403 in a form of the bank's own, as BCR answers when the token has expired. */
function isTokenFault(answer: Sent): boolean {
  if (answer.kind !== 'refused') return false
  if (answer.http_status === 401) return TOKEN_FAULTS.includes(answer.code)
  return answer.http_status === 403 && !OF_403.includes(answer.code)
}

/** The verifier has served; the state stays, since a second return of the same browser names it. */
export function withTokens(session: BankSession, tokens: Tokens): BankSession {
  const { code_verifier: _used, ...rest } = session
  return { ...rest, bank_payment_id: session.bank_payment_id, ...tokens }
}
