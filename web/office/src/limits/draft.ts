/** Levels while they are being typed, and what they would change. */
import type { Indicator, MeasuredLimit } from '../../../../src/http/office/partner-contract.ts'
import { isInLei } from './words.ts'

export const LEVELS = ['estimate', 'warn_level', 'block_level'] as const
export type Level = (typeof LEVELS)[number]

/** As typed: lei or a number; empty: no level. */
export type Draft = Readonly<Partial<Record<Indicator, Readonly<Partial<Record<Level, number | string>>>>>>

export function draftOf(limits: readonly MeasuredLimit[]): Draft {
  return Object.fromEntries(
    limits.map((limit) => [
      limit.indicator,
      Object.fromEntries(
        LEVELS.map((level) => {
          const value = limit[level]
          return [level, value === null ? '' : isInLei(limit.indicator) ? value / 100 : value]
        }),
      ),
    ]),
  )
}

/** In bani, or the number; null: none. */
export function levelOf(draft: Draft, indicator: Indicator, level: Level): number | null {
  const typed = draft[indicator]?.[level] ?? ''
  if (typed === '' || !Number.isFinite(Number(typed))) return null
  return isInLei(indicator) ? Math.round(Number(typed) * 100) : Number(typed)
}

export function overlaps(draft: Draft, indicator: Indicator): boolean {
  const warn = levelOf(draft, indicator, 'warn_level')
  const block = levelOf(draft, indicator, 'block_level')
  return warn !== null && block !== null && warn > block
}

type Told = {
  readonly indicator: Indicator
  readonly level: Level
  readonly before: number | null
  readonly after: number | null
  /** It allows more than before, or tells of less. */
  readonly is_raise: boolean
}

export function changesOf(
  seen: readonly MeasuredLimit[],
  draft: Draft,
): {
  readonly changes: readonly ({ readonly indicator: Indicator } & Partial<Record<Level, number | null>>)[]
  readonly told: readonly Told[]
  readonly raises: boolean
} {
  const told = seen.flatMap((limit) =>
    LEVELS.flatMap((level): Told[] => {
      const { indicator } = limit
      const before = limit[level]
      const after = levelOf(draft, indicator, level)
      const is_raise = level !== 'estimate' && before !== null && (after === null || after > before)
      return before === after ? [] : [{ indicator, level, before, after, is_raise }]
    }),
  )
  const changes = [...new Set(told.map(({ indicator }) => indicator))].map((indicator) => ({
    indicator,
    ...Object.fromEntries(told.filter((one) => one.indicator === indicator).map(({ level, after }) => [level, after])),
  }))
  return { changes, told, raises: told.some(({ is_raise }) => is_raise) }
}
