/** The few things of HTTP that the interface and the pages share. */
import type { IncomingMessage } from 'node:http'

export class BodyTooLarge extends Error {}

/** The whole body; throws BodyTooLarge as soon as it exceeds the limit. */
export async function readBody(request: IncomingMessage, limit_bytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit_bytes) throw new BodyTooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit_bytes) throw new BodyTooLarge()
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** Value of a cookie, or undefined. */
export function readCookie(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}
