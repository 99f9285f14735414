/** Every code of a timeline is told in both languages, with its facts in it; the tables of codes have two different words each. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HappeningFacts, OpenFacts } from '../../../src/http/office/timeline-contract.ts'
import * as cards from './card-codes.ts'
import * as codes from './codes.ts'
import { ENGLISH } from './en.ts'
import { ROMANIAN } from './ro.ts'
import { happeningText, type Manner, openText, type Sentences } from './sentences.ts'

const MANNER: Manner = {
  bank: (bank_id) => `‹bank ${bank_id}›`,
  moment: (at) => `‹at ${at}›`,
  money: (minor, currency) => `‹${minor} ${currency}›`,
  ask_bank: (payment_id) => `‹ask ${payment_id}›`,
  close_attempt: (payment_id) => `‹close ${payment_id}›`,
  ask_acquirer: (merchant_id, order_id) => `‹ask ${merchant_id} ${order_id}›`,
}

const AT = '2026-11-22T10:11:12.345Z'
const ABOUT = { event_no: 7, status: 'ACSC' } as const
const reason = 'REFUSED_BY_PAYER' as const

/** Of each code the facts with everything in them, and with as little as may be. */
type Samples<Facts> = { readonly [Code in keyof Facts]: readonly [full: Facts[Code], ...least: Facts[Code][]] }

