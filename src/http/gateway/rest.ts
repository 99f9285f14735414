/**
 * REST: one route for each method and path of the table of operations, with and without a slash behind. Whatever a body
 * calls itself it is read as JSON; none at all is an empty object. The ids of the address join the fields, so that REST and
 * NVP are one from there on.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Limits } from '../limits.ts'
import { type Authenticated, authenticate, basicCredentials } from './authentication.ts'
import { isList, isNested, type Nested, type NestedValue } from './grammar.ts'
import { readJson } from './json.ts'
import { without } from './nested.ts'
import { OPERATION_TABLE, type RestMethod, type ServedOperation } from './operations.ts'
import { PATHS, type PathNames, readVersion } from './paths.ts'
import { operationOf, perform } from './perform.ts'
import { information } from './records.ts'

export const JSON_ANSWER = 'application/json;charset=UTF-8'
const INFORMATION_SECONDS = 10
const NO_BODY = Buffer.alloc(0)

type Caller = Authenticated & { readonly version: number }

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the card API's REST calls, once authenticated. */
    gateway_caller: Caller | undefined
  }
}

export function serveRest(server: FastifyInstance, context: Context, limits: Limits): void {
  server.decorateRequest('gateway_caller', undefined)
  for (const { method, path, operations } of restRoutes()) {
    const required = [...operations.values()].some((operation) => OPERATION_TABLE[operation].named_in_body)
    const of_session = path === 'session'
    for (const url of [PATHS[path], `${PATHS[path]}/`]) {
      server.route({
        method,
        url,
        // Before the body is read: a stranger's is not worth it.
        onRequest: async (request) => {
          const names = request.params as PathNames
          const version = readVersion(names.version)
          const caller = await authenticate(context, limits, request, {
            credentials: basicCredentials(request.headers.authorization),
            merchant_id: names.merchant ?? '',
            ...(of_session && { session_id: names.session }),
          })
          request.gateway_caller = { ...caller, version }
        },
        handler: async (request, reply) => {
          const body = Buffer.isBuffer(request.body) ? readJson(request.body) : readJson(NO_BODY)
          const operation = operationOf(body.apiOperation, operations, required)
          const caller = request.gateway_caller as Caller
          const fields = withPathNames(body, request.params as PathNames)
          const answer = await perform(context, { ...caller, operation, fields })
          return sendJson(reply, OPERATION_TABLE[operation].status, answer)
        },
      })
    }
  }
  for (const url of [PATHS.information, `${PATHS.information}/`]) {
    server.get(url, (request: FastifyRequest, reply) => {
      readVersion((request.params as PathNames).version)
      reply.header('cache-control', `public, max-age=${INFORMATION_SECONDS}`)
      return sendJson(reply, 200, information())
    })
  }
}

function sendJson(reply: FastifyReply, status: number, answer: Nested): FastifyReply {
  return reply.code(status).header('content-type', JSON_ANSWER).send(JSON.stringify(answer))
}

type RestRoute = {
  readonly method: RestMethod
  readonly path: keyof typeof PATHS
  /** By the name a body may give it. */
  readonly operations: Map<string, ServedOperation>
}

function restRoutes(): Iterable<RestRoute> {
  const routes = new Map<string, RestRoute>()
  for (const [name, { rest, nvp }] of Object.entries(OPERATION_TABLE)) {
    for (const [method, path] of rest) {
      const route = routes.get(`${method} ${path}`) ?? { method, path, operations: new Map() }
      route.operations.set(nvp, name as ServedOperation)
      routes.set(`${method} ${path}`, route)
    }
  }
  return routes.values()
}

/** Where NVP has what a REST address says. */
const PLACES: readonly (readonly [keyof PathNames, string, string])[] = [
  ['order', 'order', 'id'],
  ['transaction', 'transaction', 'id'],
  ['session', 'session', 'id'],
  ['agreement', 'agreement', 'id'],
  ['token', 'sourceOfFunds', 'token'],
]

/**
 * The body's fields with what the address names in its place.
 * @throws PunteError FIELD_INVALID when the body names another merchant, order … than the address
 */
function withPathNames(body: Nested, names: PathNames): Nested {
  refuseOther('merchant', body.merchant, names.merchant)
  const fields: Record<string, NestedValue> = { ...without(body, ['apiOperation']), merchant: names.merchant ?? '' }
  for (const [name, group, leaf] of PLACES) {
    const id = names[name]
    if (id === undefined) continue
    const given = fields[group]
    if (isNested(given)) {
      refuseOther(`${group}.${leaf}`, given[leaf], id)
      fields[group] = { ...given, [leaf]: id }
      // Anything but nothing in a group's place is left there for the check of the fields to refuse.
    } else if (given === undefined || given === null || (isList(given) && given.length === 0))
      fields[group] = { [leaf]: id }
  }
  return fields
}

function refuseOther(field: string, given: NestedValue | undefined, named: string | undefined): void {
  if (given === undefined || given === null || named === undefined || given === named) return
  if (typeof given === 'number' && String(given) === named) return
  throw new PunteError('FIELD_INVALID', { field, text: 'The value is not the one of the address.' })
}
