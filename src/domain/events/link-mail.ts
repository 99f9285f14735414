/** Mails a payment link to the payer, in the partner's name. */
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { qrPng } from '../../infra/pictures/qr.ts'
import type { Context } from '../context.ts'
import { loadItems } from '../initiation/lists/store.ts'
import { pageUrl } from '../initiation/partner-calls/initiate.ts'
import { loadPayment } from '../initiation/store.ts'
import { openTerms } from '../initiation/terms.ts'
import { linkMailText } from './link-mail-text.ts'
import { isOneAddress, operatorOf, sendOnce } from './payer-mail.ts'
import { type EventKey, loadMail, recordMail } from './store.ts'

/**
 * Links that one partner may mail to one address within an hour: more is a loop of its program's, or a stranger's mailbox
 * being filled in our name. Counted in this process.
 */
export const MOST_LINKS_PER_HOUR = 20
const mailed = new RateLimiterMemory({ points: MOST_LINKS_PER_HOUR, duration: 3_600 })

/**
 * Sends the link of a payment that waits for its payer; not of one that is over by then, nor one too many to an address.
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
  const address = `${payment.partner_id}:${context.keys.hash('email', email.toLowerCase()).toString('hex')}`
  if (((await mailed.get(address))?.consumedPoints ?? 0) >= MOST_LINKS_PER_HOUR) {
    await recordMail(context, job, 'failed', context.clock.now())
    const { partner_id, payment_id } = job
    context.log.warn({ partner_id, payment_id }, 'a link is not mailed: the partner sends too many to one address')
    return
  }
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
  await mailed.penalty(address)
}
