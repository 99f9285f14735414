/** What the calls about a payment answer; `schemas.ts` has the shapes. */

import type { initiateList } from '../../domain/initiation/lists/initiate.ts'
import type { cancelPayment } from '../../domain/initiation/partner-calls/cancel.ts'
import type { initiatePayment } from '../../domain/initiation/partner-calls/initiate.ts'
import type { StatusAnswer } from '../../domain/initiation/partner-calls/status.ts'
import { qrSvg } from '../../infra/pictures/qr.ts'

type Initiated = Awaited<ReturnType<typeof initiatePayment>> & Partial<Awaited<ReturnType<typeof initiateList>>>

/** A payment link has its address as a picture beside it: dark on light, with the quiet zone that scanners need. */
export function initiationAnswer(initiated: Initiated) {
  const { payment_id, redirect_url, psu_message, link_expires_at, items } = initiated
  const is_link = link_expires_at !== undefined && redirect_url !== undefined
  const fields = {
    paymentId: payment_id,
    externalPaymentID: payment_id,
    ...(redirect_url !== undefined && { redirectUri: redirect_url, redirectURL: redirect_url }),
    ...(psu_message !== undefined && { psuMessage: psu_message }),
    ...(link_expires_at !== undefined && { expiresAt: link_expires_at.toISOString() }),
    ...(is_link && { qr: picture(redirect_url) }),
    ...(items !== undefined && { payments: items.map((item) => ({ no: item.no, paymentId: item.payment_id })) }),
  }
  return { status: 200, messageStatus: 'OK', ...fields, result: fields }
}

function picture(address: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(qrSvg(address)).toString('base64')}`
}

export function statusAnswer(payment_id: number, facts: StatusAnswer) {
  const { agreement, items } = facts
  return {
    status: 200,
    // Today's clients read SUCCESS as "paid": no other status may say it. Of a list ACSC says that all of it is paid.
    messageStatus: facts.status === 'ACSC' ? 'SUCCESS' : facts.status,
    result: {
      paymentStatus: facts.status,
      paymentId: payment_id,
      externalPaymentID: payment_id,
      kind: facts.kind,
      ...(facts.reason !== undefined && { reason: facts.reason }),
      createdAt: facts.created_at.toISOString(),
      statusAt: facts.status_at.toISOString(),
      ...(facts.bank_reference !== undefined && { bankReference: facts.bank_reference }),
      ...(facts.amount_minor !== undefined && { amount: facts.amount_minor / 100 }),
      currency: 'RON',
      ...(facts.execution_date !== undefined && { executionDate: facts.execution_date }),
      ...(agreement !== undefined && {
        agreement: { agreementId: agreement.agreement_id, status: agreement.status },
      }),
      ...(items !== undefined && {
        payments: items.map((item) => ({
          no: item.no,
          paymentId: item.payment_id,
          paymentStatus: item.status,
          ...(item.reason !== undefined && { reason: item.reason }),
          amount: item.amount_minor / 100,
        })),
      }),
    },
  }
}

export function cancellationAnswer(payment_id: number, outcome: Awaited<ReturnType<typeof cancelPayment>>) {
  return {
    status: 200,
    messageStatus: 'OK',
    result: {
      paymentId: payment_id,
      externalPaymentID: payment_id,
      paymentStatus: outcome.status,
      cancelled: outcome.cancelled,
      ...(outcome.authorise_url !== undefined && {
        redirectUri: outcome.authorise_url,
        redirectURL: outcome.authorise_url,
      }),
    },
  }
}
