/** Errors in the hosted page's shape (contract.ts `Refusal`). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../infra/log.ts'
import { logFault, refusalOf, retryAfter } from '../server.ts'
import type { Refusal } from './contract.ts'
import { FormError } from './submission.ts'

/** A form with faulty fields is 422, so that the page tells it from a call that is wrong as a whole. */
export function sendRefusal(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error)
  request.error_code = refusal.code
  logFault(log, refusal, request)
  const body: Refusal = {
    code: refusal.code,
    message: refusal.message,
    traceId: request.id,
    ...(error instanceof FormError && { fields: error.fields }),
  }
  const status = error instanceof FormError ? 422 : refusal.status
  return reply.code(status).headers(retryAfter(refusal)).send(body)
}
