/** What the server tells is known here sentence by sentence, with its numbers and names left as they are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byInRomanian, inRomanian } from './told-ro.ts'

const TOLD: Readonly<Record<string, string>> = {
  'presses "Plătește": attempt 1 goes to the bank carpati': 'apasă „Plătește”: încercarea 1 merge la banca carpati',
  'the bank took attempt 1 after 0.214 s and says RCVD': 'banca a primit încercarea 1 după 0.214 s și spune RCVD',
  'the bank says RJCT of attempt 1, because REFUSED_BY_PAYER':
    'banca spune RJCT despre încercarea 1, motivul REFUSED_BY_PAYER',
  'webhook about ACSC delivered: HTTP 200, try 1': 'webhook despre ACSC livrat: HTTP 200, încercarea 1',
  'webhook about ACSC delivered: HTTP 200, try 3, 4.100 s after the first':
    'webhook despre ACSC livrat: HTTP 200, încercarea 3, la 4.100 s după prima',
  'a limit blocks it, because LIMIT_DAILY_VOLUME': 'o limită o blochează, motivul LIMIT_DAILY_VOLUME',
  'status of attempt 1: GET localhost:1/v1/payments/7c22/status answered 200 after 0.015 s, the same for the 2nd time in a row':
    'starea, încercarea 1: GET localhost:1/v1/payments/7c22/status răspuns 200 după 0.015 s, același de 2 ori la rând',
  'initiate of attempt 1: POST localhost:1/v1 has no answer (timeout) after 9.000 s':
    'inițierea, încercarea 1: POST localhost:1/v1 fără răspuns (timeout) după 9.000 s',
  'transaction 1 is a SUCCESS after 0.093 s: APPROVED, acquirer code 00 "Approved"':
    'tranzacția 1: SUCCESS după 0.093 s: APPROVED, codul acceptatorului 00 "Approved"',
}

test('the sentences of a timeline are told in Romanian', () => {
  for (const [told, romanian] of Object.entries(TOLD)) assert.equal(inRomanian(told), romanian)
  assert.equal(byInRomanian("worker's question"), 'banca, întrebată')
})

test('what is not known here stands as it was told', () => {
  assert.equal(inRomanian('payment.new_thing: a 1'), 'payment.new_thing: a 1')
  assert.equal(byInRomanian('somebody'), 'somebody')
})
