/** multipart/form-data (RFC 7578) as periodic payments in XML come: two small parts, each with a name and a type. */
import { Refusal } from '../refusal.ts'

const PART_HEAD = /^content-disposition: *form-data; *name="?([A-Za-z0-9_]+)"?(?:; *filename="?[^"\r\n]*"?)?$/im
const MAX_PARTS = 4

const malformed = () => new Refusal('FORMAT_ERROR', 'the body is not well formed multipart/form-data')

/** The parts by their name. @throws Refusal FORMAT_ERROR */
export function readParts(body: Buffer, content_type: string | undefined): ReadonlyMap<string, Buffer> {
  const [, quoted, plain] =
    /^multipart\/form-data *;(?:.*;)? *boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(content_type ?? '') ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) {
    const text = 'Content-Type must be multipart/form-data with a boundary'
    throw new Refusal('FORMAT_ERROR', text, { path: 'Content-Type', http_status: 415 })
  }
  // Bytes as characters, so that positions in the text are positions in the body.
  const text = `\r\n${body.toString('latin1')}`
  const [, ...pieces] = text.split(`\r\n--${boundary}`)
  const last = pieces.pop()
  if (last === undefined || !/^--\s*$/.test(last) || pieces.length > MAX_PARTS) throw malformed()
  const parts = new Map<string, Buffer>()
  for (const piece of pieces) {
    const end = piece.indexOf('\r\n\r\n')
    const [, name] = PART_HEAD.exec(piece.slice(0, end)) ?? []
    if (!piece.startsWith('\r\n') || end === -1 || name === undefined || parts.has(name)) throw malformed()
    parts.set(name, Buffer.from(piece.slice(end + 4), 'latin1'))
  }
  return parts
}
