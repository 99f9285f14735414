/**
 * The body of initPayment for one payment, now, on a day to come, or again and again: which names partners use for a field,
 * and which field of the domain's request it becomes. `list-body.ts` is that of many payments, `fields.ts` the reader.
 */
import { Type } from 'typebox'
import { type ListFault, PunteError } from '../../domain/errors.ts'
import type { InitiationRequest } from '../../domain/initiation/partner-calls/initiate.ts'
import type { Schedule } from '../../infra/banks/connector.ts'
import { isRecord, type ParsedBody } from './bodies.ts'
import { asFlag, invalid, isAbsent, propertiesOf, type Read, readFields, required, type Table } from './fields.ts'

/** Longest life of a payment link. */
const MAX_LINK_HOURS = 24 * 90

/** One transfer. */
export const TRANSFER = {
  creditorName: {
    kind: 'text',
    max_length: 70,
    description:
      'Beneficiary. Required of Ecommerce partners and in a list; a Finance payer may fill it in on the page.',
    examples: ['Florăria Ana SRL'],
  },
  creditorIban: {
    kind: 'text',
    max_length: 42,
    description: 'IBAN of the beneficiary, an account in Romania. Required of Ecommerce partners and in a list.',
    examples: ['RO49AAAA1B31007593840000'],
  },
  amount: {
    kind: 'amount',
    description:
      'RON, as a number or as text with a decimal point and at most two decimals. Required of Ecommerce partners and in a list.',
    examples: [125.5, '125.50'],
  },
  currency: { kind: 'ron', description: 'Only RON; may be left out.' },
  details: {
    kind: 'text',
    max_length: 140,
    description: 'What the payment is for, at most 140 characters. Required of Ecommerce partners and in a list.',
    examples: ['Comanda 1001'],
  },
  psuIntermediarId: {
    kind: 'id',
    max_length: 140,
    aliases: ['ClientIDPSU'],
    description: "The partner's own id of the payer.",
  },
} as const satisfies Table

/** What one payment and a list of them have in common. */
export const COMMON = {
  debtorIban: {
    kind: 'text',
    max_length: 42,
    description: 'IBAN of the payer, when known; stays editable on the page.',
  },
  psuEmail: {
    kind: 'text',
    max_length: 254,
    description: 'E-mail of the payer, when known; stays editable on the page.',
  },
  debtorBank: { kind: 'text', max_length: 64, description: 'Code of a bank chosen beforehand (see the call banks).' },
  redirectURL: {
    kind: 'text',
    max_length: 2048,
    description:
      "Where the payer returns; must lie under an address registered in the partner's profile, or, with flexibleURL, anywhere on the host of one.",
  },
  executionDate: {
    kind: 'day',
    aliases: ['requestedExecutionDate'],
    description:
      'A day to come on which the bank is to pay; without it, now. Banks that cannot are not offered to the payer.',
    examples: ['2030-01-31'],
  },
  linkValidHours: {
    kind: 'integer',
    range: [1, MAX_LINK_HOURS],
    description: 'Of a payment link: how many hours it may be used.',
  },
  sendLink: { kind: 'flag', description: 'Of a payment link: true sends it to psuEmail.' },
  externalPaymentID: { kind: 'id', max_length: 16, description: 'If sent: the payment of the path.' },
} as const satisfies Table

/** A payment that the bank is to repeat. `Frequency` is spelled as today's clients do. */
export const RECURRING = {
  startDate: { kind: 'day', description: 'First day of a recurring payment.', examples: ['2030-01-15'] },
  endDate: { kind: 'day', description: 'Last day of a recurring payment; without it, until it is cancelled.' },
  Frequency: {
    kind: 'frequency',
    aliases: ['frequency'],
    description: 'How often a recurring payment is made; capitals do not matter.',
    examples: ['Monthly'],
  },
  dayOfExecution: {
    kind: 'integer',
    range: [1, 31],
    description: 'Day of the month of a recurring payment, Monthly and rarer; 31 is the last day of each month.',
  },
  agreementId: {
    kind: 'id',
    max_length: 100,
    description: "The partner's own name of the payer's agreement to the series; made when absent.",
  },
} as const satisfies Table

/** Only of partners with a page of their own (isHeadless). */
const HEADLESS = {
  psuId: {
    kind: 'text',
    max_length: 64,
    description:
      "Headless: the payer's name at the bank, where the bank asks for it (requiresPSUId of the call banks).",
  },
  TCAccepted: {
    kind: 'flag',
    aliases: ['TCaccepted'],
    description: "Headless: the payer accepted the operator's terms on the partner's page.",
  },
} as const satisfies Table

const ONE = { ...TRANSFER, ...COMMON, ...RECURRING, ...HEADLESS } as const satisfies Table

// Today's clients send more (ibanOptimization): ignored, not refused.
export const InitiationBody = Type.Object(propertiesOf(ONE), { additionalProperties: true, title: 'InitiationRequest' })

/** Flags of the token request. A body that asks for them has a payment of another kind than it believes. */
const TOKEN_FLAGS = ['isLink2Pay', 'flexibleURL', 'isHeadless'] as const

/** What asks for something else than can be had here; quietly making a payment of it would be wrong. */
export function misplacedFlags(body: Readonly<Record<string, unknown>>): ListFault[] {
  const flags = TOKEN_FLAGS.filter((field) => !isAbsent(body[field]) && asFlag(body[field]) !== false)
  const faults = flags.map((field) => invalid(field, `${field} belongs into the token request.`))
  if (!isAbsent(body.bulk))
    faults.push({ field: 'bulk', code: 'FEATURE_UNSUPPORTED', message: 'Several payments are sent as payments.' })
  return faults
}

