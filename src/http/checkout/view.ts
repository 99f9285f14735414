/**
 * The hosted page's server side: view.ts (what the page shows), submission.ts (what the page sends, checked against the
 * editability table), server.ts (routes, the page itself, the banks' return). The wire is contract.ts.
 */
import type { Context } from '../../domain/context.ts'
import { bankObstacles } from '../../domain/initiation/availability.ts'
import { pageToken } from '../../domain/initiation/capability.ts'
import { openSession } from '../../domain/initiation/session.ts'
import { FINISHED } from '../../domain/initiation/state.ts'
import type { PaymentRow } from '../../domain/initiation/store.ts'
import { openTerms } from '../../domain/initiation/terms.ts'
import type { Partner } from '../../domain/partners/directory.ts'
import type { BankChoice, EditableField, Outcome, PaymentView } from './contract.ts'

/** The seed's table "editabil / needitabil" by partner type; "Nume partener" is never editable. */
export const EDITABLE: Readonly<Record<Partner['type'], readonly EditableField[]>> = {
  Finance: ['creditorName', 'creditorIban', 'debtorIban', 'email', 'bankId', 'details', 'amount'],
  Ecommerce: ['debtorIban', 'email', 'bankId'],
}

/** After a good return the bank may take a moment to tell; then the way back to the bank is offered again. */
const WAIT_AFTER_RETURN_MS = 30_000

/** What the page shows of a payment now. */
export function viewOf(context: Context, partner: Partner, payment: PaymentRow): PaymentView {
  const { settings } = context
  const now = context.clock.now()
  const terms = openTerms(context, payment)
  const { step, redirect_url, psu_message } = stepOf(context, payment, now)
  const bank_id = payment.bank_id ?? terms.debtor_bank
  return {
    paymentId: payment.payment_id,
    step,
    partner: {
      name: partner.name,
      type: partner.type,
      colour: partner.colour,
      ...(partner.logo !== undefined && { logo: partner.logo }),
    },
    values: {
      ...(terms.creditor_name !== undefined && { creditorName: terms.creditor_name }),
      ...(terms.creditor_iban !== undefined && { creditorIban: terms.creditor_iban }),
      ...(terms.details !== undefined && { details: terms.details }),
      // The payer's own data is needed to fill in the form, and not after.
      ...(step === 'form' && terms.debtor_iban !== undefined && { debtorIban: terms.debtor_iban }),
      ...(step === 'form' && terms.email !== undefined && { email: terms.email }),
      ...(payment.amount_minor !== null && { amountMinor: payment.amount_minor }),
      ...(bank_id !== undefined && { bankId: bank_id }),
    },
    editable: step === 'form' ? EDITABLE[partner.type] : [],
    banks: bankChoices(context),
    ...(redirect_url !== undefined && { redirectUrl: redirect_url }),
    ...(psu_message !== undefined && { psuMessage: psu_message }),
    ...(step === 'outcome' && { outcome: outcomeOf(payment) }),
    ...(step === 'form' &&
      payment.refusal !== null && {
        notice: payment.refusal.startsWith('REFUSED') ? 'BANK_REFUSED' : 'BANK_UNAVAILABLE',
      }),
    returnUrl: returnUrl(payment),
    returnAfterSeconds: settings.PUNTE_PAGE_RETURN_SECONDS,
    idleMinutes: settings.PUNTE_PAGE_IDLE_MINUTES,
    expiresAt: new Date(payment.created_at.getTime() + settings.PUNTE_ABANDON_AFTER_MINUTES * 60_000).toISOString(),
    now: now.toISOString(),
    pageToken: pageToken(context.keys, payment, now),
    operator: {
      name: settings.PUNTE_OPERATOR_NAME,
      register: settings.PUNTE_OPERATOR_REGISTER,
      contact: settings.PUNTE_OPERATOR_CONTACT,
      complaints: settings.PUNTE_OPERATOR_COMPLAINTS,
    },
  }
}

type Step = { readonly step: PaymentView['step']; readonly redirect_url?: string; readonly psu_message?: string }

function stepOf(context: Context, payment: PaymentRow, now: Date): Step {
  if (FINISHED.has(payment.status)) return { step: 'outcome' }
  if (payment.status === 'INIT') {
    return { step: payment.attempt_state === 'sending' || payment.attempt_state === 'unknown' ? 'sending' : 'form' }
  }
  if (payment.status !== 'RCVD' && payment.status !== 'ACTC') return { step: 'outcome' }
  const session = openSession(context, payment)
  const returned_ago_ms =
    payment.returned_at === null ? Number.POSITIVE_INFINITY : now.getTime() - payment.returned_at.getTime()
  if (session?.redirect_url !== undefined && returned_ago_ms > WAIT_AFTER_RETURN_MS) {
    return { step: 'authorise', redirect_url: session.redirect_url }
  }
  return { step: 'waiting', ...(session?.psu_message !== undefined && { psu_message: session.psu_message }) }
}

function outcomeOf(payment: PaymentRow): Outcome {
  const kinds: Readonly<Partial<Record<PaymentRow['status'], Outcome['kind']>>> = {
    ACSC: 'paid',
    RJCT: 'rejected',
    CANC: 'cancelled',
    ABND: 'abandoned',
    BLOCKED: 'blocked',
  }
  return { kind: kinds[payment.status] ?? 'authorised', ...(payment.reason !== null && { reason: payment.reason }) }
}

function bankChoices(context: Context): BankChoice[] {
  const obstacles = bankObstacles(context)
  return context.banks.all().map((bank) => {
    const unavailable = obstacles.get(bank.id)
    return {
      id: bank.id,
      name: bank.name,
      ibanCodes: bank.iban_codes,
      sca: bank.sca === 'decoupled' ? 'decoupled' : 'redirect',
      needsUserCode: bank.needs_psu_id,
      available: unavailable === undefined,
      ...(unavailable !== undefined && { unavailable }),
    }
  })
}

/** The partner's address, with the payment's number; its status is not told in a URL, where anybody could write it. */
export function returnUrl(payment: Pick<PaymentRow, 'redirect_url' | 'payment_id'>): string {
  if (payment.redirect_url === null) return ''
  const url = new URL(payment.redirect_url)
  url.searchParams.set('paymentId', String(payment.payment_id))
  return url.href
}
