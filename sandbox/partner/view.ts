/** The pieces of pages that tell how a payment stands, the same in shop and ERP. */
import type { PaymentStatus } from '@punte/sdk'
import { type Markup, markup, moment, raw } from '../process/markup.ts'
import type { Attempt } from './book.ts'

export type Tone = 'good' | 'bad' | 'waiting'

/** What a status means to the payer. */
export function standingWords(attempt: Pick<Attempt, 'status' | 'reason'>): {
  tone: Tone
  title: string
  text: string
} {
  const words = STATUS_WORDS[attempt.status]
  const because = attempt.reason === undefined ? undefined : REASON_WORDS[attempt.reason]
  return { ...words, text: words.tone === 'bad' ? (because ?? words.text) : words.text }
}

const IN_PROGRESS = 'Banca execută plata. Pagina se actualizează singură; poți să o și închizi, îți scriem pe email.'
const STATUS_WORDS: Record<PaymentStatus | 'PART', { tone: Tone; title: string; text: string }> = {
  INIT: {
    tone: 'waiting',
    title: 'Plata așteaptă',
    text: 'Plata a fost pregătită, dar nu a fost trimisă încă la bancă.',
  },
  RCVD: {
    tone: 'waiting',
    title: 'Plata așteaptă autorizarea',
    text: 'Banca a primit plata și așteaptă să o autorizezi.',
  },
  ACTC: { tone: 'waiting', title: 'Plata este în curs', text: IN_PROGRESS },
  ACCP: { tone: 'waiting', title: 'Plata este în curs', text: IN_PROGRESS },
  ACSP: { tone: 'waiting', title: 'Plata este în curs', text: IN_PROGRESS },
  PDNG: { tone: 'waiting', title: 'Banca verifică plata', text: IN_PROGRESS },
  ACSC: { tone: 'good', title: 'Plată reușită', text: 'Banca a confirmat plata. Mulțumim!' },
  PART: {
    tone: 'bad',
    title: 'S-a plătit numai o parte',
    text: 'Unele plăți ale listei au fost făcute, altele nu. Fiecare linie spune cum stă.',
  },
  RJCT: { tone: 'bad', title: 'Plata nu a reușit', text: 'Banca a refuzat plata. Din cont nu s-a luat nimic.' },
  CANC: {
    tone: 'bad',
    title: 'Plata a fost anulată',
    text: 'Plata a fost anulată la bancă. Din cont nu s-a luat nimic.',
  },
  ABND: {
    tone: 'bad',
    title: 'Plata nu a fost făcută',
    text: 'Ai renunțat la plată sau timpul a expirat. Din cont nu s-a luat nimic.',
  },
  BLOCKED: {
    tone: 'bad',
    title: 'Plata a fost oprită',
    text: 'Plata a fost oprită de serviciul de plăți. Din cont nu s-a luat nimic.',
  },
}

const REASON_WORDS: Readonly<Record<string, string>> = {
  INSUFFICIENT_FUNDS: 'În cont nu sunt destui bani. Din cont nu s-a luat nimic.',
  REFUSED_BY_PAYER: 'Ai refuzat plata la bancă. Din cont nu s-a luat nimic.',
  SCA_FAILED: 'Autorizarea la bancă nu a reușit. Din cont nu s-a luat nimic.',
  ACCOUNT_INVALID: 'Banca nu recunoaște contul din care ai vrut să plătești. Din cont nu s-a luat nimic.',
  EXPIRED: 'Timpul pentru autorizare a expirat. Din cont nu s-a luat nimic.',
}

const MARKS: Record<Tone, string> = {
  good: '<path d="M14 25l7 7 14-15"/>',
  bad: '<path d="M16 16l16 16M32 16L16 32"/>',
  waiting: '<path d="M24 13v12l8 5"/>',
}

/** The outcome as the head of a page. `live`: it is announced when it changes. */
export function standingPanel(words: { tone: Tone; title: string; text: string }, more: Markup | undefined): Markup {
  return markup`<section class="standing ${words.tone}" role="status">
    <svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/>${raw(MARKS[words.tone])}</svg>
    <div><h1>${words.title}</h1><p>${words.text}</p>${more}</div></section>`
}

/** Where our knowledge comes from: every webhook of the attempt, for those who look under the hood. */
export function attemptTrail(attempt: Attempt): Markup {
  const rows = attempt.webhooks.map(
    (webhook) => markup`<tr><td>${moment(webhook.at)}</td><td>${webhook.status}</td><td>${webhook.reason}</td>
      <td>${webhook.sequence}</td><td>${webhook.applied ? 'aplicat' : 'ignorat'}</td></tr>`,
  )
  return markup`<details class="trail"><summary>Detalii tehnice: plata ${attempt.payment_id}</summary>
    <p>Stare <code>${attempt.status}</code>${attempt.reason !== undefined && markup`, motiv <code>${attempt.reason}</code>`}, din ${moment(attempt.status_at)}${
      attempt.bank_reference !== undefined && markup`, referința băncii <code>${attempt.bank_reference}</code>`
    }</p>
    ${
      rows.length === 0
        ? markup`<p>Niciun webhook primit încă.</p>`
        : markup`<div class="scroll"><table class="webhooks"><thead><tr><th scope="col">Webhook primit</th><th scope="col">Stare</th><th scope="col">Motiv</th><th scope="col">Nr.</th><th scope="col"></th></tr></thead><tbody>${rows}</tbody></table></div>`
    }</details>`
}

/** Makes a waiting page ask `url` for its standing and reload when it changed; without scripts it reloads by itself. */
export function liveHead(url: string, status: string): Markup {
  return markup`<script src="/live.js" defer data-url="${url}" data-status="${status}"></script><noscript><meta http-equiv="refresh" content="4"></noscript>`
}

export const LIVE_SCRIPT = `'use strict'
const { url, status } = document.currentScript.dataset
let pause_ms = 1000
const look = async () => {
  try {
    const answer = await fetch(url, { cache: 'no-store' })
    if (answer.ok && (await answer.json()).status !== status) return location.reload()
  } catch {}
  pause_ms = Math.min(pause_ms * 1.3, 10000)
  setTimeout(look, document.hidden ? 15000 : pause_ms)
}
setTimeout(look, pause_ms)
document.addEventListener('visibilitychange', () => { if (!document.hidden) pause_ms = 1000 })
`
