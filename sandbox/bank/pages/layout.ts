/**
 * What people see of the bank: login and authorisation pages, the "phone" of the decoupled bank, and `/sandbox` for
 * tests. Plain HTTP, plain HTML forms, no JavaScript. First: the frame of every page.
 */
import type { ServerResponse } from 'node:http'
import type { BankConfig } from '../config.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

const lei = new Intl.NumberFormat('ro-RO', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** 1234.5 lei as `1.234,50 lei`. */
export const moneyText = (amount_minor: number): string => `${lei.format(amount_minor / 100)} lei`

/** An IBAN in groups of four, for reading. */
export const ibanText = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1 ')

const css = (colour: string): string => `
:root{--bank:${colour};--ink:#16202a;--quiet:#55636f;--line:#d8dee3;--paper:#fff;--ground:#f1f4f6}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header{background:var(--bank);color:#fff}header div,main,footer{max-width:30rem;margin:0 auto;padding:1rem 1.25rem}
header div{display:flex;align-items:center;gap:.6rem;font-size:1.15rem;font-weight:650}
header small{margin-left:auto;border:1px solid #fff9;border-radius:99px;padding:.1rem .6rem;font-size:.75rem;font-weight:500}
main{background:var(--paper);margin-top:1.5rem;border:1px solid var(--line);border-radius:12px;padding:1.5rem 1.25rem}
h1{font-size:1.25rem;margin:0 0 1rem}label{display:block;font-weight:600;margin:1rem 0 .3rem}
input{width:100%;min-height:44px;padding:.5rem .7rem;font:inherit;border:1px solid #8a97a3;border-radius:8px}
.amount{font-size:2.1rem;font-weight:700;margin:.25rem 0 1rem;letter-spacing:-.01em}
dl{margin:0;border-top:1px solid var(--line)}dl div{padding:.6rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--quiet);font-size:.85rem}dd{margin:0;overflow-wrap:anywhere}
.buttons{display:flex;flex-direction:column;gap:.6rem;margin-top:1.5rem}form{margin:0}
button{width:100%;min-height:48px;font:inherit;font-weight:650;border-radius:8px;border:1px solid var(--bank);cursor:pointer}
.primary{background:var(--bank);color:#fff}.secondary{background:#fff;color:var(--bank)}
.error{border-left:4px solid #b3261e;background:#fdecea;padding:.7rem .9rem;border-radius:6px;margin:0 0 1rem}
.card{border:1px solid var(--line);border-radius:10px;padding:1rem;margin-bottom:1rem}.quiet,footer{color:var(--quiet);font-size:.85rem}
:focus-visible{outline:3px solid #f5a623;outline-offset:2px}a{color:var(--bank)}
details{margin-top:1.25rem}table{border-collapse:collapse;width:100%;font-size:.85rem}td,th{text-align:left;padding:.25rem .5rem .25rem 0}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf1;--quiet:#a3b1bd;--line:#35414c;--paper:#1a222a;--ground:#11171d}
input{background:#11171d;color:inherit}.secondary{background:transparent;color:var(--ink)}.error{background:#3b1c1a}a{color:var(--ink)}}`

export type Page = { readonly title: string; readonly body: string; readonly refresh_s?: number }

/** A whole document in the bank's colours; `body` is HTML. */
export function renderPage(config: BankConfig, page: Page): string {
  const name = escapeHtml(config.name)
  const refresh = page.refresh_s === undefined ? '' : `<meta http-equiv="refresh" content="${page.refresh_s}">`
  return `<!doctype html><html lang="ro"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${refresh}<link rel="icon" href="data:,"><title>${escapeHtml(page.title)} · ${name}</title><style>${css(config.colour)}</style></head><body>
<header><div><svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><path d="M2 22 10 6l5 9 3-5 6 12z" fill="#fff"/></svg>
<span>${name}</span><small>bancă de test</small></div></header>
<main><h1>${escapeHtml(page.title)}</h1>${page.body}</main>
<footer>Bancă simulată, pentru teste. Niciun ban nu este real.</footer></body></html>`
}

const SECURITY_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  // Not no-referrer: that would make browsers send "Origin: null" with our own forms.
  'Referrer-Policy': 'same-origin',
} as const

export function sendPage(response: ServerResponse, config: BankConfig, http_status: number, page: Page): void {
  response.writeHead(http_status, SECURITY_HEADERS)
  response.end(renderPage(config, page))
}

export function sendRedirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location, 'Content-Length': 0, 'Cache-Control': 'no-store' })
  response.end()
}

export const errorBox = (text: string | undefined): string =>
  text === undefined ? '' : `<p class="error" role="alert">${escapeHtml(text)}</p>`

/** The login form, with the bank's people for whoever tries the demo. */
export function loginForm(config: BankConfig, action: string, error: string | undefined): string {
  const rows = config.people
    .slice(0, 12)
    .map((person) => [person.login, person.password, person.name, person.character])
    .map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
  return `${errorBox(error)}<form method="post" action="${escapeHtml(action)}">
<label for="login">Utilizator</label><input id="login" name="login" autocomplete="username" autocapitalize="none" required maxlength="40">
<label for="password">Parolă</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<div class="buttons"><button class="primary">Continuă</button></div></form>
<details><summary>Persoane de test</summary><table><tr><th>Utilizator<th>Parolă<th>Nume<th>Fel</tr>${rows.join('')}</table></details>`
}
