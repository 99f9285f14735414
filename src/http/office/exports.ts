/** What a list shows under its filters, all of it, as a file. */
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { type Export, exportOrders, exportPayments, FORMATS, type Format } from '../../domain/search/export.ts'
import { route, type TableRoute } from '../route-table.ts'
import { OrderFilters } from './orders.ts'
import { PaymentFilters } from './payments.ts'

const Files = Type.Object({ format: Type.Enum([...FORMATS]) })

export const exportRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/exports/payments/:format',
    act: 'payment.export',
    summary: 'Payments as CSV or XLSX, people masked.',
    params: Files,
    query: Type.Object(PaymentFilters),
    handle: async ({ acting, params, query, reply }) =>
      send(reply, await exportPayments(acting, query, params.format as Format)),
  }),
  route({
    method: 'GET',
    path: '/exports/orders/:format',
    act: 'payment.export',
    summary: 'Orders of the card rail as CSV or XLSX.',
    params: Files,
    query: Type.Object(OrderFilters),
    handle: async ({ acting, params, query, reply }) =>
      send(reply, await exportOrders(acting, query, params.format as Format)),
  }),
]

function send(reply: FastifyReply, { stream, file_name, content_type }: Export): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename="${file_name}"`)
    .header('x-content-type-options', 'nosniff')
    .type(content_type)
    .send(stream)
}
