/** SQL of documents and their parts. */
import type { Queries } from '../../audit/store.ts'
import type { DocumentKind, MediaType } from '../case.ts'

export type DocumentRow = {
  case_id: number
  document_id: number
  kind: DocumentKind
  facts_enc: Buffer
  media_type: MediaType
  size_bytes: number
  sha256: Buffer
  part_count: number
  added_at: Date
  by_kind: 'staff' | 'partner' | 'system' | 'command'
  by_name: string
  superseded_by: number | null
}

const COLUMNS = `case_id, document_id, kind, facts_enc, media_type, size_bytes, sha256, part_count, added_at, by_kind, by_name,
  superseded_by`

export async function takeDocumentId(db: Queries): Promise<number> {
  const { rows } = await db.query<{ document_id: number }>({
    text: `select nextval(pg_get_serial_sequence('case_documents', 'document_id'))::integer as document_id`,
    values: [],
  })
  return (rows[0] as { document_id: number }).document_id
}

export async function insertDocument(db: Queries, row: Omit<DocumentRow, 'superseded_by'>): Promise<void> {
  await db.query({
    text: `insert into case_documents (case_id, document_id, kind, facts_enc, media_type, size_bytes, sha256, part_count,
        added_at, by_kind, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      ...[row.case_id, row.document_id, row.kind, row.facts_enc, row.media_type, row.size_bytes, row.sha256],
      ...[row.part_count, row.added_at, row.by_kind, row.by_name],
    ],
  })
}

export async function insertPart(
  db: Queries,
  part: { readonly case_id: number; readonly document_id: number; readonly part_no: number; readonly content: Buffer },
): Promise<void> {
  await db.query({
    text: 'insert into case_document_parts (case_id, document_id, part_no, content_enc) values ($1, $2, $3, $4)',
    values: [part.case_id, part.document_id, part.part_no, part.content],
  })
}

/** @returns false: there is no such document, or another has taken its place already */
export async function supersede(db: Queries, case_id: number, document_id: number, by: number): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `update case_documents set superseded_by = $3
      where case_id = $1 and document_id = $2 and superseded_by is null`,
    values: [case_id, document_id, by],
  })
  return rowCount === 1
}

/** Newest first. */
export async function selectDocuments(db: Queries, case_id: number): Promise<DocumentRow[]> {
  const { rows } = await db.query<DocumentRow>({
    text: `select ${COLUMNS} from case_documents where case_id = $1 order by document_id desc`,
    values: [case_id],
  })
  return rows
}

export async function findDocument(
  db: Queries,
  case_id: number,
  document_id: number,
): Promise<DocumentRow | undefined> {
  const { rows } = await db.query<DocumentRow>({
    text: `select ${COLUMNS} from case_documents where case_id = $1 and document_id = $2`,
    values: [case_id, document_id],
  })
  return rows[0]
}

export async function loadPart(
  db: Queries,
  key: { readonly case_id: number; readonly document_id: number; readonly part_no: number },
): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ content_enc: Buffer }>({
    text: 'select content_enc from case_document_parts where case_id = $1 and document_id = $2 and part_no = $3',
    values: [key.case_id, key.document_id, key.part_no],
  })
  return rows[0]?.content_enc
}
