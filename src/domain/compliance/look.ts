/** All of a case at one moment, and what it lacks. */
import type { Queries } from '../audit/store.ts'
import type { CaseContext, CaseDocument, Fault, Screening } from './case.ts'
import { type Content, contentOf } from './change.ts'
import { listDocuments } from './documents/read.ts'
import { approvalFaults, submissionFaults } from './form/faults.ts'
import { listScreenings } from './screening/screen.ts'
import type { CaseRow } from './store.ts'

export type Look = Content & {
  readonly documents: readonly CaseDocument[]
  readonly screenings: readonly Screening[]
  readonly faults: readonly Fault[]
  readonly approval_faults: readonly Fault[]
}

/** @param db the pool, or the connection of the transaction that acts on what it sees */
export async function lookAtCase(context: CaseContext, db: Queries, row: CaseRow): Promise<Look> {
  const content = await contentOf(context, db, row)
  const documents = await listDocuments({ keys: context.keys, db }, row.case_id)
  const screenings = await listScreenings(context, db, row.case_id)
  const judged = { kind: row.kind, way: row.way, data: content.data, documents, now: context.clock.now() }
  const [newest] = screenings
  const approval = { assessment: content.assessment, screening: newest, screened: newest?.names ?? '' }
  return {
    ...content,
    documents,
    screenings: screenings.map(({ names: _, ...screening }) => screening),
    faults: submissionFaults(judged),
    approval_faults: approvalFaults({ ...judged, ...approval }),
  }
}
