/** Mails the payer what became of the payment. */
import { MailError } from '../../infra/mail/mailer.ts'
import type { Context } from '../context.ts'
import { openOrder, openSession } from '../initiation/session.ts'
import { loadPayment, type PaymentRow } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { isOutcome, type MailText, payerMailText } from './payer-mail-text.ts'
import { type EventKey, loadMail, recordMail } from './store.ts'

export type PayerMailJob = EventKey

/**
 * Sends the mail about one event, once unless the process dies between sending and recording; the repetition then has
 * the same Message-ID. Nothing is sent about a status that has been overtaken, or to a payment without address.
 * A mail that the server refuses for good (5xx about the address or the message) is recorded as failed.
 * @param last_attempt the queue will not ask again: a failure is recorded as the end
 * @throws MailError for all else that SMTP says, what the database throws: the queue tries again
 */
export async function sendPayerMail(context: Context, job: PayerMailJob, last_attempt = false): Promise<void> {
  const event = await loadMail(context, job)
  const payment = await loadPayment(context, job)
  if (event === undefined || payment === undefined) throw new Error('a mail is to tell of an event that does not exist')
  if (event.state !== null || !isOutcome(event.status) || payment.status !== event.status) return
  const { mail, to } = compose(context, payment, event) ?? {}
  if (mail === undefined || to === undefined) return
  try {
    await context.mail.send({ to, ...mail, message_id: messageId(context, job) })
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

function compose(
  context: Context,
  payment: PaymentRow,
  event: { readonly status: string; readonly at: Date },
): { mail: MailText; to: string } | undefined {
  const terms = openTerms(context, payment)
  const partner = context.partners.byId(payment.partner_id)
  if (partner === undefined) throw new Error(`partner ${payment.partner_id} is not in the directory`)
  const { email, creditor_name, creditor_iban } = terms
  const { settings } = context
  // A payment that reached a bank has all of these; what has not reached one is nothing to write about.
  if (
    !isOneAddress(email) ||
    creditor_name === undefined ||
    creditor_iban === undefined ||
    payment.amount_minor === null
  )
    return undefined
  const mail = payerMailText({
    // The language of the page when the payer submitted.
    language: openOrder(context, payment)?.psu.language === 'en' ? 'en' : 'ro',
    status: event.status,
    reason: payment.reason ?? undefined,
    at: event.at,
    payment_id: payment.payment_id,
    amount_minor: payment.amount_minor,
    partner_name: partner.name,
    partner_colour: partner.colour,
    creditor_name,
    creditor_iban,
    details: terms.details,
    bank_name: payment.bank_id === null ? undefined : context.banks.get(payment.bank_id)?.profile.name,
    bank_reference: openSession(context, payment)?.bank.bank_payment_id,
    debtor_iban: terms.debtor_iban,
    operator: {
      name: settings.PUNTE_OPERATOR_NAME,
      register: settings.PUNTE_OPERATOR_REGISTER,
      contact: settings.PUNTE_OPERATOR_CONTACT,
      complaints: settings.PUNTE_OPERATOR_COMPLAINTS,
    },
  })
  return { mail, to: email }
}

// Checked again where it is used: a list, a name or a line break here would reach other people.
function isOneAddress(email: string | undefined): email is string {
  return email !== undefined && email.length <= 254 && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(email)
}

function messageId(context: Context, job: EventKey): string {
  const host = /@([A-Za-z0-9.-]+)/.exec(context.settings.PUNTE_MAIL_FROM)?.[1] ?? 'localhost'
  return `evt.${job.partner_id}.${job.payment_id}.${job.event_no}@${host}`
}
