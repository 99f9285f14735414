/** The pages of the ERP: dense, quiet, every sum aligned. */
import { isFinalStatus } from '@punte/sdk'
import type { Attempt } from '../partner/book.ts'
import type { Standing } from '../partner/standing.ts'
import { attemptTrail, liveHead, standingPanel, standingWords } from '../partner/view.ts'
import { day, ibanGroups, lei, type Markup, markup, raw, shortDay } from '../process/markup.ts'
import { page, problemNote } from './frame.ts'
import type { Invoice } from './invoices.ts'
import { counted } from './lists/pages.ts'

/** `lines`: of lists that were begun; `settled`: no money can leave for it any more, or it has left. */
export type Payable = {
  readonly invoice: Invoice
  readonly attempts: readonly Attempt[]
  readonly lines: readonly { readonly list_id: string; readonly standing: Standing; readonly settled: boolean }[]
}
export type Shelf = 'open' | 'pending' | 'paid'

/** Where an invoice stands: paid once any attempt is, alone or in a list; pending while one runs. */
export function shelfOf({ attempts, lines }: Payable): Shelf {
  if ([...attempts, ...lines.map(({ standing }) => standing)].some(({ status }) => status === 'ACSC')) return 'paid'
  if (lines.some(({ settled }) => !settled)) return 'pending'
  const last = attempts.at(-1)
  return last !== undefined && !isFinalStatus(last.status) ? 'pending' : 'open'
}

const SHELVES: readonly { id: Shelf; name: string; empty: string }[] = [
  { id: 'open', name: 'De plătit', empty: 'Nicio factură de plătit.' },
  { id: 'pending', name: 'În curs', empty: 'Nicio plată în curs.' },
  { id: 'paid', name: 'Plătite', empty: 'Nicio factură plătită încă.' },
]

export function invoicesPage(payables: readonly Payable[], shelf: Shelf, today: Date, problem?: string): string {
  const shown = payables.filter((payable) => shelfOf(payable) === shelf)
  const sum = shown.reduce((total, { invoice }) => total + invoice.amount_minor, 0)
  const tabs = SHELVES.map(({ id, name }) => {
    const count = payables.filter((payable) => shelfOf(payable) === id).length
    return markup`<a href="/?list=${id}"${id === shelf && raw(' aria-current="page"')}>${name} <span class="count">${count}</span></a>`
  })
  const empty = SHELVES.find(({ id }) => id === shelf)?.empty
  return page({
    title: 'Facturi de la furnizori',
    section: '/',
    head: shelf === 'open' ? raw('<script src="/lists.js" defer></script>') : undefined,
    body: markup`<h1>Facturi de la furnizori</h1>${problem !== undefined && problemNote(problem)}
      <nav class="tabs" aria-label="Liste">${tabs}</nav>
      ${
        shown.length === 0
          ? markup`<p class="empty">${empty}</p>`
          : markup`<table class="invoices"><thead><tr>${shelf === 'open' && markup`<th scope="col"><span class="hidden">Alege</span></th>`}<th scope="col">Furnizor</th><th scope="col">Număr</th><th scope="col">Scadență</th>
            <th scope="col">IBAN</th><th scope="col" class="sum">Suma</th><th scope="col"><span class="hidden">Acțiune</span></th></tr></thead>
            <tbody>${shown.map((payable) => invoiceRow(payable, shelf, today))}</tbody>
            <tfoot><tr><td colspan="${shelf === 'open' ? 5 : 4}">Total, ${counted(shown.length, 'factură', 'facturi')}</td><td class="sum">${lei(sum)}</td><td></td></tr></tfoot></table>
            ${
              shelf === 'open' &&
              markup`<form method="post" action="/plati/facturi" id="many" class="many"><p><output data-chosen>Bifează facturile pe care le plătești împreună.</output></p>
              <button>Plătește alesele împreună</button></form>`
            }`
      }`,
  })
}

