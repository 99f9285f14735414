/** The partner's initPayment: what is to be paid, once per payment. */
import type { Frequency, PsuContext, Schedule } from '../../../infra/banks/connector.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { amountText } from '../../money.ts'
import type { Partner } from '../../partners/directory.ts'
import { pageState } from '../payer/capability.ts'
import { loadPayment, type PaymentKey } from '../store.ts'
import { hashesOf, type StoredTerms, sealTerms, type Terms, tidy, tidyIban } from '../terms.ts'
import { checkHeadless, submitHeadless } from './headless.ts'
import { blockFixedAmount } from './limits.ts'
import {
  checkRepetition,
  executionDate,
  MAX_DAYS_AHEAD,
  recordedBefore,
  refuseFaults,
  refuseUnlessLink,
  requestFaults,
  requestHash,
  returnAddress,
  todayInRomania,
} from './request.ts'
import { type Recorded, type RequestRecord, recordRequest } from './request-store.ts'

export type InitiationRequest = {
  readonly creditor_name?: string
  readonly creditor_iban?: string
  readonly amount_minor?: number
  readonly details?: string
  readonly psu_intermediar_id?: string
  readonly debtor_iban?: string
  readonly psu_email?: string
  readonly debtor_bank?: string
  readonly redirect_url?: string
  /** Makes it a series that the bank runs. Days `yyyy-mm-dd`. */
  readonly schedule?: Schedule
  /** The partner's own name of that series. */
  readonly agreement_id?: string
  /** `yyyy-mm-dd` */
  readonly execution_date?: string
  /** Of a link: how long it lives, and whether it is mailed to psu_email. */
  readonly link_hours?: number
  readonly send_link?: boolean
  /** Of a partner's own page: the payer's name at the bank, where it is needed, and that the payer accepted the terms. */
  readonly psu_id?: string
  readonly terms_accepted?: boolean
}

export type Initiated = {
  readonly payment_id: number
  /** Where to send the payer; absent at a decoupled bank on a partner's own page. */
  readonly redirect_url?: string
  readonly psu_message?: string
  readonly bank_id?: string
  readonly link_expires_at?: Date
}

/**
 * Records the request and answers where to send the payer. The same request again answers the same; another one for the
 * same payment is PAYMENT_CONFLICT.
 * @param input.psu of a partner's own page: what it knows of the payer's browser
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID, IBAN_*, REDIRECT_URL_NOT_REGISTERED, BANK_*, PAYMENT_*, TOKEN_REVOKED,
 *   AGREEMENT_EXISTS
 */
export async function initiatePayment(
  context: Context,
  input: {
    readonly partner: Partner
    readonly payment_id: number
    readonly request: InitiationRequest
    readonly psu?: PsuContext
  },
): Promise<Initiated> {
  const { partner, payment_id, psu } = input
  const key = { partner_id: partner.partner_id, payment_id }
  const { psu_id, terms_accepted, ...hosted } = input.request
  // A partner with a page of its own may say the same of a payment on ours: the token says which it is.
  const says_own = psu_id !== undefined || terms_accepted !== undefined
  const is_headless = says_own && (await loadPayment(context, key))?.is_headless !== false
  const request: InitiationRequest = is_headless ? input.request : hosted
  const terms = termsOf(request)
  // A shop's payer can change none of these on the page; in an ERP the payer completes what is missing.
  const is_fixed = partner.type === 'Ecommerce' || is_headless
  refuseFaults(requestFaults(context, terms, request.amount_minor, is_fixed))
  await refuseUnlessLink(context, key, request)
  const redirect_url = await returnAddress(context, partner, key, request.redirect_url)
  const request_hash = requestHash(context, canonical(request, terms, redirect_url))
  const names_days = request.execution_date !== undefined || request.schedule !== undefined
  const before = names_days ? await recordedBefore(context, key, request_hash) : undefined
  const execution_date =
    before?.execution_date ?? (before === undefined ? executionDate(context, request.execution_date) : null)
  if (request.schedule !== undefined && before === undefined) checkSchedule(context, request.schedule, execution_date)
  const headless = is_headless ? checkHeadless(context, request, terms, psu, execution_date) : undefined
  const stored: StoredTerms = { ...terms, ...(request.schedule !== undefined && { schedule: request.schedule }) }
  const at = context.clock.now()
  const recorded =
    before ??
    (await recordOnce(context, {
      ...key,
      at,
      request_hash,
      amount_minor: request.amount_minor ?? null,
      terms_enc: sealTerms(context.keys, key, stored),
      redirect_url,
      ...hashesOf(context.keys, terms),
      execution_date,
      is_headless,
      link_expires_at: linkExpiry(context, request.link_hours),
      sends_link: request.send_link === true,
      ...(request.schedule !== undefined && { series: seriesOf(payment_id, request.schedule, request.agreement_id) }),
    }))
  const payment = recorded ?? (await checkRepetition(context, key, { request_hash, is_headless }))
  if (recorded !== undefined && is_fixed && !is_headless) await blockFixedAmount(context, partner, key, [request])
  if (headless !== undefined) return submitHeadless(context, key, headless)
  return {
    payment_id,
    redirect_url: pageUrl(context, key),
    ...(payment.is_link && payment.expires_at !== null && { link_expires_at: payment.expires_at }),
  }
}

