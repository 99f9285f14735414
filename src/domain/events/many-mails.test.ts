/** Mails of lists, series, days to come and links. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { hasAgreed } from '../initiation/agreed.ts'
import type { PaymentStatus } from '../initiation/state.ts'
import { linkMailText } from './link-mail-text.ts'
import { listMailText } from './list-mail-text.ts'
import { isMailOccasion, stillStands } from './occasions.ts'
import { payerMailText } from './payer-mail-text.ts'
import { scheduleWords } from './schedule-words.ts'

const OPERATOR = { name: 'Punte Test SRL', register: 'nr. 1', contact: 'str. 1', complaints: 'p@punte.example' }
const COMMON = {
  language: 'ro',
  at: new Date('2026-07-01T21:30:00Z'),
  payment_id: 100_000_001,
  amount_minor: 60_000,
  partner_name: 'Contabil <b>Plus</b>',
  partner_colour: '#ffd400',
  bank_name: 'Banca Carpați',
  debtor_iban: 'RO98BTRL0000999900000001',
  operator: OPERATOR,
} as const

test('one mail for each occasion: the beginning of what lies ahead, and the end; items have none', () => {
  let waits = true
  const single = { kind: 'single', execution_date: null, attempt_no: 1 } as const
  const series = { ...single, kind: 'recurring' } as const
  const dated = { ...single, execution_date: '2026-12-03' } as const
  const mails = (payment: Parameters<typeof isMailOccasion>[0], way: readonly PaymentStatus[]) =>
    way.slice(1).filter((to, at) => isMailOccasion(payment, { from: way[at] as PaymentStatus, to }, isAgreed))
  const isAgreed = (status: PaymentStatus) => hasAgreed(status, { statuses: { unauthorised: waits ? ['ACTC'] : [] } })
  const way = ['INIT', 'RCVD', 'ACTC', 'ACCP', 'ACSP', 'ACSC'] as const
  assert.deepEqual(mails(single, way), ['ACSC'])
  assert.deepEqual(mails(series, way), ['ACCP', 'ACSC'])
  assert.deepEqual(mails(dated, ['INIT', 'RCVD', 'ACSP', 'CANC']), ['ACSP', 'CANC'])
  assert.deepEqual(mails({ ...single, kind: 'item' }, way), [])
  assert.deepEqual(mails({ ...single, attempt_no: 0 }, ['INIT', 'ABND']), [])
  waits = false
  assert.deepEqual(mails(series, way), ['ACTC', 'ACSC'], 'a bank at which an order may rest at ACTC')
  assert.equal(stillStands('ACCP', 'ACSP'), true, 'the mail of a beginning is not lost because it went on')
  assert.equal(stillStands('ACCP', 'CANC'), false)
})

test('a list: how many of how many, each with its state, no whole IBAN, no markup', () => {
  const items = Array.from({ length: 60 }, (_, n) => ({
    status: n < 2 ? 'ACSC' : n === 2 ? 'RJCT' : 'ABND',
    amount_minor: 1_000,
    creditor_name: n === 0 ? '<script>x</script>' : `Furnizor ${n}`,
    creditor_iban: 'RO49AAAA1B31007593840000',
  }))
  const { subject, text, html } = listMailText({ ...COMMON, status: 'PART', items })
  assert.equal(subject, 'Plățile către 60 de beneficiari: 2 din 60 efectuate')
  for (const part of ['2 din 60 de plăți', '20,00 lei', 'și încă 10', 'RO49 •••• 0000', 'neefectuată', '600,00 lei']) {
    assert.ok(text.includes(part), part)
    assert.ok(html.includes(part), part)
  }
  assert.doesNotMatch(html, /<script|<b>Plus/)
  assert.ok(!`${text}${html}`.includes('RO49AAAA1B31007593840000'))
  assert.match(listMailText({ ...COMMON, status: 'ABND', items: items.slice(3) }).text, /Niciuna/)
})

test('numbers of payments are said as people say them', () => {
  const item = { status: 'ACSC', amount_minor: 100, creditor_name: 'X', creditor_iban: 'RO49AAAA1B31007593840000' }
  const said = (count: number, status = 'ACSC', language: 'ro' | 'en' = 'ro') =>
    listMailText({ ...COMMON, language, status, items: Array.from({ length: count }, () => item) })
  assert.match(said(1).text, /Banca ta a executat plata\./)
  assert.match(said(3).text, /toate cele 3 plăți\./)
  assert.match(said(20).text, /toate cele 20 de plăți\./)
  assert.match(said(101).subject, /^Plățile către 101 beneficiari:/)
  assert.match(said(120).subject, /^Plățile către 120 de beneficiari:/)
  assert.match(said(20, 'ACSC', 'en').text, /all 20 payments\./)
  const some = [item, { ...item, status: 'ABND' }]
  assert.match(listMailText({ ...COMMON, status: 'PART', items: some }).text, /S-a efectuat una din 2 plăți/)
})

test('a series and a day to come speak of what lies ahead', () => {
  const schedule = { start_date: '2027-01-15', frequency: 'Monthly', day_of_execution: 15 } as const
  assert.equal(
    scheduleWords(schedule, 'ro'),
    'în fiecare lună, pe data de 15, începând cu 15 ianuarie 2027, până când o oprești',
  )
  assert.equal(
    scheduleWords({ ...schedule, day_of_execution: 31, end_date: '2027-12-31' }, 'en'),
    'every month, on the last day of the month, from 15 January 2027, until 31 December 2027',
  )
  const facts = {
    ...COMMON,
    reason: undefined,
    creditor_name: 'Asociația Podul',
    creditor_iban: 'RO49AAAA1B31007593840000',
    details: 'Donație',
    bank_reference: undefined,
  }
  const begun = payerMailText({ ...facts, status: 'ACSP', schedule })
  assert.match(begun.subject, /este activă/)
  assert.match(begun.text, /în fiecare lună/)
  assert.match(payerMailText({ ...facts, status: 'CANC', schedule }).text, /nu va mai executa/)
  const dated = payerMailText({ ...facts, status: 'ACCP', execution_date: '2026-12-03' })
  assert.match(dated.text, /3 decembrie 2026/)
})

test('a link: the address as a button and as text, the picture inside the mail, until when, and whom to ask', () => {
  const url = 'https://plati.example/payment-initiation?payment=100000001&state=AAAA'
  const mail = linkMailText({
    ...COMMON,
    count: undefined,
    creditor_name: 'Contabil Plus SRL',
    details: 'Factura 7',
    schedule: undefined,
    url,
    picture_cid: 'qr@punte',
    expires_at: new Date('2026-07-08T09:00:00Z'),
  })
  assert.ok(mail.text.includes(url))
  assert.ok(mail.html.includes(`href="${url.replace('&', '&#38;')}"`))
  assert.ok(mail.html.includes('src="cid:qr@punte"'))
  assert.match(mail.text, /8 iulie 2026/)
  assert.match(mail.html, /color:#101828;border-radius/, 'dark letters on a light colour')
  assert.doesNotMatch(mail.html, /<b>Plus/)
})