const HAPPENINGS: Samples<HappeningFacts> = {
  reserved: [{}],
  initiated: [{ item_count: 23 }, {}, { item_count: 1 }, { item_count: 2 }],
  bank_chosen: [
    { bank_id: 'carpati', way: 'together' },
    { bank_id: 'carpati', way: 'one_by_one' },
  ],
  submitted: [{ attempt_no: 31, bank_id: 'carpati' }],
  cancel_asked: [{ answer: 'ok' }, { answer: 'refused' }, { answer: 'not_sent' }, { answer: 'unknown' }],
  tokens_revoked: [{ is_reuse: true }, { is_reuse: false }],
  contradicted: [{ bank_status: 'RJCT' }, {}],
  other: [
    { type: 'payment.new_kind', details: [{ name: 'count', value: '41' }] },
    { type: 'payment.x', details: [] },
  ],
  bank_took: [
    { attempt_no: 31, bank_status: 'RCVD', after_ms: 1_234, reason },
    { attempt_no: 31, bank_status: 'RCVD', after_ms: 0 },
  ],
  bank_took_again: [
    { attempt_no: 31, bank_status: 'RCVD', reason },
    { attempt_no: 31, bank_status: 'RCVD' },
  ],
  bank_said: [
    { attempt_no: 31, bank_status: 'RJCT', reason },
    { attempt_no: 31, bank_status: 'ACSC' },
  ],
  items_stand: [{ reason }, {}],
  list_stands: [{ reason, bank_status: 'RJCT' }, {}],
  given_up: [{ reason: 'ABANDONED_BY_PAYER' }, {}],
  expired: [{ reason: 'EXPIRED' }, {}],
  returned_unpaid: [{ reason }, {}],
  refused_and_dropped: [{ reason }, {}],
  cancelled_unsent: [{ reason: 'CANCELLED_BY_PARTNER' }, {}],
  blocked: [{ reason: 'LIMIT_MAX_AMOUNT' }, {}],
  status_changed: [{ reason }, {}],
  browser_back: [{ attempt_no: 31 }],
  attempt_closed: [{ attempt_no: 31 }],
  attempt_ended: [{ attempt_no: 31, bank_status: 'CANC' }, { attempt_no: 31 }],
  attempt_left: [{ attempt_no: 31 }],
  attempt_unreached: [{ attempt_no: 31, after_ms: 1_234 }],
  attempt_lost: [{ attempt_no: 31, after_ms: 1_234 }],
  attempt_refused: [
    { attempt_no: 31, after_ms: 1_234, bank_code: 'PRODUCT_INVALID' },
    { attempt_no: 31, after_ms: 1_234, bank_code: 'OWN_WORD' },
  ],
  exchange: [
    {
      ...{ attempt_no: 31, purpose: 'initiate', method: 'POST', address: 'localhost:1/v1', duration_ms: 1_234 },
      ...{ http_status: 201, same_no: 22 },
    },
    {
      ...{ attempt_no: 31, purpose: 'status', method: 'GET', address: 'localhost:1/v1', duration_ms: 1_234 },
      fault: { kind: 'not_sent', reason: 'ECONNREFUSED' },
    },
    {
      ...{ attempt_no: 31, purpose: 'status', method: 'GET', address: 'localhost:1/v1', duration_ms: 1_234 },
      fault: { kind: 'unknown', reason: 'TIMEOUT' },
    },
  ],
  webhook_failed: [
    { ...ABOUT, tries: 23, outcome: 'HTTP 503', is_given_up: true },
    { event_no: 7, tries: 1, is_given_up: false },
  ],
  webhook_failed_at_first: [ABOUT],
  webhook_delivered: [
    { ...ABOUT, tries: 23, outcome: 'HTTP 200', since_first_ms: 1_234 },
    { event_no: 7, tries: 1 },
  ],
  webhook_delivered_before: [ABOUT],
  mail_sent: [ABOUT],
  mail_given_up: [ABOUT],
  card_asked: [
    {
      ...{ transaction_id: 't-1', type: 'CAPTURE', source: 'MERCHANT', target_transaction_id: 't-0', api_version: 100 },
      ...{ amount_minor: 2_500, currency: 'RON', agreement_id: 'series-9', acquirer: 'simulator', reference: 'ref-5' },
      card: {
        ...{ brand: 'MASTERCARD', masked_number: '512345xxxxxx0008', is_scheme_token: true },
        stored_on_file: 'STORED',
      },
    },
    {
      ...{ transaction_id: 't-1', type: 'PAYMENT', source: 'INTERNET', api_version: 100 },
      ...{ amount_minor: 2_500, currency: 'RON', acquirer: 'simulator', reference: 'ref-5' },
    },
  ],
  card_succeeded: [
    { transaction_id: 't-1', after_ms: 1_234, gateway_code: 'APPROVED', acquirer_code: '00', acquirer_message: 'Ok' },
    { transaction_id: 't-1', gateway_code: 'APPROVED' },
  ],
  card_failed: [
    { transaction_id: 't-1', after_ms: 1_234, gateway_code: 'EXPIRED_CARD', acquirer_code: '54' },
    { transaction_id: 't-1', gateway_code: 'OWN_WORD' },
  ],
  card_unknown: [
    { transaction_id: 't-1', after_ms: 1_234, fault: 'TIMEOUT' },
    { transaction_id: 't-1', fault: '' },
  ],
  reversal_sent: [{ transaction_id: 't-1' }],
  reversal_refused: [{ transaction_id: 't-1', acquirer_code: '25' }],
  closed_by_word: [{ transaction_id: 't-1', note: '2411-B' }],
  card_other: [{ transaction_id: 't-1', type: 'transaction.new', details: [{ name: 'count', value: '41' }] }],
}

const OPEN: Samples<OpenFacts> = {
  attempt_open: [
    { attempt_no: 31, payment_id: 900, bank_id: 'carpati', ask_at: AT },
    { attempt_no: 31, payment_id: 900, bank_id: 'carpati' },
  ],
  attempt_unknown: [
    { attempt_no: 31, payment_id: 900, bank_id: 'carpati', ask_at: AT },
    { attempt_no: 31, payment_id: 900, bank_id: 'carpati' },
  ],
  webhook_due: [
    { ...ABOUT, try_no: 23, try_at: AT },
    { event_no: 7, try_no: 2 },
  ],
  webhook_not_tried: [ABOUT],
  mail_not_recorded: [ABOUT],
  transaction_open: [
    { transaction_id: 't-1', merchant_id: 'SHOP', order_id: 'o-3', is_unknown: true, asked_no: 23 },
    { transaction_id: 't-1', merchant_id: 'SHOP', order_id: 'o-3', is_unknown: false, asked_no: 0 },
    { transaction_id: 't-1', merchant_id: 'SHOP', order_id: 'o-3', is_unknown: true, asked_no: 1 },
  ],
}

