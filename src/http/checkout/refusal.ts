/** Errors in the hosted page's shape (contract.ts `Refusal`). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PunteError } from '../../domain/errors.ts'
import type { Log } from '../../infra/log.ts'
import { refusalOf } from '../server.ts'
import type { Refusal } from './contract.ts'
import { FormError } from './submission.ts'

export function sendRefusal(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = error instanceof PunteError ? error : refusalOf(error)
  if (refusal.code === 'INTERNAL') log.error({ trace_id: request.id, error }, 'a call of the page failed')
  if (refusal.retry_after_s !== undefined) reply.header('retry-after', String(refusal.retry_after_s))
  const body: Refusal = {
    code: refusal.code,
    message: refusal.message,
    traceId: request.id,
    ...(error instanceof FormError && { fields: error.fields }),
  }
  return reply.code(error instanceof FormError ? 422 : refusal.status).send(body)
}
