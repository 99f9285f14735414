import assert from 'node:assert/strict'
import test from 'node:test'
import { processorMs } from '../../infra/testing/cost.ts'
import type { Agreement } from '../agreements/agreement.ts'
import { PunteError } from '../errors.ts'
import { SOURCES } from '../merchants/merchant.ts'
import type { AgreementType } from './model.ts'
import { DECISIONS, decideStoredCredential, type StoredCredentialInput } from './stored-credentials.ts'

type Input = StoredCredentialInput

const known = (changes: Partial<Agreement> = {}): Agreement => ({
  partner_id: 1,
  agreement_id: 'ABONAMENT-7',
  rail: 'card',
  type: 'RECURRING',
  version_no: 1,
  currency: 'RON',
  amount_variability: null,
  fixed_amount_minor: null,
  minimum_amount_minor: null,
  maximum_amount_minor: null,
  start_date: null,
  expiry_date: null,
  number_of_payments: null,
  minimum_days_between_payments: null,
  payment_frequency: null,
  payments_taken: 0,
  status: null,
  payment_id: null,
  day_of_execution: null,
  number_hash: null,
  masked_number: null,
  expiry_month: null,
  expiry_year: null,
  token: null,
  established_order_id: null,
  established_transaction_id: null,
  trace_id: null,
  created_at: new Date(0),
  updated_at: new Date(0),
  ...changes,
})

const BASE: Input = {
  operation: 'PAY',
  source: 'INTERNET',
  credential: 'card',
  tokenization: true,
  agreement: { other_terms: false },
  same_card: false,
  same_expiry: false,
  security_code_given: false,
  from_session: false,
  reference_given: false,
}
const ID = { id: 'ABONAMENT-7', other_terms: false }
const IN_SERIES = { ...ID, known: known() }

type Outcome =
  | { readonly refused: string; readonly text: string }
  | { readonly initiated_by: string; readonly stored_on_file: string; readonly role: string; readonly type: string }

// A hundred thousand refusals need no stacks.
Error.stackTraceLimit = 0

function outcomeOf(input: Input): Outcome {
  try {
    const { initiated_by, stored_on_file, role, agreement_type } = decideStoredCredential(input)
    return { initiated_by, stored_on_file, role, type: agreement_type ?? '-' }
  } catch (error) {
    assert.ok(error instanceof PunteError, String(error))
    return { refused: `${error.code} ${error.field ?? '-'}`, text: error.message }
  }
}

const PAYER_SOURCES = SOURCES.filter((source) => source !== 'MERCHANT')
const isPayer = (input: Input) => input.source !== 'MERCHANT'
const inSeries = (input: Input) => input.agreement.known?.rail === 'card'
const STORED_ON_FILE = 'sourceOfFunds.provided.card.storedOnFile'