type Said = { readonly code: string; readonly facts: Readonly<Record<string, unknown>>; readonly text: string }

const saidIn = (sentences: Sentences): Said[] => [
  ...(Object.keys(HAPPENINGS) as (keyof HappeningFacts)[]).flatMap((code) =>
    HAPPENINGS[code].map((facts) => {
      const told = { code, facts } as Parameters<typeof happeningText>[1]
      return { code, facts: { ...facts }, text: happeningText(sentences, told, MANNER) }
    }),
  ),
  ...(Object.keys(OPEN) as (keyof OpenFacts)[]).flatMap((code) =>
    OPEN[code].map((facts) => {
      const told = { code, facts } as Parameters<typeof openText>[1]
      return { code, facts: { ...facts }, text: openText(sentences, told, MANNER) }
    }),
  ),
]

/** Facts that a sentence may say in its own words only, or not at all. */
const IN_WORDS = new Set(['event_no', 'is_unknown', 'payment_id', 'merchant_id', 'order_id', 'way', 'answer'])
const LANGUAGES = { ro: ROMANIAN, en: ENGLISH } as const
/** Words that English sentences are made of; none of them is Romanian. Codes are capitals and names of events. */
const ENGLISH_WORDS =
  /\b(the|of|is|was|and|to|by|has|with|about|not|bank|payer|payment|attempt|attempts|tries|try|after|given|sent|said|says|asked|transaction|acquirer|reversal|list|its|from|goes|under|because)\b/
const ROMANIAN_WORDS = /[ăâîșțĂÂÎȘȚ]|\b(este|nu|la|plata|banca|despre|cu|ca)\b/

