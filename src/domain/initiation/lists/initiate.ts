/** The partner's initPayment with several payments: all of them are good, or none is taken. */
import type { Context } from '../../context.ts'
import { ERRORS, type ListFault, ListFaultsError, PunteError } from '../../errors.ts'
import { MAX_AMOUNT_MINOR } from '../../money.ts'
import type { Partner } from '../../partners/directory.ts'
import { type InitiationRequest, linkExpiry, pageUrl, termsOf } from '../partner-calls/initiate.ts'
import { blockFixedAmount } from '../partner-calls/limits.ts'
import {
  checkRepetition,
  executionDate,
  type RequestFault,
  recordedBefore,
  refuseUnlessLink,
  requestFaults,
  requestHash,
  returnAddress,
} from '../partner-calls/request.ts'
import { loadPayment, type PaymentKey } from '../store.ts'
import { hashesOf, type StoredTerms, sealTerms } from '../terms.ts'
import { loadItemRows, recordList, reserveNumbers } from './store.ts'

export const MAX_ITEMS = 500

export type ListItem = Pick<
  InitiationRequest,
  'creditor_name' | 'creditor_iban' | 'amount_minor' | 'details' | 'psu_intermediar_id'
>
export type ListRequest = Pick<
  InitiationRequest,
  | 'debtor_iban'
  | 'psu_email'
  | 'debtor_bank'
  | 'redirect_url'
  | 'execution_date'
  | 'psu_intermediar_id'
  | 'link_hours'
  | 'send_link'
> & {
  readonly batch_booking?: boolean
  /** 1 to 500. */
  readonly items: readonly ListItem[]
}

export type ListInitiated = {
  readonly payment_id: number
  readonly redirect_url: string
  readonly link_expires_at?: Date
  readonly items: readonly { readonly no: number; readonly payment_id: number }[]
}

/**
 * Records a list and answers where to send the payer. The same list again answers the same.
 * @throws ListFaultsError; PunteError as initiatePayment
 */
export async function initiateList(
  context: Context,
  input: { readonly partner: Partner; readonly payment_id: number; readonly request: ListRequest },
): Promise<ListInitiated> {
  const { partner, payment_id, request } = input
  const key = { partner_id: partner.partner_id, payment_id }
  const common = termsOf(request)
  const items = request.items.map((item) => ({ terms: termsOf(item), amount_minor: item.amount_minor }))
  const amount_minor = checkList(context, common, items)
  await refuseUnlessLink(context, key, request)
  const redirect_url = await returnAddress(context, partner, key, request.redirect_url)
  const { batch_booking, link_hours, send_link } = request
  const request_hash = requestHash(context, [
    'list',
    common,
    items,
    redirect_url,
    { execution_date: request.execution_date, batch_booking, link_hours, send_link },
  ])
  const before = request.execution_date === undefined ? undefined : await recordedBefore(context, key, request_hash)
  if (before !== undefined) return answerOf(context, key)
  const execution_date = executionDate(context, request.execution_date)
  const numbers = await reserveNumbers(context, items.length)
  const terms: StoredTerms = { ...common, ...(batch_booking !== undefined && { batch_booking }) }
  const link_expires_at = linkExpiry(context, link_hours)
  const recorded = await recordList(context, {
    ...key,
    at: context.clock.now(),
    request_hash,
    amount_minor,
    terms_enc: sealTerms(context.keys, key, terms),
    redirect_url,
    ...hashesOf(context.keys, common),
    execution_date,
    link_expires_at,
    sends_link: send_link === true,
    items: items.map((item, index) => {
      const number = numbers[index] as number
      const { creditor_iban_hash, payer_hash } = hashesOf(context.keys, item.terms)
      return {
        payment_id: number,
        amount_minor: item.amount_minor as number,
        terms_enc: sealTerms(context.keys, { ...key, payment_id: number }, item.terms),
        creditor_iban_hash,
        payer_hash,
      }
    }),
  })
  if (!recorded) await checkRepetition(context, key, { request_hash, is_headless: false, is_list: true })
  else await blockFixedAmount(context, partner, key, items)
  return answerOf(context, key)
}

async function answerOf(context: Context, key: PaymentKey): Promise<ListInitiated> {
  const list = await loadPayment(context, key)
  const rows = await loadItemRows(context, key, { terms: false })
  return {
    payment_id: key.payment_id,
    redirect_url: pageUrl(context, key),
    items: rows.map((row) => ({ no: row.item_no as number, payment_id: row.payment_id })),
    ...(list?.is_link === true && list.expires_at !== null && { link_expires_at: list.expires_at }),
  }
}

type CheckedItem = { readonly terms: ReturnType<typeof termsOf>; readonly amount_minor: number | undefined }

/** @returns the sum @throws ListFaultsError, PunteError for what is wrong with the list as a whole */
function checkList(context: Context, common: ReturnType<typeof termsOf>, items: readonly CheckedItem[]): number {
  if (items.length < 1 || items.length > MAX_ITEMS) {
    const text = `A list holds from 1 to ${MAX_ITEMS} payments.`
    throw new PunteError('FIELD_INVALID', { field: 'payments', text })
  }
  const faults = faultsOfList(context, common, items)
  if (faults.length > 0) throw new ListFaultsError(faults.slice(0, MAX_ITEMS))
  const sum = items.reduce((total, { amount_minor }) => total + (amount_minor ?? 0), 0)
  if (sum > MAX_AMOUNT_MINOR) {
    throw new PunteError('AMOUNT_INVALID', { field: 'payments', text: 'The sum of the list is too large.' })
  }
  return sum
}

/** Everything that initiateList refuses in the payments of a list; for a surface that has found faults of its own. */
export function listFaults(context: Context, request: ListRequest): readonly ListFault[] {
  const items = request.items.map((item) => ({ terms: termsOf(item), amount_minor: item.amount_minor }))
  return faultsOfList(context, termsOf(request), items)
}

function faultsOfList(context: Context, common: CheckedItem['terms'], items: readonly CheckedItem[]): ListFault[] {
  const told = (fault: RequestFault, field: string): ListFault => ({
    field,
    code: fault.code,
    message: fault.text ?? ERRORS[fault.code].text,
  })
  const faults = requestFaults(context, common, undefined, false).map((fault) => told(fault, fault.field))
  for (const [index, item] of items.entries()) {
    const payer = common.debtor_iban === undefined ? {} : { debtor_iban: common.debtor_iban }
    // The payer's own faults are told once, not once a payment.
    const own = requestFaults(context, { ...item.terms, ...payer }, item.amount_minor, true).filter(
      ({ field, text }) => field !== 'debtorIban' || text?.includes("beneficiary's") === true,
    )
    faults.push(
      ...own.map((fault) =>
        told(fault, `payments[${index}].${fault.field === 'debtorIban' ? 'creditorIban' : fault.field}`),
      ),
    )
  }
  return faults
}
