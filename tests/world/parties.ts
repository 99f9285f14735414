/** What the others of a world know: the banks' books, the mailbox, the shop, and the server's own database. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type TestWorld, until } from './world.ts'

/** Of `sandbox/people.json`: the fictional banks, then those that behave as real ones do. */
export const BANK_IDS = ['carpati', 'delta', 'cetate', 'BT', 'BCR', 'BRD', 'ING', 'RZB', 'UCB', 'CEC', 'LIB'] as const
export type BankId = (typeof BANK_IDS)[number]

/** A person of a bank, as `sandbox/people.json` has them. */
export type Person = {
  readonly bank_id: BankId
  readonly bank_name: string
  /** Pages of the bank. */
  readonly bank_url: string
  readonly login: string
  readonly password: string
  readonly name: string
  readonly iban: string
  readonly character: string
}

export type BankPayment = {
  readonly payment_id: string
  readonly end_to_end_id: string
  readonly amount_minor: number
  readonly debtor_iban: string
  readonly creditor_iban: string
  readonly status: string
}

export type Mail = {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type Webhook = {
  readonly webhook_id: string
  readonly payment_id: number
  readonly status: string
  readonly reason?: string
  readonly sequence: number
}

/** An order as the shop tells it, an invoice as the ERP does. */
export type Purchase = {
  readonly status: string
  readonly paid: boolean
  readonly attempts: readonly {
    readonly payment_id: number
    readonly status: string
    readonly reason?: string
    readonly amount_minor?: number
    readonly redirect_url: string
    readonly webhooks: readonly Webhook[]
  }[]
}

export type PaymentRow = {
  readonly partner_id: number
  readonly status: string
  readonly reason: string | null
  readonly amount_minor: number | null
  readonly attempt_no: number
  readonly attempt_state: string | null
  readonly refusal: string | null
}

export type Parties = ReturnType<typeof partiesOf>

/** Ends a journey that hangs; it measures nothing. */
const TIMEOUT_MS = 120_000

export async function fetchJson<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
  const text = await response.text()
  assert.ok(response.ok, `${init.method ?? 'GET'} ${new URL(url).pathname}: ${response.status} ${text.slice(0, 200)}`)
  return JSON.parse(text) as T
}

const JSON_HEADERS = { 'content-type': 'application/json' }

