/** clientActivation: a partner tells of a merchant of its own that wants to be one too. */
import { type Actor, inAct } from '../../audit/record.ts'
import { PunteError } from '../../errors.ts'
import type { Partner } from '../../partners/directory.ts'
import { checkLogo } from '../../partners/logo.ts'
import { invalid } from '../../partners/profile.ts'
import type { CaseContext, CaseData, CaseKind } from '../case.ts'
import { toldOf, writeEvent } from '../change.ts'
import { openCase } from '../create.ts'
import { readData } from '../form/fields.ts'
import { isCnp, isCui } from '../form/numbers.ts'
import { subjectHash } from '../form/subjects.ts'
import { findActivation, findCase } from '../store.ts'

/** As today's clients write them: texts, but for what may also be true, false or a number. */
export type Activation = {
  readonly name: string
  /** CUI or CNP of the merchant. */
  readonly cifCnp: string
  readonly tradeRegisterNumber?: string
  readonly officeAddress?: string
  readonly county?: string
  readonly bank?: string
  readonly iban?: string
  /** Who signs for the merchant, `role` as what. */
  readonly contactPerson?: string
  readonly contactEmail?: string
  readonly contactPhone?: string
  readonly vatPayer?: boolean
  readonly vatRate?: string
  readonly nonpayingVAT?: boolean
  /** Who has accepted the terms, and when. */
  readonly persAcceptTCSF?: string
  readonly dataAcceptTCSF?: string
  readonly correspondanceAddress?: string
  readonly role?: string
  readonly platformURL?: string
  /** data: URI */
  readonly logo?: string
}

/**
 * Makes a draft of what is told. The same merchant told again by the same partner is the same case, whatever else is told:
 * what is there is not written over.
 * @throws PunteError FIELD_REQUIRED, FIELD_INVALID by the partner's own field names; CaseFaultsError for a text too long
 */
export async function activateClient(
  context: CaseContext,
  { partner, fields }: { readonly partner: Pick<Partner, 'partner_id' | 'client_id'>; readonly fields: Activation },
): Promise<{ readonly case_id: number; readonly is_new: boolean }> {
  const { kind, number } = registrationOf(fields.cifCnp)
  const data = readData(dataOf(kind, number, fields))
  const hash = subjectHash(context.keys, kind === 'natural' ? 'cnp' : 'cui', number)
  const actor: Actor = context.actor ?? { kind: 'partner', name: partner.client_id }
  const acting = { ...context, actor }
  return inAct(acting, async (db, record) => {
    const introduced_by = partner.partner_id
    const case_id = await openCase(acting, db, { kind, way: 'activation', data, cause: 'activation', introduced_by })
    if (case_id === undefined) {
      const known = await findActivation(db, introduced_by, hash)
      if (known === undefined) throw new PunteError('CASE_STATE')
      return { case_id: known, is_new: false }
    }
    const accepted = acceptanceOf(fields)
    if (accepted !== undefined) {
      const row = await findCase(db, case_id)
      await writeEvent(acting, db, { case_id, type: 'note', to_state: row?.state ?? 'draft', text: accepted })
    }
    await record(
      toldOf(case_id, 'case.create', undefined, { kind, way: 'activation', introduced_by: partner.client_id }),
    )
    return { case_id, is_new: true }
  })
}

function registrationOf(given: string): { readonly kind: CaseKind; readonly number: string } {
  const number = given.replace(/\s+/g, '').toUpperCase().replace(/^RO/, '')
  if (number === '') throw new PunteError('FIELD_REQUIRED', { field: 'cifCnp' })
  if (number.length === 13 && isCnp(number)) return { kind: 'natural', number }
  if (isCui(number)) return { kind: 'legal', number }
  throw invalid('cifCnp', 'is neither a CUI nor a CNP')
}

/** What their fields are in a case. Addresses come as one text: they are kept as the street, for staff to part. */
function dataOf(kind: CaseKind, number: string, fields: Activation): CaseData {
  const name = fields.name.trim()
  if (name === '') throw new PunteError('FIELD_REQUIRED', { field: 'name' })
  const logo = logoOf(fields.logo)
  const place = { street: fields.officeAddress?.slice(0, 140), county: fields.county, country: 'RO' }
  const [last_name, ...rest] = name.split(/\s+/)
  const [signs_last, ...signs_first] = (fields.contactPerson ?? '').trim().split(/\s+/)
  const given = {
    ...(kind === 'legal'
      ? { company: { name, cui: number, trade_register_number: registerNumber(fields.tradeRegisterNumber), ...place } }
      : { person: { last_name, first_name: rest.join(' '), cnp: number, ...place } }),
    ...(kind === 'legal' && {
      representative: { last_name: signs_last, first_name: signs_first.join(' '), role: fields.role },
    }),
    contact: {
      ...{ name: fields.contactPerson, email: fields.contactEmail, phone: fields.contactPhone },
      address: fields.correspondanceAddress,
    },
    business: {
      ...{ platform_url: fields.platformURL, bank: fields.bank, iban: fields.iban },
      is_vat_payer: fields.vatPayer ?? (fields.nonpayingVAT === undefined ? undefined : !fields.nonpayingVAT),
    },
    profile: { logo },
  }
  return given as CaseData
}

const registerNumber = (given: string | undefined) => given?.replace(/\s+/g, '').toUpperCase()

function logoOf(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined
  return checkLogo(given)
}

/** Who accepted the terms there and when, as they tell it: a note, for it is not before us that it was done. */
function acceptanceOf({ persAcceptTCSF: who, dataAcceptTCSF: when, vatRate }: Activation): string | undefined {
  const lines = [
    ...(who === undefined ? [] : [`persAcceptTCSF: ${who.slice(0, 200)}`]),
    ...(when === undefined ? [] : [`dataAcceptTCSF: ${when.slice(0, 40)}`]),
    ...(vatRate === undefined ? [] : [`vatRate: ${vatRate.slice(0, 20)}`]),
  ]
  return lines.length === 0 ? undefined : lines.join('\n')
}
