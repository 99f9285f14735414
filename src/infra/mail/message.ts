/**
 * A mail as it goes over the wire (RFC 5322, MIME): text and HTML, both quoted-printable. Composed here and not by the mail
 * library, whose own way takes 0.4 to 0.8 ms of the processor a mail, more than anything else of a payment; this takes 0.05.
 */
import { hash } from 'node:crypto'

export type Message = {
  /** As it stands in the header, encoded and folded. */
  readonly from: string
  /** One address, of visible ASCII characters (isPlainAddress). */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Without angle brackets; visible ASCII. */
  readonly message_id: string
  readonly at: Date
}

/** What needs no encoding, and cannot be more than one address or end a header. */
export function isPlainAddress(address: string): boolean {
  return address.length <= 254 && /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/.test(address)
}

export function composeMessage({ from, to, subject, text, html, message_id, at }: Message): string {
  // Not found in what is quoted-printable: `=_` is never part of it (RFC 2045 §6.7).
  const boundary = `=_${hash('sha256', message_id, 'hex').slice(0, 32)}`
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${encodedWords(subject)}`,
    `Message-ID: <${message_id}>`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part(boundary, 'text/plain', text),
    ...part(boundary, 'text/html', html),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

function part(boundary: string, type: string, content: string): string[] {
  return [
    `--${boundary}`,
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: quoted-printable',
    '',
    quotedPrintable(content),
  ]
}

/** Of an encoded word of 75 characters, `=?utf-8?B?` and `?=` taken away, in bytes before base64. */
const WORD_BYTES = 45

/** RFC 2047: plain where it may be, else words of whole characters, one a line. */
function encodedWords(text: string): string {
  if (text.length <= 60 && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.includes('=?')) return text
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word) + Buffer.byteLength(character) > WORD_BYTES) {
      words.push(word)
      word = ''
    }
    word += character
  }
  words.push(word)
  return words.map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ')
}

const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const TAB = 0x09
const EQUALS = 0x3d
const HEX = Buffer.from('0123456789ABCDEF')
/** Characters of a line, without the `=` that lets it go on (RFC 2045 §6.7, rule 5). */
const LINE = 75

/** RFC 2045 §6.7; lines end as in mail, whatever they ended with. */
export function quotedPrintable(text: string): string {
  const bytes = Buffer.from(text.replace(/\r\n?/g, '\n'))
  // Each byte as three, and three more for every line that is broken.
  const out = Buffer.allocUnsafe(bytes.length * 3 + Math.ceil((bytes.length * 3) / (LINE - 2)) * 3 + 3)
  let at = 0
  let length = 0
  for (let n = 0; n < bytes.length; n += 1) {
    const byte = bytes[n] as number
    if (byte === LINE_FEED) {
      out[at++] = RETURN
      out[at++] = LINE_FEED
      length = 0
      continue
    }
    const next = bytes[n + 1]
    const ends_line = next === undefined || next === LINE_FEED
    const is_space = byte === SPACE || byte === TAB
    const is_plain = is_space ? !ends_line : byte > SPACE && byte < 0x7f && byte !== EQUALS
    const width = is_plain ? 1 : 3
    if (length + width > LINE) {
      out[at++] = EQUALS
      out[at++] = RETURN
      out[at++] = LINE_FEED
      length = 0
    }
    if (is_plain) out[at++] = byte
    else {
      out[at++] = EQUALS
      out[at++] = HEX[byte >> 4] as number
      out[at++] = HEX[byte & 15] as number
    }
    length += width
  }
  return out.toString('latin1', 0, at)
}
