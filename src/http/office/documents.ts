/** Papers of a case: taken in whole, shown so that nothing of them can run in the office. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { type CaseDocument, DOCUMENT_KINDS } from '../../domain/compliance/case.ts'
import { addDocument, MAX_DOCUMENT_BYTES } from '../../domain/compliance/documents/add.ts'
import { readDocument } from '../../domain/compliance/documents/read.ts'
import { documentName, UPLOAD_LIMIT_BYTES } from '../document-upload.ts'
import { route, type TableRoute } from '../route-table.ts'
import { Case, caseId } from './cases.ts'

const NUMBER = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })

// The browser's own viewer of PDFs is a plugin that styles itself; nothing else may load, run, be framed or be sent.
const PDF_POLICY =
  "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
const IMAGE_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

export const documentRoutes: readonly TableRoute[] = [
  route({
    method: 'POST',
    path: '/cases/:case_id/documents',
    act: 'case.edit',
    summary: `A document: the body is the file (PDF, JPEG or PNG, ${MAX_DOCUMENT_BYTES} bytes at most), X-Document-Name its name, percent-encoded.`,
    params: Case,
    query: Type.Object({ kind: Type.Enum([...DOCUMENT_KINDS]), supersedes: Type.Optional(NUMBER) }),
    raw_body: true,
    body_limit: UPLOAD_LIMIT_BYTES,
    async handle({ acting, params, query, request, reply }) {
      reply.code(201)
      return await addDocument(acting, {
        case_id: caseId(params),
        kind: query.kind,
        name: documentName(request),
        bytes: request.body as Buffer,
        ...(query.supersedes !== undefined && { supersedes: Number(query.supersedes) }),
      })
    },
  }),
  route({
    method: 'GET',
    path: '/cases/:case_id/documents/:document_id',
    act: 'case.read',
    summary: 'The file itself: to look at, or with download=1 to keep.',
    params: Type.Object({ case_id: NUMBER, document_id: NUMBER }),
    query: Type.Object({ download: Type.Optional(Type.Literal('1')) }),
    async handle({ acting, params, query, reply }) {
      const { document, content } = await readDocument(acting, {
        case_id: caseId(params),
        document_id: Number(params.document_id),
      })
      headersOf(reply, document, query.download === '1' ? 'attachment' : 'inline')
      return reply.send(Readable.from(content))
    },
  }),
]

function headersOf(reply: FastifyReply, document: CaseDocument, disposition: 'inline' | 'attachment'): void {
  const plain = document.name.replace(/[^A-Za-z0-9._-]/g, '_')
  const whole = encodeURIComponent(document.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  reply.headers({
    'content-type': document.media_type,
    'content-length': document.size_bytes,
    'content-disposition': `${disposition}; filename="${plain}"; filename*=UTF-8''${whole}`,
    'content-security-policy': document.media_type === 'application/pdf' ? PDF_POLICY : IMAGE_POLICY,
    'x-content-type-options': 'nosniff',
  })
}
