/**
 * Account-rail payments: one payment intention, from the partner's call to the bank's word.
 *
 * state.ts        the pure table of statuses; advance.ts the one door through which a status changes
 * store.ts        the SQL of payments, attempt-store.ts of their tries at banks; terms.ts what is to be paid
 * partner-calls/  what a partner asks: initiate, status, cancel; its limits
 * payer/          what the payer does: submit, return, abandon; which banks there are
 * settling/       what became of it: the bank's word by poll, push or return, and recovery after a fall
 * lists/          several payments under one page
 *
 * Statuses: reference "Payment status table" (the codes that partners' clients know), from ISO 20022
 * ExternalPaymentTransactionStatus. ACSC is the only success.
 */
export const PAYMENT_STATUSES = [
  'INIT',
  'RCVD',
  'ACTC',
  'PDNG',
  'ACCP',
  'ACSP',
  'ACSC',
  'RJCT',
  'CANC',
  'ABND',
  'BLOCKED',
  'PART', // only of a list: finished, some of its payments paid and others not
] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

export const PAYMENT_EVENTS = [
  'bank_received', // RCVD: initiated at the bank, waiting for the payer
  'bank_checked', // ACTC
  'bank_pending', // PDNG
  'bank_accepted', // ACCP
  'bank_executing', // ACSP
  'bank_settled', // ACSC
  'bank_rejected', // RJCT
  'bank_partly', // PART: of a list, some transfers were refused
  'bank_cancelled', // CANC
  'payer_abandons',
  'partner_cancels', // before anything is at a bank
  'time_passes',
  'limit_blocks',
] as const
export type PaymentEvent = (typeof PAYMENT_EVENTS)[number]

const BANK_FINAL = { bank_settled: 'ACSC', bank_rejected: 'RJCT', bank_partly: 'PART', bank_cancelled: 'CANC' } as const

/**
 * (status, event) → status. What is not here changes nothing: a bank's answer that is older than what is known never
 * leads back, because the bank's statuses only lead forward. ABND is our word, not the bank's: a success that the bank
 * reports after it wins.
 */
export const TRANSITIONS: Readonly<Record<PaymentStatus, Readonly<Partial<Record<PaymentEvent, PaymentStatus>>>>> = {
  INIT: {
    bank_received: 'RCVD',
    bank_checked: 'ACTC',
    bank_pending: 'PDNG',
    bank_accepted: 'ACCP',
    bank_executing: 'ACSP',
    ...BANK_FINAL,
    payer_abandons: 'ABND',
    partner_cancels: 'CANC',
    time_passes: 'ABND',
    limit_blocks: 'BLOCKED',
  },
  RCVD: {
    bank_checked: 'ACTC',
    bank_pending: 'PDNG',
    bank_accepted: 'ACCP',
    bank_executing: 'ACSP',
    ...BANK_FINAL,
    payer_abandons: 'ABND',
    time_passes: 'ABND',
  },
  // Some banks say ACTC while they still wait for the payer (their profiles tell): there, time passes as in RCVD.
  ACTC: {
    bank_pending: 'PDNG',
    bank_accepted: 'ACCP',
    bank_executing: 'ACSP',
    ...BANK_FINAL,
    payer_abandons: 'ABND',
    time_passes: 'ABND',
  },
  PDNG: { bank_accepted: 'ACCP', bank_executing: 'ACSP', ...BANK_FINAL },
  ACCP: { bank_executing: 'ACSP', ...BANK_FINAL },
  ACSP: { ...BANK_FINAL },
  ABND: { bank_accepted: 'ACCP', bank_executing: 'ACSP', bank_settled: 'ACSC', bank_partly: 'PART' },
  ACSC: {},
  RJCT: {},
  CANC: {},
  BLOCKED: {},
  PART: {},
}

/** Statuses that nothing of ours waits on any more. ABND may still be overtaken by a late success. */
export const FINISHED: ReadonlySet<PaymentStatus> = new Set(['ACSC', 'RJCT', 'CANC', 'ABND', 'BLOCKED', 'PART'])

const APPROVED: ReadonlySet<PaymentStatus> = new Set(['ACCP', 'ACSP', 'ACSC'])

/** 1 where a payment becomes approved: authorised, and refused by no bank. -1 where it was and is not any more. */
export function approvedBy(from: PaymentStatus, to: PaymentStatus): -1 | 0 | 1 {
  if (APPROVED.has(from) === APPROVED.has(to)) return 0
  return APPROVED.has(to) ? 1 : -1
}

/** The next status, or undefined when the event changes nothing. */
export function nextStatus(status: PaymentStatus, event: PaymentEvent): PaymentStatus | undefined {
  return TRANSITIONS[status][event]
}

/** The bank contradicts what it said as final, or what we hold as final: nothing changes, and staff must look. */
export function contradicts(status: PaymentStatus, event: PaymentEvent): boolean {
  if (event === 'bank_settled') return status === 'RJCT' || status === 'CANC' || status === 'BLOCKED'
  return status === 'ACSC' && (event === 'bank_rejected' || event === 'bank_cancelled')
}

const BANK_STATUS_EVENTS: Readonly<Record<string, PaymentEvent>> = {
  RCVD: 'bank_received',
  PATC: 'bank_received', // some of several authorisations are done: the payment still waits for people
  ACTC: 'bank_checked',
  PDNG: 'bank_pending',
  ACFC: 'bank_accepted', // funds checked as well
  ACCP: 'bank_accepted',
  ACWC: 'bank_accepted',
  ACSP: 'bank_executing',
  ACWP: 'bank_executing', // not yet posted to the creditor
  ACSC: 'bank_settled',
  ACCC: 'bank_settled', // creditor's account settled, which is later still
  PART: 'bank_partly',
  RJCT: 'bank_rejected',
  CANC: 'bank_cancelled',
}

/** What a bank's transactionStatus means here (Berlin Group 1.3.12, transactionStatus); undefined: a code we do not know. */
export function eventOfBankStatus(bank_status: string): PaymentEvent | undefined {
  return Object.hasOwn(BANK_STATUS_EVENTS, bank_status) ? BANK_STATUS_EVENTS[bank_status] : undefined
}

/** Whether the bank will say nothing else about this payment. */
export function isFinalAtBank(event: PaymentEvent): boolean {
  return event in BANK_FINAL
}
