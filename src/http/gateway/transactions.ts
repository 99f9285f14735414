/** Calls about orders: the operations that make transactions, and the two that look at them. */
import { charge } from '../../domain/cards/charge.ts'
import { followOn } from '../../domain/cards/follow-on.ts'
import type { FollowOnOperation, InitialOperation } from '../../domain/cards/model.ts'
import { findStored, retrieveOrder, retrieveTransaction } from '../../domain/cards/retrieve.ts'
import type { Context } from '../../domain/context.ts'
import { forgetSecurityCode } from '../../domain/sessions/sessions.ts'
import { orderAnswer, transactionAnswer } from './answer.ts'
import { type Call, withSession } from './call.ts'
import { missingField, type Nested } from './grammar.ts'
import { groupAt, textAt } from './nested.ts'
import { chargeRequest, followOnRequest, requestHash, type Transacting } from './requests.ts'
import { requireFields } from './validate.ts'

/** PAY, AUTHORIZE, VERIFY. */
export async function chargeCard(context: Context, call: Call): Promise<Nested> {
  const operation = call.operation as InitialOperation
  const about = transacting(context, call)
  const session_id = textAt(groupAt(call.fields, 'session'), 'id')
  if (session_id !== undefined) {
    // The same request again is answered even when its session is gone by now, or was changed since.
    const stored = await findStored(context, about)
    if (stored !== undefined) return transactionAnswer(stored, call.version)
  }
  const fields = await withSession(context, call)
  requireFields(operation, fields)
  const view = await charge(context, chargeRequest(operation, about, fields, session_id !== undefined))
  if (session_id !== undefined && view.transaction.result === 'SUCCESS')
    await endSecurityCode(context, call, session_id)
  return transactionAnswer(view, call.version)
}

// A code may not outlive the authorisation it was given for. After a decline it stays, for a second try within minutes; and a
// payment that is made is not answered with an error because of what follows it.
async function endSecurityCode(context: Context, { merchant }: Call, session_id: string): Promise<void> {
  try {
    await forgetSecurityCode(context, { merchant, session_id })
  } catch (error) {
    context.log.warn(
      { partner_id: merchant.partner_id, fault: error instanceof Error ? error.name : 'unknown' },
      'the security code of a session is still held after its payment; it ends with its time',
    )
  }
}

/** CAPTURE, REFUND, VOID, UPDATE_AUTHORIZATION. */
export async function actOnOrder(context: Context, call: Call): Promise<Nested> {
  const operation = call.operation as FollowOnOperation
  requireFields(operation, call.fields)
  const request = followOnRequest(operation, transacting(context, call), call.fields)
  return transactionAnswer(await followOn(context, request), call.version)
}

export async function showTransaction(context: Context, { merchant, fields, version }: Call): Promise<Nested> {
  const order_id = requiredId(fields, 'order')
  const transaction_id = requiredId(fields, 'transaction')
  return transactionAnswer(await retrieveTransaction(context, { merchant, order_id, transaction_id }), version)
}

export async function showOrder(context: Context, { merchant, fields, version }: Call): Promise<Nested> {
  return orderAnswer(await retrieveOrder(context, { merchant, order_id: requiredId(fields, 'order') }), version)
}

function transacting(context: Context, { merchant, operation, version, fields }: Call): Transacting {
  return {
    merchant,
    order_id: requiredId(fields, 'order'),
    transaction_id: requiredId(fields, 'transaction'),
    api_version: version,
    request_hash: requestHash(context, operation, fields),
  }
}

/** @throws PunteError FIELD_REQUIRED */
export function requiredId(fields: Nested, group: string): string {
  const id = textAt(groupAt(fields, group), 'id')
  if (id === undefined) throw missingField(`${group}.id`)
  return id
}
