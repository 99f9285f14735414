/** Which banks payers may be sent to now. The page greys out the others and a submit to them is refused. */
import type { BankObstacle } from '../../infra/banks/health.ts'
import type { Context } from '../context.ts'

/**
 * @returns what stands in the way of each bank that is not offered, by bank id. Where something stands in the way of all
 *   of them nothing is held back: a try that may fail is better than a page on which nobody can pay.
 */
export function bankObstacles(context: Context): ReadonlyMap<string, BankObstacle> {
  const banks = context.banks.all()
  const obstacles = new Map<string, BankObstacle>()
  for (const bank of banks) {
    const obstacle = context.banks.obstacle(bank)
    if (obstacle !== undefined) obstacles.set(bank.id, obstacle)
  }
  return obstacles.size === banks.length ? new Map() : obstacles
}
