/** The pages of lists: where one begins, what is about to be paid, how every line stands. */
import { isFinalStatus } from '@punte/sdk'
import { attemptTrail, liveHead, standingPanel, standingWords, type Tone } from '../../partner/view.ts'
import { day, ibanGroups, lei, type Markup, markup, moment, raw } from '../../process/markup.ts'
import { type Employee, PAYROLL } from '../files/payroll.ts'
import { page, problemNote, type Section } from '../frame.ts'
import { type LineState, MAX_LIST_LINES } from './book.ts'
import { type Draft, dayIn } from './draft.ts'
import type { ListView, resembling } from './run.ts'

const SCRIPT = raw('<script src="/lists.js" defer></script>')
const MAX_LISTS_SHOWN = 100

/** `2 plăți`, `20 de plăți`: from twenty on Romanian wants `de`, unless the last two digits are 1 to 19. */
export function counted(count: number, one: string, many: string): string {
  if (count === 1) return `1 ${one}`
  const last = count % 100
  return `${count} ${count === 0 || (last > 0 && last < 20) ? '' : 'de '}${many}`
}
const payments = (count: number): string => counted(count, 'plată', 'plăți')
const sumOf = (lines: readonly { readonly amount_minor: number }[]): number =>
  lines.reduce((sum, { amount_minor }) => sum + amount_minor, 0)

/** `/plati` */
export function listsPage(views: readonly ListView[], problem?: string): string {
  const rows = views.slice(0, MAX_LISTS_SHOWN).map(
    (view) => markup`<tr><td class="supplier"><a href="/plati/${view.list.list_id}">${view.list.title}</a></td>
      <td class="due">${moment(view.list.created_at)}</td><td>${payments(view.list.lines.length)}</td>
      <td class="sum">${lei(sumOf(view.list.lines))}</td><td>${outcomeFlag(view)}</td></tr>`,
  )
  return page({
    title: 'Plăți multiple',
    section: '/plati',
    body: markup`<h1>Plăți multiple</h1>${problem !== undefined && problemNote(problem, 'Fișierul nu a fost citit.')}
      <section class="card upload"><h2>Încarcă un fișier</h2>
        <form method="post" action="/plati/fisier" enctype="multipart/form-data">
          <label for="file">Fișier CSV sau pain.001, cel mult 1 MB</label>
          <input id="file" name="file" type="file" accept=".csv,.txt,.xml,text/csv,application/xml" required aria-describedby="file-help">
          <button class="primary">Citește fișierul</button></form>
        <p class="soft" id="file-help">Nu se plătește nimic încă: întâi vezi ce s-a citit. CSV-ul are pe prima linie numele coloanelor:
          Nume beneficiar, IBAN, Sumă, Detalii. Modele, cu salariile firmei: <a href="/modele/salarii.csv" download>salarii.csv</a>,
          <a href="/modele/salarii.xml" download>salarii.xml</a> (pain.001.001.03).</p>
        <p>Sau alege mai multe <a href="/">facturi</a>, ori plătește <a href="/salarii">salariile</a>.</p></section>
      <h2>Liste</h2>${
        rows.length === 0
          ? markup`<p class="empty">Nicio listă încă.</p>`
          : markup`<table class="invoices"><thead><tr><th scope="col">Lista</th><th scope="col">Făcută</th><th scope="col">Plăți</th>
        <th scope="col" class="sum">Total</th><th scope="col">Stare</th></tr></thead><tbody>${rows}</tbody></table>`
      }`,
  })
}

