/** A browser and a client at a bank's authorization server. */
import { createHash, randomBytes } from 'node:crypto'
import { type CallAnswer, call } from './call.ts'
import { cookiesOf, type Pki, postForm, REDIRECT_URI, type TestWorld } from './world.ts'

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

export type Asked = {
  readonly scope: string
  readonly login: string
  readonly decision?: string
  readonly client_id?: string
  readonly changes?: Readonly<Record<string, string>>
}

/** Authorization request, login, decision, and on: where the browser is sent at the end. */
export async function askPayer(world: TestWorld, asked: Asked): Promise<URL> {
  const { pages_url } = world.bank
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: asked.client_id ?? world.config.oauth?.client_id ?? '',
    redirect_uri: REDIRECT_URI,
    scope: asked.scope,
    state: 's-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...asked.changes,
  })
  const first = await fetch(`${pages_url}/auth?${parameters}`, { redirect: 'manual' })
  const cookies = cookiesOf(first)
  const page = new URL(first.headers.get('location') ?? '', pages_url)
  if (page.origin !== new URL(pages_url).origin || !page.pathname.startsWith('/oauth/')) return page
  const { password } = world.person(asked.login)
  const entered = await postForm(`${page.href}/login`, { login: asked.login, password }, { cookie: cookies })
  const all = `${cookies}; ${cookiesOf(entered)}`
  const decided = await postForm(`${page.href}/decision`, { decision: asked.decision ?? 'approve' }, { cookie: all })
  const onward = new URL(decided.headers.get('location') ?? '', pages_url)
  if (onward.origin !== new URL(pages_url).origin) return onward
  const resumed = await fetch(onward, { redirect: 'manual', headers: { cookie: all } })
  return new URL(resumed.headers.get('location') ?? '')
}

/** The token endpoint, over the third party's own connection. */
export function tokenCall(
  pki: Pki,
  world: TestWorld,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  input: Partial<Parameters<typeof call>[2]> = {},
): Promise<CallAnswer> {
  return call(pki, world, {
    path: '/token',
    body: new URLSearchParams(form).toString(),
    ...input,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
}

/** The code that came back, exchanged. */
export function exchange(
  pki: Pki,
  world: TestWorld,
  back: URL,
  changes: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<CallAnswer> {
  const form = {
    grant_type: 'authorization_code',
    client_id: world.config.oauth?.client_id ?? '',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    ...changes,
  }
  return tokenCall(pki, world, form, headers)
}
