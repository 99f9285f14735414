/**
 * Copies of papers: taken in (this file) by what they are, not by what they are called (content.ts), kept in parts that are
 * sealed under a key of each document (sealing.ts), and read again (read.ts). A document never changes; another may
 * supersede it.
 */
import { createHash } from 'node:crypto'
import { inAct } from '../../audit/record.ts'
import { FileFaultError, PunteError } from '../../errors.ts'
import type { CaseContext, CaseDocument, DocumentKind } from '../case.ts'
import { actorOf, heldCase, requireState, toldOf, writeEvent } from '../change.ts'
import { isApplicant } from '../invitations/invite.ts'
import { APPLICANT_EDITS, type CaseState } from '../state.ts'
import { updateCase } from '../store.ts'
import { claimsType, cleanName, type FileFault, lookAt } from './content.ts'
import { newDocumentKey, sealFacts, sealPart } from './sealing.ts'
import { insertDocument, insertPart, selectDocuments, supersede, takeDocumentId } from './store.ts'

export const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
const PART_BYTES = 256 * 1024
const MOST_DOCUMENTS = 200
const MOST_OF_APPLICANT = 60

/** Also after the end: an authority's request to keep longer comes then. */
const STAFF_ADDS: readonly CaseState[] = [
  ...['draft', 'submitted', 'in_review', 'more_information', 'approved', 'refused', 'withdrawn', 'relationship_ended'],
] as CaseState[]

/** What can be wrong with a document that is given in. */
export type DocumentFault = FileFault | 'too_large' | 'name_lies'

const WORDS: Readonly<Record<DocumentFault, string>> = {
  too_large: 'The file is larger than 10 MB.',
  empty: 'The file is empty.',
  unknown_type: 'The file is no PDF, JPEG or PNG.',
  name_lies: 'By its name the file is a PDF, JPEG or PNG; by what it holds it is something else.',
  broken: 'The file is damaged or not whole.',
  script: 'The PDF holds a script or an action that runs by itself; print it to a plain PDF.',
  form: 'The PDF is a form that runs or sends something; print it to a plain PDF.',
  attachment: 'Another file is hidden in the PDF or hung onto its end; print it to a plain PDF.',
  opens_something: 'The PDF opens a program, a film or another file; print it to a plain PDF.',
  hidden_content: 'The PDF is written so that what it holds cannot be seen; print it to a plain PDF.',
  unfolds_too_far: 'What is packed in the PDF unfolds into far too much; print it to a plain PDF.',
  encrypted: 'The PDF is protected by a password; give one that is not.',
  too_many_pixels: 'The picture is too large to be shown; scan it with fewer dots.',
}

type Added = {
  readonly case_id: number
  readonly kind: DocumentKind
  readonly name: string
  readonly bytes: Buffer
  readonly supersedes?: number
}

/**
 * @param input.bytes the whole file, 10 MB at most
 * @param input.supersedes a document of the same case whose place it takes
 * @throws PunteError CASE_UNKNOWN, CASE_STATE, DOCUMENT_REFUSED (one fault of `file`, its code a DocumentFault),
 *   DOCUMENT_UNKNOWN
 */
export function addDocument(context: CaseContext, input: Added): Promise<CaseDocument> {
  return add(context, input, STAFF_ADDS, MOST_DOCUMENTS)
}

/** As the applicant: only while it is his turn, and in the place of his own documents alone. @throws as `addDocument` */
export function addApplicantDocument(context: CaseContext, input: Added): Promise<CaseDocument> {
  return add(context, input, APPLICANT_EDITS, MOST_OF_APPLICANT, isApplicant)
}

async function add(
  context: CaseContext,
  input: Added,
  states: readonly CaseState[],
  most: number,
  mayReplace = (_added_by: string): boolean => true,
): Promise<CaseDocument> {
  const { case_id, kind, bytes } = input
  if (bytes.length > MAX_DOCUMENT_BYTES) throw refused('too_large')
  const looked = lookAt(bytes)
  if ('fault' in looked) {
    const { fault } = looked
    throw refused(fault === 'unknown_type' && claimsType(input.name) ? 'name_lies' : fault)
  }
  const { media_type } = looked
  const name = cleanName(input.name, media_type)
  const sha256 = createHash('sha256').update(bytes).digest()
  const part_count = Math.ceil(bytes.length / PART_BYTES)
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, { case_id })
    requireState(row, states)
    const present = await selectDocuments(db, case_id)
    const replaced = present.find((one) => one.document_id === input.supersedes)
    if (replaced !== undefined && !mayReplace(replaced.by_name)) throw new PunteError('DOCUMENT_UNKNOWN')
    if (present.length >= most)
      throw new PunteError('CASE_STATE', { text: 'The case has as many documents as it may have.' })
    const document_id = await takeDocumentId(db)
    const key = newDocumentKey()
    const added_at = context.clock.now()
    const { kind: by_kind, name: by_name } = actorOf(context)
    const facts_enc = sealFacts(context.keys, { case_id, document_id }, { name, key })
    const facts = { case_id, document_id, kind, media_type, size_bytes: bytes.length, added_at }
    await insertDocument(db, { ...facts, facts_enc, sha256, part_count, by_kind, by_name: by_name.slice(0, 100) })
    for (let part_no = 0; part_no < part_count; part_no += 1) {
      const at = { case_id, document_id, part_no }
      const part = bytes.subarray(part_no * PART_BYTES, (part_no + 1) * PART_BYTES)
      await insertPart(db, { ...at, content: sealPart(key, at, part) })
    }
    if (input.supersedes !== undefined && !(await supersede(db, case_id, input.supersedes, document_id)))
      throw new PunteError('DOCUMENT_UNKNOWN')
    await updateCase(db, case_id, { updated_at: added_at })
    await writeEvent(context, db, { case_id, type: 'document', to_state: row.state, text: kind })
    const told = { document_id, kind, media_type, size_bytes: bytes.length, sha256: sha256.toString('hex') }
    await record(toldOf(case_id, 'case.document', undefined, { ...told, supersedes: input.supersedes ?? null }))
    return { ...facts, name, sha256: told.sha256, added_by: by_name, superseded_by: null }
  })
}

const refused = (code: DocumentFault) => new FileFaultError({ field: 'file', code, message: WORDS[code] })
