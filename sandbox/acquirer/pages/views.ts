/**
 * What people see of the acquirer: the messages with their outcome, a card with its scheme tokens, and buttons for what
 * issuers do to cards. routes.ts serves it, admin.ts is the same for programs.
 */
import { type Markup, markup, moment, raw } from '../../process/markup.ts'
import type { Account } from '../book/cards.ts'
import { maskedToken } from '../book/cards.ts'
import type { Kind } from '../book/entries.ts'
import { isApproved, type Posting, type Total } from '../book/money.ts'
import { moneyText } from '../issuers/currency.ts'

export type Frame = {
  messages(input: MessagesInput): string
  cards(accounts: readonly Account[], isClosed: (number_hash: string) => boolean): string
  card(input: CardInput): string
  error(status: number, message: string): string
}
export type MessagesInput = {
  readonly postings: readonly Posting[]
  readonly merchants: readonly string[]
  readonly merchant_id: string
  readonly totals: readonly Total[]
}
export type CardInput = {
  readonly account_id: string
  readonly masked_number: string
  readonly account: Account | undefined
  isClosed(number_hash: string): boolean
  readonly postings: readonly Posting[]
  /** Just reissued: shown this once. */
  readonly issued?: { readonly number: string; readonly expiry: string }
}

const KINDS: Readonly<Record<Kind, string>> = {
  authorization: 'autorizare',
  purchase: 'plată',
  verification: 'verificare',
  capture: 'captură',
  refund: 'rambursare',
  void: 'anulare',
  adjustment: 'ajustare',
  'scheme-token': 'token de schemă',
}

/** YYMM as people read it. */
const expiryText = (expiry: string | undefined): string =>
  expiry === undefined ? '—' : `${expiry.slice(2)}/${expiry.slice(0, 2)}`

export function createFrame(name: string): Frame {
  const page = (title: string, body: Markup, refreshes = false): string =>
    markup`${raw('<!doctype html>')}<html lang="ro"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · ${name}</title>
${refreshes && raw('<meta http-equiv="refresh" content="5">')}<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body><nav><b>${name}</b> <a href="/">Mesaje</a> <a href="/cards">Carduri</a></nav><main>${body}</main>
<footer>Acquirer simulat, pentru teste. Niciun ban nu este real.</footer></body></html>`.toString()
  return {
    messages: (input) => page('Mesaje', messagesBody(input), true),
    cards: (accounts, isClosed) => page('Carduri', cardsBody(accounts, isClosed)),
    card: (input) => page('Card', cardBody(input)),
    error: (status, message) =>
      page('Eroare', markup`<h1>${status}</h1><p>${message}</p><p><a href="/">Mesaje</a></p>`),
  }
}

function messagesBody({ postings, merchants, merchant_id, totals }: MessagesInput): Markup {
  const options = merchants.map(
    (id) => markup`<option value="${id}"${raw(id === merchant_id ? ' selected' : '')}>${id}</option>`,
  )
  const sums = totals.map(
    (
      total,
    ) => markup`<li>${total.merchant_id}: încasat <b>${moneyText(total.captured_minor, total.currency)}</b>, rambursat
      ${moneyText(total.refunded_minor, total.currency)}, net <b>${moneyText(total.captured_minor - total.refunded_minor, total.currency)}</b></li>`,
  )
  return markup`<h1>Mesaje</h1>
    <form method="get"><label for="merchant">Comerciant</label><select id="merchant" name="merchant_id">
      <option value="">toți</option>${options}</select><button>Arată</button></form>
    ${sums.length > 0 && markup`<ul class="totals">${sums}</ul>`}
    ${postings.length === 0 ? markup`<p class="empty">Niciun mesaj încă.</p>` : messageTable(postings)}`
}

