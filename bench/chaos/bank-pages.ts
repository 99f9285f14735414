/** What a payer does at a bank, by plain requests: sign in and decide, on the bank's pages or on the phone. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Dispatcher, request } from 'undici'

export type Decision = 'approve' | 'refuse'

/** Somebody with an account. */
export type Person = {
  readonly bank_id: string
  /** Pages of the bank. */
  readonly bank_url: string
  readonly sca: string
  readonly login: string
  readonly password: string
  readonly iban: string
}

const TIMEOUT_MS = 15_000
const MAX_STEPS = 6
const PHONE_TRIES = 20
const PHONE_EVERY_MS = 300

/** One visit of a browser: keeps its cookies, follows nothing by itself. */
function browser(dispatcher: Dispatcher) {
  const jar = new Map<string, string>()
  return async (url: string, form?: Readonly<Record<string, string>>) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie, ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) },
      body: form === undefined ? null : new URLSearchParams(form).toString(),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    const text = await body.text()
    for (const each of [headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = each.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const { location } = headers
    return {
      status: statusCode,
      text,
      location: location === undefined ? undefined : new URL(String(location), url).href,
    }
  }
}

/**
 * Signs in at the page where the address leads, and decides; who has agreed before is only led home once more, and OAuth
 * pages hand out a new code.
 * @returns where the bank sends the browser
 * @throws Error where the bank does not lead on
 */
export async function decideAtBank(
  dispatcher: Dispatcher,
  address: string,
  who: Person,
  decision: Decision,
): Promise<string> {
  const visit = browser(dispatcher)
  /** Until a page of the bank shows, or the bank leads elsewhere. */
  const go = async (start: string, form?: Readonly<Record<string, string>>) => {
    let url = start
    let { status, location } = await visit(url, form)
    for (let steps = 0; location !== undefined && steps < MAX_STEPS; steps += 1) {
      if (new URL(location).origin !== new URL(who.bank_url).origin) return { left: location }
      url = location
      const next = await visit(url)
      status = next.status
      location = next.location
    }
    if (status !== 200) throw new Error(`the bank's page answered ${status}`)
    return { url }
  }
  const page = await go(address)
  if (page.left !== undefined) return page.left
  await go(`${page.url}/login`, { login: who.login, password: who.password })
  const { left } = await go(`${page.url}/decision`, { decision })
  if (left === undefined) throw new Error('the bank keeps the browser')
  return left
}

/** Waits until one of the payments is on the phone, and decides there. @throws Error where it does not come */
export async function decideOnPhone(
  dispatcher: Dispatcher,
  who: Person,
  payment_ids: readonly number[],
  decision: Decision,
): Promise<void> {
  const visit = browser(dispatcher)
  await visit(`${who.bank_url}/phone/login`, { login: who.login, password: who.password })
  for (let tries = 0; tries < PHONE_TRIES; tries += 1) {
    const { text } = await visit(`${who.bank_url}/phone/pending`)
    const pending = (JSON.parse(text) as { payment_id: string; end_to_end_id: string }[]).find(({ end_to_end_id }) =>
      payment_ids.includes(Number(end_to_end_id.split('-')[1])),
    )
    if (pending !== undefined) {
      await visit(`${who.bank_url}/phone/decision`, { payment_id: pending.payment_id, decision })
      return
    }
    await delay(PHONE_EVERY_MS)
  }
  throw new Error('the payment is not on the phone')
}
