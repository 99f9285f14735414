/** A shop that takes cards at the fake card API, and a browser's worth of cookies. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority } from '../../partner/testing/pki.ts'
import { createPartnerWorld } from '../../partner/testing/world.ts'
import { configReader } from '../../process/config.ts'
import type { Running } from '../../process/lifecycle.ts'
import { startShop } from '../shop.ts'
import { type FakeGateway, GATEWAY_MERCHANT, GATEWAY_PASSWORD, startFakeGateway } from './fake-gateway.ts'

export const MASTERCARD = '5123450000000008'
export const VISA = '4508750015741019'
export const NAME_ON_CARD = 'Titulara Cardului'

export type CardShopWorld = {
  readonly gateway: FakeGateway
  /** Where the shop keeps its files. */
  readonly data_dir: string
  /** A payment from an account got this far. */
  deliver: Awaited<ReturnType<typeof createPartnerWorld>>['deliver']
  url(path: string): string
  /** Ends the shop and starts it anew on its files. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function createCardShopWorld(): Promise<CardShopWorld> {
  const partner = await createPartnerWorld()
  const authority = await createAuthority('Card CA')
  const gateway = await startFakeGateway(await authority.issue('localhost', 'ec', 'server'))
  const ca_file = join(partner.config.data_dir, '..', 'card-ca.pem')
  await writeFile(ca_file, authority.certificate)
  const card = { base_url: gateway.url, merchant_id: GATEWAY_MERCHANT, api_password: GATEWAY_PASSWORD, ca_file }
  const start = (): Promise<Running> => startShop(configReader({ ...partner.config, card }))
  let shop = await start()
  return {
    gateway,
    data_dir: partner.config.data_dir,
    deliver: partner.deliver,
    url: (path) => `${shop.facts.url}${path}`,
    restart: async () => {
      await shop.close()
      shop = await start()
    },
    close: async () => {
      await shop.close()
      await gateway.close()
      await partner.close()
    },
  }
}

export type Buyer = ReturnType<typeof buyerOf>
export type Seen = { readonly status: number; readonly location: string; readonly text: string }

/** Somebody with a browser: keeps cookies, follows nothing by itself. */
export function buyerOf(world: CardShopWorld) {
  const cookies = new Map<string, string>()
  const call = async (path: string, init: RequestInit = {}): Promise<Seen> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(world.url(path), { ...init, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() }
  }
  const get = (path: string) => call(path)
  const post = (path: string, fields: Record<string, string> = {}) =>
    call(path, { method: 'POST', body: new URLSearchParams(fields) })
  return {
    get,
    post,
    cookies,
    json: async <T>(path: string): Promise<T> => JSON.parse((await call(path)).text) as T,
    /** An order of tulips whose payer chose the card. @returns its id */
    order: async (): Promise<string> => {
      cookies.set('florarie_cos', 'lalele.1')
      const { location } = await post('/checkout', {
        name: 'Ana Pop',
        email: 'ana@example.ro',
        iban: '',
        pay_with: 'card',
      })
      return /^\/orders\/(FA-\w{10})\/card$/.exec(location)?.[1] ?? `no order: ${location}`
    },
  }
}

/** What one types into the form. */
export function typed(changes: Record<string, string> = {}): Record<string, string> {
  return { number: MASTERCARD, name: NAME_ON_CARD, expiry: '01/39', code: '927', ...changes }
}
