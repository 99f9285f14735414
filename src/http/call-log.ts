/** Notes each call of a partner, once it is known whose it is, in the log that its own people see. */
import type { FastifyInstance } from 'fastify'
import type { Context } from '../domain/context.ts'
import { callsWritten, noteCall } from '../domain/portal/calls.ts'

export function logCalls(
  server: FastifyInstance,
  context: Pick<Context, 'db' | 'log' | 'clock'>,
  surface: 'partner' | 'gateway',
): void {
  server.addHook('onResponse', (request, reply, done) => {
    if (request.partner_id !== undefined) {
      const took_ms = Math.round(reply.elapsedTime)
      noteCall(context, {
        partner_id: request.partner_id,
        at: new Date(context.clock.now().getTime() - took_ms),
        surface,
        method: request.method,
        route: request.routeOptions.url ?? '(none)',
        status: reply.statusCode,
        error_code: request.error_code ?? null,
        took_ms,
        trace_id: request.id,
        payment_id: paymentIdOf(request.params),
      })
    }
    done()
  })
  server.addHook('onClose', () => callsWritten(context))
}

function paymentIdOf(params: unknown): number | null {
  const { paymentId } = params as { readonly paymentId?: string }
  if (paymentId === undefined || !/^[1-9]\d{0,15}$/.test(paymentId)) return null
  const payment_id = Number(paymentId)
  return Number.isSafeInteger(payment_id) ? payment_id : null
}
