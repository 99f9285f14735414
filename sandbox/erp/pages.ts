/** The pages of the ERP: dense, quiet, every sum aligned. */
import { isFinalStatus } from '@punte/sdk'
import type { Attempt } from '../partner/book.ts'
import { attemptTrail, liveHead, standingPanel, standingWords } from '../partner/view.ts'
import { day, ibanGroups, lei, type Markup, markup, raw, shortDay } from '../process/markup.ts'
import type { Invoice } from './invoices.ts'

export type Payable = { readonly invoice: Invoice; readonly attempts: readonly Attempt[] }
export type Shelf = 'open' | 'pending' | 'paid'

/** Where an invoice stands: paid once any attempt is; pending while the last one runs. */
export function shelfOf({ attempts }: Payable): Shelf {
  if (attempts.some((attempt) => attempt.status === 'ACSC')) return 'paid'
  const last = attempts.at(-1)
  return last !== undefined && !isFinalStatus(last.status) ? 'pending' : 'open'
}

const SHELVES: readonly { id: Shelf; name: string; empty: string }[] = [
  { id: 'open', name: 'De plătit', empty: 'Nicio factură de plătit.' },
  { id: 'pending', name: 'În curs', empty: 'Nicio plată în curs.' },
  { id: 'paid', name: 'Plătite', empty: 'Nicio factură plătită încă.' },
]

export function listPage(payables: readonly Payable[], shelf: Shelf, today: Date, problem?: string): string {
  const shown = payables.filter((payable) => shelfOf(payable) === shelf)
  const sum = shown.reduce((total, { invoice }) => total + invoice.amount_minor, 0)
  const tabs = SHELVES.map(({ id, name }) => {
    const count = payables.filter((payable) => shelfOf(payable) === id).length
    return markup`<a href="/?list=${id}"${id === shelf && raw(' aria-current="page"')}>${name} <span class="count">${count}</span></a>`
  })
  const empty = SHELVES.find(({ id }) => id === shelf)?.empty
  return page({
    title: 'Facturi de la furnizori',
    body: markup`<h1>Facturi de la furnizori</h1>${problem !== undefined && problemNote(problem)}
      <nav class="tabs" aria-label="Liste">${tabs}</nav>
      ${
        shown.length === 0
          ? markup`<p class="empty">${empty}</p>`
          : markup`<table class="invoices"><thead><tr><th scope="col">Furnizor</th><th scope="col">Număr</th><th scope="col">Scadență</th>
            <th scope="col">IBAN</th><th scope="col" class="sum">Suma</th><th scope="col"><span class="hidden">Acțiune</span></th></tr></thead>
            <tbody>${shown.map((payable) => invoiceRow(payable, shelf, today))}</tbody>
            <tfoot><tr><td colspan="4">Total, ${shown.length} ${shown.length === 1 ? 'factură' : 'facturi'}</td><td class="sum">${lei(sum)}</td><td></td></tr></tfoot></table>`
      }`,
  })
}

function invoiceRow({ invoice, attempts }: Payable, shelf: Shelf, today: Date): Markup {
  const last = attempts.at(-1)
  const overdue = shelf === 'open' && invoice.due_on < today.toISOString().slice(0, 10)
  const failed = shelf === 'open' && last !== undefined
  const details = markup`<a class="button" href="/invoices/${invoice.invoice_id}" aria-label="Detalii: factura ${invoice.number}">Detalii</a>`
  return markup`<tr><td class="supplier"><a href="/invoices/${invoice.invoice_id}">${invoice.supplier}</a>${
    failed && markup`<span class="flag bad">${standingWords(last).title}</span>`
  }</td><td class="number">${invoice.number}</td>
    <td class="due">${shortDay(invoice.due_on)}${overdue && markup` <span class="flag bad">depășită</span>`}</td>
    <td class="iban">${ibanGroups(invoice.iban)}</td><td class="sum">${lei(invoice.amount_minor)}</td>
    <td class="do">${shelf === 'open' ? payForm(invoice, 'Plătește') : details}</td></tr>`
}

function payForm(invoice: Invoice, label: string): Markup {
  return markup`<form method="post" action="/invoices/${invoice.invoice_id}/pay"><button class="primary" aria-label="${label}: factura ${invoice.number}">${label}</button></form>`
}

/** `problem`: why the payment could not be started, when it could not. */
export function invoicePage(payable: Payable, problem?: string): string {
  const { invoice, attempts } = payable
  const shelf = shelfOf(payable)
  const attempt = attempts.find((each) => each.status === 'ACSC') ?? attempts.at(-1)
  const paid_minor = shelf === 'paid' ? attempt?.amount_minor : undefined
  const differs = paid_minor !== undefined && paid_minor !== invoice.amount_minor
  const onward =
    shelf === 'open'
      ? payForm(invoice, attempt === undefined ? 'Plătește' : 'Încearcă din nou')
      : shelf === 'pending' && (attempt?.status === 'INIT' || attempt?.status === 'RCVD')
        ? markup`<p><a class="button primary" href="${attempt.redirect_url}">Continuă plata</a></p>`
        : undefined
  return page({
    title: `Factura ${invoice.number}`,
    head:
      shelf === 'pending' && attempt !== undefined
        ? liveHead(`/invoices/${invoice.invoice_id}.json`, attempt.status)
        : undefined,
    body: markup`<p><a href="/?list=${shelf}">← Facturi</a></p>${problem !== undefined && problemNote(problem)}
      ${attempt === undefined ? markup`<h1>Factura ${invoice.number}</h1>` : standingPanel(standingWords(attempt), onward)}
      ${differs && markup`<p class="note" role="note">S-au plătit ${lei(paid_minor)}, iar factura este de ${lei(invoice.amount_minor)}: suma a fost schimbată pe pagina de plată.</p>`}
      <section class="card"><dl><dt>Furnizor</dt><dd>${invoice.supplier}</dd><dt>Factura</dt><dd>${invoice.number}, din ${day(invoice.issued_on)}</dd>
        <dt>Scadență</dt><dd>${day(invoice.due_on)}</dd><dt>IBAN</dt><dd class="iban">${ibanGroups(invoice.iban)}</dd>
        <dt>Suma</dt><dd class="amount">${lei(invoice.amount_minor)}</dd></dl>${attempt === undefined && onward}</section>
      ${[...attempts].reverse().map(attemptTrail)}`,
  })
}

export function errorPage(status: number, message: string): string {
  return page({
    title: 'Eroare',
    body: markup`<h1>${status}</h1><p>${message}</p><p><a class="button" href="/">Facturi</a></p>`,
  })
}

function problemNote(problem: string): Markup {
  return markup`<div class="problem" role="alert"><strong>Plata nu a pornit.</strong> Din cont nu s-a luat nimic. <span class="cause">${problem}</span></div>`
}

export const COMPANY = { name: 'Atelierul de Mobilă SRL', user: 'Maria Popa', user_id: 'maria.popa' } as const

function page(input: { title: string; body: Markup; head?: Markup | undefined }): string {
  return markup`${raw('<!doctype html>')}<html lang="ro"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${input.title} · Contabil Plus</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">${input.head}</head>
<body><header class="bar"><a class="brand" href="/">Contabil <b>Plus</b></a><p>${COMPANY.user}<span class="company">${COMPANY.name}</span></p></header>
<main>${input.body}</main>
<footer>Contabil Plus este un program de încercare: facturile și furnizorii sunt închipuiți.</footer></body></html>`.toString()
}
