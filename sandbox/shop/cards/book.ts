/**
 * What the shop does with cards. book.ts remembers (charges, kept cards, series); charges.ts sends a charge and follows it to
 * its end; form.ts reads what was typed; words.ts has the texts in both languages; pages.ts and routes.ts are what a browser
 * sees. Of a card only the brand, the last four digits, the expiry and the gateway's token are ever written here.
 */
import { join } from 'node:path'
import { openJournal } from '../../process/journal.ts'
import type { Fields, MaskedCard } from '../card-api.ts'

/** What a charge is for; `id` is the order's or the series'. */
export type Purpose = {
  readonly kind: 'order' | 'opening' | 'merchant' | 'card_change'
  readonly id: string
}

/** Whose card is kept, out of which session. */
export type Keep = { readonly session_id: string; readonly customer_id: string }

/**
 * One transaction of the card API. `sending`: perhaps sent, no answer yet; `unsettled`: the gateway does not know yet;
 * `refused`: the gateway did nothing.
 */
export type ChargeState = 'sending' | 'unsettled' | 'paid' | 'declined' | 'refused'
export type Charge = {
  /** Ids of the card API. */
  readonly order_id: string
  readonly transaction_id: string
  readonly purpose: Purpose
  readonly amount_minor: number
  /** The very body that is sent, and sent again when no answer came. A session or a token stands for the card. */
  readonly request: Fields
  /** Present where the card is to be kept once this succeeded. */
  readonly keep?: Keep
  readonly started_at: string
  readonly state: ChargeState
  readonly gateway_code?: string
  readonly card?: MaskedCard
  readonly settled_at?: string
  /** The card that was kept; `null`: the gateway would not. */
  readonly kept?: string | null
}

/** A card in the gateway's vault. `listed`: the payer wants to pay with it; else a series alone uses it. */
export type KeptCard = MaskedCard & {
  readonly card_id: string
  readonly customer_id: string
  readonly token: string
  readonly listed: boolean
}

export type Series = {
  readonly series_id: string
  readonly customer_id: string
  readonly plan_id: string
  readonly opened_at: string
  /** The card its next payments go to. */
  readonly card_id?: string
  readonly ended_at?: string
}

export type Told = Pick<Charge, 'state' | 'gateway_code' | 'card' | 'settled_at'>

type Entry =
  | { readonly kind: 'charge'; readonly charge: Charge }
  | { readonly kind: 'told'; readonly key: string; readonly told: Told }
  | { readonly kind: 'kept'; readonly key: string; readonly card: KeptCard | null }
  | { readonly kind: 'card'; readonly card: KeptCard }
  | { readonly kind: 'forgotten'; readonly card_id: string }
  | { readonly kind: 'series'; readonly series: Series }

export type CardBook = {
  charge(key: string): Charge | undefined
  /** In the order they were started. */
  chargesFor(purpose_id: string): readonly Charge[]
  /** Charges without an outcome, and paid ones whose card is still to be kept. */
  open(): readonly Charge[]
  started(charge: Charge): Promise<Charge>
  /** Nothing changes once a charge has its outcome. */
  told(key: string, told: Told): Promise<Charge | undefined>
  kept(key: string, card: KeptCard | null): Promise<void>
  card(card_id: string): KeptCard | undefined
  cards(): Iterable<KeptCard>
  putCard(card: KeptCard): Promise<void>
  forgetCard(card_id: string): Promise<void>
  series(series_id: string): Series | undefined
  allSeries(): Iterable<Series>
  putSeries(series: Series): Promise<void>
  close(): Promise<void>
}

const MAX_CHARGES = 30_000

export const keyOf = ({ order_id, transaction_id }: Pick<Charge, 'order_id' | 'transaction_id'>): string =>
  `${order_id}/${transaction_id}`

export const isOpen = ({ state }: Charge): boolean => state === 'sending' || state === 'unsettled'

/** The charge that tells how a purchase stands: the one that paid, else the last. */
export function standingCharge(charges: readonly Charge[]): Charge | undefined {
  return charges.find(({ state }) => state === 'paid') ?? charges.at(-1)
}

