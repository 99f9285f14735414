/** People of the demo's partners, who sign in at the partners' own view: through the doors that people use. */
import { readFile } from 'node:fs/promises'
import { showPartner } from '../../domain/partners/manage.ts'
import { acceptInvitation } from '../../domain/portal/invitation.ts'
import { inviteAgain, inviteUser, type Owner, type UsersContext, userNameOf } from '../../domain/portal/users.ts'
import { resetTotp } from '../../domain/staff/manage.ts'
import type { PartnerRole } from '../../domain/staff/roles.ts'
import { beginEnrolment, confirmEnrolment } from '../../domain/staff/second-factor.ts'
import { type StaffContext, signOut } from '../../domain/staff/sessions.ts'
import { findStaff } from '../../domain/staff/store.ts'
import { fromBase32, stepAt, totpCode } from '../../domain/staff/totp.ts'
import { systemClock } from '../../infra/clock.ts'
import type { Database } from '../../infra/database/database.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import type { Log } from '../../infra/log.ts'
import { writePrivate } from './files.ts'
import { newPassword } from './new-password.ts'
import type { World } from './world.ts'

export type SeededPartnerUser = {
  readonly user: string
  readonly password: string
  readonly role: PartnerRole
  readonly client_id: string
  /** Base32, as authenticator apps take it. */
  readonly totp_secret: string
}

type Person = {
  readonly user_name: string
  readonly name: string
  readonly role: PartnerRole
  readonly client_id: string
}

const PEOPLE: readonly Person[] = [
  { user_name: 'ana.petrescu', name: 'Ana Petrescu', role: 'partner_admin', client_id: 'floraria-ana' },
  { user_name: 'sorin.olaru', name: 'Sorin Olaru', role: 'partner_reader', client_id: 'floraria-ana' },
  { user_name: 'carmen.vlad', name: 'Carmen Vlad', role: 'partner_admin', client_id: 'contabil-plus' },
]

/** A code works once: those of now are left for whoever signs in. */
const ENROLLED_BEFORE_MS = 120_000
const ADDRESS = '127.0.0.1'
const SETTINGS = {
  PUNTE_PASSWORD_DAYS: 60,
  PUNTE_STAFF_IDLE_MINUTES: 15,
  PUNTE_PORTAL_URL: 'http://localhost',
  PUNTE_OPERATOR_NAME: '',
  PUNTE_OPERATOR_REGISTER: '',
  PUNTE_OPERATOR_CONTACT: '',
  PUNTE_OPERATOR_COMPLAINTS: '',
}

/** A second start finds them. */
export async function seedPartnerUsers(
  world: World,
  parts: { readonly db: Database; readonly keys: Keys; readonly log: Log },
): Promise<SeededPartnerUser[]> {
  const kept = await readKept(world.partner_users)
  const isKept = (person: Person) => kept.some(({ user }) => user === userNameOf(person.user_name, person))
  const missing = PEOPLE.filter((person) => !isKept(person))
  if (missing.length === 0) return kept
  const clock = { now: () => new Date(systemClock.now().getTime() - ENROLLED_BEFORE_MS) }
  // Nobody reads these mails: the link is used at once.
  const context: UsersContext & StaffContext = {
    ...parts,
    clock,
    mail: { send: async () => {} },
    settings: SETTINGS,
    realm: 'portal',
    actor: { kind: 'system', name: 'demo' },
  }
  const added: SeededPartnerUser[] = []
  // One after the other: many sign-ins from one address at once are refused where the machine is slow.
  for (const person of missing) added.push(await enrol(context, person))
  const all = [...kept, ...added]
  await writePrivate(world.partner_users, `${JSON.stringify(all, null, 2)}\n`)
  return all
}

const emailOf = ({ user_name, client_id }: Person): string => `${user_name}@${client_id}.example`

async function enrol(context: UsersContext & StaffContext, person: Person): Promise<SeededPartnerUser> {
  const { role, client_id } = person
  const owner = await showPartner(context, client_id)
  const { user_name: user, link } = await begin(context, owner, person)
  const password = newPassword({ user_name: user, name: person.name, email: emailOf(person) })
  const step = { token: link.split('#')[1] ?? '', password, address: ADDRESS }
  const { token } = await acceptInvitation(context, step)
  const { secret } = await beginEnrolment(context, { token })
  const code = totpCode(fromBase32(secret), stepAt(context.clock.now()))
  const session = await confirmEnrolment(context, { token, code })
  await signOut(context, session.token)
  return { user, password, role, client_id, totp_secret: secret }
}

/** Of an earlier start that broke off somebody may be there whose password nobody knows. */
async function begin(context: UsersContext, owner: Owner, person: Person) {
  const user_name = userNameOf(person.user_name, owner)
  if ((await findStaff(context.db, user_name)) === undefined)
    return inviteUser(context, owner, { ...person, email: emailOf(person) })
  await resetTotp({ ...context, partner_id: owner.partner_id }, user_name)
  return inviteAgain(context, owner, user_name)
}

async function readKept(path: string): Promise<SeededPartnerUser[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]')
  return JSON.parse(text) as SeededPartnerUser[]
}
