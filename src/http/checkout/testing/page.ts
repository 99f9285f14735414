/** For tests: the page's server over payments of a real database, called as the page calls it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../../domain/context.ts'
import { type Fixture, openFixture } from '../../../domain/initiation/fixture.ts'
import { pageState } from '../../../domain/initiation/payer/capability.ts'
import type { PaymentKey } from '../../../domain/initiation/store.ts'
import type { PaymentView } from '../contract.ts'
import { startCheckout } from '../server.ts'

export type PageWorld = {
  readonly f: Fixture
  readonly context: Context
  readonly url: string
  /** With a body it is a POST. */
  call<T = PaymentView>(key: PaymentKey, path: string, body?: unknown): Promise<{ status: number; body: T }>
  close(): Promise<void>
}

/** @param banksOf which banks there are; absent: the fixture's one */
export async function openPage(
  type: 'Ecommerce' | 'Finance',
  banksOf: (f: Fixture) => Context['banks'] = (f) => f.context.banks,
): Promise<PageWorld> {
  const f = await openFixture(type, {
    PUNTE_CHECKOUT_HOST: '127.0.0.1',
    PUNTE_CHECKOUT_PORT: 0,
    PUNTE_TRUSTED_PROXIES: [],
    PUNTE_ADDRESS_RATE_PER_MINUTE: 100_000,
    PUNTE_PAGE_RETURN_SECONDS: 10,
  })
  const folder = await mkdtemp(join(tmpdir(), 'punte-pages-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Plată</title>')
  const context: Context = { ...f.context, banks: banksOf(f) }
  const server = await startCheckout(context, folder)
  return {
    f,
    context,
    url: server.url,
    async call<T>(key: PaymentKey, path: string, body?: unknown) {
      const answer = await fetch(`${server.url}/checkout/api/payments/${key.payment_id}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'payment-state': pageState(context.keys, key),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: (await answer.json()) as T }
    },
    async close() {
      await server.close()
      await f.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
