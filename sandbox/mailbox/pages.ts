/** How the mailbox looks: a list, and a mail whose HTML cannot run, load or leave anything. */
import { escapeHtml, type Markup, markup, moment, raw } from '../process/markup.ts'
import type { Message } from './store.ts'

/** The frame inherits the page's policy: inline styles of the mail, no script, nothing from outside. */
export const MAILBOX_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function listPage(messages: readonly Message[], facts: { size: number; to: string }): string {
  const rows = messages.map(
    (message) => markup`<li><a href="/mail/${message.id}">
      <span class="who">${message.to.join(', ')}</span>
      <span class="what">${message.subject || '(fără subiect)'}</span>
      <span class="when">${moment(message.at)}</span></a></li>`,
  )
  const empty = markup`<p class="empty">Niciun mesaj${facts.to === '' ? '' : ` pentru ${facts.to}`}. Mesajele trimise de Punte apar aici.</p>`
  return page(
    'Mesaje',
    markup`<header><h1>Cutia poștală</h1>
      <form method="get" role="search"><label for="to">Destinatar</label>
        <input id="to" name="to" type="email" value="${facts.to}" placeholder="toți"><button>Caută</button></form></header>
      <p class="count">${counted(facts.size)}; lista se reîmprospătează singură.</p>
      ${messages.length === 0 ? empty : markup`<ul class="mails">${rows}</ul>`}`,
    true,
  )
}

/** From twenty on Romanian wants `de`, unless the last two digits are 1 to 19. */
function counted(count: number): string {
  if (count === 1) return '1 mesaj'
  const last = count % 100
  return `${count} ${count > 0 && (last === 0 || last > 19) ? 'de ' : ''}mesaje`
}

export function mailPage(message: Message): string {
  // Links of the mail open in a tab of their own, outside the frame's bars.
  const html = message.html.replace(/"cid:([^"]+)"/g, (whole, name: string) =>
    Object.hasOwn(message.pictures, name) ? `"${message.pictures[name]}"` : whole,
  )
  const inner = `<base target="_blank">${html}`
  const frame = `<iframe title="Mesajul" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(inner)}"></iframe>`
  return page(
    message.subject,
    markup`<p><a href="/">← Toate mesajele</a></p>
      <article><h1>${message.subject || '(fără subiect)'}</h1>
        <dl><dt>De la</dt><dd>${message.headers.from ?? message.from}</dd><dt>Către</dt><dd>${message.to.join(', ')}</dd>
          <dt>Primit</dt><dd>${moment(message.at)}</dd></dl>
        ${message.html !== '' && raw(frame)}
        <details${message.html === '' ? raw(' open') : ''}><summary>Text</summary><pre>${message.text}</pre></details>
        <details><summary>Anteturi</summary><pre>${Object.entries(message.headers).map(([name, value]) => `${name}: ${value}\n`)}</pre></details>
      </article>`,
    false,
  )
}

export function errorPage(status: number, message: string): string {
  return page('Eroare', markup`<h1>${status}</h1><p>${message}</p><p><a href="/">Toate mesajele</a></p>`, false)
}

function page(title: string, body: Markup, refreshes: boolean): string {
  return markup`${raw('<!doctype html>')}<html lang="ro"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Cutia poștală</title>
${refreshes && raw('<meta http-equiv="refresh" content="5">')}<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body><main>${body}</main><footer>Cutie poștală de încercare: primește orice mesaj, nu trimite nimic mai departe.</footer></body></html>`.toString()
}
