/** The addresses of lists: upload, choice of invoices, payroll, preview, payment, repetition. */

import { attemptJson } from '../../partner/partner.ts'
import { type Answer, type Asked, HttpError, html, json, type Route, redirect } from '../../process/http.ts'
import { FileRefused, MAX_FILE_BYTES, type ReadFile, withDuplicates } from '../files/lines.ts'
import { PAYROLL, payrollCsv, payrollPain001, salaryDetails } from '../files/payroll.ts'
import { readPaymentFile, uploadedFile } from '../files/read.ts'
import { COMPANY } from '../frame.ts'
import type { Invoice } from '../invoices.ts'
import type { PaymentList } from './book.ts'
import { chosenLines, type Draft, type Drafts, dayIn, listsOf, readDay } from './draft.ts'
import { draftPage, listDigest, listPage, listsPage, payrollPage } from './pages.ts'
import { programRoute } from './program.ts'
import { beginList, freshList, type Lists, type ListView, repeatUnpaid, resembling, viewOf } from './run.ts'

export type ListDesk = {
  readonly lists: Lists
  readonly drafts: Drafts
  readonly invoices: ReadonlyMap<string, Invoice>
}

/** The company's account at the simulated bank, as the sample file names it. */
const COMPANY_IBAN = 'RO88SBXA0000000010001111'
// What the form adds around the file.
const MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 16_384
const MAX_FORM_BYTES = 262_144

export function listRoutes(desk: ListDesk): readonly Route[] {
  return [
    ...beginningRoutes(desk),
    ...draftRoutes(desk),
    ...oneListRoutes(desk),
    ...sampleRoutes(desk),
    programRoute(desk.lists),
  ]
}

const allViews = ({ lists }: ListDesk): readonly ListView[] => lists.book.all().map((list) => viewOf(lists, list))

function beginningRoutes(desk: ListDesk): readonly Route[] {
  const { lists, drafts } = desk
  return [
    { method: 'GET', path: '/plati', handle: () => html(listsPage(allViews(desk))) },
    {
      method: 'POST',
      path: '/plati/fisier',
      accepts: 'form',
      max_body_bytes: MAX_UPLOAD_BYTES,
      handle: async ({ headers, body }) => {
        try {
          const read = readPaymentFile(await uploadedFile(headers['content-type'], body))
          return toDraft(drafts.add(fileDraft(read)))
        } catch (error) {
          if (!(error instanceof FileRefused)) throw error
          return html(listsPage(allViews(desk), error.message), 422)
        }
      },
    },
    {
      method: 'POST',
      path: '/plati/facturi',
      accepts: 'form',
      handle: ({ body }) =>
        toDraft(drafts.add(invoicesDraft(desk, new URLSearchParams(body.toString()).getAll('invoice')))),
    },
    { method: 'GET', path: '/salarii', handle: () => html(payrollPage(salaryDetails(lists.now()))) },
    {
      method: 'POST',
      path: '/salarii',
      accepts: 'form',
      handle: () => {
        const details = salaryDetails(lists.now())
        const lines = PAYROLL.map(({ name, iban, amount_minor }, index) => ({
          line: index + 1,
          name,
          iban,
          amount_minor,
          details,
        }))
        return toDraft(
          drafts.add({
            title: details,
            lines,
            rejected: [],
            notes: [],
            contradictions: [],
            batch_booking: true,
            from: '/salarii',
          }),
        )
      },
    },
  ]
}

const toDraft = ({ draft_id }: Draft): Answer => redirect(`/plati/verificare/${draft_id}`)

function fileDraft(read: ReadFile): Omit<Draft, 'draft_id' | 'made_at'> {
  const { accepted, rejected, notes, contradictions, debtor_iban, execution_date } = read
  return {
    title: read.kind === 'csv' ? 'Fișier CSV' : 'Fișier pain.001',
    lines: accepted,
    rejected,
    notes,
    contradictions,
    from: '/plati',
    ...(debtor_iban !== undefined && { debtor_iban }),
    ...(execution_date !== undefined && { execution_date }),
  }
}

/** @throws HttpError when nothing was chosen; what cannot be paid any more is among the rejected. */
function invoicesDraft({ lists, invoices }: ListDesk, chosen: readonly string[]): Omit<Draft, 'draft_id' | 'made_at'> {
  const asked = [...new Set(chosen)].flatMap((invoice_id) => invoices.get(invoice_id) ?? [])
  if (asked.length === 0) throw new HttpError(422, 'Nu ai ales nicio factură.')
  const rejected: { line: number; text: string; reason: string }[] = []
  const lines = asked.flatMap(({ invoice_id, number, supplier, iban, amount_minor }, index) => {
    const line = { line: index + 1, name: supplier, iban, amount_minor, details: `Factura ${number}`, invoice_id }
    const reason = lists.whyNotPayable(invoice_id)
    if (reason === undefined) return [line]
    rejected.push({ line: index + 1, text: `${supplier}, factura ${number}`, reason })
    return []
  })
  return { title: 'Facturi', lines: withDuplicates(lines), rejected, notes: [], contradictions: [], from: '/' }
}

function showDraft(lists: Lists, draft: Draft, input: { problem?: string; date?: string } = {}): string {
  return draftPage(draft, lists.now(), { ...input, resembling: resembling(lists, draft.lines) })
}

