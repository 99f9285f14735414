/** The invoices of the demo company: made from a seed on the first start, kept for the next ones. */
import { join } from 'node:path'
import { isRecord } from '../process/config.ts'
import { openJournal } from '../process/journal.ts'
import { isRomanianIban, romanianIban } from '../process/markup.ts'

export type Invoice = {
  readonly invoice_id: string
  /** As the supplier numbered it. */
  readonly number: string
  readonly supplier: string
  readonly iban: string
  readonly amount_minor: number
  /** ISO dates. */
  readonly issued_on: string
  readonly due_on: string
}

const DAY_MS = 86_400_000
const INVOICE_COUNT = 24

/** Reads the invoices of `data_dir`; on the first start writes `given`, or those of the seed. */
export async function openInvoices(
  data_dir: string,
  given: readonly unknown[],
  today: Date,
): Promise<ReadonlyMap<string, Invoice>> {
  const invoices = new Map<string, Invoice>()
  const journal = await openJournal<Invoice>(join(data_dir, 'invoices.jsonl'), (invoice) =>
    invoices.set(invoice.invoice_id, invoice),
  )
  if (invoices.size === 0) {
    const first = given.length > 0 ? given.map(readInvoice) : makeInvoices(1, INVOICE_COUNT, today)
    await journal.rewrite(first)
    for (const invoice of first) invoices.set(invoice.invoice_id, invoice)
  }
  await journal.close()
  return invoices
}

const SUPPLIERS: readonly { name: string; series: string; bank: string; from: number; to: number }[] = [
  { name: 'Electrica Muntenia Furnizare SA', series: 'EMF', bank: 'RNCB', from: 18_000, to: 96_000 },
  { name: 'Apă și Canal Ilfov SRL', series: 'ACI', bank: 'BRDE', from: 6_000, to: 24_000 },
  { name: 'Papetăria Ștefan cel Mare SRL', series: 'PSM', bank: 'BTRL', from: 3_500, to: 42_000 },
  { name: 'Transport Rapid Țăndărei SRL', series: 'TRT', bank: 'INGB', from: 25_000, to: 185_000 },
  { name: 'Curățenie Lună SRL', series: 'CL', bank: 'BTRL', from: 35_000, to: 65_000 },
  { name: 'Telecom Carpați SA', series: 'TC', bank: 'RZBR', from: 9_900, to: 38_000 },
  { name: 'Ambalaje Făgăraș SRL', series: 'AF', bank: 'CECE', from: 42_000, to: 240_000 },
  { name: 'Birou de avocați Ionescu și Asociații', series: 'BAI', bank: 'RNCB', from: 120_000, to: 360_000 },
]

/** The same seed, count and day give the same invoices; due dates lie around that day, some of them before it. */
export function makeInvoices(seed: number, count: number, today: Date): readonly Invoice[] {
  const next = sequence(seed)
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const accounts = SUPPLIERS.map(({ bank }) =>
    romanianIban(bank, `9000${String(between(0, 999_999_999_999)).padStart(12, '0')}`),
  )
  const isoDay = (offset: number): string => new Date(today.getTime() + offset * DAY_MS).toISOString().slice(0, 10)
  return Array.from({ length: count }, (_, index) => {
    const which = index % SUPPLIERS.length
    const supplier = SUPPLIERS[which]
    if (supplier === undefined) throw new Error('no supplier')
    const due_in = between(-6, 30)
    return {
      invoice_id: `F${String(index + 1).padStart(3, '0')}`,
      number: `${supplier.series}-${between(1000, 99_999)}`,
      supplier: supplier.name,
      iban: accounts[which] ?? '',
      amount_minor: between(supplier.from, supplier.to),
      issued_on: isoDay(due_in - 30),
      due_on: isoDay(due_in),
    }
  }).sort((a, b) => a.due_on.localeCompare(b.due_on) || a.invoice_id.localeCompare(b.invoice_id))
}

function readInvoice(given: unknown, index: number): Invoice {
  const invoice = isRecord(given) ? given : {}
  const { number, supplier, iban, amount_minor, due_on } = invoice
  const complete =
    typeof number === 'string' && typeof supplier === 'string' && typeof iban === 'string' && typeof due_on === 'string'
  if (!complete || !isRomanianIban(iban) || !Number.isSafeInteger(amount_minor) || !/^\d{4}-\d\d-\d\d$/.test(due_on)) {
    throw new Error(`configuration: invoices.${index}: needs number, supplier, iban (valid), amount_minor, due_on`)
  }
  const issued_on = typeof invoice.issued_on === 'string' ? invoice.issued_on : due_on
  return {
    invoice_id: `F${String(index + 1).padStart(3, '0')}`,
    number,
    supplier,
    iban,
    amount_minor: amount_minor as number,
    issued_on,
    due_on,
  }
}

// A small generator of the same numbers for the same seed (mulberry32).
function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
