import assert from 'node:assert/strict'
import test from 'node:test'
import { maskIban } from './mail-frame.ts'
import { isOutcome, type PayerMailFacts, payerMailText } from './payer-mail-text.ts'

const FACTS: PayerMailFacts = {
  language: 'ro',
  status: 'ACSC',
  reason: undefined,
  at: new Date('2026-07-01T21:30:00Z'),
  payment_id: 100_000_001,
  amount_minor: 123_456,
  partner_name: 'Florăria Ana',
  partner_colour: '#2e7d32',
  creditor_name: 'Ana Flori SRL',
  creditor_iban: 'RO49AAAA1B31007593840000',
  details: 'Comanda 17 — buchet',
  bank_name: 'Banca Carpați',
  bank_reference: 'bank-1',
  debtor_iban: 'RO98BTRL0000999900000001',
  operator: {
    name: 'Punte Test SRL',
    register: 'nr. 1/2026',
    contact: 'str. Podului 1',
    complaints: 'plangeri@punte.example',
  },
}

test('a paid payment, in Romanian: amount, beneficiary, reference, time in Bucharest, operator', () => {
  const { subject, text, html } = payerMailText(FACTS)
  assert.equal(subject, 'Plata de 1.234,56 lei către Ana Flori SRL a fost efectuată')
  for (const part of [
    '1.234,56 lei',
    'Ana Flori SRL',
    'RO49 •••• 0000',
    'RO98 •••• 0001',
    '100000001',
    'bank-1',
    'Comanda 17 — buchet',
    '2 iulie 2026',
    '00:30',
    'Punte Test SRL',
    'nr. 1/2026',
    'plangeri@punte.example',
    'nu răspunzi',
    'Banca Carpați',
  ]) {
    assert.ok(text.includes(part), `text: ${part}`)
    assert.ok(html.includes(part), `html: ${part}`)
  }
})

test('no whole IBAN, no picture, nothing loaded from elsewhere', () => {
  const { subject, text, html } = payerMailText(FACTS)
  for (const iban of [FACTS.creditor_iban, FACTS.debtor_iban ?? ''])
    assert.ok(!`${subject}${text}${html}`.includes(iban))
  assert.doesNotMatch(html, /<img|https?:|url\(|<script|@import/i)
  assert.equal(maskIban('RO49AAAA1B31007593840000'), 'RO49 •••• 0000')
})

test('what people typed stays text: no markup, no line of its own, no broken subject', () => {
  const evil = '<img src=x onerror=alert(1)>"\'&\r\nBcc: all@example.com\u2028x\u202e'
  const { subject, text, html } = payerMailText({
    ...FACTS,
    partner_name: evil,
    creditor_name: evil,
    details: evil,
    bank_name: evil,
    bank_reference: evil,
    partner_colour: 'red;}',
  })
  assert.doesNotMatch(subject, /[\r\n]/)
  assert.ok(!html.includes('<img'))
  assert.ok(!`${subject}${text}${html}`.includes('\u202e'))
  assert.ok(html.includes('&#60;img'))
  assert.doesNotMatch(text, /^Bcc:/m)
  assert.ok(!html.includes('red;}'))
})

test('each outcome in both languages; a reason only where it ended badly, in words', () => {
  const subjects = new Set<string>()
  for (const status of ['ACSC', 'ACSP', 'RJCT', 'CANC', 'ABND', 'BLOCKED']) {
    for (const language of ['ro', 'en'] as const) {
      const mail = payerMailText({ ...FACTS, status, language, reason: 'INSUFFICIENT_FUNDS' })
      subjects.add(mail.subject)
      assert.equal(
        /Nu au fost destui bani|not enough money/.test(mail.text),
        status !== 'ACSC' && status !== 'ACSP',
        status,
      )
      assert.ok(!mail.text.includes('INSUFFICIENT_FUNDS'))
    }
  }
  assert.equal(subjects.size, 12)
  assert.ok(isOutcome('RJCT') && !isOutcome('INIT') && !isOutcome('RCVD') && !isOutcome('constructor'))
})

test('an unknown reason is left out, a dollar in a name stays one', () => {
  const { text, subject } = payerMailText({
    ...FACTS,
    status: 'RJCT',
    reason: 'SOMETHING_NEW',
    creditor_name: "A$&B $1 $'",
  })
  assert.ok(!text.includes('SOMETHING_NEW') && !text.includes('Motiv'))
  assert.ok(subject.includes("A$&B $1 $'"))
})
