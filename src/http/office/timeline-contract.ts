/** What a timeline tells, as types: its codes with their facts, for the tables of words. */
import type { Explanation as TheExplanation, Moment as TheMoment } from '../../domain/explain/timeline.ts'

export type { OrderStatus, StoredOnFile, Transaction, TransactionType } from '../../domain/cards/model.ts'
export type { ExchangePurpose } from '../../domain/exchanges/store.ts'
export type {
  CardEndedFacts,
  HappeningFacts,
  Open,
  OpenFacts,
  OtherFacts,
  Source,
  Told,
} from '../../domain/explain/timeline.ts'
export type { Reason } from '../../domain/initiation/settling/reasons.ts'
export type { PaymentStatus } from '../../domain/initiation/state.ts'

/** As they arrive in JSON. */
export type Explanation = TheExplanation<string>
export type TimelineMoment = TheMoment<string>
