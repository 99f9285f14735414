/** A payment meets the limits of its partner: when it is asked for, and when the payer sends it. */
import { countPaymentStatus } from '../../../infra/metrics.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { admit, admitAmount } from '../../limits/admit.ts'
import type { Partner } from '../../partners/directory.ts'
import { advance } from '../advance.ts'
import { blockItems } from '../lists/block-store.ts'
import { followItems } from '../lists/follow.ts'
import { closingEntered } from '../payer/let-go.ts'
import type { Reason } from '../settling/reasons.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { accountHash, openTerms, payerHash, type StoredTerms } from '../terms.ts'

/**
 * Before a payment is claimed for a bank. It is counted here, so that no two payments take the last place; one that is
 * sent again after a bank has refused it counts once a day.
 * @returns the payment where it is BLOCKED; undefined where it may go on
 * @throws PunteError PAYMENT_IN_PROGRESS when another submission was faster
 */
export async function blockByLimits(
  context: Context,
  payment: PaymentRow,
  terms: StoredTerms,
  amount_minor: number,
): Promise<PaymentRow | undefined> {
  if (payment.status !== 'INIT' || isLive(payment)) throw new PunteError('PAYMENT_IN_PROGRESS')
  const { psu_intermediar_id = openTerms(context, payment).psu_intermediar_id } = terms
  const client = psu_intermediar_id === undefined ? {} : { psu_intermediar_id }
  const reason = await admitted(context, payment, terms, [
    { payment_id: payment.payment_id, amount_minor, terms: { ...terms, ...client } },
  ])
  if (reason === undefined) return undefined
  await block(context, payment, reason)
  return fresh(context, payment)
}

/**
 * Before anything of a list is sent to the bank that the payer has just chosen: all that is left of it, or nothing.
 * @returns the list where it, or what was left of it, is BLOCKED
 * @throws PunteError PAYMENT_IN_PROGRESS when it has moved meanwhile
 */
export async function blockListByLimits(
  context: Context,
  list: PaymentRow,
  rows: readonly PaymentRow[],
  terms: StoredTerms,
): Promise<PaymentRow | undefined> {
  const left = rows.filter(({ status }) => status === 'INIT')
  if (left.length === 0) return undefined
  const { psu_intermediar_id } = terms
  const client = psu_intermediar_id === undefined ? {} : { psu_intermediar_id }
  const items = left.map((row) => ({
    payment_id: row.payment_id,
    amount_minor: row.amount_minor ?? 0,
    terms: { ...client, ...openTerms(context, row) },
  }))
  const reason = await admitted(context, list, terms, items)
  if (reason === undefined) return undefined
  if (list.list_way === 'one_by_one') {
    const seen = { at: context.clock.now(), reason, seen_event_no: list.event_no }
    const blocked = await blockItems(context, list, seen)
    if (blocked === undefined) throw new PunteError('PAYMENT_IN_PROGRESS')
    for (let n = 0; n < blocked; n += 1) countPaymentStatus('BLOCKED')
    await followItems(context, list)
  } else await block(context, list, reason)
  return fresh(context, list)
}

/** An amount that the payer cannot change need not wait for him. */
export async function blockFixedAmount(
  context: Context,
  partner: Partner,
  key: PaymentKey,
  items: readonly { readonly amount_minor?: number | undefined }[],
): Promise<void> {
  const amount_minor = items.reduce((largest, item) => Math.max(largest, item.amount_minor ?? 0), 0)
  const reason = await admitAmount(context, { partner, payment_id: key.payment_id, amount_minor })
  if (reason === undefined) return
  const payment = await fresh(context, key)
  await advance(context, payment, { event: 'limit_blocks', cause: 'partner', reason, seen_attempt_no: 0 })
}

const isLive = ({ attempt_state }: PaymentRow): boolean =>
  attempt_state !== null && attempt_state !== 'closed' && attempt_state !== 'entering'

function admitted(
  context: Context,
  { partner_id }: PaymentKey,
  payer: StoredTerms,
  payments: readonly { readonly payment_id: number; readonly amount_minor: number; readonly terms: StoredTerms }[],
): Promise<Reason | undefined> {
  const debtor_iban_hash = accountHash(context.keys, payer.debtor_iban)
  if (debtor_iban_hash === null) throw new Error('a payment goes to a bank without an account of its payer')
  return admit(context, {
    partner_id,
    debtor_iban_hash,
    payments: payments.map(({ payment_id, amount_minor, terms }) => {
      const creditor_iban_hash = accountHash(context.keys, terms.creditor_iban)
      const payer_hash = payerHash(context.keys, terms.psu_intermediar_id)
      if (creditor_iban_hash === null) throw new Error('a payment goes to a bank without an account of its beneficiary')
      return {
        payment_id,
        amount_minor,
        payer_hash: payer_hash ?? debtor_iban_hash,
        client_hash: payer_hash,
        creditor_iban_hash,
      }
    }),
  })
}

/** Only what nobody has sent meanwhile: BLOCKED takes no late success. */
async function block(context: Context, payment: PaymentRow, reason: Reason): Promise<void> {
  const { changed, status } = await advance(context, payment, {
    event: 'limit_blocks',
    cause: 'payer',
    reason,
    seen_attempt_no: payment.attempt_no,
    ...closingEntered(payment),
  })
  if (!changed && status !== 'BLOCKED') throw new PunteError('PAYMENT_IN_PROGRESS')
}

async function fresh(context: Context, key: PaymentKey): Promise<PaymentRow> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  return payment
}
