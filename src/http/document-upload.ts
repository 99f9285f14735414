/** What uploads of documents have in common on every surface that takes them. */
import type { FastifyRequest } from 'fastify'
import { MAX_DOCUMENT_BYTES } from '../domain/compliance/documents/add.ts'
import { PunteError } from '../domain/errors.ts'

/** Somewhat over the limit itself, so that a file just too large is refused in words; the rest of it is not read at all. */
export const UPLOAD_LIMIT_BYTES = MAX_DOCUMENT_BYTES + 256 * 1024
const MAX_HEADER = 1_000

/**
 * Names stand in a header and not in the address, where they would be logged: they are often somebody's.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID
 */
export function documentName(request: FastifyRequest): string {
  const header = request.headers['x-document-name']
  if (typeof header !== 'string' || header === '') throw new PunteError('FIELD_REQUIRED', { field: 'name' })
  try {
    if (header.length <= MAX_HEADER) return decodeURIComponent(header)
  } catch {
    // Told below.
  }
  throw new PunteError('FIELD_INVALID', { field: 'name' })
}
