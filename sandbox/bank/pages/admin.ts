/** `/sandbox`: what tests and the bench read (the ledger) and set (faults). JSON; no secrets of the world are here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Payment } from '../book/book.ts'
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
  const payments = [...book.payments()].filter((payment) => only === null || payment.order.end_to_end_id === only)
  const debits = payments.filter((payment) => payment.outcome?.status === 'ACSC').map(debitOf)
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
  const listed = payments.map((payment) => ({
    payment_id: payment.payment_id,
    end_to_end_id: payment.order.end_to_end_id,
    amount_minor: payment.order.amount_minor,
    debtor_iban: payment.order.debtor_iban,
    creditor_iban: payment.order.creditor_iban,
    status: lifecycle.status(payment),
    sca_status: payment.sca_status,
    reason: payment.outcome?.code,
    created_at: new Date(payment.created_at).toISOString(),
  }))
  sendJson(response, 200, { summary, accounts, debits, payments: listed })
}

function debitOf(payment: Payment) {
  const { order, outcome, payment_id } = payment
  return {
    payment_id,
    end_to_end_id: order.end_to_end_id,
    amount_minor: order.amount_minor,
    debtor_iban: order.debtor_iban,
    creditor_iban: order.creditor_iban,
    at: new Date(outcome?.at ?? 0).toISOString(),
  }
}

/** GET shows the queue, POST {next: [...]} replaces it, DELETE empties it. */
export async function handleFaults(faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'DELETE') faults.set({ next: [] })
  else if (request.method === 'POST') {
    // A form on another site cannot send this type without asking first (CORS), and it is not let.
    if (!request.headers['content-type']?.startsWith('application/json'))
      return sendJson(response, 415, { error: 'application/json only' })
    try {
      faults.set(JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString('utf8')))
    } catch (error) {
      return sendJson(response, 400, { error: error instanceof Error ? error.message : 'not understood' })
    }
  }
  sendJson(response, 200, { next: faults.pending() })
}
