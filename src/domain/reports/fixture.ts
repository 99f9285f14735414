/** For tests: payments with all that can become of them, made by a number that repeats. */

export const PARTNERS = [1, 2] as const
export const BANKS = ['carpati', 'dunarea', 'mures']

// The same numbers each time.
let state = 12_345
function random(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
  return Math.floor((state / 2_147_483_648) * below)
}
const oneOf = <T>(of: readonly T[]): T => of[random(of.length)] as T

export type Fact = {
  partner_id: number
  payment_id: number
  kind: 'single' | 'list' | 'item' | 'recurring'
  list_payment_id?: number
  status: string
  reason: string | null
  requested: boolean
  opened: boolean
  headless: boolean
  amount_minor: number | null
  created_at: Date
  status_at: Date
  bank_id: string | null
  tries: { bank_id: string; at_bank: boolean; refusal: string | null; settled: boolean; closed: boolean; s: number }[]
  was_accepted: boolean
  future: boolean
}
// Around midnight in Bucharest, over the days on which the clocks change there.
export const begunAt = () => new Date(Date.parse('2030-03-28T12:00:00Z') + random(70 * 60) * 60_000)

export function made(payment_id: number): Fact {
  const created_at = begunAt()
  const requested = random(10) > 0
  const tries: Fact['tries'] = []
  for (let n = random(3); requested && n > 0; n -= 1) {
    const is_last = n === 1
    const refused = !is_last || random(4) === 0
    const s = oneOf([1, 14, 60, 121, 1_000, 1_300, 8_000]) + random(9)
    const refusal = refused ? oneOf(['UNREACHED', 'REFUSED:PRODUCT_INVALID']) : null
    tries.push({ bank_id: oneOf(BANKS), at_bank: !refused, refusal, settled: false, closed: refused, s })
  }
  const last = tries.at(-1)
  const at_bank = last !== undefined && last.refusal === null
  const status = at_bank
    ? oneOf(['RCVD', 'ACTC', 'ACSP', 'ACSC', 'ACSC', 'ACSC', 'RJCT', 'CANC', 'ABND'])
    : requested
      ? oneOf(['INIT', 'ABND', 'BLOCKED'])
      : oneOf(['INIT', 'ABND'])
  if (last !== undefined && status === 'ACSC') last.settled = true
  const submitted_at = new Date(created_at.getTime() + 60_000)
  return {
    partner_id: oneOf(PARTNERS),
    payment_id,
    kind: random(12) === 0 ? 'recurring' : 'single',
    status,
    reason: ['RJCT', 'CANC', 'ABND', 'BLOCKED'].includes(status) ? oneOf(['INSUFFICIENT_FUNDS', 'EXPIRED']) : null,
    requested,
    opened: requested && random(2) === 0,
    headless: random(15) === 0,
    amount_minor: requested ? 100 + random(100_000) : null,
    created_at,
    status_at: last === undefined ? submitted_at : new Date(submitted_at.getTime() + last.s * 1_000 - 300),
    bank_id: last?.bank_id ?? null,
    tries,
    was_accepted: ['RJCT', 'CANC', 'ABND'].includes(status) && at_bank && random(3) === 0,
    future: random(20) === 0,
  }
}
