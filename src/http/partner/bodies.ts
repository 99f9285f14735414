/**
 * Request bodies as partners really send them: JSON, form, multipart, or without a content type. The raw bytes are kept
 * beside the parsed value, since signatures are over them.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PunteError } from '../../domain/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as received; absent when there is none. */
    raw_body: Buffer | undefined
  }
}

export type ParsedBody =
  | { readonly kind: 'json'; readonly value: unknown }
  /** Form and multipart: names with every value given for them. */
  | { readonly kind: 'form'; readonly fields: URLSearchParams }

const MAX_FORM_FIELDS = 100

/** Reads every body as bytes first, then by its content type. @throws (in requests) BODY_MALFORMED, MEDIA_TYPE_UNSUPPORTED */
export function readBodies(server: FastifyInstance): void {
  server.decorateRequest('raw_body', undefined)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    request.raw_body = body
    return parseBody(body, request.headers['content-type'] ?? '', request.headers['content-encoding'])
  })
}

/** Exported for its test. */
export async function parseBody(
  body: Buffer,
  content_type: string,
  content_encoding?: string,
): Promise<ParsedBody | undefined> {
  if (content_encoding !== undefined && content_encoding !== 'identity') throw new PunteError('MEDIA_TYPE_UNSUPPORTED')
  const media_type = (content_type.split(';')[0] ?? '').trim().toLowerCase()
  const charset = /;\s*charset="?([\w-]+)/i.exec(content_type)?.[1]?.toLowerCase() ?? 'utf-8'
  if (!['utf-8', 'utf8', 'us-ascii'].includes(charset)) throw new PunteError('MEDIA_TYPE_UNSUPPORTED')
  if (body.length === 0) return undefined
  if (media_type === 'application/json') return parseJson(body)
  if (media_type === 'application/x-www-form-urlencoded') return parseForm(body)
  if (media_type === 'multipart/form-data') return parseMultipart(body, content_type)
  // Some clients send a form without saying so; JSON betrays itself by its first character.
  if (media_type === '')
    return /^\s*[{[]/.test(body.subarray(0, 64).toString('latin1')) ? parseJson(body) : parseForm(body)
  throw new PunteError('MEDIA_TYPE_UNSUPPORTED')
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new PunteError('BODY_MALFORMED', { cause, text: 'The body is not UTF-8.' })
  }
}

function parseJson(body: Buffer): ParsedBody {
  const text = decode(body)
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    // The parser's error would quote the body: it is not kept.
    throw new PunteError('BODY_MALFORMED', { text: 'The body is not JSON.' })
  }
}

function parseForm(body: Buffer): ParsedBody {
  const fields = new URLSearchParams(decode(body))
  if (fields.size > MAX_FORM_FIELDS) throw new PunteError('BODY_MALFORMED', { text: 'The form has too many fields.' })
  return { kind: 'form', fields }
}

async function parseMultipart(body: Buffer, content_type: string): Promise<ParsedBody> {
  const fields = new URLSearchParams()
  try {
    // The platform's own parser (WHATWG fetch); the body is small and already here.
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': content_type } }).formData()
    for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value)
  } catch {
    throw new PunteError('BODY_MALFORMED', { text: 'The body is not multipart/form-data.' })
  }
  if (fields.size > MAX_FORM_FIELDS) throw new PunteError('BODY_MALFORMED', { text: 'The form has too many fields.' })
  return { kind: 'form', fields }
}

/**
 * One parameter of a token request under any of its names, from the body or else the query. Given twice with different
 * values it is refused (RFC 6749 §3.2: parameters must not be repeated).
 *
 * @param options.numbers whether JSON may write it as a whole number
 * @throws PunteError FIELD_INVALID
 */
export function parameter(
  request: FastifyRequest,
  names: readonly string[],
  { numbers = false }: { readonly numbers?: boolean } = {},
): string | undefined {
  const body = request.body as ParsedBody | undefined
  const query = request.query as Readonly<Record<string, string | string[]>>
  const found = new Set<string>()
  for (const name of names) {
    for (const value of [...valuesIn(body, name, numbers), ...[query[name] ?? []].flat()])
      if (value !== '') found.add(value)
  }
  if (found.size > 1)
    throw new PunteError('FIELD_INVALID', { field: names[0], text: 'The field is given twice with different values.' })
  return found.values().next().value
}

function valuesIn(body: ParsedBody | undefined, name: string, numbers: boolean): string[] {
  if (body === undefined) return []
  if (body.kind === 'form') return body.fields.getAll(name)
  const value = isRecord(body.value) && Object.hasOwn(body.value, name) ? body.value[name] : undefined
  if (value === undefined || value === null) return []
  if (typeof value === 'boolean' || (numbers && Number.isSafeInteger(value))) return [String(value)]
  if (typeof value !== 'string') throw new PunteError('FIELD_INVALID', { field: name })
  return [value]
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
