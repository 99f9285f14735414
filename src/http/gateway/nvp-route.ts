/** NVP: every operation is a form posted to one address; what REST has in its address and headers stands in fields. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import type { Limits } from '../limits.ts'
import { authenticate, basicCredentials, type Credentials } from './authentication.ts'
import { missingField, type Nested } from './grammar.ts'
import { groupAt, textAt, without } from './nested.ts'
import { readForm, writeForm } from './nvp.ts'
import { OPERATION_TABLE, type ServedOperation } from './operations.ts'
import { NVP_PATH, type PathNames, readVersion } from './paths.ts'
import { operationOf, perform } from './perform.ts'

export const NVP_ANSWER = 'text/plain;charset=UTF-8'
const NO_BODY = Buffer.alloc(0)
const NOT_OF_THE_OPERATION = ['apiOperation', 'apiUsername', 'apiPassword']

const operations: ReadonlyMap<string, ServedOperation> = new Map(
  Object.entries(OPERATION_TABLE).map(([name, { nvp }]) => [nvp, name as ServedOperation]),
)

/** Which operations a session's id may stand for the password of: those of that very session. */
const OF_SESSIONS: ReadonlySet<string> = new Set<ServedOperation>(['UPDATE_SESSION', 'RETRIEVE_SESSION'])

export function serveNvp(server: FastifyInstance, context: Context, limits: Limits): void {
  for (const url of [NVP_PATH, `${NVP_PATH}/`]) {
    server.post(url, async (request, reply) => {
      const version = readVersion((request.params as PathNames).version)
      const form = readForm(Buffer.isBuffer(request.body) ? request.body : NO_BODY, charsetOf(request))
      const named = textAt(form, 'apiOperation')
      const caller = await authenticate(context, limits, request, {
        credentials: credentialsOf(request, form),
        merchant_id: merchantOf(form),
        ...(OF_SESSIONS.has(named ?? '') && { session_id: textAt(groupAt(form, 'session'), 'id') }),
      })
      const operation = operationOf(named, operations, true)
      const fields = withToken(operation, without(form, NOT_OF_THE_OPERATION))
      const answer = await perform(context, { ...caller, operation, version, fields })
      return reply.header('content-type', NVP_ANSWER).send(writeForm(answer))
    })
  }
}

/** @throws PunteError CREDENTIALS_INVALID */
function credentialsOf(request: FastifyRequest, form: Nested): Credentials | undefined {
  const user = textAt(form, 'apiUsername')
  const password = textAt(form, 'apiPassword')
  if (password === undefined) return basicCredentials(request.headers.authorization)
  // The user may be left out: it says what `merchant` says.
  return { user: user ?? `merchant.${merchantOf(form)}`, password }
}

/** @throws PunteError FIELD_REQUIRED */
function merchantOf(form: Nested): string {
  const merchant = textAt(form, 'merchant')
  if (merchant === undefined) throw missingField('merchant')
  return merchant
}

const OF_TOKENS: ReadonlySet<string> = new Set<ServedOperation>(['TOKENIZE', 'RETRIEVE_TOKEN', 'DELETE_TOKEN'])

/** Some clients name the token they mean `token`, as answers do. @throws PunteError FIELD_INVALID */
function withToken(operation: ServedOperation, form: Nested): Nested {
  const token = textAt(form, 'token')
  if (token === undefined || !OF_TOKENS.has(operation)) return form
  const funds = groupAt(form, 'sourceOfFunds') ?? {}
  if (funds.token !== undefined && funds.token !== token)
    throw new PunteError('FIELD_INVALID', { field: 'token', text: 'token and sourceOfFunds.token are not the same.' })
  return { ...without(form, ['token']), sourceOfFunds: { ...funds, token } }
}

function charsetOf(request: FastifyRequest): string | undefined {
  return /;\s*charset="?([\w-]{1,40})/i.exec(request.headers['content-type'] ?? '')?.[1]
}
