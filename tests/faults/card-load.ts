/** The insistent merchants of the chaos bench, speaking both ways of the card API. */
import { insistentMerchant, type Load, type Merchant } from '../../bench/chaos/card-load.ts'
import type { Account, Gateway, Speech } from '../cards/gateway.ts'
import { newNumber } from '../cards/world.ts'

/** Of a merchant: a slow machine may take its time, and time is not what is tested. */
const PATIENCE_MS = 300_000

export const merchantOf = (load: Load, gateway: Gateway, speech: Speech, as: Account): Merchant =>
  insistentMerchant(
    load,
    {
      as,
      ask: (operation, fields) => gateway.ask(speech, as, operation, fields),
      newCard: () => newNumber(),
    },
    PATIENCE_MS,
  )
