/** Which reader a body is for: the bank takes each service in one format. */
import type { Order, Service } from '../../book/order.ts'
import { Refusal } from '../refusal.ts'
import { readJsonOrder, readStandingOrder } from './json.ts'
import { readParts } from './multipart.ts'
import { readXmlOrder } from './pain001.ts'
import { readSchedule } from './schedule.ts'
import { faulty, type OrderContext } from './transfer.ts'

/** Throws Refusal (FORMAT_ERROR with the path, and others) when the body is not an order that this service can carry. */
export function readOrder(
  context: OrderContext,
  service: Service,
  body: Buffer,
  content_type: string | undefined,
): Order {
  const offered = context.config.services[service]
  if (offered === undefined) throw new Refusal('SERVICE_INVALID', 'this payment service is not offered')
  if (offered.format === 'json') return readJsonOrder(context, service, body)
  if (service !== 'periodic-payments') return readXmlOrder(context, service, body)
  const parts = readParts(body, content_type)
  const [message, standing_order] = [parts.get('xml_sct'), parts.get('json_standingorderType')]
  if (message === undefined || standing_order === undefined || parts.size !== 2)
    throw faulty(message === undefined ? 'xml_sct' : 'json_standingorderType', 'these two parts and no others')
  const order = readXmlOrder(context, service, message)
  return { ...order, schedule: readSchedule(context, readStandingOrder(standing_order)) }
}
