/** Cards in the gateway's vault: put there when a payer agreed, taken out when nobody needs them. */
import { randomBytes } from 'node:crypto'
import { errorFacts, log } from '../../process/lifecycle.ts'
import { type CardApi, CardApiRefusal } from '../card-api.ts'
import { type CardBook, type Charge, type KeptCard, keyOf } from './book.ts'

export type Keeping = {
  /** The charge with its card kept, where that was agreed and the charge is paid. */
  keepCard(charge: Charge): Promise<Charge>
  /** Takes a card off the payer's list, and out of the vault where no series needs it. @throws CardApiSilence, CardApiRefusal */
  unlist(card: KeptCard): Promise<void>
  /** Deletes the customer's cards that neither list nor series uses. @throws as `unlist` */
  tidy(customer_id: string): Promise<void>
}

/** A session is gone after an hour; then there is nothing to keep a card from. */
const KEEP_FOR_MS = 1_800_000

export function createKeeping(input: { api: CardApi; book: CardBook; now: () => Date }): Keeping {
  const { api, book, now } = input

  const keepCard = async (charge: Charge): Promise<Charge> => {
    const { keep } = charge
    if (charge.state !== 'paid' || keep === undefined || charge.kept !== undefined) return charge
    const key = keyOf(charge)
    try {
      const { token, card } = await api.tokenize(keep.session_id)
      const of_payer = charge.purpose.kind === 'order'
      const known = [...book.cards()].find((each) => each.token === token && each.customer_id === keep.customer_id)
      const card_id = known?.card_id ?? randomBytes(8).toString('hex')
      const listed = of_payer || (known?.listed ?? false)
      await book.kept(key, { ...card, card_id, customer_id: keep.customer_id, token, listed })
    } catch (error) {
      log('card_not_kept', errorFacts(error))
      const late = now().getTime() - Date.parse(charge.settled_at ?? charge.started_at) > KEEP_FOR_MS
      if (error instanceof CardApiRefusal || late) await book.kept(key, null)
    }
    return book.charge(key) ?? charge
  }

  const tidy = async (customer_id: string): Promise<void> => {
    for (const card of [...book.cards()].filter((each) => each.customer_id === customer_id && !each.listed)) {
      if (isNeeded(book, card)) continue
      const shared = [...book.cards()].some((each) => each.token === card.token && each.card_id !== card.card_id)
      if (!shared) await api.deleteToken(card.token)
      await book.forgetCard(card.card_id)
    }
  }

  const unlist = async (card: KeptCard): Promise<void> => {
    await book.putCard({ ...card, listed: false })
    try {
      await tidy(card.customer_id)
    } catch (error) {
      await book.putCard(card)
      throw error
    }
  }

  return { keepCard, unlist, tidy }
}

const isNeeded = (book: CardBook, card: KeptCard): boolean =>
  [...book.allSeries()].some((series) => series.card_id === card.card_id && series.ended_at === undefined)
