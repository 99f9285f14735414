/**
 * Limits of partners: what each estimated of itself, what is measured, at which level staff are warned or a payment is
 * blocked. indicators.ts is the table of what is measured, admit.ts holds payments against it before they go to a bank,
 * manage.ts sets and shows levels, alerts.ts is what staff do with warnings; store.ts and alert-store.ts the SQL. The rule
 * itself is one function of the database (admit_to_limits), because looking and counting must be one step.
 */

export type Indicator =
  | 'daily_volume'
  | 'mean_amount'
  | 'max_amount'
  | 'daily_unfinished'
  | 'daily_per_payer'
  | 'clients'
  | 'new_payers'
  | 'beneficiaries'

export type LimitReason = `LIMIT_${Uppercase<Indicator>}`

export type IndicatorFacts = {
  readonly indicator: Indicator
  /** How the command line calls it. */
  readonly option: string
  readonly unit: 'count' | 'lei'
  /** What a payment that it blocks is BLOCKED with. */
  readonly reason: LimitReason
  readonly words: string
}

/** The six of a partner's profile, then two on how fast accounts change. */
export const INDICATORS: readonly IndicatorFacts[] = [
  {
    indicator: 'daily_volume',
    option: 'daily-volume',
    unit: 'count',
    reason: 'LIMIT_DAILY_VOLUME',
    words: 'payments sent to a bank in a day',
  },
  {
    indicator: 'mean_amount',
    option: 'mean-amount',
    unit: 'lei',
    reason: 'LIMIT_MEAN_AMOUNT',
    words: 'mean amount of a payment, over 30 days and at least 20 payments',
  },
  {
    indicator: 'max_amount',
    option: 'max-amount',
    unit: 'lei',
    reason: 'LIMIT_MAX_AMOUNT',
    words: 'largest amount of a payment',
  },
  {
    indicator: 'daily_unfinished',
    option: 'daily-unfinished',
    unit: 'count',
    reason: 'LIMIT_DAILY_UNFINISHED',
    words: 'payments of a day that are not approved (yet)',
  },
  {
    indicator: 'daily_per_payer',
    option: 'daily-per-payer',
    unit: 'count',
    reason: 'LIMIT_DAILY_PER_PAYER',
    words: 'payments of one payer in a day',
  },
  { indicator: 'clients', option: 'clients', unit: 'count', reason: 'LIMIT_CLIENTS', words: 'clients, ever' },
  {
    indicator: 'new_payers',
    option: 'new-payers',
    unit: 'count',
    reason: 'LIMIT_NEW_PAYERS',
    words: "accounts that pay one beneficiary's account for the first time, in a day",
  },
  {
    indicator: 'beneficiaries',
    option: 'beneficiaries',
    unit: 'count',
    reason: 'LIMIT_BENEFICIARIES',
    words: "beneficiaries' accounts paid from one account in a day",
  },
]

/** @throws Error for an indicator that this version does not know */
export function factsOf(indicator: string): IndicatorFacts {
  const facts = INDICATORS.find((one) => one.indicator === indicator)
  if (facts === undefined) throw new Error(`no such indicator: ${indicator}`)
  return facts
}
