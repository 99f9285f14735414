/** The partner's initPayment: what is to be paid, once per payment. */
import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { amountText } from '../money.ts'
import type { Partner } from '../partners/directory.ts'
import { pageState } from './capability.ts'
import { loadPayment, recordRequest } from './store.ts'
import { faultsOf, hashesOf, sealTerms, type Terms, type TermsFault, tidy, tidyIban } from './terms.ts'

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
}

/**
 * Records the request and answers where to send the payer. The same request again answers the same; another one for the
 * same payment is PAYMENT_CONFLICT.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID, IBAN_*, REDIRECT_URL_NOT_REGISTERED, BANK_UNKNOWN, PAYMENT_*, TOKEN_REVOKED
 */
export async function initiatePayment(
  context: Context,
  input: { readonly partner: Partner; readonly payment_id: number; readonly request: InitiationRequest },
): Promise<{ readonly payment_id: number; readonly redirect_url: string }> {
  const { partner, payment_id, request } = input
  const key = { partner_id: partner.partner_id, payment_id }
  const terms = termsOf(request)
  const redirect_url = request.redirect_url ?? (partner.redirect_urls[0] as string)
  checkRequest(context, partner, terms, request.amount_minor, redirect_url)
  const request_hash = hashOf(context, terms, request.amount_minor, redirect_url)
  const recorded = await recordRequest(context, {
    ...key,
    at: context.clock.now(),
    request_hash,
    amount_minor: request.amount_minor ?? null,
    terms_enc: sealTerms(context.keys, key, terms),
    redirect_url,
    ...hashesOf(context.keys, terms),
  })
  if (!recorded) await checkRepetition(context, key, request_hash)
  const state = pageState(context.keys, key)
  return {
    payment_id,
    redirect_url: `${context.settings.PUNTE_CHECKOUT_URL}/payment-initiation?payment=${payment_id}&state=${state}`,
  }
}

async function checkRepetition(
  context: Context,
  key: { partner_id: number; payment_id: number },
  request_hash: Buffer,
): Promise<void> {
  const payment = await loadPayment(context, key)
  if (payment === undefined) throw new PunteError('PAYMENT_UNKNOWN')
  if (payment.tokens_revoked_at !== null) throw new PunteError('TOKEN_REVOKED')
  if (payment.request_hash === null) throw new PunteError('PAYMENT_CLOSED')
  if (!payment.request_hash.equals(request_hash)) throw new PunteError('PAYMENT_CONFLICT')
}

function termsOf(request: InitiationRequest): Terms {
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

function checkRequest(
  context: Context,
  partner: Partner,
  terms: Terms,
  amount_minor: number | undefined,
  redirect_url: string,
): void {
  // A shop's payer can change none of these on the page; in an ERP the payer completes what is missing.
  if (partner.type === 'Ecommerce') {
    for (const name of ['creditor_name', 'creditor_iban', 'details'] as const) {
      if (terms[name] === undefined) throw new PunteError('FIELD_REQUIRED', { field: WIRE_NAMES[name] })
    }
    if (amount_minor === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'amount' })
  }
  for (const [name, fault] of faultsOf(terms, context.banks)) {
    const field = WIRE_NAMES[name]
    if (name === 'debtor_bank') throw new PunteError('BANK_UNKNOWN', { field })
    if (fault === 'not_romanian') throw new PunteError('IBAN_NOT_ROMANIAN', { field })
    if (fault === 'invalid' && name.endsWith('_iban')) throw new PunteError('IBAN_INVALID', { field })
    throw new PunteError(fault === 'required' ? 'FIELD_REQUIRED' : 'FIELD_INVALID', { field, text: FAULT_TEXTS[fault] })
  }
  if (!isRegisteredRedirect(partner.redirect_urls, redirect_url)) {
    throw new PunteError('REDIRECT_URL_NOT_REGISTERED', { field: 'redirectURL' })
  }
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

// Keyed, since a bare hash of an IBAN and an amount could be searched by trying.
function hashOf(context: Context, terms: Terms, amount_minor: number | undefined, redirect_url: string): Buffer {
  const canonical = JSON.stringify([
    terms.creditor_name,
    terms.creditor_iban,
    terms.details,
    terms.debtor_iban,
    terms.email,
    terms.psu_intermediar_id,
    terms.debtor_bank,
    amount_minor === undefined ? null : amountText(amount_minor),
    redirect_url,
  ])
  return context.keys.hash('initiation-request', createHash('sha256').update(canonical).digest('hex'))
}
