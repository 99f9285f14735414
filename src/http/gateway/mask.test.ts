import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FIELDS } from './fields.ts'
import { detailsOf, echoed, maskFields } from './mask.ts'
import { fieldReference, fieldReferenceHtml } from './reference.ts'

const SENT = {
  apiOperation: 'PAY',
  apiPassword: 'p',
  correlationId: 'c',
  session: { id: 'SESSION0002816562472I0271878F98' },
  order: { id: '1', amount: '10', currency: 'RON', reference: 'r', custom: { region: 'N' }, item: [{ name: 'a' }] },
  transaction: { source: 'INTERNET', reference: 't' },
  agreement: { id: 'a1', type: 'RECURRING' },
  customer: { email: 'ana@example.ro' },
  sourceOfFunds: {
    type: 'CARD',
    token: '9123456789012345',
    provided: {
      card: {
        number: '5123450000000008',
        securityCode: '100',
        nameOnCard: 'Ana Pop',
        storedOnFile: 'STORED',
        expiry: { month: '1', year: '39' },
      },
    },
  },
  unknown: '5123450000000008',
}

test('echoes show the card as 6.4, the code as xxx, and no credentials', () => {
  const shown = maskFields(SENT)
  assert.deepEqual(shown.sourceOfFunds, {
    ...SENT.sourceOfFunds,
    provided: { card: { ...SENT.sourceOfFunds.provided.card, number: '512345xxxxxx0008', securityCode: 'xxx' } },
  })
  assert.deepEqual(shown.order, SENT.order)
  for (const name of ['apiPassword', 'session', 'unknown']) assert.equal(Object.hasOwn(shown, name), false, name)
})

test('what is kept has no card, no code, no credential, and nothing that is stored elsewhere', () => {
  assert.deepEqual(detailsOf(SENT), {
    order: { reference: 'r', custom: { region: 'N' }, item: [{ name: 'a' }] },
    transaction: { reference: 't' },
    agreement: { id: 'a1', type: 'RECURRING' },
    customer: { email: 'ana@example.ro' },
    sourceOfFunds: { provided: { card: { nameOnCard: 'Ana Pop' } } },
  })
  assert.deepEqual(detailsOf({ order: { amount: '1' } }), {})
})

test('a number is never shown whole', () => {
  for (let length = 9; length <= 19; length++) {
    const number = '5123456789012345678'.slice(0, length)
    const shown = JSON.stringify(maskFields({ sourceOfFunds: { provided: { card: { number } } } }))
    const masked = /"number":"(.*?)"/.exec(shown)?.[1] ?? ''
    assert.equal(masked.length, length)
    assert.match(masked, length < 14 ? /^\d{6}x{3,}\d{0,3}$/ : /^\d{6}x{4,}\d{4}$/)
  }
})

test('amounts that were told come back as numbers, as many decimals as they had; rates and quantities as they were', () => {
  const kept = {
    order: {
      taxAmount: '19.00',
      discountAmount: '007.',
      dutyAmount: '.5',
      item: [{ name: '1.00', quantity: '2.0', unitPrice: '-1.10' }],
      shippingAndHandlingTaxRate: '0.19',
      custom: { a: '1.00' },
    },
    agreement: { maximumAmountPerPayment: '100' },
  }
  assert.equal(
    JSON.stringify(echoed(kept)),
    '{"order":{"taxAmount":19.00,"discountAmount":7,"dutyAmount":0.5,"item":[{"name":"1.00","quantity":"2.0","unitPrice":-1.10}],' +
      '"shippingAndHandlingTaxRate":"0.19","custom":{"a":"1.00"}},"agreement":{"maximumAmountPerPayment":100}}',
  )
})

test('a path stands once in the table', () => {
  const uses = FIELDS.map(({ path }) => path)
  assert.deepEqual(
    uses.filter((path, i) => uses.indexOf(path) !== i),
    [],
  )
})

test('the manual names every field, and needs nothing else to be shown', () => {
  const [markdown, html] = [fieldReference(), fieldReferenceHtml()]
  for (const { path } of FIELDS) {
    const name = path.replaceAll('[]', '[n]').replace('.*', '.<name>')
    assert.ok(markdown.includes(`\`${name}\``), name)
    assert.ok(html.includes(`<code>${name.replace('<', '&lt;').replace('>', '&gt;')}</code>`), name)
  }
  assert.doesNotMatch(html, /<script|src=|href="http/)
})
