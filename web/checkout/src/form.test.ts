import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FINANCE_VIEW, listView, SHOP_VIEW } from './fixtures.ts'
import {
  allFaults,
  askedFields,
  changeField,
  type FieldName,
  type FormState,
  hasForm,
  initialForm,
  leaveBank,
  leaveField,
  refusedFields,
  shownFaults,
  submitRequest,
} from './form.ts'

const IBAN_UNU = 'RO33UNUB0000000000000001'
const IBAN_DOI = 'RO90DOIX0000000000000001'

function filled(view = SHOP_VIEW, more: Partial<Record<FieldName, string>> = {}): FormState {
  const entries = Object.entries({ bankId: 'unu', debtorIban: IBAN_UNU, email: 'ana@example.ro', ...more })
  return entries.reduce((form, [field, value]) => changeField(view, form, field as FieldName, value), initialForm(view))
}

test('the form asks only for what the partner type lets be edited', () => {
  assert.deepEqual(askedFields(SHOP_VIEW, filled()), ['bankId', 'debtorIban', 'email'])
  assert.deepEqual(askedFields(FINANCE_VIEW, filled(FINANCE_VIEW)), [
    'creditorName',
    'creditorIban',
    'amount',
    'details',
    'bankId',
    'debtorIban',
    'email',
  ])
})

test('every asked field is mandatory, and says so only after it was left', () => {
  const form = initialForm(SHOP_VIEW)
  assert.deepEqual(allFaults(SHOP_VIEW, form), { bankId: 'required', debtorIban: 'required', email: 'required' })
  assert.deepEqual(shownFaults(SHOP_VIEW, form), {})
  assert.deepEqual(shownFaults(SHOP_VIEW, leaveField(form, 'email')), { email: 'required' })
})

test('a filled form has no fault and becomes the request, without the fixed fields', () => {
  assert.deepEqual(allFaults(SHOP_VIEW, filled()), {})
  assert.deepEqual(submitRequest(SHOP_VIEW, filled(), 'ro'), {
    pageToken: 'token-1',
    bankId: 'unu',
    debtorIban: IBAN_UNU,
    email: 'ana@example.ro',
    termsAccepted: true,
    language: 'ro',
  })
})

test('a Finance form sends what was edited, in minor units and compact IBANs', () => {
  const form = filled(FINANCE_VIEW, {
    amount: '2.000,5',
    creditorIban: 'ro49 aaaa 1b31 0075 9384 0000',
    details: ' x ',
  })
  const request = submitRequest(FINANCE_VIEW, form, 'en')
  assert.equal(request.amountMinor, 200050)
  assert.equal(request.creditorIban, 'RO49AAAA1B31007593840000')
  assert.equal(request.details, 'x')
  assert.equal(request.creditorName, 'Librăria Exemplu SRL')
})

test('the bank is recognised from the IBAN where none is chosen, and never replaced', () => {
  const typed = changeField(SHOP_VIEW, initialForm(SHOP_VIEW), 'debtorIban', IBAN_DOI)
  assert.equal(typed.values.bankId, 'doi')
  const chosen = filled(SHOP_VIEW, { debtorIban: IBAN_DOI })
  assert.equal(chosen.values.bankId, 'unu')
  assert.deepEqual(shownFaults(SHOP_VIEW, chosen), { debtorIban: 'wrong_bank' })
  const prefilled = initialForm({ ...SHOP_VIEW, values: { ...SHOP_VIEW.values, debtorIban: IBAN_UNU } })
  assert.equal(prefilled.values.bankId, 'unu')
})

test('the user code is asked for, and sent, only where the bank needs it', () => {
  const form = filled(SHOP_VIEW, { bankId: 'doi', debtorIban: IBAN_DOI })
  assert.deepEqual(allFaults(SHOP_VIEW, form), { userCode: 'required' })
  const withCode = changeField(SHOP_VIEW, form, 'userCode', ' ana.pop ')
  assert.equal(submitRequest(SHOP_VIEW, withCode, 'ro').userCode, 'ana.pop')
  const back = changeField(SHOP_VIEW, changeField(SHOP_VIEW, withCode, 'bankId', 'unu'), 'debtorIban', IBAN_UNU)
  assert.equal('userCode' in submitRequest(SHOP_VIEW, back, 'ro'), false)
})

