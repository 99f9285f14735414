/** Mails the payer what became of the payment. */
import { type Mail, MailError } from '../../infra/mail/mailer.ts'
import type { Context } from '../context.ts'
import { spreadList } from '../initiation/lists/follow.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import { loadPayment, type PaymentRow } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { listMailText } from './list-mail-text.ts'
import type { MailText } from './mail-frame.ts'
import { stillStands } from './occasions.ts'
import { isOutcome, payerMailText } from './payer-mail-text.ts'
import { type EventKey, loadMail, recordMail } from './store.ts'

export type PayerMailJob = EventKey

/**
 * Sends the mail about one event, once unless the process dies between sending and recording; the repetition then has
 * the same Message-ID. Nothing is sent about a status that has been overtaken, or to a payment without address.
 * A mail that the server refuses for good (5xx about the address or the message) is recorded as failed.
 * @param last_attempt the queue will not ask again: a failure is recorded as the end
 * @throws MailError for all else that SMTP says, what the database throws, Error while a bank has not told how each payment
 *   of a list ended: the queue tries again
 */
export async function sendPayerMail(context: Context, job: PayerMailJob, last_attempt = false): Promise<void> {
  const event = await loadMail(context, job)
  const payment = await loadPayment(context, job)
  if (event === undefined || payment === undefined) throw new Error('a mail is to tell of an event that does not exist')
  if (event.state !== null || !isOutcome(event.status)) return
  if (!stillStands(event.status as PaymentStatus, payment.status)) return
  const composed = await compose(context, payment, event)
  if (composed !== undefined) await sendOnce(context, job, { ...composed.mail, to: composed.to }, last_attempt)
}

/**
 * Sends and records it. A mail that the server refuses for good, or that the queue will not try again, is recorded as failed.
 * @throws MailError for all else that SMTP says: the queue tries again
 */
export async function sendOnce(
  context: Context,
  job: PayerMailJob,
  mail: Omit<Mail, 'message_id'>,
  last_attempt: boolean,
): Promise<void> {
  try {
    await context.mail.send({ ...mail, message_id: messageId(context, job) })
  } catch (error) {
    const refused = error instanceof MailError && error.permanent
    if (refused || last_attempt) {
      await recordMail(context, job, 'failed', context.clock.now())
      context.log.warn(
        { err: error, partner_id: job.partner_id, payment_id: job.payment_id, event_no: job.event_no },
        'a payer mail is given up',
      )
    }
    if (refused) return
    throw error
  }
  await recordMail(context, job, 'sent', context.clock.now())
}

type Composed = { readonly mail: MailText; readonly to: string }

async function compose(
  context: Context,
  payment: PaymentRow,
  event: { readonly status: string; readonly at: Date },
): Promise<Composed | undefined> {
  const terms = openTerms(context, payment)
  const { email, creditor_name, creditor_iban } = terms
  const partner = context.partners.byId(payment.partner_id)
  if (partner === undefined) throw new Error(`partner ${payment.partner_id} is not in the directory`)
  // A payment that reached a bank has all of these; what has not reached one is nothing to write about.
  if (!isOneAddress(email) || payment.amount_minor === null) return undefined
  const common = {
    status: event.status,
    at: event.at,
    payment_id: payment.payment_id,
    amount_minor: payment.amount_minor,
    partner_name: partner.name,
    partner_colour: partner.colour,
    bank_name: payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)?.profile.name,
    debtor_iban: terms.debtor_iban,
    ...(payment.execution_date !== null && { execution_date: payment.execution_date }),
    operator: operatorOf(context),
  }
  // The language of the page when the payer submitted.
  const language = (terms.language ?? openOrder(context, payment)?.psu.language) === 'en' ? 'en' : 'ro'
  if (payment.kind === 'list') {
    // The job that has the items follow may not have run yet: a mail of none paid would have the payer pay again.
    await spreadList(context, payment)
    const items = (await loadItems(context, payment)).map((item) => {
      const { creditor_name = '', creditor_iban = '' } = openTerms(context, item)
      return { status: item.status, amount_minor: item.amount_minor ?? 0, creditor_name, creditor_iban }
    })
    return { to: email, mail: listMailText({ ...common, language, items }) }
  }
  if (creditor_name === undefined || creditor_iban === undefined) return undefined
  const mail = payerMailText({
    ...common,
    language,
    reason: payment.reason ?? undefined,
    creditor_name,
    creditor_iban,
    details: terms.details,
    bank_reference: openSession(context, payment)?.bank?.bank_payment_id,
    ...(terms.schedule !== undefined && { schedule: terms.schedule }),
  })
  return { mail, to: email }
}

/** Who operates the installation, as every mail says it. */
export function operatorOf({ settings }: Pick<Context, 'settings'>) {
  return {
    name: settings.PUNTE_OPERATOR_NAME,
    register: settings.PUNTE_OPERATOR_REGISTER,
    contact: settings.PUNTE_OPERATOR_CONTACT,
    complaints: settings.PUNTE_OPERATOR_COMPLAINTS,
  }
}

// Checked again where it is used: a list, a name or a line break here would reach other people.
export function isOneAddress(email: string | undefined): email is string {
  return email !== undefined && email.length <= 254 && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(email)
}

function messageId(context: Context, job: EventKey): string {
  const host = /@([A-Za-z0-9.-]+)/.exec(context.settings.PUNTE_MAIL_FROM)?.[1] ?? 'localhost'
  return `evt.${job.partner_id}.${job.payment_id}.${job.event_no}@${host}`
}
