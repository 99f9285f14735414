/** clientActivation: a partner tells of a merchant of its own that wants to be a partner too. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { activateClient } from '../../domain/compliance/invitations/activate.ts'
import type { Context } from '../../domain/context.ts'
import { ListFaultsError, PunteError } from '../../domain/errors.ts'
import type { Limits } from '../limits.ts'
import type { ParsedBody } from './bodies.ts'
import { callerByClientId } from './caller.ts'
import { propertiesOf, readFields, required, type Table } from './fields.ts'
import { jsonBody } from './initiation-body.ts'
import { bothSpellings } from './paths.ts'
import { ActivationAnswer, errorAnswers } from './schemas.ts'
import { requireCertificate } from './token.ts'

/** The logo is the most of it. */
const ACTIVATION_BODY_LIMIT = 256 * 1024

/** Names as today's clients write them. */
const FIELDS = {
  name: { kind: 'text', max_length: 200, description: 'Name of the merchant.' },
  cifCnp: { kind: 'id', max_length: 20, description: 'CUI of a company, with or without RO, or CNP of a person.' },
  tradeRegisterNumber: { kind: 'text', max_length: 40, description: 'Number in the trade register, as J40/1/2020.' },
  officeAddress: { kind: 'text', max_length: 250, description: 'Seat, on one line.' },
  county: { kind: 'text', max_length: 40, description: 'County of the seat.' },
  bank: { kind: 'text', max_length: 100, description: 'Bank of the account.' },
  iban: { kind: 'text', max_length: 42, description: 'Account of the merchant.' },
  contactPerson: { kind: 'text', max_length: 140, description: 'Who signs for the merchant: last name, first name.' },
  contactEmail: { kind: 'text', max_length: 254, description: 'Mail address of the contact.' },
  contactPhone: { kind: 'text', max_length: 30, description: 'Phone of the contact.' },
  vatPayer: { kind: 'flag', description: 'Whether the merchant pays VAT.' },
  vatRate: { kind: 'id', max_length: 20, description: 'Its rate of VAT, in percent.' },
  nonpayingVAT: { kind: 'flag', description: 'The opposite of vatPayer.' },
  persAcceptTCSF: { kind: 'text', max_length: 200, description: 'Who has accepted the terms for the merchant.' },
  dataAcceptTCSF: { kind: 'text', max_length: 40, description: 'When, as 2030-01-31T10:00:00.' },
  correspondanceAddress: { kind: 'text', max_length: 250, description: 'Address for letters.' },
  role: { kind: 'text', max_length: 70, description: 'As what the contact signs: administrator, …' },
  platformURL: { kind: 'text', max_length: 500, description: 'Where the merchant sells.' },
  logo: { kind: 'text', max_length: 131_072, description: 'data: URI of a PNG or SVG.' },
} as const satisfies Table

const schema = {
  summary: 'Tell of a merchant that wants to be a partner',
  description: [
    'Opens an onboarding case with what is told; the operator takes it from there, nothing is switched on by the call. The same',
    'cifCnp again is the same case and answers the same; what was told first stays. All faults are told at once, in `faults`.',
  ].join('\n'),
  tags: ['Onboarding'],
  operationId: 'clientActivation',
  headers: Type.Object({ clientId: Type.String({ description: 'The client id of the calling partner.' }) }),
  body: Type.Object(propertiesOf(FIELDS)),
  response: { 200: ActivationAnswer, ...errorAnswers },
}

export function serveActivation(server: FastifyInstance, context: Context, limits: Limits): void {
  const options = {
    validatorCompiler: () => () => true,
    onRequest: requireCertificate,
    bodyLimit: ACTIVATION_BODY_LIMIT,
  }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/clientActivation')) {
    server.post(path, { schema: { ...schema, hide }, ...options }, async (request) => {
      const client_id = [request.headers.clientid].flat()[0]
      if (client_id === undefined || client_id === '') throw new PunteError('FIELD_REQUIRED', { field: 'clientId' })
      const { partner } = await callerByClientId(context, limits, request, client_id)
      const fields = readActivation(jsonBody(request.body as ParsedBody | undefined))
      const actor = { kind: 'partner', name: partner.client_id, origin: request.ip } as const
      const { case_id } = await activateClient({ ...context, actor }, { partner, fields })
      // How the case stands is between the operator and the merchant.
      return { status: 200, messageStatus: 'OK', result: { activationId: case_id, activationStatus: 'RECEIVED' } }
    })
  }
}

function readActivation(body: ReturnType<typeof jsonBody>) {
  if (Array.isArray(body)) throw new PunteError('BODY_MALFORMED', { text: 'The body must be a JSON object.' })
  const given = body as Readonly<Record<string, unknown>>
  const { persAcceptTCSF: who } = given
  const faults: ConstructorParameters<typeof ListFaultsError>[0][number][] = []
  // Some clients tick a box where others write a name.
  const read = readFields(
    FIELDS,
    { ...given, ...(typeof who === 'boolean' && { persAcceptTCSF: String(who) }) },
    faults,
  )
  const { name, cifCnp, ...rest } = read
  if (name === undefined && !faults.some(({ field }) => field === 'name')) faults.push(required('name'))
  if (cifCnp === undefined && !faults.some(({ field }) => field === 'cifCnp')) faults.push(required('cifCnp'))
  if (faults.length > 0 || name === undefined || cifCnp === undefined) throw new ListFaultsError(faults)
  return { name, cifCnp, ...rest }
}