function messageTable(postings: readonly Posting[]): Markup {
  const rows = postings.map((posting) => {
    const { entry } = posting
    const { said, card, initiation } = entry
    const state = posting.reversed ? 'reversat' : posting.voided_by === undefined ? '' : 'anulat'
    const masked =
      card?.scheme_token === undefined ? card?.masked_number : `${card.scheme_token} → ${card.masked_number}`
    const link = card && markup`<a href="/cards/${card.account_id}?masked=${card.masked_number}">${masked}</a>`
    return markup`<tr><td>${moment(new Date(entry.at).toISOString())}<td>${entry.merchant_id}<td>${KINDS[entry.kind]}
      <td class="number">${entry.kind !== 'scheme-token' && moneyText(entry.amount_minor, entry.currency)}
      <td class="${isApproved(posting) ? 'good' : 'bad'}"><b>${said.responseCode}</b> ${said.responseText} ${state !== '' && markup`<i>${state}</i>`}
      <td>${link} ${card?.expiry !== undefined && expiryText(card.expiry)}
      <td>${initiation && `${initiation.source} ${initiation.stored_on_file}`} ${initiation?.agreement_type}
      <td><code>${entry.reference}</code></tr>`
  })
  return markup`<div class="wide"><table><thead><tr><th>Când<th>Comerciant<th>Fel<th>Sumă<th>Răspuns<th>Card<th>Sursă<th>Referință</tr></thead>
    <tbody>${rows}</tbody></table></div>`
}

function cardsBody(accounts: readonly Account[], isClosed: (number_hash: string) => boolean): Markup {
  if (accounts.length === 0) {
    return markup`<h1>Carduri</h1><p class="empty">Niciun card cu tokenuri de schemă, închis sau reemis. Orice alt card se deschide din lista de mesaje.</p>`
  }
  const rows = accounts.map(
    (
      account,
    ) => markup`<tr><td><a href="/cards/${account.account_id}">${account.masked_number}</a><td>${expiryText(account.expiry)}
      <td>${account.tokens.length}<td>${account.issue_no > 0 && `reemis de ${account.issue_no} ori`}
      <td>${isClosed(account.number_hash) ? 'închis' : 'activ'}</tr>`,
  )
  return markup`<h1>Carduri</h1><div class="wide"><table><thead><tr><th>Card<th>Expiră<th>Tokenuri de schemă<th>Reemiteri<th>Stare</tr></thead><tbody>${rows}</tbody></table></div>`
}

function cardBody({ account_id, masked_number, account, isClosed, postings, issued }: CardInput): Markup {
  const numbers = account?.numbers ?? [{ number_hash: account_id, masked_number }]
  const button = (action: string, label: string) =>
    markup`<form method="post" action="/cards/${account_id}/${action}"><input type="hidden" name="masked" value="${masked_number}"><button>${label}</button></form>`
  const tokens = (account?.tokens ?? []).map(
    (token) =>
      markup`<li><code>${maskedToken(token)}</code> al comerciantului ${token.merchant_id}, cardul din spate expiră ${expiryText(token.card_expiry)}</li>`,
  )
  return markup`<h1>${masked_number}</h1>
    ${issued && markup`<p class="issued" role="status">Cardul nou: <b>${issued.number}</b>, expiră ${expiryText(issued.expiry)}. Numărul nu mai este arătat a doua oară.</p>`}
    <ul>${numbers.map((number) => markup`<li>${number.masked_number}: ${isClosed(number.number_hash) ? 'închis' : 'activ'}</li>`)}</ul>
    <div class="buttons">${button('reissue', 'Reemite cardul')}${button('close', 'Închide cardul')}${button('reopen', 'Redeschide')}</div>
    <h2>Tokenuri de schemă</h2>${tokens.length === 0 ? markup`<p class="empty">Niciunul.</p>` : markup`<ul>${tokens}</ul>`}
    <h2>Mesaje</h2>${postings.length === 0 ? markup`<p class="empty">Niciunul.</p>` : messageTable(postings)}`
}
