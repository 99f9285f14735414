/** The list of banks, for partners with a page of their own. */
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { bankObstacles } from '../../domain/initiation/payer/availability.ts'
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { Limits } from '../limits.ts'
import { callerByClientId } from './caller.ts'
import { bothSpellings } from './paths.ts'
import { BanksAnswer, errorAnswers } from './schemas.ts'
import { clientIdOf, requireCertificate } from './token.ts'

const schema = {
  summary: 'Banks, and what each of them wants',
  description:
    'For partners with a page of their own (isHeadless). `active` false: the bank does not answer now, or has announced maintenance.',
  tags: ['Payments'],
  operationId: 'banks',
  querystring: Type.Object({
    client_id: Type.String({
      description: 'Also accepted as clientId or clientID, and as the header clientId.',
    }),
  }),
  response: { 200: BanksAnswer, ...errorAnswers },
}

export function serveBanks(server: FastifyInstance, context: Context, limits: Limits): void {
  const hooks = { validatorCompiler: () => () => true, onRequest: requireCertificate }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/banks')) {
    server.get(path, { schema: { ...schema, hide }, ...hooks }, async (request) => {
      const { clientid: header } = request.headers
      await callerByClientId(context, limits, request, typeof header === 'string' ? header : clientIdOf(request))
      const obstacles = bankObstacles(context)
      const result = context.banks.all().map((bank) => bankAnswer(bank, !obstacles.has(bank.id)))
      return { status: 200, messageStatus: 'OK', result }
    })
  }
}

function bankAnswer(bank: BankProfile, active: boolean) {
  const { services } = bank
  const periodic = services['periodic-payments']
  return {
    code: bank.id,
    name: bank.name,
    bic: bank.bic,
    active,
    sca: bank.sca,
    ibanCodes: bank.iban_codes,
    requiredParameters: {
      requiresPSUId: bank.needs_psu_id,
      // What kind of name it is stands in the bank's profile; nobody is asked for it.
      requiresPSUIdType: false,
      // Every payment names the account that pays.
      requiresIban: true,
    },
    services: {
      list: services['bulk-payments'] === undefined ? 'one_by_one' : 'together',
      recurring: periodic !== undefined,
      frequencies: Object.keys(periodic?.frequencies ?? {}),
      futureDated: services.payments.future_dated,
    },
  }
}
