/** What the explanations of both rails are made of. */
import type { ShownExchange } from './exchanges.ts'

export type Moment = {
  readonly at: Date
  /** Who or what made it happen. */
  readonly by: string
  readonly what: string
  /** Where this changed the status: before and after. */
  readonly from?: string
  readonly to?: string
  /** Where this is a call to a bank. */
  readonly exchange?: ShownExchange
}

export type Explanation = {
  /** What it is and how it stands. */
  readonly title: string
  readonly facts: readonly string[]
  /** Oldest first. */
  readonly moments: readonly Moment[]
  /** What is under way, or was to follow and is not recorded. */
  readonly open: readonly string[]
}

/**
 * Puts several histories into one order. Those of the same moment stay in the order in which they are given.
 * @param histories each in its own true order, which is kept even where the clocks of two processes disagreed
 */
export function weave(...histories: readonly (readonly Moment[])[]): Moment[] {
  const placed = histories.flatMap((history) => {
    let latest = Number.NEGATIVE_INFINITY
    return history.map((moment) => {
      latest = Math.max(latest, moment.at.getTime())
      return { moment, place: latest }
    })
  })
  return placed.sort((a, b) => a.place - b.place).map(({ moment }) => moment)
}

/** Whole and thousandth seconds. */
export const secondsBetween = (from: Date, to: Date): string =>
  `${((to.getTime() - from.getTime()) / 1000).toFixed(3)} s`

/** One moment alone, as text: for what is due. */
export const momentText = (at: Date): string => BUCHAREST.format(at).replace(',', '').replace(',', '.')

const BUCHAREST = new Intl.DateTimeFormat('ro-RO', {
  timeZone: 'Europe/Bucharest',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})
