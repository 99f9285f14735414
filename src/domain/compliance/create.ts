/** A case that staff type in, also of a partner that is there already. */
import { inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import { PunteError } from '../errors.ts'
import type { CaseContext, CaseData, CaseKind, CaseWay, VersionCause } from './case.ts'
import { toldOf, writeEvent, writeVersion } from './change.ts'
import { readData } from './form/fields.ts'
import { registrationHash } from './form/subjects.ts'
import { insertCase, partnerOfClientId } from './store.ts'

/**
 * @param input.client_id a partner that has no case yet: the case becomes its own; approving it makes no other
 * @throws CaseFaultsError; PunteError CLIENT_UNKNOWN, CASE_EXISTS (the partner has one)
 */
export async function createCase(
  context: CaseContext,
  input: { readonly kind: CaseKind; readonly data?: CaseData; readonly client_id?: string },
): Promise<{ readonly case_id: number; readonly version: number }> {
  const data = readData(input.data ?? {})
  return inAct(context, async (db, record) => {
    const partner_id = input.client_id === undefined ? null : await partnerOfClientId(db, input.client_id)
    if (partner_id === undefined) throw new PunteError('CLIENT_UNKNOWN')
    const case_id = await openCase(context, db, { kind: input.kind, way: 'staff', data, cause: 'created', partner_id })
    if (case_id === undefined) throw new PunteError('CASE_EXISTS')
    const { kind, client_id } = input
    await record(toldOf(case_id, 'case.create', undefined, { kind, way: 'staff', ...(client_id && { client_id }) }))
    return { case_id, version: 1 }
  })
}

/** A draft with its first version and event. @returns undefined: there is one already */
export async function openCase(
  context: CaseContext,
  db: Queries,
  input: {
    readonly kind: CaseKind
    readonly way: CaseWay
    readonly data: CaseData
    readonly cause: VersionCause
    readonly introduced_by?: number
    readonly partner_id?: number | null
  },
): Promise<number | undefined> {
  const { kind, way, data, cause, introduced_by = null, partner_id = null } = input
  const registration_hash = registrationHash(context.keys, kind, data)
  const row = { kind, way, introduced_by, partner_id, registration_hash, at: context.clock.now() }
  const case_id = await insertCase(db, row)
  if (case_id === undefined) return undefined
  await writeVersion(context, db, { case_id, kind, version: 1 }, { data, assessment: {}, cause })
  await writeEvent(context, db, { case_id, type: 'create', to_state: 'draft' })
  return case_id
}
