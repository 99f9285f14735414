/** The calls that the page makes (contract.ts). Each names its payment by path and by the `Payment-State` header together. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { PunteError } from '../../domain/errors.ts'
import { readList, submitList, submitNext } from '../../domain/initiation/lists/list.ts'
import { abandonPayment } from '../../domain/initiation/payer/abandon.ts'
import { readPageState } from '../../domain/initiation/payer/capability.ts'
import { reload, submitPayment } from '../../domain/initiation/payer/submit.ts'
import { loadPayment, type PaymentRow } from '../../domain/initiation/store.ts'
import { openTerms, tidyIban } from '../../domain/initiation/terms.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import { notePageOpened } from '../../domain/reports/page-opens.ts'
import type { PsuContext } from '../../infra/banks/connector.ts'
import { asJson } from './compress.ts'
import type { NextRequest, PaymentProgress, PaymentView, SubmitRequest } from './contract.ts'
import { pageQr } from './qr.ts'
import { checkListSubmission, checkPageToken, checkSubmission } from './submission.ts'
import { progressOf, standingOf, viewOf } from './view.ts'

const Params = Type.Object({ paymentId: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }) })
const text = (maxLength: number) => Type.String({ maxLength })
const SubmitBody = Type.Object(
  {
    pageToken: text(64),
    bankId: text(64),
    debtorIban: text(64),
    email: text(320),
    userCode: Type.Optional(text(100)),
    termsAccepted: Type.Literal(true),
    language: Type.Union([Type.Literal('ro'), Type.Literal('en')]),
    creditorName: Type.Optional(text(300)),
    creditorIban: Type.Optional(text(64)),
    amountMinor: Type.Optional(Type.Integer()),
    details: Type.Optional(text(600)),
  },
  { additionalProperties: false },
)
const NextBody = Type.Object(
  { pageToken: text(64), no: Type.Integer({ minimum: 1, maximum: 500 }) },
  { additionalProperties: false },
)

/** `progress`: the page has the list and asks how it stands. */
const Query = Type.Object({ part: Type.Optional(Type.Literal('progress')) })
const of_payment = { params: Params, querystring: Query }

/** What the caller may see, and how much of it he asks for. */
type Found = { readonly partner: Partner; readonly payment: PaymentRow; readonly part?: 'progress' }

export function serveCalls(server: FastifyInstance, context: Context): void {
  const path = '/checkout/api/payments/:paymentId'
  server.get(path, { schema: of_payment }, async (request, reply) => {
    const found = await findPayment(context, request)
    if (found.payment.attempt_no === 0) notePageOpened(context, found.payment)
    return asJson(request, reply, await answerOf(context, found))
  })
  server.post(`${path}/submit`, { schema: { ...of_payment, body: SubmitBody } }, async (request) => {
    const found = await findActive(context, request)
    const body = request.body as SubmitRequest
    const stands = await standsAt(context, found)
    // A second tab, a double click, a reload after the submit: show what is, start nothing.
    const may_choose_anew = stands.entering === true && stands.editable.length > 0
    if (stands.step !== 'form' && !(may_choose_anew && isOtherWish(context, found.payment, body)))
      return answerOf(context, found)
    checkTime(context, found.payment)
    return afterwards(context, found, () => submit(context, found, body, psuOf(request, body.language)))
  })
  server.post(`${path}/next`, { schema: { ...of_payment, body: NextBody } }, async (request) => {
    const found = await findActive(context, request)
    const { pageToken, no } = request.body as NextRequest
    const stands = await standsAt(context, found)
    // The list has moved on since the payer looked: what was pressed was another payment.
    if (stands.step !== 'next' || stands.list?.nextNo !== no) return answerOf(context, found)
    checkPageToken(context, found.payment, pageToken)
    checkTime(context, found.payment)
    return afterwards(context, found, async () => {
      await submitNext(context, { payment: found.payment, psu: psuOf(request), no })
      return undefined
    })
  })
  server.post(`${path}/abandon`, { schema: of_payment }, async (request) => {
    const found = await findPayment(context, request)
    await abandonPayment(context, found.payment)
    return answerOf(context, { ...found, payment: await reload(context, found.payment) })
  })
  server.get(`${path}/qr`, { schema: { params: Params } }, async (request, reply) => {
    const { payment } = await findPayment(context, request)
    return reply.type('image/svg+xml').send(pageQr(context, payment))
  })
}

