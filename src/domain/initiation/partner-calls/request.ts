/** What a partner asks of us, a call a file. Here: the checks of a request that lists and single payments share. */
import { createHash } from 'node:crypto'
import type { Context } from '../../context.ts'
import { type ErrorCode, PunteError } from '../../errors.ts'
import type { Partner } from '../../partners/directory.ts'
import { loadPayment, type PaymentKey, type PaymentRow } from '../store.ts'
import { faultsOf, type Terms, type TermsFault } from '../terms.ts'

/** Names of terms as partners write them. */
const WIRE_NAMES: Readonly<Record<keyof Terms, string>> = {
  creditor_name: 'creditorName',
  creditor_iban: 'creditorIban',
  details: 'details',
  debtor_iban: 'debtorIban',
  email: 'psuEmail',
  psu_intermediar_id: 'psuIntermediarId',
  debtor_bank: 'debtorBank',
}

const FAULT_TEXTS: Readonly<Record<TermsFault, string>> = {
  required: 'The field must not be empty.',
  invalid: 'The field is not valid.',
  not_romanian: 'The IBAN must be of an account in Romania: payments are in RON.',
  too_long: 'The field is too long.',
  unsupported_characters: 'The field has no character that can be sent to a bank.',
  same_account: "The payer's account is the beneficiary's.",
  wrong_bank: 'The IBAN is not of the preselected bank.',
}

export type RequestFault = { readonly code: ErrorCode; readonly field: string; readonly text?: string }

/** Everything wrong with what a partner says of a payment; `is_fixed`: the payer cannot complete it on the page. */
export function requestFaults(
  context: Context,
  terms: Terms,
  amount_minor: number | undefined,
  is_fixed: boolean,
): RequestFault[] {
  const faults: RequestFault[] = []
  if (is_fixed) {
    for (const name of ['creditor_name', 'creditor_iban', 'details'] as const) {
      if (terms[name] === undefined) faults.push({ code: 'FIELD_REQUIRED', field: WIRE_NAMES[name] })
    }
    if (amount_minor === undefined) faults.push({ code: 'FIELD_REQUIRED', field: 'amount' })
  }
  for (const [name, fault] of faultsOf(terms, context.banks)) faults.push(faultOf(name, fault))
  return faults
}

function faultOf(name: keyof Terms, fault: TermsFault): RequestFault {
  const field = WIRE_NAMES[name]
  if (name === 'debtor_bank') return { code: 'BANK_UNKNOWN', field }
  if (fault === 'not_romanian') return { code: 'IBAN_NOT_ROMANIAN', field }
  if (fault === 'invalid' && name.endsWith('_iban')) return { code: 'IBAN_INVALID', field }
  return { code: fault === 'required' ? 'FIELD_REQUIRED' : 'FIELD_INVALID', field, text: FAULT_TEXTS[fault] }
}

/** @throws PunteError the first fault */
export function refuseFaults(faults: readonly RequestFault[]): void {
  const [first] = faults
  if (first !== undefined) throw new PunteError(first.code, first)
}

/**
 * The address the payer returns to: the one asked for, if the partner may send payers there, else the registered one.
 * @throws PunteError REDIRECT_URL_NOT_REGISTERED
 */
export async function returnAddress(
  context: Context,
  partner: Partner,
  key: PaymentKey,
  asked: string | undefined,
): Promise<string> {
  if (asked === undefined) return partner.redirect_urls[0] as string
  if (isRegisteredRedirect(partner.redirect_urls, asked)) return asked
  // A payment whose token was asked with a free return address may end anywhere on a registered origin.
  const origins = partner.redirect_urls.map((one) => `${new URL(one).origin}/`)
  if (isRegisteredRedirect(origins, asked) && (await loadPayment(context, key))?.flexible_url === true) return asked
  throw new PunteError('REDIRECT_URL_NOT_REGISTERED', { field: 'redirectURL' })
}

/**
 * Whether an address may take the payer back: same scheme, host and port as a registered one, and its path the same or
 * below it. Credentials, fragments and backslashes are refused, since browsers and parsers disagree about them.
 */
