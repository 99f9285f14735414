/** Timelines in Romanian. A payment, an attempt and a transaction are feminine; who did something stands beside the sentence. */
import type { CardEndedFacts, HappeningFacts, OtherFacts, Reason } from '../../../src/http/office/timeline-contract.ts'
import { manyOf } from '../many.ts'
import { GATEWAY_CODES, SOURCES, STORED_ON_FILE, TRANSACTION_TYPES } from './card-codes.ts'
import { PURPOSES, REASONS, refusalText, withCode, wordOf } from './codes.ts'
import type { Manner, Sentences } from './sentences.ts'

export const ROMANIAN: Sentences = {
  by: {
    partner: 'partenerul',
    payer: 'plătitorul',
    return: 'plătitorul, întors',
    poll: 'banca, întrebată',
    push: 'banca',
    worker: 'Punte',
    staff: 'personalul',
    list: 'lista ei',
    bank: 'banca',
    message: 'mesaj',
    merchant: 'comerciantul',
    acquirer: 'acceptatorul',
    sweep: 'acceptatorul, întrebat',
  },
  happenings: {
    reserved: () => 'apelul pentru token: numărul plății este rezervat',
    initiated: ({ item_count }) =>
      item_count === undefined
        ? 'initPayment: datele plății sunt înregistrate'
        : `initPayment: datele unei liste de ${item_count === 1 ? 'o plată' : manyOf(item_count, 'plăți')} sunt înregistrate`,
    bank_chosen: ({ bank_id, way }, { bank }) =>
      `alege ${bank(bank_id)}, care ia plățile listei ${way === 'together' ? 'împreună, ca una singură' : 'pe rând'}`,
    submitted: ({ attempt_no, bank_id }, { bank }) =>
      `apasă „Plătește”: încercarea ${attempt_no} merge la ${bank(bank_id)}`,
    cancel_asked: ({ answer }) => `băncii i s-a cerut să renunțe la ea; ${CANCEL_ANSWERS[answer]}`,
    tokens_revoked: ({ is_reuse }) =>
      `tokenurile plății sunt revocate${is_reuse ? ': un refresh token a fost folosit a doua oară' : ''}`,
    contradicted: ({ bank_status }) =>
      `banca contrazice ce este definitiv${bank_status === undefined ? '' : ` și spune ${bank_status}`}; nu se schimbă nimic`,
    other: otherText,
    bank_took: ({ attempt_no, after_ms, bank_status, reason }) =>
      `banca a primit încercarea ${attempt_no} după ${seconds(after_ms)} și spune ${bank_status}${because(reason)}`,
    bank_took_again: ({ attempt_no, bank_status, reason }) =>
      `trimiterea s-a repetat cu același X-Request-ID: banca spune ${bank_status} despre încercarea ${attempt_no}${because(reason)}`,
    bank_said: ({ attempt_no, bank_status, reason }) =>
      `banca spune ${bank_status} despre încercarea ${attempt_no}${because(reason)}`,
    items_stand: ({ reason }) => `urmează din starea plăților ei${because(reason)}`,
    list_stands: ({ bank_status, reason }) =>
      `merge cu lista ei${bank_status === undefined ? '' : `, despre care banca spune ${bank_status}`}${because(reason)}`,
    // What these say is the reason, so only its code follows.
    given_up: ({ reason }) => `renunță la plată${codeAlone(reason)}`,
    expired: ({ reason }) => `timpul pentru plată a trecut${codeAlone(reason)}`,
    returned_unpaid: ({ reason }) => `s-a întors fără să plătească${codeAlone(reason)}`,
    refused_and_dropped: ({ reason }) => `a refuzat la bancă, iar banca a renunțat la ea${codeAlone(reason)}`,
    cancelled_unsent: ({ reason }) => `anulată înainte să o fi autorizat cineva${codeAlone(reason)}`,
    blocked: ({ reason }) => `o limită o blochează${because(reason)}`,
    status_changed: ({ reason }) => `starea s-a schimbat${because(reason)}`,
    browser_back: ({ attempt_no }) => `browserul s-a întors de la bancă (încercarea ${attempt_no})`,
    attempt_closed: ({ attempt_no }) => `încercarea ${attempt_no}, închisă manual: banca nu o are`,
    attempt_ended: ({ attempt_no, bank_status }) =>
      `a încheiat încercarea ${attempt_no}: ${bank_status ?? 'nu a spus nicio stare'}`,
    attempt_left: ({ attempt_no }) =>
      `nu a intrat la bancă: încercarea ${attempt_no} s-a încheiat, iar la bancă nu este nimic din ea`,
    attempt_unreached: ({ attempt_no, after_ms }) =>
      `nu a putut fi contactată: încercarea ${attempt_no} nu a plecat, după ${seconds(after_ms)}`,
    attempt_lost: ({ attempt_no, after_ms }) =>
      `renunță la încercarea ${attempt_no} după ${seconds(after_ms)}: nu se știe ce s-a întâmplat cu ea și nimeni nu are linkul ei`,
    attempt_refused: ({ attempt_no, after_ms, bank_code }) =>
      `refuză încercarea ${attempt_no} după ${seconds(after_ms)}: ${refusalText(`REFUSED:${bank_code}`, 'ro')}`,
    exchange: exchangeText,
    webhook_failed: ({ tries, outcome = NO_ANSWER, is_given_up, ...about }) =>
      `webhook despre ${subject(about)}, încercat fără succes${tries > 1 ? `; ${manyOf(tries, 'încercări')} până acum, ultima: ` : ': '}${outcome}${is_given_up ? '; abandonat' : ''}`,
    webhook_failed_at_first: (about) => `webhook despre ${subject(about)}, încercat fără succes`,
    webhook_delivered: ({ tries, outcome = NO_ANSWER, since_first_ms, ...about }) =>
      `webhook despre ${subject(about)}, livrat: ${outcome}, încercarea ${tries}${since_first_ms === undefined ? '' : `, la ${seconds(since_first_ms)} după prima`}`,
    webhook_delivered_before: (about) =>
      `webhook despre ${subject(about)}, livrat mai demult; cerut din nou între timp`,
    mail_sent: (about) => `e-mail către plătitor despre ${subject(about)}, trimis`,
    mail_given_up: (about) => `e-mail către plătitor despre ${subject(about)}, abandonat`,
    card_asked: cardAskedText,
    card_succeeded: (facts) => `tranzacția ${facts.transaction_id} a reușit${cardEndText(facts)}`,
    card_failed: (facts) => `tranzacția ${facts.transaction_id} nu a reușit${cardEndText(facts)}`,
    card_unknown: ({ transaction_id, after_ms, fault }) =>
      `nu a spus ce s-a întâmplat cu tranzacția ${transaction_id}${after(after_ms)}: ${fault || 'niciun motiv înregistrat'}`,
    reversal_sent: ({ transaction_id }) =>
      `pleacă o reversare a tranzacției ${transaction_id}: ea nu trebuie să aibă efect, orice s-ar fi întâmplat`,
    reversal_refused: ({ transaction_id, acquirer_code }) =>
      `acceptatorul a refuzat să reverseze tranzacția ${transaction_id}: codul ${acquirer_code}`,
    closed_by_word: ({ transaction_id, note }) =>
      `tranzacția ${transaction_id} a fost închisă pe cuvântul oamenilor acceptatorului: ${note}`,
    card_other: ({ transaction_id, ...facts }) => `tranzacția ${transaction_id}: ${otherText(facts)}`,
  },
  open: {
    attempt_open: ({ attempt_no, bank_id, payment_id, ask_at }, { bank, moment, ask_bank }) =>
      `încercarea ${attempt_no} este deschisă la ${bank(bank_id)}: ${ask_at === undefined ? `banca nu mai este întrebată automat, doar prin ${ask_bank(payment_id)}` : `banca va fi întrebată la ${moment(ask_at)}`}`,
    attempt_unknown: ({ attempt_no, bank_id, payment_id, ask_at }, { bank, moment, close_attempt }) =>
      `nu se știe dacă încercarea ${attempt_no} a ajuns la ${bank(bank_id)}: ${ask_at === undefined ? `întreabă banca; dacă nu a avut-o niciodată, ${close_attempt(payment_id)}` : `se află de la ${moment(ask_at)}`}`,
    webhook_due: ({ try_no, try_at, ...about }, { moment }) =>
      `webhook despre ${subject(about)}: încercarea ${try_no} urmează ${try_at === undefined ? 'în curând' : `la ${moment(try_at)}`}`,
    webhook_not_tried: (about) => `webhook despre ${subject(about)}: încă nicio încercare înregistrată`,
    mail_not_recorded: (about) => `e-mail către plătitor despre ${subject(about)}: încă neînregistrat`,
    transaction_open: ({ transaction_id, is_unknown, asked_no, merchant_id, order_id }, { ask_acquirer }) => {
      const where = is_unknown ? 'are un rezultat necunoscut' : 'este la acceptator'
      const asked = asked_no === 0 ? 'încă neîntrebată' : `întrebată automat ${times(asked_no)}`
      return `tranzacția ${transaction_id} ${where}, ${asked}; de întrebat acum: ${ask_acquirer(merchant_id, order_id)}`
    },
  },
}

