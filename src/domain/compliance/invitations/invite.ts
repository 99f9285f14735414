/** Invitations: a link in a mail that lets somebody without an account fill in one case. */
import { createHash, randomBytes } from 'node:crypto'
import { inAct } from '../../audit/record.ts'
import type { Context } from '../../context.ts'
import { PunteError } from '../../errors.ts'
import { operatorOf } from '../../events/payer-mail.ts'
import { invalid } from '../../partners/profile.ts'
import type { CaseContext, CaseKind } from '../case.ts'
import { actorOf, heldCase, requireState, toldOf, writeEvent } from '../change.ts'
import { openCase } from '../create.ts'
import { subjectHash } from '../form/subjects.ts'
import { invitationMail } from '../mail-text.ts'
import { casePlace } from '../sealed.ts'
import type { CaseState } from '../state.ts'
import { addSubjectHashes } from '../store.ts'
import { findOpen, insertInvitation, nextInvitationNo, revokeOpen } from './store.ts'

const DAY_MS = 24 * 60 * 60_000
const TOKEN_BYTES = 32
/** While there is something that the applicant may see or do. */
const OPENED_IN: readonly CaseState[] = ['draft', 'submitted', 'in_review', 'more_information']
const INVITED_IN: readonly CaseState[] = ['draft', 'more_information']

export type InviteContext = Omit<CaseContext, 'settings'> &
  Pick<Context, 'mail' | 'log'> & { readonly settings: Context['settings'] }

/**
 * Makes a case and mails the link to it, or mails a new link to a case that is there; links before it end.
 * @returns `is_mailed`: whether the mail server took it; the link itself is nowhere but in the mail
 * @throws PunteError CASE_UNKNOWN, CASE_STATE, FIELD_REQUIRED, FIELD_INVALID
 */
export async function inviteApplicant(
  context: InviteContext,
  input: {
    readonly email: string
    readonly language: 'ro' | 'en'
    /** Of a new case. */
    readonly kind?: CaseKind
    /** Of one that is there. */
    readonly case_id?: number
  },
): Promise<{ readonly case_id: number; readonly expires_at: Date; readonly is_mailed: boolean }> {
  const email = checkEmail(input.email)
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const { settings } = context
  const created_at = context.clock.now()
  const expires_at = new Date(created_at.getTime() + settings.PUNTE_INVITATION_DAYS * DAY_MS)
  const case_id = await inAct(context, async (db, record) => {
    const id = input.case_id ?? (await newCase(context, db, input.kind, email))
    const row = await heldCase(db, { case_id: id })
    requireState(row, INVITED_IN)
    await revokeOpen(db, id, created_at)
    const invitation_no = await nextInvitationNo(db, id)
    const email_enc = context.keys.seal(email, casePlace('case_invitations.email_enc', id, invitation_no))
    const by_name = actorOf(context).name.slice(0, 100)
    const facts = { case_id: id, invitation_no, email_enc, created_at, by_name, expires_at }
    await insertInvitation(db, { ...facts, token_hash: hashOf(token) })
    // Who was written to is found, too, when he asks what is held of him.
    await addSubjectHashes(db, id, [subjectHash(context.keys, 'email', email.toLowerCase())])
    await writeEvent(context, db, { case_id: id, type: 'invite', to_state: row.state })
    const told = { invitation_no, expires_at, is_new_case: input.case_id === undefined }
    await record(toldOf(id, 'case.invite', undefined, told))
    return id
  })
  // In the fragment: it reaches neither a server's log nor another page's Referer.
  const url = `${settings.PUNTE_PORTAL_URL}/portal/apply#${token}`
  const mail = invitationMail({ language: input.language, url, expires_at, operator: operatorOf(context) })
  const is_mailed = await context.mail.send({ ...mail, to: email }).then(
    () => true,
    (error: unknown) => {
      context.log.warn(
        { case_id, reason: error instanceof Error ? error.message : 'unknown' },
        'an invitation was not mailed',
      )
      return false
    },
  )
  return { case_id, expires_at, is_mailed }
}

async function newCase(
  context: InviteContext,
  db: Parameters<typeof openCase>[1],
  kind: CaseKind | undefined,
  email: string,
): Promise<number> {
  if (kind === undefined) throw new PunteError('FIELD_REQUIRED', { field: 'kind' })
  const data = { contact: { email } }
  const case_id = await openCase(context, db, { kind, way: 'invitation', data, cause: 'created' })
  if (case_id === undefined) throw new Error('a case without a partner is never there already')
  return case_id
}

/** 256 random bits need no salt and no slow hash. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

function checkEmail(given: string): string {
  const email = given.trim()
  if (email.length > 254 || !/^[^\s@<>"',;:\\()[\]]+@[^\s@<>"',;:\\()[\]]+\.[^\s@<>"',;:\\()[\]]+$/.test(email))
    throw invalid('email', 'must be a mail address')
  return email
}

/** @throws PunteError CASE_UNKNOWN */
export async function revokeInvitations(context: CaseContext, case_id: number): Promise<void> {
  await inAct(context, async (db, record) => {
    const row = await heldCase(db, { case_id })
    const revoked = await revokeOpen(db, case_id, context.clock.now())
    await record(toldOf(case_id, 'case.uninvite', undefined, { revoked, state: row.state }))
  })
}

const APPLICANT = 'applicant:'

/** Whether somebody who acted did so through a link. */
export const isApplicant = (actor_name: string): boolean => actor_name.startsWith(APPLICANT)

/**
 * Whose case a link opens. Asked with every call of the applicant: `actor` is to be the actor of what he does.
 * @param token of the link's fragment
 * @throws PunteError INVITATION_INVALID: unknown, expired, revoked, or the case is decided
 */
export async function openInvitation(
  context: CaseContext,
  { token, address }: { readonly token: string; readonly address: string },
): Promise<{ readonly case_id: number; readonly actor: NonNullable<CaseContext['actor']> }> {
  if (!/^[\w-]{43}$/.test(token)) throw new PunteError('INVITATION_INVALID')
  const found = await findOpen(context.db, hashOf(token), context.clock.now())
  if (found === undefined || !OPENED_IN.includes(found.state)) throw new PunteError('INVITATION_INVALID')
  const { case_id, invitation_no } = found
  return { case_id, actor: { kind: 'partner', name: `${APPLICANT}${case_id}:${invitation_no}`, origin: address } }
}
