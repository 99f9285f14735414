/** Words for the codes of the card rail: orders, transactions, what acquirers answer. */
import type {
  OrderStatus,
  StoredOnFile,
  Transaction,
  TransactionType,
} from '../../../src/http/office/timeline-contract.ts'
import type { Word, Words } from './codes.ts'

export const ORDER_STATUSES: Words<OrderStatus> = {
  INITIATED: { ro: 'inițiată', en: 'initiated' },
  FAILED: { ro: 'nereușită', en: 'failed' },
  VERIFIED: { ro: 'card verificat', en: 'card verified' },
  AUTHORIZED: { ro: 'autorizată', en: 'authorized' },
  PARTIALLY_CAPTURED: { ro: 'încasată în parte', en: 'partly captured' },
  CAPTURED: { ro: 'încasată', en: 'captured' },
  PARTIALLY_REFUNDED: { ro: 'rambursată în parte', en: 'partly refunded' },
  REFUNDED: { ro: 'rambursată', en: 'refunded' },
  CANCELLED: { ro: 'anulată', en: 'cancelled' },
}

export const RESULTS: Words<Transaction['result']> = {
  SUCCESS: { ro: 'reușită', en: 'success' },
  FAILURE: { ro: 'nereușită', en: 'failure' },
  PENDING: { ro: 'la acceptator', en: 'at the acquirer' },
  UNKNOWN: { ro: 'rezultat necunoscut', en: 'outcome unknown' },
}

export const TRANSACTION_TYPES: Words<TransactionType> = {
  PAYMENT: { ro: 'plată', en: 'payment' },
  AUTHORIZATION: { ro: 'autorizare', en: 'authorization' },
  VERIFICATION: { ro: 'verificarea cardului', en: 'check of the card' },
  CAPTURE: { ro: 'încasare', en: 'capture' },
  REFUND: { ro: 'rambursare', en: 'refund' },
  AUTHORIZATION_UPDATE: { ro: 'schimbarea autorizării', en: 'change of the authorization' },
  VOID_AUTHORIZATION: { ro: 'anularea autorizării', en: 'void of the authorization' },
  VOID_CAPTURE: { ro: 'anularea încasării', en: 'void of the capture' },
  VOID_PAYMENT: { ro: 'anularea plății', en: 'void of the payment' },
  VOID_REFUND: { ro: 'anularea rambursării', en: 'void of the refund' },
}

/** Who began it, and how. */
export const SOURCES: Words<Transaction['source']> = {
  INTERNET: { ro: 'pe internet', en: 'internet' },
  MOTO: { ro: 'prin poștă sau telefon', en: 'mail or telephone' },
  MAIL_ORDER: { ro: 'prin poștă', en: 'mail order' },
  TELEPHONE_ORDER: { ro: 'prin telefon', en: 'telephone order' },
  VOICE_RESPONSE: { ro: 'prin robot telefonic', en: 'voice response' },
  CALL_CENTRE: { ro: 'prin centrul de apeluri', en: 'call centre' },
  MERCHANT: { ro: 'inițiată de comerciant', en: 'begun by the merchant' },
}

/** `storedOnFile`: whether the card is kept for later. */
export const STORED_ON_FILE: Words<StoredOnFile> = {
  NOT_STORED: { ro: 'nu se păstrează', en: 'not kept' },
  TO_BE_STORED: { ro: 'se păstrează de acum', en: 'kept from now on' },
  STORED: { ro: 'card păstrat', en: 'card on file' },
}

/** `response.gatewayCode`: what an acquirer's answer comes to. One behind another gateway may answer others. */
export const GATEWAY_CODES: Readonly<Record<string, Word>> = {
  APPROVED: { ro: 'aprobată', en: 'approved' },
  APPROVED_AUTO: { ro: 'aprobată automat', en: 'approved by itself' },
  APPROVED_PENDING_SETTLEMENT: { ro: 'aprobată, încă nedecontată', en: 'approved, not settled yet' },
  PARTIALLY_APPROVED: { ro: 'aprobată în parte', en: 'approved in part' },
  SUBMITTED: { ro: 'trimisă', en: 'submitted' },
  PENDING: { ro: 'în așteptare', en: 'pending' },
  DECLINED: { ro: 'refuzată', en: 'declined' },
  DECLINED_AVS: { ro: 'refuzată: adresa nu se potrivește', en: 'declined: the address does not match' },
  DECLINED_CSC: {
    ro: 'refuzată: codul de securitate nu se potrivește',
    en: 'declined: the security code does not match',
  },
  DECLINED_AVS_CSC: {
    ro: 'refuzată: adresa și codul de securitate nu se potrivesc',
    en: 'declined: address and security code do not match',
  },
  DECLINED_DO_NOT_CONTACT: { ro: 'refuzată, de nereîncercat', en: 'declined, not to be tried again' },
  DECLINED_INVALID_PIN: { ro: 'refuzată: PIN greșit', en: 'declined: wrong PIN' },
  DECLINED_PIN_REQUIRED: { ro: 'refuzată: lipsește PIN-ul', en: 'declined: PIN required' },
  DECLINED_PAYMENT_PLAN: { ro: 'refuzată: plan de plată', en: 'declined: payment plan' },
  INSUFFICIENT_FUNDS: { ro: 'fonduri insuficiente', en: 'insufficient funds' },
  EXPIRED_CARD: { ro: 'card expirat', en: 'card expired' },
  INVALID_CSC: { ro: 'cod de securitate greșit', en: 'wrong security code' },
  REFERRED: { ro: 'emitentul cere să fie sunat', en: 'the issuer asks to be called' },
  BLOCKED: { ro: 'blocată', en: 'blocked' },
  CANCELLED: { ro: 'anulată', en: 'cancelled' },
  ABORTED: { ro: 'întreruptă', en: 'aborted' },
  AUTHENTICATION_FAILED: { ro: 'autentificare nereușită', en: 'authentication failed' },
  EXCEEDED_RETRY_LIMIT: { ro: 'prea multe încercări', en: 'too many tries' },
  NOT_SUPPORTED: { ro: 'nu se poate la acest acceptator', en: 'not supported by this acquirer' },
  TIMED_OUT: { ro: 'fără răspuns la timp', en: 'no answer in time' },
  ACQUIRER_SYSTEM_ERROR: { ro: 'eroare la acceptator', en: 'error at the acquirer' },
  SYSTEM_ERROR: { ro: 'eroare de sistem', en: 'system error' },
  UNSPECIFIED_FAILURE: { ro: 'nereușită, fără motiv dat', en: 'failed, no reason given' },
  UNKNOWN: { ro: 'rezultat necunoscut', en: 'outcome unknown' },
}
