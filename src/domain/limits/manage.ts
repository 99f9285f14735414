/** What operators do with the limits of a partner. */
import { type Acting, inAct } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { PunteError } from '../errors.ts'
import { lockPartner } from '../partners/store.ts'
import { INDICATORS, type Indicator, type IndicatorFacts } from './indicators.ts'
import { countClients, type DayRow, type LevelsRow, loadDays, loadLevels, saveLevels } from './store.ts'

type Managing = Pick<Context, 'db' | 'clock'>

/** null takes a level away; what is left out stays. Counts, or bani. */
export type LevelChange = {
  readonly indicator: Indicator
  readonly estimate?: number | null
  readonly warn_level?: number | null
  readonly block_level?: number | null
}

/**
 * Changes levels of a partner; other processes go by the new ones with the next payment.
 * @throws PunteError CLIENT_UNKNOWN; FIELD_INVALID where a level of warning would be above that of blocking
 */
export async function setLimits(
  context: Managing & Acting,
  client_id: string,
  changes: readonly LevelChange[],
): Promise<void> {
  await inAct(context, async (db, record) => {
    const partner = await lockPartner(db, client_id)
    if (partner === undefined) throw new PunteError('CLIENT_UNKNOWN')
    const old = await loadLevels({ db }, partner.partner_id)
    const before = changes.map(({ indicator }) => old.find((row) => row.indicator === indicator) ?? unset(indicator))
    const after = changes.map((change, at) => changed(before[at] as LevelsRow, change))
    await saveLevels({ db }, partner.partner_id, context.clock.now(), after)
    const subject = { kind: 'partner', id: client_id }
    await record({ act: 'partner.limits', subject, before: byName(before), after: byName(after) })
  })
}

const unset = (indicator: Indicator): LevelsRow => ({ indicator, estimate: null, warn_level: null, block_level: null })

const byName = (rows: readonly LevelsRow[]) =>
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
}

/** Levels of a partner beside what is measured now. */
export async function showLimits(context: Managing, partner_id: number): Promise<Measured[]> {
  const now = context.clock.now()
  const levels = await loadLevels(context, partner_id)
  const days = await loadDays(context, partner_id, now)
  const clients = await countClients(context, partner_id)
  const today_is = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' }).format(now)
  const today = days.filter(({ day }) => day === today_is)
  return INDICATORS.map((facts) => {
    const level = levels.find(({ indicator }) => indicator === facts.indicator)
    return {
      ...facts,
      estimate: level?.estimate ?? null,
      warn_level: level?.warn_level ?? null,
      block_level: level?.block_level ?? null,
      today: facts.indicator === 'clients' ? clients : measuredIn(facts.indicator, today),
      of_30_days: facts.indicator === 'clients' ? clients : measuredIn(facts.indicator, days),
    }
  })
}

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
