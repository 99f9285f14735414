/**
 * Monthly donations from the giver's account: the bank pays each of them by itself, until the giver stops it. The order to the
 * bank is a recurring payment of Punte, the consent its agreement.
 */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { isFinalStatus, type RecurringRequest } from '@punte/sdk'
import type { Attempt } from '../../partner/book.ts'
import { openJournal } from '../../process/journal.ts'
import { amountText, parseLei } from '../../process/markup.ts'
import { type Customer, customerId, readCustomer } from '../orders.ts'

export type Donation = {
  readonly donation_id: string
  readonly created_at: string
  readonly amount_minor: number
  readonly customer: Customer
}
export type Donations = {
  get(donation_id: string): Donation | undefined
  create(input: Pick<Donation, 'amount_minor' | 'customer'>): Promise<Donation>
  close(): Promise<void>
}

/** The day of the month on which the bank pays. */
export const DAY_OF_MONTH = 15
const MAX_DONATIONS = 5000
const MIN_MINOR = 500
const MAX_MINOR = 1_000_000

export async function openDonations(data_dir: string): Promise<Donations> {
  const donations = new Map<string, Donation>()
  const keep = (donation: Donation): void => {
    donations.set(donation.donation_id, donation)
    if (donations.size > MAX_DONATIONS) donations.delete(donations.keys().next().value ?? '')
  }
  const journal = await openJournal<Donation>(join(data_dir, 'donations.jsonl'), keep)
  return {
    get: (donation_id) => donations.get(donation_id),
    create: async (input) => {
      const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
      const code = Array.from({ length: 10 }, () => letters[randomInt(32)]).join('')
      const donation = { ...input, donation_id: `DO-${code}`, created_at: new Date().toISOString() }
      keep(donation)
      await journal.append(donation)
      return donation
    },
    close: journal.close,
  }
}

export type DonationForm = {
  readonly amount: string
  readonly name: string
  readonly email: string
  readonly iban: string
}
export type DonationFaults = { amount?: string; name?: string; email?: string; iban?: string }

/** Reads the form; a sum is whole lei or has a comma or a point. */
export function readDonation(form: DonationForm): {
  amount_minor: number
  customer: Customer
  faults: DonationFaults
} {
  const { customer, faults: customer_faults } = readCustomer(form)
  const faults: DonationFaults = { ...customer_faults }
  const amount_minor = parseLei(form.amount.trim().replace(',', '.')) ?? 0
  if (form.amount.trim() === '') faults.amount = 'Câmp obligatoriu'
  else if (amount_minor < MIN_MINOR || amount_minor > MAX_MINOR) faults.amount = 'Între 5 și 10.000 de lei'
  return { amount_minor, customer, faults }
}

const ISO_DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Bucharest' })

/** The next fifteenth after today, in Bucharest. */
export function firstDay(now: Date): string {
  const [year = 0, month = 0, day = 0] = ISO_DAY.format(now).split('-').map(Number)
  const at = new Date(Date.UTC(year, day < DAY_OF_MONTH ? month - 1 : month, DAY_OF_MONTH))
  return at.toISOString().slice(0, 10)
}

export function recurringRequest(
  donation: Donation,
  input: { beneficiary: { name: string; iban: string }; url: string; now: Date },
): RecurringRequest {
  const { customer, donation_id, amount_minor } = donation
  return {
    creditorName: input.beneficiary.name,
    creditorIban: input.beneficiary.iban,
    amount: amountText(amount_minor),
    details: `Donație lunară ${donation_id}`,
    psuIntermediarId: customerId(customer.email),
    psuEmail: customer.email,
    redirectURL: `${input.url}/donatii/${donation_id}/inapoi`,
    startDate: firstDay(input.now),
    Frequency: 'Monthly',
    dayOfExecution: DAY_OF_MONTH,
    ...(customer.iban !== undefined && { debtorIban: customer.iban }),
  }
}

/** Where a donation stands: the bank's order, and the agreement where Punte has told of it. */
export type DonationPhase = 'none' | 'waiting' | 'active' | 'stopped' | 'ended' | 'failed'

export function phaseOf(attempt: Attempt | undefined): DonationPhase {
  if (attempt === undefined) return 'none'
  const { status, agreement } = attempt
  if (agreement?.status === 'CANCELLED' || status === 'CANC')
    return agreement?.status === 'REFUSED' ? 'failed' : 'stopped'
  if (agreement?.status === 'ENDED' || status === 'ACSC') return 'ended'
  if (agreement?.status === 'REFUSED' || isFinalStatus(status)) return 'failed'
  return agreement?.status === 'ACTIVE' || status === 'ACSP' || status === 'ACCP' ? 'active' : 'waiting'
}
