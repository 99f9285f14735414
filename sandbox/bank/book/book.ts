/**
 * Accounts and payments in memory, derived from the ledger's entries alone: `record` writes an entry and then applies
 * it, the start applies the same entries again. Balances begin at the configuration's and move only by `debited`.
 */
import { join } from 'node:path'
import type { BankConfig, Person } from '../config.ts'
import { openJournal } from './ledger.ts'

export type TransactionStatus = 'RCVD' | 'ACTC' | 'ACCP' | 'ACSP' | 'ACSC' | 'RJCT' | 'CANC'
export type ScaStatus = 'received' | 'psuIdentified' | 'psuAuthenticated' | 'finalised' | 'failed'

/** What the third party asked for; amounts in bani. */
export type Order = {
  readonly amount_minor: number
  readonly debtor_iban: string
  readonly creditor_iban: string
  readonly creditor_name: string
  readonly remittance?: string
  readonly end_to_end_id?: string
}

/** The facts of an initiation that never change. */
export type Initiation = {
  readonly payment_id: string
  /** organizationIdentifier of the third party; only it may read the payment. */
  readonly organization_id: string
  readonly request_id: string
  /** SHA-256 of the body, base64url: the same X-Request-ID with another body is refused. */
  readonly body_hash: string
  readonly order: Order
  readonly redirect_uri?: string
  readonly nok_redirect_uri?: string
  /** TPP-Notification-URI: told when the payment has its outcome. */
  readonly notification_uri?: string
  readonly psu_id?: string
  readonly authorisation_id: string
  /** Unguessable part of the scaRedirect link. */
  readonly sca_key: string
}

export type Outcome = {
  readonly status: 'ACSC' | 'RJCT' | 'CANC'
  readonly at: number
  /** ISO 20022 reason code, e.g. AM04, and words for the payer (Romanian). */
  readonly code?: string
  readonly text?: string
}

export type Payment = Initiation & {
  readonly created_at: number
  sca_status: ScaStatus
  authorised_at?: number
  authorised_by?: string
  outcome?: Outcome
}

export type Entry =
  | { readonly kind: 'created'; readonly at: number; readonly payment: Initiation }
  | { readonly kind: 'authorised'; readonly at: number; readonly payment_id: string; readonly by: string }
  | ({ readonly kind: 'debited'; readonly at: number; readonly payment_id: string } & Order)
  | {
      readonly kind: 'rejected'
      readonly at: number
      readonly payment_id: string
      readonly code: string
      readonly text: string
      readonly sca_failed: boolean
    }
  | { readonly kind: 'cancelled'; readonly at: number; readonly payment_id: string }

export type Account = { readonly person: Person; balance_minor: number }

export type Book = {
  /** Writes the entry to the ledger, then applies it. */
  record(entry: Entry): void
  payment(payment_id: string): Payment | undefined
  paymentByRequest(organization_id: string, request_id: string): Payment | undefined
  paymentByScaKey(sca_key: string): Payment | undefined
  payments(): IterableIterator<Payment>
  /** Payments from this person's account that wait for authorisation, oldest first. */
  waitingFor(login: string): readonly Payment[]
  /** False when the book is full of payments that are not final yet. */
  hasRoom(): boolean
  accountByIban(iban: string): Account | undefined
  accountByLogin(login: string): Account | undefined
  accounts(): readonly Account[]
  close(): void
}

/** Opens the book of a bank in `data_dir/ledger.jsonl`, replaying what is there. */
export function openBook(config: Pick<BankConfig, 'people' | 'data_dir' | 'limits'>): Book {
  const accounts: readonly Account[] = config.people.map((person) => ({ person, balance_minor: person.balance_minor }))
  const by_iban = new Map(accounts.map((account) => [account.person.iban, account]))
  const by_login = new Map(accounts.map((account) => [account.person.login, account]))
  const payments = new Map<string, Payment>()
  const by_request = new Map<string, Payment>()
  const by_sca_key = new Map<string, Payment>()
  const waiting = new Map(config.people.map((person) => [person.iban, new Set<Payment>()]))
  const requestKey = (organization_id: string, request_id: string) => `${organization_id} ${request_id}`

  /** Forgets the oldest final payment; its effect on balances stays, its line stays in the file. */
  const makeRoom = (): boolean => {
    if (payments.size < config.limits.payments) return true
    for (const payment of payments.values()) {
      if (payment.outcome === undefined) continue
      payments.delete(payment.payment_id)
      by_request.delete(requestKey(payment.organization_id, payment.request_id))
      by_sca_key.delete(payment.sca_key)
      return true
    }
    return false
  }

  const create = (at: number, initiation: Initiation): void => {
    makeRoom()
    const payment: Payment = {
      ...initiation,
      created_at: at,
      sca_status: initiation.psu_id === undefined ? 'received' : 'psuIdentified',
    }
    payments.set(payment.payment_id, payment)
    by_request.set(requestKey(payment.organization_id, payment.request_id), payment)
    by_sca_key.set(payment.sca_key, payment)
    waiting.get(payment.order.debtor_iban)?.add(payment)
  }

  const debit = (entry: Extract<Entry, { kind: 'debited' }>): void => {
    const debtor = by_iban.get(entry.debtor_iban)
    if (debtor !== undefined) debtor.balance_minor -= entry.amount_minor
    const creditor = by_iban.get(entry.creditor_iban)
    if (creditor !== undefined) creditor.balance_minor += entry.amount_minor
    const payment = payments.get(entry.payment_id)
    if (payment !== undefined) payment.outcome = { status: 'ACSC', at: entry.at }
  }

  const apply = (entry: Entry) => {
    if (entry.kind === 'created') return create(entry.at, entry.payment)
    if (entry.kind === 'debited') return debit(entry)
    const payment = payments.get(entry.payment_id)
    if (payment === undefined) return
    waiting.get(payment.order.debtor_iban)?.delete(payment)
    if (entry.kind === 'authorised') {
      payment.sca_status = 'finalised'
      payment.authorised_at = entry.at
      payment.authorised_by = entry.by
    } else if (entry.kind === 'rejected') {
      if (entry.sca_failed) payment.sca_status = 'failed'
      payment.outcome = { status: 'RJCT', at: entry.at, code: entry.code, text: entry.text }
    } else {
      if (payment.sca_status !== 'finalised') payment.sca_status = 'failed'
      payment.outcome = { status: 'CANC', at: entry.at }
    }
  }

  const journal = openJournal(join(config.data_dir, 'ledger.jsonl'), (entry) => apply(entry as Entry))
  return {
    record(entry) {
      journal.append(entry)
      apply(entry)
    },
    payment: (payment_id) => payments.get(payment_id),
    paymentByRequest: (organization_id, request_id) => by_request.get(requestKey(organization_id, request_id)),
    paymentByScaKey: (sca_key) => by_sca_key.get(sca_key),
    payments: () => payments.values(),
    waitingFor: (login) => [...(waiting.get(by_login.get(login)?.person.iban ?? '') ?? [])],
    hasRoom: makeRoom,
    accountByIban: (iban) => by_iban.get(iban),
    accountByLogin: (login) => by_login.get(login),
    accounts: () => accounts,
    close: journal.close,
  }
}