/** Close it before the world stops, and make it anew for a world that is booted again. */
export function partiesOf(world: TestWorld) {
  const { facts } = world
  const pool = new pg.Pool({ connectionString: facts.database.url, max: 2 })
  // A server that is stopped with the pool still open must not end the test's process.
  pool.on('error', () => {})
  const bank = (id: BankId) => {
    const found = facts.banks.find((one) => one.id === id)
    assert.ok(found !== undefined, `there is no bank ${id}`)
    return found
  }
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(text, [...values])).rows

  const person = (bank_id: BankId, login: string): Person => {
    const { name: bank_name, url: bank_url, people } = bank(bank_id)
    const found = people.find((one) => one.login === login)
    assert.ok(found !== undefined, `${bank_id} knows no ${login}`)
    return { ...found, bank_id, bank_name, bank_url }
  }

  /** What a bank holds of one of our payments; the end-to-end reference carries its number. */
  const atBank = async (bank_id: BankId, payment_id: number) => {
    const ledger = await fetchJson<{ debits: BankPayment[]; payments: BankPayment[] }>(
      `${bank(bank_id).url}/sandbox/ledger`,
    )
    const ours = ({ end_to_end_id }: BankPayment) => end_to_end_id.split('-')[1] === String(payment_id)
    return { payments: ledger.payments.filter(ours), debits: ledger.debits.filter(ours) }
  }

  /** The bank's book as it tells it. */
  const ledgerOf = (bank_id: BankId) =>
    fetchJson<{ accounts: { iban: string; balance_minor: number }[] }>(`${bank(bank_id).url}/sandbox/ledger?summary=1`)

  const payment = async (payment_id: number): Promise<PaymentRow> => {
    const [row] = await query<PaymentRow>(
      `select p.partner_id, p.status, p.reason, p.amount_minor::integer, p.attempt_no, a.state as attempt_state, a.refusal
       from payments p left join payment_attempts a
         on a.partner_id = p.partner_id and a.payment_id = p.payment_id and a.attempt_no = p.attempt_no
       where p.payment_id = $1`,
      [payment_id],
    )
    assert.ok(row !== undefined, `there is no payment ${payment_id}`)
    return row
  }

  /** Exactly one debit of this sum, from this account, at this bank; and the server's own book says so too. */
  const assertDebitedOnce = async (from: Person, payment_id: number, amount_minor: number, creditor_iban?: string) => {
    await until(`the debit of ${payment_id}`, async () => (await atBank(from.bank_id, payment_id)).debits.length > 0)
    const { debits } = await atBank(from.bank_id, payment_id)
    assert.deepEqual(
      debits.map((debit) => ({ amount_minor: debit.amount_minor, debtor_iban: debit.debtor_iban })),
      [{ amount_minor, debtor_iban: from.iban }],
    )
    if (creditor_iban !== undefined) assert.equal(debits[0]?.creditor_iban, creditor_iban)
    await until(`ACSC of ${payment_id}`, async () => (await payment(payment_id)).status === 'ACSC')
    assert.equal((await payment(payment_id)).amount_minor, amount_minor)
  }

  /** No bank of the world has taken anything for this payment. */
  const assertNothingDebited = async (payment_id: number) => {
    for (const { id } of facts.banks) assert.deepEqual((await atBank(id as BankId, payment_id)).debits, [])
  }

  return {
    query,
    person,
    atBank,
    ledgerOf,
    bankUrl: (bank_id: BankId) => bank(bank_id).url,
    payment,
    assertDebitedOnce,
    assertNothingDebited,
    /** Queues faults at a bank; see sandbox/bank/README.md. */
    async fault(bank_id: BankId, ...next: readonly { match: string; times: number; action: string }[]) {
      const body = JSON.stringify({ next })
      await fetchJson(`${bank(bank_id).url}/sandbox/faults`, { method: 'POST', headers: JSON_HEADERS, body })
    },
    pendingFaults: async (bank_id: BankId) =>
      (await fetchJson<{ next: unknown[] }>(`${bank(bank_id).url}/sandbox/faults`)).next,
    /** The orders as the bank wrote them down, texts included. */
    ordersInLedger: (bank_id: BankId) => readFileSync(join(world.dir, `bank-${bank_id}`, 'ledger.jsonl'), 'utf8'),
    /** Mails to an address, newest first. */
    mails: (to: string) => fetchJson<Mail[]>(`${facts.mailbox.messages_url}?to=${encodeURIComponent(to)}`),
    order: (order_id: string) => fetchJson<Purchase>(`${facts.shop.url}/orders/${order_id}.json`),
    invoice: (invoice_id: string) => fetchJson<Purchase>(`${facts.erp.url}/invoices/${invoice_id}.json`),
    /** An order by the shop's API: the payment is initiated, its page waits at `redirect_url`. */
    placeOrder: (order: { amount: string; email: string; iban?: string; name?: string }) =>
      fetchJson<{ order_id: string; payment_id: number; redirect_url: string }>(`${facts.shop.url}/api/orders`, {
        method: 'POST',
        headers: JSON_HEADERS,
        body: JSON.stringify(order),
      }),
    /** Holds a payment's row, so that whoever wants to record something about it has to wait. */
    async hold(payment_id: number): Promise<{ waiting(): Promise<number>; letGo(): Promise<void> }> {
      const client = await pool.connect()
      await client.query('begin')
      await client.query('select from payments where payment_id = $1 for update', [payment_id])
      const waiting = `from pg_stat_activity where wait_event_type = 'Lock' and pid <> pg_backend_pid()`
      return {
        waiting: async () => (await query<{ n: number }>(`select count(*)::integer as n ${waiting}`))[0]?.n ?? 0,
        /** Those who wait have died meanwhile: what they wanted is lost, as it would be with the whole machine. */
        async letGo() {
          await query(`select pg_terminate_backend(pid) ${waiting}`)
          await client.query('rollback')
          client.release()
        },
      }
    },
    /** History of a payment, oldest first. */
    events: (payment_id: number) =>
      query<{ event_no: number; type: string; status: string; cause: string }>(
        'select event_no, type, status, cause from payment_events where payment_id = $1 order by event_no',
        [payment_id],
      ),
    /** Waits until the server holds this status for final. */
    untilStatus: (payment_id: number, ...statuses: readonly string[]) =>
      until(`${statuses.join(' or ')} of payment ${payment_id}`, async () =>
        statuses.includes((await payment(payment_id)).status),
      ),
    close: () => pool.end(),
  }
}

/** A mail address that nobody else of the world has. */
export function newEmail(name: string): string {
  const tail = createHash('sha256').update(`${name} ${process.hrtime.bigint()}`).digest('hex').slice(0, 8)
  return `${name}.${tail}@exemplu-platitor.ro`
}
