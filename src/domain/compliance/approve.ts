/**
 * Approval: one proposes the act `partner.approve` for the subject `{kind: 'case', id: String(case_id)}` with input
 * `{version}` (four-eyes/propose.ts; `lookAtApproval` refuses what could not be approved), another approves it, and the
 * partner is made in that transaction.
 */
import type { Queries } from '../audit/store.ts'
import { CaseFaultsError, PunteError } from '../errors.ts'
import { type LevelsRow, saveLevels } from '../limits/store.ts'
import { webhookSecretContext } from '../partners/directory.ts'
import { checkLogo } from '../partners/logo.ts'
import { checkColour, checkName, checkRedirectUrls, newClientId, newWebhookSecret } from '../partners/profile.ts'
import { insertPartner } from '../partners/store.ts'
import type { CaseContext, CaseData, Estimates } from './case.ts'
import { heldCase, moveCase, yearsAfter } from './change.ts'
import { nameOf } from './form/subjects.ts'
import { lookAtCase } from './look.ts'
import { nextCaseState } from './state.ts'
import { type CaseRow, findCase } from './store.ts'

const DEFAULT_COLOUR = '#0b5cad'
const REVIEW_YEARS = 1
/** A payment that is larger by so much than what the partner said would be its largest is not of this business. */
const BLOCK_OF_LARGEST = 2

/**
 * What must hold for an approval, looked at when it is proposed and again when it is done.
 * @returns what must not have changed in between
 * @throws CaseFaultsError (all that lacks); PunteError CASE_UNKNOWN, CASE_CHANGED, CASE_STATE
 */
export async function lookAtApproval(
  context: CaseContext,
  db: Queries,
  asked: { readonly subject: { readonly id: string }; readonly input: { readonly version: number } },
): Promise<Readonly<Record<string, unknown>>> {
  const row = await findCase(db, caseIdOf(asked.subject.id))
  if (row === undefined) throw new PunteError('CASE_UNKNOWN')
  if (row.version !== asked.input.version) throw new PunteError('CASE_CHANGED')
  if (nextCaseState(row.state, 'approve') === undefined) throw new PunteError('CASE_STATE', { detail: row.state })
  const { approval_faults, screenings } = await lookAtCase(context, db, row)
  if (approval_faults.length > 0) throw new CaseFaultsError(approval_faults)
  return { version: row.version, state: row.state, screening_id: screenings[0]?.screening_id ?? null }
}

/**
 * The executor of `partner.approve`, on the connection of the transaction that executes it.
 * @returns what the audit log tells of it
 * @throws as `lookAtApproval`
 */
export async function approveCase(
  context: CaseContext,
  db: Queries,
  approval: { readonly subject_id: string; readonly input: { readonly version: number } },
): Promise<{ readonly after: { readonly client_id: string; readonly case_id: number; readonly version: number } }> {
  const case_id = caseIdOf(approval.subject_id)
  const { version } = approval.input
  const row = await heldCase(db, { case_id, version })
  await lookAtApproval(context, db, { subject: { id: approval.subject_id }, input: approval.input })
  const { data } = await lookAtCase(context, db, row)
  const { partner_id, client_id } = await partnerFor(context, db, row, data)
  const approved_at = context.clock.now()
  const changes = { partner_id, approved_at, next_review_at: yearsAfter(approved_at, REVIEW_YEARS) }
  await moveCase(context, db, row, { move: 'approve', text: client_id, changes })
  return { after: { case_id, version, client_id } }
}

function caseIdOf(id: string): number {
  if (!/^[1-9]\d{0,8}$/.test(id)) throw new PunteError('CASE_UNKNOWN')
  return Number(id)
}

/** The partner the case is of, or a new one, with the levels that follow from its estimates. */
async function partnerFor(
  context: CaseContext,
  db: Queries,
  row: CaseRow,
  data: CaseData,
): Promise<{ readonly partner_id: number; readonly client_id: string }> {
  if (row.partner_id !== null && row.client_id !== null) return { partner_id: row.partner_id, client_id: row.client_id }
  const { profile = {} } = data
  const name = checkName(profile.display_name ?? nameOf(row.kind, data))
  // The audit log names clients for ever: nobody's own name is in the id of a natural person.
  const client_id = newClientId(row.kind === 'natural' ? 'partner' : name)
  const partner = {
    ...{ client_id, name, type: profile.partner_type ?? 'Ecommerce' },
    redirect_urls: checkRedirectUrls(profile.redirect_url === undefined ? [] : [profile.redirect_url]),
    logo: profile.logo === undefined ? null : checkLogo(profile.logo),
    colour: checkColour(profile.colour ?? DEFAULT_COLOUR),
    ...{ require_signed_requests: false, may_headless: false, may_flexible_url: false },
    ...{ webhook_url: null, requests_per_minute: null },
    // Nobody sees it: the partner makes a new one when it says where webhooks go.
    webhook_secret_enc: context.keys.seal(newWebhookSecret(), webhookSecretContext(client_id)),
  }
  const partner_id = await insertPartner(db, partner, undefined)
  if (partner_id === undefined) throw new Error('a client id was made twice')
  const levels = levelsFrom(data.estimates ?? {})
  if (levels.length > 0) await saveLevels({ db }, partner_id, context.clock.now(), levels)
  return { partner_id, client_id }
}

/** Staff are warned above what the partner estimated of itself; a payment far above its largest is blocked. */
function levelsFrom(estimates: Estimates): LevelsRow[] {
  return (Object.entries(estimates) as [keyof Estimates, number][]).map(([indicator, estimate]) => ({
    indicator,
    estimate,
    // Zero would warn of everything.
    warn_level: estimate === 0 ? null : estimate,
    block_level: indicator === 'max_amount' && estimate > 0 ? estimate * BLOCK_OF_LARGEST : null,
  }))
}