const NO_ANSWER = 'niciun răspuns înregistrat'
const CANCEL_ANSWERS: Readonly<Record<HappeningFacts['cancel_asked']['answer'], string>> = {
  ok: 'o va face, sau spune cine trebuie să fie de acord',
  refused: 'refuză',
  not_sent: 'nu a putut fi contactată',
  unknown: 'răspunsul ei nu se cunoaște',
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3).replace('.', ',')} s`
const after = (ms: number | undefined): string => (ms === undefined ? '' : ` după ${seconds(ms)}`)
const times = (n: number): string => (n === 1 ? 'o dată' : manyOf(n, 'ori'))
const because = (reason: Reason | undefined): string =>
  reason === undefined ? '' : `; motivul: ${withCode(wordOf(REASONS, reason, 'ro'), reason)}`
const codeAlone = (reason: Reason | undefined): string => (reason === undefined ? '' : ` (${reason})`)
const subject = ({ status, event_no }: HappeningFacts['mail_sent']): string => status ?? `evenimentul ${event_no}`

function otherText({ type, details }: OtherFacts): string {
  const parts = details.map(({ name, value }) => `${name} ${value}`)
  return `${type}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

function exchangeText({ purpose, attempt_no, method, address, ...e }: HappeningFacts['exchange']): string {
  const name = wordOf(PURPOSES, purpose, 'ro') ?? purpose
  const again = e.same_no === undefined ? '' : `, același răspuns a ${e.same_no}-a oară la rând`
  return `${name}, încercarea ${attempt_no}: ${method} ${address}: ${cameText(e)} după ${seconds(e.duration_ms)}${again}`
}

