/**
 * The simulated acquirer's words, both ways: our message to its JSON, its answer to ours. Pure. Its protocol is written
 * down in sandbox/acquirer/README.md.
 */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { AcquirerLink, AcquirerMoney, AcquirerResult, CardMessage, FollowOnMessage } from '../connector.ts'

const text = (length: number) => Type.Optional(Type.String({ maxLength: length }))
const expiry = Type.String({ pattern: '^[0-9]{2}(0[1-9]|1[0-2])$' })

const answer = {
  responseCode: Type.String({ pattern: '^[0-9A-Z]{2}$' }),
  responseText: text(100),
  transactionId: text(40),
  stan: text(6),
  rrn: text(12),
  authorizationCode: text(6),
  traceId: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z]{1,15}$' })),
  securityCodeResult: text(1),
  addressResult: text(1),
  accountClosed: Type.Optional(Type.Boolean()),
  account: Type.Optional(Type.Object({ number: Type.String({ pattern: '^[0-9]{6}x{3,9}[0-9]{0,4}$' }), expiry })),
}
const answerReader = Compile(Type.Object(answer))
const inquiryReader = Compile(
  Type.Union([Type.Object({ found: Type.Literal(false) }), Type.Object({ found: Type.Literal(true), ...answer })]),
)
const tokenReader = Compile(
  Type.Object({
    responseCode: answer.responseCode,
    token: Type.Optional(Type.Object({ number: Type.String({ pattern: '^[0-9]{12,19}$' }), expiry })),
  }),
)

/** Response code → `response.gatewayCode`. A code that is not here says nothing, so the outcome stays unknown. */
const GATEWAY_CODES: Readonly<Record<string, string>> = {
  '00': 'APPROVED',
  '01': 'REFERRED',
  '02': 'REFERRED',
  '03': 'DECLINED',
  '04': 'DECLINED',
  '05': 'DECLINED',
  '06': 'UNSPECIFIED_FAILURE',
  '07': 'DECLINED',
  '12': 'DECLINED',
  '13': 'DECLINED',
  '14': 'DECLINED',
  '15': 'DECLINED',
  '19': 'DECLINED',
  '21': 'DECLINED',
  '25': 'DECLINED',
  '30': 'SYSTEM_ERROR',
  '33': 'EXPIRED_CARD',
  '34': 'DECLINED',
  '41': 'DECLINED',
  '43': 'DECLINED',
  '46': 'DECLINED',
  '51': 'INSUFFICIENT_FUNDS',
  '54': 'EXPIRED_CARD',
  '55': 'DECLINED_INVALID_PIN',
  '57': 'DECLINED',
  '58': 'NOT_SUPPORTED',
  '59': 'BLOCKED',
  '61': 'DECLINED',
  '62': 'BLOCKED',
  '65': 'EXCEEDED_RETRY_LIMIT',
  '75': 'EXCEEDED_RETRY_LIMIT',
  '78': 'BLOCKED',
  '82': 'DECLINED_CSC',
  '91': 'ACQUIRER_SYSTEM_ERROR',
  '92': 'ACQUIRER_SYSTEM_ERROR',
  '93': 'DECLINED_DO_NOT_CONTACT',
  '94': 'SYSTEM_ERROR',
  '96': 'ACQUIRER_SYSTEM_ERROR',
  N7: 'DECLINED_CSC',
  // Reversed by us, because its answer did not come.
  RV: 'TIMED_OUT',
}

const CSC_RESULTS: Readonly<Record<string, NonNullable<AcquirerResult['csc_result']>>> = {
  M: 'MATCH',
  N: 'NO_MATCH',
  P: 'NOT_PROCESSED',
  X: 'NOT_PRESENT',
  S: 'NOT_SUPPORTED',
}

const AVS_RESULTS: Readonly<Record<string, string>> = {
  A: 'ADDRESS_MATCH',
  G: 'NOT_VERIFIED',
  N: 'NO_MATCH',
  R: 'SERVICE_NOT_AVAILABLE_RETRY',
  S: 'SERVICE_NOT_SUPPORTED',
  U: 'NOT_AVAILABLE',
  W: 'ZIP_MATCH',
  X: 'ADDRESS_ZIP_MATCH',
  K: 'NAME_MATCH',
  O: 'NAME_ADDRESS_MATCH',
  L: 'NAME_ZIP_MATCH',
  '0': 'NOT_REQUESTED',
}

