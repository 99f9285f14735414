/** Long answers are compressed: a list of 500 payments is 90 kB of JSON, and a tenth of it on the way to a phone. */
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { JSON_TYPE } from '../server.ts'

/** Shorter ones gain nothing that is felt. */
const LONG_BYTES = 8_192
/** Beyond it the time grows faster than the answer shrinks. */
const LEVEL = constants.Z_BEST_SPEED

const compress = promisify(gzip)

/**
 * An answer as JSON, compressed (gzip, RFC 9110 §8.4.1.3) where it is long and the caller takes that. For calls that no
 * foreign page can make with content of its own: the length tells nothing to who cannot ask again and again.
 */
export async function asJson(request: FastifyRequest, reply: FastifyReply, answer: object): Promise<string | Buffer> {
  const text = JSON.stringify(answer)
  reply.type(JSON_TYPE).header('vary', 'accept-encoding')
  if (text.length < LONG_BYTES || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return text
  reply.header('content-encoding', 'gzip')
  return compress(text, { level: LEVEL })
}
