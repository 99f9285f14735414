/**
 * What a file is, by its bytes: PDF, JPEG or PNG, whole, and with nothing in it that runs, opens or unfolds into something
 * huge. What a name or a header says counts for nothing. Pure.
 */
import { inflateSync } from 'node:zlib'
import type { MediaType } from '../case.ts'

/** What is wrong with a file, each a code of its own: who gave it in is told what, and what to do. */
export type FileFault =
  | 'empty'
  | 'unknown_type'
  | 'broken'
  | 'too_many_pixels'
  | 'encrypted'
  /** A script, or an action that runs by itself. */
  | 'script'
  /** A form that sends what is typed, or is drawn by a program. */
  | 'form'
  /** Another file inside, or hung onto the end. */
  | 'attachment'
  /** A film, a program or another file that opens. */
  | 'opens_something'
  /** Written so that what it holds cannot be seen. */
  | 'hidden_content'
  | 'unfolds_too_far'
export type Looked = { readonly media_type: MediaType } | { readonly fault: FileFault }

/** A scanned A4 page at 600 dpi has 35 million. */
const MOST_PIXELS = 60_000_000
const LONGEST_SIDE = 20_000
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

export function lookAt(bytes: Buffer): Looked {
  if (bytes.length === 0) return { fault: 'empty' }
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return lookAtPng(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return lookAtJpeg(bytes)
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return lookAtPdf(bytes)
  return { fault: 'unknown_type' }
}

function sized(media_type: MediaType, width: number, height: number): Looked {
  if (width < 1 || height < 1) return { fault: 'broken' }
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS) return { fault: 'too_many_pixels' }
  return { media_type }
}

/** Chunks from IHDR to IEND, each as long as it says, and nothing after the last. */
function lookAtPng(bytes: Buffer): Looked {
  let at = 8
  let size: readonly [number, number] | undefined
  let has_pixels = false
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.subarray(at + 4, at + 8).toString('latin1')
    if (!/^[A-Za-z]{4}$/.test(type) || at + 12 + length > bytes.length) return { fault: 'broken' }
    if (at === 8) {
      if (type !== 'IHDR' || length !== 13) return { fault: 'broken' }
      size = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)]
    }
    if (type === 'IDAT') has_pixels = true
    at += 12 + length
    if (type === 'IEND') {
      if (at !== bytes.length || size === undefined || !has_pixels) return { fault: 'broken' }
      return sized('image/png', ...size)
    }
  }
  return { fault: 'broken' }
}

/** Markers up to the first scan, a frame among them; an end of image at the end. */
function lookAtJpeg(bytes: Buffer): Looked {
  if (!endsWithin(bytes, Buffer.from([0xff, 0xd9]), 64)) return { fault: 'broken' }
  let at = 2
  let size: readonly [number, number] | undefined
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return { fault: 'broken' }
    const marker = bytes[at + 1] as number
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = bytes.readUInt16BE(at + 2)
    if (marker === 0xd8 || marker === 0xd9 || length < 2 || at + 2 + length > bytes.length) return { fault: 'broken' }
    // Start of frame, but for the tables of Huffman, arithmetic and extensions that share its row of numbers.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (length < 8) return { fault: 'broken' }
      size = [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)]
    }
    if (marker === 0xda) return size === undefined ? { fault: 'broken' } : sized('image/jpeg', ...size)
    at += 2 + length
  }
  return { fault: 'broken' }
}

const endsWithin = (bytes: Buffer, mark: Buffer, within: number): boolean =>
  bytes.subarray(Math.max(0, bytes.length - within)).lastIndexOf(mark) !== -1

/**
 * Names of PDF that make a reader do something: run a script, start a program, open a file that comes with it, send a form;
 * also where they are written with escapes (`/J#61vaScript`), and inside object streams, which are unfolded to look. The
 * long ones are looked for everywhere; the short ones, which the bytes of a picture may spell, outside of streams.
 */
const ACTIVE = /\/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|Rendition)(?![A-Za-z0-9_-])/
const ACTIVE_SHORT = /\/(JS|AA|XFA)(?![A-Za-z0-9_-])/
const FAULT_OF_NAME: Readonly<Record<string, FileFault>> = {
  ...{ JavaScript: 'script', JS: 'script', AA: 'script' },
  ...{ SubmitForm: 'form', ImportData: 'form', XFA: 'form' },
  ...{ EmbeddedFile: 'attachment', EmbeddedFiles: 'attachment' },
  ...{
    Launch: 'opens_something',
    RichMedia: 'opens_something',
    GoToE: 'opens_something',
    Rendition: 'opens_something',
  },
}
const MOST_STREAMS = 20_000
const MOST_UNFOLDED = 64 * 1024 * 1024

