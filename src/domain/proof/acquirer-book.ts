/** Reads an acquirer's book: the JSON of the simulated one, `{totals: […], chains: […]}` (each purchase with what became of it). */
import { BookError } from './book.ts'
import { fieldsOf, readJsonObject } from './ledger.ts'

export type CardMoney = {
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
}

export type Chain = CardMoney & {
  readonly reference: string
  /** The merchant's name at the acquirer. */
  readonly merchant_id: string
  readonly currency: string
}

export type Total = CardMoney & { readonly merchant_id: string; readonly currency: string }

export type AcquirerBook = {
  readonly acquirer_id: string
  readonly totals: readonly Total[]
  readonly chains: readonly Chain[]
}

/** @throws BookError */
export function readAcquirerBook(text: string, acquirer_id: string): AcquirerBook {
  const what = `the book of acquirer ${acquirer_id}`
  const { totals, chains } = readJsonObject(text, what)
  if (!Array.isArray(totals) || !Array.isArray(chains))
    throw new BookError(`${what} has no lists "totals" and "chains"`)
  return {
    acquirer_id,
    totals: totals.map((one) => totalOf(one, what)),
    chains: chains.map((one) => {
      const { reference } = fieldsOf(one)
      if (typeof reference !== 'string') throw new BookError(`${what} has a chain without reference`)
      return { ...totalOf(one, what), reference }
    }),
  }
}

function totalOf(value: unknown, what: string): Total {
  const { merchant_id, currency, ...fields } = fieldsOf(value)
  if (typeof merchant_id !== 'string' || typeof currency !== 'string')
    throw new BookError(`${what} lacks merchant_id or currency`)
  const minor = (name: keyof CardMoney): number => {
    const amount = fields[name]
    if (typeof amount !== 'number' || !Number.isSafeInteger(amount)) throw new BookError(`${what} lacks ${name}`)
    return amount
  }
  return {
    merchant_id,
    currency,
    authorized_minor: minor('authorized_minor'),
    captured_minor: minor('captured_minor'),
    refunded_minor: minor('refunded_minor'),
  }
}
