/** What may follow what in the life of a case: a pure table. */

export const CASE_STATES = [
  'draft',
  'submitted',
  'in_review',
  'more_information',
  'approved',
  'refused',
  'withdrawn',
  'relationship_ended',
  'erased',
] as const
export type CaseState = (typeof CASE_STATES)[number]

/** Events that change the state. */
export type CaseMove = 'submit' | 'review' | 'ask' | 'approve' | 'refuse' | 'withdraw' | 'end' | 'erase'

/** Those, and what is only written down. */
export type CaseEventType =
  | CaseMove
  | 'create'
  | 'invite'
  | 'notify'
  | 'note'
  | 'document'
  | 'screen'
  | 'hit'
  | 'review-done'
  | 'remind'
  | 'extend'

type Row = Readonly<Partial<Record<CaseMove, CaseState>>>

/** State × event. What is not here is refused. */
const MOVES: Readonly<Record<CaseState, Row>> = {
  draft: { submit: 'submitted', withdraw: 'withdrawn' },
  submitted: { review: 'in_review', withdraw: 'withdrawn' },
  in_review: { ask: 'more_information', approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' },
  more_information: { submit: 'submitted', refuse: 'refused', withdraw: 'withdrawn' },
  approved: { end: 'relationship_ended' },
  // Kept as a relationship that has ended is; then erased.
  refused: { erase: 'erased' },
  withdrawn: { erase: 'erased' },
  relationship_ended: { erase: 'erased' },
  erased: {},
}

/** Where an event leads; undefined: not from there. */
export const nextCaseState = (state: CaseState, move: CaseMove): CaseState | undefined => MOVES[state][move]

export const movesFrom = (state: CaseState): CaseMove[] => Object.keys(MOVES[state]) as CaseMove[]

/** In these its applicant may write. */
export const APPLICANT_EDITS: readonly CaseState[] = ['draft', 'more_information']

/** In these staff may write; of a partner that has been approved changes come as notified ones. */
export const STAFF_EDITS: readonly CaseState[] = ['draft', 'submitted', 'in_review', 'more_information', 'approved']