/** What must be refused, one sentence each, without order: the law the table is measured by. */
const LAWS: readonly (readonly [refusal: string, applies: (input: Input) => boolean])[] = [
  // Terms of an agreement without its id say nothing.
  [
    'FIELD_REQUIRED agreement.id',
    ({ agreement }) => agreement.id === undefined && (agreement.type !== undefined || agreement.other_terms),
  ],
  // A merchant's payment is of a series or says which industry practice it is.
  [
    'FIELD_REQUIRED agreement.id',
    (input) => !isPayer(input) && input.agreement.id === undefined && input.industry_practice === undefined,
  ],
  // … and then names the payment it comes from.
  [
    'FIELD_REQUIRED referenceOrderId',
    (input) =>
      !isPayer(input) &&
      input.agreement.id === undefined &&
      input.industry_practice !== undefined &&
      !input.reference_given,
  ],
  [
    'FIELD_INVALID order.industryPracticePaymentReason',
    (input) => isPayer(input) && input.industry_practice !== undefined,
  ],
  // No repository, no tokens.
  ['TOKENIZATION_DISABLED sourceOfFunds.token', (input) => input.credential === 'gateway_token' && !input.tokenization],
  // The payer says what kind of series it is, every time, and always the same.
  [
    'AGREEMENT_TYPE_REQUIRED agreement.type',
    (input) => isPayer(input) && input.agreement.id !== undefined && input.agreement.type === undefined,
  ],
  [
    'FIELD_INVALID agreement.type',
    (input) =>
      inSeries(input) && input.agreement.type !== undefined && input.agreement.type !== input.agreement.known?.type,
  ],
  // Only what is on the card rail is an agreement here.
  [
    'AGREEMENT_UNKNOWN agreement.id',
    (input) => !isPayer(input) && input.agreement.id !== undefined && !inSeries(input),
  ],
  ['AGREEMENT_IN_USE agreement.id', (input) => isPayer(input) && input.agreement.known?.rail === 'account'],
  // The payer pays in a known series only to change its card.
  [
    'AGREEMENT_IN_USE agreement.id',
    (input) =>
      isPayer(input) && inSeries(input) && input.operation !== 'VERIFY' && input.same_card && input.same_expiry,
  ],
  // The merchant charges that card only, whatever its expiry has become.
  ['AGREEMENT_CARD_MISMATCH -', (input) => !isPayer(input) && inSeries(input) && !input.same_card],
  // Nobody may say that what is kept is not kept.
  [
    `STORED_ON_FILE_INVALID ${STORED_ON_FILE}`,
    (input) =>
      input.stored_on_file === 'NOT_STORED' &&
      (!isPayer(input) || input.agreement.id !== undefined || input.credential === 'gateway_token'),
  ],
  [
    `STORED_ON_FILE_INVALID ${STORED_ON_FILE}`,
    (input) => !isPayer(input) && input.stored_on_file !== undefined && input.stored_on_file !== 'STORED',
  ],
  // The payer is not there.
  ['FIELD_INVALID sourceOfFunds.provided.card.securityCode', (input) => !isPayer(input) && input.security_code_given],
  ['FIELD_INVALID session.id', (input) => !isPayer(input) && input.from_session],
]

function lawfulStoredOnFile(input: Input): string {
  if (input.stored_on_file !== undefined) return input.stored_on_file
  if (!isPayer(input) || input.credential === 'gateway_token') return 'STORED'
  return input.agreement.id === undefined ? 'NOT_STORED' : 'TO_BE_STORED'
}

function lawfulRole(input: Input): string {
  if (input.agreement.id === undefined) return isPayer(input) ? 'single' : 'industry_practice'
  if (!isPayer(input)) return 'continues'
  return input.agreement.known === undefined ? 'opens' : 'changes_card'
}

/** Every combination of the columns, once. */
function* everyInput(): Generator<Input> {
  const types: readonly (AgreementType | undefined)[] = [undefined, 'RECURRING', 'UNSCHEDULED']
  const agreements: Input['agreement'][] = []
  for (const type of types)
    for (const other_terms of [false, true]) {
      const given = { other_terms, ...(type !== undefined && { type }) }
      const ids = [{}, { id: 'A' }, { id: 'A', known: known() }, { id: 'A', known: known({ rail: 'account' }) }]
      agreements.push(...ids.map((id) => ({ ...given, ...id })))
    }
  const both = [false, true]
  for (const agreement of agreements)
    for (const source of ['INTERNET', 'MERCHANT'] as const)
      for (const operation of ['PAY', 'AUTHORIZE', 'VERIFY'] as const)
        for (const stored_on_file of [undefined, 'NOT_STORED', 'TO_BE_STORED', 'STORED'] as const)
          for (const credential of ['card', 'gateway_token', 'scheme_token'] as const)
            for (const practice of [undefined, 'DELAYED_CHARGE'] as const)
              for (let bits = 0; bits < 64; bits += 1) {
                const bit = (n: number) => both[(bits >> n) & 1] === true
                yield {
                  operation,
                  source,
                  credential,
                  agreement,
                  ...(stored_on_file !== undefined && { stored_on_file }),
                  ...(practice !== undefined && { industry_practice: practice }),
                  tokenization: bit(0),
                  same_card: bit(1),
                  same_expiry: bit(2),
                  security_code_given: bit(3),
                  from_session: bit(4),
                  reference_given: bit(5),
                }
              }
}

