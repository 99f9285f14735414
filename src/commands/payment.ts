/** Payments by hand, beside the back office. */
import { recordAct } from '../domain/audit/record.ts'
import type { Context } from '../domain/context.ts'
import { closeUnanswered, recoverSubmission } from '../domain/initiation/settling/recover.ts'
import { settleLoaded } from '../domain/initiation/settling/settle.ts'
import { findPayments, listEvents, loadPayment, type PaymentRow } from '../domain/initiation/store.ts'
import { amountForPeople } from '../domain/money.ts'
import { commandActor } from './actor.ts'
import { CommandError, parseOptions, UsageError, wholeNumber } from './command.ts'
import { inContext } from './on-database.ts'

/**
 * `payment show PAYMENT_ID` tells its history; `ask` asks the bank now and records its word; `close` records that the bank,
 * asked by people, does not have a submission whose fate was unknown.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action !== 'show' && action !== 'ask' && action !== 'close')
    throw new UsageError('payment show|ask|close PAYMENT_ID')
  const { positionals } = parseOptions(rest, {}, { min: 1, max: 1 })
  const payment_id = wholeNumber('PAYMENT_ID', positionals[0] as string, { min: 1, max: Number.MAX_SAFE_INTEGER })
  await inContext(async (context) => {
    const found = await findPayments(context, payment_id)
    if (found.length === 0) throw new CommandError(`there is no payment ${payment_id}`)
    for (const key of found) {
      const payment = await loadPayment(context, key)
      if (payment === undefined) continue
      if (action === 'ask') await askBank(context, payment)
      if (action === 'close') await closeByHand(context, payment)
      await show(context, (await loadPayment(context, key)) ?? payment)
    }
  })
  return 0
}

async function closeByHand(context: Context, payment: PaymentRow): Promise<void> {
  const is_closed = await closeUnanswered(context, payment)
  const { bank_id, attempt_no, status } = payment
  await recordAct(context.db, commandActor(), {
    act: 'payment.close',
    subject: { kind: 'payment', id: String(payment.payment_id) },
    outcome: is_closed ? 'done' : 'refused',
    before: { bank_id, attempt_no, status },
  })
  if (!is_closed) throw new CommandError('no submission of this payment has an unknown fate: there is nothing to close')
}

async function askBank(context: Context, payment: PaymentRow): Promise<void> {
  const { attempt_state } = payment
  if (attempt_state === 'open') await settleLoaded(context, payment, 'staff')
  else if (attempt_state === 'sending' || attempt_state === 'unknown') await recoverSubmission(context, payment)
  else throw new CommandError('no bank has this payment open: there is nobody to ask')
}

async function show(context: Context, payment: PaymentRow): Promise<void> {
  const partner = context.partners.byId(payment.partner_id)
  const amount = payment.amount_minor === null ? 'no amount yet' : `${amountForPeople(payment.amount_minor)} RON`
  const bank =
    payment.bank_id === null
      ? 'no bank yet'
      : `${payment.bank_id}, attempt ${payment.attempt_no} ${payment.attempt_state}`
  const lines = [
    `payment ${payment.payment_id} of ${partner?.client_id ?? payment.partner_id}: ${payment.status}${payment.reason === null ? '' : ` (${payment.reason})`}`,
    `  ${amount}; ${bank}`,
  ]
  for (const event of await listEvents(context, payment)) {
    const detail = event.detail === null ? '' : ` ${JSON.stringify(event.detail)}`
    lines.push(
      `  ${event.at.toISOString()} ${String(event.event_no).padStart(3)} ${event.status.padEnd(7)} ${event.type} by ${event.cause}${detail}`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}
