/**
 * What is held of one natural person, for who asks it of himself (GDPR art. 15). Of a case only what is told of him, not of
 * others in it; not what compliance makes of it, which the law on money laundering forbids to tell (129/2019 art. 38); of a
 * payment that was made to him, not who paid. Of cards nothing is found: no number of a person leads to one.
 */
import { inAct } from '../../audit/record.ts'
import { PunteError } from '../../errors.ts'
import { openTerms } from '../../initiation/terms.ts'
import { invalid } from '../../partners/profile.ts'
import { openPerson } from '../../staff/person.ts'
import type { CaseContext, CaseData } from '../case.ts'
import { openContent } from '../change.ts'
import { isCnp } from '../form/numbers.ts'
import { looksLike, subjectHash } from '../form/subjects.ts'
import { invitationsOf } from '../invitations/store.ts'
import { casePlace } from '../sealed.ts'
import {
  accountsOf,
  agreementsOf,
  casesOf,
  paymentsOf,
  type SubjectCase,
  type SubjectPayment,
  versionsOf,
} from './subject-store.ts'

const MOST = 1_000
const MOST_CASES = 100
const VERSIONS_AT_ONCE = 50
const MOST_ACCOUNTS = 20_000

export type SubjectExport = {
  readonly made_at: string
  /** By what it was looked up; not its value. */
  readonly by: 'cnp' | 'email' | 'iban'
  readonly cases: readonly (SubjectCase & { readonly parts: readonly SubjectPart[] })[]
  readonly payments: readonly Record<string, unknown>[]
  readonly agreements: readonly Record<string, unknown>[]
  /** With which he signs in, at the office or as a partner's. */
  readonly accounts: readonly Record<string, unknown>[]
  /** Whether there is more than one export holds (1 000 payments, 100 cases). */
  readonly is_cut: boolean
}

/** What was told of him, and from which version to which. */
export type SubjectPart = {
  readonly field: string
  readonly value: unknown
  readonly from_version: number
  readonly to_version: number
}

/** @param input one of the three @throws PunteError FIELD_REQUIRED, FIELD_INVALID */
export async function exportSubject(
  context: CaseContext,
  input: { readonly cnp?: string; readonly email?: string; readonly iban?: string },
): Promise<SubjectExport> {
  const { by, value } = wantedOf(input)
  const hash = subjectHash(context.keys, by, value)
  const found_cases = await casesOf(context.db, hash, MOST_CASES + 1)
  const cases = []
  for (const one of found_cases.slice(0, MOST_CASES))
    cases.push({ ...one, parts: await partsOf(context, one.case_id, by, value) })
  const { payments, rows, is_cut } = await toldPayments(context, by, hash)
  const under = rows.flatMap(({ partner_id, agreement_id }) =>
    agreement_id === null ? [] : [{ partner_id, agreement_id }],
  )
  const agreements = under.length === 0 ? [] : await agreementsOf(context.db, under)
  const accounts = by === 'email' ? await accountsWith(context, value) : []
  const counts = {
    by,
    accounts: accounts.length,
    cases: cases.length,
    payments: payments.length,
    agreements: agreements.length,
  }
  await inAct(context, (_db, record) =>
    // Whose it was is in nobody's log: the hash tells that two were of the same person.
    record({
      act: 'subject.export',
      subject: { kind: 'person', id: hash.toString('hex').slice(0, 16) },
      after: counts,
    }),
  )
  const made_at = context.clock.now().toISOString()
  return { made_at, by, cases, payments, agreements, accounts, is_cut: is_cut || found_cases.length > MOST_CASES }
}

function wantedOf(input: { readonly cnp?: string; readonly email?: string; readonly iban?: string }) {
  const given = (['cnp', 'email', 'iban'] as const).filter((name) => (input[name] ?? '').trim() !== '')
  const [by] = given
  if (by === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'cnp' })
  if (given.length > 1) throw invalid(by, 'must be the only one')
  const [looks, value] = looksLike(input[by] ?? '')
  if (looks !== by || (by === 'cnp' && !isCnp(value))) throw invalid(by, 'is not valid')
  return { by, value }
}

