/**
 * Words for what is stored and sent in codes, in both languages; they stand beside the code and not instead of it, because
 * partners, banks and papers speak in codes. codes.ts has the account rail, card-codes.ts the card rail; sentences.ts says
 * what a timeline is told with, en.ts and ro.ts are its sentences. `./punte explain` reads the English ones, so nothing here
 * knows a browser.
 */
import type { ExchangePurpose, PaymentStatus, Reason } from '../../../src/http/office/timeline-contract.ts'

export type Language = 'ro' | 'en'
export type Word = Readonly<Record<Language, string>>
/** Held complete by the compiler: a code without words does not compile. */
export type Words<Code extends string> = Readonly<Record<Code, Word>>

/** @returns undefined for a code that this page does not know (the server may be newer) */
export function wordOf(words: Readonly<Record<string, Word>>, code: string, language: Language): string | undefined {
  return Object.hasOwn(words, code) ? words[code]?.[language] : undefined
}

export const PAYMENT_STATUSES: Words<PaymentStatus> = {
  INIT: { ro: 'inițiată', en: 'initiated' },
  RCVD: { ro: 'primită de bancă', en: 'received by the bank' },
  ACTC: { ro: 'verificată de bancă', en: 'checked by the bank' },
  PDNG: { ro: 'în așteptare la bancă', en: 'pending at the bank' },
  ACCP: { ro: 'acceptată', en: 'accepted' },
  ACSP: { ro: 'în execuție', en: 'being executed' },
  ACSC: { ro: 'plătită', en: 'paid' },
  RJCT: { ro: 'respinsă', en: 'rejected' },
  CANC: { ro: 'anulată', en: 'cancelled' },
  ABND: { ro: 'abandonată', en: 'abandoned' },
  BLOCKED: { ro: 'blocată de o limită', en: 'blocked by a limit' },
  PART: { ro: 'plătită în parte', en: 'partly paid' },
}

/** Why a payment ended without money, as what follows "because". */
export const REASONS: Words<Reason> = {
  INSUFFICIENT_FUNDS: { ro: 'nu sunt destui bani în cont', en: 'there is not enough money in the account' },
  ACCOUNT_INVALID: { ro: 'contul nu poate fi folosit', en: 'the account cannot be used' },
  REFUSED_BY_PAYER: { ro: 'plătitorul a refuzat', en: 'the payer refused' },
  SCA_FAILED: { ro: 'autorizarea nu a reușit sau a expirat', en: 'the authorisation failed or ran out of time' },
  BANK_REFUSED: { ro: 'banca nu a spus de ce', en: 'the bank did not say why' },
  CANCELLED_AT_BANK: { ro: 'a fost anulată la bancă', en: 'it was cancelled at the bank' },
  CANCELLED_BY_PARTNER: { ro: 'partenerul a anulat-o', en: 'the partner cancelled it' },
  ABANDONED_BY_PAYER: { ro: 'plătitorul a renunțat', en: 'the payer gave it up' },
  EXPIRED: { ro: 'timpul pentru plată a trecut', en: 'the time to pay ran out' },
  LIMIT_DAILY_VOLUME: { ro: 'prea multe plăți într-o zi', en: 'there are too many payments in a day' },
  LIMIT_MEAN_AMOUNT: { ro: 'suma medie este prea mare', en: 'the mean amount is too large' },
  LIMIT_MAX_AMOUNT: { ro: 'suma este prea mare', en: 'the amount is too large' },
  LIMIT_DAILY_UNFINISHED: {
    ro: 'prea multe plăți neterminate într-o zi',
    en: 'there are too many unfinished payments in a day',
  },
  LIMIT_DAILY_PER_PAYER: {
    ro: 'prea multe plăți ale aceluiași plătitor într-o zi',
    en: 'there are too many payments of one payer in a day',
  },
  LIMIT_CLIENTS: { ro: 'prea mulți clienți', en: 'there are too many clients' },
  LIMIT_NEW_PAYERS: {
    ro: 'prea mulți plătitori noi ai aceluiași cont într-o zi',
    en: 'there are too many new payers of one account in a day',
  },
  LIMIT_BENEFICIARIES: {
    ro: 'prea mulți beneficiari plătiți din același cont într-o zi',
    en: 'there are too many beneficiaries paid from one account in a day',
  },
}

/** How a try at a bank may end that never was one; a bank's refusal is `REFUSED:` and the bank's own code. */
export const ATTEMPT_ENDS: Words<'UNREACHED' | 'LEFT' | 'LOST'> = {
  UNREACHED: { ro: 'banca nu a putut fi contactată', en: 'the bank could not be reached' },
  LEFT: { ro: 'plătitorul nu a intrat la bancă', en: 'the payer never entered the bank' },
  LOST: { ro: 'nu se știe ce s-a întâmplat cu ea', en: 'what became of it is not known' },
}

/** Codes in which banks refuse (Berlin Group 1.3.12, message codes; OAuth 2.0): those that are met. The list is the banks', so never complete. */
const BANK_CODES: Readonly<Record<string, Word>> = {
  access_denied: { ro: 'plătitorul nu a dat acces', en: 'the payer gave no access' },
  PSU_CREDENTIALS_INVALID: { ro: 'banca nu cunoaște plătitorul', en: 'the bank does not know the payer' },
  PRODUCT_INVALID: { ro: 'banca nu face acest fel de plată', en: 'the bank does not offer this kind of payment' },
  PAYMENT_FAILED: { ro: 'plata nu s-a putut face', en: 'the payment could not be made' },
  EXECUTION_DATE_INVALID: { ro: 'data execuției nu este bună', en: 'the day of execution is not valid' },
  FORMAT_ERROR: { ro: 'banca nu a înțeles cererea', en: 'the bank did not understand the request' },
  SERVICE_BLOCKED: { ro: 'serviciul este oprit pentru plătitor', en: 'the service is blocked for the payer' },
  SERVICE_INVALID: { ro: 'serviciul nu se potrivește', en: 'the service does not fit' },
  CERTIFICATE_INVALID: { ro: 'banca nu acceptă certificatul', en: 'the bank does not accept the certificate' },
  SIGNATURE_INVALID: { ro: 'banca nu acceptă semnătura', en: 'the bank does not accept the signature' },
  ACCESS_EXCEEDED: { ro: 'prea multe cereri', en: 'too many requests' },
}

/** How a try ended, in words and in code: of `LEFT`, of `REFUSED:access_denied`, and of a code of a bank that is not known here. */
export function refusalText(refusal: string, language: Language): string {
  const code = refusal.replace(/^REFUSED:/, '')
  return withCode(wordOf(code === refusal ? ATTEMPT_ENDS : BANK_CODES, code, language), code)
}

/** `the payer refused (REFUSED_BY_PAYER)`; a code that is not known, or that says as much as the word, stands alone. */
export function withCode(word: string | undefined, code: string): string {
  return word === undefined || word.toUpperCase().replaceAll(' ', '_') === code ? code : `${word} (${code})`
}

export const PURPOSES: Words<ExchangePurpose> = {
  enter: { ro: 'intrarea la bancă', en: 'entry to the bank' },
  initiate: { ro: 'inițierea', en: 'initiation' },
  authorise: { ro: 'autorizarea', en: 'authorisation' },
  status: { ro: 'întrebarea despre stare', en: 'status request' },
  transfers: { ro: 'întrebarea despre transferuri', en: 'transfers request' },
  token: { ro: 'cererea de token', en: 'token request' },
  cancel: { ro: 'anularea', en: 'cancellation' },
  metadata: { ro: 'citirea metadatelor', en: 'metadata request' },
}
