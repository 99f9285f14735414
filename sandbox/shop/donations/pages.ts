/** The pages of monthly donations. */
import type { Attempt } from '../../partner/book.ts'
import { attemptTrail, liveHead, standingPanel, standingWords, type Tone } from '../../partner/view.ts'
import { day, ibanGroups, lei, type Markup, markup } from '../../process/markup.ts'
import { field } from '../field.ts'
import { page } from '../frame.ts'
import type { Basket } from '../orders.ts'
import {
  DAY_OF_MONTH,
  type Donation,
  type DonationFaults,
  type DonationForm,
  type DonationPhase,
  firstDay,
  phaseOf,
} from './donations.ts'

type Seen = { readonly basket: Basket; readonly cards: boolean }

/** `/donatii` */
export function donationForm(seen: Seen, form: DonationForm, first: string, faults: DonationFaults = {}): string {
  const named = Object.keys(faults).length > 0
  return page({
    ...seen,
    title: 'Donează lunar',
    body: markup`<h1>Donează lunar din cont</h1>
      ${named && markup`<div class="faults" role="alert"><strong>Verifică datele de mai jos.</strong></div>`}
      <p class="lead">Flori pentru grădina școlii din cartier. Banca ta plătește singură, în ${DAY_OF_MONTH} ale fiecărei luni; prima dată pe ${day(first)}. Oprești când vrei.</p>
      <div class="columns"><form method="post" action="/donatii" novalidate>
        ${field({ id: 'amount', label: 'Suma pe lună, în lei', value: form.amount, fault: faults.amount, hints: 'inputmode="decimal" autocomplete="off" required' })}
        ${field({ id: 'name', label: 'Nume', value: form.name, fault: faults.name, hints: 'autocomplete="name" required' })}
        ${field({ id: 'email', label: 'Email', value: form.email, fault: faults.email, type: 'email', hints: 'autocomplete="email" required' })}
        ${field({ id: 'iban', label: 'IBAN-ul tău (opțional)', value: form.iban, fault: faults.iban, hints: 'autocomplete="off" spellcheck="false" maxlength="34"' })}
        <button class="primary wide">Donează lunar din cont</button>
        <p class="small">Autorizezi o singură dată, la banca ta. Nu toate băncile fac plăți care se repetă; pe pagina de plată vezi care.</p></form></div>`,
  })
}

const WORDS: Record<DonationPhase, { tone: Tone; title: string; text: string }> = {
  none: {
    tone: 'bad',
    title: 'Donația nu a pornit',
    text: 'Serviciul de plăți nu a răspuns. Din cont nu s-a luat nimic.',
  },
  waiting: { tone: 'waiting', title: 'Donația așteaptă autorizarea', text: 'Nu s-a trimis încă nimic din cont.' },
  active: {
    tone: 'good',
    title: 'Donația lunară este activă',
    text: 'Banca plătește singură, în fiecare lună. Mulțumim!',
  },
  stopped: {
    tone: 'bad',
    title: 'Donația este oprită',
    text: 'Banca nu mai plătește nimic. Mulțumim pentru ce ai dat.',
  },
  ended: { tone: 'good', title: 'Donația s-a încheiat', text: 'Toate plățile au fost făcute. Mulțumim!' },
  failed: { tone: 'bad', title: 'Donația nu a pornit', text: 'Din cont nu s-a luat nimic.' },
}

/** What changes when the page should be shown anew. */
export function donationDigest(attempt: Attempt | undefined): string {
  return [attempt?.status ?? 'NOT_STARTED', attempt?.agreement?.status ?? ''].join(' ').trim()
}

/** `/donatii/:id`. `problem`: why it could not be started or stopped. */
export function donationPage(
  seen: Seen,
  view: { donation: Donation; attempts: readonly Attempt[]; problem?: string | undefined },
): string {
  const { donation, attempts, problem } = view
  const attempt = attempts.at(-1)
  const phase = phaseOf(attempt)
  const words =
    phase === 'failed' && attempt !== undefined ? { ...WORDS.failed, text: standingWords(attempt).text } : WORDS[phase]
  const path = `/donatii/${donation.donation_id}`
  return page({
    ...seen,
    title: 'Donația ta',
    head: phase === 'waiting' || phase === 'active' ? liveHead(`${path}.json`, donationDigest(attempt)) : undefined,
    body: markup`${problem !== undefined && markup`<div class="faults" role="alert"><strong>${problem}</strong></div>`}
      ${standingPanel(words, onward(phase, path, attempt))}
      <dl class="facts"><div><dt>Suma</dt><dd>${lei(donation.amount_minor)} pe lună</dd></div>
        <div><dt>Ziua</dt><dd>${DAY_OF_MONTH} ale lunii</dd></div>
        <div><dt>Prima plată</dt><dd>${day(firstDay(new Date(attempt?.started_at ?? donation.created_at)))}</dd></div>
        <div><dt>Până când</dt><dd>până oprești tu</dd></div>
        ${donation.customer.iban !== undefined && markup`<div><dt>Din contul</dt><dd class="iban">${ibanGroups(donation.customer.iban)}</dd></div>`}
        ${attempt?.agreement !== undefined && markup`<div><dt>Acord</dt><dd><code>${attempt.agreement.agreement_id}</code></dd></div>`}</dl>
      ${[...attempts].reverse().map(attemptTrail)}`,
  })
}

function onward(phase: DonationPhase, path: string, attempt: Attempt | undefined): Markup | undefined {
  const stop = markup`<form method="post" action="${path}/opreste"><button class="quiet">Oprește</button></form>`
  if (phase === 'active') return markup`<div class="actions">${stop}</div>`
  if (phase === 'waiting')
    return markup`<div class="actions"><a class="button primary" href="${attempt?.redirect_url}">Continuă la bancă</a>${stop}</div>`
  return phase === 'none' || phase === 'failed'
    ? markup`<div class="actions"><form method="post" action="${path}/porneste"><button class="primary">Încearcă din nou</button></form></div>`
    : markup`<p><a class="button" href="/donatii">Donează din nou</a></p>`
}