function cameText({ fault, http_status }: Pick<HappeningFacts['exchange'], 'fault' | 'http_status'>): string {
  if (fault === undefined) return `răspuns ${http_status}`
  return fault.kind === 'not_sent' ? `nu a plecat (${fault.reason})` : `fără răspuns (${fault.reason})`
}

function cardAskedText(facts: HappeningFacts['card_asked'], { money }: Manner): string {
  const { type, source, transaction_id, target_transaction_id, api_version, acquirer, reference } = facts
  const what = withCode(wordOf(TRANSACTION_TYPES, type, 'ro'), type)
  const how = withCode(wordOf(SOURCES, source, 'ro'), source)
  const on = target_transaction_id === undefined ? '' : `, pentru tranzacția ${target_transaction_id}`
  const amount = money(facts.amount_minor, facts.currency)
  return `cere ${what}, ${amount}${on}, ${how}${cardText(facts)}, ca tranzacția ${transaction_id} (versiunea ${api_version}); merge la ${acquirer} cu referința ${reference}`
}

function cardText({ card, agreement_id }: HappeningFacts['card_asked']): string {
  if (card === undefined) return ''
  const { brand, masked_number, is_scheme_token, stored_on_file } = card
  const kept =
    stored_on_file === undefined ? '' : `, ${withCode(wordOf(STORED_ON_FILE, stored_on_file, 'ro'), stored_on_file)}`
  const series = agreement_id === undefined ? '' : `, sub acordul ${agreement_id}`
  const token = is_scheme_token ? ' prin tokenul schemei' : ''
  return `, ${brand ?? 'cardul'} ${masked_number}${token}${kept}${series}`
}

function cardEndText({ after_ms, gateway_code, acquirer_code, acquirer_message }: CardEndedFacts): string {
  const words = acquirer_message === undefined ? '' : ` „${acquirer_message}”`
  const said = acquirer_code === undefined ? '' : `, codul acceptatorului ${acquirer_code}${words}`
  return `${after(after_ms)}: ${withCode(wordOf(GATEWAY_CODES, gateway_code, 'ro'), gateway_code)}${said}`
}