/** Whether a charge of the order is paid or may still be. */
export function isTakenByCard(charges: readonly Charge[]): boolean {
  return charges.some((charge) => charge.state === 'paid' || isOpen(charge))
}

const awaitsKeeping = (charge: Charge): boolean =>
  charge.state === 'paid' && charge.keep !== undefined && charge.kept === undefined

export async function openCardBook(data_dir: string): Promise<CardBook> {
  const charges = new Map<string, Charge>()
  const by_purpose = new Map<string, string[]>()
  const open = new Set<string>()
  const cards = new Map<string, KeptCard>()
  const series = new Map<string, Series>()

  const put = (charge: Charge): void => {
    const key = keyOf(charge)
    charges.set(key, charge)
    if (isOpen(charge) || awaitsKeeping(charge)) open.add(key)
    else open.delete(key)
  }
  const apply = (entry: Entry): void => {
    if (entry.kind === 'charge') {
      const key = keyOf(entry.charge)
      const { id } = entry.charge.purpose
      if (!charges.has(key)) by_purpose.set(id, [...(by_purpose.get(id) ?? []), key])
      put(entry.charge)
      const oldest = charges.values().next().value
      if (charges.size > MAX_CHARGES && oldest !== undefined) {
        charges.delete(keyOf(oldest))
        open.delete(keyOf(oldest))
      }
    } else if (entry.kind === 'told') {
      const charge = charges.get(entry.key)
      if (charge !== undefined && isOpen(charge)) put({ ...charge, ...entry.told })
    } else if (entry.kind === 'kept') {
      const charge = charges.get(entry.key)
      if (entry.card !== null) cards.set(entry.card.card_id, entry.card)
      if (charge === undefined) return
      put({ ...charge, kept: entry.card?.card_id ?? null })
      // The same line gives the series its card, so that no kill leaves one without the other.
      const of = charge.purpose.kind === 'order' ? undefined : series.get(charge.purpose.id)
      if (of !== undefined && entry.card !== null) series.set(of.series_id, { ...of, card_id: entry.card.card_id })
    } else if (entry.kind === 'card') cards.set(entry.card.card_id, entry.card)
    else if (entry.kind === 'forgotten') cards.delete(entry.card_id)
    else series.set(entry.series.series_id, entry.series)
  }

  const journal = await openJournal<Entry>(join(data_dir, 'cards.jsonl'), apply)
  if (journal.count > 2 * (charges.size + cards.size + series.size) + 1000) {
    await journal.rewrite([
      ...Array.from(series.values(), (each): Entry => ({ kind: 'series', series: each })),
      ...Array.from(cards.values(), (card): Entry => ({ kind: 'card', card })),
      ...Array.from(charges.values(), (charge): Entry => ({ kind: 'charge', charge })),
    ])
  }
  const write = async (entry: Entry): Promise<void> => {
    apply(entry)
    await journal.append(entry)
  }

  return {
    charge: (key) => charges.get(key),
    chargesFor: (purpose_id) => (by_purpose.get(purpose_id) ?? []).flatMap((key) => charges.get(key) ?? []),
    open: () => [...open].flatMap((key) => charges.get(key) ?? []),
    started: async (charge) => {
      await write({ kind: 'charge', charge })
      return charge
    },
    told: async (key, told) => {
      const charge = charges.get(key)
      const changes = charge !== undefined && isOpen(charge)
      if (changes && (charge.state !== told.state || charge.gateway_code !== told.gateway_code))
        await write({ kind: 'told', key, told })
      return charges.get(key)
    },
    kept: (key, card) => write({ kind: 'kept', key, card }),
    card: (card_id) => cards.get(card_id),
    cards: () => cards.values(),
    putCard: (card) => write({ kind: 'card', card }),
    forgetCard: (card_id) => write({ kind: 'forgotten', card_id }),
    series: (series_id) => series.get(series_id),
    allSeries: () => series.values(),
    putSeries: (each) => write({ kind: 'series', series: each }),
    close: journal.close,
  }
}
