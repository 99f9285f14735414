/**
 * All that a search finds, as a file: read and written batch by batch, as fast as the reader takes it. Each batch is a
 * statement of its own that goes on behind the last row, so nothing in the database is held while somebody's line is slow;
 * rows keep their place, so each is there once, as it stood when its batch was read. People are masked as in the list.
 */
import type { Readable } from 'node:stream'
import { type Cell, csvStream, type Row } from '../../infra/sheets/csv.ts'
import { xlsxStream } from '../../infra/sheets/xlsx.ts'
import { type Actor, recordAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { currencyAmountText } from '../currency.ts'
import { PunteError } from '../errors.ts'
import { NOTHING, type PaymentQuery, readPaymentFilter } from './filter.ts'
import { KEY_FIELDS } from './keys.ts'
import { allOrders, type OrderLine, type OrderQuery, readOrderFilter } from './orders.ts'
import { allPayments, type PaymentLine } from './payments.ts'

type Exporting = Pick<Context, 'db' | 'keys' | 'clock' | 'log' | 'partners' | 'merchants'> & { readonly actor?: Actor }

export const FORMATS = ['csv', 'xlsx'] as const
export type Format = (typeof FORMATS)[number]
export type Export = { readonly stream: Readable; readonly file_name: string; readonly content_type: string }

/** Of one process: each reads and opens a few thousand rows a second, which payments are not to feel. */
const AT_ONCE = 2
/** No spreadsheet opens more. */
const MOST_ROWS = 5_000_000
let running = 0

type Column<Line> = { readonly title: string; readonly cell: (line: Line) => Cell }

const amount = (minor: number | null, currency: string): Cell =>
  minor === null ? null : { number: currencyAmountText(minor, currency) }

const PAYMENT_COLUMNS: readonly Column<PaymentLine>[] = [
  { title: 'Plata', cell: (p) => String(p.payment_id) },
  { title: 'Partener', cell: (p) => p.client_id },
  { title: 'Nume partener', cell: (p) => p.partner_name },
  { title: 'Fel', cell: (p) => p.kind },
  { title: 'Stare', cell: (p) => p.status },
  { title: 'Motiv', cell: (p) => p.reason },
  { title: 'Suma', cell: (p) => amount(p.amount_minor, p.currency) },
  { title: 'Moneda', cell: (p) => p.currency },
  { title: 'Banca', cell: (p) => p.bank_id },
  { title: 'IBAN plătitor', cell: (p) => p.debtor_iban },
  { title: 'IBAN beneficiar', cell: (p) => p.creditor_iban },
  { title: 'Beneficiar', cell: (p) => p.creditor_name },
  { title: 'Lista', cell: (p) => (p.list_payment_id === null ? null : String(p.list_payment_id)) },
  { title: 'Acord', cell: (p) => p.agreement_id },
  { title: 'Data execuției', cell: (p) => p.execution_date },
  { title: 'Creată (București)', cell: (p) => momentText(p.created_at) },
  { title: 'Stare din (București)', cell: (p) => momentText(p.status_at) },
  { title: 'Încheiată (București)', cell: (p) => momentText(p.finished_at) },
]

const ORDER_COLUMNS: readonly Column<OrderLine>[] = [
  { title: 'Comerciant', cell: (o) => o.merchant_id },
  { title: 'Nume comerciant', cell: (o) => o.merchant_name },
  { title: 'Comanda', cell: (o) => o.order_id },
  { title: 'Stare', cell: (o) => o.status },
  { title: 'Suma', cell: (o) => amount(o.amount_minor, o.currency) },
  { title: 'Moneda', cell: (o) => o.currency },
  { title: 'Autorizat', cell: (o) => amount(o.authorized_minor, o.currency) },
  { title: 'Încasat', cell: (o) => amount(o.captured_minor, o.currency) },
  { title: 'Rambursat', cell: (o) => amount(o.refunded_minor, o.currency) },
  { title: 'Acord', cell: (o) => o.agreement_id },
  { title: 'Creată (București)', cell: (o) => momentText(o.created_at) },
  { title: 'Schimbată (București)', cell: (o) => momentText(o.updated_at) },
]

/** @throws PunteError FIELD_INVALID, EXPORTS_BUSY */
export function exportPayments(context: Exporting, query: PaymentQuery, format: Format): Promise<Export> {
  const filter = readPaymentFilter(context, query)
  const lines = filter === NOTHING ? nothing() : allPayments(context, filter)
  return write(context, { name: 'payments', format, query, columns: PAYMENT_COLUMNS, lines })
}

/** @throws PunteError FIELD_INVALID, EXPORTS_BUSY */
export function exportOrders(context: Exporting, query: OrderQuery, format: Format): Promise<Export> {
  const filter = readOrderFilter(context, query)
  const lines = filter === NOTHING ? nothing() : allOrders(context, filter)
  return write(context, { name: 'orders', format, query, columns: ORDER_COLUMNS, lines })
}

async function* nothing(): AsyncGenerator<never> {}

type Work<Line> = {
  readonly name: 'payments' | 'orders'
  readonly format: Format
  readonly query: PaymentQuery | OrderQuery
  readonly columns: readonly Column<Line>[]
  readonly lines: AsyncIterable<readonly Line[]>
}

async function write<Line>(context: Exporting, work: Work<Line>): Promise<Export> {
  if (running >= AT_ONCE) throw new PunteError('EXPORTS_BUSY', { retry_after_s: 60 })
  running += 1
  const { name, format, columns } = work
  const told = {
    subject: { kind: 'export' as const, id: name },
    after: { format, filters: tellableFilters(work.query) },
  }
  try {
    // That it began is on record before a row leaves, how many left when it is over.
    await recordAct(context.db, context.actor, { act: `${name}.export`, ...told })
  } catch (error) {
    running -= 1
    throw error
  }
  const state = { rows: 0, is_told: false }
  const tellEnd = async (outcome: 'done' | 'refused') => {
    if (state.is_told) return
    state.is_told = true
    const after = { ...told.after, rows: state.rows }
    await recordAct(context.db, context.actor, { act: `${name}.export-end`, subject: told.subject, outcome, after })
  }
  const header = columns.map(({ title }) => title)
  const batches = rowsOf(work, state, () => tellEnd('done'))
  const stream = format === 'csv' ? csvStream(header, batches) : xlsxStream(header, batches)
  stream.once('close', () => {
    running -= 1
    tellEnd('refused').catch((error) => context.log.error({ err: error }, 'the end of an export is not on record'))
  })
  return { stream, file_name: fileName(context, name, format), content_type: TYPES[format] }
}

async function* rowsOf<Line>(
  { lines, columns }: Work<Line>,
  state: { rows: number },
  ended: () => Promise<void>,
): AsyncGenerator<readonly Row[]> {
  for await (const batch of lines) {
    state.rows += batch.length
    if (state.rows > MOST_ROWS) throw new PunteError('SEARCH_TOO_WIDE', { detail: `more than ${MOST_ROWS} rows` })
    yield batch.map((line) => columns.map(({ cell }) => cell(line)))
  }
  await ended()
}

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

function fileName({ clock }: Pick<Context, 'clock'>, name: 'payments' | 'orders', format: Format): string {
  const at = momentText(clock.now())?.slice(0, 16).replace(' ', '-').replace(':', '') ?? ''
  return `punte-${name === 'payments' ? 'plati' : 'comenzi'}-${at}.${format}`
}

/** What was asked for; of search keys only that there was one. */
function tellableFilters(query: PaymentQuery | OrderQuery): Record<string, unknown> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const keys: readonly string[] = KEY_FIELDS
  return Object.fromEntries(given.map(([name, value]) => [name, keys.includes(name) ? true : value]))
}

const BUCHAREST = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Bucharest',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `2030-01-31 09:05:00` */
const momentText = (at: Date | null): string | null => (at === null ? null : BUCHAREST.format(at))
