/**
 * What messages do to the money of their chain (an authorisation or purchase and all that follows it), and how it is taken
 * back. Totals are moved together with the chains, so they stay right when old messages are forgotten.
 */
import type { MessageEntry } from './entries.ts'

export type Posting = {
  readonly entry: MessageEntry
  /** In the file. */
  written: Promise<void>
  voided_by?: string
  reversed?: true
  /** The head of the chain; absent at the head. */
  readonly root?: Posting
  /** What a void has voided. */
  readonly target?: Posting
  /** Heads only. */
  authorized_minor: number
  captured_minor: number
  refunded_minor: number
  /** Adjustments: authorised before. */
  readonly previous_minor: number
  /** Authorisations: what stood, adjustments included, when it was taken back. */
  taken_minor?: number
}

export type Total = {
  readonly merchant_id: string
  readonly currency: string
  authorized_minor: number
  /** Purchases and captures. */
  captured_minor: number
  refunded_minor: number
}
export type TotalOf = (entry: MessageEntry) => Total

export const isApproved = ({ entry }: Posting): boolean => entry.said.responseCode === '00'
export const isEffective = (posting: Posting): boolean =>
  isApproved(posting) && posting.voided_by === undefined && posting.reversed === undefined

export const rootOf = (posting: Posting): Posting => posting.root ?? posting

/** Empty where no money is concerned. */
type Moves = { authorized_minor?: number; captured_minor?: number; refunded_minor?: number }

const NOTHING: Moves = {}

function move(posting: Posting, moves: Moves, totalOf: TotalOf): void {
  if (moves === NOTHING) return
  const root = rootOf(posting)
  const total = totalOf(root.entry)
  for (const name of ['authorized_minor', 'captured_minor', 'refunded_minor'] as const) {
    const delta = moves[name] ?? 0
    root[name] += delta
    total[name] += delta
  }
}

function movesOf(posting: Posting): Moves {
  const { kind, amount_minor } = posting.entry
  if (kind === 'authorization') return { authorized_minor: posting.taken_minor ?? amount_minor }
  if (kind === 'purchase') return { authorized_minor: amount_minor, captured_minor: amount_minor }
  if (kind === 'capture') return { captured_minor: amount_minor }
  if (kind === 'refund') return { refunded_minor: amount_minor }
  if (kind === 'adjustment') return { authorized_minor: amount_minor - posting.previous_minor }
  return NOTHING
}

/** Applies an approved message. */
export function carryOut(posting: Posting, totalOf: TotalOf): void {
  if (posting.target === undefined) move(posting, movesOf(posting), totalOf)
  else {
    posting.target.voided_by = posting.entry.reference
    takeBack(posting.target, totalOf)
  }
}

/** Undoes what `carryOut` did; the head of an adjusted authorisation goes back to nothing. */
export function takeBack(posting: Posting, totalOf: TotalOf): void {
  const { target } = posting
  if (target === undefined) move(posting, backwards(posting), totalOf)
  else {
    delete target.voided_by
    carryOut(target, totalOf)
  }
}

function backwards(posting: Posting): Moves {
  if (posting.entry.kind === 'authorization') {
    posting.taken_minor = posting.authorized_minor
    return { authorized_minor: -posting.authorized_minor }
  }
  const moves = movesOf(posting)
  if (moves === NOTHING) return NOTHING
  const { authorized_minor = 0, captured_minor = 0, refunded_minor = 0 } = moves
  return { authorized_minor: -authorized_minor, captured_minor: -captured_minor, refunded_minor: -refunded_minor }
}

/** Whether nothing stands on the message that would hang in the air without it. */
export function canTakeBack(posting: Posting): boolean {
  const root = rootOf(posting)
  const { kind, amount_minor } = posting.entry
  if (kind === 'authorization') return root.captured_minor === 0
  if (kind === 'purchase') return root.refunded_minor === 0
  if (kind === 'capture') return root.captured_minor - amount_minor >= root.refunded_minor
  if (kind === 'adjustment') {
    return root.authorized_minor === amount_minor && posting.previous_minor >= root.captured_minor
  }
  if (kind !== 'void' || posting.target === undefined) return true
  const { entry } = posting.target
  if (entry.kind === 'capture') return root.captured_minor + entry.amount_minor <= root.authorized_minor
  if (entry.kind === 'refund') return root.refunded_minor + entry.amount_minor <= root.captured_minor
  return true
}
