/**
 * How long what is known of a partner is kept (Law 129/2019 art. 21): five years after the relationship, longer where an
 * authority asks (this file), then erased (erase.ts) but for a certificate that it was; and what is held of one person
 * (subject-export.ts).
 */
import { inAct } from '../../audit/record.ts'
import { PunteError } from '../../errors.ts'
import { invalid } from '../../partners/profile.ts'
import type { CaseContext } from '../case.ts'
import {
  checkText,
  endOfRomanianDay,
  heldCase,
  keptUntil,
  requireState,
  romanianDay,
  toldOf,
  writeEvent,
} from '../change.ts'
import { findDocument } from '../documents/store.ts'
import { isDate } from '../form/numbers.ts'
import { updateCase } from '../store.ts'
import { hasErasureBegun } from './store.ts'

const MOST_MORE_YEARS = 5

/**
 * An authority asks for more time: at most five years beyond what is kept anyway.
 * @param input.until `yyyy-mm-dd`, after what is set now
 * @param input.document_id its request, of kind `authority_request`, among the documents of the case
 * @throws PunteError CASE_UNKNOWN, CASE_STATE, FIELD_REQUIRED, FIELD_INVALID, DOCUMENT_UNKNOWN
 */
export async function extendRetention(
  context: CaseContext,
  input: {
    readonly case_id: number
    readonly until: string
    readonly authority: string
    readonly text: string
    readonly document_id: number
  },
): Promise<{ readonly keep_until: Date }> {
  const authority = checkText('authority', input.authority).replaceAll('\n', ' ')
  const text = checkText('text', input.text)
  if (!isDate(input.until)) throw invalid('until', 'must be a date')
  const keep_until = endOfRomanianDay(input.until)
  return inAct(context, async (db, record) => {
    const row = await heldCase(db, { case_id: input.case_id })
    requireState(row, ['relationship_ended', 'refused', 'withdrawn'])
    if (await hasErasureBegun(db, row.case_id)) throw new PunteError('CASE_STATE', { detail: 'its erasure has begun' })
    if (row.ended_at === null || row.keep_until === null) throw new PunteError('CASE_STATE')
    if (keep_until <= row.keep_until) throw invalid('until', 'must be later than what is set now')
    const latest = keptUntil(row.ended_at, context.settings.PUNTE_RETENTION_YEARS + MOST_MORE_YEARS)
    if (keep_until > latest) throw invalid('until', `may be ${romanianDay(latest)} at the latest: five years more`)
    const document = await findDocument(db, row.case_id, input.document_id)
    if (document === undefined) throw new PunteError('DOCUMENT_UNKNOWN')
    if (document.kind !== 'authority_request') throw invalid('document_id', 'must be the request of the authority')
    await updateCase(db, row.case_id, { keep_until })
    const said = `${authority} · ${input.until} · #${input.document_id}\n${text}`
    await writeEvent(context, db, { case_id: row.case_id, type: 'extend', to_state: row.state, text: said })
    const before = { keep_until: row.keep_until }
    await record(toldOf(row.case_id, 'case.extend', before, { keep_until, document_id: input.document_id }))
    return { keep_until }
  })
}
