/** The demo ERP "Contabil Plus" (type Finance): invoices and salaries, paid one by one or as lists from the company's account. */
import { readFileSync } from 'node:fs'
import { isFinalStatus, type PaymentRequest } from '@punte/sdk'
import type { Attempt } from '../partner/book.ts'
import { attemptJson, callFailure, openPayments, readPartnerConfig, webhookRoutes } from '../partner/partner.ts'
import type { Payments } from '../partner/payments.ts'
import { LIVE_SCRIPT } from '../partner/view.ts'
import type { ConfigReader } from '../process/config.ts'
import { type Asked, HttpError, html, json, type Route, redirect, startWebServer } from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'
import { amountText } from '../process/markup.ts'
import { COMPANY } from './frame.ts'
import { type Invoice, openInvoices } from './invoices.ts'
import { mayStillBePaid, openListBook } from './lists/book.ts'
import { createDrafts } from './lists/draft.ts'
import { listRoutes } from './lists/routes.ts'
import { type Lists, takeReport, takeWebhook } from './lists/run.ts'
import { errorPage, invoicePage, invoicesPage, type Payable, type Shelf, shelfOf } from './pages.ts'

type Erp = {
  readonly payments: Payments
  readonly invoices: ReadonlyMap<string, Invoice>
  readonly lists: Lists
  readonly url: () => string
}

/** A payer may be at the bank still when the payment is given up: its word may come as late as this. */
const ABANDONED_WAIT_MINUTES = 10

/**
 * Starts by the configuration of `readPartnerConfig` and optionally
 * `invoices: [{number, supplier, iban, amount_minor, due_on, issued_on?}]`, `abandoned_wait_minutes` (text). Facts: `url`, `webhook_url`, `return_url`.
 */
export async function startErp(reader: ConfigReader): Promise<Running> {
  const given = reader.list('invoices')
  const wait_minutes = Number(reader.text('abandoned_wait_minutes', String(ABANDONED_WAIT_MINUTES)))
  if (!(wait_minutes >= 0)) throw new Error('configuration: abandoned_wait_minutes: must be a number of minutes')
  const config = readPartnerConfig(reader)
  const invoices = await openInvoices(config.data_dir, given, new Date())
  const book = await openListBook(config.data_dir)
  const reported_at = new Map<number, number>()
  const now = () => new Date()
  const payments = await openPayments(config, (report) => takeReport({ book, reported_at, now }, report))
  let url = config.http.url ?? ''
  const lists: Lists = {
    book,
    payments,
    url: () => url,
    now,
    abandoned_wait_ms: wait_minutes * 60_000,
    busy: new Map(),
    reported_at,
    whyNotPayable: (invoice_id, list_id) => whyNotPayable(erp, invoice_id, list_id),
  }
  const erp: Erp = { payments, invoices, lists, url: () => url }
  const web = await startWebServer({
    ...config.http,
    routes: [
      ...assetRoutes(),
      ...invoiceRoutes(erp),
      ...listRoutes({ lists, drafts: createDrafts(Date.now), invoices }),
      ...webhookRoutes(payments, async (payment_id, webhook) => {
        await takeWebhook(lists, webhook)
        // The payer may change the sum on the page: once the outcome is there, ask what was really paid.
        void payments.askIfFinal(payment_id)
      }),
    ],
    renderError: errorPage,
  })
  url = web.url
  return {
    facts: { name: 'erp', url, webhook_url: `${url}/webhooks/punte`, return_url: `${url}/invoices/{id}/return` },
    close: async () => {
      await web.close()
      await payments.close()
      await book.close()
    },
  }
}

function assetRoutes(): readonly Route[] {
  const file = (path: string, type: string, body: string): Route => ({
    method: 'GET',
    path,
    handle: () => ({ status: 200, headers: { 'content-type': type }, body }),
  })
  const own = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
  return [
    file('/style.css', 'text/css', own('./style.css')),
    file('/lists.css', 'text/css', own('./lists/lists.css')),
    file('/lists.js', 'text/javascript', own('./lists/lists.js')),
    file('/live.js', 'text/javascript', LIVE_SCRIPT),
  ]
}

function invoiceRoutes(erp: Erp): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      handle: ({ query }) => html(invoicesPage(payables(erp), readShelf(query.get('list')), new Date())),
    },
    { method: 'GET', path: '/invoices.json', handle: () => json({ invoices: payables(erp).map(payableJson) }) },
    { method: 'GET', path: '/invoices/:id', handle: async (asked) => html(invoicePage(await fresh(erp, asked))) },
    { method: 'GET', path: '/invoices/:id.json', handle: async (asked) => json(payableJson(await fresh(erp, asked))) },
    {
      method: 'GET',
      path: '/invoices/:id/return',
      // Whatever the address says, the status call decides.
      handle: async (asked) => redirect(`/invoices/${(await fresh(erp, asked)).invoice.invoice_id}`),
    },
    {
      method: 'POST',
      path: '/invoices/:id/pay',
      accepts: 'form',
      handle: async (asked) => {
        const { invoice } = payableOf(erp, asked)
        try {
          const attempt = await payAlone(erp, invoice)
          return redirect(isFinalStatus(attempt.status) ? `/invoices/${invoice.invoice_id}` : attempt.redirect_url)
        } catch (error) {
          const { status, message } = error instanceof HttpError ? error : callFailure(error)
          return html(invoicePage(payableOf(erp, asked), message), status)
        }
      },
    },
    {
      method: 'POST',
      path: '/api/invoices/:id/pay',
      accepts: 'json',
      handle: async (asked) => {
        const payable = payableOf(erp, asked)
        const { invoice } = payable
        if (shelfOf(payable) === 'paid') throw new HttpError(409, 'The invoice is paid.')
        try {
          const attempt = await payAlone(erp, invoice)
          return json(
            { invoice_id: invoice.invoice_id, payment_id: attempt.payment_id, redirect_url: attempt.redirect_url },
            201,
          )
        } catch (error) {
          throw error instanceof HttpError ? error : callFailure(error)
        }
      },
    },
  ]
}