function lookAtPdf(bytes: Buffer): Looked {
  if (!/^%PDF-[12]\.\d/.test(bytes.subarray(0, 8).toString('latin1'))) return { fault: 'unknown_type' }
  if (!endsWithin(bytes, Buffer.from('%%EOF'), 1_024) || !endsWithin(bytes, Buffer.from('startxref'), 2_048))
    return { fault: 'broken' }
  // What can be read as another type as well: an archive hung onto the end, a page of the web in front.
  if (bytes.includes(Buffer.from('PK\x05\x06'), Math.max(0, bytes.length - 66_000))) return { fault: 'attachment' }
  const text = bytes.toString('latin1')
  const plain = unescaped(withoutStreams(text))
  if (/\/Encrypt(?![A-Za-z0-9])/.test(plain)) return { fault: 'encrypted' }
  const active = activeIn(unescaped(text), plain)
  if (active !== undefined) return { fault: active }
  // One that is written otherwise than everybody writes it is hidden on purpose.
  if (countOf(plain, '/ObjStm') !== countOf(text, '/ObjStm')) return { fault: 'hidden_content' }
  return lookIntoStreams(bytes, text)
}

/** @param long where the long names are looked for @param short and where the short ones are */
function activeIn(long: string, short: string): FileFault | undefined {
  const name = (ACTIVE.exec(long) ?? ACTIVE_SHORT.exec(short))?.[1]
  return name === undefined ? undefined : FAULT_OF_NAME[name]
}

const unescaped = (text: string): string =>
  text.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const countOf = (text: string, word: string): number => text.split(word).length - 1

/** The objects without the bytes of their streams, which may hold anything. */
function withoutStreams(text: string): string {
  const parts: string[] = []
  let at = 0
  for (const { index } of text.matchAll(/\bstream\r?\n/g)) {
    if (index < at) continue
    const end = text.indexOf('endstream', index)
    if (end === -1) break
    parts.push(text.slice(at, index))
    at = end + 9
  }
  parts.push(text.slice(at))
  return parts.join(' ')
}

/** Between the type of an object stream and its bytes, and before that type, there are some ten words. */
const LONGEST_DICTIONARY = 4_096
/** One filter, which deflates; what is packed twice, or by a predictor, hides what it holds. */
const DEFLATED = /\/Filter ?(\/(FlateDecode|Fl)(?![A-Za-z0-9])|\[ ?\/(FlateDecode|Fl) ?\])/

/**
 * Object streams hold objects, deflated: they are unfolded, up to a bound, and read as the rest is. Each step looks at a
 * bounded piece and goes on behind it: a file made for it must not hold up the process.
 */
function lookIntoStreams(bytes: Buffer, text: string): Looked {
  let unfolded = 0
  let seen = 0
  for (let at = text.indexOf('/ObjStm'), end = 0; at !== -1; at = text.indexOf('/ObjStm', at + 7)) {
    seen += 1
    // Inside of the one before: written so that it is overlooked.
    if (at < end) return { fault: 'hidden_content' }
    const near = text.slice(at, at + LONGEST_DICTIONARY)
    const gap = near.search(/stream\r?\n/)
    if (seen > MOST_STREAMS || gap === -1) return { fault: 'broken' }
    const from = at + gap
    end = text.indexOf('endstream', from)
    if (end === -1) return { fault: 'broken' }
    const before = text.slice(Math.max(0, at - LONGEST_DICTIONARY), at)
    const dictionary = unescaped(before.slice(before.lastIndexOf('obj') + 3) + near.slice(0, gap)).replace(/\s+/g, ' ')
    const packed = bytes.subarray(from + 6 + (text[from + 6] === '\r' ? 2 : 1), end)
    const objects = unfold(packed, dictionary, MOST_UNFOLDED - unfolded)
    if (typeof objects === 'string') return { fault: objects }
    unfolded += objects.length
    if (unfolded >= MOST_UNFOLDED) return { fault: 'unfolds_too_far' }
    const inside = unescaped(objects.toString('latin1'))
    const active = activeIn(inside, inside)
    if (active !== undefined) return { fault: active }
  }
  return { media_type: 'application/pdf' }
}

/** @param dictionary of the stream, each space one */
function unfold(packed: Buffer, dictionary: string, most: number): Buffer | FileFault {
  const filters = countOf(dictionary, '/Filter')
  if (/\/(DecodeParms|DP|F|FFilter)(?![A-Za-z0-9])/.test(dictionary)) return 'hidden_content'
  if (filters === 0) return packed
  if (filters > 1 || !DEFLATED.test(dictionary)) return 'hidden_content'
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, most) })
  } catch (error) {
    const is_too_long = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return is_too_long ? 'unfolds_too_far' : 'broken'
  }
}

const ENDINGS: Readonly<Record<MediaType, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
}
const LONGEST_NAME = 100

/** Whether a name says that the file is one of those that are taken. */
export function claimsType(name: string): boolean {
  const ending = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.values(ENDINGS).some((endings) => endings.includes(ending))
}

/** A name for people: no folder, no control characters, ending by what it is. */
export function cleanName(given: string, media_type: MediaType): string {
  const last = given.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, '')
    .replace(/[<>:"|?*;%]+/g, '_')
    .replace(/\s+/g, ' ')
    .trim()
  const stem = plain.replace(/\.[^.]*$/, '').replace(/^\.+/, '')
  const ending = /\.([^.]*)$/.exec(plain)?.[1]?.toLowerCase() ?? ''
  const endings = ENDINGS[media_type]
  const cut = [...(stem === '' ? 'document' : stem)].slice(0, LONGEST_NAME).join('')
  return `${cut}.${endings.includes(ending) ? ending : endings[0]}`
}
