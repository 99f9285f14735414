/**
 * Accounts and payments in memory, derived from the ledger's entries alone: `record` writes an entry and then applies
 * it, the start applies the same entries again. Balances begin at the configuration's and move only by `debited`.
 */
import { join } from 'node:path'
import type { BankConfig, Person } from '../config.ts'
import type { Entry, Execution, Initiation, Outcome, Payment, TransferResult } from './entries.ts'
import { openJournal } from './ledger.ts'
import { storedOrder } from './order.ts'

export type { Payment } from './entries.ts'

export type Account = { readonly person: Person; balance_minor: number }

export type Book = {
  /** Writes the entry to the ledger, then applies it. */
  record(entry: Entry): void
  payment(payment_id: string): Payment | undefined
  paymentByRequest(organization_id: string, request_id: string): Payment | undefined
  paymentByScaKey(sca_key: string): Payment | undefined
  /** By the key of a cancellation that its payer is asked about. */
  paymentByCancellationKey(sca_key: string): Payment | undefined
  payments(): IterableIterator<Payment>
  /** Payments from this person's account that wait for authorisation, oldest first. */
  waitingFor(login: string): readonly Payment[]
  /** Payments from this person's account whose cancellation waits for authorisation, oldest first. */
  cancellationsFor(login: string): readonly Payment[]
  /** False when the book is full of payments that are not final yet. */
  hasRoom(): boolean
  /** The day that the bank's calendar was moved to, if it was. */
  movedTo(): string | undefined
  accountByIban(iban: string): Account | undefined
  accountByLogin(login: string): Account | undefined
  accounts(): readonly Account[]
  close(): void
}

type State = {
  readonly accounts: ReadonlyMap<string, Account>
  readonly payments: Map<string, Payment>
  readonly by_request: Map<string, Payment>
  readonly by_sca_key: Map<string, Payment>
  readonly by_cancellation_key: Map<string, Payment>
  /** By the debtor's IBAN. */
  readonly waiting: ReadonlyMap<string, Set<Payment>>
  readonly cancelling: ReadonlyMap<string, Set<Payment>>
  readonly limit: number
  moved_to: string | undefined
}

/** Opens the book of a bank in `data_dir/ledger.jsonl`, replaying what is there. */
export function openBook(config: Pick<BankConfig, 'people' | 'data_dir' | 'limits'>): Book {
  const accounts: readonly Account[] = config.people.map((person) => ({ person, balance_minor: person.balance_minor }))
  const by_login = new Map(accounts.map((account) => [account.person.login, account]))
  const setsByIban = () => new Map(config.people.map((person) => [person.iban, new Set<Payment>()]))
  const state: State = {
    accounts: new Map(accounts.map((account) => [account.person.iban, account])),
    payments: new Map(),
    by_request: new Map(),
    by_sca_key: new Map(),
    by_cancellation_key: new Map(),
    waiting: setsByIban(),
    cancelling: setsByIban(),
    limit: config.limits.payments,
    moved_to: undefined,
  }
  const ofLogin = (sets: ReadonlyMap<string, Set<Payment>>, login: string) => [
    ...(sets.get(by_login.get(login)?.person.iban ?? '') ?? []),
  ]
  const journal = openJournal(join(config.data_dir, 'ledger.jsonl'), (entry) => apply(state, entry as Entry))
  return {
    record(entry) {
      journal.append(entry)
      apply(state, entry)
    },
    payment: (payment_id) => state.payments.get(payment_id),
    paymentByRequest: (organization_id, request_id) => state.by_request.get(`${organization_id} ${request_id}`),
    paymentByScaKey: (sca_key) => state.by_sca_key.get(sca_key),
    paymentByCancellationKey: (sca_key) => state.by_cancellation_key.get(sca_key),
    payments: () => state.payments.values(),
    waitingFor: (login) => ofLogin(state.waiting, login),
    cancellationsFor: (login) => ofLogin(state.cancelling, login),
    hasRoom: () => makeRoom(state),
    movedTo: () => state.moved_to,
    accountByIban: (iban) => state.accounts.get(iban),
    accountByLogin: (login) => by_login.get(login),
    accounts: () => accounts,
    close: journal.close,
  }
}

/** Forgets the oldest final payment; its effect on balances stays, its lines stay in the file. */
function makeRoom(state: State): boolean {
  if (state.payments.size < state.limit) return true
  for (const payment of state.payments.values()) {
    if (payment.outcome === undefined) continue
    state.payments.delete(payment.payment_id)
    state.by_request.delete(`${payment.organization_id} ${payment.request_id}`)
    state.by_sca_key.delete(payment.sca_key)
    if (payment.cancellation !== undefined) state.by_cancellation_key.delete(payment.cancellation.sca_key)
    return true
  }
  return false
}

