/** What operators do with the limits of a partner. */
import { isDeepStrictEqual } from 'node:util'
import { type Acting, inAct } from '../audit/record.ts'
import type { Queries } from '../audit/store.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { findPartner, lockPartner } from '../partners/store.ts'
import { INDICATORS, type Indicator, type IndicatorFacts } from './indicators.ts'
import { countClients, type DayRow, type LevelsRow, loadDays, loadLevels, saveLevels } from './store.ts'

type Managing = Pick<Context, 'db' | 'clock'>

const DAYS = 30
const DAY_MS = 86_400_000

/** null takes a level away; what is left out stays. Counts, or bani. */
export type LevelChange = {
  readonly indicator: Indicator
  readonly estimate?: number | null
  readonly warn_level?: number | null
  readonly block_level?: number | null
}

/**
 * Changes levels of a partner; other processes go by the new ones with the next payment.
 * @param seen levels as whoever asks saw them; where they are others by now nothing is changed
 * @throws PunteError PARTNER_UNKNOWN; FIELD_INVALID where a level of warning would be above that of blocking; LIMITS_CHANGED;
 *   LIMIT_RAISES with `only_lower`, where one of the changes allows more
 */
export async function setLimits(
  context: Managing & Acting,
  client_id: string,
  changes: readonly LevelChange[],
  asked: { readonly seen?: Levels; readonly only_lower?: true } = {},
): Promise<void> {
  await inAct(context, async (db, record) => {
    const { before, after } = await setLimitsIn(context, db, client_id, changes, asked.seen)
    const raised = changes.find(({ indicator }) => isRaise(before[indicator], after[indicator]))
    if (asked.only_lower && raised !== undefined) throw new PunteError('LIMIT_RAISES', { field: raised.indicator })
    await record({ act: 'partner.limits', subject: { kind: 'partner', id: client_id }, before, after })
  })
}

/** The same on a connection that is in a transaction; the caller records it. */
export async function setLimitsIn(
  context: Pick<Managing, 'clock'>,
  db: Queries,
  client_id: string,
  changes: readonly LevelChange[],
  seen?: Levels,
): Promise<{ readonly before: Levels; readonly after: Levels }> {
  const partner = await lockPartner(db, client_id)
  if (partner === undefined) throw new PunteError('PARTNER_UNKNOWN')
  const former = await formerLevels(db, partner.partner_id, changes)
  const before = byName(former)
  if (seen !== undefined && !isDeepStrictEqual(seen, before)) throw new PunteError('LIMITS_CHANGED')
  const levels = changes.map((change, at) => changed(former[at] as LevelsRow, change))
  await saveLevels({ db }, partner.partner_id, context.clock.now(), levels)
  return { before, after: byName(levels) }
}

/** What the levels are that these changes would change. @throws PunteError PARTNER_UNKNOWN, FIELD_INVALID */
export async function levelsOf(db: Queries, client_id: string, changes: readonly LevelChange[]): Promise<Levels> {
  const partner = await findPartner(db, client_id)
  if (partner === undefined) throw new PunteError('PARTNER_UNKNOWN')
  const former = await formerLevels(db, partner.partner_id, changes)
  for (const [at, change] of changes.entries()) changed(former[at] as LevelsRow, change)
  return byName(former)
}

async function formerLevels(db: Queries, partner_id: number, changes: readonly LevelChange[]): Promise<LevelsRow[]> {
  if (new Set(changes.map(({ indicator }) => indicator)).size < changes.length)
    throw new PunteError('FIELD_INVALID', { field: 'changes', text: 'An indicator is named twice.' })
  const old = await loadLevels({ db }, partner_id)
  return changes.map(({ indicator }) => old.find((row) => row.indicator === indicator) ?? unset(indicator))
}

/** Of each indicator, by its name. */
export type Levels = Readonly<Record<string, Omit<LevelsRow, 'indicator'>>>

/** Whether more payments pass, or fewer are told: a level that goes up, or away. An estimate stops and tells nothing. */
function isRaise(before: Levels[string] | undefined, after: Levels[string] | undefined): boolean {
  const goesUp = (from: number | null, to: number | null) => from !== null && (to === null || to > from)
  if (before === undefined || after === undefined) return false
  return goesUp(before.warn_level, after.warn_level) || goesUp(before.block_level, after.block_level)
}

