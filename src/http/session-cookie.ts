/** The cookie that carries a session's token: the browser keeps it from scripts and from other sites. */
import type { FastifyReply, FastifyRequest } from 'fastify'

export type SessionCookie = {
  read(request: FastifyRequest): string | undefined
  set(reply: FastifyReply, token: string): void
  clear(reply: FastifyReply): void
}

const MAX_TOKEN = 100

/**
 * @param name of the surface; on https with the prefix `__Host-`, which binds the cookie to this very host and path
 * @param public_url the surface's; plain http is for loopback only
 */
export function sessionCookie(name: string, public_url: string): SessionCookie {
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
      return found.length === 1 && token !== undefined && token !== '' && token.length <= MAX_TOKEN ? token : undefined
    },
    set(reply, token) {
      reply.header('set-cookie', `${full}=${token}; ${attributes}`)
    },
    clear(reply) {
      reply.header('set-cookie', `${full}=; ${attributes}; Max-Age=0`)
    },
  }
}