function apply(state: State, entry: Entry) {
  if (entry.kind === 'created') return create(state, entry.at, entry.payment)
  if (entry.kind === 'calendar') {
    state.moved_to = entry.today
    return
  }
  if (entry.kind === 'debited') moveMoney(state, entry)
  const payment = state.payments.get(entry.payment_id)
  if (payment === undefined) return
  change(state, payment, entry)
  if (payment.authorised_at !== undefined || payment.outcome !== undefined)
    state.waiting.get(payment.order.debtor_iban)?.delete(payment)
  if (payment.outcome !== undefined) state.cancelling.get(payment.order.debtor_iban)?.delete(payment)
}

function create(state: State, at: number, initiation: Initiation): void {
  makeRoom(state)
  const order = storedOrder(initiation.order)
  const payment: Payment = {
    ...initiation,
    order,
    created_at: at,
    sca_status: initiation.psu_id === undefined ? 'received' : 'psuIdentified',
    account_chosen: false,
    authorisation_started: false,
    results: order.transfers.map(() => undefined),
    executions: [],
  }
  state.payments.set(payment.payment_id, payment)
  state.by_request.set(`${payment.organization_id} ${payment.request_id}`, payment)
  state.by_sca_key.set(payment.sca_key, payment)
  state.waiting.get(order.debtor_iban)?.add(payment)
}

function moveMoney(state: State, entry: Extract<Entry, { kind: 'debited' }>): void {
  const debtor = state.accounts.get(entry.debtor_iban)
  if (debtor !== undefined) debtor.balance_minor -= entry.amount_minor
  const creditor = state.accounts.get(entry.creditor_iban)
  if (creditor !== undefined) creditor.balance_minor += entry.amount_minor
}

type Change = Exclude<Entry, { kind: 'created' | 'calendar' }>

function change(state: State, payment: Payment, entry: Change) {
  const { at } = entry
  switch (entry.kind) {
    case 'authorisation_started':
      payment.authorisation_started = true
      if (entry.redirect_uri !== undefined) payment.redirect_uri = entry.redirect_uri
      if (entry.nok_redirect_uri !== undefined) payment.nok_redirect_uri = entry.nok_redirect_uri
      return
    case 'account_chosen':
      payment.account_chosen = true
      payment.sca_status = 'psuAuthenticated'
      return
    case 'authorised':
      payment.sca_status = 'finalised'
      payment.authorised_at = at
      payment.authorised_by = entry.by
      return
    case 'debited': {
      const { execution_no, day } = entry
      if (execution_no !== undefined) return executed(payment, { no: execution_no, day: day ?? '', at, status: 'ACSC' })
      return transferred(payment, entry.transfer_no ?? 0, { at, status: 'ACSC' })
    }
    case 'transfer_rejected':
      return transferred(payment, entry.transfer_no, { at, status: 'RJCT', code: entry.code, text: entry.text })
    case 'execution_failed': {
      const { execution_no: no, day, code, text } = entry
      return executed(payment, { no, day, at, status: 'RJCT', code, text })
    }
    case 'ended':
      payment.outcome = { status: 'ACSC', at }
      return
    case 'rejected':
      if (entry.sca_failed) payment.sca_status = 'failed'
      payment.outcome = { status: 'RJCT', at, code: entry.code, text: entry.text }
      return
    case 'cancellation_asked':
      if (payment.cancellation !== undefined) state.by_cancellation_key.delete(payment.cancellation.sca_key)
      payment.cancellation = { ...entry.cancellation, sca_status: 'received' }
      state.by_cancellation_key.set(entry.cancellation.sca_key, payment)
      state.cancelling.get(payment.order.debtor_iban)?.add(payment)
      return
    case 'cancellation_refused':
      if (payment.cancellation !== undefined) payment.cancellation.sca_status = 'failed'
      state.cancelling.get(payment.order.debtor_iban)?.delete(payment)
      return
    case 'cancelled':
      if (payment.sca_status !== 'finalised') payment.sca_status = 'failed'
      if (payment.cancellation !== undefined) payment.cancellation.sca_status = 'finalised'
      payment.outcome = { status: 'CANC', at }
  }
}

const executed = (payment: Payment, execution: Execution): void => void payment.executions.push(execution)

/** The payment has its outcome when its last transfer has. */
function transferred(payment: Payment, transfer_no: number, result: TransferResult): void {
  payment.results[transfer_no] = result
  if (payment.results.includes(undefined)) return
  const rejected = payment.results.filter((one) => one?.status === 'RJCT')
  const status: Outcome['status'] =
    rejected.length === 0 ? 'ACSC' : rejected.length < payment.results.length ? 'PART' : 'RJCT'
  const { code, text } = rejected[0] ?? {}
  payment.outcome = {
    status,
    at: result.at,
    ...(code === undefined ? {} : { code }),
    ...(text === undefined ? {} : { text }),
  }
}