/** Goes through all versions: what was told of him once is held as well. */
async function partsOf(
  context: CaseContext,
  case_id: number,
  by: SubjectExport['by'],
  value: string,
): Promise<SubjectPart[]> {
  const parts = new Map<string, SubjectPart>()
  let after = 0
  for (;;) {
    const rows = await versionsOf(context.db, case_id, after, VERSIONS_AT_ONCE)
    for (const row of rows)
      for (const [field, told] of mentions(openContent(context, row).data, by, value)) {
        const key = JSON.stringify([field, told])
        const from_version = parts.get(key)?.from_version ?? row.version
        parts.set(key, { field, value: told, from_version, to_version: row.version })
      }
    if (rows.length < VERSIONS_AT_ONCE) break
    after = rows.at(-1)?.version ?? after
  }
  if (by === 'email')
    for (const { invitation_no, email_enc, created_at } of await invitationsOf(context.db, case_id)) {
      const place = casePlace('case_invitations.email_enc', case_id, invitation_no)
      const email = context.keys.open(email_enc, place)
      if (email.toLowerCase() !== value) continue
      const told = { field: 'invitation', value: { email, created_at }, from_version: 1, to_version: 1 }
      parts.set(`invitation ${invitation_no}`, told)
    }
  return [...parts.values()]
}

/** The parts of a case that are about him. */
function mentions(data: CaseData, by: SubjectExport['by'], value: string): [string, unknown][] {
  const found: [string, unknown][] = []
  const { person, representative, contact, business, beneficial_owners = [] } = data
  if (by === 'cnp') {
    if (person?.cnp === value) found.push(['person', person], ['contact', contact], ['business', business])
    if (representative?.cnp === value) found.push(['representative', representative])
    for (const [at, owner] of beneficial_owners.entries())
      if (owner.cnp === value) found.push([`beneficial_owners[${at}]`, owner])
  }
  if (by === 'email' && contact?.email?.toLowerCase() === value) found.push(['contact', contact])
  if (by === 'iban' && business?.iban === value) found.push(['business.iban', business.iban])
  return found.filter(([, told]) => told !== undefined)
}

async function accountsWith(context: CaseContext, value: string): Promise<Record<string, unknown>[]> {
  const rows = await accountsOf(context.db, MOST_ACCOUNTS)
  return rows.flatMap(({ person_enc, ...row }) => {
    const { name, email } = openPerson(context.keys, { ...row, person_enc })
    return email.toLowerCase() === value ? [{ ...row, name, email }] : []
  })
}

async function toldPayments(context: CaseContext, by: SubjectExport['by'], hash: Buffer) {
  if (by === 'cnp') return { payments: [], rows: [], is_cut: false }
  const as_payer = await paymentsOf(context.db, by === 'email' ? 'email' : 'debtor', hash, MOST + 1)
  const as_payee = by === 'iban' ? await paymentsOf(context.db, 'creditor', hash, MOST + 1) : []
  const rows = [...as_payer.slice(0, MOST), ...as_payee.slice(0, MOST)]
  const payments = [
    ...as_payer.slice(0, MOST).map((row) => toldPayment(context, row, 'payer')),
    ...as_payee.slice(0, MOST).map((row) => toldPayment(context, row, 'beneficiary')),
  ]
  return { payments, rows, is_cut: as_payer.length > MOST || as_payee.length > MOST }
}

function toldPayment(context: CaseContext, row: SubjectPayment, as: 'payer' | 'beneficiary'): Record<string, unknown> {
  const { terms_enc: _, ...facts } = row
  const { debtor_iban, debtor_bank, email, psu_intermediar_id, ...of_both } = openTerms(context, row)
  return {
    as,
    ...facts,
    terms: as === 'payer' ? { ...of_both, debtor_iban, debtor_bank, email, psu_intermediar_id } : of_both,
  }
}