/** `/plati/verificare/:id`: everything that was read, accepted or not, before anything is paid. */
export function draftPage(
  draft: Draft,
  today: Date,
  input: { problem?: string; date?: string; resembling?: ReturnType<typeof resembling> } = {},
): string {
  const single = draft.lines.filter(({ duplicate_of }) => duplicate_of === undefined)
  const count = draft.lines.length
  const lists = Math.ceil(count / MAX_LIST_LINES)
  const notes = [
    ...draft.notes,
    ...(lists > 1
      ? [`O listă are cel mult ${MAX_LIST_LINES} de plăți: vor fi ${lists} liste, fiecare autorizată separat la bancă.`]
      : []),
    ...(draft.debtor_iban === undefined ? [] : [`Contul plătitor din fișier: ${ibanGroups(draft.debtor_iban)}.`]),
  ]
  return page({
    title: `Verifică: ${draft.title}`,
    section: draft.from,
    head: SCRIPT,
    body: markup`<p><a href="${draft.from}">← Înapoi</a></p><h1>Verifică înainte de plată</h1>
      ${input.problem !== undefined && problemNote(input.problem)}
      ${input.resembling !== undefined && input.resembling.count > 0 && resemblance(input.resembling)}
      ${draft.contradictions.length > 0 && markup`<div class="note" role="note"><strong>Fișierul se contrazice.</strong><ul>${draft.contradictions.map((text) => markup`<li>${text}</li>`)}</ul></div>`}
      ${notes.length > 0 && markup`<ul class="hints">${notes.map((text) => markup`<li>${text}</li>`)}</ul>`}
      <p class="summary"><strong>${draft.title}</strong>: ${count === 1 ? 'se poate plăti' : 'se pot plăti'} ${payments(count)}, ${
        draft.rejected.length === 0
          ? 'nicio linie respinsă'
          : counted(draft.rejected.length, 'linie respinsă', 'linii respinse')
      }.</p>
      ${count === 0 ? markup`<p class="empty">Nicio linie nu se poate plăti. Corectează fișierul și încarcă-l din nou.</p>` : draftForm(draft, sumOf(single), today, input.date)}
      ${draft.rejected.length > 0 && rejectedTable(draft)}`,
  })
}

function resemblance({ count, lists }: ReturnType<typeof resembling>): Markup {
  const links = lists.map(({ list_id, title }, at) => markup`${at > 0 && ', '}<a href="/plati/${list_id}">${title}</a>`)
  return markup`<div class="note" role="note"><strong>${payments(count)} seamănă cu plăți făcute sau în curs</strong>
    (același IBAN, aceeași sumă, aceleași detalii): ${links}. Verifică să nu plătești de două ori.</div>`
}

function draftForm(draft: Draft, sum: number, today: Date, date: string | undefined): Markup {
  const now = dayIn(today)
  const wanted = date ?? (draft.execution_date !== undefined && draft.execution_date > now ? draft.execution_date : now)
  const past = draft.execution_date !== undefined && draft.execution_date < now
  const rows = draft.lines.map(
    ({ line, name, iban, details, amount_minor, duplicate_of }) => markup`<tr><td class="number">${line}</td>
      <td class="supplier">${name}${
        duplicate_of !== undefined &&
        markup` <label class="again"><input type="checkbox" name="repeat" value="${line}" data-amount="${amount_minor}"> <span class="flag wait">la fel ca linia ${duplicate_of}</span> plătește și asta</label>`
      }</td><td class="iban">${ibanGroups(iban)}</td><td class="details">${details}</td><td class="sum">${lei(amount_minor)}</td></tr>`,
  )
  const doubles = draft.lines.some(({ duplicate_of }) => duplicate_of !== undefined)
  return markup`<form method="post" action="/plati/verificare/${draft.draft_id}" class="draft" data-sum="${sum}">
    ${doubles && markup`<p class="note" role="note">Unele linii se repetă (același IBAN, aceeași sumă, aceleași detalii). Ele nu se plătesc decât dacă le bifezi.</p>`}
    <table class="invoices lines"><caption class="hidden">Plăți acceptate</caption><thead><tr><th scope="col">Linia</th><th scope="col">Beneficiar</th>
      <th scope="col">IBAN</th><th scope="col">Detalii</th><th scope="col" class="sum">Suma</th></tr></thead><tbody>${rows}</tbody>
      <tfoot><tr><td colspan="4">Total de plată</td><td class="sum"><output data-total>${lei(sum)}</output></td></tr></tfoot></table>
    <section class="card pay"><div class="field"><label for="date">Data plății</label>
      <input id="date" name="date" type="date" value="${wanted}" min="${now}" required aria-describedby="date-help">
      <p class="soft" id="date-help">${past && `Data din fișier (${day(draft.execution_date ?? '')}) a trecut. `}Azi înseamnă pe loc; o zi de mai târziu, dacă banca primește plăți la termen.</p></div>
      ${draft.contradictions.length > 0 && markup`<label class="again"><input type="checkbox" name="seen" value="yes" required> Am văzut că fișierul se contrazice și plătesc ce s-a citit.</label>`}
      <button class="primary">Plătește</button></section></form>`
}