/**
 * Takes the JSON out of the parsed body: an object, or a list.
 * @throws PunteError MEDIA_TYPE_UNSUPPORTED, BODY_MALFORMED
 */
export function jsonBody(body: ParsedBody | undefined): Readonly<Record<string, unknown>> | readonly unknown[] {
  if (body === undefined) throw new PunteError('BODY_MALFORMED', { text: 'The body is missing.' })
  if (body.kind !== 'json') throw new PunteError('MEDIA_TYPE_UNSUPPORTED', { text: 'The body must be JSON.' })
  const { value } = body
  if (Array.isArray(value)) return value
  if (!isRecord(value)) throw new PunteError('BODY_MALFORMED', { text: 'The body must be a JSON object or a list.' })
  return value
}

/**
 * The body of one payment as the domain's request.
 * @throws PunteError AMOUNT_INVALID, FIELD_INVALID, FIELD_REQUIRED, FEATURE_UNSUPPORTED: the first fault
 */
export function toInitiationRequest(body: Readonly<Record<string, unknown>>, payment_id: number): InitiationRequest {
  const faults = misplacedFlags(body)
  const read = readFields(ONE, body, faults)
  const schedule = scheduleOf(read, faults)
  faults.push(...faultsOfCommon(read, payment_id))
  const [first] = faults
  if (first !== undefined) throw new PunteError(first.code, { field: first.field, text: first.message })
  return {
    ...transferOf(read),
    ...commonOf(read),
    ...(schedule !== undefined && { schedule }),
    ...(read.agreementId !== undefined && { agreement_id: read.agreementId }),
    ...(read.psuId !== undefined && { psu_id: read.psuId }),
    ...(read.TCAccepted !== undefined && { terms_accepted: read.TCAccepted }),
  }
}

/** One transfer in the domain's words. */
export function transferOf(
  read: Read<typeof TRANSFER>,
): Pick<InitiationRequest, 'creditor_name' | 'creditor_iban' | 'amount_minor' | 'details' | 'psu_intermediar_id'> {
  return {
    ...(read.creditorName !== undefined && { creditor_name: read.creditorName }),
    ...(read.creditorIban !== undefined && { creditor_iban: read.creditorIban }),
    ...(read.amount !== undefined && { amount_minor: read.amount }),
    ...(read.details !== undefined && { details: read.details }),
    ...(read.psuIntermediarId !== undefined && { psu_intermediar_id: read.psuIntermediarId }),
  }
}

/** What stands beside the transfer, or beside the list of them, in the domain's words. */
export function commonOf(
  read: Read<typeof COMMON>,
): Pick<
  InitiationRequest,
  'debtor_iban' | 'psu_email' | 'debtor_bank' | 'redirect_url' | 'execution_date' | 'link_hours' | 'send_link'
> {
  return {
    ...(read.debtorIban !== undefined && { debtor_iban: read.debtorIban }),
    ...(read.psuEmail !== undefined && { psu_email: read.psuEmail }),
    ...(read.debtorBank !== undefined && { debtor_bank: read.debtorBank }),
    ...(read.redirectURL !== undefined && { redirect_url: read.redirectURL }),
    ...(read.executionDate !== undefined && { execution_date: read.executionDate }),
    ...(read.linkValidHours !== undefined && { link_hours: read.linkValidHours }),
    ...(read.sendLink !== undefined && { send_link: read.sendLink }),
  }
}

export function faultsOfCommon(read: Read<typeof COMMON>, payment_id: number): ListFault[] {
  const faults: ListFault[] = []
  if (read.externalPaymentID !== undefined && read.externalPaymentID !== String(payment_id))
    faults.push(invalid('externalPaymentID', 'externalPaymentID is not the payment of the path.'))
  if (read.sendLink === true && read.psuEmail === undefined) faults.push(required('psuEmail'))
  return faults
}

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

function scheduleOf(
  read: Read<typeof RECURRING> & Pick<Read<typeof COMMON>, 'executionDate'>,
  faults: ListFault[],
): Schedule | undefined {
  const { startDate, endDate, Frequency: frequency, dayOfExecution } = read
  const asked = [startDate, endDate, frequency, dayOfExecution, read.agreementId].some((value) => value !== undefined)
  // A field that could not be read was asked for as well, and is told already.
  if (!asked || faults.length > 0) return undefined
  if (startDate === undefined) faults.push(required('startDate'))
  if (frequency === undefined) faults.push(required('Frequency'))
  if (startDate === undefined || frequency === undefined) return undefined
  if (endDate !== undefined && endDate < startDate) faults.push(invalid('endDate', 'endDate is before startDate.'))
  if (read.executionDate !== undefined)
    faults.push(invalid('executionDate', 'A recurring payment begins on startDate; it has no executionDate.'))
  // It is an id in answers and on operators' screens, kept letter for letter.
  if (read.agreementId !== undefined && UNPRINTABLE.test(read.agreementId))
    faults.push(invalid('agreementId', 'agreementId has control characters.'))
  if (dayOfExecution !== undefined && /^(Daily|Weekly|EveryTwoWeeks)$/.test(frequency))
    faults.push(invalid('dayOfExecution', `A payment that is made ${frequency} has no day of the month.`))
  return {
    start_date: startDate,
    frequency,
    ...(endDate !== undefined && { end_date: endDate }),
    ...(dayOfExecution !== undefined && { day_of_execution: dayOfExecution }),
  }
}