function invoiceRow({ invoice, attempts, lines }: Payable, shelf: Shelf, today: Date): Markup {
  const last = standingTry({ attempts, lines })?.standing
  const overdue = shelf === 'open' && invoice.due_on < today.toISOString().slice(0, 10)
  const failed = shelf === 'open' && last !== undefined
  const details = markup`<a class="button" href="/invoices/${invoice.invoice_id}" aria-label="Detalii: factura ${invoice.number}">Detalii</a>`
  const choice = markup`<td class="choose"><label><input type="checkbox" form="many" name="invoice" value="${invoice.invoice_id}" data-amount="${invoice.amount_minor}"><span class="hidden">Alege factura ${invoice.number}</span></label></td>`
  return markup`<tr>${shelf === 'open' && choice}<td class="supplier"><a href="/invoices/${invoice.invoice_id}">${invoice.supplier}</a>${
    failed && markup`<span class="flag bad">${standingWords(last).title}</span>`
  }</td><td class="number">${invoice.number}</td>
    <td class="due">${shortDay(invoice.due_on)}${overdue && markup` <span class="flag bad">depășită</span>`}</td>
    <td class="iban">${ibanGroups(invoice.iban)}</td><td class="sum">${lei(invoice.amount_minor)}</td>
    <td class="do">${shelf === 'open' ? payForm(invoice, 'Plătește') : details}</td></tr>`
}

function payForm(invoice: Invoice, label: string): Markup {
  return markup`<form method="post" action="/invoices/${invoice.invoice_id}/pay"><button class="primary" aria-label="${label}: factura ${invoice.number}">${label}</button></form>`
}

type Try = { readonly standing: Standing; readonly attempt?: Attempt; readonly list_id?: string }

/** The try that tells how an invoice stands, alone or in a list: the one that paid, else one that runs, else the last. */
function standingTry({ attempts, lines }: Pick<Payable, 'attempts' | 'lines'>): Try | undefined {
  const tries: (Try & { settled: boolean })[] = [
    ...attempts.map((attempt) => ({ standing: attempt, attempt, settled: isFinalStatus(attempt.status) })),
    ...lines,
  ]
  const [last] = tries.toSorted((one, other) => other.standing.status_at.localeCompare(one.standing.status_at))
  return tries.find(({ standing }) => standing.status === 'ACSC') ?? tries.find(({ settled }) => !settled) ?? last
}

/** `problem`: why the payment could not be started, when it could not. */
export function invoicePage(payable: Payable, problem?: string): string {
  const { invoice, attempts, lines } = payable
  const shelf = shelfOf(payable)
  const shown = standingTry(payable)
  const attempt = shown?.attempt
  const paid_minor = shelf === 'paid' ? attempt?.amount_minor : undefined
  const differs = paid_minor !== undefined && paid_minor !== invoice.amount_minor
  const onward =
    shelf === 'open'
      ? payForm(invoice, shown === undefined ? 'Plătește' : 'Încearcă din nou')
      : shelf === 'pending' && (attempt?.status === 'INIT' || attempt?.status === 'RCVD')
        ? markup`<p><a class="button primary" href="${attempt.redirect_url}">Continuă plata</a></p>`
        : shown?.list_id !== undefined && markup`<p><a class="button" href="/plati/${shown.list_id}">Vezi lista</a></p>`
  return page({
    title: `Factura ${invoice.number}`,
    head:
      shelf === 'pending' && attempt !== undefined
        ? liveHead(`/invoices/${invoice.invoice_id}.json`, attempt.status)
        : undefined,
    body: markup`<p><a href="/?list=${shelf}">← Facturi</a></p>${problem !== undefined && problemNote(problem)}
      ${lines.map(({ list_id, standing }) => markup`<p class="note" role="note">În <a href="/plati/${list_id}">lista ${list_id}</a>: ${standingWords(standing).title}.</p>`)}
      ${shown === undefined ? markup`<h1>Factura ${invoice.number}</h1>` : standingPanel(standingWords(shown.standing), onward || undefined)}
      ${differs && markup`<p class="note" role="note">S-au plătit ${lei(paid_minor)}, iar factura este de ${lei(invoice.amount_minor)}: suma a fost schimbată pe pagina de plată.</p>`}
      <section class="card"><dl><dt>Furnizor</dt><dd>${invoice.supplier}</dd><dt>Factura</dt><dd>${invoice.number}, din ${day(invoice.issued_on)}</dd>
        <dt>Scadență</dt><dd>${day(invoice.due_on)}</dd><dt>IBAN</dt><dd class="iban">${ibanGroups(invoice.iban)}</dd>
        <dt>Suma</dt><dd class="amount">${lei(invoice.amount_minor)}</dd></dl>${shown === undefined && onward}</section>
      ${[...attempts].reverse().map(attemptTrail)}`,
  })
}

export function errorPage(status: number, message: string): string {
  return page({
    title: 'Eroare',
    body: markup`<h1>${status}</h1><p>${message}</p><p><a class="button" href="/">Facturi</a></p>`,
  })
}