for (const [language, sentences] of Object.entries(LANGUAGES)) {
  describe(`timelines in ${language}`, () => {
    const said = saidIn(sentences)

    test('every code is a sentence of its own, and no fact is lost or unreadable', () => {
      for (const { code, text } of said) {
        assert.ok(text.length > 8 && !text.includes(code.includes('_') ? code : '\0'), `${code}: ${text}`)
        assert.doesNotMatch(text, /undefined|null|NaN|\[object|\$\{|\s{2}|\s$|^\s/, `${code}: ${text}`)
      }
    })

    test('names, numbers, amounts and times are put in', () => {
      const full = said.filter(({ code }, n) => said.findIndex((one) => one.code === code) === n)
      for (const { code, facts, text } of full) {
        for (const [name, value] of Object.entries(facts)) {
          if (IN_WORDS.has(name) || typeof value === 'boolean') continue
          const shown = shownAs(name, value, language as 'ro' | 'en')
          for (const one of shown) assert.ok(text.includes(one), `${code}: ${name} (${one}) is not in: ${text}`)
        }
      }
    })

    test('of one there is one, of several there are several', () => {
      const of = (code: string, n: number): string => said.filter((one) => one.code === code)[n]?.text ?? ''
      const expected =
        language === 'ro'
          ? [
              /unei liste de 23 de plăți/,
              /unei liste de o plată /,
              /unei liste de 2 plăți/,
              /23 de ori/,
              /automat o dată/,
            ]
          : [/a list of 23 payments/, /a list of 1 payment /, /a list of 2 payments/, /23 times/, /up 1 time /]
      const texts = [...[0, 2, 3].map((n) => of('initiated', n)), of('transaction_open', 0), of('transaction_open', 2)]
      for (const [n, text] of texts.entries()) assert.match(text, expected[n] as RegExp)
    })
  })
}

/** How a fact is to be found in a sentence. */
function shownAs(name: string, value: unknown, language: 'ro' | 'en'): string[] {
  if (name === 'bank_id') return [`‹bank ${value}›`]
  if (name === 'ask_at' || name === 'try_at') return [`‹at ${value}›`]
  if (name === 'amount_minor') return [`‹${value} RON›`]
  if (name === 'currency') return []
  if (name === 'asked_no' || name === 'tries') return [String(value)]
  if (name.endsWith('_ms')) return [language === 'ro' ? '1,234 s' : '1.234 s']
  if (name === 'same_no') return [language === 'ro' ? 'a 22-a oară' : '22nd time']
  if (name === 'purpose') return [codes.PURPOSES[value as keyof typeof codes.PURPOSES][language]]
  if (name === 'details') return ['count 41']
  if (name === 'card') return ['MASTERCARD', '512345xxxxxx0008', 'STORED', language === 'ro' ? 'schemei' : 'scheme']
  return [String(value)]
}

test('no English stands in the Romanian sentences', () => {
  for (const { code, text } of saidIn(ROMANIAN)) {
    const plain = text.replace(/‹[^›]*›|„[^”]*”|X-Request-ID|refresh token|payment\.\w+|transaction\.\w+/g, '')
    assert.doesNotMatch(plain, ENGLISH_WORDS, `${code}: ${text}`)
  }
  assert.match('the bank says RJCT', ENGLISH_WORDS)
})

test('no Romanian stands in the English sentences, but for the name of a button of the page', () => {
  for (const { code, text } of saidIn(ENGLISH))
    assert.doesNotMatch(text.replace('"Plătește"', ''), ROMANIAN_WORDS, `${code}: ${text}`)
})

test('who did it is said in both languages, each by its own word', () => {
  assert.deepEqual(Object.keys(ROMANIAN.by), Object.keys(ENGLISH.by))
  for (const [source, romanian] of Object.entries(ROMANIAN.by))
    assert.notEqual(romanian, ENGLISH.by[source as keyof typeof ENGLISH.by], source)
})

test('every code of the tables has a word in each language, and none is the other one again', () => {
  const tables = Object.entries({ ...codes, ...cards }).filter(([, table]) => typeof table === 'object')
  assert.ok(tables.length >= 10)
  for (const [name, table] of tables) {
    for (const [code, { ro, en }] of Object.entries(table as Readonly<Record<string, codes.Word>>)) {
      for (const word of [ro, en]) assert.match(word, /^\p{L}.*[\p{L}\d]$/u, `${name} ${code}`)
      assert.notEqual(ro, en, `${name} ${code}`)
      assert.doesNotMatch(ro, ENGLISH_WORDS, `${name} ${code}: ${ro}`)
      assert.doesNotMatch(en, ROMANIAN_WORDS, `${name} ${code}: ${en}`)
    }
  }
})

test('what a newer server tells that this page does not know is told by its code', () => {
  const told = { code: 'teleported', facts: {} } as never
  assert.equal(happeningText(ROMANIAN, told, MANNER), 'teleported')
  assert.equal(openText(ROMANIAN, told, MANNER), 'teleported')
  assert.equal(codes.wordOf(codes.REASONS, 'toString', 'ro'), undefined)
  assert.equal(codes.withCode(undefined, 'NEW_REASON'), 'NEW_REASON')
})

test('a word that says no more than its code leaves it alone', () => {
  assert.equal(codes.withCode('approved', 'APPROVED'), 'APPROVED')
  assert.equal(codes.withCode('aprobată', 'APPROVED'), 'aprobată (APPROVED)')
  assert.equal(codes.refusalText('REFUSED:access_denied', 'en'), 'the payer gave no access (access_denied)')
  assert.equal(codes.refusalText('LEFT', 'ro'), 'plătitorul nu a intrat la bancă (LEFT)')
  assert.equal(codes.refusalText('REFUSED:OWN_WORD', 'ro'), 'OWN_WORD')
})
