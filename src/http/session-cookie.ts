/**
 * The cookie that carries a session's token, and beside it one by which a browser is known again at the next sign-in: the browser
 * keeps both from scripts and from other sites.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DEVICE_DAYS, DEVICE_TEXT_MAX } from '../domain/staff/tries/device.ts'

type Cookie = {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, text: string): void
  clear(reply: FastifyReply): void
}

export type SessionCookie = Cookie & {
  /** Outlives sessions (src/domain/staff/tries/device.ts). */
  readonly device: Cookie
}

const MAX_TOKEN = 100

/**
 * @param name of the surface; on https with the prefix `__Host-`, which binds the cookie to this very host and path
 * @param public_url the surface's; plain http is for loopback only
 */
export function sessionCookie(name: string, public_url: string): SessionCookie {
  const device = { name: `${name}_device`, longest: DEVICE_TEXT_MAX, days: DEVICE_DAYS }
  return { ...cookieOf({ name, longest: MAX_TOKEN }, public_url), device: cookieOf(device, public_url) }
}

/** @param cookie.days how long the browser keeps it; absent: until it is closed */
function cookieOf(
  cookie: { readonly name: string; readonly longest: number; readonly days?: number },
  public_url: string,
): Cookie {
  const { name, longest, days } = cookie
  const is_https = public_url.startsWith('https:')
  const full = is_https ? `__Host-${name}` : name
  const attributes = `Path=/; HttpOnly; SameSite=Strict${is_https ? '; Secure' : ''}`
  return {
    read(request) {
      const found = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
        const at = pair.indexOf('=')
        return at !== -1 && pair.slice(0, at).trim() === full ? [pair.slice(at + 1).trim()] : []
      })
      // Two of one name: one of them was slipped to the browser.
      const [token] = found
      return found.length === 1 && token !== undefined && token !== '' && token.length <= longest ? token : undefined
    },
    set(reply, text) {
      const kept = days === undefined ? '' : `; Max-Age=${days * 86_400}`
      reply.header('set-cookie', `${full}=${text}; ${attributes}${kept}`)
    },
    clear(reply) {
      reply.header('set-cookie', `${full}=; ${attributes}; Max-Age=0`)
    },
  }
}
