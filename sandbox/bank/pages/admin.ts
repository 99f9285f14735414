/** `/sandbox`: what tests and the bench read (the ledger) and set (faults, the calendar). JSON; no secrets of the world are here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isDay } from '../book/calendar.ts'
import type { Execution, Payment } from '../book/entries.ts'
import { firstTransfer, type Transfer, totalOf } from '../book/order.ts'
import { readBody } from '../http.ts'
import type { Faults } from '../xs2a/faults.ts'
import type { Context } from '../xs2a/payments.ts'

const MAX_BODY_BYTES = 64 * 1024

function sendJson(response: ServerResponse, http_status: number, body: object): void {
  response.writeHead(http_status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}

/** GET /sandbox/ledger; `?summary=1` leaves out the single payments and debits, `?end_to_end_id=` keeps one. */
export function sendLedger({ config, book, lifecycle }: Context, request: IncomingMessage, response: ServerResponse) {
  const query = new URL(request.url ?? '/', 'http://bank').searchParams
  const only = query.get('end_to_end_id')
  const named = ({ order }: Payment) => order.transfers.some(({ end_to_end_id }) => end_to_end_id === only)
  const payments = [...book.payments()].filter((payment) => only === null || named(payment))
  const debits = payments.flatMap(debitsOf)
  const accounts = book.accounts().map(({ person, balance_minor }) => ({
    iban: person.iban,
    login: person.login,
    character: person.character,
    opening_balance_minor: person.balance_minor,
    balance_minor,
  }))
  const statuses: Record<string, number> = {}
  for (const payment of payments) {
    const status = lifecycle.status(payment)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  const total_debited_minor = debits.reduce((sum, debit) => sum + debit.amount_minor, 0)
  const summary = { bank: config.id, payments: payments.length, debits: debits.length, total_debited_minor, statuses }
  if (query.get('summary') === '1') return sendJson(response, 200, { summary, accounts })
  const listed = payments.map((payment) => paymentOf(payment, lifecycle.status(payment)))
  sendJson(response, 200, { summary, accounts, debits, payments: listed })
}

const orderOf = (debtor_iban: string, { end_to_end_id, amount_minor, creditor_iban }: Transfer) => ({
  end_to_end_id,
  amount_minor,
  debtor_iban,
  creditor_iban,
})

/** A bulk payment is listed by its sum, with its transfers beside; its id is that of its message, where it came in one. */
function paymentOf(payment: Payment, status: string) {
  const { payment_id, order, outcome, sca_status, created_at, results, executions } = payment
  const first = orderOf(order.debtor_iban, firstTransfer(order))
  const bulk = order.service === 'bulk-payments'
  const transfers = order.transfers.map((transfer, transfer_no) => ({
    ...orderOf(order.debtor_iban, transfer),
    status: results[transfer_no]?.status ?? status,
    reason: results[transfer_no]?.code,
  }))
  return {
    payment_id,
    service: order.service,
    ...first,
    ...(bulk
      ? { end_to_end_id: order.original?.message_id ?? '', creditor_iban: '', amount_minor: totalOf(order), transfers }
      : {}),
    status,
    sca_status,
    reason: outcome?.code,
    created_at: new Date(created_at).toISOString(),
    ...(order.execution_date === undefined ? {} : { execution_date: order.execution_date }),
    ...(order.schedule === undefined ? {} : { schedule: order.schedule, executions: executions.map(executionOf) }),
  }
}

const executionOf = ({ no, day, status, code }: Execution) => ({ execution_no: no, day, status, reason: code })

/** One line a transfer that was paid, one a paid execution of a periodic payment. */
function debitsOf({ payment_id, order, results, executions }: Payment) {
  const line = (transfer: Transfer, at: number, more: object) => ({
    payment_id,
    ...orderOf(order.debtor_iban, transfer),
    at: new Date(at).toISOString(),
    ...more,
  })
  const batch = order.batch_booking === true ? { batch: true } : {}
  const transfers = order.transfers.flatMap((transfer, transfer_no) => {
    const result = results[transfer_no]
    return result?.status === 'ACSC' ? [line(transfer, result.at, batch)] : []
  })
  const paid = executions.filter(({ status }) => status === 'ACSC')
  return [...transfers, ...paid.map(({ at, no, day }) => line(firstTransfer(order), at, { execution_no: no, day }))]
}

/** GET shows the bank's day, POST {today} moves it forward and executes what is due by then. */
export async function handleCalendar(
  { lifecycle }: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    const input = await readJson(request)
    if (input.fault !== undefined) return sendJson(response, input.http_status, { error: input.fault })
    const { today } = (input.value ?? {}) as { today?: unknown }
    if (typeof today !== 'string' || !isDay(today))
      return sendJson(response, 400, { error: 'today must be a day, yyyy-mm-dd' })
    if (!lifecycle.moveCalendar(today))
      return sendJson(response, 400, { error: 'the calendar only goes forward, at most twenty years' })
  }
  sendJson(response, 200, { today: lifecycle.today() })
}

type JsonInput =
  | { readonly value: unknown; readonly fault?: undefined }
  | { readonly fault: string; readonly http_status: number }

/** A form on another site cannot send this type without asking first (CORS), and it is not let. */
async function readJson(request: IncomingMessage): Promise<JsonInput> {
  if (!request.headers['content-type']?.startsWith('application/json'))
    return { fault: 'application/json only', http_status: 415 }
  try {
    return { value: JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString('utf8')) }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : 'not understood', http_status: 400 }
  }
}

/** GET shows the queue, POST {next: [...]} replaces it, DELETE empties it. */
export async function handleFaults(faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'DELETE') faults.set({ next: [] })
  else if (request.method === 'POST') {
    const input = await readJson(request)
    if (input.fault !== undefined) return sendJson(response, input.http_status, { error: input.fault })
    try {
      faults.set(input.value)
    } catch (error) {
      return sendJson(response, 400, { error: error instanceof Error ? error.message : 'not understood' })
    }
  }
  sendJson(response, 200, { next: faults.pending() })
}