test('every combination is accepted exactly when no law is against it, with the lawful default and role', () => {
  const refusals = new Set<string>()
  const roles = new Map<string, number>()
  let combinations = 0
  for (const input of everyInput()) {
    combinations += 1
    const against = LAWS.filter(([, applies]) => applies(input)).map(([refusal]) => refusal)
    const outcome = outcomeOf(input)
    if ('refused' in outcome) {
      if (!against.includes(outcome.refused))
        assert.fail(`${outcome.refused}, not ${against}: ${JSON.stringify(input)}`)
      refusals.add(outcome.refused)
      continue
    }
    if (against.length > 0) assert.fail(`accepted against ${against}: ${JSON.stringify(input)}`)
    const lawful = {
      initiated_by: isPayer(input) ? 'cardholder' : 'merchant',
      stored_on_file: lawfulStoredOnFile(input),
      role: lawfulRole(input),
      type: input.agreement.known?.type ?? input.agreement.type ?? '-',
    }
    assert.deepEqual(outcome, lawful, JSON.stringify(input))
    roles.set(outcome.role, (roles.get(outcome.role) ?? 0) + 1)
  }
  assert.equal(combinations, 24 * 2 * 3 * 4 * 3 * 2 * 64)
  // Each law is what decides somewhere, and each role comes about.
  assert.deepEqual([...refusals].sort(), [...new Set(LAWS.map(([refusal]) => refusal))].sort())
  assert.deepEqual([...roles.keys()].sort(), ['changes_card', 'continues', 'industry_practice', 'opens', 'single'])
})

test('every row of the table decides something: none is hidden by those above it', () => {
  const texts = new Set<string>()
  const accepted = new Set<string>()
  for (const input of everyInput()) {
    const outcome = outcomeOf(input)
    if ('refused' in outcome) texts.add(outcome.text)
    else if (input.stored_on_file === undefined) accepted.add(`${outcome.role} ${outcome.stored_on_file}`)
  }
  for (const [, row] of Object.values(DECISIONS).flat()) {
    if ('role' in row) assert.ok(accepted.has(`${row.role} ${row.fallback}`), JSON.stringify(row))
    else if ('text' in row) assert.ok(texts.has(row.text), JSON.stringify(row))
  }
})

test('all payer sources are alike', () => {
  for (const source of PAYER_SOURCES) {
    assert.deepEqual(decideStoredCredential({ ...BASE, source }), {
      initiated_by: 'cardholder',
      stored_on_file: 'NOT_STORED',
      role: 'single',
    })
    assert.equal(decideStoredCredential({ ...BASE, source, agreement: { ...ID, type: 'OTHER' } }).role, 'opens')
  }
})

test('of several faults the one is told that comes first for a person', () => {
  const merchant = { ...BASE, source: 'MERCHANT' } as const
  const cases: readonly (readonly [string, Input])[] = [
    // The session before the code that is in it.
    ['FIELD_INVALID session.id', { ...merchant, agreement: IN_SERIES, from_session: true, security_code_given: true }],
    // The id before what it leads to.
    ['AGREEMENT_UNKNOWN agreement.id', { ...merchant, agreement: ID, stored_on_file: 'NOT_STORED' }],
    // The word before the card.
    [`STORED_ON_FILE_INVALID ${STORED_ON_FILE}`, { ...merchant, agreement: IN_SERIES, stored_on_file: 'TO_BE_STORED' }],
    ['AGREEMENT_CARD_MISMATCH -', { ...merchant, agreement: IN_SERIES, stored_on_file: 'STORED' }],
    // The missing type before the series it would be compared with.
    ['AGREEMENT_TYPE_REQUIRED agreement.type', { ...BASE, agreement: IN_SERIES, same_card: true, same_expiry: true }],
  ]
  for (const [refusal, input] of cases) {
    const outcome = outcomeOf(input)
    assert.equal('refused' in outcome && outcome.refused, refusal)
  }
})

test('the sentences that clients know are those of the reference', () => {
  const type = outcomeOf({ ...BASE, agreement: ID })
  assert.ok('refused' in type)
  assert.equal(
    type.text,
    'Field agreement.type must be provided when field agreement.id is provided for payer-initiated payments.',
  )
  const card = outcomeOf({ ...BASE, source: 'MERCHANT', agreement: IN_SERIES })
  assert.ok('refused' in card)
  assert.match(card.text, /^The card number provided for this merchant-initiated transaction does not match the card/)
})

test('a decision costs microseconds', () => {
  const input: Input = {
    ...BASE,
    source: 'MERCHANT',
    agreement: IN_SERIES,
    same_card: true,
    credential: 'gateway_token',
  }
  const cost_ms = processorMs(() => {
    for (let n = 0; n < 20_000; n += 1) decideStoredCredential(input)
  })
  const each_us = (cost_ms * 1_000) / 20_000
  assert.ok(each_us < 50, `${each_us} µs`)
})
