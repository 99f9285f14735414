/** What the card pages say, Romanian first, English by a switch. */
import type { Tone } from '../../partner/view.ts'
import { lei } from '../../process/markup.ts'
import type { Charge } from './book.ts'

export type Language = 'ro' | 'en'

const COOKIE = 'florarie_limba'

export function readLanguage(cookies: string | undefined): Language {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=en(?:;|$)`).test(cookies ?? '') ? 'en' : 'ro'
}

export function languageCookie(language: Language): string {
  return `${COOKIE}=${language}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`
}

export function money(amount_minor: number, language: Language): string {
  return language === 'ro' ? lei(amount_minor) : `RON ${(amount_minor / 100).toFixed(2)}`
}

export type CardWords = typeof RO

const RO = {
  title: 'Plătește cu cardul',
  other_card: 'Cu alt card',
  saved: 'Cardurile tale',
  pay: 'Plătește',
  paying: 'Se trimite…',
  number: 'Numărul cardului',
  name: 'Numele de pe card',
  expiry: 'Expiră (LL/AA)',
  code: 'Cod CVC / CVV',
  code_help: 'Cele 3 cifre de pe spate (4 pe față la American Express).',
  save: 'Salvează cardul pentru plățile viitoare',
  save_help:
    'Numărul se păstrează la serviciul de plăți; magazinul ține minte doar ultimele patru cifre. Îl poți șterge oricând.',
  no_code_kept: 'Din motive de siguranță, numărul și codul se scriu din nou.',
  check: 'Verifică datele cardului:',
  other_way: 'Plătește din cont, prin Punte',
  expires: 'expiră',
  delete: 'Șterge',
  delete_card: 'Șterge cardul',
  no_cards: 'Nu ai niciun card salvat. La o plată cu cardul poți bifa „Salvează cardul”.',
  deleted: 'Cardul a fost șters.',
  deleted_in_series: 'Cardul nu mai apare la plată. Îl folosește încă un abonament; acolo îl poți schimba.',
  to_flowers: 'Înapoi la flori',
  again: 'Încearcă din nou cu cardul',
  by_account: 'Plătește din cont',
  order: 'Comanda',
  not_saved: 'Plata a reușit, dar cardul nu a putut fi salvat.',
  was_saved: 'Cardul a fost salvat pentru plățile viitoare.',
  unreachable:
    'Serviciul de plăți cu cardul nu răspunde. De pe card nu s-a luat nimic; încearcă din nou peste un minut.',
  refused_form: 'Serviciul de plăți nu a primit cererea. De pe card nu s-a luat nimic.',
  faults: {
    required: 'Câmp obligatoriu',
    number: 'Numărul cardului nu este corect; verifică cifrele',
    expiry: 'Data nu este corectă; scrie luna și anul, de exemplu 05/29',
    expired: 'Cardul a expirat; folosește alt card',
    code: 'Codul are 3 cifre (4 la American Express)',
    name: 'Scrie numele așa cum apare pe card',
    consent: 'Bifează ca să fii de acord',
  },
  trial: 'Carduri de încercare',
  trial_rows: 'Orice nume, cod 100. Data de expirare hotărăște ce răspunde banca:',
  trial_approved: 'aprobă',
  trial_declined: 'refuză',
  trial_slow: 'nu răspunde la timp',
  paid: { title: 'Plată reușită', text: 'Banca a aprobat plata cu cardul. Mulțumim!' },
  checking: {
    title: 'Verificăm plata',
    text: 'Banca nu ne-a spus încă dacă plata a reușit. Nu plăti din nou: întrebăm noi, iar pagina se actualizează singură.',
  },
  declined: 'Plata nu a reușit',
  nothing_taken: 'De pe card nu s-a luat nimic.',
  reasons: {
    DECLINED: 'Banca ta a refuzat plata. Încearcă alt card sau întreabă banca.',
    UNVERIFIED: 'Banca ta nu a confirmat cardul. Încearcă alt card sau întreabă banca.',
    INSUFFICIENT_FUNDS: 'Pe card nu sunt destui bani.',
    EXPIRED_CARD: 'Cardul este expirat. Folosește alt card.',
    CSC: 'Codul de securitate nu este corect. Verifică cifrele de pe spatele cardului.',
    AVS: 'Adresa nu se potrivește cu cea de la bancă.',
    BLOCKED: 'Banca nu primește plăți cu acest card. Folosește alt card.',
    TIMED_OUT: 'Banca nu a răspuns la timp.',
    SYSTEM: 'Banca are o defecțiune trecătoare. Încearcă din nou peste câteva minute.',
    NOT_SUPPORTED: 'Acest fel de card nu este primit aici. Folosește alt card.',
    REFERRED: 'Banca vrea să vorbească întâi cu tine. Sun-o sau folosește alt card.',
    AUTHENTICATION: 'Banca nu a putut verifica că ești tu.',
    REFUSED: 'Serviciul de plăți nu a primit cererea.',
    OTHER: 'Banca nu a spus de ce.',
  },
}

const EN: CardWords = {
  title: 'Pay by card',
  other_card: 'With another card',
  saved: 'Your cards',
  pay: 'Pay',
  paying: 'Sending…',
  number: 'Card number',
  name: 'Name on card',
  expiry: 'Expires (MM/YY)',
  code: 'CVC / CVV code',
  code_help: 'The 3 digits on the back (4 on the front of American Express).',
  save: 'Save the card for future payments',
  save_help:
    'The number is kept by the payment service; the shop remembers the last four digits only. You can delete it at any time.',
  no_code_kept: 'For your safety the number and the code have to be typed again.',
  check: 'Check the details of the card:',
  other_way: 'Pay from your account, with Punte',
  expires: 'expires',
  delete: 'Delete',
  delete_card: 'Delete the card',
  no_cards: 'You have no saved card. When you pay by card you can tick “Save the card”.',
  deleted: 'The card has been deleted.',
  deleted_in_series: 'The card is no longer offered. A subscription still uses it; you can change it there.',
  to_flowers: 'Back to the flowers',
  again: 'Try again by card',
  by_account: 'Pay from your account',
  order: 'Order',
  not_saved: 'The payment succeeded, but the card could not be saved.',
  was_saved: 'The card has been saved for future payments.',
  unreachable: 'The card payment service does not answer. Nothing was charged; try again in a minute.',
  refused_form: 'The payment service did not take the request. Nothing was charged.',
  faults: {
    required: 'This field is required',
    number: 'The card number is not right; check the digits',
    expiry: 'The date is not right; write month and year, for example 05/29',
    expired: 'The card has expired; use another one',
    code: 'The code has 3 digits (4 with American Express)',
    name: 'Write the name as it stands on the card',
    consent: 'Tick the box to agree',
  },
  trial: 'Cards to try',
  trial_rows: 'Any name, code 100. The expiry decides what the bank answers:',
  trial_approved: 'approves',
  trial_declined: 'declines',
  trial_slow: 'does not answer in time',
  paid: { title: 'Payment successful', text: 'The bank approved the card payment. Thank you!' },
  checking: {
    title: 'Checking the payment',
    text: 'The bank has not told us yet whether the payment succeeded. Do not pay again: we are asking, and this page updates itself.',
  },
  declined: 'The payment failed',
  nothing_taken: 'Nothing was charged.',
  reasons: {
    DECLINED: 'Your bank declined the payment. Try another card or ask your bank.',
    UNVERIFIED: 'Your bank did not confirm the card. Try another card or ask your bank.',
    INSUFFICIENT_FUNDS: 'There is not enough money on the card.',
    EXPIRED_CARD: 'The card has expired. Use another one.',
    CSC: 'The security code is not right. Check the digits on the back of the card.',
    AVS: 'The address is not the one that the bank has.',
    BLOCKED: 'The bank takes no payments with this card. Use another one.',
    TIMED_OUT: 'The bank did not answer in time.',
    SYSTEM: 'The bank has a passing fault. Try again in a few minutes.',
    NOT_SUPPORTED: 'Cards of this kind are not accepted here. Use another one.',
    REFERRED: 'The bank wants to talk to you first. Call it or use another card.',
    AUTHENTICATION: 'The bank could not verify that it is you.',
    REFUSED: 'The payment service did not take the request.',
    OTHER: 'The bank did not say why.',
  },
}

export const CARD_WORDS: Record<Language, CardWords> = { ro: RO, en: EN }

/** Each gatewayCode of a declined transaction, by what the payer can do about it. */
const REASONS: Readonly<Record<string, keyof CardWords['reasons']>> = {
  DECLINED: 'DECLINED',
  DECLINED_PAYMENT_PLAN: 'DECLINED',
  DECLINED_INVALID_PIN: 'DECLINED',
  DECLINED_PIN_REQUIRED: 'DECLINED',
  INSUFFICIENT_FUNDS: 'INSUFFICIENT_FUNDS',
  NO_BALANCE: 'INSUFFICIENT_FUNDS',
  EXPIRED_CARD: 'EXPIRED_CARD',
  DECLINED_CSC: 'CSC',
  INVALID_CSC: 'CSC',
  DECLINED_AVS_CSC: 'CSC',
  DECLINED_AVS: 'AVS',
  DECLINED_DO_NOT_CONTACT: 'BLOCKED',
  BLOCKED: 'BLOCKED',
  EXCEEDED_RETRY_LIMIT: 'BLOCKED',
  CANCELLED: 'BLOCKED',
  TIMED_OUT: 'TIMED_OUT',
  ABORTED: 'TIMED_OUT',
  ACQUIRER_SYSTEM_ERROR: 'SYSTEM',
  SYSTEM_ERROR: 'SYSTEM',
  LOCK_FAILURE: 'SYSTEM',
  UNSPECIFIED_FAILURE: 'SYSTEM',
  NOT_SUPPORTED: 'NOT_SUPPORTED',
  REFERRED: 'REFERRED',
  AUTHENTICATION_FAILED: 'AUTHENTICATION',
  NOT_ENROLLED_3D_SECURE: 'AUTHENTICATION',
}

/** What a charge that did not succeed means to the payer, in one sentence. */
export function reasonOf(charge: Charge, words: CardWords): string {
  if (charge.state === 'refused') return words.reasons.REFUSED
  const reason = REASONS[charge.gateway_code ?? ''] ?? 'OTHER'
  // Nothing was to be paid: it was the card that the bank was asked about.
  return words.reasons[reason === 'DECLINED' && charge.purpose.kind === 'card_change' ? 'UNVERIFIED' : reason]
}

/** How a charge stands, for the head of a page. */
export function chargeWords(charge: Charge, words: CardWords): { tone: Tone; title: string; text: string } {
  if (charge.state === 'paid') return { tone: 'good', ...words.paid }
  if (charge.state === 'sending' || charge.state === 'unsettled') return { tone: 'waiting', ...words.checking }
  return { tone: 'bad', title: words.declined, text: `${reasonOf(charge, words)} ${words.nothing_taken}` }
}
