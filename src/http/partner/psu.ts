/** What a partner with a page of its own tells about its payer's browser, in headers named as banks name them. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { PunteError } from '../../domain/errors.ts'
import type { PsuContext } from '../../infra/banks/connector.ts'

const MAX_USER_AGENT = 256
const MAX_LANGUAGE = 64

const header = (description: string, max: number) => ({ type: 'string', maxLength: max, description })

/** For the OpenAPI text; what is read of them is checked below. */
export const PsuHeaders = {
  type: 'object',
  properties: {
    'PSU-IP-Address': header("Headless: the address of the payer's browser. Passed on to the bank.", 45),
    'PSU-User-Agent': header("Headless: the User-Agent of the payer's browser.", MAX_USER_AGENT),
    'PSU-Accept-Language': header("Headless: the Accept-Language of the payer's browser.", MAX_LANGUAGE),
  },
}

/** @returns undefined where no address is told @throws PunteError FIELD_INVALID */
export function psuOf(request: FastifyRequest): PsuContext | undefined {
  const ip_address = one(request, 'psu-ip-address')
  if (ip_address === undefined) return undefined
  // A zone (fe80::1%eth0) means something on the partner's machine only, and no bank takes it.
  if (isIP(ip_address) === 0 || ip_address.includes('%'))
    throw new PunteError('FIELD_INVALID', { field: 'PSU-IP-Address' })
  const user_agent = one(request, 'psu-user-agent')?.slice(0, MAX_USER_AGENT)
  const language = one(request, 'psu-accept-language')?.slice(0, MAX_LANGUAGE)
  return {
    ip_address,
    ...(user_agent !== undefined && { user_agent }),
    ...(language !== undefined && { language }),
  }
}

function one(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  return text === undefined || text === '' ? undefined : text
}
