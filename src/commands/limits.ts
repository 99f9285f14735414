/** Levels of partners by hand, beside the back office. */
import { readSettings } from '../config.ts'
import { INDICATORS, type IndicatorFacts } from '../domain/limits/indicators.ts'
import { type LevelChange, type Measured, setLimits, showLimits } from '../domain/limits/manage.ts'
import { amountForPeople, parseAmount } from '../domain/money.ts'
import { showPartner } from '../domain/partners/manage.ts'
import { systemClock } from '../infra/clock.ts'
import { commandActor } from './actor.ts'
import { parseOptions, UsageError, wholeNumber } from './command.ts'
import { onDatabase } from './on-database.ts'

const MAX_COUNT = 1_000_000_000
const TEXT = { type: 'string' } as const
const LEVELS = [
  { suffix: '', field: 'block_level' },
  { suffix: '-warn', field: 'warn_level' },
  { suffix: '-estimate', field: 'estimate' },
] as const

/**
 * `limits show CLIENT_ID` tells estimate, levels and what is measured, for today and the last 30 days; `set` changes the
 * levels that are named, and leaves the others. Amounts in lei; `none` takes a level away.
 */
export async function run(args: readonly string[]): Promise<number> {
  const [action, ...rest] = args
  if (action !== 'show' && action !== 'set') throw new UsageError('limits show|set CLIENT_ID')
  const options = Object.fromEntries(
    INDICATORS.flatMap(({ option }) => LEVELS.map(({ suffix }) => [`${option}${suffix}`, TEXT])),
  )
  const { values, positionals } = parseOptions(rest, action === 'set' ? options : {}, { min: 1, max: 1 })
  const changes = changesFrom(values as Readonly<Record<string, string | undefined>>)
  if (action === 'set' && changes.length === 0) {
    const names = INDICATORS.map(({ option }) => `--${option}`).join(', ')
    throw new UsageError(`limits set CLIENT_ID with at least one of ${names}, each also with -warn or -estimate`)
  }
  const client_id = positionals[0] as string
  await onDatabase(readSettings([]), async (db) => {
    const context = { db, clock: systemClock, actor: commandActor() }
    if (action === 'set') await setLimits(context, client_id, changes)
    const { partner_id } = await showPartner(context, client_id)
    show(await showLimits(context, partner_id))
  })
  return 0
}

/** @throws UsageError */
function changesFrom(values: Readonly<Record<string, string | undefined>>): LevelChange[] {
  return INDICATORS.flatMap((facts) => {
    const given = LEVELS.flatMap(({ suffix, field }) => {
      const name = `${facts.option}${suffix}`
      const text = values[name]
      return text === undefined ? [] : [[field, text === 'none' ? null : levelOf(facts, `--${name}`, text)] as const]
    })
    return given.length === 0 ? [] : [{ indicator: facts.indicator, ...Object.fromEntries(given) }]
  })
}

function levelOf({ unit }: IndicatorFacts, name: string, text: string): number {
  if (unit === 'count') return wholeNumber(name, text, { min: 0, max: MAX_COUNT })
  const amount = parseAmount(text)
  if (amount.ok) return amount.amount_minor
  throw new UsageError(`${name} must be an amount in lei, like 5000 or 49.90, or none`)
}

function show(measured: readonly Measured[]): void {
  const rows = measured.map((one) => [
    one.option,
    ...[one.estimate, one.warn_level, one.block_level, one.today, one.of_30_days].map((value) => shown(one, value)),
    one.words,
  ])
  const table = [['', 'estimate', 'warn above', 'block above', 'today', '30 days', ''], ...rows]
  for (const row of table) {
    const line = row.map((cell, at) => (at === 0 ? cell.padEnd(17) : at < 6 ? cell.padStart(13) : `  ${cell}`)).join('')
    process.stdout.write(`${line.trimEnd()}\n`)
  }
  process.stdout.write(
    'Amounts in lei. 30 days: the highest day, today among them; of mean-amount the mean, which is what its levels are held against.\n',
  )
}

const shown = ({ unit }: Measured, value: number | null): string =>
  value === null ? '–' : unit === 'lei' ? amountForPeople(value) : String(value)