function rejectedTable({ rejected }: Draft): Markup {
  return markup`<section><h2>Respinse</h2><p class="soft">Aceste linii nu se plătesc. Corectează-le și încarcă-le separat.</p>
    <table class="invoices lines"><thead><tr><th scope="col">Linia</th><th scope="col">De ce</th><th scope="col">Textul liniei</th></tr></thead>
    <tbody>${rejected.map(({ line, reason, text }) => markup`<tr><td class="number">${line}</td><td class="reason">${reason}</td><td class="raw"><code>${text}</code></td></tr>`)}</tbody></table></section>`
}

/** What a list came to. */
export function listWords({
  attempt,
  states,
}: Pick<ListView, 'attempt' | 'states'>): [tone: Tone, title: string, text: string] {
  if (attempt === undefined) return ['waiting', 'Lista nu a pornit', 'Nimic nu a fost trimis la bancă încă.']
  const paid = states.filter(({ standing }) => standing?.status === 'ACSC').length
  const of = `${paid} din ${payments(states.length)}`
  if (attempt.status === 'ACSC' || (paid === states.length && paid > 0))
    return ['good', 'Toate plățile au fost făcute', `Banca a confirmat ${payments(states.length)}.`]
  if (isFinalStatus(attempt.status)) {
    if (paid > 0) return ['bad', `S-au plătit ${of}`, 'Restul nu s-a plătit. Fiecare linie spune de ce.']
    const words = standingWords(attempt)
    return ['bad', words.title, words.text]
  }
  const words = standingWords(attempt)
  return ['waiting', paid > 0 ? `S-au plătit ${of} până acum` : words.title, words.text]
}

function outcomeFlag(view: ListView): Markup {
  const [tone, title] = listWords(view)
  return markup`<span class="flag ${tone === 'waiting' ? 'wait' : tone}">${title}</span>`
}

/** What changes when the page should be shown anew. */
export function listDigest({ attempt, states }: Pick<ListView, 'attempt' | 'states'>): string {
  return [attempt?.status ?? 'NOT_STARTED', ...states.map(({ standing }) => standing?.status ?? '-')].join(' ')
}

/** `/plati/:id` */
export function listPage(view: ListView, repeatOf: (no: number) => string | undefined, problem?: string): string {
  const { list, attempt, states } = view
  const [tone, title, text] = listWords(view)
  const live = attempt !== undefined && !isFinalStatus(attempt.status)
  const paid = states.filter(({ standing }) => standing?.status === 'ACSC').map(({ line }) => line)
  return page({
    title: list.title,
    section: '/plati',
    head: live ? liveHead(`/plati/${list.list_id}/stare.json`, listDigest(view)) : undefined,
    body: markup`<p><a href="/plati">← Plăți multiple</a></p>${problem !== undefined && problemNote(problem)}
      ${standingPanel({ tone, title, text }, onward(view))}
      <section class="card"><dl><dt>Lista</dt><dd>${list.title}</dd><dt>Total</dt><dd class="amount">${lei(sumOf(list.lines))}</dd>
        <dt>Plătit</dt><dd>${lei(sumOf(paid))}</dd>
        <dt>Data plății</dt><dd>${list.execution_date === undefined ? 'pe loc' : day(list.execution_date)}</dd></dl></section>
      <table class="invoices lines"><caption class="hidden">Plățile listei</caption><thead><tr><th scope="col">Nr.</th><th scope="col">Beneficiar</th><th scope="col">IBAN</th>
        <th scope="col">Detalii</th><th scope="col" class="sum">Suma</th><th scope="col">Stare</th></tr></thead>
        <tbody>${states.map((state) => lineRow(state, repeatOf(state.line.no)))}</tbody></table>
      ${attempt !== undefined && attemptTrail(attempt)}`,
  })
}

