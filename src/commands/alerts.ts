/** Alerts by hand, beside the back office. */
import { readSettings } from '../config.ts'
import { type AlertRow, listAlerts } from '../domain/limits/alert-store.ts'
import { closeAlert, commentAlert, showAlert, takeAlert } from '../domain/limits/alerts.ts'
import { INDICATORS } from '../domain/limits/indicators.ts'
import { amountForPeople } from '../domain/money.ts'
import { showPartner } from '../domain/partners/manage.ts'
import { systemClock } from '../infra/clock.ts'
import { loadKeys } from '../infra/keys/keys.ts'
import { commandActor } from './actor.ts'
import { actionOf, CommandError, parseOptions, wholeNumber } from './command.ts'
import { onDatabase } from './on-database.ts'

type AlertContext = Parameters<typeof takeAlert>[0]

const AT_MOST = 500
const ACTIONS: Readonly<Record<string, (context: AlertContext, args: readonly string[]) => Promise<void>>> = {
  list,
  show,
  take,
  comment,
  close,
}
const BY = { by: { type: 'string' } } as const

/** Whoever works here is told by `--by`, else by the name of the operating system's user. */
export async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  const action = actionOf('alerts', ACTIONS, name)
  const settings = readSettings(['PUNTE_KEY_FILE'])
  const keys = loadKeys(settings.PUNTE_KEY_FILE)
  await onDatabase(settings, (db) => action({ db, keys, clock: systemClock, actor: commandActor() }, rest))
  return 0
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)

async function list(context: AlertContext, args: readonly string[]): Promise<void> {
  const { values } = parseOptions(args, { all: { type: 'boolean' }, partner: { type: 'string' } })
  const partner_id = values.partner === undefined ? undefined : (await showPartner(context, values.partner)).partner_id
  const states = values.all === true ? (['open', 'taken', 'closed'] as const) : (['open', 'taken'] as const)
  const alerts = await listAlerts(context, states, partner_id, AT_MOST)
  if (alerts.length === 0) say(values.all === true ? 'no alerts' : 'no open alerts')
  for (const alert of alerts) say(lineOf(alert))
  if (alerts.length === AT_MOST) say(`the newest ${AT_MOST}; there may be more`)
}

async function show(context: AlertContext, args: readonly string[]): Promise<void> {
  const { positionals } = parseOptions(args, {}, { min: 1, max: 1 })
  await tell(context, alertId(positionals))
}

async function take(context: AlertContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, BY, { min: 1, max: 1 })
  await takeAlert(context, alertId(positionals), worker(values.by))
  await tell(context, alertId(positionals))
}

async function comment(context: AlertContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, BY, { min: 2, max: 2 })
  await commentAlert(context, alertId(positionals), worker(values.by), positionals[1] as string)
  await tell(context, alertId(positionals))
}

async function close(context: AlertContext, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, BY, { min: 2, max: 2 })
  await closeAlert(context, alertId(positionals), worker(values.by), positionals[1] as string)
  await tell(context, alertId(positionals))
}

const alertId = ([id]: readonly string[]): number =>
  wholeNumber('ALERT_ID', id as string, { min: 1, max: Number.MAX_SAFE_INTEGER })

function worker(by: string | undefined): string {
  const name = (by ?? commandActor().name).trim()
  if (/^[\p{L}\p{N} ._@-]{1,70}$/u.test(name)) return name
  throw new CommandError('--by must be a name of 1 to 70 letters, digits, spaces or . _ @ -')
}

async function tell(context: AlertContext, alert_id: number): Promise<void> {
  const { alert, comments } = await showAlert(context, alert_id)
  say(lineOf(alert))
  say(
    `  first payment ${alert.payment_id}, raised ${alert.raised_at.toISOString()}, last ${alert.last_at.toISOString()}`,
  )
  if (alert.taken_by !== null) say(`  taken by ${alert.taken_by}`)
  if (alert.closed_by !== null) say(`  closed by ${alert.closed_by}`)
  for (const { by, at, text } of comments) say(`  ${at.toISOString()} ${by}: ${text.replace(/\s+/g, ' ')}`)
}

function lineOf(alert: AlertRow): string {
  const facts = INDICATORS.find(({ indicator }) => indicator === alert.indicator)
  const shown = (value: number) => (facts?.unit === 'lei' ? `${amountForPeople(value)} lei` : String(value))
  const times = alert.times > 1 ? `, ${alert.times} times` : ''
  const outcome = alert.outcome === 'block' ? 'BLOCKED' : 'warning'
  return `${String(alert.alert_id).padStart(6)} ${alert.state.padEnd(6)} ${alert.day} ${alert.client_id} ${facts?.option ?? alert.indicator} ${outcome}: ${shown(alert.measured)} above ${shown(alert.level)}${times}`
}
