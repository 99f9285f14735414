/** The OpenAPI text without a server: for the committed file `docs/openapi/office-api.json`. */
import type { Context } from '../../domain/context.ts'
import { createLog } from '../../infra/log.ts'
import { buildOffice } from './server.ts'

/** The OpenAPI 3.1 text of the back office. */
export async function officeOpenApi(): Promise<object> {
  // Routes are only registered, never called: of the context nothing but these settings is read.
  const settings = {
    PUNTE_OFFICE_URL: 'https://office.example',
    PUNTE_ADDRESS_RATE_PER_MINUTE: 1,
    PUNTE_TRUSTED_PROXIES: [],
  }
  const server = await buildOffice({ settings, log: createLog('silent') } as unknown as Context)
  try {
    await server.ready()
    return server.swagger()
  } finally {
    await server.close()
  }
}
