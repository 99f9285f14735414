/** Staff by hand: the first administrator, and whatever must be mended from outside. */
import { readSettings } from '../config.ts'
import {
  addStaff,
  listStaff,
  type ManageContext,
  resetPassword,
  resetTotp,
  resumeStaff,
  setRole,
  showStaff,
  signOutStaff,
  suspendStaff,
  unlockStaff,
} from '../domain/staff/manage.ts'
import { ROLES, type Role } from '../domain/staff/roles.ts'
import { systemClock } from '../infra/clock.ts'
import { loadKeys } from '../infra/keys/keys.ts'
import { commandActor } from './actor.ts'
import { actionOf, parseOptions, UsageError } from './command.ts'
import { onDatabase } from './on-database.ts'

type Action = (context: ManageContext, args: readonly string[]) => Promise<void>

const ACTIONS: Readonly<Record<string, Action>> = {
  add,
  list,
  show,
  role,
  suspend: (context, args) => plain(context, args, suspendStaff, 'is suspended; their sessions have ended'),
  resume: (context, args) => plain(context, args, resumeStaff, 'is active again'),
  unlock: (context, args) => plain(context, args, unlockStaff, 'may try again'),
  'sign-out': signOut,
  'reset-password': renewPassword,
  'reset-totp': (context, args) =>
    plain(context, args, resetTotp, 'enrols a second factor at the next sign-in; their sessions have ended'),
}

const TEXT = { type: 'string' } as const
const ADD_USAGE = `staff add USER_NAME --name NAME --email ADDRESS --role ${ROLES.join('|')}`

export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = actionOf('staff', ACTIONS, name)
  const settings = readSettings(['PUNTE_KEY_FILE'])
  const keys = loadKeys(settings.PUNTE_KEY_FILE)
  await onDatabase(settings, (db) => action({ db, keys, clock: systemClock, actor: commandActor() }, rest))
  return 0
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

async function add(context: ManageContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, { name: TEXT, email: TEXT, role: TEXT }, { min: 1, max: 1 })
  const { name, email, role } = values
  if (name === undefined || email === undefined || role === undefined) throw new UsageError(ADD_USAGE)
  const user_name = positionals[0] as string
  const { temporary_password } = await addStaff(context, { user_name, name, email, role: role as Role })
  sayPassword(user_name, temporary_password)
}

function sayPassword(user_name: string, password: string): void {
  say(`user name           ${user_name}`)
  say(`one-time password   ${password}`)
  say('It is shown this once, and must be changed at the first sign-in; hand it over on a safe way.')
}

async function list(context: ManageContext, args: readonly string[]): Promise<void> {
  parseOptions(args, {})
  const staff = await listStaff(context)
  if (staff.length === 0) say('no staff yet')
  for (const one of staff) {
    const state = one.locked_at === null ? one.status : `${one.status}, locked`
    say(`${one.user_name.padEnd(32)} ${one.role.padEnd(13)} ${state.padEnd(17)} ${one.name}`)
  }
}

async function show(context: ManageContext, args: readonly string[]): Promise<void> {
  const { sessions, ...staff } = await showStaff(context, userName(args))
  for (const [name, value] of Object.entries(staff)) say(`${name.padEnd(22)} ${shown(value)}`)
  for (const one of sessions) {
    const end =
      one.ended_at === null ? `until ${shown(one.ends_at)}` : `ended ${shown(one.ended_at)}: ${one.end_reason}`
    say(`session from ${one.address}, ${one.stage}, ${shown(one.created_at)}, last seen ${shown(one.seen_at)}, ${end}`)
  }
}

async function role(context: ManageContext, args: readonly string[]): Promise<void> {
  const { positionals } = parseOptions(args, {}, { min: 2, max: 2 })
  const [user_name = '', named = ''] = positionals
  await setRole(context, { user_name, role: named as Role })
  say(`${user_name} is ${named}`)
}

async function signOut(context: ManageContext, args: readonly string[]): Promise<void> {
  say(`${await signOutStaff(context, userName(args))} sessions ended`)
}

async function renewPassword(context: ManageContext, args: readonly string[]): Promise<void> {
  const user_name = userName(args)
  sayPassword(user_name, await resetPassword(context, user_name))
}

async function plain(
  context: ManageContext,
  args: readonly string[],
  act: (context: ManageContext, user_name: string) => Promise<void>,
  words: string,
): Promise<void> {
  const user_name = userName(args)
  await act(context, user_name)
  say(`${user_name} ${words}`)
}

const userName = (args: readonly string[]): string =>
  parseOptions(args, {}, { min: 1, max: 1 }).positionals[0] as string

const shown = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value ?? '–'))
