/** Mails a payment link to the payer, in the partner's name. */
import { qrPng } from '../../infra/pictures/qr.ts'
import type { Context } from '../context.ts'
import { pageUrl } from '../initiation/initiate.ts'
import { loadItems } from '../initiation/list-store.ts'
import { loadPayment } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { linkMailText } from './link-mail-text.ts'
import { isOneAddress, operatorOf, sendOnce } from './payer-mail.ts'
import { type EventKey, loadMail } from './store.ts'

/**
 * Sends the link of a payment that waits for its payer; not of one that is over by then.
 * @throws MailError, what the database throws: the queue tries again
 */
export async function sendPaymentLink(context: Context, job: EventKey, last_attempt = false): Promise<void> {
  const event = await loadMail(context, job)
  const payment = await loadPayment(context, job)
  if (event === undefined || payment === undefined) throw new Error('a link is to be sent of no payment')
  const { email, creditor_name, details, schedule } = openTerms(context, payment)
  const is_over = payment.status !== 'INIT' || payment.expires_at === null || payment.expires_at <= context.clock.now()
  if (event.state !== null || is_over || payment.expires_at === null || !isOneAddress(email)) return
  const partner = context.partners.byId(payment.partner_id)
  if (partner === undefined) throw new Error(`partner ${payment.partner_id} is not in the directory`)
  const url = pageUrl(context, payment)
  const picture_cid = 'qr@punte'
  const mail = linkMailText({
    payment_id: payment.payment_id,
    amount_minor: payment.amount_minor ?? undefined,
    count: payment.kind === 'list' ? (await loadItems(context, payment)).length : undefined,
    creditor_name,
    details,
    schedule,
    partner_name: partner.name,
    partner_colour: partner.colour,
    url,
    picture_cid,
    expires_at: payment.expires_at,
    operator: operatorOf(context),
  })
  const picture = { content_id: picture_cid, name: 'plata.png', png: qrPng(url) }
  await sendOnce(context, job, { ...mail, to: email, picture }, last_attempt)
}