/** The hosted page of a payment; whoever has the address may pay it. */
export function pageUrl(context: Pick<Context, 'keys' | 'settings'>, key: PaymentKey): string {
  const state = pageState(context.keys, key)
  return `${context.settings.PUNTE_CHECKOUT_URL}/payment-initiation?payment=${key.payment_id}&state=${state}`
}

const MAX_LINK_HOURS = 2160

/** @throws PunteError FIELD_INVALID */
export function linkExpiry(context: Context, asked_hours: number | undefined): Date {
  const hours = asked_hours ?? context.settings.PUNTE_LINK_HOURS
  if (!Number.isInteger(hours) || hours < 1 || hours > MAX_LINK_HOURS) {
    const text = `A link lives from 1 to ${MAX_LINK_HOURS} hours.`
    throw new PunteError('FIELD_INVALID', { field: 'linkValidHours', text })
  }
  return new Date(context.clock.now().getTime() + hours * 3_600_000)
}

async function recordOnce(context: Context, record: RequestRecord): Promise<Recorded | undefined> {
  try {
    return await recordRequest(context, record)
  } catch (error) {
    const is_taken = error instanceof Error && 'constraint' in error && error.constraint === 'agreements_pkey'
    if (is_taken) throw new PunteError('AGREEMENT_EXISTS', { field: 'agreementId' })
    throw error
  }
}

function checkSchedule(context: Context, schedule: Schedule, execution_date: string | null): void {
  const refuse = (field: string, text: string) => new PunteError('FIELD_INVALID', { field, text })
  if (execution_date !== null) throw refuse('executionDate', 'A series has a startDate, not an executionDate.')
  const { start_date, end_date } = schedule
  const today = todayInRomania(context.clock.now())
  if (start_date < today) throw refuse('startDate', 'The first day is past.')
  const days_ahead = (Date.parse(start_date) - Date.parse(today)) / 86_400_000
  if (days_ahead > MAX_DAYS_AHEAD) throw refuse('startDate', 'The first day is more than a year ahead.')
  if (end_date !== undefined && end_date <= start_date) throw refuse('endDate', 'The last day is not after the first.')
  const { day_of_execution } = schedule
  if (end_date !== undefined && day_of_execution !== undefined && firstDue(start_date, day_of_execution) > end_date) {
    throw refuse('endDate', 'No dayOfExecution lies between startDate and endDate.')
  }
}

/** The first such day of a month on or after the start; of a month that is shorter its last day. */
function firstDue(start_date: string, day_of_execution: number): string {
  const [year = 0, month = 0] = start_date.split('-').map(Number)
  const dueIn = (months: number): string => {
    const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
    const due = Date.UTC(year, month - 1 + months, Math.min(day_of_execution, last))
    return new Date(due).toISOString().slice(0, 10)
  }
  const own = dueIn(0)
  return own >= start_date ? own : dueIn(1)
}

/** The words of the common model, which the card rail uses too. */
const COMMON_FREQUENCIES: Readonly<Record<Frequency, string>> = {
  Daily: 'DAILY',
  Weekly: 'WEEKLY',
  EveryTwoWeeks: 'FORTNIGHTLY',
  Monthly: 'MONTHLY',
  EveryTwoMonths: 'OTHER',
  Quarterly: 'QUARTERLY',
  SemiAnnual: 'TWICE_YEARLY',
  Annual: 'YEARLY',
}

function seriesOf(payment_id: number, schedule: Schedule, agreement_id: string | undefined) {
  return {
    agreement_id: agreement_id ?? `account-${payment_id}`,
    start_date: schedule.start_date,
    end_date: schedule.end_date ?? null,
    payment_frequency: COMMON_FREQUENCIES[schedule.frequency],
    day_of_execution: schedule.day_of_execution ?? null,
  }
}

export function termsOf(request: InitiationRequest): Terms {
  const { creditor_name, creditor_iban, details, debtor_iban, psu_email, psu_intermediar_id, debtor_bank } = request
  return {
    ...(creditor_name !== undefined && { creditor_name: tidy(creditor_name) }),
    ...(creditor_iban !== undefined && { creditor_iban: tidyIban(creditor_iban) }),
    ...(details !== undefined && { details: tidy(details) }),
    ...(debtor_iban !== undefined && { debtor_iban: tidyIban(debtor_iban) }),
    ...(psu_email !== undefined && { email: psu_email.trim() }),
    ...(psu_intermediar_id !== undefined && { psu_intermediar_id: tidy(psu_intermediar_id) }),
    ...(debtor_bank !== undefined && { debtor_bank }),
  }
}

// What a repetition must repeat. A request of the first kinds hashes as it did before there were others.
function canonical(request: InitiationRequest, terms: Terms, redirect_url: string): unknown {
  const { amount_minor, schedule, agreement_id, execution_date, link_hours, send_link, psu_id } = request
  const more = { schedule, agreement_id, execution_date, link_hours, send_link, psu_id }
  return [
    terms.creditor_name,
    terms.creditor_iban,
    terms.details,
    terms.debtor_iban,
    terms.email,
    terms.psu_intermediar_id,
    terms.debtor_bank,
    amount_minor === undefined ? null : amountText(amount_minor),
    redirect_url,
    ...(Object.values(more).some((value) => value !== undefined) ? [more] : []),
  ]
}
