/**
 * Messages with a bank, masked: what they say of people goes by what it is called (a name, an account, an address), the
 * rest by what it looks like. Secrets are not in them any more (domain/exchanges/redact.ts). Pure.
 */
import type { Side } from '../exchanges/redact.ts'
import { initialsOf, type Known, maskIban, maskMail, maskText } from './mask.ts'

/** One side of an exchange, to be read and passed on. */
export type ShownSide = {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Of the whole body. */
  readonly bytes: number
  /** Not all of the body was kept. */
  readonly cut?: true
}

const HIDDEN = '…'
type Mask = (value: string, known: Known) => string
const hidden: Mask = () => HIDDEN

/** Names in lower case without signs. Numbers by which the bank's staff find a payment stand as they are. */
const AS_IT_IS: ReadonlySet<string> = new Set([
  'xrequestid',
  'paymentid',
  'authorisationid',
  'cancellationid',
  'endtoendidentification',
  'endtoendid',
  'instructionidentification',
  'instrid',
  'msgid',
  'pmtinfid',
  'orgnlmsgid',
  'orgnlpmtinfid',
  'orgnlendtoendid',
  'orgnlinstrid',
  'orgnlmsgnmid',
  'date',
  'digest',
  'contenttype',
  'accept',
  'code',
  'category',
  'transactionstatus',
  'scastatus',
  'granttype',
  'tokentype',
  'aspspscaapproach',
])
const PERSONAL: Readonly<Record<string, Mask>> = {
  nm: initialsOf,
  iban: maskIban,
  ustrd: hidden,
  strd: hidden,
  adrline: hidden,
  name: initialsOf,
  email: maskMail,
  emailaddr: maskMail,
  phnenb: hidden,
  // May greet the payer.
  psumessage: hidden,
  psuid: hidden,
  psucorporateid: hidden,
  psuipaddress: hidden,
  psuipport: hidden,
  psugeolocation: hidden,
  psudeviceid: hidden,
  psuuseragent: hidden,
}
const NAMES = /^(creditor|debtor|ultimatecreditor|ultimatedebtor|owner|psu|account)name$/
const HIDDEN_NAMES = /^(remittanceinformation|street|town|city|postcode|postalcode|buildingnumber|address|phone|msisdn)/

const normal = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

function maskOf(name: string): Mask {
  const plain = normal(name)
  if (AS_IT_IS.has(plain)) return plainText
  if (Object.hasOwn(PERSONAL, plain)) return PERSONAL[plain] as Mask
  if (NAMES.test(plain)) return initialsOf
  return HIDDEN_NAMES.test(plain) ? hidden : maskAddressOrText
}

const ADDRESS = /^(https?:\/\/[\w.:[\]-]+)?(\/[^\s?#]*)(\?…)?$/
/** Words, versions, numbers and UUIDs; whatever else stands in a path may be a key to something. */
const PATH_WORD =
  /^(?:\.?[a-z]+\d{0,2}(?:[-_.][a-z0-9]+)*|v?\d{1,12}(?:\.\d{1,3})*|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|…|)$/

/** An address keeps the words of its path: it is how a link of one payment is told from another's. */
const maskAddressOrText: Mask = (value, known) => {
  const [whole, origin = '', path = '', query = ''] = ADDRESS.exec(value) ?? []
  if (whole === undefined) return maskText(value, known)
  const words = path.split('/').map((word) => (PATH_WORD.test(word) && word.length < 60 ? word : HIDDEN))
  return `${origin}${words.join('/')}${query}`
}

// A line break could forge a line of what is printed, an escape the terminal.
const plainText: Mask = (text) =>
  text.replace(/[^\x20-\x7e\u00a0-\uffff]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 500)

export function shownSide(side: Side, known: Known): ShownSide {
  const { headers, content_type, body, bytes, cut } = side
  return {
    headers: headers.map(([name, value]) => [plainText(name, known), maskOf(name)(value, known)] as const),
    ...(body !== undefined && { body: shownBody(body, content_type ?? '', known) }),
    bytes,
    ...(cut && { cut }),
  }
}

function shownBody(body: string, content_type: string, known: Known): string {
  const first = body.trimStart()[0]
  if (first === '{' || first === '[') {
    try {
      return JSON.stringify(shownValue('', JSON.parse(body), known))
    } catch {
      return shownCutJson(body, known)
    }
  }
  if (content_type.includes('x-www-form-urlencoded'))
    return [...new URLSearchParams(body)].map(([name, value]) => `${name}=${maskOf(name)(value, known)}`).join('&')
  if (body.includes('<')) return shownXml(body, known)
  return maskText(body, known)
}

function shownValue(name: string, value: unknown, known: Known): unknown {
  // A number may be an account, a telephone or a card as well.
  if (typeof value === 'string') return maskOf(name)(value, known)
  if (typeof value === 'number') return maskOf(name) === hidden ? HIDDEN : value
  if (Array.isArray(value)) return value.map((one) => shownValue(name, one, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      HIDDEN_NAMES.test(normal(key)) ? HIDDEN : shownValue(key, one, known),
    ]),
  )
}

const BARE_TAG = /^<\/?[A-Za-z][\w:.-]{0,60}\s?\/?>$/

/** Text between tags, by the name of the tag it follows; a multipart's JSON part comes as text does. */
function shownXml(body: string, known: Known): string {
  return body
    .split(/(<[^<>]*>)/)
    .map((piece, n, pieces) => {
      if (n % 2 === 1) return BARE_TAG.test(piece) ? piece : maskText(piece).slice(0, 500)
      if (piece.trim() === '') return piece.includes('\n') ? ' ' : piece
      const tag = /^<(?:[\w.-]+:)?([\w.-]+)/.exec(pieces[n - 1] ?? '')?.[1]
      return tag === undefined ? maskText(piece, known) : maskOf(tag)(piece, known)
    })
    .join('')
}

const MEMBER = /"((?:[^"\\]|\\.){1,80})"(\s*:\s*)"((?:[^"\\]|\\.)*)("?)/g

/** JSON that was cut: member by member, the last one open. */
function shownCutJson(body: string, known: Known): string {
  return body.replace(
    MEMBER,
    (_all, name: string, colon: string, value: string, end: string) =>
      `"${plainText(name, known)}"${colon}"${maskOf(name)(value, known)}${end}`,
  )
}
