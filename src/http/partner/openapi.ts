/** The OpenAPI text without a server: for the committed file `docs/openapi/partner-api.json`. */
import '@fastify/swagger'
import type { Context } from '../../domain/context.ts'
import { createLog } from '../../infra/log.ts'
import { buildPartnerApi } from './api.ts'

/** The OpenAPI 3.1 text of the partner API. */
export async function partnerOpenApi(): Promise<object> {
  // Routes are only registered, never called: of the context nothing but these settings is read.
  const settings = {
    PUNTE_PARTNER_URL: 'https://partner.example',
    PUNTE_ADDRESS_RATE_PER_MINUTE: 1,
    PUNTE_PARTNER_RATE_PER_MINUTE: 1,
  }
  const server = await buildPartnerApi({ settings, log: createLog('silent') } as unknown as Context, { docs: false })
  try {
    await server.ready()
    return server.swagger()
  } finally {
    await server.close()
  }
}
