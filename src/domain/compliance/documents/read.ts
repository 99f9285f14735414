/** Documents as they were given in. */
import { PunteError } from '../../errors.ts'
import type { CaseContext, CaseDocument } from '../case.ts'
import { openFacts, openPart } from './sealing.ts'
import { type DocumentRow, findDocument, loadPart, selectDocuments } from './store.ts'

/** Newest first, superseded ones too. */
export async function listDocuments(
  context: Pick<CaseContext, 'keys'> & { readonly db: Parameters<typeof selectDocuments>[0] },
  case_id: number,
): Promise<CaseDocument[]> {
  return (await selectDocuments(context.db, case_id)).map((row) => documentOf(context, row))
}

/** @returns its parts in their order, opened one at a time @throws PunteError DOCUMENT_UNKNOWN */
export async function readDocument(
  context: CaseContext,
  input: { readonly case_id: number; readonly document_id: number },
): Promise<{ readonly document: CaseDocument; readonly content: AsyncIterable<Buffer> }> {
  const row = await findDocument(context.db, input.case_id, input.document_id)
  if (row === undefined) throw new PunteError('DOCUMENT_UNKNOWN')
  return { document: documentOf(context, row), content: partsOf(context, row) }
}

async function* partsOf(context: CaseContext, row: DocumentRow): AsyncGenerator<Buffer> {
  const { case_id, document_id } = row
  const { key } = openFacts(context.keys, row)
  for (let part_no = 0; part_no < row.part_count; part_no += 1) {
    const at = { case_id, document_id, part_no }
    const sealed = await loadPart(context.db, at)
    if (sealed === undefined) throw new PunteError('DOCUMENT_UNKNOWN')
    yield openPart(key, at, sealed)
  }
}

function documentOf(context: Pick<CaseContext, 'keys'>, row: DocumentRow): CaseDocument {
  const { document_id, kind, media_type, size_bytes, added_at, superseded_by } = row
  const { name } = openFacts(context.keys, row)
  const sha256 = row.sha256.toString('hex')
  return { document_id, kind, name, media_type, size_bytes, sha256, added_at, added_by: row.by_name, superseded_by }
}
