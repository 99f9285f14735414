/** The demo ERP "Contabil Plus" (type Finance): open invoices of suppliers, paid one by one from the company's account. */
import { readFileSync } from 'node:fs'
import { isFinalStatus, type PaymentRequest } from '@punte/sdk'
import { attemptJson, callFailure, openPayments, readPartnerConfig, webhookRoutes } from '../partner/partner.ts'
import type { Payments } from '../partner/payments.ts'
import { LIVE_SCRIPT } from '../partner/view.ts'
import type { ConfigReader } from '../process/config.ts'
import { type Asked, HttpError, html, json, type Route, redirect, startWebServer } from '../process/http.ts'
import type { Running } from '../process/lifecycle.ts'
import { amountText } from '../process/markup.ts'
import { type Invoice, openInvoices } from './invoices.ts'
import { COMPANY, errorPage, invoicePage, listPage, type Payable, type Shelf, shelfOf } from './pages.ts'

type Erp = { readonly payments: Payments; readonly invoices: ReadonlyMap<string, Invoice>; readonly url: () => string }

/**
 * Starts by the configuration of `readPartnerConfig` and optionally
 * `invoices: [{number, supplier, iban, amount_minor, due_on, issued_on?}]`. Facts: `url`, `webhook_url`, `return_url`.
 */
export async function startErp(reader: ConfigReader): Promise<Running> {
  const given = reader.list('invoices')
  const config = readPartnerConfig(reader)
  const invoices = await openInvoices(config.data_dir, given, new Date())
  const payments = await openPayments(config)
  let url = config.http.url ?? ''
  const erp: Erp = { payments, invoices, url: () => url }
  // The payer may change the sum on the page: once the outcome is there, ask what was really paid.
  const askAmount = (payment_id: number): void => void payments.askIfFinal(payment_id)
  const web = await startWebServer({
    ...config.http,
    routes: [...assetRoutes(), ...invoiceRoutes(erp), ...webhookRoutes(payments, askAmount)],
    renderError: errorPage,
  })
  url = web.url
  return {
    facts: { name: 'erp', url, webhook_url: `${url}/webhooks/punte`, return_url: `${url}/invoices/{id}/return` },
    close: async () => {
      await web.close()
      await payments.close()
    },
  }
}

function assetRoutes(): readonly Route[] {
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  return [
    {
      method: 'GET',
      path: '/style.css',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/css' }, body: style }),
    },
    {
      method: 'GET',
      path: '/live.js',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/javascript' }, body: LIVE_SCRIPT }),
    },
  ]
}

function invoiceRoutes(erp: Erp): readonly Route[] {
  const { payments } = erp
  return [
    {
      method: 'GET',
      path: '/',
      handle: ({ query }) => html(listPage(payables(erp), readShelf(query.get('list')), new Date())),
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
          const attempt = await payments.start(invoice.invoice_id, paymentRequest(erp, invoice))
          return redirect(isFinalStatus(attempt.status) ? `/invoices/${invoice.invoice_id}` : attempt.redirect_url)
        } catch (error) {
          const { status, message } = callFailure(error)
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
          const attempt = await payments.start(invoice.invoice_id, paymentRequest(erp, invoice))
          return json(
            { invoice_id: invoice.invoice_id, payment_id: attempt.payment_id, redirect_url: attempt.redirect_url },
            201,
          )
        } catch (error) {
          throw callFailure(error)
        }
      },
    },
  ]
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

function payables({ invoices, payments }: Erp): readonly Payable[] {
  return Array.from(invoices.values(), (invoice) => ({ invoice, attempts: payments.attemptsOf(invoice.invoice_id) }))
}

function payableOf({ invoices, payments }: Erp, { params }: Asked): Payable {
  const invoice = invoices.get(params.id ?? '')
  if (invoice === undefined) throw new HttpError(404, 'Factura nu există.')
  return { invoice, attempts: payments.attemptsOf(invoice.invoice_id) }
}

/** The invoice after asking how its last payment stands. */
async function fresh(erp: Erp, asked: Asked): Promise<Payable> {
  const last = payableOf(erp, asked).attempts.at(-1)
  if (last !== undefined) await erp.payments.ask(last.payment_id)
  return payableOf(erp, asked)
}

function payableJson(payable: Payable) {
  const { invoice, attempts } = payable
  const last = attempts.at(-1)
  return {
    ...invoice,
    state: shelfOf(payable),
    status: last?.status ?? 'NOT_STARTED',
    paid: shelfOf(payable) === 'paid',
    attempts: attempts.map(attemptJson),
    webhooks: attempts.flatMap((attempt) => attempt.webhooks),
  }
}

function readShelf(text: string | null): Shelf {
  return text === 'pending' || text === 'paid' ? text : 'open'
}
