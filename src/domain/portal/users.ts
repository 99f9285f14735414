/**
 * What partners see and do by themselves, in the portal. Their people are kept and sign in as staff do (../staff), in a realm
 * of their own; this file invites and manages them, invitation.ts lets them in for the first time, the other files are what
 * they look at. Nothing here is told which partner to look at by who calls: it comes from the session.
 */
import { randomBytes } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Settings } from '../../config.ts'
import type { Log } from '../../infra/log.ts'
import { MailError, type Mailer } from '../../infra/mail/mailer.ts'
import { inAct } from '../audit/record.ts'
import { PunteError } from '../errors.ts'
import { invalid } from '../partners/profile.ts'
import { checkRole, listStaff, type ManageContext, type StaffSummary } from '../staff/manage.ts'
import { hashStaffPassword } from '../staff/passwords.ts'
import { checkPerson, openPerson, sealPerson } from '../staff/person.ts'
import { PARTNER_ROLES, type PartnerRole } from '../staff/roles.ts'
import { tokenHash } from '../staff/sessions.ts'
import { subjectOf } from '../staff/sign-in.ts'
import { insertStaff, lockStaff, updateStaff } from '../staff/store.ts'
import { invitationMail } from './invitation-mail.ts'
import { openInvitations, putInvitation } from './invitation-store.ts'

const TOKEN_BYTES = 32
const GOOD_FOR_MS = 72 * 60 * 60_000
/** Of one partner; more is a mistake. */
const MOST_USERS = 100
/** That one partner may have mailed: more would fill strangers' mailboxes in our name. Counted in this process. */
const MOST_MAILS_PER_HOUR = 30
const mailed = new RateLimiterMemory({ points: MOST_MAILS_PER_HOUR, duration: 3_600 })

export type UsersContext = ManageContext & {
  readonly mail: Pick<Mailer, 'send'>
  readonly log: Pick<Log, 'warn'>
  readonly settings: Pick<
    Settings,
    | 'PUNTE_PORTAL_URL'
    | 'PUNTE_OPERATOR_NAME'
    | 'PUNTE_OPERATOR_REGISTER'
    | 'PUNTE_OPERATOR_CONTACT'
    | 'PUNTE_OPERATOR_COMPLAINTS'
  >
}

/** Whose people: of the session's partner, or of the one whom staff have opened. */
export type Owner = { readonly partner_id: number; readonly client_id: string; readonly name: string }

export type PartnerUser = StaffSummary & {
  /** Has not set a password yet. */
  readonly is_invited: boolean
  readonly invitation_expires_at: Date | null
}

export type Invitation = {
  readonly user_name: string
  readonly expires_at: Date
  /** Who has it may set the password: for the command line, and for nobody else. */
  readonly link: string
  readonly is_mail_sent: boolean
}

/** `name@client-id`: what somebody of a partner signs in with. */
export const userNameOf = (name: string, { client_id }: Pick<Owner, 'client_id'>): string =>
  `${name}@${client_id.toLowerCase()}`

/**
 * Adds somebody and mails him a link, with which he sets his password.
 *
 * @param input.user_name the part before the @
 * @throws PunteError FIELD_INVALID, RATE_LIMITED
 */
export async function inviteUser(
  context: UsersContext,
  owner: Owner,
  input: { readonly user_name: string; readonly name: string; readonly email: string; readonly role: PartnerRole },
): Promise<Invitation> {
  const role = checkRole(PARTNER_ROLES, input.role)
  const { name, email, user_name: own } = checkPerson(input)
  const user_name = userNameOf(own, owner)
  const person_enc = sealPerson(context.keys, { user_name, name, email })
  // Nobody's: until one is set by the link, none fits.
  const password_hash = await hashStaffPassword(randomBytes(TOKEN_BYTES).toString('base64url'))
  const at = context.clock.now()
  const token = newToken()
  const expires_at = new Date(at.getTime() + GOOD_FOR_MS)
  const { partner_id } = owner
  const others = await listStaff({ ...context, partner_id })
  if (others.length >= MOST_USERS) throw invalid('user_name', `is one too many: there are ${MOST_USERS} already`)
  await countMail(owner)
  await inAct(context, async (db, record) => {
    const staff_id = await insertStaff(db, { user_name, partner_id, person_enc, role, password_hash, created_at: at })
    if (staff_id === undefined) throw invalid('user_name', 'is taken')
    await putInvitation(db, { staff_id, token_hash: tokenHash(token), invited_at: at, expires_at })
    await record({ act: 'partner-user.invite', subject: { kind: 'partner-user', id: user_name }, after: { role } })
  })
  return send(context, owner, { user_name, email, token, expires_at })
}

/** A new link for somebody who let his end, has lost his password or locked himself out; his second factor stays. @throws PunteError STAFF_UNKNOWN, RATE_LIMITED */
export async function inviteAgain(context: UsersContext, owner: Owner, user_name: string): Promise<Invitation> {
  await countMail(owner)
  const at = context.clock.now()
  const token = newToken()
  const expires_at = new Date(at.getTime() + GOOD_FOR_MS)
  const email = await inAct(context, async (db, record) => {
    const row = await lockStaff(db, user_name)
    if (row === undefined || row.partner_id !== owner.partner_id) throw new PunteError('STAFF_UNKNOWN')
    await updateStaff(db, row.staff_id, { tries: 0, locked_at: null })
    await putInvitation(db, { staff_id: row.staff_id, token_hash: tokenHash(token), invited_at: at, expires_at })
    await record({ act: 'partner-user.invite-again', subject: subjectOf(row) })
    return openPerson(context.keys, row).email
  })
  return send(context, owner, { user_name, email, token, expires_at })
}

export async function listUsers(
  context: Pick<ManageContext, 'db' | 'keys'>,
  { partner_id }: Pick<Owner, 'partner_id'>,
): Promise<PartnerUser[]> {
  const [users, open] = await Promise.all([
    listStaff({ ...context, partner_id }),
    openInvitations(context.db, partner_id),
  ])
  return users.map((user) => ({
    ...user,
    is_invited: user.password_is_temporary,
    invitation_expires_at: open.get(user.user_name) ?? null,
  }))
}

async function countMail({ partner_id }: Owner): Promise<void> {
  await mailed.consume(partner_id).catch(() => {
    throw new PunteError('RATE_LIMITED', { retry_after_s: 3_600 })
  })
}

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

// After the commit: a mail about somebody who is not there would be worse than none, which can be sent again.
async function send(
  context: UsersContext,
  owner: Owner,
  { user_name, email, token, expires_at }: { user_name: string; email: string; token: string; expires_at: Date },
): Promise<Invitation> {
  // Behind the #: the part of an address that browsers keep to themselves.
  const link = `${context.settings.PUNTE_PORTAL_URL}/portal/invitation#${token}`
  const mail = invitationMail({ partner_name: owner.name, user_name, link, expires_at, operator: context.settings })
  let is_mail_sent = true
  try {
    await context.mail.send({ ...mail, to: email })
  } catch (error) {
    if (!(error instanceof MailError)) throw error
    is_mail_sent = false
    context.log.warn({ err: error, partner_id: owner.partner_id }, 'an invitation is not mailed')
  }
  return { user_name, expires_at, link, is_mail_sent }
}
