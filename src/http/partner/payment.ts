/** The calls about one payment, or one list of them: initPayment, status, cancelPayment. `answers.ts` is what they say. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { initiateList, listFaults } from '../../domain/initiation/lists/initiate.ts'
import { cancelPayment } from '../../domain/initiation/partner-calls/cancel.ts'
import { initiatePayment } from '../../domain/initiation/partner-calls/initiate.ts'
import { readStatus } from '../../domain/initiation/partner-calls/status.ts'
import type { Limits } from '../limits.ts'
import { cancellationAnswer, initiationAnswer, statusAnswer } from './answers.ts'
import type { ParsedBody } from './bodies.ts'
import { callerByToken, checkSignature, type PaymentCaller } from './caller.ts'
import { INITIATION_EXAMPLES } from './examples.ts'
import { InitiationBody, jsonBody, toInitiationRequest } from './initiation-body.ts'
import { BareListBody, isList, ListBody, toListRequest } from './list-body.ts'
import { bothSpellings } from './paths.ts'
import { PsuHeaders, psuOf } from './psu.ts'
import { CancellationAnswer, errorAnswers, InitiationAnswer, StatusAnswer } from './schemas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    payment_caller: PaymentCaller | undefined
  }
}

/** A list of 500 payments with the longest texts, in UTF-8. */
const INITIATION_BODY_LIMIT = 512 * 1024

const params = Type.Object({ paymentId: Type.String({ description: 'The number that came with the token.' }) })
const security = [{ clientCertificate: [], accessToken: [] }]

const initiate_schema = {
  summary: 'Say what is to be paid',
  description: [
    'One payment, a recurring one (`startDate`, `Frequency`), or up to 500 payments under one page (`payments`, or the body is',
    'that list itself). Answers where to send the payer: to the hosted page, or, of a partner with a page of its own, to the bank',
    '(`psuMessage` in place of an address where the bank asks the payer in its own app). The same body again answers the same;',
    'another body for the same payment is PAYMENT_CONFLICT. Of a list all faults are told, in `faults`.',
  ].join('\n'),
  tags: ['Payments'],
  operationId: 'initPayment',
  security,
  params,
  headers: PsuHeaders,
  body: Type.Union([InitiationBody, ListBody, BareListBody], { examples: INITIATION_EXAMPLES }),
  response: { 200: InitiationAnswer, ...errorAnswers },
}

const status_schema = {
  summary: 'Ask how the payment stands',
  tags: ['Payments'],
  operationId: 'paymentStatus',
  security,
  params,
  response: { 200: StatusAnswer, ...errorAnswers },
}

const cancel_schema = {
  summary: 'Cancel a payment, or end a recurring one',
  description: [
    'What is not at a bank yet is let go at once. What a bank holds is cancelled there as long as it has not executed it: a payment',
    'of a day to come, the rest of a list, a recurring payment (what was paid stays paid). Some banks want the payer to confirm:',
    'send the browser to `redirectUri`. `cancelled` false: it was too late, or the bank has not said; `paymentStatus` tells.',
  ].join('\n'),
  tags: ['Payments'],
  operationId: 'cancelPayment',
  security,
  params,
  headers: PsuHeaders,
  response: { 200: CancellationAnswer, ...errorAnswers },
}

export function servePayments(server: FastifyInstance, context: Context, limits: Limits): void {
  server.decorateRequest('payment_caller', undefined)
  // Who calls is settled before a byte of the body is read; the signature needs the body, which is read after it.
  const onRequest = async (request: FastifyRequest) => {
    request.payment_caller = await callerByToken(context, limits, request)
  }
  const preValidation = async (request: FastifyRequest) => checkSignature(context, request, callerOf(request).partner)
  // The schemas of bodies and headers describe; `fields.ts` reads, and names what is wrong in them.
  const hooks = { onRequest, preValidation, validatorCompiler: () => () => true }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/initPayment/:paymentId')) {
    const options = { schema: { ...initiate_schema, hide }, bodyLimit: INITIATION_BODY_LIMIT, ...hooks }
    server.post(path, options, (request) => initiate(context, request))
  }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/status/:paymentId')) {
    server.get(path, { schema: { ...status_schema, hide }, ...hooks }, async (request) => {
      const { partner, payment_id } = callerOf(request)
      const facts = await readStatus(context, { partner_id: partner.partner_id, payment_id })
      if (facts.tokens_revoked) throw new PunteError('TOKEN_REVOKED')
      return statusAnswer(payment_id, facts)
    })
  }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/cancelPayment/:paymentId')) {
    server.post(path, { schema: { ...cancel_schema, hide }, ...hooks }, async (request) => {
      const { partner, payment_id } = callerOf(request)
      const psu = psuOf(request)
      const outcome = await cancelPayment(context, { partner, payment_id, ...(psu !== undefined && { psu }) })
      return cancellationAnswer(payment_id, outcome)
    })
  }
}

async function initiate(context: Context, request: FastifyRequest) {
  const { partner, payment_id } = callerOf(request)
  const body = jsonBody(request.body as ParsedBody | undefined)
  if (isList(body)) {
    const list = toListRequest(body, payment_id, (read) => listFaults(context, read))
    return initiationAnswer(await initiateList(context, { partner, payment_id, request: list }))
  }
  const { psu_id, terms_accepted, ...asked } = toInitiationRequest(
    body as Readonly<Record<string, unknown>>,
    payment_id,
  )
  // Clients of before say TCAccepted of payments on our page too; what makes it one of theirs is that they tell of the browser.
  const psu = partner.may_headless ? psuOf(request) : undefined
  const own_page = { terms_accepted: terms_accepted ?? false, ...(psu_id !== undefined && { psu_id }) }
  const initiated = await initiatePayment(context, {
    partner,
    payment_id,
    request: { ...asked, ...(psu !== undefined && own_page) },
    ...(psu !== undefined && { psu }),
  }).catch((error: unknown) => {
    throw psu === undefined ? browserMissing(error) : error
  })
  return initiationAnswer(initiated)
}

/** The token was asked for with isHeadless, and nothing in the call told so. */
function browserMissing(error: unknown): unknown {
  if (!(error instanceof PunteError && error.code === 'FIELD_REQUIRED' && error.field === 'TCAccepted')) return error
  const text = "A payment from the partner's own page tells of the payer's browser, in the headers PSU-…"
  return new PunteError('FIELD_REQUIRED', { field: 'PSU-IP-Address', text })
}

function callerOf(request: FastifyRequest): PaymentCaller {
  if (request.payment_caller === undefined) throw new Error('a handler ran without its caller')
  return request.payment_caller
}