const unset = (indicator: Indicator): LevelsRow => ({ indicator, estimate: null, warn_level: null, block_level: null })

const byName = (rows: readonly LevelsRow[]): Levels =>
  Object.fromEntries(rows.map(({ indicator, ...levels }) => [indicator, levels]))

function changed(old: LevelsRow, change: LevelChange): LevelsRow {
  const { warn_level, block_level, estimate, indicator } = { ...old, ...change }
  if (warn_level !== null && block_level !== null && warn_level > block_level) {
    const field = INDICATORS.find((one) => one.indicator === indicator)?.option ?? indicator
    throw new PunteError('FIELD_INVALID', { field, text: `${field}: the level of warning is above that of blocking.` })
  }
  return { indicator, estimate, warn_level, block_level }
}

/** Counts, or bani. */
export type Measured = IndicatorFacts & {
  readonly estimate: number | null
  readonly warn_level: number | null
  readonly block_level: number | null
  /** Of what is counted by payer or account, the highest of them. Null: nothing to measure. */
  readonly today: number | null
  /** Over today and the 29 days before: the highest day; the mean of all; of clients, all. */
  readonly of_30_days: number | null
  /** The last 30 days, oldest first; null where nothing was measured. Of the mean, that of the 30 days up to each. */
  readonly days: readonly { readonly day: string; readonly value: number | null }[]
}

/** Levels of a partner beside what is measured now, and was in the last 30 days. */
export async function showLimits(context: Managing, partner_id: number): Promise<Measured[]> {
  const now = context.clock.now()
  const levels = await loadLevels(context, partner_id)
  const rows = await loadDays(context, partner_id, now, 2 * DAYS)
  const clients = await countClients(context, partner_id)
  const dates = lastDays(now, 2 * DAYS)
  const between = (from: number, to: number) => rows.filter(({ day }) => dates.slice(from, to).includes(day))
  return INDICATORS.map((facts) => {
    const { indicator } = facts
    const level = levels.find((one) => one.indicator === indicator)
    return {
      ...facts,
      estimate: level?.estimate ?? null,
      warn_level: level?.warn_level ?? null,
      block_level: level?.block_level ?? null,
      today: indicator === 'clients' ? clients : measuredIn(indicator, between(0, 1)),
      of_30_days: indicator === 'clients' ? clients : measuredIn(indicator, between(0, DAYS)),
      days: Array.from({ length: DAYS }, (_, ago) => {
        const value = indicator === 'clients' ? clientsAt(rows, dates[ago] as string) : null
        const of = between(ago, indicator === 'mean_amount' ? ago + DAYS : ago + 1)
        return { day: dates[ago] as string, value: indicator === 'clients' ? value : measuredIn(indicator, of) }
      }).reverse(),
    }
  })
}

/** Newest first, as `yyyy-mm-dd`. */
function lastDays(now: Date, count: number): string[] {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' }).format(now)
  const noon_ms = Date.parse(`${today}T12:00:00Z`)
  return Array.from({ length: count }, (_, ago) => new Date(noon_ms - ago * DAY_MS).toISOString().slice(0, 10))
}

/** As the last day with a payment left it. */
const clientsAt = (rows: readonly DayRow[], day: string): number | null =>
  rows.find((row) => row.day <= day)?.client_count ?? null

const OF_DAY: Readonly<Record<Exclude<Indicator, 'clients' | 'mean_amount'>, (day: DayRow) => number>> = {
  daily_volume: (day) => day.sent_count,
  max_amount: (day) => day.max_minor,
  daily_unfinished: (day) => day.sent_count - day.approved_count,
  daily_per_payer: (day) => day.most_per_payer,
  new_payers: (day) => day.most_new_payers,
  beneficiaries: (day) => day.most_beneficiaries,
}

function measuredIn(indicator: Exclude<Indicator, 'clients'>, days: readonly DayRow[]): number | null {
  if (indicator === 'mean_amount') {
    const count = days.reduce((sum, { sent_count }) => sum + sent_count, 0)
    return count === 0 ? null : Math.floor(days.reduce((sum, { sent_minor }) => sum + sent_minor, 0) / count)
  }
  if (days.length === 0) return indicator === 'max_amount' ? null : 0
  return Math.max(...days.map(OF_DAY[indicator]))
}
