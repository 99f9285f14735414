/** People of partners by hand: the first one of each, and whatever must be mended from outside. */
import { readSettings } from '../config.ts'
import { type ManageContext, showPartner } from '../domain/partners/manage.ts'
import { type Invitation, inviteAgain, inviteUser, listUsers, type UsersContext } from '../domain/portal/users.ts'
import { resetTotp, resumeStaff, suspendStaff, unlockStaff } from '../domain/staff/manage.ts'
import { PARTNER_ROLES, type PartnerRole } from '../domain/staff/roles.ts'
import { createLog } from '../infra/log.ts'
import { createMailer } from '../infra/mail/mailer.ts'
import { parseOptions, UsageError } from './command.ts'

const TEXT = { type: 'string' } as const
const MAIL_SETTINGS = [
  'PUNTE_PORTAL_URL',
  'PUNTE_SMTP_URL',
  'PUNTE_MAIL_FROM',
  'PUNTE_OPERATOR_NAME',
  'PUNTE_OPERATOR_REGISTER',
  'PUNTE_OPERATOR_CONTACT',
  'PUNTE_OPERATOR_COMPLAINTS',
] as const
const USAGE = `partner user add CLIENT_ID USER --name NAME --email ADDRESS [--role ${PARTNER_ROLES.join('|')}]
partner user list CLIENT_ID | invite|suspend|resume|unlock|reset-totp CLIENT_ID USER@CLIENT_ID`

type Change = (context: ManageContext & { readonly partner_id: number }, user_name: string) => Promise<unknown>

const CHANGES: Readonly<Record<string, { readonly act: Change; readonly words: string }>> = {
  suspend: { act: suspendStaff, words: 'is suspended; their sessions have ended' },
  resume: { act: resumeStaff, words: 'is active again' },
  unlock: { act: unlockStaff, words: 'may try again' },
  'reset-totp': { act: resetTotp, words: 'enrols a second factor at the next sign-in; their sessions have ended' },
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

/** `punte partner user …` */
export async function partnerUser(context: ManageContext, args: readonly string[]): Promise<void> {
  const [action = '', ...rest] = args
  if (action === 'add') return add(context, rest)
  if (action === 'invite') return again(context, rest)
  if (action === 'list') return list(context, rest)
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined
  if (change === undefined) throw new UsageError(USAGE)
  const [client_id = '', user_name = ''] = parseOptions(rest, {}, { min: 2, max: 2 }).positionals
  const { partner_id } = await showPartner(context, client_id)
  await change.act({ ...context, partner_id }, user_name)
  say(`${user_name} ${change.words}`)
}

async function add(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { name: TEXT, email: TEXT, role: TEXT }, { min: 2, max: 2 })
  const { name, email, role = 'partner_admin' } = values
  if (name === undefined || email === undefined) throw new UsageError(USAGE)
  const [client_id = '', user_name = ''] = positionals
  const person = { user_name, name, email, role: role as PartnerRole }
  await withMail(context, async (with_mail) =>
    tell(await inviteUser(with_mail, await showPartner(context, client_id), person)),
  )
}

async function again(context: ManageContext, args: readonly string[]): Promise<void> {
  const [client_id = '', user_name = ''] = parseOptions(args, {}, { min: 2, max: 2 }).positionals
  await withMail(context, async (with_mail) =>
    tell(await inviteAgain(with_mail, await showPartner(context, client_id), user_name)),
  )
}

async function list(context: ManageContext, args: readonly string[]): Promise<void> {
  const [client_id = ''] = parseOptions(args, {}, { min: 1, max: 1 }).positionals
  const users = await listUsers(context, await showPartner(context, client_id))
  if (users.length === 0) say('nobody yet')
  for (const { user_name, role, status, locked_at, is_invited, name } of users) {
    const state = is_invited ? 'invited' : locked_at === null ? status : `${status}, locked`
    say(`${user_name.padEnd(40)} ${role.padEnd(15)} ${state.padEnd(17)} ${name}`)
  }
}

function tell({ user_name, link, expires_at, is_mail_sent }: Invitation): void {
  say(`user name   ${user_name}`)
  say(`link        ${link}`)
  say(`good until  ${expires_at.toISOString()}`)
  say(is_mail_sent ? 'It was mailed.' : 'The mail server did not take it: hand the link over on a safe way.')
}

async function withMail(context: ManageContext, work: (context: UsersContext) => Promise<void>): Promise<void> {
  const settings = readSettings([...MAIL_SETTINGS])
  const log = createLog('warn', { write: (line) => void process.stderr.write(line) })
  const mail = createMailer({ url: settings.PUNTE_SMTP_URL, from: settings.PUNTE_MAIL_FROM, log })
  try {
    await work({ ...context, mail, log, settings })
  } finally {
    await mail.close()
  }
}