function draftRoutes({ lists, drafts }: ListDesk): readonly Route[] {
  const draftOf = ({ params }: Asked): Draft => {
    const draft = drafts.get(params.id ?? '')
    if (draft === undefined) throw new HttpError(404, 'Verificarea a expirat. Încarcă fișierul sau alege din nou.')
    return draft
  }
  return [
    {
      method: 'GET',
      path: '/plati/verificare/:id',
      handle: async (asked) => {
        const draft = draftOf(asked)
        const [first, second] = (await drafts.madeOf(draft.draft_id)) ?? []
        if (first === undefined) return html(showDraft(lists, draft))
        return redirect(second === undefined ? `/plati/${first.list_id}` : '/plati')
      },
    },
    {
      method: 'POST',
      path: '/plati/verificare/:id',
      accepts: 'form',
      max_body_bytes: MAX_FORM_BYTES,
      handle: async (asked) => {
        const draft = draftOf(asked)
        const form = new URLSearchParams(asked.body.toString())
        const date = form.get('date') ?? ''
        const again = (problem: string): Answer => html(showDraft(lists, draft, { problem, date }), 422)
        const read = readDay(date, lists.now())
        if ('fault' in read) return again(read.fault)
        if (draft.contradictions.length > 0 && form.get('seen') !== 'yes')
          return again('Bifează că ai văzut unde se contrazice fișierul.')
        const lines = chosenLines(draft, new Set(form.getAll('repeat').map(Number)))
        if (lines.length === 0) return again('Nicio linie de plătit.')
        const choice = JSON.stringify([read.day, lines.map(({ line }) => line)])
        const made = await drafts.once(draft.draft_id, choice, () => lists.book.create(listsOf(draft, lines, read.day)))
        const [first, second] = made.lists
        // Several lists are authorised one by one, each from its own page; what another choice has made is shown, not paid.
        if (first === undefined || second !== undefined) return redirect('/plati')
        return made.same ? payAndLeave(lists, first) : redirect(`/plati/${first.list_id}`)
      },
    },
  ]
}

async function payAndLeave(lists: Lists, list: PaymentList): Promise<Answer> {
  try {
    const attempt = await beginList(lists, list)
    return redirect(
      attempt.status === 'INIT' || attempt.status === 'RCVD' ? attempt.redirect_url : `/plati/${list.list_id}`,
    )
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return html(showList(lists, viewOf(lists, list), error.message), error.status)
  }
}

const showList = ({ book }: Lists, view: ListView, problem?: string): string =>
  listPage(view, (no) => book.repeatOf(view.list.list_id, no), problem)

function oneListRoutes({ lists }: ListDesk): readonly Route[] {
  const listOf = ({ params }: Asked): PaymentList => {
    const list = lists.book.get(params.id ?? '')
    if (list === undefined) throw new HttpError(404, 'Lista nu există.')
    return list
  }
  return [
    {
      method: 'GET',
      path: '/plati/:id',
      handle: async (asked) => html(showList(lists, await freshList(lists, listOf(asked)))),
    },
    {
      method: 'GET',
      path: '/plati/:id.json',
      handle: async (asked) => json(listJson(await freshList(lists, listOf(asked)))),
    },
    {
      method: 'GET',
      path: '/plati/:id/stare.json',
      handle: async (asked) => json({ status: listDigest(await freshList(lists, listOf(asked))) }),
    },
    {
      method: 'GET',
      path: '/plati/:id/inapoi',
      // Whatever the address says, the status call decides.
      handle: async (asked) => redirect(`/plati/${(await freshList(lists, listOf(asked))).list.list_id}`),
    },
    {
      method: 'POST',
      path: '/plati/:id/porneste',
      accepts: 'form',
      handle: (asked) => payAndLeave(lists, listOf(asked)),
    },
    {
      method: 'POST',
      path: '/plati/:id/din-nou',
      accepts: 'form',
      handle: async (asked) => {
        const list = listOf(asked)
        try {
          return await payAndLeave(lists, await repeatUnpaid(lists, list))
        } catch (error) {
          if (!(error instanceof HttpError)) throw error
          return html(showList(lists, viewOf(lists, list), error.message), error.status)
        }
      },
    },
  ]
}

function listJson({ list, attempt, states, repeatable }: ListView) {
  return {
    list_id: list.list_id,
    title: list.title,
    status: attempt?.status ?? 'NOT_STARTED',
    paid: states.every(({ standing }) => standing?.status === 'ACSC'),
    ...(list.execution_date !== undefined && { execution_date: list.execution_date }),
    attempt: attempt && attemptJson(attempt),
    repeatable: repeatable.map(({ line }) => line.no),
    lines: states.map(({ line, payment_id, standing }) => ({
      ...line,
      payment_id,
      status: standing?.status ?? 'NOT_STARTED',
      reason: standing?.reason,
    })),
  }
}

function sampleRoutes({ lists }: ListDesk): readonly Route[] {
  const file = (body: string, type: string, name: string): Answer => ({
    status: 200,
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` },
    body,
  })
  return [
    {
      method: 'GET',
      path: '/modele/salarii.csv',
      handle: () => file(payrollCsv(lists.now()), 'text/csv; charset=utf-8', 'salarii.csv'),
    },
    {
      method: 'GET',
      path: '/modele/salarii.xml',
      handle: () => {
        const xml = payrollPain001(lists.now(), dayIn(lists.now()), { name: COMPANY.name, iban: COMPANY_IBAN })
        return file(xml, 'application/xml', 'salarii.xml')
      },
    },
  ]
}