function onward({ list, attempt, repeatable, waits_until }: ListView): Markup | undefined {
  if (attempt === undefined)
    return markup`<form method="post" action="/plati/${list.list_id}/porneste"><button class="primary">Plătește</button></form>`
  if (!isFinalStatus(attempt.status))
    return markup`<p><a class="button primary" href="${attempt.redirect_url}">Continuă plata</a></p>`
  return markup`${
    repeatable.length > 0 &&
    markup`<form method="post" action="/plati/${list.list_id}/din-nou"><button class="primary">Plătește din nou ce nu s-a plătit</button></form>
      <p class="soft">Listă nouă: ${payments(repeatable.length)}, ${lei(sumOf(repeatable.map(({ line }) => line)))}.</p>`
  }${
    waits_until !== undefined &&
    markup`<p class="soft">La unele plăți oprite banca mai poate confirma până la ${moment(waits_until.toISOString())}; până atunci nu se pot plăti din nou.</p>`
  }`
}

function lineRow({ line, standing }: LineState, repeated_in: string | undefined): Markup {
  const words = standing === undefined ? undefined : standingWords(standing)
  const tone = words === undefined || words.tone === 'waiting' ? 'wait' : words.tone
  const why = words?.tone === 'bad' && standing?.reason !== undefined ? words.text : undefined
  return markup`<tr><td class="number">${line.no}</td><td class="supplier">${line.name}</td><td class="iban">${ibanGroups(line.iban)}</td>
    <td class="details">${line.details}</td><td class="sum">${lei(line.amount_minor)}</td>
    <td class="state"><span class="flag ${tone}">${words === undefined ? 'Nepornită' : words.tone === 'good' ? 'Plătită' : words.title}</span>${
      why !== undefined && markup`<span class="why">${why}</span>`
    }${repeated_in !== undefined && markup`<a class="why" href="/plati/${repeated_in}">pusă din nou în altă listă</a>`}${
      repeated_in !== undefined &&
      standing?.status === 'ACSC' &&
      markup`<strong class="why bad">Banca a confirmat-o târziu: verifică lista cea nouă, să nu fie plătită de două ori.</strong>`
    }</td></tr>`
}

/** `/salarii` */
export function payrollPage(details: string): string {
  const row = ({ name, role, iban, amount_minor }: Employee) =>
    markup`<tr><td class="supplier">${name}</td><td>${role}</td><td class="iban">${ibanGroups(iban)}</td><td class="sum">${lei(amount_minor)}</td></tr>`
  return page({
    title: 'Salarii',
    section: '/salarii' satisfies Section,
    body: markup`<h1>${details}</h1>
      <table class="invoices lines"><thead><tr><th scope="col">Angajat</th><th scope="col">Post</th><th scope="col">IBAN</th><th scope="col" class="sum">Rest de plată</th></tr></thead>
        <tbody>${PAYROLL.map(row)}</tbody><tfoot><tr><td colspan="3">Total, ${counted(PAYROLL.length, 'angajat', 'angajați')}</td><td class="sum">${lei(sumOf(PAYROLL))}</td></tr></tfoot></table>
      <div class="actions"><form method="post" action="/salarii"><button class="primary">Plătește salariile</button></form>
        <a class="button" href="/modele/salarii.csv" download>Descarcă CSV</a> <a class="button" href="/modele/salarii.xml" download>Descarcă pain.001</a></div>
      <p class="soft">Fișierele se pot încărca la <a href="/plati">Plăți multiple</a>, după ce le schimbi cum vrei.</p>`,
  })
}
