/** The banks as the page offers them for one payment; a submit is held to the same. */
import type { Context } from '../../domain/context.ts'
import { todayInRomania } from '../../domain/initiation/partner-calls/request.ts'
import { asOfToday, bankObstacles, listWay, whyNotOffered } from '../../domain/initiation/payer/availability.ts'
import type { PaymentRow } from '../../domain/initiation/store.ts'
import { openTerms } from '../../domain/initiation/terms.ts'
import type { BankProfile } from '../../infra/banks/connector.ts'
import type { BankChoice } from './contract.ts'

export type Obstacle = NonNullable<BankChoice['unavailable']>

/**
 * @returns what stands in the way of each bank that is not offered, by bank id. Of the banks that have a service for this
 *   payment all are offered where all of them are in trouble; one that has none is never offered.
 */
export function obstaclesOf(context: Context, payment: PaymentRow): ReadonlyMap<string, Obstacle> {
  const found = new Map<string, Obstacle>()
  const serving: BankProfile[] = []
  const terms = openTerms(context, payment)
  const today = asOfToday(payment, todayInRomania(context.clock.now()))
  for (const bank of context.banks.all()) {
    if (whyNotOffered(bank, today, terms) === undefined) serving.push(bank)
    else found.set(bank.id, 'NOT_OFFERED')
  }
  const troubles = bankObstacles(context)
  if (serving.every(({ id }) => troubles.has(id))) return found
  for (const { id } of serving) {
    const trouble = troubles.get(id)
    if (trouble !== undefined) found.set(id, trouble)
  }
  return found
}

/** @param list of a list: how many payments it holds, and whether some have been at a bank */
export function bankChoices(
  context: Context,
  payment: PaymentRow,
  list?: { readonly count: number; readonly is_begun: boolean },
): BankChoice[] {
  const obstacles = obstaclesOf(context, payment)
  return context.banks.all().map((bank) => {
    const unavailable = obstacles.get(bank.id)
    return {
      id: bank.id,
      name: bank.name,
      ibanCodes: bank.iban_codes,
      sca: bank.sca === 'decoupled' ? 'decoupled' : 'redirect',
      needsUserCode: bank.needs_psu_id,
      available: unavailable === undefined,
      ...(unavailable !== undefined && { unavailable }),
      ...(list !== undefined && { list: listWay(bank, list) }),
    }
  })
}