/** A forged, missing or foreign state is refused before the database is asked. */
async function findPayment(context: Context, request: FastifyRequest): Promise<Found> {
  const payment_id = Number((request.params as { paymentId: string }).paymentId)
  const state = request.headers['payment-state']
  const key = typeof state === 'string' ? readPageState(context.keys, payment_id, state) : undefined
  if (key === undefined) throw new PunteError('STATE_INVALID')
  const payment = await loadPayment(context, key)
  const partner = context.partners.byId(key.partner_id)
  if (payment === undefined || partner === undefined || payment.requested_at === null)
    throw new PunteError('PAYMENT_UNKNOWN')
  const { part } = request.query as { part?: 'progress' }
  return { partner, payment, ...(part !== undefined && { part }) }
}

type Standing = Pick<PaymentProgress, 'step' | 'editable' | 'entering'> & Partial<Pick<PaymentProgress, 'list'>>

/** Where the payment stands: what a call is judged by. Of a list without opening what its payments are. */
async function standsAt(context: Context, { partner, payment }: Found): Promise<Standing> {
  return payment.kind === 'list' ? progressOf(context, partner, payment) : standingOf(context, partner, payment)
}

function answerOf(context: Context, { partner, payment, part }: Found): Promise<PaymentView | PaymentProgress> {
  const wants_progress = part === 'progress' && payment.kind === 'list'
  return wants_progress ? progressOf(context, partner, payment) : viewOf(context, partner, payment)
}

/** For what sends something to a bank. */
async function findActive(context: Context, request: FastifyRequest): Promise<Found> {
  const found = await findPayment(context, request)
  if (found.partner.status === 'suspended') throw new PunteError('PARTNER_SUSPENDED')
  return found
}

/** Its time may be over before the sweep that ends it comes by: nothing is sent any more. @throws PunteError PAYMENT_CLOSED */
function checkTime(context: Context, { expires_at }: PaymentRow): void {
  if (expires_at !== null && expires_at <= context.clock.now()) throw new PunteError('PAYMENT_CLOSED')
}

/** While a bank is being entered the same form again starts nothing; another bank or account takes its place. */
function isOtherWish(context: Context, payment: PaymentRow, body: SubmitRequest): boolean {
  const bank_id = payment.bank_id ?? openTerms(context, payment).debtor_bank
  return body.bankId !== bank_id || tidyIban(body.debtorIban) !== openTerms(context, payment).debtor_iban
}

async function submit(context: Context, { partner, payment }: Found, body: SubmitRequest, psu: PsuContext) {
  if (payment.kind === 'list') {
    const list = await readList(context, payment)
    const { bank, debtor, psu_id } = checkListSubmission(context, payment, list, body)
    return submitList(context, { payment, bank, debtor, psu: { ...psu, ...(psu_id !== undefined && { psu_id }) } })
  }
  const { bank, terms, amount_minor, psu_id } = checkSubmission(context, partner, payment, body)
  const known = { ...psu, ...(psu_id !== undefined && { psu_id }) }
  return submitPayment(context, { payment, bank, terms, amount_minor, psu: known })
}

/** What the page shows after something was sent; where another call was faster, what that one came to. */
async function afterwards(
  context: Context,
  found: Found,
  send: () => Promise<PaymentRow | undefined>,
): Promise<PaymentView | PaymentProgress> {
  try {
    const sent = await send()
    if (sent !== undefined) return await answerOf(context, { ...found, payment: sent })
  } catch (error) {
    if (!(error instanceof PunteError && error.code === 'PAYMENT_IN_PROGRESS')) throw error
  }
  return answerOf(context, { ...found, payment: await reload(context, found.payment) })
}

function psuOf(request: FastifyRequest, language?: SubmitRequest['language']): PsuContext {
  const user_agent = request.headers['user-agent']?.slice(0, 256)
  return {
    ip_address: request.ip,
    ...(language !== undefined && { language }),
    ...(user_agent !== undefined && { user_agent }),
  }
}
