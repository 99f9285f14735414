/**
 * The chapter of the banks: every bank of the world is paid at, refused, run dry, left and cancelled. First: a payer's
 * browser at any of them, with its cookies and without JavaScript. bank-cases.ts are the journeys, wire.ts holds what was
 * said against the text of the standard.
 */
import assert from 'node:assert/strict'
import type { Person } from '../world/parties.ts'
import { decideOnPhone, type payerAt } from '../world/payer.ts'

export type Decision = 'approve' | 'refuse' | 'return'

const TIMEOUT_MS = 120_000
const MAX_STEPS = 6

type Page = { readonly url: string } | { readonly left: string }

/** A browser with a cookie jar that stays at one bank until the bank sends it away. */
function browserAt(bank_url: string) {
  const jar = new Map<string, string>()
  const own = new URL(bank_url).origin
  const step = async (url: string, form?: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const text = await response.text()
    const location = response.headers.get('location')
    if (location !== null) return new URL(location, url).href
    assert.ok(response.ok, `${new URL(url).pathname}: ${response.status} ${text.slice(0, 300)}`)
    return undefined
  }
  return {
    /** Goes on until a page of the bank shows, or the bank leads elsewhere. */
    async go(start: string, form?: Readonly<Record<string, string>>): Promise<Page> {
      let url = start
      let next = await step(url, form)
      for (let steps = 0; next !== undefined && steps < MAX_STEPS; steps += 1) {
        if (new URL(next).origin !== own) return { left: next }
        url = next
        next = await step(url)
      }
      assert.equal(next, undefined, 'the bank sends the browser in circles')
      return { url }
    },
  }
}

/** Signs in at the page where the address leads, and decides. @returns where the bank sends the browser */
export async function decide(address: string, who: Person, decision: Decision): Promise<string> {
  const browser = browserAt(who.bank_url)
  const page = await browser.go(address)
  if ('left' in page) return page.left
  await browser.go(`${page.url}/login`, { login: who.login, password: who.password })
  const decided = await browser.go(`${page.url}/decision`, { decision })
  assert.ok('left' in decided, 'the bank keeps the browser')
  return decided.left
}

/** The browser takes the way back. @returns where it is sent: our page, or on to the bank */
export async function follow(return_url: string): Promise<string> {
  const response = await fetch(return_url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  assert.equal(response.status, 303, await response.text())
  return response.headers.get('location') ?? ''
}

/** Our page sends the payer to the bank a second time, once he has let us in: everything before that is agreed to. */
export async function toPayment(address: string, who: Person): Promise<string> {
  if (!ENTERED_FIRST.has(who.bank_id)) return address
  const onward = await follow(await decide(address, who, 'approve'))
  assert.equal(new URL(onward).origin, who.bank_url, 'from the entrance on to the payment')
  return onward
}

export const ENTERED_FIRST: ReadonlySet<string> = new Set(['BCR', 'RZB'])
export const DECOUPLED: ReadonlySet<string> = new Set(['cetate', 'BRD'])

/** Submits, and plays the payer at the bank to the end. @returns the way back, at banks that have one */
export async function atBank(
  payer: ReturnType<typeof payerAt>,
  who: Person,
  email: string,
  decision: 'approve' | 'refuse',
): Promise<string | undefined> {
  if (DECOUPLED.has(who.bank_id)) {
    const { status, body } = await payer.submit(who, email)
    assert.deepEqual([status, body.step], [200, 'waiting'], JSON.stringify(body))
    assert.ok((body.psuMessage ?? '').length > 20, 'the payer is told what to do')
    await decideOnPhone(who, payer.payment_id, decision)
    return undefined
  }
  const address = await toPayment(await payer.toBank(who, email), who)
  const back = await decide(address, who, decision)
  await follow(back)
  return back
}
