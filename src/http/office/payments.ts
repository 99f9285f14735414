/** Payments of the account rail: found by any field, one with its timeline, and what staff do with it by hand. */
import { Type } from 'typebox'
import type { Context } from '../../domain/context.ts'
import { explainPayment } from '../../domain/explain/payment.ts'
import { proposeAct } from '../../domain/four-eyes/propose.ts'
import { searchKey } from '../../domain/search/keys.ts'
import { knownPayment, revealPayment, showPayment } from '../../domain/search/payment.ts'
import { askBankNow, resendWebhook } from '../../domain/search/payment-acts.ts'
import { searchPayments } from '../../domain/search/payments.ts'
import { route, type TableRoute } from '../route-table.ts'
import { REASON } from './approvals.ts'
import type { PaymentChoices } from './search-contract.ts'

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))
export const PAGED = { after: text(400), limit: text(4) }

/** As they stand in an address; accounts, mail addresses and payers' ids as search keys (`POST /payments/keys`). */
export const PaymentFilters = {
  payment_id: text(20),
  end_to_end_id: text(40),
  partner: text(64),
  status: text(200),
  kind: text(60),
  bank: text(400),
  amount_from: text(20),
  amount_to: text(20),
  from: text(10),
  to: text(10),
  reason: text(80),
  debtor_iban_key: text(43),
  creditor_iban_key: text(43),
  email_key: text(43),
  payer_key: text(43),
}

const One = Type.Object({ payment_id: Type.String({ pattern: '^[1-9][0-9]{0,15}$' }) })
const KeyField = Type.Enum(['debtor_iban_key', 'creditor_iban_key', 'email_key', 'payer_key'])

export const paymentRoutes: readonly TableRoute[] = [
  route({
    method: 'GET',
    path: '/payments',
    act: 'payment.read',
    summary: 'Payments that fit all that is asked, the newest first; people masked.',
    query: Type.Object({ ...PaymentFilters, ...PAGED }),
    handle: ({ acting, query }) => searchPayments(acting, query),
  }),
  route({
    method: 'POST',
    path: '/payments/keys',
    act: 'payment.read',
    summary:
      'A search key for an account, a mail address or a payer id: that, and not the person, stands in addresses.',
    body: Type.Object({ field: KeyField, value: Type.String({ minLength: 1, maxLength: 254 }) }),
    handle: async ({ acting, body }) => ({ field: body.field, key: searchKey(acting, body.field, body.value) }),
  }),
  route({
    method: 'GET',
    path: '/payments/choices',
    act: 'payment.read',
    summary: 'Partners, merchants and banks to choose from.',
    handle: async ({ acting }) => choices(acting),
  }),
  route({
    method: 'GET',
    path: '/payments/:payment_id',
    act: 'payment.read',
    summary: 'One payment: facts, parties (masked), items, attempts, webhooks, mails, limits.',
    params: One,
    handle: ({ acting, params }) => showPayment(acting, Number(params.payment_id)),
  }),
  route({
    method: 'GET',
    path: '/payments/:payment_id/timeline',
    act: 'payment.read',
    summary: 'What happened to it, in order; with messages=yes what was said with banks, masked.',
    params: One,
    query: Type.Object({ messages: Type.Optional(Type.Enum(['yes'])) }),
    async handle({ acting, params, query }) {
      const payment = await knownPayment(acting, Number(params.payment_id))
      return explainPayment(acting, payment, { messages: query.messages === 'yes' })
    },
  }),
  route({
    method: 'POST',
    path: '/payments/:payment_id/people',
    act: 'payment.reveal',
    summary: 'Its parties in clear; who asked is put on record.',
    params: One,
    handle: ({ acting, params }) => revealPayment(acting, Number(params.payment_id)),
  }),
  route({
    method: 'POST',
    path: '/payments/:payment_id/question',
    act: 'payment.ask',
    summary: 'Asks the bank now what became of it.',
    params: One,
    handle: ({ acting, params }) => askBankNow(acting, Number(params.payment_id)),
  }),
  route({
    method: 'POST',
    path: '/payments/:payment_id/webhooks',
    act: 'webhook.redeliver',
    summary: 'Tells the partner again: all that was told, or one event.',
    params: One,
    body: Type.Object({ event_no: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) }),
    handle: ({ acting, params, body }) => resendWebhook(acting, { payment_id: Number(params.payment_id), ...body }),
  }),
  route({
    method: 'POST',
    path: '/payments/:payment_id/closing',
    act: 'payment.close',
    summary: 'Proposes to close a submission of unknown fate: its bank says it does not have it.',
    params: One,
    body: Type.Object({ reason: REASON }),
    handle({ acting, session, params, body, reply }) {
      reply.code(202)
      const subject = { kind: 'payment', id: params.payment_id } as const
      return proposeAct(acting, session, { act: 'payment.close', subject, input: {}, reason: body.reason })
    },
  }),
]

const MOST_CHOICES = 1_000

function choices({ partners, merchants, banks }: Context): PaymentChoices {
  const all = partners.all().slice(0, MOST_CHOICES)
  return {
    partners: all.map(({ client_id, name }) => ({ client_id, name })),
    merchants: all.flatMap(({ partner_id }) => {
      const merchant = merchants.byPartnerId(partner_id)
      return merchant === undefined ? [] : [{ merchant_id: merchant.merchant_id, name: merchant.name }]
    }),
    banks: banks.all().map(({ id, name }) => ({ bank_id: id, name })),
  }
}
