/** Who a browser is: a random id in a cookie that only this shop can make. Kept cards and series belong to it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Customers = {
  /** The id in the cookie; undefined where there is none or it was not made here. */
  read(cookies: string | undefined): string | undefined
  make(): { readonly customer_id: string; readonly cookie: string }
}

const COOKIE = 'florarie_client'
const YEAR_S = 31_536_000

/** The key is made on first use and readable by its owner alone. */
export async function openCustomers(data_dir: string): Promise<Customers> {
  const key = await readKey(join(data_dir, 'cookie.key'))
  const sign = (customer_id: string): string =>
    createHmac('sha256', key).update(`${COOKIE}:${customer_id}`).digest('base64url')
  return {
    read: (cookies) => {
      const [, customer_id = '', signature = ''] =
        new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f]{32})\\.([\\w-]{43})(?:;|$)`).exec(cookies ?? '') ?? []
      const expected = Buffer.from(sign(customer_id))
      const given = Buffer.from(signature)
      return given.length === expected.length && timingSafeEqual(given, expected) ? customer_id : undefined
    },
    make: () => {
      const customer_id = randomBytes(16).toString('hex')
      const value = `${customer_id}.${sign(customer_id)}`
      return { customer_id, cookie: `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_S}` }
    },
  }
}

async function readKey(path: string): Promise<Buffer> {
  await mkdir(join(path, '..'), { recursive: true })
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(randomBytes(32))
    await file.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = await readFile(path)
  if (key.length !== 32) throw new Error(`${path}: must hold 32 bytes; remove it to have a new one made`)
  return key
}