test('finds what is wrong in each field', () => {
  const cases: readonly (readonly [FieldName, string, string])[] = [
    ['email', 'ana', 'invalid'],
    ['email', 'ana@example', 'invalid'],
    ['email', 'a b@example.ro', 'invalid'],
    ['debtorIban', 'RO00UNUB0000000000000001', 'invalid'],
    ['debtorIban', 'DE89370400440532013000', 'not_romanian'],
    ['debtorIban', 'RO49AAAA1B31007593840000', 'same_account'],
    ['amount', '1,234', 'invalid'],
    ['amount', '9999999999', 'too_large'],
    ['details', 'ș'.repeat(141), 'too_long'],
    ['creditorName', 'x'.repeat(71), 'too_long'],
    ['creditorName', '  ', 'required'],
  ]
  for (const [field, value, fault] of cases) {
    assert.equal(allFaults(FINANCE_VIEW, filled(FINANCE_VIEW, { [field]: value }))[field], fault, `${field}: ${value}`)
  }
  const longest = filled(FINANCE_VIEW, { details: '😀'.repeat(140) })
  assert.deepEqual(allFaults(FINANCE_VIEW, longest), {})
})

test('a refusal of the server stands under its field until what it is about changes', () => {
  const refused = refusedFields({ amountMinor: 'too_large', debtorIban: 'wrong_bank', unheard_of: 'invalid' })
  assert.deepEqual(refused, { amount: 'too_large', debtorIban: 'wrong_bank' })
  const form: FormState = { ...filled(FINANCE_VIEW), refused }
  assert.deepEqual(shownFaults(FINANCE_VIEW, form), refused)
  assert.deepEqual(shownFaults(FINANCE_VIEW, changeField(FINANCE_VIEW, form, 'amount', '5')), {
    debtorIban: 'wrong_bank',
  })
  assert.deepEqual(shownFaults(FINANCE_VIEW, changeField(FINANCE_VIEW, form, 'bankId', 'unu')), { amount: 'too_large' })
})

test('leaving a field writes the amount out and joins pasted lines', () => {
  const form = changeField(FINANCE_VIEW, filled(FINANCE_VIEW, { amount: '1234.5' }), 'details', 'a\r\n b\nc')
  assert.equal(form.values.details, 'a b c')
  assert.equal(leaveField(form, 'amount').values.amount, '1.234,50')
})

test('a bank that is not offered cannot be paid from, and says so at once; leaving it takes its account along', () => {
  const away = SHOP_VIEW.banks.map((bank) =>
    bank.id === 'unu' ? { ...bank, available: false, unavailable: 'NOT_RESPONDING' as const } : bank,
  )
  const view = { ...SHOP_VIEW, banks: away, values: { ...SHOP_VIEW.values, bankId: 'unu', debtorIban: IBAN_UNU } }
  assert.equal(shownFaults(view, initialForm(view)).bankId, 'unavailable')
  // Also where the bank is only known by the account.
  const typed = changeField(view, { ...filled(), values: { ...filled().values, bankId: '' } }, 'debtorIban', IBAN_UNU)
  assert.equal(typed.values.bankId, 'unu')
  assert.equal(shownFaults(view, typed).bankId, 'unavailable')
  const left = leaveBank(typed)
  assert.deepEqual([left.values.bankId, left.values.debtorIban, left.values.email], ['', '', 'ana@example.ro'])
  assert.deepEqual(shownFaults(view, left), {})
  const other = changeField(view, left, 'debtorIban', IBAN_DOI)
  assert.deepEqual([other.values.bankId, allFaults(view, other)], ['doi', { userCode: 'required' }])
})

test('a bank without a service for this kind of payment says so, unlike one that is out of order', () => {
  const banks = SHOP_VIEW.banks.map((bank) => ({ ...bank, available: false, unavailable: 'NOT_OFFERED' as const }))
  const view = { ...SHOP_VIEW, banks }
  assert.equal(shownFaults(view, filled(view)).bankId, 'not_offered')
})

test('of a list the form asks for the payer’s own alone, and for an account that none of it goes to', () => {
  const view = listView()
  assert.deepEqual(askedFields(view, filled(view)), ['bankId', 'debtorIban', 'email'])
  assert.deepEqual(Object.keys(submitRequest(view, filled(view), 'ro')).sort(), [
    'bankId',
    'debtorIban',
    'email',
    'language',
    'pageToken',
    'termsAccepted',
  ])
  const own = filled(view, { debtorIban: 'RO49AAAA1B31007593840000' })
  assert.equal(allFaults(view, own).debtorIban, 'same_account')
})

test('the form may be sent while a bank is entered, and not once the payment is there', () => {
  assert.ok(hasForm(SHOP_VIEW))
  assert.ok(hasForm({ ...SHOP_VIEW, step: 'authorise', entering: true }))
  assert.ok(!hasForm({ ...SHOP_VIEW, step: 'authorise' }))
  assert.ok(!hasForm({ ...SHOP_VIEW, step: 'authorise', entering: true, editable: [] }))
})