export function isRegisteredRedirect(registered: readonly string[], address: string): boolean {
  if (address.length > 2048 || !URL.canParse(address) || /[\\\s\p{Cc}]/u.test(address)) return false
  const asked = new URL(address)
  if (asked.username !== '' || asked.password !== '' || asked.hash !== '') return false
  // URL resolves dot segments, encoded ones too; an encoded slash or backslash could still climb behind a lenient server.
  if (/%2f|%5c|%2e/i.test(asked.pathname)) return false
  return registered.some((one) => {
    const known = new URL(one)
    const base = known.pathname.endsWith('/') ? known.pathname : `${known.pathname}/`
    return known.origin === asked.origin && (asked.pathname === known.pathname || asked.pathname.startsWith(base))
  })
}

/** Keyed, since a bare hash of an IBAN and an amount could be searched by trying. */
export function requestHash(context: Context, canonical: unknown): Buffer {
  return context.keys.hash('initiation-request', createHash('sha256').update(JSON.stringify(canonical)).digest('hex'))
}

/**
 * A request that was not recorded: the same as before is welcome, all else is refused for what it is.
 * @returns the payment as it was recorded the first time
 */
export async function checkRepetition(
  context: Context,
  key: PaymentKey,
  expected: { readonly request_hash: Buffer; readonly is_headless: boolean; readonly is_list?: boolean },
): Promise<PaymentRow> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  if (payment.tokens_revoked_at !== null) throw new PunteError('TOKEN_REVOKED')
  if (payment.is_headless && expected.is_list === true) {
    const text = 'Lists need our page: ask for the token without isHeadless.'
    throw new PunteError('FEATURE_UNSUPPORTED', { field: 'payments', text })
  }
  if (payment.is_headless && !expected.is_headless) {
    const text = 'The token was asked with isHeadless: the payer accepts the terms on your page, say so.'
    throw new PunteError('FIELD_REQUIRED', { field: 'TCAccepted', text })
  }
  if (payment.request_hash === null) throw new PunteError('PAYMENT_CLOSED')
  if (!payment.request_hash.equals(expected.request_hash)) throw new PunteError('PAYMENT_CONFLICT')
  return payment
}

/**
 * Whoever wants a link lived long or mailed has a payment that is none: it would end in minutes, and nobody be told of it.
 * @throws PunteError FIELD_INVALID where the token was not asked for a link
 */
export async function refuseUnlessLink(
  context: Context,
  key: PaymentKey,
  { link_hours, send_link }: { readonly link_hours?: number; readonly send_link?: boolean },
): Promise<void> {
  if (link_hours === undefined && send_link !== true) return
  if ((await loadPayment(context, key))?.is_link !== false) return
  const text = 'Only of payment links: ask for the token with isLink2Pay.'
  throw new PunteError('FIELD_INVALID', { field: link_hours === undefined ? 'sendLink' : 'linkValidHours', text })
}

/**
 * A request that names days is the same one tomorrow, when they may be past: it is recognised before its days are judged.
 * @returns the payment as it was recorded the first time; undefined when it was not, or was another
 */
export async function recordedBefore(
  context: Context,
  key: PaymentKey,
  request_hash: Buffer,
): Promise<PaymentRow | undefined> {
  const payment = await loadPayment(context, key)
  return payment?.request_hash?.equals(request_hash) === true && payment.tokens_revoked_at === null
    ? payment
    : undefined
}

// Made once: making one takes a hundred times as long as a day from it, and every page view asks.
const ROMANIAN_DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' })

/** Days begin, and clocks are set, on a quarter of an hour. */
const QUARTER_MS = 900_000
let last_asked = { quarter: Number.NaN, day: '' }

/** The day it is in Romania, `yyyy-mm-dd`. */
export function todayInRomania(now: Date): string {
  const quarter = Math.floor(now.getTime() / QUARTER_MS)
  if (quarter !== last_asked.quarter) last_asked = { quarter, day: ROMANIAN_DAY.format(now) }
  return last_asked.day
}

export const MAX_DAYS_AHEAD = 366

/**
 * A day on which a payment is to be made.
 * @returns null for today, which is at once
 * @throws PunteError FIELD_INVALID for a day that is past or more than a year ahead
 */
export function executionDate(context: Context, asked: string | undefined): string | null {
  if (asked === undefined) return null
  const today = todayInRomania(context.clock.now())
  if (asked === today) return null
  const days = (Date.parse(asked) - Date.parse(today)) / 86_400_000
  if (days > 0 && days <= MAX_DAYS_AHEAD) return asked
  const text = 'The day must be today or at most a year ahead.'
  throw new PunteError('FIELD_INVALID', { field: 'executionDate', text })
}
