/** initPayment and status. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { initiatePayment } from '../../domain/initiation/initiate.ts'
import { readStatus, type StatusAnswer as StatusFacts } from '../../domain/initiation/status.ts'
import type { Limits } from '../limits.ts'
import type { ParsedBody } from './bodies.ts'
import { callerByToken, checkSignature, type PaymentCaller } from './caller.ts'
import { InitiationBody, jsonObject, toInitiationRequest } from './initiation-body.ts'
import { bothSpellings } from './paths.ts'
import { errorAnswers, InitiationAnswer, StatusAnswer } from './schemas.ts'

declare module 'fastify' {
  interface FastifyRequest {
    payment_caller: PaymentCaller | undefined
  }
}

const params = Type.Object({ paymentId: Type.String({ description: 'The number that came with the token.' }) })

const initiate_schema = {
  summary: 'Say what is to be paid',
  description:
    'Answers where to send the payer. The same body again answers the same; another body for the same payment is PAYMENT_CONFLICT.',
  tags: ['Payments'],
  operationId: 'initPayment',
  security: [{ clientCertificate: [], accessToken: [] }],
  params,
  body: InitiationBody,
  response: { 200: InitiationAnswer, ...errorAnswers },
}

const status_schema = {
  summary: 'Ask how the payment stands',
  tags: ['Payments'],
  operationId: 'paymentStatus',
  security: [{ clientCertificate: [], accessToken: [] }],
  params,
  response: { 200: StatusAnswer, ...errorAnswers },
}

export function servePayments(server: FastifyInstance, context: Context, limits: Limits): void {
  server.decorateRequest('payment_caller', undefined)
  // Who calls is settled before a byte of the body is read; the signature needs the body, validation comes after it.
  const onRequest = async (request: FastifyRequest) => {
    request.payment_caller = await callerByToken(context, limits, request)
  }
  const preValidation = async (request: FastifyRequest) => {
    checkSignature(context, request, callerOf(request).partner)
    if (request.method === 'POST') request.body = jsonObject(request.body as ParsedBody | undefined)
  }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/initPayment/:paymentId')) {
    server.post(path, { schema: { ...initiate_schema, hide }, onRequest, preValidation }, async (request) => {
      const { partner, payment_id } = callerOf(request)
      const body = toInitiationRequest(request.body as Static<typeof InitiationBody>, payment_id)
      const { redirect_url } = await initiatePayment(context, { partner, payment_id, request: body })
      const fields = {
        paymentId: payment_id,
        externalPaymentID: payment_id,
        redirectUri: redirect_url,
        redirectURL: redirect_url,
      }
      return { status: 200, messageStatus: 'OK', ...fields, result: fields }
    })
  }
  for (const { path, hide } of bothSpellings('/core/rest/api', 'core', '/status/:paymentId')) {
    server.get(path, { schema: { ...status_schema, hide }, onRequest, preValidation }, async (request) => {
      const { partner, payment_id } = callerOf(request)
      const facts = await readStatus(context, { partner_id: partner.partner_id, payment_id })
      if (facts.tokens_revoked) throw new PunteError('TOKEN_REVOKED')
      return statusAnswer(payment_id, facts)
    })
  }
}

function callerOf(request: FastifyRequest): PaymentCaller {
  if (request.payment_caller === undefined) throw new Error('a handler ran without its caller')
  return request.payment_caller
}

function statusAnswer(payment_id: number, facts: StatusFacts) {
  return {
    status: 200,
    // Today's clients read SUCCESS as "paid": no other status may say it.
    messageStatus: facts.status === 'ACSC' ? 'SUCCESS' : facts.status,
    result: {
      paymentStatus: facts.status,
      paymentId: payment_id,
      externalPaymentID: payment_id,
      ...(facts.reason !== undefined && { reason: facts.reason }),
      createdAt: facts.created_at.toISOString(),
      statusAt: facts.status_at.toISOString(),
      ...(facts.bank_reference !== undefined && { bankReference: facts.bank_reference }),
      ...(facts.amount_minor !== undefined && { amount: facts.amount_minor / 100 }),
      currency: 'RON',
    },
  }
}