/** Two ways lead to a payment of an invoice, alone and in a list; one of them at a time. @throws HttpError 409 */
async function payAlone(erp: Erp, invoice: Invoice): Promise<Attempt> {
  const { invoice_id } = invoice
  const { busy } = erp.lists
  const lines = linesOf(erp, invoice_id)
  if (lines.some(({ standing }) => standing.status === 'ACSC'))
    throw new HttpError(409, 'Factura este plătită, într-o listă.')
  if (lines.some(({ settled }) => !settled)) throw new HttpError(409, 'Factura se plătește într-o listă.')
  // Two clicks on the same button are one payment (`start`); a list that begins this moment is another.
  if ((busy.get(invoice_id) ?? 'alone') !== 'alone') throw new HttpError(409, 'Factura se plătește într-o listă.')
  busy.set(invoice_id, 'alone')
  try {
    return await erp.payments.start(invoice_id, paymentRequest(erp, invoice))
  } finally {
    busy.delete(invoice_id)
  }
}

/** Why an invoice cannot be put into a list now. */
function whyNotPayable(erp: Erp, invoice_id: string, list_id?: string): string | undefined {
  const invoice = erp.invoices.get(invoice_id)
  if (invoice === undefined) return 'Factura nu există.'
  const busy_with = erp.lists.busy.get(invoice_id)
  if (busy_with !== undefined && busy_with !== list_id) return `Factura ${invoice.number} tocmai se plătește.`
  const shelf = shelfOf(payable(erp, invoice))
  if (shelf === 'open') return undefined
  return shelf === 'paid' ? `Factura ${invoice.number} este plătită.` : `Factura ${invoice.number} are o plată în curs.`
}

function linesOf({ lists }: Erp, invoice_id: string): Payable['lines'] {
  return lists.book.linesOfInvoice(invoice_id).flatMap(({ list_id, standing, ...state }) => {
    if (standing === undefined) return []
    const settled = !mayStillBePaid({ ...state, standing }, lists.now(), lists.abandoned_wait_ms)
    return [{ list_id, standing, settled }]
  })
}

function payable(erp: Erp, invoice: Invoice): Payable {
  const { invoice_id } = invoice
  return { invoice, attempts: erp.payments.attemptsOf(invoice_id), lines: linesOf(erp, invoice_id) }
}

function paymentRequest({ url }: Erp, invoice: Invoice): PaymentRequest {
  return {
    creditorName: invoice.supplier,
    creditorIban: invoice.iban,
    amount: amountText(invoice.amount_minor),
    details: `Factura ${invoice.number}`,
    psuIntermediarId: COMPANY.user_id,
    redirectURL: `${url()}/invoices/${invoice.invoice_id}/return`,
  }
}

function payables(erp: Erp): readonly Payable[] {
  return Array.from(erp.invoices.values(), (invoice) => payable(erp, invoice))
}

function payableOf(erp: Erp, { params }: Asked): Payable {
  const invoice = erp.invoices.get(params.id ?? '')
  if (invoice === undefined) throw new HttpError(404, 'Factura nu există.')
  return payable(erp, invoice)
}

/** The invoice after asking how its last payment stands. */
async function fresh(erp: Erp, asked: Asked): Promise<Payable> {
  const last = payableOf(erp, asked).attempts.at(-1)
  if (last !== undefined) await erp.payments.ask(last.payment_id)
  return payableOf(erp, asked)
}

function payableJson(payable: Payable) {
  const { invoice, attempts, lines } = payable
  const last = attempts.at(-1)
  return {
    ...invoice,
    state: shelfOf(payable),
    status: lines.some(({ standing }) => standing.status === 'ACSC')
      ? 'ACSC'
      : (last?.status ?? lines.at(-1)?.standing.status ?? 'NOT_STARTED'),
    paid: shelfOf(payable) === 'paid',
    attempts: attempts.map(attemptJson),
    lists: lines.map(({ list_id, standing }) => ({ list_id, status: standing.status })),
    webhooks: attempts.flatMap((attempt) => attempt.webhooks),
  }
}

function readShelf(text: string | null): Shelf {
  return text === 'pending' || text === 'paid' ? text : 'open'
}
