/** Charges: written down, then sent, then followed to their end. Two clicks, a crash or a silent line never charge twice. */
import { errorFacts, log } from '../../process/lifecycle.ts'
import { type CardApi, CardApiRefusal, type CardOutcome, type Fields } from '../card-api.ts'
import { type CardBook, type Charge, isOpen, type Keep, keyOf, type Purpose, type Told } from './book.ts'
import type { Keeping } from './keeping.ts'
import type { Sessions } from './sessions.ts'

export type PlannedCharge = {
  /** The card API's order: at most one charge of it is ever paid. */
  readonly order_id: string
  readonly purpose: Purpose
  readonly amount_minor: number
  readonly request: Fields
  readonly keep?: Keep
}

export type Charges = {
  /** Charges, unless a charge of the order is open or paid: then that one is the answer. */
  charge(plan: PlannedCharge): Promise<Charge>
  /** The charge after asking, or as known when it was asked a moment ago or nobody answers. */
  follow(charge: Charge): Promise<Charge>
  /** The last charge of a purpose, followed. */
  followLast(purpose_id: string): Promise<Charge | undefined>
  close(): Promise<void>
}

/** A page that refreshes must not turn into a flood of calls. */
const ASK_EVERY_MS = 1500
/** While the payer may still be waiting the identical request is sent again; later it is only asked after. */
const RESEND_FOR_MS = 600_000
const SWEEP_EVERY_MS = 5000
const WAIT_MS = 5000
const WAIT_MAX_MS = 600_000
const FOLLOW_AT_ONCE = 5
const MAX_ASKED = 5000

export function createCharges(input: {
  api: CardApi
  book: CardBook
  sessions: Sessions
  keeping: Keeping
  now: () => Date
}): Charges {
  const { api, book, sessions, now } = input
  const { keepCard } = input.keeping
  const starting = new Map<string, Promise<Charge>>()
  const following = new Map<string, Promise<Charge>>()
  const asked_at = new Map<string, number>()

  const record = async (charge: Charge, told: Told): Promise<Charge> =>
    keepCard((await book.told(keyOf(charge), told)) ?? charge)
  const recordOutcome = (charge: Charge, outcome: CardOutcome): Promise<Charge> =>
    record(charge, toldBy(outcome, now()))
  const recordRefusal = (charge: Charge, code: string): Promise<Charge> =>
    record(charge, { state: 'refused', gateway_code: code, settled_at: now().toISOString() })

  const ask = async (charge: Charge): Promise<Charge> => {
    try {
      return await recordOutcome(charge, await api.retrieve(charge))
    } catch (error) {
      // The ids are well formed, so this says that there is no such transaction.
      if (error instanceof CardApiRefusal && error.status === 400) return recordRefusal(charge, 'NEVER_ARRIVED')
      throw error
    }
  }

  const send = async (charge: Charge, again: boolean): Promise<Charge> => {
    try {
      return await recordOutcome(charge, await api.transact(charge, charge.request))
    } catch (error) {
      if (!(error instanceof CardApiRefusal)) throw error
      // The second refusal is of the repetition: what became of the first sending is another question.
      return again ? ask(charge) : recordRefusal(charge, error.code)
    }
  }

  const followOnce = async (charge: Charge): Promise<Charge> => {
    asked_at.set(keyOf(charge), now().getTime())
    if (asked_at.size > MAX_ASKED) asked_at.delete(asked_at.keys().next().value ?? '')
    try {
      if (!isOpen(charge)) return await keepCard(charge)
      const young = now().getTime() - Date.parse(charge.started_at) < RESEND_FOR_MS
      return charge.state === 'sending' && young ? await send(charge, true) : await ask(charge)
    } catch (error) {
      log('charge_not_followed', errorFacts(error))
      return book.charge(keyOf(charge)) ?? charge
    }
  }

  const follow = (charge: Charge): Promise<Charge> => {
    const key = keyOf(charge)
    const done = !isOpen(charge) && (charge.state !== 'paid' || charge.keep === undefined || charge.kept !== undefined)
    // Its first sending still waits for an answer.
    const sending = starting.has(charge.order_id)
    // A question that is on its way is answered for all who ask.
    const under_way = following.get(key)
    if (under_way !== undefined) return under_way
    if (done || sending || now().getTime() - (asked_at.get(key) ?? 0) < ASK_EVERY_MS) {
      return Promise.resolve(book.charge(key) ?? charge)
    }
    return once(following, key, () => followOnce(charge))
  }

  const start = async (plan: PlannedCharge): Promise<Charge> => {
    const earlier = book.chargesFor(plan.purpose.id).filter(({ order_id }) => order_id === plan.order_id)
    const standing = earlier.find((charge) => isOpen(charge) || charge.state === 'paid')
    if (standing !== undefined) return standing
    // Written before the call: after a crash the sweep finds it and sends the very same.
    const charge = await book.started({
      ...plan,
      transaction_id: String(earlier.length + 1),
      started_at: now().toISOString(),
      state: 'sending',
    })
    asked_at.set(keyOf(charge), now().getTime())
    sessions.used(plan.request)
    try {
      return await send(charge, false)
    } catch (error) {
      log('charge_without_answer', errorFacts(error))
      return book.charge(keyOf(charge)) ?? charge
    }
  }

  const sweeper = startSweep({ book, follow, now })
  return {
    charge: (plan) => once(starting, plan.order_id, () => start(plan)),
    follow,
    followLast: async (purpose_id) => {
      const last = book.chargesFor(purpose_id).at(-1)
      return last && follow(last)
    },
    close: async () => {
      await sweeper.stop()
      await Promise.allSettled([...starting.values(), ...following.values()])
    },
  }
}

/** Whoever asks while the work is under way gets its result. */
function once<T>(running: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const found = running.get(key)
  if (found !== undefined) return found
  const begun = work().finally(() => running.delete(key))
  running.set(key, begun)
  return begun
}

/** Follows open charges by itself, each at growing distances: nobody may be looking at its page. */
function startSweep(input: { book: CardBook; follow: Charges['follow']; now: () => Date }): { stop(): Promise<void> } {
  const { book, follow, now } = input
  const planned = new Map<string, { at: number; wait_ms: number }>()
  const sweep = async (): Promise<void> => {
    const open = book.open()
    const at = now().getTime()
    for (const key of planned.keys()) if (!open.some((charge) => keyOf(charge) === key)) planned.delete(key)
    const due = open.filter((charge) => (planned.get(keyOf(charge))?.at ?? 0) <= at).slice(0, FOLLOW_AT_ONCE)
    for (const charge of due) {
      const wait_ms = Math.min((planned.get(keyOf(charge))?.wait_ms ?? WAIT_MS / 2) * 2, WAIT_MAX_MS)
      planned.set(keyOf(charge), { at: at + wait_ms, wait_ms })
    }
    await Promise.all(due.map(follow))
  }
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= sweep()
      .catch((error: unknown) => log('card_sweep_failed', errorFacts(error)))
      .finally(() => {
        running = undefined
      })
  }, SWEEP_EVERY_MS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

function toldBy(outcome: CardOutcome, now: Date): Told {
  const states = { SUCCESS: 'paid', FAILURE: 'declined', PENDING: 'unsettled', UNKNOWN: 'unsettled' } as const
  const state = states[outcome.result]
  return {
    state,
    gateway_code: outcome.gateway_code,
    ...(outcome.card && { card: outcome.card }),
    ...(state === 'unsettled' ? {} : { settled_at: now.toISOString() }),
  }
}