type Parties = { readonly reference: string; readonly link: AcquirerLink }

export const writeParties = ({ reference, link }: Parties) => ({
  reference,
  merchantId: link.acquirer_merchant_id,
  terminalId: link.terminal_id,
})

export const writeReversal = (message: Parties & AcquirerMoney) => ({
  ...writeParties(message),
  amount: message.amount_minor,
  currency: message.currency,
})

/** `YYMM`. */
export const writeExpiry = (month: number, year: number): string =>
  `${String(year).padStart(2, '0')}${String(month).padStart(2, '0')}`

/** Fields that are undefined are left out by JSON. */
export function writeCardMessage(message: CardMessage): object {
  const { card, initiation, address } = message
  const has_expiry = card.expiry_month !== undefined && card.expiry_year !== undefined
  return {
    ...writeReversal(message),
    card: {
      kind: card.kind === 'card' ? 'card' : 'schemeToken',
      number: card.number,
      expiry: has_expiry ? writeExpiry(card.expiry_month, card.expiry_year) : undefined,
      securityCode: card.security_code,
      name: card.name_on_card === '' ? undefined : card.name_on_card,
    },
    initiation: {
      source: initiation.source,
      initiatedBy: initiation.initiated_by,
      storedOnFile: initiation.stored_on_file,
      agreementType: initiation.agreement_type,
      industryPractice: initiation.industry_practice,
      traceId: initiation.trace_id,
    },
    address: address && { street: address.street || undefined, postcode: address.postcode_zip || undefined },
  }
}

export function writeFollowOn(message: FollowOnMessage): object {
  const { reference, acquirer_transaction_id } = message.original
  return { ...writeReversal(message), original: { reference, transactionId: acquirer_transaction_id } }
}

type WireAnswer = NonNullable<ReturnType<typeof parseAnswer>>
const parseAnswer = (value: unknown) => (answerReader.Check(value) ? value : undefined)

/** Undefined: not an answer, or one whose code says nothing. */
export function readAnswer(body: Buffer): AcquirerResult | undefined {
  const read = parseAnswer(parseJson(body))
  return read === undefined ? undefined : resultOf(read)
}

export function readInquiry(body: Buffer): AcquirerResult | 'not_found' | undefined {
  const read = parseJson(body)
  if (!inquiryReader.Check(read)) return undefined
  return read.found ? resultOf(read) : 'not_found'
}

export function readCode(body: Buffer): string | undefined {
  return parseAnswer(parseJson(body))?.responseCode
}

export type WireToken = { readonly number: string; readonly expiry_month: number; readonly expiry_year: number }

/** The code, and the token where there is one. */
export function readToken(body: Buffer): { readonly code: string; readonly token?: WireToken } | undefined {
  const read = parseJson(body)
  if (!tokenReader.Check(read)) return undefined
  const { responseCode: code, token } = read
  if (token === undefined) return { code }
  return { code, token: { number: token.number, ...readExpiry(token.expiry) } }
}

function resultOf(read: WireAnswer): AcquirerResult | undefined {
  const gateway_code = GATEWAY_CODES[read.responseCode]
  if (gateway_code === undefined) return undefined
  return defined({
    approved: read.responseCode === '00',
    gateway_code,
    acquirer_code: read.responseCode,
    acquirer_message: read.responseText,
    authorization_code: read.authorizationCode,
    stan: read.stan,
    receipt: read.rrn,
    acquirer_transaction_id: read.transactionId,
    trace_id: read.traceId,
    csc_result: CSC_RESULTS[read.securityCodeResult ?? ''],
    avs_result: AVS_RESULTS[read.addressResult ?? ''],
    account: read.account && { masked_number: read.account.number, ...readExpiry(read.account.expiry) },
    account_closed: read.accountClosed,
  })
}

const readExpiry = (expiry_text: string) => ({
  expiry_month: Number(expiry_text.slice(2)),
  expiry_year: Number(expiry_text.slice(0, 2)),
})

type Defined<T> = { [K in keyof T]: undefined extends T[K] ? never : K }[keyof T]
type WithoutUndefined<T> = Pick<T, Defined<T>> & { [K in Exclude<keyof T, Defined<T>>]?: Exclude<T[K], undefined> }

function defined<T extends object>(value: T): WithoutUndefined<T> {
  for (const name in value) if (value[name] === undefined) delete value[name]
  return value as WithoutUndefined<T>
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
